"""Made-up identities for the tests of linkage: people on two lists, as linking compares them."""

from typing import Any

import polars as pl

from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.rules import with_keys
from kithmap.linkage.signatures import SAYS

LETTERS = "BCDFGHKLMNPRST"


def people(size: int) -> list[dict[str, Any]]:
    """Made-up people, each on two lists, with the second list's troubles."""
    said = []
    for number in range(size):
        first = LETTERS[number % 14] + "o" + LETTERS[number // 14 % 14] + "u" + LETTERS[number % 5] + "a"
        last = ("Smith", "Khan", LETTERS[number % 13] + "e" + LETTERS[number // 13 % 14] + "ax")[number % 3]
        day = f"20{8 + number % 3:02d}-{1 + number % 12:02d}-{1 + number * 7 % 28:02d}"
        one = {
            "forename": first,
            "surname": last,
            "dob": day,
            "postcode": f"ZB{number % 9 + 1} {number % 9}{LETTERS[number % 14]}{LETTERS[number % 11]}",
            "sex": "FM"[number % 2],
            "upn": f"A{number}" if number % 4 == 0 else None,
        }
        trouble = (
            {"forename": first[:-1]},
            {"forename": last, "surname": first},
            {"dob": None, "birth_year": int(day[:4])},
            {"forename": first[0], "postcode": None},
            {"surname": last + "-Green", "upn": None},
        )[number % 5]
        said += [one | {"holder": "police"}, one | trouble | {"holder": "education"}]
    return said


def identities_of(said: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        dict.fromkeys(SAYS) | {"dob_precision": "day", "signature": 100 + number} | one
        for number, one in enumerate(said)
    ]
    read = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("dob").str.to_date(), pl.col("birth_year").cast(pl.Int32)
    )
    cleaned = read_identities(read.with_columns(pl.col(pl.Null).cast(pl.String)).to_arrow())
    return with_keys(with_numbers(cleaned, []))[0]
