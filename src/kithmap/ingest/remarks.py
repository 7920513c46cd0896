"""Remarks for the receipt: how dates were read, and cells that look like formulas."""

import polars as pl

from kithmap.ingest.grid import Grid
from kithmap.ingest.layouts import Layout, Value
from kithmap.ingest.reading import Reading, column_key
from kithmap.model.times import parse_dates, parse_moments

_BIRTH = ("dob", "dob_or_age", "name_dob")
_MARKS = "=@+-"
_FORMULA_LIKE = r"^(?:[=@]|[+-]\D)"


def how_dates_were_read(reading: Reading) -> list[str]:
    """How the first date was read, for a column that is not a date of birth where there is one."""
    dated = [
        (key, value)
        for use, key, value in reading.layout.values
        if (found := use.section.find_key(key))
        and found.kind in ("date", "moment", "pair", *_BIRTH)
        and value.columns
    ]
    for key, value in sorted(dated, key=lambda one: one[0] in _BIRTH):
        remark = _first_date(reading, key, value)
        if remark:
            return [remark]
    return []


def _first_date(reading: Reading, key: str, value: Value) -> str | None:
    raw = reading.raw(value).drop_nulls()
    if raw.is_empty():
        return None
    row = reading.rows.filter(reading.raw(value).is_not_null())[0]
    stated = value.dates or reading.layout.format.dates
    how = "as the layout says (" + ", ".join(stated) + ")" if stated else "day first"
    where = f"row {row} of '{value.columns[0]}'"
    if key in _BIRTH:
        return f"Dates were read {how}; the first is in {where}."
    parsed = parse_moments(raw.head(1), stated)["value"][0] or parse_dates(raw.head(1), stated)["value"][0]
    if parsed is None:
        return f"Dates were read {how}; the first is in {where}."
    return f"Dates were read {how}: the first, in {where}, is {parsed.day} {parsed:%B %Y}."


def _beginning_like_formulas(layout: Layout, reading: Reading) -> list[str]:
    """The columns in which a cell begins with a mark of formulas; in most there is none, which is quickly seen."""
    columns = [column_key(column) for column in layout.columns if column_key(column) in reading.cells.columns]
    if not columns:
        return []
    text = pl.col(columns).str
    begins = text.starts_with(_MARKS[0])
    for mark in _MARKS[1:]:
        begins |= text.starts_with(mark)
    found = reading.cells.select(begins.any())
    return [name for name in columns if found[name][0]]


def formula_remarks(grid: Grid, layout: Layout, reading: Reading) -> list[str]:
    """Cells of text that a spreadsheet would take for a formula, and formulas outside what was read."""
    remarks: list[str] = []
    for name in _beginning_like_formulas(layout, reading):
        count = reading.cells[name].str.contains(_FORMULA_LIKE).sum()
        if count:
            remarks.append(
                f"{count:,} cells of '{name.removeprefix('s:')}' begin like a formula; they are kept as text and never run."
            )
    if grid.formulas:
        remarks.append(
            f"{len(grid.formulas):,} formulas stand outside the cells that were read; they were not run."
        )
    return remarks
