"""Ways in which records may make people, drawn as often as they are likely: pairs in, partitions out.

Each pair of things has log-odds of being one. A group of k things is as likely as `worth` says: the
sum of the log-odds of its pairs, times the root of 2 / k. Pairs of one group tell in part the same
thing, so three of them are worth less than three of strangers; on made-up worlds this root gave
partitions that agreed with the truth, where plain sums gave too many joined. Pairs of which nothing
is known count neither way, but a group must hang together by pairs that may join.

Small components are drawn exactly, over all their partitions. A larger one is taken apart at its
weakest pairs into pieces that are drawn exactly, and the pieces' groups are then joined again, each
two with the odds of all pairs between them (`stats.joining`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import connected
from kithmap.stats.joining import join_groups
from kithmap.stats.set_partitions import MOST, connected_sets, sums_of_sets, ways_to_part
from kithmap.stats.ties import NEVER, Ties

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Where a component is taken apart: at its weakest pairs, as far as it must.
WEAK = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, np.inf)
# How many weights are held at a time: some 30 MB.
AT_ONCE = 4_000_000
FEW = 64


@dataclass(frozen=True)
class Partitions:
    """Drawn partitions: `first` has a row a draw, and for each thing the least of its group.

    expected: the sum of the probabilities of all pairs that may join, each by itself. joined: how
    many of them a draw joins, on average. in_pieces: how many components were too large to draw whole.
    """

    first: NDArray[np.int32]
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
    ties: Ties, generator: np.random.Generator, *, draws: int = 200, most_exact: int = MOST
) -> Partitions:
    """Draw partitions of things into groups, as likely as their pairs make them.

    A pair that no other pair bears on is joined as often as its probability says.

    Shape: one row a draw, one column a thing.
    Unit: for each thing, the least thing of its group.
    Source: linkage averaging, Sadinle (2018); partitions by pairwise odds, Bansal, Blum and Chawla
        (2004).

    >>> pair = Ties(2, np.array([0]), np.array([1]), np.array([0.0]), np.array([True]))
    >>> drawn = draw_partitions(pair, np.random.default_rng(1), draws=1000)
    >>> bool(450 < (drawn.first[:, 1] == 0).sum() < 550)
    True
    """
    joins = ties.joins & np.isfinite(ties.log_odds)
    component = connected(ties.one[joins], ties.other[joins], ties.size)
    piece = find_pieces(ties, joins, component, most_exact)
    first = np.tile(np.arange(ties.size, dtype=np.int32), (draws, 1))
    for batch in _batches(ties, joins, piece):
        _draw(batch, first, generator)
    cut = piece != component if piece is component else np.bincount(component)[component] > most_exact
    if cut.any():
        join_groups(first, ties, joins, piece, generator)
    return Partitions(
        first,
        expected=float(ties.probability[joins].sum()),
        joined=float(_joined(first, ties.one[joins], ties.other[joins]).sum()),
        in_pieces=int(np.unique(component[cut]).size),
    )


def _joined(first: NDArray[np.int32], one: Ints, other: Ints) -> Floats:
    """How often each pair is joined."""
    total = np.zeros(len(one))
    for draw in first:
        total += draw[one] == draw[other]
    return total / max(len(first), 1)


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
    """Draw every piece of a batch, once for each row of `first`."""
    likely = _likely(batch)
    chance = generator.random((len(likely), len(first)))
    least = ways_to_part(batch.things.shape[1]).first
    many = max(1, AT_ONCE // (8 * len(first)))
    for begin in range(0, len(likely), many):
        some = slice(begin, begin + many)
        things, way = batch.things[some], _places(likely[some], chance[some]).T
        row = np.arange(len(things))
        for place in range(things.shape[1]):
            first[:, things[:, place]] = things[row, least[way, place]]


def _likely(batch: _Batch) -> Floats:
    """For each piece, how likely its ways to be parted are, each with those before it; 1 at the last."""
    ways = ways_to_part(batch.things.shape[1])
    worth = sums_of_sets(ways.size, batch.log_odds) * group_factor(ways.size)
    worth[~connected_sets(ways.size, batch.joins)] = NEVER
    logs = worth[:, ways.groups[:, 0]]
    for group in range(1, ways.size):
        # Ways come with fewer groups than things: what lies beyond the last one is nothing.
        some = np.flatnonzero(ways.groups[:, group])
        logs[:, some] += worth[:, ways.groups[some, group]]
    logs -= logs.max(axis=1, keepdims=True)
    likely = np.cumsum(np.exp(logs), axis=1, dtype=np.float64)
    likely /= likely[:, -1:]
    return likely


def group_factor(size: int) -> NDArray[np.float32]:
    """What the summed log-odds of each set, as bits, are worth: the root of 2 / k for k things."""
    members = np.array([each.bit_count() for each in range(1 << size)])
    return np.sqrt(2 / np.maximum(members, 2)).astype(np.float32)


def _places(likely: Floats, chance: Floats) -> Ints:
    """For each row, where its chances fall among its sums."""
    if likely.shape[1] <= FEW:
        place = np.zeros(chance.shape, dtype=np.int64)
        for column in likely[:, :-1].T:
            place += chance >= column[:, None]
        return place
    found = [np.searchsorted(row, one, side="right") for row, one in zip(likely, chance, strict=True)]
    return np.minimum(np.stack(found), likely.shape[1] - 1)
