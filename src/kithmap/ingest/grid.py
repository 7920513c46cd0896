"""The table in a file, as text: its headings, its cells, and the rows that do not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from kithmap.ingest.headings import Headings


@dataclass(frozen=True, repr=False)
class Grid:
    """Every cell of one table as text, null where empty, with the physical row it stands in.

    `cells` has `row` (1 for the first below the headings) and `c0`, `c1`, ... in the order of the file.
    Rows that are ragged are not in `cells` but in `ragged`, with the number of their cells.
    """

    sheet: str
    headings: Headings
    cells: pl.DataFrame
    rows_in: int
    encoding: str = ""
    ragged: Mapping[int, int] = field(default_factory=dict)
    formulas: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Grid {self.sheet}: {self.rows_in} rows, {len(self.headings.names)} columns>"

    @property
    def first_line(self) -> int:
        """The line of the file that the first data row stands in."""
        return self.headings.index + self.headings.rows + 1


def tidy_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Strip every cell; empty text is null. Excel's `="text"` is the text."""
    columns = [name for name in cells.columns if name != "row"]
    stripped = cells.with_columns(pl.col(columns).str.strip_chars())
    marked = stripped.select(pl.col(columns).str.starts_with('="').any())
    quoted = [name for name in columns if marked[name][0]]
    if quoted:
        stripped = stripped.with_columns(pl.col(quoted).str.replace(r'(?s)^="(.*)"$', "$1").str.strip_chars())
    return stripped.with_columns(pl.when(pl.col(columns) != "").then(pl.col(columns)).name.keep())
