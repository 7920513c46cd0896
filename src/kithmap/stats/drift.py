"""Whether figures moved more than chance and habit explain: counts in, a verdict out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special  # not scipy.stats: it takes seconds to load

# Below this index nobody acts on a histogram that moved (Siddiqi 2006: below 0.1 no change of note).
NOTABLE_INDEX = 0.1
NOTABLE_SHARE = 0.02
# Many figures are compared in every build: one false alarm in a thousand comparisons.
ALARM = 0.001


@dataclass(frozen=True)
class Moved:
    """How far a figure moved, and how far it may move without an alarm."""

    by: float
    limit: float

    @property
    def alarms(self) -> bool:
        """Whether it moved further."""
        return self.by > self.limit


def stability(before: ArrayLike, now: ArrayLike) -> Moved:
    """Compare two histograms of the same bins by the population stability index.

    Shape: one index and its limit.
    Unit: nats; 0 where the shares are the same.
    Source: Siddiqi (2006) for the index; Yurdakul and Naranjo (2020) for its distribution, about
        (1/n + 1/m) chi-squared with one degree fewer than bins.

    >>> round(stability([50, 50], [75, 25]).by, 2)
    0.27
    """
    first, second = (np.asarray(counts, dtype=np.float64) + 0.5 for counts in (before, now))
    share, shared = first / first.sum(), second / second.sum()
    index = float(((shared - share) * np.log(shared / share)).sum())
    by_chance = special.chdtri(max(first.size - 1, 1), ALARM) * (1 / first.sum() + 1 / second.sum())
    return Moved(index, max(NOTABLE_INDEX, float(by_chance)))


def share_moved(before: tuple[int, int], now: tuple[int, int]) -> Moved:
    """Compare two shares, each as how many of how many.

    Shape: the difference and its limit.
    Unit: shares, 0 to 1.
    Source: the pooled two-sample test of proportions, two-sided.

    >>> share_moved((30, 1000), (90, 1000)).alarms, share_moved((30, 1000), (38, 1000)).alarms
    (True, False)
    """
    pooled = (before[0] + now[0]) / (before[1] + now[1])
    error = np.sqrt(pooled * (1 - pooled) * (1 / before[1] + 1 / now[1]))
    by_chance = float(special.ndtri(1 - ALARM / 2)) * float(error)
    return Moved(abs(now[0] / now[1] - before[0] / before[1]), max(NOTABLE_SHARE, by_chance))
