"""Review: what a reviewer is shown of a pair, side by side, before and after deciding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.explain import EVIDENCE, LEVEL, stored_row
from kithmap.desk.judgements import check_two
from kithmap.desk.likeness import agreements
from kithmap.desk.mentions import Mention, read_mentions
from kithmap.desk.queue import find_queue
from kithmap.desk.sitting import Borne, Sitting, people_in, sit
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import Action
from kithmap.model.keys import receipt_no_of
from kithmap.register.audit import Act

# Of people with very many records a reviewer is shown so many, and told how many more there are.
MOST_SHOWN = 40


@dataclass(frozen=True, repr=False)
class Side:
    """One record as a reviewer sees it: where it stands, who holds it, what it says; numbers masked.

    alike: how many more records say the same in everything.
    """

    reference: str
    holder: str
    list: str | None
    said: Mapping[str, str | None]
    alike: int = 0


@dataclass(frozen=True, repr=False)
class Case:
    """A pair before a reviewer. Blind: nothing here tells what the model made of it.

    agreement: how the two agree, field by field, in words. others: every other record of the two
    people, in one list, whether the model takes them for one or not. waiting: how many pairs wait.
    """

    one: Side
    other: Side
    agreement: Mapping[str, str]
    others: tuple[Side, ...]
    more_others: int
    build: str
    waiting: int = 0

    def __repr__(self) -> str:
        return f"<Case of build {self.build}>"

    def to_dict(self) -> dict[str, Any]:
        """The case as plain values, for JSON and for a page."""
        return asdict(self)


def next_case(workspace: Workspace, *, purpose: str, who: str) -> Case | None:
    """The first pair that waits for this reviewer; None when none does.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    found, waiting = first_cases(workspace, purpose=purpose, who=who, most=1)
    return replace(found[0], waiting=waiting) if found else None


def first_cases(
    workspace: Workspace, *, purpose: str, who: str, most: int, verb: str = "review"
) -> tuple[tuple[Case, ...], int]:
    """The first pairs that wait for this reviewer, and how many wait in all.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, verb, ALLOW, "links that wait", purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    queue = find_queue(sitting)
    cases = cases_of(sitting, [(each.one, each.other) for each in queue[:most]])
    shown = sitting.borne([side for each in queue[:most] for side in (each.one, each.other)])
    told = {
        "build": sitting.made.build_id,
        "waiting": len(queue),
        "shown": len(cases),
        "people": people_in(shown.values()),
    }
    note(workspace, replace(act, details=told))
    return cases, len(queue)


def show_case(workspace: Workspace, one: str, other: str, *, purpose: str, who: str) -> Case:
    """A pair by its mentions, named FILE:ROW:SLOT, as a reviewer sees it before deciding.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "review", ALLOW, "a link", purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    pair = sitting.find_pair(one, other)
    check_two(sorted({sitting.extracts.origin_of(each.mention_id) for each in pair}))
    (case,) = cases_of(sitting, [(pair[0].mention_id, pair[1].mention_id)])
    told = {"build": sitting.made.build_id, "shown": 1, "people": people_in(pair)}
    note(workspace, replace(act, details=told))
    return case


def cases_of(sitting: Sitting, pairs: Sequence[tuple[int, int]]) -> tuple[Case, ...]:
    """What a reviewer sees of some pairs of mentions; whoever calls writes down that it was shown."""
    borne = sitting.borne([each for pair in pairs for each in pair])
    people = _People(sitting, {each.person_id for each in borne.values()})
    wanted = {each for pair in pairs for each in pair} | people.shown
    read = read_mentions(sitting.workspace, wanted)
    showing = _Showing(sitting, people, read)
    return tuple(showing.case(borne[one], borne[other]) for one, other in pairs)


class _People:
    """All records of some people, by signature: the first mention of each, and how many say the same."""

    def __init__(self, sitting: Sitting, people: Iterable[str]) -> None:
        self.alike: dict[int, int] = {}
        self._of: dict[str, list[int]] = {}
        rows = sitting.engine.lookup("identity", "person_id", sorted(people)).to_pylist()
        for row in sorted(rows, key=lambda row: row["mention_id"]):
            if receipt_no_of(row["mention_id"]) not in sitting.scope.receipts:
                continue
            signature: int = row["signature"] or row["mention_id"]
            if signature not in self.alike:
                self._of.setdefault(row["person_id"], []).append(signature)
            self.alike[signature] = self.alike.get(signature, 0) + 1

    def others(self, one: Borne, other: Borne) -> list[int]:
        """The signatures of two people but for the two compared, in the order of their records."""
        found = {*self._of.get(one.person_id, ()), *self._of.get(other.person_id, ())}
        return sorted(found - {one.signature, other.signature})

    @property
    def shown(self) -> set[int]:
        """As many signatures as may be shown."""
        return {signature for found in self._of.values() for signature in found[: MOST_SHOWN + 2]}


class _Showing:
    """Makes cases of records that were read."""

    def __init__(self, sitting: Sitting, people: _People, read: Mapping[int, Mention]) -> None:
        self._sitting, self._people, self._read = sitting, people, read
        extracts = sitting.engine.fetch(sitting.engine.table("extract")).to_pylist()
        self._extracts = {row["receipt_no"]: row for row in extracts}

    def case(self, one: Borne, other: Borne) -> Case:
        from kithmap.linkage.model import shipped_model

        others = self._people.others(one, other)
        known = [signature for signature in others[:MOST_SHOWN] if signature in self._read]
        said = self._read[one.mention_id], self._read[other.mention_id]
        return Case(
            one=self._side(one.mention_id, one.signature),
            other=self._side(other.mention_id, other.signature),
            agreement=agreements(*said, self._levels((one, other)), shipped_model()),
            others=tuple(self._side(signature, signature) for signature in known),
            more_others=len(others) - len(known),
            build=self._sitting.made.build_id,
        )

    def _side(self, mention_id: int, signature: int) -> Side:
        extract = self._extracts[receipt_no_of(mention_id)]
        return Side(
            reference=self._sitting.extracts.reference_of(mention_id),
            holder=extract["holder"],
            list=extract["list"],
            said=self._read[mention_id].shown,
            alike=self._people.alike.get(signature, 1) - 1,
        )

    def _levels(self, pair: tuple[Borne, Borne]) -> dict[str, int | None]:
        stored = stored_row(self._sitting, EVIDENCE, pair) or {}
        return {name.removesuffix(LEVEL): level for name, level in stored.items() if name.endswith(LEVEL)}
