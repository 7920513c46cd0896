"""Receive an extract: file and layout in, record tables and a receipt out; nothing is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa

from kithmap.errors import EmptyExtract, LayoutMismatch, NoAgreement, UnreadableFile
from kithmap.ingest.assemble import assemble, first_and_last
from kithmap.ingest.files import SourceFile, read_file
from kithmap.ingest.grid import Grid
from kithmap.ingest.headings import find_columns, tidy
from kithmap.ingest.layouts import Layout, load_layout
from kithmap.ingest.people import People, read_people
from kithmap.ingest.reading import ROW, Reading, column_key, translate
from kithmap.ingest.receipts import Receipt
from kithmap.ingest.refusals import Refusals, refuse_rows
from kithmap.model.keys import MAX_ROW


@dataclass(frozen=True, repr=False)
class Received:
    """What an extract gave: the record tables it feeds, and the receipt."""

    tables: dict[str, pa.Table]
    receipt: Receipt

    def __repr__(self) -> str:
        return f"<Received {self.receipt.name}: {self.receipt.rows_kept} of {self.receipt.rows_in} rows>"


def read_extract(
    path: Path | str | SourceFile,
    layout: Layout | str,
    *,
    receipt_no: int,
    la_code: str | None = None,
    allowed_columns: Collection[str] | None = None,
    authorities: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> Received:
    """Read an extract by its layout into record tables, with a receipt that accounts for every row.

    Shape: for each record table the layout feeds, the columns of `kithmap.model.records`.
    Raises: UnreadableFile, EmptyExtract, LayoutMismatch; NoAgreement when the layout reads a column of the
        file that is not among `allowed_columns`.

    `la_code` stands where the row names no authority; `authorities` gives the code for an authority's name.
    """
    chosen = load_layout(layout) if isinstance(layout, str) else layout
    source = path if isinstance(path, SourceFile) else read_file(path)
    grid = read_grid(source, chosen, sheet)
    check_allowed(grid, chosen, allowed_columns)
    return _receive(source, grid, chosen, receipt_no, _Authority(la_code or None, authorities or {}))


@dataclass(frozen=True)
class _Authority:
    """Whose rows they are: the agreement's authority, and the codes of authorities by name."""

    la_code: str | None
    codes: Mapping[str, str]

    def of_rows(self, reading: Reading) -> pl.Series:
        value = reading.layout.authority
        stated = reading.text(value)
        by_name = {name.strip().casefold(): code for name, code in self.codes.items()}
        if by_name:
            codes = frozenset(self.codes.values())
            stated = translate(stated, lambda text: text if text in codes else by_name.get(text.lower()))
        return stated.fill_null(self.la_code) if self.la_code is not None else stated


def read_grid(source: SourceFile, layout: Layout, sheet: str | None = None) -> Grid:
    """The table in a file, by whatever kind of file it is.

    Raises: UnreadableFile, EmptyExtract, LayoutMismatch.
    """
    if source.kind == "text":
        from kithmap.ingest.delimited import read_delimited

        if sheet is not None:
            raise LayoutMismatch(
                f"{source.name} is a text file and has no sheet '{sheet}'.",
                "A workbook.",
                "Leave out the sheet.",
            )
        grid = read_delimited(source, layout)
    else:
        from kithmap.ingest.workbooks import read_workbook

        grid = read_workbook(source, layout, sheet)
    if grid.rows_in > MAX_ROW:
        raise UnreadableFile(
            f"{source.name} has more than {MAX_ROW:,} rows.",
            "Fewer rows.",
            "Ask for it in parts, a year each.",
        )
    return grid


def check_allowed(grid: Grid, layout: Layout, allowed: Collection[str] | None) -> None:
    """Refuse when the layout would read a column of this file that the agreement does not name.

    Raises: NoAgreement.
    """
    if allowed is None:
        return
    agreed = {tidy(column) for column in allowed}
    present = grid.headings.positions()
    beyond = [column for column in layout.columns if tidy(column) in present and tidy(column) not in agreed]
    if beyond:
        named = ", ".join(f"'{column}'" for column in beyond)
        raise NoAgreement(
            f"The agreement does not cover the columns {named}, which layout {layout.name} reads.",
            "Only columns that the agreement names are read.",
            "Have the agreement changed, or use a layout that leaves them out.",
        )


