"""The tables of a build as its linkage may have been: drawn people in place of published ones.

A draw changes few people. For each draw and each group of parts that it changes, the rows of those
people are given twice: as published, and as drawn. What a measure counts of the second, less what it
counts of the first, is what the draw changes in its answer. Groups move an answer each by itself and most
have few arrangements, so a build keeps each arrangement once, under the first draw that has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.scope import Scope
from kithmap.model.columns import Table
from kithmap.model.tables import DRAW_ALIKE, IDENTITY_DRAW, PERSON, PERSON_SOURCE

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

# A draw and its group in one number: the group times this, plus the draw; less than nought as published.
DRAWS_AT_MOST = 4096
KEYED, NAMED, WHOSE, LEAST = "drawn_parts", "drawn_named", "drawn_whose", "drawn_least"


@dataclass(frozen=True)
class DrawnTables:
    """The tables of one question, each row with its `draw`: the group of parts times `DRAWS_AT_MOST`, and the draw; less than nought as published.

    A person is a number in them, their least part's: numbers are grouped in half the time that pseudonyms take.
    keyed: of each draw, who has which part. whose: of each draw, who each published person is, by whoever has
    their least part. least: of each draw, each drawn person's least part's pseudonym as published.
    """

    engine: "Engine"
    scope: Scope
    keyed: Any
    whose: Any
    least: Any

    def table(self, declared: Table) -> Any:
        """A table as drawn; as it is, where it tells of no person."""
        rows = self.scope.table(self.engine, declared.name)
        if declared.name == PERSON.name:
            return self._people(rows)
        if "person_id" not in rows.columns:
            return rows
        by_part = rows.filter(rows.part_id.notnull()).drop("person_id").inner_join(
            self.keyed.select("draw", "part_id", "person_id"), "part_id"
        )  # fmt: skip
        # What rests on a person as a whole goes with the least of their parts.
        whole = rows.filter(rows.part_id.isnull()).rename(pseudonym="person_id")
        by_person = whole.inner_join(self.whose, "pseudonym").drop("pseudonym")
        columns = ["draw", *rows.columns]
        return by_part.select(columns).union(by_person.select(columns))

    def links(self) -> Any:
        """How many links more a draw makes of a group than is published: as many people fewer.

        Columns: `code` (the group and its draw), `links`.
        """
        side: Any = (self.least.draw > 0).ifelse(-1, 1)
        rows: Any = self.least.select(code=self.least.draw.abs(), person=side)
        return rows.group_by("code").agg(links=rows.person.sum().cast("int64"))

    def _people(self, people: Any) -> Any:
        """A row for each drawn person; what is known of them is what is known of their least part."""
        known = people.rename(pseudonym="person_id")
        return self.least.inner_join(known, "pseudonym").select("draw", *people.columns)


def find_drawn_tables(engine: "Engine", scope: Scope, seen_in: Sequence[str]) -> DrawnTables:
    """The drawn people who may be counted: of each, some part has a row in one of the tables `seen_in`.

    Without such tables it is everybody in doubt.
    """
    sources: Any = scope.table(engine, PERSON_SOURCE.name)
    parts = sources.filter(sources.part_id.notnull()).select("part_id", pseudonym="person_id").distinct()
    number = parts.group_by("pseudonym").agg(published=parts.part_id.min())
    named: Any = engine.hold(NAMED, parts.inner_join(number, "pseudonym"))
    drawn: Any = engine.table(IDENTITY_DRAW.name).inner_join(named, "part_id")
    code = drawn.group_id * DRAWS_AT_MOST + drawn.draw
    sides = (
        drawn.select("part_id", "published", draw=-code, person_id="published"),
        drawn.select("part_id", "published", draw=code, person_id="drawn_id"),
    )
    keyed: Any = sides[0].union(sides[1])
    keyed = engine.hold(KEYED, _who_counts(engine, scope, keyed, seen_in) if seen_in else keyed)
    names = named.select("part_id", "pseudonym")
    published, least = (
        keyed.group_by("draw", column).agg(part_id=keyed.part_id.min()).inner_join(names, "part_id")
        for column in ("published", "person_id")
    )
    # A published person is whoever has the least of those of their parts that are drawn.
    mine = published.inner_join(keyed.select("draw", "part_id", "person_id"), ["draw", "part_id"])
    whose, least = (rows.select("draw", "person_id", "pseudonym") for rows in (mine, least))
    return DrawnTables(engine, scope, keyed, engine.hold(WHOSE, whose), engine.hold(LEAST, least))


def _who_counts(engine: "Engine", scope: Scope, keyed: Any, seen_in: Sequence[str]) -> Any:
    seen: Any = None
    for name in seen_in:
        rows: Any = scope.table(engine, name)
        parts = rows.filter(rows.part_id.notnull()).select("part_id")
        seen = parts if seen is None else seen.union(parts)
    people = keyed.semi_join(seen.distinct(), "part_id").select("draw", "person_id").distinct()
    return keyed.semi_join(people, ["draw", "person_id"])


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
