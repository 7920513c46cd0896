"""Draw a sample with known chances: arrays in, positions and chances out."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def chances(sizes: Floats, take: int) -> Floats:
    """Give each unit its chance of being in a sample of `take` units, in proportion to its size.

    Shape: one chance for each unit.
    Unit: probabilities, 0 to 1; they add up to `take`, or to the number of units of some size.
    Source: Särndal, Swensson and Wretman (1992), section 3.6.2: what would be above 1 is certain, and
        the rest share what is left.

    >>> chances(np.array([100.0, 1.0, 1.0, 2.0]), 2).tolist()
    [1.0, 0.25, 0.25, 0.5]
    """
    chance = np.where(sizes > 0, 1.0, 0.0)
    if take >= chance.sum():
        return chance
    certain = np.zeros(sizes.size, dtype=bool)
    while True:
        left = np.where(certain, 0.0, sizes)
        chance = np.where(certain, 1.0, left * (take - certain.sum()) / left.sum())
        above = chance > 1 + 1e-12
        if not above.any():
            return np.minimum(chance, 1.0)
        certain |= above


def systematic(chance: Floats, generator: np.random.Generator) -> Ints:
    """Draw units with the chances given, evenly along their order.

    In an order by source and group every source and group has its due, to within one unit.

    Shape: the positions of the units drawn, in order.
    Unit: positions, from 0.
    Source: Madow (1949).

    >>> systematic(np.array([0.5, 0.5, 1.0, 0.25, 0.75]), np.random.default_rng(1)).size
    3
    """
    upto = np.cumsum(chance)
    size = int(np.ceil(upto[-1] - 1e-9)) if upto.size else 0
    marks = generator.random() + np.arange(size)
    # Whole by adding up, but for rounding: the last mark must not fall off the end.
    marks = marks[marks < upto[-1] - 1e-9] if size else marks
    return np.searchsorted(upto, marks, side="right").astype(np.int64)


def power_sizes(importance: Floats, cell: Ints, *, power: float = 0.5) -> Floats:
    """Make each cell count for a power of its total: small cells for more than their share, none for all.

    Shape: one size for each unit; within a cell in proportion to `importance`.
    Unit: sizes, up to a factor.
    Source: Bankier (1988), power allocations.

    >>> power_sizes(np.ones(5), np.array([0, 0, 0, 0, 1])).tolist()
    [0.5, 0.5, 0.5, 0.5, 1.0]
    """
    total = np.bincount(cell, weights=importance)[cell]
    # A cell in which nothing counts has no size at all.
    return importance * np.where(total > 0, total, 1.0) ** (power - 1)
