"""Doubtful links drawn as often as they prove right: what a checked sample says of the draws themselves.

A link of probability one half that proves right nine times in ten is drawn apart too often. Left as it
is, the range would doubt it twice: once because draws part it, and once more as a link that was missed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The most the odds are moved, as in `stats.partitions`: 55 times.
MOST_SHIFT = 4.0
STEPS = 40


def find_shift(said: Floats, right: Floats, weight: Floats) -> float:
    """Find by how much the log-odds of doubtful links are to be moved, so that as many are right as they say.

    said: the share of the draws that make each link; right: how far it proved right, 0 to 1; weight: how
    many links it stands for. Links that all draws make, or none, say nothing of it.

    Shape: one number; 0 where nothing was in doubt.
    Unit: natural log-odds; more than 0 where links are right oftener than they were drawn.
    Source: Cox (1958), the intercept of recalibration; Firth (1993), whose penalty keeps it finite where
        all were right, and is Jeffreys' prior.

    >>> bool(find_shift(np.full(40, 0.5), np.repeat([1.0, 0.0], [36, 4]), np.ones(40)) > 2)
    True
    """
    doubtful = (said > 0) & (said < 1)
    if not doubtful.any():
        return 0.0
    logit, right = special.logit(said[doubtful]), right[doubtful]
    weight = weight[doubtful] / weight[doubtful].mean()
    low, high = -MOST_SHIFT, MOST_SHIFT
    # The score falls as the shift grows, or nearly so: the range is halved until nothing is left of it.
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _score(logit + middle, right, weight) > 0 else (low, middle)
    return (low + high) / 2


def _score(logit: Floats, right: Floats, weight: Floats) -> float:
    share = special.expit(logit)
    known = weight * share * (1 - share)
    penalty = (known * (0.5 - share)).sum() / max(known.sum(), 1e-12)
    return float((weight * (right - share)).sum() + penalty)


def moved(said: Floats, shift: float) -> Floats:
    """Move shares of draws by a shift of their log-odds; what all draws say, or none, stays.

    Unit: shares, 0 to 1.

    >>> moved(np.array([0.0, 0.5, 1.0]), np.log(9)).round(3).tolist()
    [0.0, 0.9, 1.0]
    """
    return special.expit(special.logit(said) + shift)


def draw_again(links: NDArray[np.integer], shift: float, generator: np.random.Generator) -> Ints:
    """For each group, choose one of its draws in place of each: the more links a draw makes, the oftener.

    That is the group drawn anew with the odds of every link moved by the shift, for a draw is as likely
    as the odds of its links multiplied.

    Shape: as `links`, which has a row a group and a column a draw; entries are columns.
    Source: Sampling importance resampling, Rubin (1987), here exact but for what no draw has; an
        exponential family is tilted by its sufficient statistic.

    >>> links = np.repeat([[0, 1]], 500, axis=1).reshape(1, -1)
    >>> chosen = draw_again(links, np.log(9), np.random.default_rng(1))
    >>> bool(0.85 < links[0, chosen[0]].mean() < 0.95)
    True
    """
    least = links - links.min(axis=1, keepdims=True)
    likely = np.cumsum(
        np.exp(shift * (least - (least.max(axis=1, keepdims=True) if shift > 0 else 0))), axis=1
    )
    groups, draws = links.shape
    # All groups are searched at once: each has its own whole number, and its shares between it and the next.
    ends = (likely / likely[:, -1:] + np.arange(groups)[:, None]).ravel()
    chance = generator.random(links.shape) + np.arange(groups)[:, None]
    place = np.searchsorted(ends, chance.ravel(), side="right").reshape(links.shape)
    return np.minimum(place - np.arange(groups)[:, None] * draws, draws - 1)


def arranged_again(
    by_draw: NDArray[np.integer], links: NDArray[np.integer], shift: float, generator: np.random.Generator
) -> NDArray[np.integer]:
    """The arrangement that each draw has of each group, chosen again: see `draw_again`.

    by_draw: a row a group, a column a draw: which arrangement it has, -1 where it is as published; links: how
    many more each arrangement makes than is published.

    Shape: as `by_draw`.

    >>> again = arranged_again(np.array([[0, -1]]), np.array([3]), 4.0, np.random.default_rng(1))
    >>> again.tolist()
    [[0, 0]]
    """
    chosen = draw_again(np.where(by_draw >= 0, links[by_draw], 0), shift, generator)
    return np.take_along_axis(by_draw, chosen, axis=1)
