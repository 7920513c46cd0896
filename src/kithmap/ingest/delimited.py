"""Text files: encoding, delimiter, headings, and a fast read of the rows."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, Literal

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from kithmap.errors import EmptyExtract, LayoutMismatch, UnreadableFile
from kithmap.ingest.files import SourceFile
from kithmap.ingest.grid import Grid, tidy_cells
from kithmap.ingest.headings import SEARCHED, Headings, check_width, find_columns, find_headings
from kithmap.ingest.layouts import Layout

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 2**18
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 12, 13))


@dataclass(frozen=True, repr=False)
class Text:
    """A text file as UTF-8, with how its encoding was found."""

    name: str
    data: bytes
    encoding: str
    how: str

    @cached_property
    def first_lines(self) -> list[bytes]:
        """The lines of the opening, whole, each with its end."""
        has_end = b"\n" in self.data[:_SAMPLE] or b"\r" in self.data[:_SAMPLE]
        size = _SAMPLE if has_end else 16 * _SAMPLE
        lines = self.data[:size].splitlines(keepends=True)
        if len(self.data) > size and len(lines) > 1:
            lines.pop()
        return lines


def decode(source: SourceFile, encoding: str | None) -> Text:
    """The file as UTF-8: by the layout, else by byte order mark, else strict UTF-8, else cp1252.

    Raises: UnreadableFile when it is not text.
    """
    data = source.data
    for mark, name in _BOMS:
        if data.startswith(mark):
            body = data[len(mark) :]
            text = body if name == "utf-8" else _recode(body, name, source.name)
            return _checked(Text(source.name, text, name, "by its byte order mark"))
    if encoding is not None and encoding.casefold() not in ("utf-8", "utf8", "utf-8-sig"):
        return _checked(
            Text(source.name, _recode(data, encoding, source.name), encoding, "as the layout says")
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _checked(
            Text(source.name, _recode(data, "cp1252", source.name), "cp1252", "as it is not UTF-8")
        )
    return _checked(Text(source.name, data, "utf-8", "as all of it is valid"))


def _recode(data: bytes, encoding: str, name: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as problem:
        raise UnreadableFile(
            f"{name} is not text in {encoding}, from byte {problem.start:,} on.",
            "A text file in UTF-8 or Windows-1252.",
            "Ask the sender to export it as CSV in UTF-8.",
        ) from problem


def _checked(text: Text) -> Text:
    if len(text.data) != len(text.data.translate(None, _CONTROL)):
        raise UnreadableFile(
            f"{text.name} holds characters that no text has: it is a binary file.",
            "A text file (CSV), an Excel workbook or an OpenDocument sheet.",
            "Ask the sender for the rows as CSV or XLSX.",
        )
    return text


@dataclass(frozen=True)
class Opening:
    """The first rows of a text file under one delimiter, and where each row ends."""

    delimiter: str
    rows: tuple[tuple[str, ...], ...]
    ends: tuple[int, ...]


def read_opening(text: Text, delimiter: str) -> Opening:
    """The first rows, parsed, with the byte at which each ends.

    Raises: LayoutMismatch when there are too many columns.
    """
    lines = text.first_lines
    for line in lines[:SEARCHED]:
        check_width(line.count(delimiter.encode()) + 1, text.name)
    rows: list[tuple[str, ...]] = []
    ends: list[int] = []
    reader = csv.reader((line.decode("utf-8", "replace") for line in lines), delimiter=delimiter)
    done, consumed = 0, 0
    try:
        for row in reader:
            consumed += sum(len(line) for line in lines[done : reader.line_num])
            done = reader.line_num
            rows.append(tuple(row))
            ends.append(consumed)
            if len(rows) > SEARCHED:
                break
    except csv.Error:
        # A quote is open for more than a cell can hold; the rows before it still show the headings.
        pass
    return Opening(delimiter, tuple(rows), tuple(ends))


def read_delimited(source: SourceFile, layout: Layout) -> Grid:
    """Read a text file by its layout.

    Raises: UnreadableFile, EmptyExtract, LayoutMismatch.
    """
    text = decode(source, layout.format.encoding)
    opening, headings = _find_opening(text, layout)
    find_columns(headings, layout, text.name)
    return read_rows(text, opening, headings)


def _find_opening(text: Text, layout: Layout) -> tuple[Opening, Headings]:
    choices = (layout.format.delimiter,) if layout.format.delimiter else DELIMITERS
    best: tuple[int, Opening, Headings] | None = None
    for delimiter in choices:
        opening = read_opening(text, delimiter)
        found = find_headings(opening.rows, layout)
        if found and found[1] > (best[0] if best else -1):
            best = (found[1], opening, found[0])
    if best is None:
        raise LayoutMismatch(
            f"{text.name} does not have the columns of layout {layout.name} in its first {SEARCHED} rows.",
            "A row of headings with: " + ", ".join(f"'{column}'" for column in layout.columns[:8]) + ".",
            "Check that it is the right file and layout; `kithmap inspect` shows what the file holds.",
        )
    return best[1], best[2]


def read_rows(text: Text, opening: Opening, headings: Headings) -> Grid:
    """Read every row below the headings, as text."""
    last = headings.index + headings.rows - 1
    body = text.data[opening.ends[last] :].rstrip(b"\r\n")
    if not body:
        raise EmptyExtract(
            f"{text.name} has headings and no rows below them.",
            "At least one row.",
            "Ask the sender whether there was nothing to send.",
        )
    table, ragged = _parse(text, body, opening.delimiter, len(headings.names))
    _check_end(text, body, opening.delimiter, ragged, table.num_rows, len(headings.names))
    rows_in = table.num_rows + len(ragged)
    numbers = [number for number in range(1, rows_in + 1) if number not in ragged] if ragged else None
    row = pl.Series("row", numbers or range(1, rows_in + 1), dtype=pl.Int64)
    cells = pl.DataFrame(pl.from_arrow(table)).with_columns(row)
    note = f"Read as {text.encoding}, {text.how}; columns parted by {_name_of(opening.delimiter)}."
    return Grid("", headings, tidy_cells(cells), rows_in, text.encoding, ragged, notes=(note,))


def _parse(text: Text, body: bytes, delimiter: str, width: int) -> tuple[pa.Table, dict[int, int]]:
    ragged: dict[int, int] = {}

    def note_ragged(row: Any) -> Literal["skip", "error"]:
        ragged[row.number] = row.actual_columns
        return "skip"

    names = [f"c{position}" for position in range(width)]
    try:
        table = pc.read_csv(
            BytesIO(body),
            read_options=pc.ReadOptions(use_threads=False, column_names=names, block_size=2**24),
            parse_options=pc.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note_ragged,
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
            ),
        )
    except pa.ArrowInvalid as problem:
        raise _half_written(text.name) from problem
    return table, ragged


def _check_end(
    text: Text, body: bytes, delimiter: str, ragged: dict[int, int], kept: int, width: int
) -> None:
    """Refuse a file that stops inside a quoted cell or in the middle of its last row."""
    last = kept + len(ragged)
    whole = len(text.data) > 0 and text.data.endswith((b"\n", b"\r"))
    if not whole and ragged.get(last, width) < width:
        raise _half_written(text.name)
    if body.count(b'"') % 2 and _ends_in_quotes(body, delimiter):
        raise _half_written(text.name)


def _ends_in_quotes(body: bytes, delimiter: str) -> bool:
    inside = False
    reader: Sequence[bytes] = body.split(b'"')
    mark = delimiter.encode()
    # A quote opens a cell only at its beginning; any other quote in an unquoted cell is just a character.
    for before in reader[:-1]:
        if inside:
            inside = False
        elif not before or before.endswith((mark, b"\n", b"\r")):
            inside = True
    return inside


def _half_written(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} ends in the middle of a row, as a file does that was not written to its end.",
        "A file whose last row is whole and whose quotes are closed.",
        "Wait until it has been copied or saved, or ask for it again.",
    )


def _name_of(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter, f"'{delimiter}'")
