"""What pairs are compared by: the columns a model asks of, such that every engine answers alike and soon."""

import unicodedata
from itertools import cycle
from typing import Any

import polars as pl

from kithmap.linkage.commonness import Common, plain_arrow
from kithmap.linkage.conditions import measured_columns, only_equal
from kithmap.linkage.model import Model
from kithmap.linkage.packed import joined_to
from kithmap.linkage.screen import OVERRATED


def sides_of(identities: pl.DataFrame, model: Model, common: Common) -> pl.DataFrame:
    """What each identity is compared by: what weighing needs to know of a side of a pair.

    Shape: one row per identity, in order.
    Columns: `unique_id`; those that the model compares, a number for each value where nothing is asked but
        whether two are the same; `tf_` and a column for how common its value is; `overrated` (bits), where the
        model puts agreement on names right.
    """
    sides = with_frequencies(identities, model, common)
    if model.together:
        sides = sides.with_columns(pl.Series(OVERRATED, common.correlation(identities, model.together)))
    conditions = [text for comparison in model.comparisons for text in comparison.conditions]
    # Numbers are gathered, handed over and compared in a fraction of the time that texts take.
    return sides.with_columns(_numbers_of(sides[column]) for column in only_equal(conditions))


def with_frequencies(identities: pl.DataFrame, model: Model, common: Common) -> pl.DataFrame:
    """The columns that the model compares, and `tf_` and a column for how common its value is, where that counts."""
    compared = compared_columns(identities, model)
    shares: list[pl.Series] = []
    for column, usual in model.frequencies.items():
        found = common.frequencies(compared, column, usual, model.prior_people)
        shares.append(joined_to(compared, found, column)[f"tf_{column}"])
    return compared.with_columns(shares)


def _numbers_of(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Categorical:
        return values.to_physical().cast(pl.Int32)
    encoded: Any = plain_arrow(values.to_frame())[values.name].combine_chunks()
    return pl.Series(values.name, pl.from_arrow(encoded.dictionary_encode().indices), dtype=pl.Int32)


def compared_columns(identities: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The columns that the model compares, where letters are counted in plain letters only.

    DuckDB counts the bytes of a letter and Spark the letters, so "É" and "E" would differ by two on
    one and by one on the other; `clean` leaves no such letter in a name, another source may.
    """
    rows = identities.select("unique_id", *model.columns)
    conditions = [text for comparison in model.comparisons for text in comparison.conditions]
    for column in measured_columns(conditions):
        values = rows[column].drop_nulls().unique().cast(pl.String)
        odd = values.filter(values.str.len_bytes() != values.str.len_chars()).sort().to_list()
        if odd:
            plain = _plain_letters(odd, set("".join(values)))
            rows = rows.with_columns(pl.col(column).cast(pl.String).replace(odd, plain))
    return rows


def _plain_letters(values: list[str], used: set[str]) -> list[str]:
    """The values without accents, and a free one-byte character for each letter of another alphabet."""
    parted = (unicodedata.normalize("NFKD", value) for value in values)
    bare = ["".join(letter for letter in value if not unicodedata.combining(letter)) for value in parted]
    letters = sorted({letter for value in bare for letter in value if not letter.isascii()})
    free = [chr(number) for number in range(1, 128) if chr(number) not in used]
    table = str.maketrans(dict(zip(letters, cycle(free), strict=False)))
    return [value.translate(table) for value in bare]