def _receive(
    source: SourceFile, grid: Grid, layout: Layout, receipt_no: int, authority: _Authority
) -> Received:
    refusals = Refusals(grid)
    reading = Reading(_named_cells(refuse_rows(grid, layout, refusals), grid, layout), layout)
    reading, people = _refuse_unreadable(reading, layout, receipt_no, refusals)
    if reading.height == 0:
        raise EmptyExtract(
            f"{source.name} has {grid.rows_in} rows and none of them can be kept: {refusals.in_words()}.",
            "At least one row that can be kept.",
            "Check that it is the right file and layout.",
        )
    refusals.check_formulas(source.name, reading, layout)
    tables = assemble(reading, people, receipt_no, authority.of_rows(reading))
    refusals.add_cells(reading.faults)
    first, last = first_and_last(table for name, table in tables.items() if name != "mention")
    receipt = Receipt(
        name=source.name,
        sha256=source.sha256,
        layout=layout.name,
        holder=layout.holder,
        receipt_no=receipt_no,
        rows_in=grid.rows_in,
        rows_kept=reading.height,
        rows_refused=refusals.rows_refused,
        cells_refused=refusals.cells_refused,
        mentions=people.frame.height,
        sheet=grid.sheet,
        header_line=grid.headings.index + 1,
        encoding=grid.encoding,
        refusals=refusals.listed(),
        summary=refusals.summary(),
        notes=_notes(grid, layout, reading, people),
        not_read=_not_read(grid, layout),
        first_on=cast("date | None", first),
        last_on=cast("date | None", last),
        tables={name: table.num_rows for name, table in tables.items()},
        filled=_filled(reading, layout),
    )
    return Received(tables, receipt)


def _filled(reading: Reading, layout: Layout) -> dict[str, float]:
    present = [column for column in layout.columns if column_key(column) in reading.cells.columns]
    return {column: 1 - reading.cells[column_key(column)].null_count() / reading.height for column in present}


def _named_cells(cells: pl.DataFrame, grid: Grid, layout: Layout) -> pl.DataFrame:
    """Only the columns the layout reads, named as it names them."""
    found = find_columns(grid.headings, layout, grid.sheet or "the file")
    named = cells.select(
        ROW, *(pl.col(f"c{place}").alias(column_key(column)) for column, place in found.items())
    )
    above = [column_key(column) for column in layout.format.blank_means_previous]
    return named.with_columns(pl.col(above).forward_fill()) if above else named


def _refuse_unreadable(
    reading: Reading, layout: Layout, receipt_no: int, refusals: "Refusals"
) -> tuple[Reading, People]:
    """Refuse rows without a value the layout requires, and rows that name nobody where they must."""
    from kithmap.ingest.required import missing_required

    wrong = missing_required(reading)
    for rows, column, what in wrong:
        refusals.add_rows(rows, column, what)
    if wrong:
        refused = {row for rows, _, _ in wrong for row in rows}
        reading = Reading(reading.cells.filter(~pl.col(ROW).is_in(list(refused))), layout)
    people = read_people(reading, receipt_no)
    if layout.find("person") and not _speaks_of_more_than_people(layout):
        named = people.frame[ROW].unique()
        nobody = reading.rows.filter(~reading.rows.is_in(named.implode()))
        if len(nobody):
            refusals.add_rows(nobody.to_list(), "", "names nobody")
            faults, mended = reading.faults, reading.mended
            reading = Reading(reading.cells.filter(pl.col(ROW).is_in(named.implode())), layout)
            reading.faults, reading.mended = faults, mended
    return reading, people


def _speaks_of_more_than_people(layout: Layout) -> bool:
    return any(
        layout.find(section) for section in ("event", "place", "setting", "count", "attributes", "text")
    )


def _notes(grid: Grid, layout: Layout, reading: Reading, people: People) -> tuple[str, ...]:
    from kithmap.ingest.remarks import formula_remarks, how_dates_were_read

    rows = "rows" if grid.headings.rows == 2 else "row"
    notes = [*grid.notes, f"The headings are in {rows} {grid.headings.index + 1}."]
    notes += how_dates_were_read(reading)
    notes += formula_remarks(grid, layout, reading)
    notes += [f"{count:,} {what}." for what, count in reading.mended.items()]
    if people.set_aside:
        notes.append(f"{people.set_aside:,} people who only reported or work with the case were not kept.")
    return tuple(notes)


def _not_read(grid: Grid, layout: Layout) -> tuple[str, ...]:
    wanted = {tidy(column) for column in layout.columns}
    return tuple(name for name in grid.headings.names if name and tidy(name) not in wanted)
