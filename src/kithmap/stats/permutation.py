"""Tests against chance by drawing again: arrays in, numbers out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Permutation(NamedTuple):
    """What was seen, what chance gives, and how often chance gives as much.

    `low` and `high` hold the middle 95 % of what chance gives.
    """

    statistic: float
    expected: float
    low: float
    high: float
    p_value: float
    permutations: int


def effective_number(counts: ArrayLike) -> NDArray[np.float64]:
    """Give the effective number of places each row of counts is spread over.

    Shape: one number for each row (the last axis is summed away).
    Unit: places; exp of the Shannon entropy: 4 for four even places, 1 for one place.
    Source: Hill (1973), order 1.

    >>> [float(n) for n in effective_number([[5, 5, 5, 5], [20, 0, 0, 0]]).round(6)]
    [4.0, 1.0]
    """
    count = np.asarray(counts, dtype=np.float64)
    total = count.sum(axis=-1, keepdims=True)
    share = np.divide(count, total, out=np.zeros_like(count), where=total > 0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return np.exp(-(share * logs).sum(axis=-1))


def concentration(
    counts: ArrayLike, rolls: ArrayLike, *, permutations: int, generator: np.random.Generator
) -> Permutation:
    """Test whether people come from fewer schools than their rolls alone would give.

    Shape: one test; the statistic is the effective number of schools.
    Unit: schools; `p_value` is one-sided (as concentrated or more), from drawing as many
        people from the rolls without replacement, `permutations` times.
    Raises: ValueError when a count is larger than its roll, or rolls are not whole numbers.
    Source: Hill (1973) for the statistic; Phipson and Smyth (2010) for p from draws.

    >>> test = concentration([9, 0, 0], [50, 50, 50], permutations=99, generator=np.random.default_rng(1))
    >>> test.p_value
    0.01
    """
    count = np.asarray(counts, dtype=np.int64)
    roll = np.asarray(rolls, dtype=np.int64)
    if (count > roll).any():
        raise ValueError("A school's count is larger than its roll.")
    seen = float(effective_number(count))
    drawn = generator.multivariate_hypergeometric(
        roll, int(count.sum()), size=permutations, method="marginals"
    )
    chance = effective_number(drawn)
    # Equal spreads must count as ties although their logarithms were added in another order.
    as_far = int((chance <= seen + 1e-9).sum())
    low, high = np.quantile(chance, [0.025, 0.975])
    return Permutation(
        statistic=seen,
        expected=float(chance.mean()),
        low=float(low),
        high=float(high),
        p_value=(1 + as_far) / (1 + permutations),
        permutations=permutations,
    )
