"""Looking at the records of an audit sample, one at a time, and marking who is the same person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_facts import shown_beside
from kithmap.desk.audit_sample import NEWEST, sit_at_sample
from kithmap.desk.audit_second import find_second, lookers, looks_at, settle_looks
from kithmap.desk.mentions import Mention, read_mentions
from kithmap.desk.sitting import Sitting, people_in
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, WrongUse
from kithmap.model.keys import Origin, receipt_no_of
from kithmap.register import audit_samples
from kithmap.register.audit import Act
from kithmap.register.audit_samples import NOT_SURE, SEARCHED, WAITING, AuditRecord, AuditSample

# How many different values of one field are shown of records that look alike.
MOST_VALUES = 3


@dataclass(frozen=True, repr=False)
class Beside:
    """What is shown at one place beside a record: its source, how many records look alike, what they say."""

    place: int
    source: str
    records: int
    said: Mapping[str, str | None]


@dataclass(frozen=True, repr=False)
class Sheet:
    """One record of a sample, beside all who may be the same person; never what linkage decided.

    own: what whoever looks has marked of it before, if anything; never what somebody else has.
    """

    sample: str
    number: int
    of: int
    source: str
    said: Mapping[str, str | None]
    beside: tuple[Beside, ...]
    own: "Mark | None" = None

    def __repr__(self) -> str:
        return f"<Sheet {self.number} of {self.of}, {len(self.beside)} beside>"

    def to_dict(self) -> dict[str, Any]:
        """The sheet as plain values, for whoever may see it."""
        beside = [{**vars(each), "said": dict(each.said)} for each in self.beside]
        own = self.own.to_dict() if self.own else None
        return {**vars(self), "said": dict(self.said), "beside": beside, "own": own}


@dataclass(frozen=True)
class Mark:
    """What a reviewer found of a record: the places of the same person, and those nobody can tell.

    says_too_little: nobody can tell whose record it is, whatever stands beside it.
    """

    number: int
    same: frozenset[int] = frozenset()
    not_sure: frozenset[int] = frozenset()
    says_too_little: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The mark as plain values, as the register keeps it and for JSON."""
        places = {"same": sorted(self.same), "not_sure": sorted(self.not_sure)}
        return {**places, "says_too_little": self.says_too_little}


def look(
    workspace: Workspace,
    *,
    purpose: str,
    who: str,
    number: int | None = None,
    again: bool = False,
    sample: str | None = None,
) -> Sheet:
    """Look at a record of a sample: the first that waits, unless its number is given.

    again: the first that somebody else has marked and that waits for a second look.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "audit-sample look", ALLOW, sample or NEWEST, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    found = _find_second(sitting, kept) if again else _find(sitting, kept, number)
    sheet = read_sheets(sitting, kept, [found])[0]
    told = {
        "record": found.number,
        "beside": len(sheet.beside),
        "people": find_people(sitting, kept, [found]),
    }
    note(workspace, replace(act, what=kept.sample_id, details=told))
    return sheet


def count_second(workspace: Workspace, *, purpose: str, who: str, sample: str | None = None) -> int:
    """How many records wait for somebody else to look at them too.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "audit-sample status", ALLOW, sample or NEWEST, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    waiting = len(find_second(sitting.engine, sitting.made, kept))
    note(workspace, replace(act, what=kept.sample_id, details={"waiting": waiting}))
    return waiting


def mark(
    workspace: Workspace, marks: Sequence[Mark], *, purpose: str, who: str, sample: str | None = None
) -> AuditSample:
    """Write down what a reviewer found of some records; what was found of them before is replaced.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "audit-sample mark", ALLOW, sample or NEWEST, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    with refusals_noted(workspace, act):
        found = [_marked(sitting, kept, each) for each in marks]
    told = {"records": [each.number for each in found]}
    note(
        workspace,
        replace(act, what=kept.sample_id, details=told),
        lambda: audit_samples.note_records(workspace.register, kept.sample_id, found),
    )
    return audit_samples.get_sample(workspace.register, kept.sample_id)


def read_sheets(sitting: Sitting, sample: AuditSample, records: Collection[AuditRecord]) -> list[Sheet]:
    """What is shown of some records; the sitting must be at the sample's build."""
    files = [one["sha256"] for one in sample.details["extracts"]]
    origins = {record.number: shown_beside(record, files) for record in records}
    places = _places(sitting, sample, records)
    said = read_mentions(sitting.workspace, places.values())
    known = {origin: said[mention] for origin, mention in places.items() if mention in said}
    sources = {one["sha256"]: one["source"] for one in sample.details["extracts"]}
    return [
        replace(
            _sheet(sample, record, origins[record.number], known, sources),
            own=find_own(record, sitting.who),
        )
        for record in records
        if record.origin in known
    ]


def find_people(sitting: Sitting, sample: AuditSample, records: Collection[AuditRecord]) -> list[str]:
    """Whom some records and all beside them are, by pseudonym: so that the audit can say who looked at a person."""
    return people_in(sitting.borne(list(_places(sitting, sample, records).values())).values())


def _places(sitting: Sitting, sample: AuditSample, records: Collection[AuditRecord]) -> dict[Origin, int]:
    """The mentions of some records and of all beside them, of extracts that may be used."""
    files = [one["sha256"] for one in sample.details["extracts"]]
    wanted = {record.origin for record in records} | {
        origin for record in records for origin, _, _ in shown_beside(record, files)
    }
    found = {origin: sitting.extracts.mentions_at(origin)[:1] for origin in wanted}
    return {
        origin: mentions[0]
        for origin, mentions in found.items()
        if mentions and receipt_no_of(mentions[0]) in sitting.scope.receipts
    }


