"""What stands for "not known" in the data, and what only looks like it."""

import datetime as dt
from typing import Any

import polars as pl
import pyarrow as pa

from kithmap.linkage.clean import read_identities
from kithmap.linkage.signatures import SAYS

KINDS = {"dob": pa.date32(), "birth_year": pa.int32()}


def cleaned(rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    numbered = [{"signature": place, "dob_precision": "day", **row} for place, row in enumerate(rows)]
    return read_identities(pa.Table.from_pylist(numbered, schema=schema))


def people(size: int, **said: Any) -> list[dict[str, Any]]:
    """Many people of one source, each with a name and a birthday of their own."""
    first = dt.date(2006, 1, 2)
    return [
        {
            "holder": "panel",
            "forename": f"{chr(65 + row % 26)}A{chr(65 + row // 26 % 26)}",
            "surname": f"{chr(65 + row // 26)}E{chr(66 + row % 25)}",
            "dob": first + dt.timedelta(days=row * 37 % 2900),
            **said,
        }
        for row in range(size)
    ]


def new_years_days(size: int, holder: str) -> list[dict[str, Any]]:
    return [
        {**row, "holder": holder, "dob": dt.date(2006 + place % 5, 1, 1)}
        for place, row in enumerate(people(size))
    ]


def test_a_day_on_which_far_too_many_of_a_source_were_born_is_not_known_but_the_year_is() -> None:
    found = cleaned([*people(200), *new_years_days(20, "panel")]).tail(20)

    assert found["d_day"].null_count() == 20
    assert found["birth_year"].to_list() == [2006 + place % 5 for place in range(20)]


def test_a_child_born_on_new_years_day_keeps_the_day_where_it_means_what_it_says() -> None:
    found = cleaned([*people(200), *new_years_days(20, "panel"), *new_years_days(1, "school")])

    assert found["d_day"].to_list()[-1] == "2006-01-01"


def test_a_few_of_one_birthday_are_a_few_of_one_birthday() -> None:
    found = cleaned([*people(400), *new_years_days(4, "panel")])

    assert found["d_day"].null_count() == 0


def test_any_day_may_be_what_a_source_writes() -> None:
    feigned = [{**row, "dob": dt.date(2009, 9, 9)} for row in people(12)]

    assert cleaned([*people(200), *feigned])["d_day"].to_list()[-12:] == [None] * 12


def test_twins_and_many_records_of_one_child_are_no_placeholder() -> None:
    child = {"holder": "panel", "forename": "ANN", "surname": "PELL", "dob": dt.date(2009, 9, 9)}

    assert cleaned([*people(50), *([child] * 20)])["d_day"].to_list()[-1] == "2009-09-09"


def test_a_postcode_of_more_people_than_can_live_there_is_no_home() -> None:
    crowded = [
        {**row, "holder": f"holder {place % 9}"} for place, row in enumerate(people(120, postcode="ZB1 4QQ"))
    ]
    block = [{**row, "holder": "block"} for row in people(60, postcode="ZB2 2AA")]

    found = cleaned([*crowded, *block])

    assert found["home"].to_list() == [None] * 120 + ["ZB22AA"] * 60
    assert found["sector"].to_list()[0] is None


def test_the_postcode_a_source_writes_when_it_has_none_is_no_home_there_but_is_elsewhere() -> None:
    letters = "ABDEFGHJLN"
    at_home = [
        {**row, "postcode": f"ZB{place % 9 + 1} {place % 10}{letters[place % 10]}{letters[place // 10 % 10]}"}
        for place, row in enumerate(people(150))
    ]
    office = people(30, postcode="ZC1 1AA")
    neighbour = [{**row, "holder": "school"} for row in people(1, postcode="ZC1 1AA")]

    found = cleaned([*at_home, *office, *neighbour])["home"].to_list()

    assert found[150:] == [None] * 30 + ["ZC11AA"]
    assert None not in found[:150]


def test_a_number_typed_into_the_rows_of_unlike_people_is_nobodys() -> None:
    shared, own = people(5, nhs_number="9990000018"), people(1, nhs_number="9990000026")
    slip = [{**row, "nhs_number": "9990000034"} for row in people(2)]

    found = cleaned([*shared, *own, *slip])["nhs"].to_list()

    assert found == [None] * 5 + ["9990000026"] + ["9990000034"] * 2


def test_one_number_of_two_holders_is_two_numbers() -> None:
    rows = [
        {**row, "source_person_id": "1", "number": "1", "holder": f"holder {place}"}
        for place, row in enumerate(people(6))
    ]

    found = cleaned([{name: value for name, value in row.items() if name in SAYS} for row in rows])

    assert found["number"].to_list() == ["1"] * 6
