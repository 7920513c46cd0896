"""All ways to part a few things into groups, as arrays: what exact draws of partitions go over."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Nine things can be parted in 21,147 ways, ten in 115,975.
MOST = 9


@dataclass(frozen=True)
class Ways:
    """Every way to part `size` things: one row a way, those of fewer groups first.

    first: for each thing, the least of its group. groups: the groups as sets of bits, the group of
    thing 0 first; 0 where there are no more. begins: for each place of a group, the first way that has
    so many groups.
    """

    first: NDArray[np.int8]
    groups: NDArray[np.int64]
    begins: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.first.shape[1]


@lru_cache(maxsize=MOST)
def ways_to_part(size: int) -> Ways:
    """All ways to part so many things.

    Shape: as many rows as the Bell number of `size`; the first joins all of them, the last none.
    Source: restricted growth strings, Knuth, The Art of Computer Programming 4A, 7.2.1.5.

    >>> ways_to_part(3).first.tolist()
    [[0, 0, 0], [0, 0, 2], [0, 1, 0], [0, 1, 1], [0, 1, 2]]
    """
    label = np.zeros((1, 1), dtype=np.int8)
    for _ in range(1, size):
        used = label.max(axis=1) + 1
        rows = np.repeat(np.arange(len(label)), used + 1)
        offset = np.arange(len(rows)) - np.repeat(np.cumsum(used + 1) - (used + 1), used + 1)
        label = np.column_stack([label[rows], offset.astype(np.int8)])
    number = label.max(axis=1)
    order = np.argsort(number, kind="stable")
    label, begins = label[order], np.searchsorted(number[order], np.arange(size))
    bits = 1 << np.arange(size)
    groups = np.stack([((label == group) * bits).sum(axis=1) for group in range(size)], axis=1)
    lowest = np.stack([(label == group).argmax(axis=1) for group in range(size)], axis=1)
    first = np.take_along_axis(lowest, label.astype(np.int64), axis=1)
    return Ways(first.astype(np.int8), groups, tuple(begins.tolist()))


def sums_of_sets(size: int, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add up, for each set of things, the values of its pairs, for many graphs at once.

    values: one row a graph, one column for each pair (0,1), (0,2), ..., (1,2), ...

    Shape: one row a graph, one column for each of the 2^size sets, as bits.

    >>> sums_of_sets(3, np.array([[1.0, 10.0, 100.0]], dtype=np.float32)).tolist()
    [[0.0, 0.0, 0.0, 1.0, 0.0, 10.0, 100.0, 111.0]]
    """
    sums = np.zeros((len(values), 1 << size), dtype=np.float32)
    pair = np.zeros((size, size), dtype=np.int64)
    pair[np.triu_indices(size, 1)] = np.arange(values.shape[1])
    for bit in range(1, size):
        # What the highest member of a set has with the others, then what the others have.
        adds = np.zeros((len(values), 1 << bit), dtype=np.float32)
        for low in range(bit):
            adds[:, 1 << low : 2 << low] = adds[:, : 1 << low] + values[:, pair[low, bit], None]
        sums[:, 1 << bit : 2 << bit] = sums[:, : 1 << bit] + adds
    return sums


def connected_sets(size: int, touching: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the things of each set hang together by the pairs that touch, for many graphs at once.

    touching: one row a graph, one column a pair, as in `sums_of_sets`.

    Shape: one row a graph, one column for each of the 2^size sets, as bits; the empty set does.
    """
    graphs, sets = len(touching), np.arange(1 << size)
    around = np.zeros((graphs, 1 << size), dtype=np.int16)
    one, other = np.triu_indices(size, 1)
    for pair, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        around[:, 1 << a] |= np.where(touching[:, pair], 1 << b, 0).astype(np.int16)
        around[:, 1 << b] |= np.where(touching[:, pair], 1 << a, 0).astype(np.int16)
    for bit in range(size):
        # What is around a set: what is around its highest member and around the others.
        above = slice((1 << bit) + 1, 1 << (bit + 1))
        around[:, above] = around[:, 1 << bit, None] | around[:, 1 : 1 << bit]
    reached = np.broadcast_to((sets & -sets).astype(np.int16), around.shape).copy()
    for _ in range(size):
        reached |= np.take_along_axis(around, reached.astype(np.int64), axis=1) & sets.astype(np.int16)
    return reached == sets
