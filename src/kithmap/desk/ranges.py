"""The range of every count of people: how far it may be out because linkage may be.

A build keeps draws of its linkage. A measure is built once more, by the same code, on the rows of the
people whom the draws change, all draws in one query; what each draw changes is added to what was
published. Where a checked sample says what links were missed or wrong, each draw is put right by it.
The range is the middle 95 % of what comes of it: see docs/explanation/counts-with-intervals.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.drawn_tables import DRAWS_AT_MOST, find_drawn_tables
from kithmap.governance.rules import CountRule, Sets

if TYPE_CHECKING:
    import numpy as np
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


def with_ranges(asked: Asked, answer: "pa.Table", posterior: "AuditPosterior | None") -> "pa.Table":
    """The answer with the range of every count of people beside it; as it was where there are no draws.

    Columns: for each count `low` and `high` (95 %), and `likely` where a sample puts counts right.
    """
    rule = asked.measure.rule
    if not asked.is_ranged or not answer.num_rows:
        return answer
    drawn = find_drawn(asked, answer)
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


def find_drawn(asked: Asked, answer: "pa.Table") -> dict[str, Drawn]:
    """Every count of people over the draws, those of the published answer first."""
    changes = find_changes(asked)
    names = [name for name in keys_of(answer, asked.measure.rule) if name in changes.column_names]
    published = list(zip(*(answer[name].to_pylist() for name in names), strict=True))
    return {
        count: _over_draws(asked, count, changes, names, published, answer[count].to_pylist())
        for count in asked.measure.rule.people
    }


def find_changes(asked: Asked) -> "pa.Table":
    """What the measure counts of the people whom each draw changes, as published and as drawn.

    Shape: one row per draw, group of parts, side and key.
    """
    tables = find_drawn_tables(asked.engine, asked.scope, asked.measure.rule.seen_in)
    inputs = [tables.table(table) for table in asked.measure.inputs]
    return asked.engine.fetch(asked.measure.build(*inputs, **asked.options))


def split_draw(code: "Ints") -> tuple["Ints", "Ints", "Ints"]:
    """What the `draw` of a row says: the draw, the group of parts, and 1 as drawn or -1 as published."""
    import numpy as np

    whole = np.abs(code)
    return whole % DRAWS_AT_MOST, whole // DRAWS_AT_MOST, np.sign(code)


def _over_draws(
    asked: Asked,
    count: str,
    changes: "pa.Table",
    names: Sequence[str],
    published: Sequence[Key],
    values: Sequence[Any],
) -> Drawn:
    import numpy as np

    found = list(zip(*(changes[name].to_pylist() for name in names), strict=True))
    keys = tuple(dict.fromkeys([*published, *found]))
    place = {key: at for at, key in enumerate(keys)}
    at = np.array([place[key] for key in found], dtype=np.int64)
    draw, group, side = split_draw(changes["draw"].to_numpy())
    change = changes[count].to_numpy() * side
    counts = np.zeros((asked.draws, len(keys)), dtype=np.int64)
    np.add.at(counts, (draw - 1, at), change)
    known = np.zeros(len(keys), dtype=np.int64)
    np.add.at(known, [place[key] for key in published], [value or 0 for value in values])
    return Drawn(keys, counts + known, _unsure(asked.draws, group, at, change, draw, len(keys)))


def _unsure(draws: int, group: "Ints", at: "Ints", change: "Ints", draw: "Ints", keys: int) -> "Ints":
    """How many of each key's people one draw in twenty or more takes away from it, group by group."""
    import numpy as np

    group_at = np.unique(group, return_inverse=True)[1]
    # One row for each group and key that any draw changes; a draw without a row changes nothing.
    cell, cell_at = np.unique(group_at * keys + at, return_inverse=True)
    whole, total_at = np.unique(cell_at * (draws + 1) + draw, return_inverse=True)
    total = np.bincount(total_at, weights=change, minlength=whole.size)
    lost = np.zeros(cell.size, dtype=np.int64)
    owner = whole // (draws + 1)
    for most in range(1, int(-total.min(initial=0)) + 1):
        often = np.bincount(owner[total <= -most], minlength=cell.size)
        lost += often >= DOUBT * draws
    unsure = np.zeros(keys, dtype=np.int64)
    np.add.at(unsure, cell % keys, lost)
    return unsure


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
