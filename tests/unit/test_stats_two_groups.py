"""Scores of pairs, told apart without labels."""

import numpy as np

from kithmap.stats.two_groups import GRID, Shape, separate

SAME, OTHER = Shape(0.92, 0.08), Shape(0.48, 0.13)


def made(share: float, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of which a share are of one person, and which those are."""
    generator = np.random.default_rng(seed)
    same = generator.random(size) < share
    return np.where(same, generator.beta(12, 2, size), generator.beta(8, 10, size)), same


def test_the_share_of_pairs_of_one_person_is_found_whatever_was_believed():
    for share in (0.05, 0.5, 0.9):
        scores, same = made(share, 4000, seed=3)
        found = separate(scores, [], Shape(0.8, 0.15), Shape(0.3, 0.15))
        assert abs(found.share - same.mean()) < 0.02
        assert abs(found.at(scores).sum() - same.sum()) < 0.03 * scores.size


def test_probabilities_are_true_in_the_long_run():
    scores, same = made(0.4, 20_000, seed=4)
    chance = separate(scores, [], SAME, OTHER).at(scores)
    for low, high in ((0.1, 0.4), (0.4, 0.6), (0.6, 0.9)):
        here = (chance >= low) & (chance < high)
        assert abs(chance[here].mean() - same[here].mean()) < 0.1


def test_a_better_score_never_means_a_lesser_probability():
    for seed in range(5):
        scores, _ = made(0.3, 50, seed=seed)
        assert (np.diff(separate(scores, scores[:20], SAME, OTHER).probability) >= 0).all()
    assert GRID[0] == 0
    assert GRID[-1] == 1


def test_with_no_scores_what_was_believed_stays():
    found = separate([], [], SAME, OTHER)
    assert found.at([0.45])[0] < 0.05
    assert found.at([0.95])[0] > 0.95


def test_pairs_known_to_be_apart_keep_like_pairs_apart():
    # Twins: on one list there are many pairs this alike, so across two lists they are no evidence.
    twins = np.full(300, 0.75)
    alone = separate([0.75], [], SAME, OTHER).at([0.75])[0]
    beside_twins = separate([0.75], twins, SAME, OTHER).at([0.75])[0]
    assert beside_twins < alone
    assert beside_twins < 0.2
