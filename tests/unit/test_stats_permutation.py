"""The test of concentration against what is known of it."""

import numpy as np
import pytest

from kithmap.stats.permutation import concentration, effective_number

FOURTEEN_ROLLS = np.linspace(600, 1500, 14).round().astype(int)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1, 1, 1, 1], 4.0),
        ([7, 0, 0], 1.0),
        ([0, 0], 1.0),
        ([3, 1], np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25))),
    ],
)
def test_the_effective_number_is_hills(counts, expected):
    assert effective_number(counts) == pytest.approx(expected)


@pytest.mark.parametrize(("people", "expected"), [(15, 8.3), (30, 10.6), (45, 11.6), (60, 12.1)])
def test_chance_spreads_people_over_fourteen_schools_as_simulated_before(people, expected):
    counts = np.zeros(14, dtype=int)
    counts[0] = people
    test = concentration(counts, FOURTEEN_ROLLS, permutations=999, generator=np.random.default_rng(1))
    assert test.expected == pytest.approx(expected, abs=0.35)


def test_drawing_from_the_rolls_is_found_concentrated_once_in_twenty():
    generator = np.random.default_rng(2)
    drawn = generator.multivariate_hypergeometric(FOURTEEN_ROLLS, 45, size=400, method="marginals")
    found = [
        concentration(counts, FOURTEEN_ROLLS, permutations=199, generator=generator).p_value
        for counts in drawn
    ]
    assert 0.025 <= np.mean(np.array(found) <= 0.05) <= 0.085


def test_p_is_never_zero_and_says_how_many_draws():
    test = concentration([30, 0, 0], [100, 100, 100], permutations=99, generator=np.random.default_rng(1))
    assert test.p_value == pytest.approx(0.01)
    assert test.permutations == 99


def test_more_people_than_the_roll_is_refused():
    with pytest.raises(ValueError, match="larger than its roll"):
        concentration([3], [2], permutations=9, generator=np.random.default_rng(1))
