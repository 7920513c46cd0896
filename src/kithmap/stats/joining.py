"""Join groups to groups, in many draws at once, each two with the odds of all pairs between them."""

from dataclasses import dataclass, replace

import numpy as np

from kithmap.stats.components import joined_parts
from kithmap.stats.ordering import stable_order
from kithmap.stats.runs import begins
from kithmap.stats.ties import NEVER, Flags, Floats, Ints, Places, Ties, as_share

# How many pairs of all draws have their chances drawn together: the same draws need the same number.
AT_ONCE = 1_000_000
# How many things and pairs of all draws are looked at together: some 20 MB.
ENTRIES = 2**19


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


@dataclass(frozen=True)
class Part:
    """Some things that hang together, renumbered, with the pairs between their pieces.

    near: pairs that may join. against: those that only speak against it.
    """

    near: Ties
    against: Ties


@dataclass(frozen=True)
class Joining:
    """The things of pieces that may join others, in parts of as many pairs as are drawn together.

    number: the part of each thing, from 0; -1 where nothing joins its piece. size: how many things each
    part has. one, other, log_odds: pairs between pieces, those of one part together, by the places of
    things in their part. begins: where each part's pairs begin that may join, and where those that only
    speak against it.
    """

    number: Places
    size: Ints
    one: Places
    other: Places
    log_odds: Floats
    begins: Ints

    @property
    def count(self) -> int:
        """How many parts there are."""
        return self.size.size

    def part(self, number: int) -> Part:
        """One of the parts, by its number."""
        near, against = (self._ties(number, 2 * number + side, joins=not side) for side in (0, 1))
        return Part(near, against)

    def _ties(self, number: int, run: int, *, joins: bool) -> Ties:
        some = slice(self.begins[run], self.begins[run + 1])
        ends = self.one[some], self.other[some]
        return Ties(int(self.size[number]), *ends, self.log_odds[some], np.full(ends[0].size, joins))


def find_joining(ties: Ties, joins: Flags, component: Places, piece: Places, draws: int) -> Joining:
    """Find the things of pieces that may join others, and the pairs between pieces.

    Only what pairs that may join hold together can come together. What speaks against two of one piece
    counts as well: drawn apart, they could come together through another.
    """
    whole, count = component[ties.one], int(component.max(initial=-1)) + 1
    near = joins & (piece[ties.one] != piece[ties.other])
    cut = np.bincount(whole[near], minlength=count) > 0
    pairs = np.flatnonzero(near | (~joins & cut[whole] & (whole == component[ties.other])))
    turn = np.cumsum(np.bincount(whole[pairs], minlength=count)) // max(1, AT_ONCE // draws)
    del whole, near
    names, dense = np.unique(turn[cut], return_inverse=True)
    number = np.full(count, -1, dtype=np.int32)
    number[cut] = dense
    number = number[component]
    rank, size = _ranks(number, names.size)
    run = 2 * number[ties.one[pairs]] + ~joins[pairs]
    pairs = pairs[stable_order(run)]
    bounds = np.cumsum(np.bincount(run, minlength=2 * names.size))
    return Joining(
        number,
        size,
        rank[ties.one[pairs]],
        rank[ties.other[pairs]],
        np.maximum(ties.log_odds[pairs], NEVER),
        np.concatenate([[0], bounds]),
    )


def _ranks(number: Places, count: int) -> tuple[Places, Ints]:
    """The place of each thing in its part, and how many things each part has."""
    things = np.flatnonzero(number >= 0)
    things = things[stable_order(number[things])]
    size = np.bincount(number[things], minlength=count)
    rank = np.zeros(number.size, dtype=np.int32)
    rank[things] = np.arange(things.size) - np.repeat(np.cumsum(size) - size, size)
    return rank, size


def join_groups(first: Places, part: Part, generator: np.random.Generator) -> None:
    """Join the groups of every draw by the pairs between their pieces, changing `first` where it stands.

    Two groups join with the odds of all pairs between them, and only where one of those may join. A
    group that has joined another is looked at again as the larger group it now is, so that a pair that
    speaks against one of its members is heard.

    Shape: `first` has one row a thing and one column a draw: the least of its group, before and after.
    """
    chance = generator.random((part.near.one.size, first.shape[1]))
    many = max(1, ENTRIES // (len(first) + part.near.one.size + part.against.one.size))
    for begin in range(0, first.shape[1], many):
        some = slice(begin, begin + many)
        first[:, some] = _joined(first[:, some].astype(np.int64), part, np.ascontiguousarray(chance[:, some]))


def _joined(first: Ints, part: Part, chance: Floats) -> Ints:
    """The groups of some draws, joined."""
    size, draws = first.shape
    labels = size * draws
    label = first * draws + np.arange(draws)
    ends = label[part.near.one], label[part.near.other]
    # No two groups come near to joining unless one pair between them does: only among those that hang
    # together by such pairs is it worth asking what else is between them.
    near = (chance < part.near.probability[:, None]) | (part.near.log_odds > 0)[:, None]
    cluster = joined_parts(ends[0][near], ends[1][near], labels)
    del ends, near
    of_thing = cluster.astype(np.int32)[label]
    both = [_rows(label, of_thing, part.near, chance), _rows(label, of_thing, part.against, None)]
    between = _gathered(_stacked(*both), labels)
    into = np.arange(labels)
    while (agreed := between.agreed).any():
        joined = between.keep(_chosen(between, agreed, labels))
        into[joined.other] = joined.one
        # A cluster in which nothing joins any more is done with.
        going = np.zeros(labels, dtype=bool)
        going[cluster[between.one[agreed]]] = True
        between = between.keep(going[cluster[between.one]])
        ends = into[between.one], into[between.other]
        between = replace(between, one=np.minimum(*ends), other=np.maximum(*ends))
        between = _gathered(between.keep(between.one != between.other), labels)
    # What joined a group that later joined another belongs to the last of them.
    while (further := into[into] != into).any():
        into[further] = into[into[further]]
    return into[label] // draws


def _rows(label: Ints, cluster: Places, pairs: Ties, chance: Floats | None) -> _Between:
    """Pairs and draws in which two groups are of one cluster; what only speaks against has no chance."""
    draws = label.shape[1]
    place = np.flatnonzero(cluster[pairs.one] == cluster[pairs.other])
    pair = place // draws
    draw = place - pair * draws
    one, other = (label.ravel()[side[pair] * draws + draw] for side in (pairs.one, pairs.other))
    chances = np.full(pair.size, 2.0) if chance is None else chance.ravel()[place]
    rows = _Between(
        np.minimum(one, other), np.maximum(one, other), pairs.log_odds[pair], pairs.joins[pair], chances
    )
    return rows.keep(one != other)


def _stacked(first: _Between, second: _Between) -> _Between:
    both = zip(vars(first).values(), vars(second).values(), strict=True)
    return _Between(*(np.concatenate(values) for values in both))


def _gathered(between: _Between, labels: int) -> _Between:
    """One row for each two groups: odds added up, the chance of the first of them."""
    if not between.one.size:
        return between
    key = between.one * labels + between.other
    order = stable_order(key)
    starts = np.flatnonzero(begins(key[order]))
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
