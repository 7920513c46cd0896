"""Intervals against published values."""

import numpy as np
import pytest

from kithmap.stats.intervals import poisson_exact, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_table_one(count, total, low, high):
    found_low, found_high = wilson([count], [total])
    assert (found_low[0], found_high[0]) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_wilson_says_nothing_of_an_empty_total():
    low, high = wilson([0, 0], [0, np.nan])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_wilson_stays_between_none_and_all():
    low, high = wilson([0, 10], [10, 10])
    assert low[0] == 0
    assert high[1] == 1


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0.0, 3.6889),
        (1, 0.0253, 5.5716),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (100, 81.3639, 121.6266),
    ],
)
def test_poisson_gives_garwoods_limits(count, low, high):
    found_low, found_high = poisson_exact([count])
    assert (found_low[0], found_high[0]) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
