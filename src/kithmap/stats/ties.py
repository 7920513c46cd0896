"""Pairs of things that may be one, with what is known of each pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
# Places among few enough things to be held in half the room.
Places = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Stands for minus infinity where sums must stay sums.
NEVER = -1e4


@dataclass(frozen=True)
class Ties:
    """What is known of pairs among `size` things.

    one, other: the two of each pair, the lesser first, each pair once. log_odds: natural logarithms
    of the odds that they are one; minus infinity where they are known to be apart. joins: whether the
    pair may join, or only speaks against.
    """

    size: int
    one: Ints | Places
    other: Ints | Places
    log_odds: Floats
    joins: Flags

    def __post_init__(self) -> None:
        if ((self.one < 0) | (self.one >= self.other) | (self.other >= self.size)).any():
            raise ValueError("Each pair is of two things, the lesser first.")

    @property
    def probability(self) -> Floats:
        """How likely each pair is to be one, by itself."""
        return as_share(self.log_odds)


def as_share(log_odds: Floats) -> Floats:
    """The probability that natural log-odds amount to."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
