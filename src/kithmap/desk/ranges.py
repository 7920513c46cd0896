"""The range of every count of people: how far it may be out because linkage may be.

A build keeps draws of its linkage. A measure is built once more, by the same code, on the rows of the
people whom the draws change, all draws in one query; what each draw changes is added to what was
published. Where a checked sample says how often doubtful links are right, they are drawn as often; and
where it says what links were missed or wrong, each draw is put right by it.
The range is the middle 95 % of what comes of it: see docs/explanation/counts-with-intervals.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.compared import as_frame
from kithmap.desk.drawn_tables import DRAWS_AT_MOST, find_drawn_tables
from kithmap.governance.rules import CountRule, Sets
from kithmap.model.tables import DRAW_ALIKE

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from kithmap.stats.audit import AuditPosterior

    Ints = NDArray[np.int64]

Key = tuple[Any, ...]
Columns = dict[str, list[int | None]]
# What of those counted may be wrong: whom one draw in twenty parts or joins otherwise.
DOUBT = 0.05


@dataclass(frozen=True)
class Drawn:
    """The counts of one column over the draws: one row a draw, one column for each key.

    links: of those counted, how many rest on links that may be wrong.
    """

    keys: tuple[Key, ...]
    counts: "Ints"
    unsure: "Ints"


@dataclass(frozen=True)
class _Changes:
    """What each draw changes: which of the rows count, and in which draw, numbered from 0."""

    rows: "pl.DataFrame"
    counting: "Ints | slice"
    draw: "Ints"


def with_ranges(asked: Asked, answer: "pa.Table", posterior: "AuditPosterior | None") -> "pa.Table":
    """The answer with the range of every count of people beside it; as it was where there are no draws.

    Columns: for each count `low` and `high` (95 %), and `likely` where a sample puts counts right.
    """
    rule = asked.measure.rule
    if not asked.is_ranged or not answer.num_rows:
        return answer
    drawn = find_drawn(asked, answer, posterior.shift if posterior is not None else 0.0)
    if posterior is None or not rule.seen_in:
        right, corrected = {name: each.counts for name, each in drawn.items()}, False
    else:
        from kithmap.desk.corrected import put_answer_right

        right, corrected = put_answer_right(asked, answer, drawn, posterior), True
    columns = {
        name: _range_columns(rule, name, answer, drawn[name], right[name], corrected) for name in drawn
    }
    return _beside(answer, columns)


def keys_of(answer: "pa.Table", rule: CountRule) -> list[str]:
    """The columns that say what a row is of: text, and nothing that is counted."""
    return [
        name for name in answer.column_names if str(answer[name].type) == "string" and name not in rule.names
    ]


def find_drawn(asked: Asked, answer: "pa.Table", shift: float = 0.0) -> dict[str, Drawn]:
    """Every count of people over the draws, those of the published answer first.

    shift: by how much the log-odds of doubtful links are to be moved: see `stats.calibration`.
    """
    found = find_changes(asked, with_links=bool(shift))
    rows = as_frame(found)
    counting, draw = _again(asked, rows, shift) if shift else (slice(None), rows["draw"].to_numpy() - 1)
    changes = _Changes(rows, counting, draw)
    names = [name for name in keys_of(answer, asked.measure.rule) if name in found.column_names]
    published = list(zip(*(answer[name].to_pylist() for name in names), strict=True))
    return {
        count: _over_draws(asked, count, changes, names, published, answer[count].to_pylist())
        for count in asked.measure.rule.people
    }


def find_changes(asked: Asked, *, with_links: bool = False) -> "pa.Table":
    """By how much each draw changes each count, by the groups of parts that it changes.

    Shape: one row per draw, group and key where any count changes.
    Columns: `draw`, `drawn_group`, the measure's columns of text, and its counts of people: as drawn less as
        published. `links`, where asked for: how many links more the draw makes of the group than the
        published people have.
    """
    from kithmap.engines.engine import unsorted

    rule = asked.measure.rule
    tables = find_drawn_tables(asked.engine, asked.scope, rule.seen_in)
    inputs = [tables.table(table) for table in asked.measure.inputs]
    # There are many more rows than in an answer, and they are only added up.
    built: Any = unsorted(asked.measure.build(*inputs, **asked.options))
    keys = [name for name, kind in built.schema().items() if kind.is_string() and name not in rule.names]
    side: Any = (built.draw > 0).ifelse(1, -1)
    counts = {name: (built[name] * side).sum().cast("int64") for name in rule.people if name in built.columns}
    # Most of what a draw changes is changed back by the people as published: the engine drops it.
    net: Any = built.group_by(code=built.draw.abs(), **{name: built[name] for name in keys}).agg(**counts)
    moved: Any = sum(net[name].abs() for name in counts)
    changed: Any = net.filter(moved > 0)
    if with_links:
        changed = changed.inner_join(tables.links(), "code")
    changed = changed.mutate(
        same_as=(changed.code % DRAWS_AT_MOST).cast("int64"),
        drawn_group=(changed.code // DRAWS_AT_MOST).cast("int64"),
    )
    alike: Any = asked.engine.table(DRAW_ALIKE.name)
    alike = alike.select(
        drawn_group=alike.group_id, same_as=alike.same_as.cast("int64"), draw=alike.draw.cast("int64")
    )
    every: Any = changed.inner_join(alike, ["drawn_group", "same_as"])
    more = ["links"] if with_links else []
    return asked.engine.fetch(every.select(*keys, *counts, *more, "draw", "drawn_group"))


def _again(asked: Asked, rows: "pl.DataFrame", shift: float) -> "tuple[Ints, Ints]":
    """The rows of changes that count, and in which draws, the groups drawn again with the odds of links moved."""
    import numpy as np

    from kithmap.stats.calibration import draw_again, taken

    groups, group = np.unique(rows["drawn_group"].to_numpy(), return_inverse=True)
    place = group * asked.draws + rows["draw"].to_numpy() - 1
    links = np.zeros(groups.size * asked.draws, dtype=np.int64)
    links[place] = rows["links"].to_numpy()
    chosen = draw_again(links.reshape(-1, asked.draws), shift, asked.generator().spawn(1)[0])
    return taken(place, chosen)


def _over_draws(
    asked: Asked,
    count: str,
    changes: _Changes,
    names: Sequence[str],
    published: Sequence[Key],
    values: Sequence[Any],
) -> Drawn:
    import numpy as np
    import polars as pl

    frame = changes.rows.select(*names, "draw", "drawn_group", change=count)
    known = pl.DataFrame(published, schema={name: frame.schema[name] for name in names}, orient="row")
    keys = pl.concat([known, frame.select(names)]).unique(maintain_order=True)
    placed = keys.with_columns(at=pl.int_range(keys.height))
    frame, known = (
        rows.join(placed, on=names, how="left", nulls_equal=True, maintain_order="left")
        for rows in (frame, known)
    )
    size, at = keys.height, frame["at"].to_numpy()[changes.counting]
    counts = np.bincount(
        changes.draw * size + at,
        frame["change"].to_numpy()[changes.counting],
        asked.draws * size,
    )
    whole = np.bincount(known["at"].to_numpy(), [value or 0 for value in values], size)
    told = (counts.reshape(asked.draws, size) + whole).astype(np.int64)
    return Drawn(tuple(keys.iter_rows()), told, _unsure(asked.draws, frame, size))


def _unsure(draws: int, changes: "pl.DataFrame", keys: int) -> "Ints":
    """How many of each key's people one draw in twenty or more takes away from it, group by group."""
    import numpy as np
    import polars as pl

    often = max(math.ceil(DOUBT * draws), 1)
    totals = changes.group_by("drawn_group", "at", "draw").agg(lost=-pl.col("change").sum())
    # A draw without a row changes nothing: as many are lost as the draw of that rank takes away.
    ranked = totals.filter(pl.col("lost") > 0).group_by("drawn_group", "at").agg(
        lost=pl.col("lost").sort(descending=True).slice(often - 1, 1).first()
    )  # fmt: skip
    lost = ranked.drop_nulls("lost")
    return np.bincount(lost["at"].to_numpy(), lost["lost"].to_numpy(), keys).astype(np.int64)


def _range_columns(
    rule: CountRule, count: str, answer: "pa.Table", drawn: Drawn, right: "Ints", corrected: bool
) -> Columns:
    """The columns that stand beside a count, in the order of the answer's rows."""
    from kithmap.stats.missed import range_of

    rows = answer.num_rows
    low, high, likely = range_of(right[:, :rows])
    said = {"low": low, "high": high}
    if corrected:
        said["likely"] = likely
    beside: Columns = {rule.ranged(count)[part]: values.tolist() for part, values in said.items()}
    if isinstance(rule.adds_up, Sets):
        several = [rule.adds_up.separator in str(name) for name in answer[rule.adds_up.column].to_pylist()]
        unsure = zip(several, drawn.unsure.tolist(), strict=False)
        beside[rule.ranged(count)["unsure"]] = [number if is_so else None for is_so, number in unsure]
    return beside


def _beside(answer: "pa.Table", columns: Mapping[str, Columns]) -> "pa.Table":
    import pyarrow as pa

    for count, beside in columns.items():
        at = answer.column_names.index(count) + 1
        for name, values in beside.items():
            answer = answer.add_column(at, name, pa.array(values, type=pa.int64()))
            at += 1
    return answer
