"""By how much the draws of a build change each count of a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.compared import as_frame
from kithmap.desk.drawn_people import Arranged, People
from kithmap.desk.drawn_tables import find_drawn_tables

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Changes:
    """By how much each arrangement of parts changes each count.

    keys: the measure's columns of text, a row for each key where some arrangement changes some count.
    counts: for each count of people a sparse array with a row an arrangement and a column a key: as drawn less
        as published.
    """

    arranged: Arranged
    people: People
    keys: "pl.DataFrame"
    counts: Mapping[str, Any]

    @cached_property
    def by_draw(self) -> "Ints":
        """A row a group, a column a draw: which arrangement it has; -1 where that changes no count."""
        import numpy as np

        moves = np.zeros(self.arranged.group_of.size + 1, dtype=bool)
        for changed in self.counts.values():
            moves[changed.nonzero()[0]] = True
        # The last is of those as published, -1, and changes nothing.
        return np.where(moves[self.arranged.by_draw], self.arranged.by_draw, -1)

    @cached_property
    def links(self) -> "Ints":
        """How many links more each arrangement makes of its group than is published: as many people fewer."""
        import numpy as np

        ways = self.arranged.group_of.size
        return -np.bincount(self.people.way, self.people.times, ways).astype(np.int64)


def find_changes(asked: Asked) -> Changes:
    """By how much each arrangement changes each count: the measure, built once of all the people drawn."""
    import polars as pl

    from kithmap.engines.engine import unsorted

    rule = asked.measure.rule
    tables = find_drawn_tables(asked.engine, asked.scope, rule.seen_in, asked.draws)
    inputs = [tables.table(table) for table in asked.measure.inputs]
    # There are many more rows than in an answer, and they are only added up.
    built: Any = unsorted(asked.measure.build(*inputs, **asked.options))
    names = [name for name, kind in built.schema().items() if kind.is_string() and name not in rule.names]
    counts = {name: built[name].cast("int64").fill_null(0) for name in rule.people if name in built.columns}
    rows = as_frame(asked.engine.fetch(built.select("draw", *names, **counts)))
    keys = rows.select(names).unique(maintain_order=True)
    at = rows.select(names).join(
        keys.with_columns(at=pl.int_range(keys.height)), on=names, nulls_equal=True, maintain_order="left"
    )
    return _changed(
        tables.arranged, tables.people, keys, rows.select("draw", *counts, at=at["at"]), [*counts]
    )


def _changed(
    arranged: Arranged, people: People, keys: "pl.DataFrame", rows: "pl.DataFrame", names: list[str]
) -> Changes:
    """What arrangements change, by what each person counts for; without the keys where none changes anything."""
    import numpy as np

    from kithmap.stats.arranged import sparse_sum

    ways, size = arranged.group_of.size, people.least.height
    whom = sparse_sum(people.times, people.way, people.person, (ways, size))
    person, at = rows["draw"].to_numpy(), rows["at"].to_numpy()
    changed = {
        name: whom @ sparse_sum(rows[name].to_numpy(), person, at, (size, keys.height)) for name in names
    }
    moves = np.zeros(keys.height, dtype=bool)
    for each in changed.values():
        each.eliminate_zeros()
        moves[each.indices] = True
    return Changes(
        arranged, people, keys.filter(moves), {name: each[:, moves] for name, each in changed.items()}
    )
