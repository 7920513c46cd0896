"""Ratios of rates between groups: their intervals, and their bounds where the group of some is not known."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]
HALVINGS = 60


def rate_ratio(
    counts: ArrayLike, out_of: ArrayLike, other_counts: ArrayLike, other_out_of: ArrayLike
) -> Floats:
    """Give the ratio of each rate to the other rate.

    Shape: an array as long as `counts`.
    Unit: a ratio; 0 where nobody of the group is counted, infinite where nobody of the others is, nan where
        a denominator is 0 or missing, or nobody is counted at all.
    """
    a, n, b, m = _floats(counts, out_of, other_counts, other_out_of)
    known = (n > 0) & (m > 0) & (a + b > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, (a / n) / (b / m), np.nan)


def rate_ratio_exact(
    counts: ArrayLike,
    out_of: ArrayLike,
    other_counts: ArrayLike,
    other_out_of: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Give the exact interval of each ratio of two rates: it covers the truth at least as often as it says.

    Of all who are counted, those of the group are a binomial share; its exact interval gives that of the ratio.

    Shape: two arrays as long as `counts`: lower and upper limits.
    Unit: a ratio; from 0 to infinity where nobody of one side is counted; nan as in `rate_ratio`.
    Source: Clopper and Pearson (1934) on the conditional share; Lehmann and Romano (2005), 4.5; Fay (2010).

    >>> low, high = rate_ratio_exact([2], [17877], [9], [16660])
    >>> round(float(low[0]), 8), round(float(high[0]), 8)
    (0.02177406, 1.0005491)
    """
    a, n, b, m = _floats(counts, out_of, other_counts, other_out_of)
    tail = (1 - confidence) / 2
    low = np.where(a > 0, special.betaincinv(np.maximum(a, 1), b + 1, tail), 0.0)
    high = np.where(b > 0, special.betaincinv(a + 1, np.maximum(b, 1), 1 - tail), 1.0)
    return _to_ratio(low, a, n, b, m), _to_ratio(high, a, n, b, m)


def rate_ratio_midp(
    counts: ArrayLike,
    out_of: ArrayLike,
    other_counts: ArrayLike,
    other_out_of: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Give the mid-P interval of each ratio of two rates: narrower than the exact one, right on average.

    Shape: two arrays as long as `counts`: lower and upper limits.
    Unit: as `rate_ratio_exact`.
    Source: Lancaster (1961); Rothman, Greenland and Lash (2008), chapter 14, as in epitools' rateratio.midp.

    >>> low, high = rate_ratio_midp([41], [28010], [15], [19017])
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (1.041, 3.449)
    """
    a, n, b, m = _floats(counts, out_of, other_counts, other_out_of)
    tail = (1 - confidence) / 2
    low = np.where(a > 0, _solve(a, b, 1 - tail), 0.0)
    high = np.where(b > 0, _solve(a, b, tail), 1.0)
    return _to_ratio(low, a, n, b, m), _to_ratio(high, a, n, b, m)


def ratio_bounds(
    counts: ArrayLike, out_of: ArrayLike, totals: tuple[float, float], unknown: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Give the lowest and the highest ratio to everybody else, over all ways the unknown may fall.

    The ratio grows with everybody who is put into the group among those counted, and falls with everybody
    who is put into it among those they are out of: it is least and greatest where all fall one way.

    totals: how many are counted, and out of how many, those of unknown group among them.
    unknown: how many of each are of unknown group.
    Shape: two arrays as long as `counts`, of the groups that are known.
    Unit: a ratio, as `rate_ratio`.

    >>> low, high = ratio_bounds([30], [100], (50, 500), (10, 0))
    >>> round(float(low[0]), 2), round(float(high[0]), 2)
    (6.0, 16.0)
    """
    a, n = _floats(counts, out_of)
    every, whole = totals
    loose, unsure = unknown
    low = rate_ratio(a, n + unsure, every - a, whole - n - unsure)
    high = rate_ratio(a + loose, n, every - a - loose, whole - n)
    return low, high


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(value, dtype=np.float64) for value in values]


def _solve(a: Floats, b: Floats, wanted: Floats | float) -> Floats:
    """The share at which a count as low, with half the weight of that very count, has the chance wanted."""
    low, high = np.zeros_like(a), np.ones_like(a)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # The chance falls as the share grows.
        is_above = _mid_chance(a, b, middle) > wanted
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return (low + high) / 2


def _mid_chance(a: Floats, b: Floats, share: Floats) -> Floats:
    """The chance of fewer than `a` of a + b, and half that of just so many."""
    at_most = special.betainc(np.where(b > 0, b, 1.0), a + 1, 1 - share)
    at_most = np.where(b > 0, at_most, 1.0)
    fewer = np.where(a > 0, special.betainc(b + 1, np.maximum(a, 1), 1 - share), 0.0)
    return (at_most + fewer) / 2


def _to_ratio(share: Floats, a: Floats, n: Floats, b: Floats, m: Floats) -> Floats:
    known = (n > 0) & (m > 0) & (a + b > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, share / (1 - share) * (m / n), np.nan)
