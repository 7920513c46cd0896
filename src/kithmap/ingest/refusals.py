"""Rows and cells that are not taken: gathered for the whole file, each with its place and its reason."""

from collections import Counter
from collections.abc import Iterable

import polars as pl

from kithmap.errors import UnreadableFile
from kithmap.ingest.grid import Grid
from kithmap.ingest.headings import tidy
from kithmap.ingest.layouts import Layout
from kithmap.ingest.reading import ROW, CellFault, Reading
from kithmap.ingest.receipts import LISTED, Refusal, RefusalCount

_TOTAL = r"(?i)^\s*(?:grand\s+|sub[\s-]?|column\s+)?totals?\b"
_DO: dict[str, tuple[str, str]] = {
    "is blank": ("A row with something in it.", "Nothing, unless rows are missing: then ask the sender."),
    "is a total, not a record": ("One record in a row.", "Nothing: totals are counted from the records."),
    "is the same as row": (
        "Each record once.",
        'Nothing; if both are meant, set duplicates = "keep" in the layout.',
    ),
    "names nobody": ("A name, a number or a date of birth.", "Ask the sender who the row is about."),
    "has": (
        "As many cells as there are headings.",
        "Look for a stray delimiter, line break or quote in that row.",
    ),
    "is empty": ("A value that can be read.", "Ask the sender to complete the row."),
}


class Refusals:
    """The refusals of one file. Every row is refused at most once."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows: dict[int, tuple[str, str]] = {}
        self._cells: list[CellFault] = []

    @property
    def rows_refused(self) -> int:
        return len(self._rows)

    @property
    def cells_refused(self) -> int:
        return sum(len(fault.rows) for fault in self._cells)

    def add_rows(self, rows: Iterable[int], column: str, what: str) -> None:
        """Refuse rows for a reason; a row already refused keeps its first reason."""
        for row in rows:
            self._rows.setdefault(row, (column, what))

    def add_cells(self, faults: Iterable[CellFault]) -> None:
        self._cells.extend(faults)

    def listed(self) -> tuple[Refusal, ...]:
        """The first refusals in full, rows before cells."""
        full = [
            self._refusal("row", row, column, what, _advice(what))
            for row, (column, what) in sorted(self._rows.items())[:LISTED]
        ]
        for fault in self._cells:
            room = LISTED - len(full)
            full += [
                self._refusal("cell", row, fault.column, fault.what, (fault.expected, fault.do))
                for row in fault.rows[: max(room, 0)]
            ]
        return tuple(full)

    def _refusal(self, kind: str, row: int, column: str, what: str, advice: tuple[str, str]) -> Refusal:
        return Refusal(
            kind="row" if kind == "row" else "cell",
            sheet=self._grid.sheet,
            row=row,
            line=row + self._grid.first_line - 1,
            column=column,
            what=f"The {kind} {what}.",
            expected=advice[0],
            do=advice[1],
        )

    def summary(self) -> tuple[RefusalCount, ...]:
        """How often each reason occurs, and where first."""
        counts: Counter[tuple[str, str]] = Counter()
        first: dict[tuple[str, str], int] = {}
        for row, (column, what) in sorted(self._rows.items()):
            counts[column, _reason(what)] += 1
            first.setdefault((column, _reason(what)), row)
        rows = [
            RefusalCount("row", column, f"The row {what}.", count, first[column, what])
            for (column, what), count in counts.items()
        ]
        cells = [
            RefusalCount("cell", fault.column, f"The cell {fault.what}.", len(fault.rows), fault.rows[0])
            for fault in self._cells
        ]
        return (*rows, *cells)

    def in_words(self) -> str:
        """The reasons rows were refused, in words."""
        reasons = [one for one in self.summary() if one.kind == "row"]
        return ", ".join(f"in {one.count:,} {one.what.lower().rstrip('.')}" for one in reasons) or "no reason"

    def check_formulas(self, name: str, reading: Reading, layout: Layout) -> None:
        """Refuse a file in which a cell that would be read is a formula.

        Raises: UnreadableFile.
        """
        if not self._grid.formulas:
            return
        wanted = {tidy(column) for column in layout.columns}
        places = {place for key, place in self._grid.headings.positions().items() if key in wanted}
        rows = set(reading.rows.to_list())
        live = [(row, place) for row, place in self._grid.formulas if row in rows and place in places]
        if live:
            row, place = live[0]
            raise UnreadableFile(
                f"{name} has formulas in {len(live):,} cells that would be read, first in row {row} of column "
                f"'{self._grid.headings.names[place]}'.",
                "Values, not formulas: what a formula shows can be out of date or not what was meant.",
                "In the spreadsheet, copy the cells, paste them as values, and save it again.",
            )


def _reason(what: str) -> str:
    """A reason without its row number, so that refusals of one kind are counted together."""
    if what.startswith("is the same as row"):
        return "is the same as an earlier row"
    return "has too many or too few cells" if what.startswith("has ") else what


def _advice(what: str) -> tuple[str, str]:
    return next((advice for start, advice in _DO.items() if what.startswith(start)), ("", ""))


def refuse_rows(grid: Grid, layout: Layout, refusals: Refusals) -> pl.DataFrame:
    """Refuse ragged, blank and total rows and repetitions; return the cells of the rows that stay."""
    width = len(grid.headings.names)
    for row, cells in grid.ragged.items():
        refusals.add_rows([row], "", f"has {cells:,} cells where there are {width:,} headings")
    cells = grid.cells
    columns = [name for name in cells.columns if name != ROW]
    first = pl.coalesce(columns)
    filled = pl.sum_horizontal(pl.col(columns).is_not_null())
    # A person may be called Total: a totals row is mostly empty, and has a number or nothing beside it.
    is_total = first.str.contains(_TOTAL) & (
        (2 * filled <= width + 1) | first.str.contains(r"(?i)total.*\d|grand|sub")
    )
    marked = cells.select(blank=first.is_null(), total=is_total.fill_null(value=False))
    for mark, what in (("blank", "is blank"), ("total", "is a total, not a record")):
        refusals.add_rows(cells[ROW].filter(marked[mark]), "", what)
    refused = marked["blank"] | marked["total"]
    kept = cells.filter(~refused) if refused.any() else cells
    return kept if layout.format.duplicates == "keep" else _refuse_repeated(kept, columns, refusals)


def _refuse_repeated(cells: pl.DataFrame, columns: list[str], refusals: Refusals) -> pl.DataFrame:
    fingerprint = cells.select(columns).hash_rows()
    alike = cells.filter(fingerprint.is_duplicated())
    if alike.is_empty():
        return cells
    # Equal fingerprints are only likely to be equal rows: compare the cells themselves.
    firsts = alike.with_columns(pl.col(ROW).min().over(columns).alias("__first"))
    repeated = firsts.filter(pl.col(ROW) != pl.col("__first")).select(ROW, "__first")
    for row, first in repeated.iter_rows():
        refusals.add_rows([row], "", f"is the same as row {first}")
    return cells.filter(~pl.col(ROW).is_in(repeated[ROW].implode()))
