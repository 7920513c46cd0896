"""Who linkage says the people of an audit sample are: as decided, or as drawn."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kithmap.desk.audit_frame import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from kithmap.engines.engine import Engine

Row = dict[str, Any]
DRAWS, ALIKE = "identity_draw", "draw_alike"


class People:
    """The people of a build who bear some records, and all their mentions.

    drawn: a mention in doubt is together with others in a share of the draws; else it is, or is not.
    """

    def __init__(
        self, engine: "Engine", records: Iterable[int], marked: Iterable[int], *, drawn: bool
    ) -> None:
        self._engine = engine
        self._records = sorted(set(records))
        self._marked = sorted(set(marked))
        self._drawn = drawn and engine.has(ALIKE)

    def together(self, mention: int) -> set[int]:
        """The mentions that linkage, or some draw of it, puts with this one; without itself."""
        if mention not in self._whose:
            return set()
        part = self._part_of(mention)
        if part is None:
            return self._by_person[self._whose[mention]["person_id"]] - {mention}
        parts = set[int]().union(*self._draws[part])
        return {each for one in parts for each in self._by_part.get(one, ())} - {mention}

    def share(self, mention: int, others: "AbstractSet[int]") -> float:
        """In how great a share of the draws this mention is with any of some others; 0 or 1 as decided."""
        part = self._part_of(mention) if others else None
        if part is None:
            return float(bool(others))
        parts = {self._whose[other]["part_id"] for other in others}
        draws = self._draws[part]
        return sum(not parts.isdisjoint(together) for together in draws) / len(draws)

    def standing_for(self, mention: int) -> set[int]:
        """The mention, and the one that stands for all that say the same: either may have been shown."""
        return {mention, self._whose[mention]["signature"] or mention}

    def group_of(self, mentions: Iterable[int]) -> str:
        """The ethnic group recorded most often of the people that some mentions are linked to.

        All of one young person's records count, as the reviewer marked them: where links were missed,
        the record alone often has no group, and its misses would be put down to nobody.
        """
        people = {self._whose[each]["person_id"] for each in mentions if each in self._whose}
        known = Counter(self._groups[person] for person in sorted(people) if person in self._groups)
        return known.most_common(1)[0][0] if known else NOT_RECORDED

    @cached_property
    def _own(self) -> dict[int, Row]:
        """The identity of every record and of all that is marked the same."""
        return self._read("mention_id", {*self._records, *self._marked})

    @cached_property
    def _whose(self) -> dict[int, Row]:
        """The same, with every other mention of the people and of the parts that the records are in."""
        people = {self._own[each]["person_id"] for each in self._records if each in self._own}
        parts = {one for draws in self._draws.values() for together in draws for one in together}
        return self._own | self._read("person_id", people) | self._read("part_id", parts)

    @cached_property
    def _by_person(self) -> dict[str, set[int]]:
        return _grouped(self._whose, "person_id")

    @cached_property
    def _by_part(self) -> dict[int, set[int]]:
        return _grouped(self._whose, "part_id")

    @cached_property
    def _draws(self) -> dict[int, list[frozenset[int]]]:
        """For every part a record is in, draw by draw: the parts that are the same person's.

        A draw that leaves a person as decided has no row of their parts.
        """
        own = {self._own[each]["part_id"] for each in self._records if each in self._own} - {None}
        if not self._drawn or not own:
            return {}
        rows = self._engine.lookup(DRAWS, "part_id", sorted(own)).to_pylist()
        groups = self._engine.lookup(ALIKE, "group_id", sorted({row["group_id"] for row in rows})).to_pylist()
        often = Counter((row["group_id"], row["same_as"]) for row in groups)
        people = sorted({row["drawn_id"] for row in rows})
        parts: dict[tuple[int, int], set[int]] = {}
        for row in self._engine.lookup(DRAWS, "drawn_id", people).to_pylist():
            parts.setdefault((row["draw"], row["drawn_id"]), set()).add(row["part_id"])
        found: dict[int, list[frozenset[int]]] = {part: [] for part in own}
        for row in rows:
            together = frozenset(parts[row["draw"], row["drawn_id"]])
            found[row["part_id"]].extend([together] * often[row["group_id"], row["draw"]])
        for part, told in found.items():
            told.extend([self._decided[part]] * (self._number - len(told)))
        return found

    @cached_property
    def _number(self) -> int:
        """How many draws there are: the last of so many changes somebody."""
        draw: Any = self._engine.table(ALIKE).draw
        return self._engine.fetch(draw.max().name("draws").as_table())["draws"][0].as_py() or 1

    @cached_property
    def _decided(self) -> dict[int, frozenset[int]]:
        """For every part of the people who bear a record: the parts that linkage decided are theirs."""
        people = {self._own[each]["person_id"] for each in self._records if each in self._own}
        parts: dict[str, set[int]] = {}
        for row in self._read("person_id", people).values():
            if row["part_id"] is not None:
                parts.setdefault(row["person_id"], set()).add(row["part_id"])
        return {part: frozenset(theirs) for theirs in parts.values() for part in theirs}

    @cached_property
    def _groups(self) -> dict[str, str]:
        """The recorded ethnic group of every person who is marked."""
        people = sorted({row["person_id"] for row in self._own.values()})
        rows = self._engine.lookup("person", "person_id", people).to_pylist()
        known = ((row["person_id"], row["ethnicity_group5"]) for row in rows)
        return {person: group for person, group in known if group not in (None, "unknown")}

    def _part_of(self, mention: int) -> int | None:
        """The part of a record's mention, where it is in draws; None where it is certain, or as decided."""
        part = self._whose[mention]["part_id"]
        return part if part in self._draws else None

    def _read(self, column: str, values: Iterable[Any]) -> dict[int, Row]:
        wanted = sorted(values)
        if not wanted:
            return {}
        return {row["mention_id"]: row for row in self._engine.lookup("identity", column, wanted).to_pylist()}


def _grouped(rows: dict[int, Row], column: str) -> dict[Any, set[int]]:
    found: dict[Any, set[int]] = {}
    for mention, row in rows.items():
        if row[column] is not None:
            found.setdefault(row[column], set()).add(mention)
    return found
