"""Scores of pairs, told apart into pairs of one person and pairs of two, without anybody's labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]
EDGE = 1e-3
ROUNDS = 200
GRID = np.linspace(0, 1, 1001)


@dataclass(frozen=True)
class Shape:
    """A Beta distribution by its mean and standard deviation, worth so many observations."""

    mean: float
    deviation: float
    worth: float = 50.0


@dataclass(frozen=True)
class TwoGroups:
    """What was found: the probability of being one person at every score of GRID, never falling."""

    share: float
    probability: Floats

    def at(self, scores: ArrayLike) -> Floats:
        """The probability that pairs of these scores are of one person."""
        return np.interp(np.asarray(scores, dtype=np.float64), GRID, self.probability)


def separate(scores: ArrayLike, apart: ArrayLike, same: Shape, other: Shape) -> TwoGroups:
    """Fit two Beta distributions to scores, by expectation and maximisation.

    `apart` are scores of pairs that are nearly all of two people (of one list that names each person
    once): they say what such pairs look like. `same` and `other` are what is believed of the two groups
    beforehand; with few scores that is what stays.

    Shape: a probability for every score from 0 to 1.
    Unit: shares, 0 to 1.
    Source: Dempster, Laird and Rubin (1977); for linkage, Winkler (1988).

    >>> found = separate([0.95, 0.9, 0.4, 0.5], [0.45, 0.5], Shape(0.9, 0.1), Shape(0.5, 0.1))
    >>> [bool(p > 0.5) for p in found.at([0.4, 0.9])]
    [False, True]
    """
    seen, within = _inside(scores), _inside(apart)
    every = np.concatenate([seen, within])
    one, two = _beta(same.mean, same.deviation**2), _beta(other.mean, other.deviation**2)
    shares = (0.5, 0.02)
    for _ in range(ROUNDS):
        before = (*one, *two, *shares)
        chance = np.concatenate(
            [_posterior(part, one, two, share) for part, share in ((seen, shares[0]), (within, shares[1]))]
        )
        one, two = _fitted(every, chance, same), _fitted(every, 1 - chance, other)
        # One pair each way is believed beforehand, so that no share is ever 0 or 1.
        shares = (_share(chance[: seen.size], 0.5), _share(chance[seen.size :], 0.02))
        if np.allclose(before, (*one, *two, *shares), rtol=1e-6):
            break
    return TwoGroups(shares[0], _rising(_posterior(_inside(GRID), one, two, shares[0])))


def _rising(probability: Floats) -> Floats:
    """Never falling: in the far tails, the wider of two distributions would win whatever the score."""
    least = int(np.argmin(probability))
    return np.maximum.accumulate(
        np.where(np.arange(probability.size) < least, probability[least], probability)
    )


def _inside(scores: ArrayLike) -> Floats:
    return np.clip(np.asarray(scores, dtype=np.float64), EDGE, 1 - EDGE)


def _share(chance: Floats, believed: float) -> float:
    return float((chance.sum() + 2 * believed) / (chance.size + 2))


def _beta(mean: float, variance: float) -> tuple[float, float]:
    size = mean * (1 - mean) / variance - 1
    return mean * size, (1 - mean) * size


def _fitted(scores: Floats, weights: Floats, believed: Shape) -> tuple[float, float]:
    """The Beta with the mean and variance of the weighted scores and of what was believed."""
    total = weights.sum() + believed.worth
    mean = (weights @ scores + believed.worth * believed.mean) / total
    spread = weights @ (scores - mean) ** 2
    spread += believed.worth * (believed.deviation**2 + (believed.mean - mean) ** 2)
    return _beta(float(mean), float(spread / total))


def _posterior(scores: Floats, one: tuple[float, float], two: tuple[float, float], share: float) -> Floats:
    odds = np.log(share / (1 - share)) + _log_density(scores, one) - _log_density(scores, two)
    return special.expit(odds)


def _log_density(scores: Floats, shape: tuple[float, float]) -> Floats:
    a, b = shape
    return (a - 1) * np.log(scores) + (b - 1) * np.log1p(-scores) - special.betaln(a, b)
