"""The tables of a build as its linkage may have been: drawn people in place of published ones.

Draws change few people, and most people they make they make often. The rows of each of these, and of each
whom the draws change as published, are given once: what a measure counts of each of them says what every
draw changes in its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kithmap.desk.compared import as_frame
from kithmap.desk.drawn_people import Arranged, People, find_people, read_arranged
from kithmap.desk.scope import Scope
from kithmap.model.columns import Table
from kithmap.model.tables import DRAW_ALIKE, IDENTITY_DRAW, PERSON, PERSON_SOURCE

if TYPE_CHECKING:
    import polars as pl

    from kithmap.engines.engine import Engine

HAS, WHOSE, LEAST = "drawn_has", "drawn_whose", "drawn_least"


@dataclass(frozen=True)
class _Held:
    """The people who count for a kind of question, and the tables of them that the engine holds."""

    people: People
    has: Any
    whose: Any
    least: Any


@dataclass(frozen=True)
class _Kept:
    """What was read of a build's draws for some extent, and held for each kind of question about it."""

    rests_on: tuple[Any, ...]
    extent: tuple[object, ...]
    arranged: Arranged
    held: dict[tuple[str, ...], _Held] = field(default_factory=dict[tuple[str, ...], _Held])


# Several questions follow each other of the same build and extent, and most say alike who counts. Of an engine
# the last extent is kept alone; what is kept refers to no engine, and goes with it.
_KEPT: WeakKeyDictionary["Engine", _Kept] = WeakKeyDictionary()


@dataclass(frozen=True)
class DrawnTables:
    """The tables of one question with the rows of everybody who is drawn, or published in their place.

    `draw` is the number of a person, as `person_id` is: a measure counts each draw apart, and so each of them.
    people: who they are, and in which arrangements of the parts. arranged: these arrangements, and their draws.
    """

    engine: "Engine"
    scope: Scope
    arranged: Arranged
    people: People
    has: Any
    whose: Any
    least: Any

    def table(self, declared: Table) -> Any:
        """A table as drawn; as it is, where it tells of no person."""
        rows = self.scope.table(self.engine, declared.name)
        if declared.name == PERSON.name:
            # A row for each drawn person; what is known of them is what is known of their least part.
            known = rows.rename(pseudonym="person_id")
            return self._numbered(known.inner_join(self.least, "pseudonym"), rows.columns)
        if "person_id" not in rows.columns:
            return rows
        by_part = rows.filter(rows.part_id.notnull()).drop("person_id").inner_join(self.has, "part_id")
        # What rests on a person as a whole goes with the least of their parts.
        whole = rows.filter(rows.part_id.isnull()).rename(pseudonym="person_id")
        by_person = whole.inner_join(self.whose, "pseudonym")
        return self._numbered(by_part, rows.columns).union(self._numbered(by_person, rows.columns))

    @staticmethod
    def _numbered(rows: Any, columns: Sequence[str]) -> Any:
        return rows.mutate(draw=rows.person, person_id=rows.person).select("draw", *columns)


def find_drawn_tables(engine: "Engine", scope: Scope, seen_in: Sequence[str], draws: int) -> DrawnTables:
    """The drawn people who may be counted: of each, some part has a row in one of the tables `seen_in`.

    Without such tables it is everybody in doubt. draws: how many the build has.
    """
    kept = _find_kept(engine, scope, draws)
    seen = tuple(seen_in)
    if seen not in kept.held:
        people = find_people(kept.arranged, _parts_seen(engine, scope, seen) if seen else None)
        number = len(kept.held)
        tables = ((HAS, people.has), (WHOSE, people.whose), (LEAST, people.least))
        held = (engine.hold(f"{name}_{number}", rows.to_arrow()) for name, rows in tables)
        kept.held[seen] = _Held(people, *held)
    found = kept.held[seen]
    return DrawnTables(engine, scope, kept.arranged, found.people, found.has, found.whose, found.least)


def _find_kept(engine: "Engine", scope: Scope, draws: int) -> _Kept:
    # A table that was held anew under its name is another table.
    rests_on = tuple(engine.table(each.name) for each in (PERSON_SOURCE, IDENTITY_DRAW, DRAW_ALIKE))
    kept = _KEPT.get(engine)
    if kept is None or kept.extent != scope.extent or not _same(kept.rests_on, rests_on):
        kept = _KEPT[engine] = _Kept(rests_on, scope.extent, read_arranged(engine, scope, draws))
    return kept


def _same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


def _parts_seen(engine: "Engine", scope: Scope, seen_in: Sequence[str]) -> "pl.Series":
    seen: Any = None
    for name in seen_in:
        rows: Any = scope.table(engine, name)
        parts = rows.filter(rows.part_id.notnull()).select("part_id")
        seen = parts if seen is None else seen.union(parts)
    return as_frame(engine.fetch(seen.distinct()))["part_id"]


def has_draws(engine: "Engine", scope: Scope) -> bool:
    """Whether a build holds draws, and the tables say which part each row rests on."""
    return engine.has(DRAW_ALIKE.name) and "part_id" in scope.table(engine, PERSON_SOURCE.name).columns


def split_people(
    engine: "Engine", scope: Scope, inputs: Sequence[Table], seen_in: Sequence[str]
) -> list[Any]:
    """The tables with every person taken apart by the holders who say that they count.

    What else is known of a person goes with each of these; so a count of them is of how often people
    were seen, not of how many there are.
    """
    held = [_with_holder(engine, scope, name) for name in seen_in]
    pieces: Any = held[0].select("person_id", "holder")
    for rows in held[1:]:
        pieces = pieces.union(rows.select("person_id", "holder"))
    pieces = pieces.distinct()
    whole: list[Any] = []
    for declared in inputs:
        rows: Any = scope.table(engine, declared.name)
        if declared.name in seen_in:
            own = held[list(seen_in).index(declared.name)]
            whole.append(own.mutate(person_id=_piece(own)).select(rows.columns))
        elif "person_id" in rows.columns:
            joined = rows.inner_join(pieces, "person_id")
            whole.append(joined.mutate(person_id=_piece(joined)).select(rows.columns))
        else:
            whole.append(rows)
    return whole


def _piece(rows: Any) -> Any:
    return rows.person_id.concat(" ").concat(rows.holder)


def _with_holder(engine: "Engine", scope: Scope, name: str) -> Any:
    rows: Any = scope.table(engine, name)
    if "holder" in rows.columns:
        return rows
    extracts: Any = engine.table("extract")
    return rows.inner_join(extracts.select("receipt_no", "holder"), "receipt_no")
