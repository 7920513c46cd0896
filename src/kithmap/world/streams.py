"""One stream of random numbers for each concern, so that one change does not move the rest."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Streams:
    """Random streams by name, all from one seed."""

    seed: int

    def stream(self, name: str) -> np.random.Generator:
        """Give a new generator for a concern: the same name gives the same numbers."""
        key = zlib.crc32(name.encode())
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(key,))))

    def steady(self, people: Ints, name: str) -> Floats:
        """Give each person one number in [0, 1) for a concern, the same at every call.

        An agency that spells a name its own way does so in every row: such choices belong to
        the person and the agency, not to the row.
        """
        salt = np.uint64(zlib.crc32(f"{self.seed}/{name}".encode()))
        with np.errstate(over="ignore"):
            z = people.astype(np.uint64) * _GOLDEN + (salt << np.uint64(20)) + salt
            z = (z ^ (z >> np.uint64(30))) * _MIX_1
            z = (z ^ (z >> np.uint64(27))) * _MIX_2
            z = z ^ (z >> np.uint64(31))
        return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def draw(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Draw positions in proportion to weights, quickly for many draws."""
    ends = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(ends, rng.random(size) * ends[-1], side="right").clip(0, len(ends) - 1)


def spread(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Unfold groups kept as start and count.

    Gives, for each unfolded item, the number of its group and its position in the flat list.

    >>> [list(map(int, a)) for a in spread(np.array([5, 0]), np.array([2, 1]))]
    [[0, 0, 1], [5, 6, 0]]
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return owner, np.repeat(starts, counts) + np.arange(len(owner)) - first


def rank_within(owner: Ints, key: Floats) -> Ints:
    """Rank items within their owner by key, 0 for the least. `owner` must be sorted."""
    order = np.lexsort((key, owner))
    rank = np.empty(len(owner), dtype=np.int64)
    _, first, counts = np.unique(owner, return_index=True, return_counts=True)
    rank[order] = np.arange(len(owner)) - np.repeat(first, counts)
    return rank
