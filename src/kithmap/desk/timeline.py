"""What is recorded of one young person over time, service by service: for a case, with a reason, written down.

By pseudonym: nothing here names anybody. What an upheld objection takes out of a case is left out; what is
disputed is marked. Nothing is added up, and the order is that of days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.objected import find_objected
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance.looking import check_looking
from kithmap.governance.permissions import Action, may_act
from kithmap.governance.purposes import Purpose
from kithmap.governance.subject_requests import MARKED, Kind
from kithmap.model import tables
from kithmap.model.codes import find_label
from kithmap.model.keys import receipt_no_of
from kithmap.register import agreements, receipts, subject_requests, users
from kithmap.register.audit import Act
from kithmap.register.subject_requests import SubjectRequest

MISSING, SEVERAL = "Missing episodes", "Several sources"
Row = dict[str, Any]


@dataclass(frozen=True, repr=False)
class Entry:
    """One thing recorded: from when (and to when), in whose lane, what, as which role, by whom, disputed or not."""

    on: date | None
    until: date | None
    lane: str
    what: str
    role: str
    holder: str
    layout: str
    is_disputed: bool


@dataclass(frozen=True, repr=False)
class Timeline:
    """What is recorded of a young person, the newest first in each lane; who holds it; the mentions behind them.

    mentions: reference, holder, what decided that it is theirs, how sure; empty for a role that may not see links.
    """

    person_id: str
    build: str
    entries: tuple[Entry, ...]
    holders: tuple[Row, ...]
    mentions: tuple[Row, ...]

    def __repr__(self) -> str:
        return f"<Timeline of {len(self.entries)} entries>"

    @property
    def lanes(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries by service, in the order of their names."""
        return {
            lane: tuple(each for each in self.entries if each.lane == lane)
            for lane in sorted({each.lane for each in self.entries})
        }


