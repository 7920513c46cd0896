"""The tool that a holder fills in: what it offers and its example are read by the layout it was made from."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from kithmap.ingest.collection import layout_template
from kithmap.ingest.files import source_of
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.receive import read_extract
from kithmap.ingest.templates import Template, write_template

AT = datetime(2026, 11, 22, tzinfo=UTC)


def filled(template: Template) -> bytes:
    """The template's sheet with its example in a row, then a row for each thing that may be chosen."""
    example = [column.example for column in template.columns]
    rows = [
        [written if place == at else cell for place, cell in enumerate(example)]
        for at, column in enumerate(template.columns)
        for _, written in column.choices[:40]
    ]
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(template.sheet)
        for number, row in enumerate([[column.heading for column in template.columns], example, *rows]):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
    return out.getvalue()


@pytest.mark.parametrize("name", builtin_layouts())
def test_the_example_and_all_that_may_be_chosen_are_read_by_the_layout(name: str):
    layout = load_layout(name)
    template = layout_template(layout)
    assert [column.heading for column in template.columns] == list(layout.columns)
    got = read_extract(source_of("filled.xlsx", filled(template)), layout, receipt_no=1, la_code="X01")
    told = {(each.column, each.what) for each in got.receipt.refusals if "same as row" not in each.what}
    assert not told


def test_a_layout_of_ones_own_has_its_tool_where_its_headings_must_stand():
    text = """
        holder = "H"
        format = { sheet = "List", header_row = 1, dates = "%m/%d/%Y" }
        [person]
        name = { column = "Who", order = "forename surname", required = true }
        sex = "Sex"
        [list]
        name = "ours"
        start = "From"
    """
    template = layout_template(parse_layout(text, "ours"))
    asked = {column.heading: column for column in template.columns}
    assert (template.sheet, template.head) == ("List", 1)
    assert (asked["Who"].needed, asked["Who"].example) == (True, "Robin Ashdown")
    assert (asked["From"].kind, asked["From"].example) == ("text", "09/01/2025")
    assert (asked["Sex"].kind, {written for _, written in asked["Sex"].choices}) == (
        "one of",
        {"F", "M", "U"},
    )
    book = CalamineWorkbook.from_filelike(BytesIO(write_template(template, AT)))
    assert book.sheet_names == ["List", "Notes", "Codes"]
    assert book.get_sheet_by_name("List").to_python() == [["Who", "Sex", "From"]]
    notes = book.get_sheet_by_name("Notes").to_python()
    assert "Robin Ashdown" in {cell for row in notes for cell in row}


@pytest.mark.parametrize("name", builtin_layouts())
def test_whoever_fills_it_in_is_told_nothing_of_layouts(name: str):
    told = " ".join(column.message for column in layout_template(load_layout(name)).columns)
    assert not [word for word in ("`", "split", "map", "layout") if word in told.replace(" on the map", "")]
