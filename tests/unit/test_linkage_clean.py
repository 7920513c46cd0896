"""What cleaning makes of what a mention says."""

import datetime as dt
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from kithmap.linkage.clean import cleaning_version, read_identities
from kithmap.linkage.signatures import SAYS

KINDS = {"dob": pa.date32(), "birth_year": pa.int32()}
SCHOOLS = pa.table({"urn": ["900015"], "la_estab": ["990/5001"], "name": ["Hartwell Park School"]})


def cleaned(settings: pa.Table | None = None, **said: Any) -> dict[str, Any]:
    """The identity of one mention that says this and nothing else."""
    said = {"dob_precision": "day", **said}
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    return read_identities(pa.Table.from_pylist([{"signature": 65, **said}], schema=schema), settings).row(
        0, named=True
    )


def test_a_name_in_one_cell_is_parted() -> None:
    assert cleaned(full_raw="O'NEIL, JO")["s_name"] == "ONEIL"
    assert cleaned(full_raw="JO ANN O'NEIL")["f_whole"] == "JO ANN"
    assert cleaned(full_raw="CHER")["f_name"] is None


@pytest.mark.parametrize(
    "said",
    [
        {"initials": "MR"},
        {"initials": "M.R."},
        {"forename": "M", "surname": "R"},
        {"forename": "M.", "surname": "Rahman"},
    ],
    ids=["letters", "with stops", "in two columns", "forename only"],
)
def test_initials_are_no_names(said: dict[str, Any]) -> None:
    found = cleaned(**said)

    assert (found["f_initial"], found["s_initial"]) == ("M", "R")
    assert found["f_name"] is None


def test_who_is_unknown_has_no_name() -> None:
    found = cleaned(forename="UNKNOWN", surname="UNK")

    assert {found["f_name"], found["s_name"], found["f_initial"], found["s_initial"]} == {None}


def test_an_alias_and_a_second_forename_are_other_names() -> None:
    assert cleaned(forename="MUHAMMAD AMIR", alias="SMILEY|JO BLOGGS|AB")["f_others"] == ["AMIR", "SMILEY"]


def test_a_fathers_name_counts_as_part_of_the_surname() -> None:
    assert cleaned(forename="AYAAN HASAN", surname="WARSAME")["s_parts"] == ["WARSAME", "HASSAN"]


def test_another_surname_beside_an_alias_is_part_of_the_surname() -> None:
    found = cleaned(forename="JO", surname="SMITH", alias="JAY BLOGGS")

    assert found["f_others"] == ["JAY"]
    assert found["s_parts"] == ["SMITH", "BLOGGS"]


@pytest.mark.parametrize("written", ["O'Brien", "O Brien", "OBRIEN", "O\u2019BRIEN"])
def test_a_beginning_of_a_surname_is_no_word_of_its_own(written: str) -> None:
    assert cleaned(surname=written)["s_name"] == "OBRIEN"


def surnames(*written: str) -> list[str]:
    rows = [
        {"signature": place, "surname": name, "dob_precision": "day"} for place, name in enumerate(written)
    ]
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    return read_identities(pa.Table.from_pylist(rows, schema=schema))["s_name"].to_list()


def test_a_surname_in_one_word_is_parted_as_others_write_it() -> None:
    found = surnames(
        "STEWART-GORDON", "STEWARTGORDON", "STEWART", "GORDON", "AL TAMIMI", "ALTAMIMI", "TAMIMI"
    )

    assert found[:2] == ["STEWART GORDON", "STEWART GORDON"]
    assert found[4:] == ["TAMIMI", "TAMIMI", "TAMIMI"]


def test_a_slip_parts_nobody() -> None:
    assert surnames("HARR IS", "HARRIS", "HARRIS") == ["HARR IS", "HARRIS", "HARRIS"]


def test_letters_struck_in_the_wrong_order_leave_the_letters_the_same() -> None:
    assert cleaned(forename="AFLIE")["f_letters"] == cleaned(forename="ALFIE")["f_letters"]
    assert cleaned(surname="DAVEIS")["s_letters"] == cleaned(surname="DAVIES")["s_letters"]


def test_an_early_day_may_be_a_month() -> None:
    assert cleaned(dob=dt.date(2009, 4, 3))["d_swapped"] == "2009-03-04"
    assert cleaned(dob=dt.date(2009, 4, 13))["d_swapped"] is None


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ({"dob": dt.date(2009, 1, 1), "dob_precision": "year"}, 2009),
        ({"birth_year": 2010, "dob_precision": "age"}, 2010),
        ({"dob": dt.date(1899, 12, 30)}, None),
        ({"dob": dt.date(1911, 11, 11)}, None),
        ({"dob": dt.date(9999, 12, 31)}, None),
        ({"dob": dt.date(1900, 1, 1), "birth_year": 2010}, 2010),
    ],
    ids=["year", "age", "a spreadsheet's day nought", "eleven elevens", "the end of time", "beside an age"],
)
def test_an_inexact_birthday_keeps_its_year_only(said: dict[str, Any], year: int | None) -> None:
    assert (cleaned(**said)["d_day"], cleaned(**said)["birth_year"]) == (None, year)


@pytest.mark.parametrize(("written", "home"), [("ZB1 4QQ", "ZB14QQ"), ("ZZ99 3VZ", None), ("N/K", None)])
def test_a_default_postcode_is_no_home(written: str, home: str | None) -> None:
    found = cleaned(postcode=written)

    assert found["home"] == home
    assert found["sector"] == (home and home[:-2])


@pytest.mark.parametrize(
    "said", [{"urn": "900015"}, {"urn": "990/5001"}, {"urn": "9905001"}, {"school": "Hartwell Pk Sch"}]
)
def test_a_school_is_one_however_it_is_written(said: dict[str, str]) -> None:
    assert cleaned(SCHOOLS, **said)["school"] == "HARTWELL PARK"


def test_a_school_no_register_knows_is_known_by_its_number() -> None:
    assert cleaned(urn="900099")["school"] == "900099"


def test_every_mention_keeps_its_place() -> None:
    rows = [
        {"signature": number, "forename": name, "dob_precision": "day"}
        for number, name in ((9, "Zoë"), (3, "Ann"))
    ]
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])

    found = read_identities(pa.Table.from_pylist(rows, schema=schema))

    assert found.select("unique_id", "signature", "f_name").rows() == [(0, 3, "ANN"), (1, 9, "ZOE")]
    assert found.schema["unique_id"] == pl.Int64


def test_the_version_of_cleaning_can_be_recorded() -> None:
    number, _, lists = cleaning_version().partition("-")

    assert number.isdigit()
    assert len(lists) == 12
