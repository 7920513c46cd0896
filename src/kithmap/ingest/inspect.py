"""Look at a file never seen before, and propose a layout for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from kithmap.errors import LayoutMismatch
from kithmap.ingest.delimited import DELIMITERS, Opening, decode, read_opening, read_rows
from kithmap.ingest.files import SourceFile, read_file
from kithmap.ingest.grid import Grid
from kithmap.ingest.guesses import DATED, Guess, guess_column
from kithmap.ingest.headings import Headings, headings_at, tidy
from kithmap.ingest.proposal import propose_layout
from kithmap.model.times import parse_dates, parse_moments

SAMPLES = 3
WORDS, OPENING = 20, 12
HIDDEN = "(not shown: points to a person)"


@dataclass(frozen=True, repr=False)
class ColumnFound:
    """One column of the file: its heading, three samples and what it seems to hold.

    words: every value with how often it comes, where they are few. read_as: its first date, as written and as read.
    """

    name: str
    guess: Guess
    samples: tuple[str, ...]
    filled: int
    distinct: int
    words: tuple[tuple[str, int], ...] = ()
    read_as: tuple[str, str] | None = None


@dataclass(frozen=True, repr=False)
class Inspection:
    """What a file holds, and the layout proposed for it.

    opening: the first rows of the file, as text, the headings among them.
    """

    file: str
    kind: str
    sheet: str
    sheets: tuple[str, ...]
    encoding: str
    delimiter: str
    header_row: int
    rows: int
    dates: str
    columns: tuple[ColumnFound, ...]
    notes: tuple[str, ...] = ()
    opening: tuple[tuple[str, ...], ...] = ()

    def __repr__(self) -> str:
        return f"<Inspection {self.file}: {self.rows} rows, {len(self.columns)} columns>"

    def to_toml(self) -> str:
        """The proposed layout, to be read and corrected by a person."""
        found = [(column.name, column.guess, _separator_in(column)) for column in self.columns]
        return propose_layout(self.file, found, sheet=self.sheet if len(self.sheets) > 1 else "")

    def to_dict(self, *, show_people: bool = False) -> dict[str, Any]:
        """Everything found as plain values; samples of personal columns only where asked for."""
        return {
            "file": self.file,
            "kind": self.kind,
            "sheet": self.sheet,
            "sheets": list(self.sheets),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header_row": self.header_row,
            "rows": self.rows,
            "dates": self.dates,
            "notes": list(self.notes),
            "columns": [
                {
                    "column": column.name,
                    "guess": column.guess.words,
                    "key": f"{column.guess.section}.{column.guess.key}".strip("."),
                    "filled": column.filled,
                    "distinct": column.distinct,
                    "samples": _shown(column, show_people=show_people),
                }
                for column in self.columns
            ],
        }


def _shown(column: ColumnFound, *, show_people: bool) -> list[str]:
    # What is not recognised may be a name: it is hidden as a name is.
    hidden = column.guess.is_personal or not column.guess.key
    return list(column.samples) if show_people or not hidden else [HIDDEN]


def _separator_in(column: ColumnFound) -> str:
    return next(
        (mark for mark in (";", "|", "/", ",") if sum(mark in text for text in column.samples) >= 2), ""
    )


def inspect_file(
    path: Path | str | SourceFile,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
) -> Inspection:
    """Find sheet, row of headings, encoding and delimiter of a file, and guess each column.

    header_row (1 for the first) and encoding: where they are known better.
    Raises: UnreadableFile, EmptyExtract, LayoutMismatch.
    """
    source = path if isinstance(path, SourceFile) else read_file(path)
    found = (
        _read_text(source, sheet, header_row, encoding)
        if source.kind == "text"
        else _read_book(source, sheet, header_row)
    )
    grid = found.grid
    columns = tuple(
        _look_at(name, grid.cells[f"c{place}"]) for place, name in enumerate(grid.headings.names) if name
    )
    return Inspection(
        file=source.name,
        kind=_kind_in_words(source),
        sheet=grid.sheet,
        sheets=found.sheets,
        encoding=grid.encoding,
        delimiter=found.delimiter,
        header_row=grid.headings.index + 1,
        rows=grid.rows_in,
        dates=_how_dates_were_read(columns, grid),
        columns=columns,
        notes=grid.notes,
        opening=tuple(tuple(row) for row in found.opening[: max(OPENING, grid.headings.index + 4)]),
    )


@dataclass(frozen=True, repr=False)
class _Found:
    grid: Grid
    opening: Sequence[Sequence[str]]
    sheets: tuple[str, ...] = ()
    delimiter: str = ""


def _kind_in_words(source: SourceFile) -> str:
    if source.kind == "text":
        return "text, packed with gzip" if source.packed else "text"
    return "workbook"


def _read_text(source: SourceFile, sheet: str | None, header_row: int | None, encoding: str | None) -> _Found:
    if sheet is not None:
        raise LayoutMismatch(
            f"{source.name} is a text file and has no sheets.", "A workbook.", "Leave out --sheet."
        )
    text = decode(source, encoding)
    openings = [read_opening(text, delimiter) for delimiter in DELIMITERS]
    opening = max(openings, key=_regularity)
    headings = _headings(opening.rows, header_row)
    return _Found(read_rows(text, opening, headings), opening.rows, delimiter=opening.delimiter)


def _regularity(opening: Opening) -> tuple[int, int]:
    """How many rows have the commonest number of columns, for delimiters that give more than one."""
    widths = [len(row) for row in opening.rows if len(row) > 1]
    common = max(set(widths), key=widths.count, default=0)
    return widths.count(common), common


def _read_book(source: SourceFile, sheet: str | None, header_row: int | None) -> _Found:
    from kithmap.ingest.workbooks import Workbook, opening_of, read_sheet

    book = Workbook(source)
    if sheet is not None and tidy(sheet) not in {tidy(name) for name in book.sheets}:
        raise LayoutMismatch(
            f"{source.name} has no sheet '{sheet}'.",
            "One of its sheets: " + ", ".join(f"'{name}'" for name in book.sheets) + ".",
            "Name the sheet as it is written in the workbook.",
        )
    names = [name for name in book.sheets if sheet is None or tidy(name) == tidy(sheet)]
    openings = {name: opening_of(book, name) for name in names}
    # The sheet with most filled cells in its first rows is the table; notes and lists are narrow.
    chosen = max(names, key=lambda name: sum(1 for row in openings[name] for cell in row if cell))
    headings = _headings(openings[chosen], header_row)
    return _Found(read_sheet(book, chosen, headings), openings[chosen], book.sheets)


def _headings(rows: Sequence[Sequence[str]], stated: int | None) -> Headings:
    if stated is None:
        return find_likely_headings(rows)
    if not 0 < stated <= len(rows) or not any(cell.strip() for cell in rows[stated - 1]):
        raise LayoutMismatch(
            f"There are no headings in row {stated}.",
            f"A row among the first {len(rows)} of the file, with text in it.",
            "Name the row that the headings stand in.",
        )
    return headings_at(rows, stated - 1)


def find_likely_headings(rows: Sequence[Sequence[str]]) -> Headings:
    """The first row that looks like headings: as wide as the table, all words, no two alike.

    Raises: LayoutMismatch when there are no rows.
    """
    if not rows:
        raise LayoutMismatch(
            "The sheet is empty.", "A row of headings and rows below it.", "Name another sheet."
        )
    widths = [sum(1 for cell in row if cell.strip()) for row in rows]
    widest = max(widths)
    for index, row in enumerate(rows[:-1] or rows):
        filled = [cell.strip() for cell in row if cell.strip()]
        is_wide = len(filled) >= max(0.6 * widest, min(2, widest))
        if is_wide and len(set(filled)) == len(filled) and not any(_is_value(cell) for cell in filled):
            return headings_at(rows, index)
    return headings_at(rows, widths.index(widest))


def _is_value(cell: str) -> bool:
    """Whether a cell is a number or a date, which no heading is."""
    return cell.replace(".", "").replace("/", "").replace("-", "").isdigit()


def _look_at(name: str, values: pl.Series) -> ColumnFound:
    filled = values.drop_nulls()
    counted = filled.value_counts(sort=False)
    distinct = filled.unique(maintain_order=True)
    few = counted.sort("count", descending=True).rows() if len(distinct) <= WORDS else ()
    guess = guess_column(name, values)
    return ColumnFound(
        name,
        guess,
        tuple(distinct.head(SAMPLES).to_list()),
        len(filled),
        len(distinct),
        words=tuple((str(word), int(count)) for word, count in few),
        read_as=_first_date(distinct) if guess.key in DATED else None,
    )


def _first_date(distinct: pl.Series) -> tuple[str, str] | None:
    """The first date of a column, as written and in words."""
    head = distinct.head(200)
    for read in (parse_moments(head)["value"].cast(pl.Date), parse_dates(head)["value"]):
        found = next((place for place, day in enumerate(read.to_list()) if day is not None), None)
        if found is not None:
            return head[found], f"{read[found].day} {read[found]:%B %Y}"
    return None


def _how_dates_were_read(columns: Sequence[ColumnFound], grid: Grid) -> str:
    """How dates were read, by the first date that is no date of birth."""
    dated = [
        column for column in columns if column.guess.key in ("start", "end", "recorded") and column.samples
    ]
    if not dated:
        return "no dates found" if not any(c.guess.key.startswith("dob") for c in columns) else "day first"
    values = grid.cells[f"c{grid.headings.names.index(dated[0].name)}"]
    parsed = parse_moments(values)["value"]
    row = next((place for place, value in enumerate(parsed.to_list()) if value is not None), None)
    if row is None:
        return "no dates found"
    value = parsed[row]
    return f"day first: '{values[row]}' in row {grid.cells['row'][row]} of '{dated[0].name}' is {value.day} {value:%B %Y}"