def _sheet(
    sample: AuditSample,
    record: AuditRecord,
    shown: Sequence[tuple[Origin, int, float]],
    known: Mapping[Origin, Mention],
    sources: Mapping[str, str],
) -> Sheet:
    groups: dict[int, list[Origin]] = {}
    for origin, place, _ in shown:
        if origin in known:
            groups.setdefault(place, []).append(origin)
    return Sheet(
        sample=sample.sample_id,
        number=record.number,
        of=len(sample.records),
        source=sources[record.origin.sha256],
        said=known[record.origin].shown,
        beside=tuple(
            Beside(place, sources[group[0].sha256], len(group), _together([known[one] for one in group]))
            for place, group in sorted(groups.items())
        ),
    )


def _together(mentions: Sequence[Mention]) -> dict[str, str | None]:
    """What records that look alike say, field by field: the first few different values."""
    shown = [mention.shown for mention in mentions]
    values = {
        name: list(dict.fromkeys(value for each in shown if (value := each[name]) is not None))
        for name in shown[0]
    }
    return {name: "; ".join(found[:MOST_VALUES]) or None for name, found in values.items()}


def find_waiting(sitting: Sitting, sample: AuditSample, *, again: bool = False) -> list[AuditRecord]:
    """The records that wait for whoever sits, of extracts they may use; again: for a second look of theirs."""
    if not again:
        return [each for each in sample.records if each.state == WAITING and _may_see(sitting, each)]
    asked = find_second(sitting.engine, sitting.made, sample)
    return [
        each
        for each in sample.records
        if each.number in asked and sitting.who not in lookers(each) and _may_see(sitting, each)
    ]


def find_next(
    workspace: Workspace, sample: str, *, purpose: str, who: str, after: int = 0, again: bool = False
) -> int | None:
    """The number of the next record that waits for somebody, those before `after` last; None where none does.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "audit-sample status", ALLOW, sample, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    waiting = [each.number for each in find_waiting(sitting, kept, again=again)]
    note(workspace, replace(act, details={"waiting": len(waiting)}))
    return min(waiting, key=lambda number: (number <= after, number), default=None)


def find_own(record: AuditRecord, who: str) -> Mark | None:
    """What somebody has marked of a record themselves; None where they have not looked at it."""
    own = next((look for look in looks_at(record) if look["who"] == who), None)
    if own is None:
        return None
    return Mark(record.number, frozenset(own["same"]), frozenset(own["not_sure"]), own["says_too_little"])


def _may_see(sitting: Sitting, record: AuditRecord) -> bool:
    """Whether a record is of an extract that may be used: a sample holds those of every authority."""
    return any(
        receipt_no_of(each) in sitting.scope.receipts
        for each in sitting.extracts.mentions_at(record.origin)[:1]
    )


def _find(sitting: Sitting, sample: AuditSample, number: int | None) -> AuditRecord:
    if number is None:
        found = next(iter(find_waiting(sitting, sample)), None)
    else:
        named = (each for each in sample.records if each.number == number)
        found = next((each for each in named if _may_see(sitting, each)), None)
    if found is None:
        raise NotFound(
            "No record of the sample waits to be marked."
            if number is None
            else f"The sample has no record {number}.",
            f"A number from 1 to {len(sample.records)}, of an extract that you may use.",
            "See `kithmap audit-sample status`.",
        )
    return found


def _find_second(sitting: Sitting, sample: AuditSample) -> AuditRecord:
    found = next(iter(find_waiting(sitting, sample, again=True)), None)
    if found is None:
        raise NotFound(
            "No record of the sample waits for you to look at it too.",
            "A record that somebody else has marked, where marks and links disagree, or one in five.",
            "See `kithmap audit-sample status`; nobody looks twice at a record of their own.",
        )
    return found


def _marked(sitting: Sitting, sample: AuditSample, given: Mark) -> AuditRecord:
    record, who = _find(sitting, sample, given.number), sitting.who
    places = {place for _, _, _, place, _ in record.details["shown"]}
    unknown = (given.same | given.not_sure) - places
    if unknown or given.same & given.not_sure or (given.says_too_little and (given.same or given.not_sure)):
        raise WrongUse(
            f"The marks of record {given.number} do not fit what was shown beside it.",
            f"Places from 1 to {max(places, default=0)}, each the same person or not to be told; or that the"
            " record says too little, and no places.",
            f"Look at it again with `kithmap audit-sample next --number {given.number}`.",
        )
    files = [one["sha256"] for one in sample.details["extracts"]]
    looks = [*(look for look in looks_at(record) if look["who"] != who), _look(given, who)]
    same, unsure, too_little = settle_looks(looks)
    return replace(
        record,
        state=NOT_SURE if too_little else SEARCHED,
        matches=tuple(origin for origin, place, _ in shown_beside(record, files) if place in same),
        details={**record.details, "not_sure": sorted(unsure), "looks": looks},
        who=who,
        at=clock.now(),
    )


def _look(given: Mark, who: str) -> dict[str, Any]:
    return {"who": who, "at": clock.now().isoformat(timespec="seconds"), **given.to_dict()}
