"""Layouts: read from TOML, checked whole, every fault told at once in words."""

import csv
from pathlib import Path

import pytest
from ingest_made import layout_of

from kithmap.errors import LayoutFault, NotFound
from kithmap.ingest.layout_sections import SECTIONS
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.model.records import RECORD_TABLES

SHARED = Path(__file__).resolve().parents[3] / "shared"
WORKERS = {"Allocated Team", "Allocated Worker", "Complainant", "Garage/operator", "Owner", "Reported to"}


def fault_of(text: str) -> str:
    with pytest.raises(LayoutFault) as told:
        layout_of(text)
    return told.value.what


@pytest.mark.parametrize("name", builtin_layouts())
def test_every_built_in_layout_is_sound_and_named_as_its_file(name: str) -> None:
    layout = load_layout(name)
    assert layout.name == name
    assert layout.holder
    assert layout.grain
    assert layout.feeds


@pytest.mark.parametrize("name", builtin_layouts())
def test_no_built_in_layout_reads_people_at_work_or_who_report(name: str) -> None:
    assert not WORKERS & set(load_layout(name).columns)


def test_the_built_in_layouts_read_only_columns_the_holders_send_and_none_to_drop() -> None:
    listed = SHARED / "domain" / "extract_layouts.csv"
    if not listed.exists():
        pytest.skip("the list of extract layouts is not on this machine")
    with listed.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in builtin_layouts():
        sent = {row["source_column"] for row in rows if row["layout"] == name}
        drop = {
            row["source_column"] for row in rows if row["layout"] == name and row["canonical_table"] == "drop"
        }
        if sent:
            assert set(load_layout(name).columns) <= sent - drop, name


def test_every_section_feeds_a_record_table_and_fills_columns_it_has() -> None:
    tables = {table.name: set(table.names) for table in RECORD_TABLES}
    for section in SECTIONS:
        for key in section.keys:
            for column in key.fills.split(", "):
                table, _, name = column.rpartition(".")
                assert name in tables[table or section.table], (section.name, key.name)


def test_the_lists_of_the_panels_are_known_before_any_file_is_read() -> None:
    layout = load_layout("cse_panel_list")
    assert (layout.list_name, layout.list_harm) == ("CSE", "CSE")
    assert load_layout("police_crime_party").list_name is None


def test_a_layout_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('holder = "X"\n[person]\nname = "Name"\n', encoding="utf-8")
    assert load_layout(path).name == "mine"


def test_a_layout_that_is_not_there_is_told_with_the_nearest_name() -> None:
    with pytest.raises(NotFound) as told:
        load_layout("gang_panel_list")
    assert "did you mean 'gangs_panel_list'?" in told.value.what


def test_what_is_not_toml_is_told_with_its_line() -> None:
    assert "line 2" in fault_of('name = "x"\n[person\n')


def test_every_fault_is_told_at_once() -> None:
    told = fault_of(
        """
        name = "bad"
        format = { encodin = "cp1252", delimiter = ";;", header_row = 0 }
        [persn]
        name = "Name"
        [event]
        strat = "Date"
        harm = "XYZ"
        [person]
        role = { column = "Role", map = { V = "hurt" } }
        [[flag]]
        of = "nobody"
        flag = "Flags"
        """
    )
    assert "did you mean 'encoding'?" in told
    assert "'delimiter' must be one character" in told
    assert "header_row must be a whole number" in told
    assert "did you mean 'person'?" in told
    assert "did you mean 'start'?" in told
    assert "[event] needs 'kind'" in told
    assert "no 'hurt'" in told
    assert "no 'nobody'" in told
    assert "who the holder is" in told
    assert "9 faults" in told


@pytest.mark.parametrize(("text", "words"), [
    ('[person]\nname = { colum = "Name" }', "did you mean 'column'?"),
    ('[person]\nname = { column = "Name", order = "backwards" }', "no 'backwards'"),
    ('[person]\ndob = { column = "DOB", dates = "day first" }', "not a way to write a date"),
    ('[person]\nname = 3.5\nx = "y"', "has no 'x'"),
    ('[person]\nname = { column = "Name", map = "x" }', "must be a table from the source's words"),
    ('[person]\nname = { column = "Name", part = 2 }', "'part' needs 'split'"),
    ('[person]\nname = "N"\n[list]\nname = "x"\nharm = { column = "H", by = "word" }', "did you mean 'words'?"),
    ('[person]\nname = "N"\n[[event]]\nkind = "x"\n[[event]]\nkind = "y"', "once only"),
    ('[list]\nname = "x"', "the layout has no [person]"),
    ('[[person]]\nas = "a"\nname = "N"\n[[person]]\nas = "a"\nname = "M"', "the same name"),
    ('[[person]]\nas = "a"\nname = "N"\n[[association]]\nbetween = ["a", "b"]\nkind = "family"', "two kinds of person"),
    ('format = "cp1252"\n[person]\nname = "N"', "format must be a table"),
    ('format = { encoding = "cp125two" }\n[person]\nname = "N"', "'encoding' is not one that is known"),
    ('format = { duplicates = "maybe" }\n[person]\nname = "N"', "must be one of keep, refuse"),
    ("", "no section"),
    ('[event]\nkind = "incident"', "reads no column"),
    ('person = "Name"', "must be a section with keys"),
])  # fmt: skip
def test_a_fault_says_what_was_meant(text: str, words: str) -> None:
    assert words in fault_of(f'holder = "X"\n{text}')


def test_a_harm_or_role_of_ours_is_a_constant_and_any_other_text_a_column() -> None:
    layout = layout_of(
        'holder = "X"\n[person]\nname = "Name"\nrole = "harmed"\n[event]\nkind = "report"\nharm = "What"\n[list]\nname = "cse"\nharm = "CSE"'
    )
    assert layout.columns == ("Name", "What")
    assert layout.list_harm == "CSE"


def test_the_fingerprint_of_a_layout_changes_with_its_text() -> None:
    one, other = (layout_of(f'holder = "X"\n[person]\nname = "{name}"') for name in ("Name", "Names"))
    assert one.sha256 != other.sha256
