"""Ways in which records may make people, drawn as often as they are likely: pairs in, partitions out.

Each pair of things has log-odds of being one. A partition is as likely as the product of the odds of
all pairs it joins; pairs of which nothing is known count neither way, but a group must hang together
by pairs that may join.

The probability of a pair was judged by itself. Drawn with others that bear on it, it is joined less
often: what speaks against one pair of a group speaks against all, and two that exclude each other
share what each had. So the odds of such pairs are moved, all by one amount, until as many are joined
as their probabilities add up to.

Small components are drawn exactly, over all their partitions. A larger one is taken apart at its
weakest pairs into pieces that are drawn exactly, and the pieces' groups are then joined again, each
two with the odds of all pairs between them (`stats.joining`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import connected
from kithmap.stats.joining import join_groups
from kithmap.stats.set_partitions import MOST, Ways, connected_sets, sums_of_sets, ways_to_part
from kithmap.stats.threads import in_threads
from kithmap.stats.ties import NEVER, Ties, as_share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Where a component is taken apart: at its weakest pairs, as far as it must.
WEAK = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, np.inf)
# The most the odds are moved so that the total agrees: 55 times.
MOST_SHIFT = 4.0
FEW_PAIRS = 50.0
STEPS = 60
# When the shift is found.
NEAR = 1e-9
# How many weights are held at a time: some 8 MB, which a processor has near at hand.
AT_ONCE = 1_000_000
FEW = 64


@dataclass(frozen=True)
class Partitions:
    """Drawn partitions: `first` has a row a thing and a column a draw, and says the least of its group.

    shift: what was added to the log-odds of pairs that bear on each other. expected: the sum of the
    probabilities of all pairs that may join, each by itself. joined: how many of them a draw joins, on
    average. in_pieces: how many components were too large to draw whole.
    """

    first: NDArray[np.int32]
    shift: float
    expected: float
    joined: float
    in_pieces: int


@dataclass(frozen=True)
class _Batch:
    """Pieces of one size: their things in order, and the log-odds of all their pairs."""

    things: Ints
    log_odds: NDArray[np.float32]
    joins: Flags


def draw_partitions(
    ties: Ties,
    generator: np.random.Generator,
    *,
    draws: int = 200,
    most_exact: int = MOST,
    shift: float | None = None,
) -> Partitions:
    """Draw partitions of things into groups, as likely as their pairs make them.

    A pair that no other pair bears on is joined as often as its probability says; of the others, as
    many are joined as their probabilities add up to, as far as what is apart allows it; unless the
    shift that does this is given.

    Shape: one row a thing, one column a draw.
    Unit: for each thing, the least thing of its group.
    Source: linkage averaging, Sadinle (2018); partitions by pairwise odds, Bansal, Blum and Chawla
        (2004).

    >>> pair = Ties(2, np.array([0]), np.array([1]), np.array([0.0]), np.array([True]))
    >>> drawn = draw_partitions(pair, np.random.default_rng(1), draws=1000)
    >>> bool(450 < (drawn.first[1] == 0).sum() < 550)
    True
    """
    joins = ties.joins & np.isfinite(ties.log_odds)
    component = connected(ties.one[joins], ties.other[joins], ties.size)
    piece = find_pieces(ties, joins, component, most_exact)
    bound = _bear_on_each_other(ties, component)
    if shift is None:
        shift = _find_shift(_batches(ties, joins, piece), bound)
    moved = replace(ties, log_odds=ties.log_odds + shift * (joins & bound[ties.one]))
    first = np.repeat(np.arange(ties.size, dtype=np.int32)[:, None], draws, axis=1)
    batches = list(_batches(moved, joins, piece))
    in_threads(lambda batch, chances: _draw(batch, first, chances), batches, generator.spawn(len(batches)))
    cut = np.bincount(component)[component] > most_exact if ties.size else np.zeros(0, dtype=bool)
    if cut.any():
        join_groups(first, moved, joins, piece, generator)
    return Partitions(
        first,
        shift=shift,
        expected=float(ties.probability[joins].sum()),
        joined=_joined(first, ties.one[joins], ties.other[joins]),
        in_pieces=int(np.unique(component[cut]).size),
    )


def _bear_on_each_other(ties: Ties, component: Ints) -> Flags:
    """For each thing, whether the pairs of its component bear on each other: they are no tree."""
    if not ties.size:
        return np.zeros(0, dtype=bool)
    inside = component[ties.one] == component[ties.other]
    pairs = np.bincount(component[ties.one[inside]], minlength=component.max() + 1)
    return (pairs >= np.bincount(component))[component]


def _find_shift(batches: Iterable[_Batch], bound: Flags) -> float:
    """The shift at which as many pairs are joined as their probabilities add up to.

    It is found within the pieces, and holds between them as well. A few pairs cannot tell it: the
    fewer there are, the nearer to none it is.
    """
    counted = in_threads(lambda batch: _counted(batch, bound[batch.things[:, 0]]), batches)
    target = sum(total for _, total in counted)
    if not target:
        return 0.0
    low, high, shift = -MOST_SHIFT, MOST_SHIFT, 0.0
    for _ in range(STEPS):
        joined, slope = np.sum([_expected(weights, shift) for weights, _ in counted], axis=0)
        low, high = (shift, high) if joined < target else (low, shift)
        # Newton's step; where it leads out of what is left, the middle of that.
        step = (target - joined) / slope if slope else np.inf
        shift, before = (shift + step if low < shift + step < high else (low + high) / 2), shift
        if abs(shift - before) < NEAR:
            break
    return float(shift * target / (target + FEW_PAIRS))


def _expected(weights: Floats, shift: float) -> Floats:
    """How many pairs are joined in all under a shift, and how fast that grows with it."""
    number = np.arange(weights.shape[1])
    # The largest power is left out on either side: nothing overflows.
    moved = weights * np.exp(shift * (number - (number[-1] if shift > 0 else 0)))
    whole, first, second = (moved @ np.stack([number**0, number, number**2], axis=1)).T
    mean = first / whole
    return np.array([mean.sum(), (second / whole - mean**2).sum()])


def _counted(batch: _Batch, which: Flags) -> tuple[Floats, float]:
    """How likely each number of joined pairs is, before a shift; what the pairs add up to."""
    some = _Batch(batch.things[which], batch.log_odds[which], batch.joins[which])
    ways = ways_to_part(some.things.shape[1])
    joined = _over_ways(sums_of_sets(ways.size, some.joins.astype(np.float32)), ways).astype(np.int64)
    width = int(joined.max(initial=0)) + 1
    at = joined + np.arange(len(joined))[:, None] * width
    counts = np.bincount(at.ravel(), np.exp(_logs(some)).ravel(), minlength=len(joined) * width)
    total = float(as_share(some.log_odds.astype(np.float64))[some.joins].sum())
    return counts.astype(np.float64).reshape(-1, width), total


def _joined(first: NDArray[np.int32], one: Ints, other: Ints) -> float:
    """How many of the pairs are joined, on average."""
    many = max(1, AT_ONCE // max(first.shape[1], 1))
    some = (slice(begin, begin + many) for begin in range(0, len(one), many))
    joined = sum(int(np.count_nonzero(first[one[each]] == first[other[each]])) for each in some)
    return joined / max(first.shape[1], 1)


def find_pieces(ties: Ties, joins: Flags, component: Ints, most: int) -> Ints:
    """Take components of more than `most` things apart at their weakest pairs.

    Shape: the piece of each thing, numbered from 0.
    """
    piece, probability = component, ties.probability
    for weak in WEAK:
        large = np.bincount(piece)[piece] > most if piece.size else np.zeros(0, dtype=bool)
        if not large.any():
            break
        kept = joins & (piece[ties.one] == piece[ties.other])
        kept &= ~large[ties.one] | (probability >= weak)
        piece = connected(ties.one[kept], ties.other[kept], ties.size)
    return piece


def _batches(ties: Ties, joins: Flags, piece: Ints) -> Iterator[_Batch]:
    """The pieces of two things or more, those of one size together."""
    sizes = np.bincount(piece)
    order = np.argsort(piece, kind="stable")
    rank = np.empty(ties.size, dtype=np.int64)
    rank[order] = np.arange(ties.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    inside = piece[ties.one] == piece[ties.other]
    log_odds = np.maximum(ties.log_odds, NEVER)
    for size in np.unique(sizes[sizes > 1]).tolist():
        which = np.flatnonzero(sizes == size)
        row = np.full(sizes.size, -1)
        row[which] = np.arange(which.size)
        pairs = np.flatnonzero(inside & (row[piece[ties.one]] >= 0))
        a, b = rank[ties.one[pairs]], rank[ties.other[pairs]]
        column = a * size - a * (a + 1) // 2 + b - a - 1
        odds = np.zeros((which.size, size * (size - 1) // 2), dtype=np.float32)
        touching = np.zeros(odds.shape, dtype=bool)
        odds[row[piece[ties.one[pairs]]], column] = log_odds[pairs]
        touching[row[piece[ties.one[pairs]]], column] = joins[pairs]
        things = order[row[piece[order]] >= 0].reshape(which.size, size)
        many = max(1, AT_ONCE // len(ways_to_part(size).first))
        for begin in range(0, which.size, many):
            some = slice(begin, begin + many)
            yield _Batch(things[some], odds[some], touching[some])


def _draw(batch: _Batch, first: NDArray[np.int32], generator: np.random.Generator) -> None:
    """Draw every piece of a batch, once for each column of `first`."""
    likely = np.cumsum(np.exp(_logs(batch)), axis=1, dtype=np.float64)
    likely /= likely[:, -1:]
    least = ways_to_part(batch.things.shape[1]).first
    many = max(1, AT_ONCE // (8 * first.shape[1]))
    for begin in range(0, len(likely), many):
        some = slice(begin, begin + many)
        # As many chances as are used: drawn part by part they are those that all at once would be.
        chance = generator.random((len(likely[some]), first.shape[1]))
        things, way = batch.things[some].astype(np.int32), _places(likely[some], chance)
        for place in range(1, things.shape[1]):
            first[things[:, place]] = np.take_along_axis(
                things, least[:, place][way].astype(np.int64), axis=1
            )


def _logs(batch: _Batch) -> NDArray[np.float32]:
    """For each piece and way to part it, the log of how likely it is; 0 for the likeliest."""
    ways = ways_to_part(batch.things.shape[1])
    worth = sums_of_sets(ways.size, batch.log_odds)
    worth[~connected_sets(ways.size, batch.joins)] = NEVER
    logs = _over_ways(worth, ways)
    return logs - logs.max(axis=1, keepdims=True)


def _over_ways(values: NDArray[np.float32], ways: Ways) -> NDArray[np.float32]:
    """For each way to part a piece, the sum over its groups."""
    # Whole rows of all pieces are taken at once, which is several times quicker than one by one.
    of_set = np.ascontiguousarray(values.T)
    total = of_set[ways.groups[:, 0]]
    for group in range(1, ways.size):
        begin = ways.begins[group]
        total[begin:] += of_set[ways.groups[begin:, group]]
    return np.ascontiguousarray(total.T)


def _places(likely: Floats, chance: Floats) -> Ints:
    """For each row, where its chances fall among its sums."""
    if likely.shape[1] <= FEW:
        place = np.zeros(chance.shape, dtype=np.int64)
        for column in likely[:, :-1].T:
            place += chance >= column[:, None]
        return place
    found = [np.searchsorted(row, one, side="right") for row, one in zip(likely, chance, strict=True)]
    return np.minimum(np.stack(found), likely.shape[1] - 1)
