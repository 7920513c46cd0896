"""Workbooks: the right sheet, titles above, typed cells."""

from datetime import date, datetime, time
from pathlib import Path

import odfdo
import pytest
from ingest_made import PEOPLE, receive, refused, rows_of, workbook

from kithmap.errors import LayoutMismatch

# ruff: noqa: DTZ001  spreadsheets hold local clock times


def test_the_sheet_that_has_the_columns_is_found_and_the_others_are_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "b.xlsx",
        Notes=[["Read me"]],
        List=[
            ["Produced for the partnership"],
            [],
            ["REF", "Name ", "D O B"],
            ["1", "Jo Smith", "03/09/2009"],
        ],
        Lookups=[["a"]],
    )
    received = receive(path)
    assert (received.receipt.sheet, received.receipt.header_line) == ("List", 3)
    assert "Sheet 'List' was read; not read: 'Notes', 'Lookups'." in received.receipt.notes
    assert rows_of(received, "mention", "dob") == [date(2009, 9, 3)]


def test_two_sheets_that_fit_must_be_chosen_between(tmp_path: Path) -> None:
    rows = [["Ref", "Name", "DOB"], ["1", "Jo Smith", ""]]
    path = workbook(tmp_path / "b.xlsx", **{"2025": rows, "2026": rows})
    with pytest.raises(LayoutMismatch, match="more than one sheet with the layout's columns: '2025', '2026'"):
        receive(path)
    assert receive(path, sheet="2026").receipt.rows_kept == 1
    assert receive(path, 'format = { sheet = "2025" }' + PEOPLE).receipt.sheet == "2025"


def test_typed_cells_keep_their_values(tmp_path: Path) -> None:
    layout = 'holder = "X"\n[person]\nid = "Ref"\nupn = "UPN"\ndob = "DOB"\n[event]\nkind = "report"\nstart = "When"\nstart_time = "At"\n[list]\nname = "l"\nlevel = "On"'
    path = workbook(
        tmp_path / "b.xlsx",
        List=[
            ["Ref", "UPN", "DOB", "When", "At", "On"],
            [42, 801200001001, date(2009, 9, 3), datetime(2026, 3, 1, 9, 0), time(15, 30), True],
            [7.5, "", 40059, datetime(2026, 3, 1, 15, 29, 59, 999000), "", False],
        ],
    )
    received = receive(path, layout)
    assert rows_of(received, "mention", "source_person_id", "upn") == [("42", "H801200001001"), ("7.5", None)]
    assert rows_of(received, "mention", "dob") == [date(2009, 9, 3), date(2009, 9, 3)]
    assert rows_of(received, "event", "start_at") == [
        datetime(2026, 3, 1, 15, 30),
        datetime(2026, 3, 1, 15, 30),
    ]
    assert rows_of(received, "listing", "level_raw") == ["yes", "no"]
    assert "1 UPNs had lost their check letter, which was worked out again." in received.receipt.notes


def test_rows_are_numbered_from_the_first_below_the_headings_blank_ones_too(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "b.xlsx",
        L=[
            ["Title"],
            ["Ref", "Name", "DOB"],
            ["1", "Jo Smith"],
            [],
            ["2", "Bo Ek"],
            ["Total", "2"],
            [],
            [""],
        ],
    )
    received = receive(path)
    assert refused(received) == [(2, "The row is blank."), (4, "The row is a total, not a record.")]
    assert [one.line for one in received.receipt.refusals] == [4, 6]
    assert received.receipt.rows_in == 4


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("List")
    table.set_values([["A title", "", ""], ["Ref", "Name", "DOB"], ["1", "Zoë Smith", "03/09/2009"]])
    document.body.append(table)
    document.save(str(tmp_path / "b.ods"))
    received = receive(tmp_path / "b.ods")
    assert rows_of(received, "mention", "forename", "dob") == [("Zoë", date(2009, 9, 3))]


def test_the_kind_of_file_is_told_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", L=[["Ref", "Name", "DOB"], ["1", "Jo Smith", ""]])
    assert receive(path.rename(tmp_path / "b.csv")).receipt.sheet == "L"
