"""Lists and answers as files: CSV and XLSX, each with the line that says what for, by whom and when."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from kithmap.desk import clock
from kithmap.products.documents import moment
from kithmap.products.tables import safe_text
from kithmap.web.visit import Visit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 60


def purpose_line(visit: Visit) -> str:
    """What every file says of itself in its first line."""
    purpose = visit.purpose
    told = f"Purpose {purpose.id} ({purpose.kind.value})" if purpose else "No purpose: nothing of any person"
    return f"Kithmap. {told}. For {visit.who}, {moment(clock.now())} UTC. Not to be passed on."


def as_file(
    visit: Visit,
    name: str,
    kind: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    notes: Sequence[str] = (),
) -> HttpResponse:
    """A list as a file of a kind, csv or xlsx; no text in it is run by a spreadsheet.

    notes: what goes with it: further lines at the head of a CSV, a sheet of their own in a workbook.
    """
    line = purpose_line(visit)
    body = _csv([line, *notes], headings, rows) if kind == "csv" else _xlsx(line, headings, rows, notes)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _csv(lines: Sequence[str], headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([[f"# {line}"] for line in lines])
    writer.writerow(headings)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    # The mark at the head tells Excel that it is UTF-8.
    return ("﻿" + out.getvalue()).encode()


def _xlsx(line: str, headings: Sequence[str], rows: Sequence[Sequence[Any]], notes: Sequence[str]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("Table")
        sheet.write_string(0, 0, line)
        sheet.write_row(2, 0, headings, book.add_format({"bold": True, "bottom": 1}))
        for number, row in enumerate(rows, start=3):
            sheet.write_row(number, 0, [_plain(cell) for cell in row])
        for column, heading in enumerate(headings):
            widest = max([len(heading), *(len(str(_plain(row[column]) or "")) for row in rows[:200])])
            sheet.set_column(column, column, min(widest + 2, _WIDEST))
        sheet.freeze_panes(3, 0)
        if notes:
            beside = book.add_worksheet("Notes")
            beside.write_column(0, 0, list(notes))
    return out.getvalue()


def _plain(cell: Any) -> Any:
    value = cell.get("text", "") if isinstance(cell, dict) else cell
    return safe_text(value) if isinstance(value, str) else value
