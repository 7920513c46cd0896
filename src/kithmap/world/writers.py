"""Write extracts as CSV, XLSX and ODS, the same bytes for the same cells."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from kithmap.world.drafts import Draft
from kithmap.world.forms import EXCEL_MARK, Form

_CREATED = datetime(2026, 8, 1)  # noqa: DTZ001  a spreadsheet's own date, without a zone
_ZIP_TIME = (2026, 8, 1, 9, 0, 0)
_ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.3"'
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_NOTES = (
    "This file was produced for profiling under an information-sharing agreement.",
    "Dates are as recorded by the worker. Blank means not recorded, not 'no'.",
    "Queries to the data team.",
)


def headings(columns: list[str], form: Form) -> list[str]:
    """Column headings as the sender writes them: only case and spaces vary."""
    if form.header == "upper":
        return [column.upper() for column in columns]
    if form.header == "spaced":
        return [f" {column}" if number % 3 == 1 else f"{column} " for number, column in enumerate(columns)]
    return columns


def write_extract(folder: Path, draft: Draft) -> Path:
    """Write one extract; gives its path."""
    path = folder / f"{draft.name}.{draft.form.kind}"
    writer = {"csv": _write_csv, "xlsx": _write_xlsx, "ods": _write_ods}[draft.form.kind]
    writer(path, replace(draft, cells=draft.cells.select(pl.when(pl.all() != "").then(pl.all()))))
    return path


def _write_csv(path: Path, draft: Draft) -> None:
    form = draft.form
    cells = draft.cells.rename(
        dict(zip(draft.cells.columns, headings(draft.cells.columns, form), strict=True))
    )
    with path.open("wb") as file:
        if form.encoding == "cp1252":
            for start in range(0, max(len(cells), 1), 100_000):
                text = cells[start : start + 100_000].write_csv(
                    separator=form.delimiter, line_terminator=form.newline, include_header=start == 0
                )
                file.write(text.encode("cp1252", errors="replace"))
            return
        cells.write_csv(
            file,
            separator=form.delimiter,
            line_terminator=form.newline,
            include_bom=form.encoding == "utf-8-sig",
        )


def _write_xlsx(path: Path, draft: Draft) -> None:
    import xlsxwriter

    form = draft.form
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"title": draft.layout, "created": _CREATED})
    dated = book.add_format({"num_format": "dd/mm/yyyy"})
    bold = book.add_format({"bold": True})
    if form.notes:
        _write_lines(book.add_worksheet(form.notes[0]), _NOTES)
    sheet = book.add_worksheet("Data")
    _write_lines(sheet, form.title, bold)
    top = len(form.title) + (1 if form.title else 0)
    for column, text in enumerate(headings(draft.cells.columns, form)):
        sheet.write_string(top, column, text, bold)
    _write_cells(sheet, draft.cells, top + 1, dated)
    for extra in form.notes[1:]:
        _write_lines(book.add_worksheet(extra), ("See the data dictionary.",))
    book.close()


def _write_lines(sheet: Any, lines: Sequence[str], look: Any = None) -> None:
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, look)


def _write_cells(sheet: Any, cells: pl.DataFrame, top: int, dated: Any) -> None:
    for number, row in enumerate(cells.iter_rows(), top):
        for column, text in enumerate(row):
            if text is None:
                continue
            if text.startswith(EXCEL_MARK):
                sheet.write_number(number, column, int(text[1:]), dated)
            else:
                sheet.write_string(number, column, text)


def _ods_rows(draft: Draft) -> list[str]:
    rows = [
        "<table:table-row>"
        + "".join(map(_ods_cell, headings(draft.cells.columns, draft.form)))
        + "</table:table-row>"
    ]
    rows += [
        "<table:table-row>" + "".join(map(_ods_cell, cells)) + "</table:table-row>"
        for cells in draft.cells.iter_rows()
    ]
    return rows


def _ods_cell(text: str | None) -> str:
    if text is None or text == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def _write_ods(path: Path, draft: Draft) -> None:
    """Write a small OpenDocument sheet: three parts, times fixed so that the bytes repeat."""
    body = "".join(_ods_rows(draft))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        parts = (
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED),
            ("content.xml", content, zipfile.ZIP_DEFLATED),
            ("META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED),
        )
        for name, text, method in parts:
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = method
            archive.writestr(info, text.encode("utf-8"))
    path.write_bytes(buffer.getvalue())
