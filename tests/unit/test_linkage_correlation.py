"""Two people of one community are not one person for bearing its names."""

import numpy as np
import polars as pl
import pytest

from kithmap.linkage.commonness import Counted
from kithmap.linkage.correlation import (
    MOST_BITS,
    USUAL_BITS,
    correlation_bits,
    name_correlation,
    same_values,
)

NAMES = ("f_name", "s_name")


def people(size: int, communities: int, seed: int = 1) -> pl.DataFrame:
    """People of as many communities, each with 30 forenames and 30 surnames of its own."""
    generator = np.random.default_rng(seed)
    community = generator.integers(0, communities, size)
    first, last = generator.integers(0, 30, (2, size))
    days = pl.Series(14_245 + generator.integers(0, 2_920, size)).cast(pl.Int32).cast(pl.Date)
    return pl.DataFrame(
        {
            "f_name": [f"F{c}X{n}" for c, n in zip(community, first, strict=True)],
            "s_name": [f"S{c}X{n}" for c, n in zip(community, last, strict=True)],
            "d_day": days.dt.to_string("%Y-%m-%d"),
        }
    )


def test_names_that_go_together_weigh_less_together():
    # A forename of one of 16 communities is 16 times likelier with its surnames: 4 bits.
    assert name_correlation(people(20_000, 16), NAMES).mean() == pytest.approx(4.0, abs=0.2)


def test_names_drawn_apart_weigh_as_they_are():
    assert name_correlation(people(20_000, 1), NAMES).max() < 0.2


def test_thirty_rows_lean_on_the_usual():
    few = name_correlation(people(30, 2), NAMES)
    assert few.min() > USUAL_BITS - 1
    assert few.max() < USUAL_BITS + 1


def test_one_person_written_twice_makes_no_name_common():
    once = people(2_000, 4)
    twice = pl.concat([once, once])
    assert name_correlation(twice, NAMES).mean() == pytest.approx(
        name_correlation(once, NAMES).mean(), abs=0.3
    )


def test_without_both_names_nothing_is_put_right():
    rows = people(200, 2).with_columns(s_name=pl.lit(None, pl.String))
    assert name_correlation(rows, NAMES).tolist() == [0.0] * 200
    assert name_correlation(rows.clear(), NAMES).size == 0


def test_it_is_never_less_than_nothing_nor_more_than_is_believed():
    seen, expected = np.array([0.0, 1e12]), np.array([1e6, 1.0])
    assert correlation_bits(seen, expected).tolist() == [0.0, MOST_BITS]


def test_same_values_are_all_the_same_and_known():
    rows = pl.DataFrame({"f_name": ["AMY", "AMY", "AMY", None], "s_name": ["LEE", "LEE", "ROE", None]})
    one, other = np.array([0, 0, 3]), np.array([1, 2, 3])
    assert same_values(rows, NAMES, one, other).tolist() == [True, False, False]


def test_what_names_are_overrated_by_is_found_once_for_all_who_ask():
    rows = people(200, 4)
    common = Counted(rows)
    assert common.correlation(rows, NAMES) is common.correlation(rows, NAMES)
    assert np.allclose(common.correlation(rows, NAMES), name_correlation(rows, NAMES))
