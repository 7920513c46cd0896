"""Confidence intervals for shares and rates: arrays in, arrays out."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]


def wilson(counts: ArrayLike, totals: ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Give the Wilson score interval of each share, without continuity correction.

    Shape: two arrays as long as `counts`: lower and upper limits.
    Unit: shares, 0 to 1; nan where a total is 0 or missing.
    Source: Wilson (1927); Newcombe (1998), method 3.

    >>> low, high = wilson([81], [263])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    count = np.asarray(counts, dtype=np.float64)
    total = np.asarray(totals, dtype=np.float64)
    z = float(special.ndtri(0.5 + confidence / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = count / total
        middle = (share + z**2 / (2 * total)) / (1 + z**2 / total)
        half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    # At 0 and at all of them the limit is exact; the formula is off by rounding only.
    low = np.where(count == 0, 0.0, middle - half)
    high = np.where(count == total, 1.0, middle + half)
    known = total > 0
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def poisson_exact(counts: ArrayLike, *, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Give the exact interval of each expected count, for counts that need not be a share.

    Shape: two arrays as long as `counts`: lower and upper limits of the expected count.
    Unit: as the counts.
    Source: Garwood (1936).

    >>> low, high = poisson_exact([10])
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (4.7954, 18.3904)
    """
    count = np.asarray(counts, dtype=np.float64)
    tail = (1 - confidence) / 2
    low = np.where(count == 0, 0.0, special.gammaincinv(np.maximum(count, 1), tail))
    high = special.gammaincinv(count + 1, 1 - tail)
    return low, high
