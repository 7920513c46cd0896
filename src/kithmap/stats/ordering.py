"""The order of many whole numbers, found by sorting numbers that know their place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

# The bits of a whole number that is not negative.
BITS = 63


def stable_order(keys: NDArray[np.integer[Any]]) -> Ints:
    """Find the order that sorts whole numbers of 0 and more; equal ones stay in the order they have.

    Numbers are sorted several times faster than their places are: so each number takes its place along
    in its lowest bits, wherever there is room for both.

    Shape: one place for each number.

    >>> stable_order(np.array([7, 3, 7, 0])).tolist()
    [3, 1, 0, 2]
    """
    room = int(max(len(keys) - 1, 0)).bit_length()
    if int(keys.max(initial=0)).bit_length() + room > BITS:
        return np.argsort(keys, kind="stable")
    packed = keys.astype(np.int64)
    packed <<= room
    packed |= np.arange(len(keys))
    packed.sort()
    packed &= (1 << room) - 1
    return packed
