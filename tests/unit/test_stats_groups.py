"""Groups found again where they were planted."""

import numpy as np
import pytest

from kithmap.stats.components import connected
from kithmap.stats.groups import find_groups, second_homes


def planted(generator: np.random.Generator, groups: int, size: int, inside: float, between: int):
    """Ties within groups with a chance each, and some between people of any group."""
    a, b = np.triu_indices(size, 1)
    first = np.repeat(np.arange(groups) * size, len(a))
    kept = generator.random(len(first)) < inside
    ends, others = (np.tile(part, groups)[kept] + first[kept] for part in (a, b))
    far = np.sort(generator.integers(0, groups * size, (between, 2)), axis=1)
    far = far[far[:, 0] < far[:, 1]]
    pairs = np.unique(np.concatenate((np.stack((ends, others), 1), far)), axis=0)
    return pairs[:, 0], pairs[:, 1], np.arange(groups * size) // size


def adjusted_rand(left: np.ndarray, right: np.ndarray) -> float:
    """Hubert and Arabie (1985)."""
    table = np.histogram2d(
        left, right, bins=(np.arange(-1.5, left.max() + 1), np.arange(-0.5, right.max() + 1))
    )[0]
    pairs = lambda n: (n * (n - 1) / 2).sum()  # noqa: E731
    both, of_left, of_right = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    by_chance = of_left * of_right / pairs(np.array([len(left)]))
    return (both - by_chance) / ((of_left + of_right) / 2 - by_chance)


def test_planted_groups_are_found_in_a_network_far_larger_than_they_are():
    ends, others, truth = planted(np.random.default_rng(1), groups=600, size=15, inside=0.4, between=6000)
    found = find_groups(ends, others, np.ones(len(ends)), len(truth))
    assert adjusted_rand(found, truth) >= 0.95


def test_the_same_seed_gives_the_same_groups():
    ends, others, truth = planted(np.random.default_rng(2), groups=50, size=10, inside=0.3, between=400)
    weights = np.ones(len(ends))
    assert (
        find_groups(ends, others, weights, len(truth)) == find_groups(ends, others, weights, len(truth))
    ).all()


def test_nobody_tied_makes_no_groups():
    nothing = np.array([], dtype=np.int64)
    assert find_groups(nothing, nothing, np.array([]), 4).tolist() == [-1, -1, -1, -1]
    assert second_homes(nothing, nothing, np.array([], dtype=np.int64))[0].tolist() == []


def test_things_are_joined_through_others():
    assert connected(np.array([0, 1, 4]), np.array([1, 2, 5]), 6).tolist() == [0, 0, 0, 1, 2, 2]


@pytest.mark.parametrize(("elsewhere", "home", "is_second"), [(2, 6, True), (2, 7, False), (1, 2, False)])
def test_a_second_home_takes_two_ties_and_a_quarter(elsewhere, home, is_second):
    others = np.arange(1, 1 + elsewhere + home)
    labels = np.array([0, *[0] * home, *[1] * elsewhere])
    person, _ = second_homes(np.zeros(len(others), dtype=np.int64), others, labels)
    assert (0 in person) is is_second
