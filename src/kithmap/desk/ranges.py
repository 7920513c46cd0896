"""The range of every count of people: how far it may be out because linkage may be.

A build keeps draws of its linkage. A measure is built once more, by the same code, on the rows of all
people whom any draw makes, each once; what each draw changes is added to what was published. Where a
checked sample says how often doubtful links are right, they are drawn as often; and where it says what
links were missed or wrong, each draw is put right by it.
The range is the middle 95 % of what comes of it: see docs/explanation/counts-with-intervals.md.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.compared import as_frame
from kithmap.desk.drawn_changes import Changes, find_changes
from kithmap.governance.rules import CountRule, Sets

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

    unsure: of those counted, how many rest on links that may be wrong.
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
    import numpy as np
    import polars as pl

    from kithmap.stats.arranged import over_draws

    changes = find_changes(asked)
    names = [name for name in keys_of(answer, asked.measure.rule) if name in changes.keys.columns]
    known = as_frame(answer.select(names))
    keys = pl.concat([known, changes.keys.select(names)]).unique(maintain_order=True)
    by_draw = _again(asked, changes, shift) if shift else changes.by_draw
    at, told = _places(known, keys), tuple(keys.iter_rows())
    drawn: dict[str, Drawn] = {}
    for count, each in _by_keys(changes, keys).items():
        whole = np.bincount(at, [value or 0 for value in answer[count].to_pylist()], keys.height)
        counts = over_draws(by_draw, each) + whole.astype(np.int64)
        drawn[count] = Drawn(told, counts, _unsure(asked, changes, each))
    return drawn


def _by_keys(changes: Changes, keys: "pl.DataFrame") -> dict[str, Any]:
    """The changes by the keys of an answer; of several keys one may be made."""
    import numpy as np

    from kithmap.stats.arranged import sparse_sum

    into = _places(changes.keys.select(keys.columns), keys)
    ones, places = np.ones(into.size, dtype=np.int64), np.arange(into.size)
    made = sparse_sum(ones, places, into, (into.size, keys.height))
    return {count: each @ made for count, each in changes.counts.items()}


def _places(rows: "pl.DataFrame", keys: "pl.DataFrame") -> "Ints":
    """The place of each row among the keys."""
    import polars as pl

    placed = keys.with_columns(at=pl.int_range(keys.height))
    return rows.join(placed, on=keys.columns, nulls_equal=True, maintain_order="left")["at"].to_numpy()


def _again(asked: Asked, changes: Changes, shift: float) -> "NDArray[np.integer]":
    """The arrangements that draws have of the groups that change a count, drawn again with the odds of links moved."""
    from kithmap.stats.calibration import arranged_again

    by_draw = changes.by_draw[(changes.by_draw >= 0).any(axis=1)]
    return arranged_again(by_draw, changes.links, shift, asked.generator().spawn(1)[0])


def _unsure(asked: Asked, changes: Changes, changed: Any) -> "Ints":
    """How many of each key's people one draw in twenty or more takes away from it, group by group.

    Said of those on several lists alone: none are found for other measures.
    """
    import numpy as np

    from kithmap.stats.arranged import taken_away

    if not isinstance(asked.measure.rule.adds_up, Sets):
        size: int = changed.shape[1]
        return np.zeros(size, dtype=np.int64)
    often = max(math.ceil(DOUBT * asked.draws), 1)
    return taken_away(changes.by_draw, changes.arranged.group_of, changed, often)


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
