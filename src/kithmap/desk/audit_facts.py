"""What an audit sample says of a build: its facts, and the recall and precision they leave possible.

A fact is one record and one other source. Is the record's young person in that source (the reviewer
marked a record of it)? Does linkage say so? A true fact can be drawn through any record that the person has
in either source, so it stands for one part in the sum of those records' chances (Lavallée 2007, the
generalised weight share method, with the chances of both frames as in Kalton and Anderson 1986).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kithmap.desk.audited_people import People
from kithmap.desk.extracts import Extracts
from kithmap.desk.publishing import open_engine
from kithmap.desk.workspace import Workspace
from kithmap.model.keys import Origin, receipt_no_of
from kithmap.register import audit_samples
from kithmap.register.audit_samples import NOT_SURE, SEARCHED, AuditRecord
from kithmap.register.audit_samples import AuditSample as KeptSample
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine
    from kithmap.stats.audit import AuditPosterior, AuditSample

# Fewer records than this leave everything possible; the rest of a sample is in an order of chance.
FEWEST = 100
GROUPS = "name groups"


@dataclass(frozen=True)
class Audit:
    """What an audit sample says of a build: of how many records, when marked, and what it leaves possible.

    decided: of linkage as it was decided; posterior: the same, or of linkage as drawn where that was asked.
    """

    sample: str
    records: int
    not_sure: int
    marked: datetime
    posterior: "AuditPosterior"
    decided: "AuditPosterior"


@dataclass(frozen=True)
class Fact:
    """One record and one other source: true, linked and found (a share of the draws), and what it stands for."""

    record: int
    source: str
    other: str
    group: str
    weight: float
    true: float
    linked: float
    found: float


@dataclass(frozen=True)
class Looked:
    """A record a reviewer marked: mentions that are the same person's, in doubt, and all that were shown.

    chances: of every mention shown, and of the record itself.
    """

    number: int
    mention: int
    same: frozenset[int]
    unsure: frozenset[int]
    shown: frozenset[int]
    chances: Mapping[int, float]


def find_audit(workspace: Workspace, made: BuildRecord, *, drawn: bool = False) -> Audit | None:
    """What the newest audit sample with enough records marked says of a build; None where there is none.

    drawn: of the linkage as it is drawn for counts, rather than as it is decided: a count that is
        averaged over the draws is corrected by what the draws miss.
    """
    marked = audit_samples.marks_made(workspace.register)
    if not marked[0]:
        return None
    key = (str(workspace.folder), made.build_id, drawn, *marked)
    if key not in _FOUND:
        if len(_FOUND) >= MOST_KEPT:
            _FOUND.clear()
        _FOUND[key] = _search(workspace, made, drawn)
    return _FOUND[key]


# The last audits found, for one answer asks for what the next will ask for too; numbers only.
_FOUND: dict[tuple[object, ...], Audit | None] = {}
MOST_KEPT = 16


def _search(workspace: Workspace, made: BuildRecord, drawn: bool) -> Audit | None:
    for sample in reversed(audit_samples.list_samples(workspace.register)):
        marked = [record for record in sample.records if record.at is not None]
        if len(marked) >= min(FEWEST, len(sample.records)):
            return _audit(workspace, made, sample, drawn)
    return None


def _audit(workspace: Workspace, made: BuildRecord, sample: KeptSample, drawn: bool) -> Audit | None:
    import numpy as np

    from kithmap.stats.audit import posterior_of

    engine = open_engine(workspace, made)
    facts = find_facts(engine, made, sample)
    if not facts:
        return None
    as_drawn = find_facts(engine, made, sample, drawn=True) if drawn else facts
    decided = posterior_of(as_sample(facts), np.random.default_rng(sample.seed))
    marked = [record.at for record in sample.records if record.at is not None]
    return Audit(
        sample=sample.sample_id,
        records=len(marked),
        not_sure=sum(record.state == NOT_SURE for record in sample.records),
        marked=max(marked),
        # Where nothing in the sample is in doubt, the draws are what was decided.
        posterior=decided
        if as_drawn == facts
        else posterior_of(as_sample(as_drawn), np.random.default_rng(sample.seed)),
        decided=decided,
    )


def as_sample(facts: Sequence[Fact]) -> "AuditSample":
    """The facts as arrays."""
    import numpy as np

    from kithmap.stats.audit import AuditSample

    column = {
        name: np.array([getattr(fact, name) for fact in facts])
        for name in ("record", "source", "other", "group", "weight", "true", "linked", "found")
    }
    return AuditSample(
        record=column["record"],
        weight=column["weight"],
        true=column["true"],
        linked=column["linked"],
        found=column["found"],
        sides=(column["source"], column["other"]),
        families={GROUPS: column["group"]},
    )


def find_facts(engine: "Engine", made: BuildRecord, sample: KeptSample, *, drawn: bool = False) -> list[Fact]:
    """The facts of every record of a sample that was searched and is in the build."""
    sources = _sources(made, sample)
    looked = [each for each in find_looked(made, sample) if receipt_no_of(each.mention) in sources]
    marked = {mention for each in looked for mention in each.same}
    people = People(engine, [each.mention for each in looked], marked, drawn=drawn)
    return [fact for each in looked for fact in _facts_of(each, people, sources)]


def _facts_of(looked: Looked, people: "People", sources: Mapping[int, str]) -> Iterable[Fact]:
    own = sources[receipt_no_of(looked.mention)]
    same, unsure = _by_source(looked.same, sources), _by_source(looked.unsure, sources)
    together = people.together(looked.mention)
    linked = _by_source(together, sources)
    group = people.group_of({looked.mention, *looked.same})
    for source in sorted(set(same) | set(linked)):
        theirs, marked = linked.get(source, set()), same.get(source, set())
        seen = {mention for mention in theirs if people.standing_for(mention) & looked.shown}
        right = {mention for mention in seen if people.standing_for(mention) & marked}
        doubtful = (not marked and source in unsure) or (bool(theirs) and not seen)
        if source == own or doubtful:
            continue
        chance = sum(
            looked.chances.get(mention, 0.0)
            for mention in {looked.mention, *(looked.same if marked else looked.shown & together)}
            if sources.get(receipt_no_of(mention)) in (own, source)
        )
        yield Fact(
            record=looked.number,
            source=own,
            other=source,
            group=group,
            weight=1 / chance,
            true=float(bool(marked)),
            linked=people.share(looked.mention, theirs),
            found=people.share(looked.mention, right),
        )


def _by_source(mentions: Iterable[int], sources: Mapping[int, str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for mention in mentions:
        source = sources.get(receipt_no_of(mention))
        if source is not None:
            found.setdefault(source, set()).add(mention)
    return found


def _sources(made: BuildRecord, sample: KeptSample) -> dict[int, str]:
    """The source of every receipt of the build that was searched when the sample was drawn."""
    searched = {one["sha256"]: one["source"] for one in sample.details["extracts"] if one["searched"]}
    return {
        int(extract["receipt_no"]): searched[extract["sha256"]]
        for extract in made.manifest["extracts"]
        if extract["sha256"] in searched
    }


def find_looked(made: BuildRecord, sample: KeptSample) -> Iterable[Looked]:
    """The records of a sample that were searched and are in the build, with what was marked of each."""
    extracts = Extracts(made.manifest["extracts"])
    files = [one["sha256"] for one in sample.details["extracts"]]
    for record in sample.records:
        if record.state != SEARCHED:
            continue
        for mention in extracts.mentions_at(record.origin)[:1]:
            places = {
                origin: (found[0], chance)
                for origin, _, chance in shown_beside(record, files)
                if (found := extracts.mentions_at(origin))
            }
            unsure = set(record.details.get("not_sure", ()))
            yield Looked(
                number=record.number,
                mention=mention,
                same=frozenset(places[origin][0] for origin in record.matches if origin in places),
                unsure=frozenset(
                    places[origin][0]
                    for origin, place, _ in shown_beside(record, files)
                    if place in unsure and origin in places
                ),
                shown=frozenset(found for found, _ in places.values()),
                chances={mention: record.details["chance"], **dict(places.values())},
            )


def shown_beside(record: AuditRecord, files: Sequence[str]) -> list[tuple[Origin, int, float]]:
    """What was shown beside a record: where it stands, at which place, and its chance of being drawn."""
    return [
        (Origin(files[int(extract)], row, slot), place, chance)
        for extract, row, slot, place, chance in record.details["shown"]
    ]
