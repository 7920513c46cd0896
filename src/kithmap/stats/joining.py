"""Join groups to groups, in many draws at once, each two with the odds of all pairs between them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import connected
from kithmap.stats.ties import NEVER, Flags, Floats, Ints, Ties, as_share

# How many pairs of all draws are looked at together: some 100 MB.
AT_ONCE = 1_000_000


@dataclass(frozen=True)
class _Between:
    """What lies between two groups of one draw: their labels, summed log-odds, and one chance."""

    one: Ints
    other: Ints
    log_odds: Floats
    joins: Flags
    chance: Floats

    def keep(self, which: Flags) -> "_Between":
        return _Between(*(values[which] for values in vars(self).values()))

    @property
    def agreed(self) -> Flags:
        """Which groups join, by the odds of all pairs between them."""
        return self.joins & (self.chance < as_share(self.log_odds))


def join_groups(
    first: NDArray[np.int32], ties: Ties, joins: Flags, piece: Ints, generator: np.random.Generator
) -> None:
    """Join the groups of every draw by the pairs between their pieces, changing `first` where it stands.

    Two groups join with the odds of all pairs between them, and only where one of those may join. A
    group that has joined another is looked at again as the larger group it now is, so that a pair that
    speaks against one of its members is heard.

    Shape: `first` has one row a draw; for each thing, the least of its group, before and after.
    """
    part = _some(ties, joins, piece)
    many = max(1, AT_ONCE // max(len(part.between.one), 1))
    for begin in range(0, len(first), many):
        drawn = first[begin : begin + many]
        inside = part.rank[drawn[:, part.things]]
        _join(inside, part, generator)
        drawn[:, part.things] = part.things[inside]


@dataclass(frozen=True)
class _Part:
    """The things of the pieces that may join, renumbered, with the pairs between pieces."""

    things: Ints
    rank: Ints
    between: Ties


def _some(ties: Ties, joins: Flags, piece: Ints) -> _Part:
    """Only the pieces that something may join to another; of those every pair, also those against."""
    one, other = piece[ties.one], piece[ties.other]
    near = np.zeros(piece.max(initial=0) + 1, dtype=bool)
    for side in (one, other):
        near[side[joins & (one != other)]] = True
    things = np.flatnonzero(near[piece])
    rank = np.zeros(ties.size, dtype=np.int64)
    rank[things] = np.arange(things.size)
    odds, across = np.maximum(ties.log_odds, NEVER), near[one] & near[other] & (one != other)
    a, b = rank[ties.one[across]], rank[ties.other[across]]
    return _Part(things, rank, Ties(things.size, a, b, odds[across], joins[across]))


def _join(first: Ints, part: _Part, generator: np.random.Generator) -> None:
    """Join the groups of some draws; `first` is changed."""
    draws, size = first.shape
    offset = (np.arange(draws) * size)[:, None]
    label = (first + offset).ravel()
    for_it = _gathered(_between(label, part.between, offset, joins=True), label.size)
    for_it = replace(for_it, chance=generator.random(for_it.one.size))
    # Few groups come near to joining: only among those is it worth asking what speaks against it.
    near = for_it.agreed | (for_it.log_odds > 0)
    cluster = connected(for_it.one[near], for_it.other[near], label.size)
    against = _between(label, part.between, offset, joins=False)
    both = [each.keep(cluster[each.one] == cluster[each.other]) for each in (for_it, against)]
    between = _gathered(_stacked(*both), label.size)
    into = np.arange(label.size)
    while (agreed := between.agreed).any():
        joined = between.keep(_chosen(between, agreed, label.size))
        into[joined.other] = joined.one
        # A cluster in which nothing joins any more is done with.
        going = np.zeros(label.size, dtype=bool)
        going[cluster[between.one[agreed]]] = True
        between = between.keep(going[cluster[between.one]])
        ends = into[between.one], into[between.other]
        between = replace(between, one=np.minimum(*ends), other=np.maximum(*ends))
        between = _gathered(between.keep(between.one != between.other), label.size)
    # What joined a group that later joined another belongs to the last of them.
    while (further := into[into] != into).any():
        into[further] = into[into[further]]
    first[:] = into[label].reshape(first.shape) - offset


def _between(label: Ints, pairs: Ties, offset: Ints, *, joins: bool) -> _Between:
    """The pairs that may join, or those that only speak against it; the latter have no chance."""
    which = np.flatnonzero(pairs.joins == joins)
    ends = [label[(offset + side[which]).ravel()] for side in (pairs.one, pairs.other)]
    odds = np.tile(pairs.log_odds[which], len(offset))
    flags, chance = np.full(odds.size, joins), np.full(odds.size, 2.0)
    return _Between(np.minimum(*ends), np.maximum(*ends), odds, flags, chance)


def _stacked(first: _Between, second: _Between) -> _Between:
    both = zip(vars(first).values(), vars(second).values(), strict=True)
    return _Between(*(np.concatenate(values) for values in both))


def _gathered(between: _Between, labels: int) -> _Between:
    """One row for each two groups: odds added up, the chance of the first of them."""
    if not between.one.size:
        return between
    key = between.one * labels + between.other
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    heads = order[starts]
    return _Between(
        between.one[heads],
        between.other[heads],
        np.add.reduceat(between.log_odds[order], starts),
        np.logical_or.reduceat(between.joins[order], starts),
        between.chance[heads],
    )


def _chosen(between: _Between, agreed: Flags, labels: int) -> Flags:
    """Of the pairs of groups that agree, some in which no group is twice: the least chances first."""
    best = np.full(labels, 2.0)
    for side in (between.one, between.other):
        np.minimum.at(best, side[agreed], between.chance[agreed])
    return agreed & (between.chance == best[between.one]) & (between.chance == best[between.other])
