"""Inspect: look at a file never seen, guess its columns, propose a layout that reads it."""

from datetime import date
from pathlib import Path

import pytest
from ingest_made import layout_of, receive, rows_of, workbook, write

from kithmap.errors import LayoutMismatch
from kithmap.ingest.inspect import inspect_file

LOG = (
    "Youth club incident log;;;;;;;;\n;;;;;;;;\n"
    "Log no;Date;Young person;Born;What happened;Where;Flags;Worker;Colour\n"
    "1;03/09/2025 15:30;Zoë Ash;04/05/2011;Fight;Mill Park;CSE;Canary Quill;red\n"
    "2;13/09/2025 16:00;ELM, Bo;30/12/2010;Threats;Elm Road;Gang;Canary Quill;blue\n"
    "3;14/09/2025;Cy Oak;01/01/2012;Sexting;Mill Park;;Canary Quill;red\n"
)


def test_the_file_is_described(tmp_path: Path) -> None:
    found = inspect_file(write(tmp_path, LOG.encode("cp1252"), "club.csv"))
    assert (found.header_row, found.encoding, found.delimiter, found.rows) == (3, "cp1252", ";", 3)
    assert found.dates == "day first: '03/09/2025 15:30' in row 1 of 'Date' is 3 September 2025"


def test_each_column_has_a_guess_and_three_samples(tmp_path: Path) -> None:
    told = inspect_file(write(tmp_path, LOG, "club.csv")).to_dict(show_people=True)
    guesses = {column["column"]: column["key"] for column in told["columns"]}
    assert guesses == {
        "Log no": "event.id", "Date": "event.start", "Young person": "person.name", "Born": "person.dob", "What happened": "event.category",
        "Where": "place.name", "Flags": "flag.flag", "Worker": "", "Colour": "",
    }  # fmt: skip
    assert told["columns"][0]["samples"] == ["1", "2", "3"]


def test_names_and_what_is_not_recognised_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    found = inspect_file(write(tmp_path, LOG, "club.csv"))
    hidden = str(found.to_dict()) + repr(found) + str(found.columns)
    assert all(name not in hidden for name in ("Zoë", "Canary", "ELM", "red"))
    assert "Zoë Ash" in str(found.to_dict(show_people=True))


def test_the_proposed_layout_reads_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, LOG, "club.csv")
    proposed = inspect_file(path).to_toml()
    layout_of(proposed)
    received = receive(path, proposed)
    assert received.receipt.rows_kept == 3
    assert rows_of(received, "mention", "surname") == ["Ash", "ELM", "Oak"]
    assert rows_of(received, "event", "harm") == ["SYV", None, "HSB"]
    assert rows_of(received, "flag", "harm") == ["CSE", "GANG"]
    assert "Worker" in received.receipt.not_read


@pytest.mark.parametrize(("heading", "values", "key"), [
    ("Ref", ["H801200001001"] * 2, "person.upn"), ("Number", ["943 476 5919"] * 2, "person.nhs_number"), ("Home", ["ZZ1 1AA"] * 2, "person.postcode"),
    ("Person", ["ASH, Jo (03/09/2009)"] * 2, "person.name_dob"), ("Date of birth", ["03/09/2009"] * 2, "person.dob"), ("D.O.B.", ["03/09/2009"] * 2, "person.dob"),
    ("DOB/Age", ["14", "03/09/2009"], "person.dob_or_age"), ("Sex", ["F", "M"], "person.sex"), ("Occurred", ["03/09/2009"] * 2, "event.start"),
    ("E", ["530000"] * 2, "place.easting"), ("Latitude", ["51.5"] * 2, "place.latitude"), ("Allocated worker", ["x"] * 2, ""),
    ("First name", ["Jo"] * 2, "person.forename"), ("family_name", ["Ash"] * 2, "person.surname"), ("School attended", ["Mill"] * 2, "school.name"),
    ("Odd", ["03/09/2009"] * 2, "event.start"), ("Odd", ["blue", "red"], ""), ("UPRN", ["100990000001"] * 2, "place.uprn"), ("Report ref", ["R1", "R2"], "event.id"),
    ("Child", ["100123", "100124"], "person.id"), ("Missing from", ["home", "school"], "place.name"), ("HO code", ["8N"] * 2, "event.offence"),
])  # fmt: skip
def test_guesses(tmp_path: Path, heading: str, values: list[str], key: str) -> None:
    rows = "\n".join(f"{value}|{number}" for number, value in enumerate(values))
    found = inspect_file(write(tmp_path, f"{heading}|Other\n{rows}\n"))
    assert found.to_dict()["columns"][0]["key"] == key


def test_of_a_workbook_the_sheet_with_the_table_is_looked_at(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "b.xlsx",
        Notes=[["Read me first"], ["then this"]],
        Data=[
            ["Title"],
            [],
            ["Name", "DOB", "Date"],
            ["Jo Ash", date(2009, 9, 3), date(2026, 3, 1)],
            ["Bo Elm", date(2010, 1, 1), date(2026, 3, 2)],
        ],
    )
    found = inspect_file(path)
    assert (found.sheet, found.header_row, found.rows) == ("Data", 3, 2)
    assert rows_of(receive(path, found.to_toml()), "mention", "dob") == [date(2009, 9, 3), date(2010, 1, 1)]
    assert inspect_file(path, sheet="notes").sheet == "Notes"
    with pytest.raises(LayoutMismatch, match="has no sheet 'Lists'"):
        inspect_file(path, sheet="Lists")


def test_a_text_file_has_no_sheets(tmp_path: Path) -> None:
    with pytest.raises(LayoutMismatch, match="has no sheets"):
        inspect_file(write(tmp_path, LOG), sheet="Data")


def test_a_panel_list_is_proposed_as_a_list(tmp_path: Path) -> None:
    text = "Name|DOB|Date added|Review date|Date removed|Basis\nJo Ash|03/09/2009|01/02/2026|01/08/2026||report\nBo Elm|04/09/2009|02/02/2026|||report\n"
    path = write(tmp_path, text)
    received = receive(path, inspect_file(path).to_toml())
    assert rows_of(received, "listing", "start_on", "review_on", "basis")[0] == (
        date(2026, 2, 1),
        date(2026, 8, 1),
        "report",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Blue|Red\nx|y\nz|w\n",
        "School|Blue\nMill|x\nPark|y\n",
        "Basis|Date added\nx|01/02/2026\ny|01/03/2026\n",
    ],
)
def test_whatever_the_columns_the_proposal_is_a_layout_that_can_be_read(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert receive(path, inspect_file(path).to_toml()).receipt.rows_kept == 2


def test_odd_headings_are_quoted_so_that_the_layout_is_still_toml(tmp_path: Path) -> None:
    path = write(tmp_path, 'Name "full"|DOB\\date|x\nJo Ash|03/09/2009|1\nBo Elm|04/09/2009|2\n')
    assert receive(path, inspect_file(path).to_toml()).receipt.rows_kept == 2
