"""Which identities are worth comparing."""

import datetime as dt
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.rules import MOST_PAIRS, REPORTED, RULES, with_keys
from kithmap.linkage.signatures import SAYS

KINDS = {"dob": pa.date32(), "birth_year": pa.int32()}
ANN = {
    "forename": "Ann",
    "surname": "Pell-Okafor",
    "dob": dt.date(2009, 4, 3),
    "postcode": "ZB1 4QQ",
    "school": "Hartwell Park",
}


def keyed(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    numbered = [{"signature": place, "dob_precision": "day", **row} for place, row in enumerate(rows)]
    frame = read_identities(pa.Table.from_pylist(numbered, schema=schema))
    return with_keys(with_numbers(frame, []))[0]


def rules_that_bring_together(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    found = keyed(one, other)
    return {
        rule.name
        for number, rule in enumerate(RULES)
        if found[f"k{number}"][0] is not None and found[f"k{number}"][0] == found[f"k{number}"][1]
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"forename": "Pell Okafor", "surname": "Ann"}, id="names in the wrong boxes"),
        pytest.param({"forename": "Ann Okafor", "surname": "Pell"}, id="a part in the wrong box"),
        pytest.param({"surname": "Okafor"}, id="the last part only"),
        pytest.param(
            {"surname": "Pall Okafor", "dob": dt.date(2009, 3, 4)},
            id="a letter, and day and month changed about",
        ),
        pytest.param({"forename": "Anne", "dob": None}, id="a letter and no birthday, same school"),
        pytest.param({"surname": "Smith", "dob": None}, id="another surname and no birthday, same home"),
        pytest.param({"forename": "Jo", "surname": "Smith"}, id="other names, same home and birthday"),
    ],
)
def test_one_person_written_in_two_ways_is_compared(other: dict[str, Any]) -> None:
    assert rules_that_bring_together(ANN, ANN | other)


@pytest.mark.parametrize("number", ["nhs_number", "upn"])
def test_a_number_alone_is_enough(number: str) -> None:
    assert len(rules_that_bring_together({number: "1"}, {number: "1", "forename": "Jo"})) == 1


def test_those_with_nothing_in_common_are_not_compared() -> None:
    other = {
        "forename": "Jo",
        "surname": "Smith",
        "dob": dt.date(2011, 1, 9),
        "postcode": "ZC1 1AA",
        "school": "Vale",
    }

    assert not rules_that_bring_together(ANN, other)
    assert not rules_that_bring_together({}, {})


def test_what_very_many_share_is_left_out_and_reported_without_saying_what_it_was() -> None:
    rows = [{"forename": "Ann", "surname": "Pell", "upn": str(place)} for place in range(101)]
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    numbered = [{"signature": place, "dob_precision": "day", **row} for place, row in enumerate(rows)]

    found, blocks = with_keys(
        with_numbers(read_identities(pa.Table.from_pylist(numbered, schema=schema)), [])
    )

    number = next(place for place, rule in enumerate(RULES) if rule.name == "names in either order")
    assert found[f"k{number}"].null_count() == 101
    assert len(blocks) <= REPORTED
    assert (blocks[0].identities, blocks[0].pairs, blocks[0].compared) == (101, 5050, False)
    assert blocks[0].pairs > MOST_PAIRS
    assert "PELL" not in repr(blocks).upper()


@pytest.mark.parametrize(("bearers", "is_compared"), [(25, True), (26, False)])
def test_a_name_that_many_bear_brings_nobody_together_by_itself(bearers: int, is_compared: bool) -> None:
    found = keyed(*[ANN | {"dob": None, "upn": str(place)} for place in range(bearers)])

    alone = next(place for place, rule in enumerate(RULES) if rule.name == "names in either order")
    assert (found[f"k{alone}"].null_count() == 0) is is_compared


def test_a_key_is_the_same_in_whatever_order_the_rows_come() -> None:
    rows = [ANN, ANN | {"forename": "Jo"}, ANN | {"surname": "Smith"}]
    forwards, backwards = keyed(*rows), keyed(*reversed(rows))

    for number in range(len(RULES)):
        assert forwards[f"k{number}"].to_list() == backwards[f"k{number}"].to_list()[::-1]
