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
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import connected, joined_parts
from kithmap.stats.joining import find_joining
from kithmap.stats.lots import Partitions, Pieces
from kithmap.stats.set_partitions import MOST, Ways, connected_sets, sums_of_sets, ways_to_part
from kithmap.stats.threads import in_threads
from kithmap.stats.ties import NEVER, Flags, Floats, Ints, Places, Ties, as_share

# Where a component is taken apart: at its weakest pairs, as far as it must.
WEAK = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, np.inf)
# The most the odds are moved so that the total agrees: 55 times.
MOST_SHIFT = 4.0
FEW_PAIRS = 50.0
STEPS = 60
# When the shift is found.
NEAR = 1e-9
# How many weights are drawn with one stream of chances: the same draws need the same number.
AT_ONCE = 1_000_000
# How many weights are held at a time: some 2 MB, which a processor has near at hand.
WEIGHTS = 250_000
FEW = 64


@dataclass(frozen=True)
class _Batch:
    """Pieces of one size: their things in order, and the log-odds of all their pairs."""

    things: Places
    log_odds: NDArray[np.float32]
    joins: Flags

    def at(self, which: Flags | slice) -> "_Batch":
        return _Batch(self.things[which], self.log_odds[which], self.joins[which])


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

    Shape: laid open in lots, of one row a thing and one column a draw.
    Unit: for each thing, the least thing of its group.
    Source: linkage averaging, Sadinle (2018); partitions by pairwise odds, Bansal, Blum and Chawla
        (2004).

    >>> pair = Ties(2, np.array([0]), np.array([1]), np.array([0.0]), np.array([True]))
    >>> drawn = draw_partitions(pair, np.random.default_rng(1), draws=1000)
    >>> (lot,), joined = drawn.in_lots(lambda lot: lot, together=np.array([0, 0]))
    >>> bool(450 < (lot.first[1] == 0).sum() == 1000 * joined < 550)
    True
    """
    joins = ties.joins & np.isfinite(ties.log_odds)
    component = connected(ties.one[joins], ties.other[joins], ties.size).astype(np.int32)
    piece = find_pieces(ties, joins, component, most_exact)
    bound = _bear_on_each_other(ties, component)
    if shift is None:
        shift = _find_shift(_batches(ties, joins, piece), bound)
    moved = replace(ties, log_odds=ties.log_odds + shift * (joins & bound[ties.one]))
    pieces = _draw_pieces(list(_batches(moved, joins, piece)), generator, draws)
    joining = find_joining(moved, joins, component, piece, draws)
    return Partitions(
        draws,
        pieces,
        joining,
        generator.spawn(joining.count),
        ties.one[joins],
        ties.other[joins],
        shift=shift,
        expected=float(ties.probability[joins].sum()),
        in_pieces=int((np.bincount(component) > most_exact).sum()),
    )


def _bear_on_each_other(ties: Ties, component: Places) -> Flags:
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
    some = batch.at(which)
    ways = ways_to_part(some.things.shape[1])
    width = int(some.joins.sum(axis=1).max(initial=0)) + 1
    counts = np.zeros((len(some.things), width))
    for here in _steps(some, WEIGHTS):
        step = some.at(here)
        joined = _over_ways(sums_of_sets(ways.size, step.joins.astype(np.float32)), ways).astype(np.int64)
        joined += np.arange(len(joined))[:, None] * width
        likely = np.bincount(joined.ravel(), np.exp(_logs(step)).ravel(), minlength=len(joined) * width)
        counts[here] = likely.reshape(-1, width)
    return counts, float(as_share(some.log_odds.astype(np.float64))[some.joins].sum())


def _steps(batch: _Batch, most: int) -> Iterator[slice]:
    """The pieces of a batch, some at a time: as many as have so many weights."""
    many = max(1, most // len(ways_to_part(batch.things.shape[1]).first))
    return (slice(begin, begin + many) for begin in range(0, len(batch.things), many))


def find_pieces(ties: Ties, joins: Flags, component: Places, most: int) -> Places:
    """Take components of more than `most` things apart at their weakest pairs.

    Shape: the piece of each thing, numbered from 0.
    """
    piece: Ints | Places = component
    pairs = np.flatnonzero(joins)
    one, other, probability = ties.one[pairs], ties.other[pairs], as_share(ties.log_odds[pairs])
    for weak in WEAK:
        large = np.bincount(piece)[piece] > most if piece.size else np.zeros(0, dtype=bool)
        if not large.any():
            break
        kept = (piece[one] == piece[other]) & (~large[one] | (probability >= weak))
        one, other, probability = one[kept], other[kept], probability[kept]
        piece = joined_parts(one, other, ties.size)
    return connected(one, other, ties.size).astype(np.int32)


def _batches(ties: Ties, joins: Flags, piece: Places) -> Iterator[_Batch]:
    """The pieces of two things or more, those of one size together."""
    sizes = np.bincount(piece)
    order = np.argsort(piece, kind="stable")
    rank = np.empty(ties.size, dtype=np.int32)
    rank[order] = np.arange(ties.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    inside = np.flatnonzero(piece[ties.one] == piece[ties.other])
    of_pair = piece[ties.one[inside]]
    for size in np.unique(sizes[sizes > 1]).tolist():
        which = np.flatnonzero(sizes == size)
        row = np.full(sizes.size, -1, dtype=np.int32)
        row[which] = np.arange(which.size)
        here = np.flatnonzero(sizes[of_pair] == size)
        pairs, rows = inside[here], row[of_pair[here]]
        a, b = rank[ties.one[pairs]], rank[ties.other[pairs]]
        column = a * size - a * (a + 1) // 2 + b - a - 1
        odds = np.zeros((which.size, size * (size - 1) // 2), dtype=np.float32)
        touching = np.zeros(odds.shape, dtype=bool)
        odds[rows, column] = np.maximum(ties.log_odds[pairs], NEVER)
        touching[rows, column] = joins[pairs]
        things = order[row[piece[order]] >= 0].reshape(which.size, size).astype(np.int32)
        many = max(1, AT_ONCE // len(ways_to_part(size).first))
        for begin in range(0, which.size, many):
            some = slice(begin, begin + many)
            yield _Batch(things[some], odds[some], touching[some])


def _draw_pieces(batches: list[_Batch], generator: np.random.Generator, draws: int) -> list[Pieces]:
    """Draw every piece, so many times; those of one size together."""
    pieces, ways = [], []
    for size, each in groupby(batches, lambda batch: batch.things.shape[1]):
        some = list(each)
        things = np.concatenate([batch.things for batch in some])
        # Most pieces are of two or three things: a byte holds all the ways to part them.
        kind = np.min_scalar_type(len(ways_to_part(size).first) - 1)
        pieces.append(Pieces(things, np.empty((len(things), draws), dtype=kind)))
        ways += np.split(pieces[-1].way, np.cumsum([len(batch.things) for batch in some])[:-1])
    in_threads(_draw, batches, ways, generator.spawn(len(batches)))
    return pieces


def _draw(batch: _Batch, way: NDArray[np.unsignedinteger], generator: np.random.Generator) -> None:
    """Draw the way of every piece of a batch, once for each column."""
    ways, draws = len(ways_to_part(batch.things.shape[1]).first), way.shape[1]
    for some in _steps(batch, min(WEIGHTS, ways * AT_ONCE // (8 * draws))):
        likely = np.cumsum(np.exp(_logs(batch.at(some))), axis=1, dtype=np.float64)
        likely /= likely[:, -1:]
        # As many chances as are used: drawn part by part they are those that all at once would be.
        way[some] = _places(likely, generator.random((len(likely), draws)))


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
