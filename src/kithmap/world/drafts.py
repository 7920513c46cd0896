"""An extract before it is written: cells, who is named in them, and the trouble of real files."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from kithmap.world.cases import Listing
from kithmap.world.forms import Form
from kithmap.world.narratives import stretches_at
from kithmap.world.streams import Bools, Ints, Streams

BLANK, TOTAL = -1, -2


@dataclass(frozen=True)
class Draft:
    """One extract: its cells as text, and for each mention its row (from 0), slot and person.

    is_candidate: mentions that are only a name jotted down, not to be linked; None for none.
    listed: for a list, who is on it, as its rows hold them.
    stretches: for narratives, what in them would tell who or where; see `narratives.Told`.
    """

    layout: str
    authority: int
    form: Form
    cells: pl.DataFrame
    row: Ints
    slot: Ints
    person: Ints
    name: str = ""
    faults: dict[str, int] = field(default_factory=dict)
    is_candidate: Bools | None = None
    listed: Listing | None = None
    stretches: pl.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.cells)


def draft(
    layout: str, authority: int, form: Form, columns: dict[str, pl.Series], people: Ints | None = None
) -> Draft:
    """Put an extract together whose rows each name one person, or none."""
    cells = pl.DataFrame(columns)
    nobody = np.zeros(0, dtype=np.int64)
    if people is None:
        return Draft(layout, authority, form, cells, nobody, nobody, nobody)
    row = np.arange(len(people))
    return Draft(layout, authority, form, cells, row, np.ones(len(people), dtype=np.int64), people)


def with_trouble(
    streams: Streams, made: Draft, *, duplicates: float, blanks: int = 0, total: str = ""
) -> Draft:
    """Repeat some rows, leave some blank, and close with a row of totals.

    `total` names the column that holds the count; the first column then says Total.
    """
    rng = streams.stream(f"trouble {made.layout} {made.authority} {made.name}")
    size = len(made)
    order = np.arange(size)
    twice = np.flatnonzero(rng.random(size) < duplicates)
    order = np.insert(order, np.minimum(twice + rng.integers(1, 4, len(twice)), size), twice)
    if size > 10 and blanks:
        order = np.insert(order, np.sort(rng.integers(2, len(order) - 1, blanks)), np.full(blanks, BLANK))
    if total and size:
        order = np.append(order, TOTAL)
    cells = _cells(made, order, total)
    row, pick = _mentions(made, order)
    candidate = None if made.is_candidate is None else made.is_candidate[pick]
    faults = {
        "duplicates": len(twice),
        "blank": int((order == BLANK).sum()),
        "totals": int((order == TOTAL).sum()),
    }
    return replace(
        made,
        cells=cells,
        row=row,
        slot=made.slot[pick],
        person=made.person[pick],
        faults=faults,
        is_candidate=candidate,
        stretches=None if made.stretches is None else stretches_at(made.stretches, order),
    )


def _cells(made: Draft, order: Ints, total: str) -> pl.DataFrame:
    if not len(made):
        return made.cells
    if (order >= 0).all():
        return made.cells.select(pl.all().gather(pl.Series(order)))
    position = pl.select(pl.when(pl.Series(order) >= 0).then(pl.Series(order))).to_series()
    cells = made.cells.select(pl.all().gather(position))
    if not total:
        return cells
    first, is_last = made.cells.columns[0], pl.Series(order == TOTAL)
    return cells.with_columns(
        pl.when(is_last).then(pl.lit("Total")).otherwise(pl.col(first)).alias(first),
        pl.when(is_last).then(pl.lit(str(len(made)))).otherwise(pl.col(total)).alias(total),
    )


def _mentions(made: Draft, order: Ints) -> tuple[Ints, Ints]:
    """The mentions after rows were repeated and put in: their new rows, and which they were."""
    if not len(made.row):
        return made.row, made.row
    by_row = np.argsort(made.row, kind="stable")
    rows = made.row[by_row]
    low, high = np.searchsorted(rows, order, "left"), np.searchsorted(rows, order, "right")
    counts = np.where(order < 0, 0, high - low)
    at = np.repeat(low, counts) + np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(np.arange(len(order)), counts), by_row[at]
