"""Samples with known chances."""

import numpy as np
import pytest

from kithmap.stats.sampling import chances, power_sizes, systematic


def test_chances_add_up_to_the_sample():
    sizes = np.random.default_rng(1).gamma(0.3, size=1000)
    found = chances(sizes, 200)
    assert found.sum() == pytest.approx(200)
    assert found.max() <= 1


def test_a_unit_too_large_for_chance_is_certain():
    assert chances(np.array([50.0, 30.0, 1.0, 1.0]), 3).tolist() == [1.0, 1.0, 0.5, 0.5]


def test_a_sample_of_more_than_there_are_takes_all():
    found = chances(np.array([1.0, 0.0, 2.0]), 200)
    assert found.tolist() == [1.0, 0.0, 1.0]
    assert systematic(found, np.random.default_rng(1)).tolist() == [0, 2]


def test_nothing_is_drawn_from_nothing():
    assert systematic(chances(np.empty(0), 200), np.random.default_rng(1)).size == 0


def test_units_are_drawn_as_often_as_their_chances_say():
    chance = chances(np.array([5.0, 1.0, 1.0, 2.0, 8.0, 3.0]), 3)
    drawn = np.zeros(6)
    for seed in range(4000):
        found = systematic(chance, np.random.default_rng(seed))
        assert found.size == 3
        assert len(set(found.tolist())) == 3
        drawn[found] += 1
    assert drawn / 4000 == pytest.approx(chance, abs=0.03)


def test_a_small_cell_has_more_than_its_share():
    cell = np.repeat([0, 1], [9900, 100])
    chance = chances(power_sizes(np.ones(10_000), cell), 200)
    assert chance[cell == 1].sum() == pytest.approx(200 / (1 + np.sqrt(99)), rel=1e-6)


def test_what_counts_more_in_its_cell_is_drawn_more():
    sizes = power_sizes(np.array([4.0, 1.0, 1.0]), np.array([0, 0, 0]))
    assert sizes[0] == 4 * sizes[1]


def test_a_cell_in_which_nothing_counts_is_not_drawn_from():
    assert power_sizes(np.array([1.0, 0.0, 0.0]), np.array([0, 1, 1])).tolist() == [1.0, 0.0, 0.0]
