"""Counts of people put right for links missed and links wrongly made: draws in, draws out.

A count comes in draws of the linkage; recall and precision in draws of what a checked sample leaves
possible. Each draw of the one is put right by a draw of the other, so that both doubts are in the range.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Lists = frozenset[str]


@dataclass(frozen=True)
class Net:
    """What is to be put right, draw by draw: the share of links that are right, and that were found."""

    right: Floats
    found: Floats


def net_of(recall: Floats, precision: Floats, agreement: float) -> Net:
    """What a sample says beyond what the draws themselves leave in doubt.

    Two draws of one linkage agree in a share of their links, `agreement`: 1 where nothing is in doubt.
    Were the truth one more draw, recall and precision would be just that; only what falls short of it
    is still to be put right. Where one of them is above it, the other makes up for it, so that the
    count is put right by precision / recall on average, as it must be.

    Unit: shares, 0 to 1.
    """
    right, found = precision / agreement, recall / agreement
    most = np.maximum(1.0, np.maximum(right, found))
    return Net(right / most, found / most)


def put_right(counts: Ints, links: Ints, net: Net, generator: np.random.Generator) -> Ints:
    """Put counts of people right, in whom `links` links join what was seen apart.

    A link wrongly made is one person too few, a link missed one too many. Links missed beside those
    that are right and found are negative binomial.

    Shape: one count a draw.
    """
    true = generator.binomial(links, net.right)
    people = counts + links - true
    return people - np.minimum(_missed(true, net.found, generator), people // 2)


def put_sets_right(
    counts: Mapping[Lists, Ints], nets: Mapping[Lists, Net], generator: np.random.Generator
) -> dict[Lists, Ints]:
    """Put counts right of people by the lists they are on, exactly these lists and no other.

    A person on several lists who was missed is at present counted as two, on some of the lists each,
    parted at random: one more on all of them, one fewer on each part. A link wrongly made is the
    reverse. The largest sets come first, for what is restored to them is taken from smaller ones.
    How many are on a list stays as it is.

    Shape: one count a draw, for each set of lists and each part of one.
    """
    right = {lists: values.copy() for lists, values in counts.items()}
    draws = len(next(iter(right.values())))
    for lists in sorted(counts, key=lambda each: (-len(each), sorted(each))):
        if len(lists) < 2:
            continue
        net, parts = nets[lists], ways_to_split(lists)
        for part in (each for pair in parts for each in pair):
            right.setdefault(part, np.zeros(draws, dtype=np.int64))
        true = generator.binomial(right[lists], net.right)
        wrong = _spread(right[lists] - true, np.ones((draws, len(parts))), generator)
        room = np.stack([np.minimum(right[one], right[other]) for one, other in parts], axis=1)
        # A person on three lists is found whole only where both of two links are.
        missed = _missed(true, net.found ** (len(lists) - 1), generator)
        restored = _spread(missed, room, generator)
        for column, (one, other) in enumerate(parts):
            most = np.minimum(right[one], right[other])
            moved = np.minimum(restored[:, column], most) - wrong[:, column]
            right[lists] = right[lists] + moved
            right[one], right[other] = right[one] - moved, right[other] - moved
    return right


def ways_to_split(lists: Lists) -> Sequence[tuple[Lists, Lists]]:
    """Every way to part a set of lists in two, each once.

    >>> [sorted(map(sorted, pair)) for pair in ways_to_split(frozenset("ab"))]
    [[['a'], ['b']]]
    """
    first, *others = sorted(lists)
    return [
        (frozenset({first, *kept}), frozenset(set(others) - set(kept)))
        for size in range(len(others))
        for kept in combinations(others, size)
    ]


def _missed(true: Ints, found: Floats, generator: np.random.Generator) -> Ints:
    """How many were missed beside so many found, each found with this chance."""
    some = true > 0
    missed = generator.negative_binomial(np.where(some, true, 1), np.clip(found, 1e-6, 1.0))
    return np.where(some, missed, 0)


def _spread(number: Ints, shares: NDArray[np.generic], generator: np.random.Generator) -> Ints:
    """Spread numbers over columns by shares; none where there are no shares."""
    shares = np.asarray(shares, dtype=np.float64)
    total = shares.sum(axis=1)
    even = np.where(total[:, None] > 0, shares, 1.0)
    spread = generator.multinomial(number, even / even.sum(axis=1, keepdims=True))
    return np.where(total[:, None] > 0, spread, 0)


def range_of(draws: Ints, *, confidence: float = 0.95) -> tuple[Ints, Ints, Ints]:
    """The ends of the middle share of the draws, and their median; one column a count.

    Shape: low, high, likely: one value a column.
    Unit: whole numbers that were drawn.

    >>> [int(end[0]) for end in range_of(np.arange(1, 201)[:, None])]
    [5, 195, 100]
    """
    # (1 - 0.95) / 2 is a little more than 0.025, which would take one draw too many.
    tail = round((1 - confidence) / 2, 9)
    ends = np.quantile(draws, [tail, 1 - tail, 0.5], axis=0, method="inverted_cdf").astype(np.int64)
    return ends[0], ends[1], ends[2]
