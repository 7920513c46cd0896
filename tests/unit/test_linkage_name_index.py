"""The index of names holds everybody under every key they may be looked for by, once, in order."""

import polars as pl
import pyarrow as pa
import pytest

from kithmap.linkage import name_sounds
from kithmap.linkage.name_sounds import SHOWN, index_names

SHAPE = {
    "signature": pl.Int64, "f_sound": pl.String, "s_sound": pl.String, "s_parts": pl.List(pl.String),
    **dict.fromkeys(SHOWN, pl.String),
}  # fmt: skip
PEOPLE = pl.DataFrame(
    [
        (65, "SM", "AKNJVL", ["OKONJO", "VALE"], "SAM", "OKONJO VALE", "2009-03-14", "QX11AA"),
        # Both parts sound as the whole does.
        (66, "SM", "VL", ["VALE", "VEIL"], "SAM", "VALE VEIL", "2008-01-31", "QX11AA"),
        (67, None, "RD", ["REED"], None, "REED", "2009-03-14", None),
        (68, "SM", "RD", ["REED"], "SAM", "REED", None, "QX10AB"),
        (69, "SM", None, None, "SAM", None, None, None),
    ],
    schema=SHAPE,
    orient="row",
)
FOUND = [
    ("AKNJ SM", 65), ("AKNJVL SM", 65), ("RD SM", 68), ("SM VL", 65), ("SM VL", 66),
    ("2008-01-31", 66), ("2009-03-14", 65), ("2009-03-14", 67),
    ("QX10AB", 68), ("QX11AA", 65), ("QX11AA", 66),
]  # fmt: skip


def keys_of(index: pa.Table) -> list[tuple[str, int]]:
    return [(row["key"], row["signature"]) for row in index.select(["key", "signature"]).to_pylist()]


def test_everybody_stands_under_each_way_a_name_may_sound_and_birthday_and_home() -> None:
    assert keys_of(index_names(PEOPLE)) == FOUND


def test_what_is_shown_beside_a_key_is_of_that_person() -> None:
    shown = pl.DataFrame(pl.from_arrow(index_names(PEOPLE))).drop("key").unique().sort("signature")

    assert shown.equals(PEOPLE.select("signature", *SHOWN).filter(pl.col("signature") < 69))


def test_an_index_made_in_small_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_sounds, "MADE_AT_ONCE", 2)

    assert keys_of(index_names(PEOPLE)) == FOUND


def test_nobody_is_indexed_where_there_is_nobody() -> None:
    assert index_names(PEOPLE.clear()).num_rows == 0
