"""A register declared for tests alone, and workbooks of registers filled in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from kithmap.model import registers
from kithmap.model.registers import RegisterColumn, RegisterTable

MADE_UP = RegisterTable(
    "pond_watch",
    "Watch over ponds",
    "Who watches over which pond, and when.",
    "one watch over one pond",
    (
        RegisterColumn("pond", "text", "Pond", "As ducks there call it", example="Duck Pond"),
        RegisterColumn("sort", "code", "Sort of watch", codes="place_provision_kind", example="patrol"),
        RegisterColumn("days", "codes", "Days of watch", codes="weekday", required=False, example="SAT; SUN"),
        RegisterColumn("from_on", "date", "Watched from", example="01/09/2025"),
        RegisterColumn("ducks", "whole", "Ducks", required=False, least=1, most=99, example="12"),
        RegisterColumn("remark", "long", "Remark", required=False),
    ),
    key=("pond", "sort"),
)
POND = {"pond": "Duck Pond", "sort": "patrol", "from_on": "01/09/2025", "ducks": "12"}
MILL = {
    "place": "Mill Park", "kind": "youth_club", "provider": "Mill youth service", "start_on": "01/09/2025",
    "days": "MON; WED", "from_time": "15:30", "to_time": "18:00", "youngest": "11", "oldest": "16",
}  # fmt: skip


@contextmanager
def declared(monkeypatch: pytest.MonkeyPatch, *tables: RegisterTable) -> Iterator[None]:
    """Within, these registers are declared beside those there are."""
    with monkeypatch.context() as patch:
        patch.setattr(registers, "REGISTERS", (*registers.REGISTERS, *tables))
        yield


def workbook(table: RegisterTable, rows: Sequence[dict[str, Any]], *, sheet: str = "Sheet1") -> bytes:
    """A workbook with the headings of a register and rows below them; text that begins with = is a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, [column.label for column in table.columns])
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, [row.get(column.name, "") for column in table.columns])
    return out.getvalue()
