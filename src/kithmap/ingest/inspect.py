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
from kithmap.ingest.guesses import Guess, guess_column
from kithmap.ingest.headings import Headings, headings_at, tidy
from kithmap.ingest.proposal import propose_layout
from kithmap.model.times import parse_moments

SAMPLES = 3
HIDDEN = "(not shown: points to a person)"


@dataclass(frozen=True, repr=False)
class ColumnFound:
    """One column of the file: its heading, three samples and what it seems to hold."""

    name: str
    guess: Guess
    samples: tuple[str, ...]
    filled: int
    distinct: int


@dataclass(frozen=True, repr=False)
class Inspection:
    """What a file holds, and the layout proposed for it."""

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


def inspect_file(path: Path | str, *, sheet: str | None = None) -> Inspection:
    """Find sheet, row of headings, encoding and delimiter of a file, and guess each column.

    Raises: UnreadableFile, EmptyExtract, LayoutMismatch.
    """
    source = read_file(path)
    grid, sheets, delimiter = (
        _read_text(source, sheet) if source.kind == "text" else _read_book(source, sheet)
    )
    columns = tuple(
        _look_at(name, grid.cells[f"c{place}"]) for place, name in enumerate(grid.headings.names) if name
    )
    return Inspection(
        file=source.name,
        kind=_kind_in_words(source),
        sheet=grid.sheet,
        sheets=sheets,
        encoding=grid.encoding,
        delimiter=delimiter,
        header_row=grid.headings.index + 1,
        rows=grid.rows_in,
        dates=_how_dates_were_read(columns, grid),
        columns=columns,
        notes=grid.notes,
    )


def _kind_in_words(source: SourceFile) -> str:
    if source.kind == "text":
        return "text, packed with gzip" if source.packed else "text"
    return "workbook"


def _read_text(source: SourceFile, sheet: str | None) -> tuple[Grid, tuple[str, ...], str]:
    if sheet is not None:
        raise LayoutMismatch(
            f"{source.name} is a text file and has no sheets.", "A workbook.", "Leave out --sheet."
        )
    text = decode(source, None)
    openings = [read_opening(text, delimiter) for delimiter in DELIMITERS]
    opening = max(openings, key=_regularity)
    headings = find_likely_headings(opening.rows)
    return read_rows(text, opening, headings), (), opening.delimiter


def _regularity(opening: Opening) -> tuple[int, int]:
    """How many rows have the commonest number of columns, for delimiters that give more than one."""
    widths = [len(row) for row in opening.rows if len(row) > 1]
    common = max(set(widths), key=widths.count, default=0)
    return widths.count(common), common


def _read_book(source: SourceFile, sheet: str | None) -> tuple[Grid, tuple[str, ...], str]:
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
    headings = find_likely_headings(openings[chosen])
    return read_sheet(book, chosen, headings), book.sheets, ""


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
    distinct = filled.unique(maintain_order=True)
    return ColumnFound(
        name, guess_column(name, values), tuple(distinct.head(SAMPLES).to_list()), len(filled), len(distinct)
    )


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
