"""A filled-in sheet of a register: its rows as text, by the register's columns; nothing left out in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kithmap.errors import EmptyExtract, LayoutMismatch, UnreadableFile
from kithmap.ingest.files import SourceFile
from kithmap.ingest.headings import SEARCHED, headings_at, tidy
from kithmap.ingest.workbooks import Workbook, cell_text, opening_of
from kithmap.model.registers import RegisterTable

MOST_BYTES = 10 * 2**20
MOST_ROWS = 5_000
MOST_CELLS = 1_000_000


@dataclass(frozen=True, repr=False)
class EntryRow:
    """One filled row: its number as a spreadsheet shows it, what is written by column, which are formulas."""

    number: int
    written: Mapping[str, str]
    formulas: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<EntryRow {self.number}>"


@dataclass(frozen=True)
class EntrySheet:
    """The rows of a sheet that has a register's columns. unread: headings of columns the register does not have."""

    sheet: str
    rows: tuple[EntryRow, ...]
    unread: tuple[str, ...] = ()


def read_entry_sheet(source: SourceFile, table: RegisterTable) -> EntrySheet:
    """Read the sheet of a workbook that has a register's columns.

    Raises: UnreadableFile; LayoutMismatch where no sheet, or more than one, has its columns; EmptyExtract.
    """
    _check_size(source)
    book = Workbook(source)
    # Before a sheet is read: two cells far from each other would fill the memory with nothing.
    for facts in book.facts.values():
        _check_extent(book.name, facts.rows, facts.columns)
    sheet, index, names = _choose(book, table)
    cells = book.rows(sheet)
    _check_extent(book.name, len(cells), max(map(len, cells), default=0))
    places = {column.name: names.index(tidy(column.label)) for column in table.columns}
    formulas = book.facts[sheet].formulas if sheet in book.facts else frozenset[tuple[int, int]]()
    rows: list[EntryRow] = []
    for number, row in enumerate(cells[index + 1 :], start=index + 2):
        written = {name: cell_text(row[at]).strip() if at < len(row) else "" for name, at in places.items()}
        counted = tuple(name for name, at in places.items() if (number, at + 1) in formulas)
        if any(written.values()) or counted:
            rows.append(EntryRow(number, written, counted))
    if not rows:
        raise EmptyExtract(
            f"Sheet '{sheet}' of {book.name} has headings and no rows below them.",
            "At least one row.",
            "Fill in the rows below the headings, save the workbook, and send it in again.",
        )
    if len(rows) > MOST_ROWS:
        raise _too_large(book.name, f"{len(rows):,} rows")
    known = set(places.values())
    unread = tuple(
        str(name)
        for at, name in enumerate(cell_text(cell).strip() for cell in cells[index])
        if name and at not in known
    )
    return EntrySheet(sheet, tuple(rows), unread)


def _check_size(source: SourceFile) -> None:
    if len(source.data) > MOST_BYTES:
        raise _too_large(source.name, f"{len(source.data) / 2**20:,.0f} MB")
    if source.kind == "text":
        raise UnreadableFile(
            f"{source.name} is no workbook.",
            "The register's template, filled in (.xlsx).",
            "Download the template, copy the rows into it, and send that.",
        )


def _check_extent(name: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise _too_large(name, f"{rows:,} rows and {columns:,} columns to its last cell")


def _too_large(name: str, how: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is larger than a register's sheet may be: it has {how}.",
        f"At most {MOST_ROWS:,} filled rows and {MOST_BYTES // 2**20} MB.",
        "Send it in several parts, and clear stray cells far below the rows.",
    )


def _choose(book: Workbook, table: RegisterTable) -> tuple[str, int, list[str]]:
    """The one sheet that has every column: its name, the place of its headings, and those tidied."""
    wanted = {tidy(column.label) for column in table.columns}
    fits: list[tuple[str, int, list[str]]] = []
    lacking: dict[str, set[str]] = {}
    for sheet in book.sheets:
        rows = opening_of(book, sheet)
        for index in range(min(len(rows), SEARCHED)):
            names = [tidy(name) for name in headings_at(rows, index).names]
            if wanted <= set(names):
                fits.append((sheet, index, names))
                break
            if len(wanted & set(names)) > len(wanted) / 2:
                lacking[sheet] = wanted - set(names)
    if len(fits) == 1:
        return fits[0]
    raise _no_one_sheet(book, table, fits, lacking)


def _no_one_sheet(
    book: Workbook,
    table: RegisterTable,
    fits: Sequence[tuple[str, int, list[str]]],
    lacking: Mapping[str, set[str]],
) -> LayoutMismatch:
    columns = ", ".join(f"'{column.label}'" for column in table.columns)
    if fits:
        several = ", ".join(f"'{fit[0]}'" for fit in fits)
        what = f"{book.name} has more than one sheet with the register's columns: {several}."
    elif lacking:
        sheet, missing = next(iter(lacking.items()))
        named = ", ".join(f"'{column.label}'" for column in table.columns if tidy(column.label) in missing)
        what = f"Sheet '{sheet}' of {book.name} lacks columns of the register: {named}."
    else:
        what = f"No sheet of {book.name} has the columns of the register '{table.title}'."
    return LayoutMismatch(
        what,
        f"One sheet with a row of headings, in the first {SEARCHED} rows: {columns}.",
        "Download the register's template, and fill in that.",
    )
