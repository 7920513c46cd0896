"""Registers and templates from the command line."""

import pytest
from python_calamine import CalamineWorkbook
from registers_made import MILL, workbook

from kithmap.model.registers import PLACE_PROVISION

PROVISION = PLACE_PROVISION.name


@pytest.fixture(scope="module")
def folder(run, home, tmp_path_factory):
    made = tmp_path_factory.mktemp("kept") / "workspace"
    assert run("new", made).code == 0
    return made


def said(**changes):
    return [word for name, value in {**MILL, **changes}.items() for word in ("--set", f"{name}={value}")]


def test_an_entry_is_added_changed_and_removed(run, folder):
    made = run("register", "add", PROVISION, *said(place="Quay"), "-w", folder, "--json").json
    entry = made["entry"]
    changed = run("register", "change", PROVISION, entry, "--set", "days=Friday", "-w", folder, "--json").json
    assert (changed["version"], changed["values"]) == (2, {**made["values"], "days": ["FRI"]})
    again = run("register", "change", PROVISION, entry, "--set", "days=FRI", "-w", folder)
    assert "Nothing has changed" in again.out
    assert "Quay" in run("register", "show", PROVISION, "-w", folder).out
    assert run("register", "remove", PROVISION, entry, "-w", folder).code == 0
    assert run("register", "show", PROVISION, "-w", folder, "--json").json == []
    assert [each["version"] for each in run("register", "versions", PROVISION, entry, "-w", folder, "--json").json] == [1, 2, 3]  # fmt: skip


def test_an_entry_is_erased_with_all_it_said(run, folder):
    entry = run("register", "add", PROVISION, *said(place="Zebra"), "-w", folder, "--json").json["entry"]
    assert run("register", "remove", PROVISION, entry, "--erase", "-w", folder).code == 0
    told = run("register", "versions", PROVISION, entry, "-w", folder)
    assert told.out.count("erased") == 2
    assert "Zebra" not in run("register", "versions", PROVISION, entry, "-w", folder, "--json").out


def test_a_template_is_written_filled_in_and_taken_once(run, folder, tmp_path):
    template, filled = tmp_path / "template.xlsx", tmp_path / "filled.xlsx"
    assert run("register", "template", PROVISION, "-o", template, "-w", folder).code == 0
    assert CalamineWorkbook.from_path(template).sheet_names[0] == PLACE_PROVISION.title
    filled.write_bytes(workbook(PLACE_PROVISION, [MILL]))
    looked = run("register", "import", PROVISION, filled, "--dry-run", "-w", folder, "--json").json
    assert (looked["new"], looked["taken"]) == (1, False)
    assert run("register", "import", PROVISION, filled, "-w", folder, "--json").json["taken"]
    again = run("register", "import", PROVISION, filled, "-w", folder, "--json").json
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)
    assert run("register", "list", "-w", folder, "--json").json[0]["entries"] == 1


def test_a_refused_cell_is_told_and_nothing_is_taken(run, folder, tmp_path):
    filled = tmp_path / "filled.xlsx"
    filled.write_bytes(workbook(PLACE_PROVISION, [{**MILL, "place": "Pier", "start_on": "zebra"}]))
    done = run("register", "import", PROVISION, filled, "-w", folder)
    assert done.code == 1
    assert "row 2, First day" in done.out
    assert "Nothing was taken" in done.out
    assert "zebra" not in done.out + done.err


def test_what_is_no_column_no_register_or_no_workbook_is_wrong_use(run, folder, tmp_path):
    for words in (
        ("register", "add", PROVISION, "--set", "zebra=1", "-w", folder),
        ("register", "show", "zebras", "-w", folder),
        ("register", "template", PROVISION, "-o", tmp_path / "x.csv", "-w", folder),
        ("template", "gangs_panel_list", "-o", tmp_path / "x.csv"),
    ):
        assert run(*words).code == 2


def test_the_tool_of_a_layout_is_a_workbook_with_its_headings(run, home, tmp_path):
    out = tmp_path / "tool.xlsx"
    done = run("template", "gangs_panel_list", "-o", out, "--json").json
    rows = CalamineWorkbook.from_path(out).get_sheet_by_name("Rows").to_python()
    assert rows[4] == done["columns"]
    assert rows[3][rows[4].index("Name")] == "ASHDOWN, Robin"