def timeline(workspace: Workspace, person_id: str, *, purpose: str, reason: str, who: str) -> Timeline:
    """What is recorded of a person in the newest build, as far as the case may use it.

    reason: of the list in `governance.looking`; it is written down with the pseudonym.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "timeline", ALLOW, "one person", purpose)
    sitting = sit(workspace, Action.SEE_PEOPLE, act)
    why = check_looking(reason)
    scope = replace(sitting.scope, objected=find_objected(workspace, sitting.made, Purpose.CASE))
    sitting = replace(sitting, scope=scope)
    named = _rows(sitting, tables.PERSON_SOURCE.name, person_id)
    if not named:
        note(workspace, replace(act, details={"found": 0, "reason": why}))
        raise NotFound(
            "There is no such person.", "A pseudonym of the newest build.", "Find the person first."
        )
    told = {"people": [person_id], "reason": why, "build": sitting.made.build_id}
    note(workspace, replace(act, details=told))
    lanes = _lanes(sitting)
    disputed = [
        each
        for each in subject_requests.list_requests(workspace.register, person_id=person_id)
        if each.kind == Kind.DISPUTE.value and each.state in MARKED
    ]
    found = [
        replace(entry, is_disputed=_is_disputed(sitting, row, disputed))
        for row, entry in _entries(sitting, person_id, lanes)
    ]
    ordered = sorted(found, key=lambda each: (each.on or date.min, each.what), reverse=True)
    return Timeline(
        person_id, sitting.made.build_id, tuple(ordered), _holders(sitting, named), _mentions(sitting, person_id)
    )  # fmt: skip


def _rows(sitting: Sitting, name: str, person_id: str) -> list[Row]:
    table: Any = sitting.scope.table(sitting.engine, name)
    return sitting.engine.fetch(table.filter(table.person_id == person_id)).to_pylist()


def _lanes(sitting: Sitting) -> dict[int, str]:
    """The service each extract is of: the kind of organisation its agreement is with; missing episodes apart."""
    agreed = {each.id: each for each in agreements.list_agreements(sitting.workspace.register)}
    return {
        int(each["receipt_no"]): MISSING
        if "missing" in each["layout"]
        else agreed[each["agreement"]].agency.words.capitalize()
        for each in sitting.made.manifest["extracts"]
        if each["agreement"] in agreed
    }


def _entries(sitting: Sitting, person_id: str, lanes: Mapping[int, str]) -> list[tuple[Row, Entry]]:
    """Each row of each table as an entry: events, concerns, contexts, strengths."""
    found = [(row, _of_event(row)) for row in _events(sitting, person_id)]
    # A concern that an event gave rise to is that event.
    concerns = [row for row in _rows(sitting, tables.CONCERN.name, person_id) if not row["event_id"]]
    found += [(row, _of_concern(row)) for row in concerns]
    found += [(row, _of_context(row)) for row in _contexts(sitting, person_id)]
    found += [(row, _of_strength(row)) for row in _rows(sitting, tables.STRENGTH.name, person_id)]
    holders = _holder_of(sitting)
    once: dict[tuple[Any, ...], tuple[Row, Entry]] = {}
    for row, entry in found:
        number = row.get("receipt_no")
        placed = replace(
            entry, lane=lanes.get(number or 0, SEVERAL), holder=holders.get(number or 0, entry.holder)
        )
        # Of a person in parts each row stands once for each of them.
        once.setdefault((placed.on, placed.until, placed.what, placed.role, number), (row, placed))
    return list(once.values())


def _events(sitting: Sitting, person_id: str) -> list[Row]:
    """The events they took part in, with their role."""
    party: Any = sitting.scope.table(sitting.engine, tables.PARTY.name)
    event: Any = sitting.scope.table(sitting.engine, tables.EVENT.name)
    theirs = party.filter(party.person_id == person_id).select("event_id", "role").distinct()
    return sitting.engine.fetch(event.inner_join(theirs, "event_id")).to_pylist()


def _contexts(sitting: Sitting, person_id: str) -> list[Row]:
    """The schools, families and groups they belong to; where they were at an event is told by that."""
    member: Any = sitting.scope.table(sitting.engine, tables.MEMBERSHIP.name)
    context: Any = sitting.scope.table(sitting.engine, tables.CONTEXT.name)
    theirs = member.filter(member.person_id == person_id, member.basis != "event")
    named = context.select("context_id", "code", "name")
    return sitting.engine.fetch(theirs.inner_join(named, "context_id")).to_pylist()


def _of_event(row: Row) -> Entry:
    harm = ", ".join(
        find_label("manifestation", each) or each for each in (row["harm"] or "").split("|") if each
    )
    what = ": ".join(part for part in ((row["kind"] or "event").capitalize(), harm) if part)
    on = row["start_at"].date() if row["start_at"] else None
    return Entry(on, None, "", what, row["role"], row["holder"], row["layout"], is_disputed=False)


def _of_concern(row: Row) -> Entry:
    harm = find_label("manifestation", row["harm"] or "") or "no kind of harm"
    what = f"On the list {row['list']}: {harm}" if row["list"] else f"Concern ({row['basis']}): {harm}"
    return Entry(
        row["start_on"], row["end_on"], "", what, row["role"], row["holder"], row["layout"], is_disputed=False
    )


def _of_context(row: Row) -> Entry:
    kind = find_label("context_type", row["context_type"]) or row["context_type"]
    return Entry(
        row["start_on"], row["end_on"], "", f"{kind}: {row['name'] or row['code']}", "", "", row["layout"] or "", is_disputed=False
    )  # fmt: skip


def _of_strength(row: Row) -> Entry:
    what = f"Protects: {find_label('strength', row['code']) or row['code']}"
    return Entry(row["observed_on"], None, "", what, "", "", row["layout"], is_disputed=False)


def _is_disputed(sitting: Sitting, row: Row, disputed: list[SubjectRequest]) -> bool:
    """Whether a dispute that stands is about a row: of its harm, or of all; of its extract, or of every one."""
    hashes = {
        str(each["sha256"])
        for each in sitting.made.manifest["extracts"]
        if each["receipt_no"] == row.get("receipt_no")
    }
    said = set(str(row.get("harm") or "").split("|"))
    return any(
        (not each.harm or each.harm in said) and (not each.sha256 or each.sha256 in hashes)
        for each in disputed
    )


def _holder_of(sitting: Sitting) -> dict[int, str]:
    """Who sent each extract."""
    return {each.receipt_no: each.holder for each in receipts.kept_receipts(sitting.workspace.register)}


def _holders(sitting: Sitting, named: list[Row]) -> tuple[Row, ...]:
    """What each agency holds: the extract's layout, and how often it names them."""
    holders = _holder_of(sitting)
    counted: dict[tuple[str, str], int] = {}
    for row in named:
        place = (holders.get(row["receipt_no"], ""), str(row["layout"]))
        counted[place] = counted.get(place, 0) + int(row["mentions"])
    return tuple(
        {"holder": holder, "layout": layout, "mentions": n} for (holder, layout), n in sorted(counted.items())
    )


def _mentions(sitting: Sitting, person_id: str) -> tuple[Row, ...]:
    """The mentions that make the person, for a role that may see links."""
    who = users.get_user(sitting.workspace.register, sitting.who)
    if not may_act(who, Action.SEE_LINKS, Purpose.CASE):
        return ()
    columns = ("mention_id", "match_probability", "decided_by")
    rows = sitting.engine.lookup("identity", "person_id", [person_id], columns).to_pylist()
    kept = [row for row in rows if receipt_no_of(row["mention_id"]) in sitting.scope.receipts]
    return tuple(
        {
            "reference": sitting.extracts.reference_of(row["mention_id"]),
            "decided_by": row["decided_by"],
            "probability": row["match_probability"],
        }
        for row in sorted(kept, key=lambda row: row["mention_id"])
    )
