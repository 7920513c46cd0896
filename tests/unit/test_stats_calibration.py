"""Doubtful links are drawn as often as a checked sample finds them right."""

import numpy as np
import pytest
from scipy import special

from kithmap.stats.audit import AuditSample, calibrated, posterior_of
from kithmap.stats.calibration import MOST_SHIFT, draw_again, find_shift, moved


def generator() -> np.random.Generator:
    return np.random.default_rng(4)


def doubtful(number: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Links of every probability, and which are right where their odds are out by a shift."""
    chance = generator()
    said = chance.uniform(0.02, 0.98, number)
    return said, (chance.random(number) < special.expit(special.logit(said) + shift)).astype(float)


@pytest.mark.parametrize("shift", [-1.5, 0.0, 2.0])
def test_the_shift_is_found_by_which_links_were_right(shift):
    said, right = doubtful(20_000, shift)
    assert find_shift(said, right, np.ones(said.size)) == pytest.approx(shift, abs=0.1)


def test_a_link_that_stands_for_many_counts_as_many():
    said, right = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    heavy = find_shift(np.repeat(said, 50), np.repeat(right, 50), np.repeat([3.0, 1.0], 50))
    assert heavy == pytest.approx(np.log(3), abs=0.05)


def test_what_is_in_no_doubt_says_nothing():
    said, right = doubtful(50, 1.0)
    sure = np.concatenate([said, np.ones(100), np.zeros(100)])
    found = find_shift(sure, np.concatenate([right, np.ones(100), np.zeros(100)]), np.ones(sure.size))
    assert found == pytest.approx(find_shift(said, right, np.ones(50)))
    assert find_shift(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.ones(2)) == 0


def test_a_few_links_that_were_all_right_do_not_make_doubt_vanish():
    few, many = (find_shift(np.full(n, 0.5), np.ones(n), np.ones(n)) for n in (3, 30))
    # Half a link more that was right, half a one that was wrong: as Jeffreys' prior has it.
    assert few == pytest.approx(np.log(3.5 / 0.5), abs=0.01)
    assert few < many <= MOST_SHIFT


def test_drawn_again_each_link_has_its_odds_moved():
    said = np.array([0.02, 0.3, 0.95])
    links = (generator().random((3, 20_000)) < said[:, None]).astype(np.int64)
    for shift in (-1.0, 2.0):
        again = np.take_along_axis(links, draw_again(links, shift, generator()), axis=1).mean(axis=1)
        assert again == pytest.approx(moved(links.mean(axis=1), shift), abs=0.012)


def test_two_links_of_one_group_are_drawn_again_together():
    # Three ways to be: apart, one link, two. Their odds go with the links that each makes.
    links = np.repeat([[0, 1, 2]], [6000, 3000, 1000], axis=1).reshape(1, -1)
    again = np.take_along_axis(links, draw_again(links, np.log(2), generator()), axis=1)
    assert np.bincount(again[0]) / links.size == pytest.approx(np.array([6, 6, 4]) / 16, abs=0.02)


def test_a_link_that_published_people_have_and_a_draw_has_not_counts_against_the_draw():
    links = np.repeat([[0, -1]], [500, 500], axis=1).reshape(1, -1)
    again = np.take_along_axis(links, draw_again(links, np.log(9), generator()), axis=1)
    assert again.mean() == pytest.approx(-0.1, abs=0.03)


def sample_of(said: np.ndarray, right: np.ndarray) -> AuditSample:
    return AuditSample(np.arange(said.size), np.ones(said.size), np.ones(said.size), said, said * right)


def test_after_it_recall_is_of_links_as_they_are_drawn_again():
    said, right = np.full(200, 0.5), np.repeat([1.0, 0.0], [180, 20])
    sample, shift = calibrated(sample_of(said, right))
    assert shift == pytest.approx(np.log(9), abs=0.05)
    assert sample.linked == pytest.approx(0.9, abs=0.01)
    assert posterior_of(sample_of(said, right), generator()).shift == shift


def test_linkage_as_decided_is_not_moved():
    linked = np.repeat([1.0, 0.0], [190, 10])
    sample, shift = calibrated(sample_of(linked, np.ones(200)))
    assert shift == 0
    assert (sample.linked == linked).all()
