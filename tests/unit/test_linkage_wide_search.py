"""What a reviewer is shown beside a record: more than the model ever compares, and nothing of the model."""

from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.signatures import SAYS
from kithmap.linkage.wide_search import find_candidates

KINDS = {"dob": pa.date32(), "birth_year": pa.int32()}


def identities(*said: dict[str, Any]) -> pl.DataFrame:
    """The identities of mentions that say this and nothing else."""
    schema = pa.schema([("signature", pa.int64()), *((name, KINDS.get(name, pa.string())) for name in SAYS)])
    rows = [
        {"signature": place, "dob_precision": "day", "holder": "Police", **row}
        for place, row in enumerate(said)
    ]
    return with_numbers(read_identities(pa.Table.from_pylist(rows, schema=schema)), [])


def found(*said: dict[str, Any], **options: Any) -> list[int]:
    """What is found for the first of these."""
    return find_candidates(identities(*said), [0], **options)["other"].to_list()


def day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"forename": "AISHA", "surname": "BEGUM"}, {"forename": "BEGUM", "surname": "KHATUN", "la_code": "E1"}),
        ({"initials": "AB", "dob": day("2010-05-04")}, {"forename": "AISHA", "surname": "BEGUM", "dob": day("2010-05-04")}),
        ({"surname": "BEGUM", "dob": day("2010-05-04")}, {"forename": "AISHA", "dob": day("2010-04-05")}),
        ({"forename": "KUBA", "birth_year": 2010}, {"forename": "JAKUB", "surname": "NOWAK", "birth_year": 2010}),
        ({"forename": "KYLE", "school": "Hartwell Park"}, {"forename": "KYLE", "surname": "REED", "school": "HARTWELL PARK SCHOOL"}),
    ],
    ids=["surname in the other box", "initials", "day and month changed about", "pet name", "one name and a school"],
)  # fmt: skip
def test_one_loose_thing_in_common_is_enough(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert found(one, other) == [1]


def test_nothing_in_common_is_not_found() -> None:
    assert (
        found({"forename": "AISHA", "dob": day("2010-05-04")}, {"forename": "KYLE", "dob": day("2011-06-07")})
        == []
    )


def test_what_the_same_number_says_is_searched_for_too() -> None:
    numbered = {"number": "77", "holder": "Children's social care"}
    named = {**numbered, "forename": "AISHA", "surname": "BEGUM", "dob": day("2010-05-04")}

    assert found(numbered, named, {"forename": "AISHA", "surname": "BEGUM", "dob": day("2010-05-04")}) == [
        1,
        2,
    ]


def test_the_likeliest_comes_first() -> None:
    wanted = {"forename": "AISHA", "surname": "BEGUM", "dob": day("2010-05-04"), "postcode": "ZQ1 1AA"}
    sister = {**wanted, "forename": "NADIA", "dob": day("2012-01-09")}

    assert found(wanted, sister, {**wanted, "postcode": "ZQ9 9ZZ"}) == [2, 1]


def test_records_that_look_alike_are_looked_at_once() -> None:
    census = {"holder": "Schools", "forename": "AISHA", "surname": "BEGUM", "dob": day("2010-05-04")}
    moved = [{**census, "postcode": f"ZQ1 1A{letter}"} for letter in "ABC"]
    shown = find_candidates(
        identities({**census, "holder": "Police"}, *moved, census | {"forename": "NADIA"}), [0]
    )

    assert shown.select("other", "place").rows() == [(1, 1), (2, 1), (3, 1), (4, 2)]


def test_no_more_is_shown_than_a_person_can_look_through() -> None:
    others = [{"forename": "AISHA", "surname": f"BEGUM{letter}", "birth_year": 2010} for letter in "ABCDEF"]

    assert len(found({"forename": "AISHA", "birth_year": 2010}, *others, most=4)) == 4
