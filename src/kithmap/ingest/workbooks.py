"""Workbooks (XLSX, XLS, XLSB, ODS): the right sheet, its headings, its cells as text."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import polars as pl

from kithmap.errors import EmptyExtract, LayoutMismatch, UnreadableFile
from kithmap.ingest.archives import SheetFacts, check_archive, check_extent
from kithmap.ingest.files import SourceFile
from kithmap.ingest.grid import Grid, tidy_cells
from kithmap.ingest.headings import SEARCHED, Headings, check_width, find_columns, find_headings, tidy
from kithmap.ingest.layouts import Layout

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_HALF_A_SECOND = timedelta(milliseconds=500)


class Workbook:
    """A workbook that has passed its checks; sheets are read when asked for."""

    def __init__(self, source: SourceFile) -> None:
        self.name = source.name
        self.facts = self._check(source)
        self._book = self._open(source)
        self._last: tuple[str, Any] = ("", None)

    @staticmethod
    def _check(source: SourceFile) -> dict[str, SheetFacts]:
        if source.kind == "zip":
            return check_archive(source.data, source.name).sheets
        what = "is locked with a password" if _ENCRYPTED in source.data else ""
        what = what or ("holds macros, which are programs" if _MACROS in source.data else "")
        if what:
            raise UnreadableFile(
                f"{source.name} {what}.", "A plain workbook (.xlsx).", "Save it without, on the secure side."
            )
        return {}

    @staticmethod
    def _open(source: SourceFile) -> Any:
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            return CalamineWorkbook.from_filelike(BytesIO(source.data))
        except (CalamineError, OSError, ValueError) as problem:
            raise UnreadableFile(
                f"{source.name} cannot be read as a workbook: it is damaged, locked or of another kind.",
                "An Excel workbook (.xlsx, .xls, .xlsb) or an OpenDocument sheet (.ods).",
                "Open it, save it again as .xlsx, and receive that.",
            ) from problem

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(self._book.sheet_names)

    def rows(self, sheet: str, most: int | None = None) -> list[list[Any]]:
        """The cells of a sheet from its first row and column on.

        Raises: UnreadableFile; LayoutMismatch when it is too wide.
        """
        from python_calamine import CalamineError

        try:
            # Reading a sheet takes most of the time, and its first rows are looked at before all of them.
            if self._last[0] != sheet:
                self._last = (sheet, self._book.get_sheet_by_name(sheet))
            page = self._last[1]
            check_width(page.total_width, f"Sheet '{sheet}' of {self.name}")
            check_extent(page.total_width, page.total_height, self.name)
            return page.to_python(skip_empty_area=False, nrows=most)
        except CalamineError as problem:
            raise UnreadableFile(
                f"Sheet '{sheet}' of {self.name} cannot be read.",
                "A sheet of rows.",
                "Open the workbook, save it again as .xlsx, and receive that.",
            ) from problem


def read_workbook(source: SourceFile, layout: Layout, sheet: str | None = None) -> Grid:
    """Read the sheet of a workbook that has the layout's columns.

    Raises: UnreadableFile, EmptyExtract, LayoutMismatch.
    """
    book = Workbook(source)
    chosen, headings, others = _choose(book, layout, sheet or layout.format.sheet)
    find_columns(headings, layout, f"sheet '{chosen}' of {book.name}")
    return read_sheet(book, chosen, headings, others)


def _choose(book: Workbook, layout: Layout, stated: str | None) -> tuple[str, Headings, tuple[str, ...]]:
    names = book.sheets
    if stated is not None:
        names = tuple(name for name in names if tidy(name) == tidy(stated))
        if not names:
            raise LayoutMismatch(
                f"{book.name} has no sheet '{stated}'.",
                f"One of its sheets: {_listed(book.sheets)}.",
                "Name the sheet as it is written in the workbook.",
            )
    fits: list[tuple[int, str, Headings]] = []
    for name in names:
        found = find_headings(opening_of(book, name), layout)
        if found:
            fits.append((found[1], name, found[0]))
    best = max((fit[0] for fit in fits), default=0)
    fits = [fit for fit in fits if fit[0] == best]
    if not fits:
        raise _no_sheet_fits(book, layout, stated)
    if len(fits) > 1:
        raise LayoutMismatch(
            f"{book.name} has more than one sheet with the layout's columns: {_listed(fit[1] for fit in fits)}.",
            "One sheet to read.",
            'Name it: format = { sheet = "..." } in the layout, or in the call.',
        )
    return fits[0][1], fits[0][2], tuple(name for name in book.sheets if name != fits[0][1])


def _no_sheet_fits(book: Workbook, layout: Layout, stated: str | None) -> LayoutMismatch:
    where = f"sheet '{stated}'" if stated else f"any of its sheets ({_listed(book.sheets)})"
    return LayoutMismatch(
        f"{book.name} does not have the columns of layout {layout.name} in {where}.",
        f"A row of headings, in the first {SEARCHED} rows, with: "
        + ", ".join(f"'{column}'" for column in layout.columns[:8])
        + ".",
        "Check that it is the right file and layout; `kithmap inspect` shows what the file holds.",
    )


def _listed(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names)


def opening_of(book: Workbook, sheet: str) -> list[list[str]]:
    """The first rows of a sheet, as text."""
    return [[cell_text(cell) for cell in row] for row in book.rows(sheet, SEARCHED + 2)]


def read_sheet(book: Workbook, sheet: str, headings: Headings, others: Sequence[str] = ()) -> Grid:
    """Read every row below the headings, as text.

    Raises: EmptyExtract when there is none.
    """
    skipped = headings.index + headings.rows
    rows = book.rows(sheet)[skipped:]
    width = len(headings.names)
    columns = [[cell_text(row[place]) if place < len(row) else "" for row in rows] for place in range(width)]
    frame = {f"c{place}": pl.Series(column, dtype=pl.String) for place, column in enumerate(columns)}
    cells = tidy_cells(
        pl.DataFrame(frame).with_row_index("row", 1).with_columns(pl.col("row").cast(pl.Int64))
    )
    filled = cells.filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    # Formats without content reach below the table; rows after the last filled one are not rows.
    last = 0 if filled.is_empty() else int(filled["row"][-1])
    if not last:
        raise EmptyExtract(
            f"Sheet '{sheet}' of {book.name} has headings and no rows below them.",
            "At least one row.",
            "Ask the sender whether there was nothing to send.",
        )
    facts = book.facts.get(sheet, SheetFacts())
    formulas = tuple((row - skipped, column - 1) for row, column in sorted(facts.formulas) if row > skipped)
    notes = (f"Sheet '{sheet}' was read" + (f"; not read: {_listed(others)}." if others else "."),)
    return Grid(sheet, headings, cells.head(last), last, formulas=formulas, notes=notes)


def cell_text(cell: Any) -> str:
    """A typed cell as text: dates as 2009-09-03, times as 15:30:00, whole numbers without a point."""
    return _TEXT_OF.get(type(cell), str)(cell)


def _number_text(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _moment_text(moment: datetime) -> str:
    # Spreadsheets keep times as fractions of a day: half past three can be 15:29:59.9999.
    moment = (moment + _HALF_A_SECOND).replace(microsecond=0)
    return moment.date().isoformat() if moment.time() == time(0) else moment.isoformat()


def _length_text(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


_TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: lambda text: text,
    float: _number_text,
    int: str,
    bool: lambda answer: "yes" if answer else "no",
    datetime: _moment_text,
    date: lambda day: day.isoformat(),
    time: lambda clock: clock.replace(microsecond=0).isoformat(),
    timedelta: _length_text,
    type(None): lambda _: "",
}
