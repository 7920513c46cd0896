"""Join groups to groups, in many draws at once, each two with the odds of all pairs between them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import joined_parts
from kithmap.stats.ordering import stable_order
from kithmap.stats.threads import in_threads
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

    Shape: `first` has one row a thing and one column a draw: the least of its group, before and after.
    """
    parts = list(_parts(ties, joins, piece, first.shape[1]))

    def join(part: _Part, chances: np.random.Generator) -> None:
        local = np.searchsorted(part.things, first[part.things])
        first[part.things] = part.things[_joined(local, part, chances)]

    in_threads(join, parts, generator.spawn(len(parts)))


@dataclass(frozen=True)
class _Part:
    """Some things that hang together, renumbered, with the pairs between their pieces.

    near: pairs that may join. against: those that only speak against it.
    """

    things: Ints
    near: Ties
    against: Ties


def _parts(ties: Ties, joins: Flags, piece: Ints, draws: int) -> Iterator[_Part]:
    """The things of pieces that may join others, in parts of as many pairs as are looked at together."""
    near = joins & (piece[ties.one] != piece[ties.other])
    # Only what pairs that may join hold together can come together. What speaks against two of one piece
    # counts as well: drawn apart, they could come together through another.
    whole = joined_parts(ties.one[joins], ties.other[joins], ties.size)
    count = whole.max(initial=-1) + 1
    cut = np.bincount(whole[ties.one[near]], minlength=count) > 0
    against = ~joins & (whole[ties.one] == whole[ties.other]) & cut[whole[ties.one]]
    pairs = np.bincount(whole[ties.one[near | against]], minlength=count)
    number = np.where(cut, np.cumsum(pairs) // max(1, AT_ONCE // draws), -1)[whole]
    odds, rank = np.maximum(ties.log_odds, NEVER), np.zeros(ties.size, dtype=np.int64)
    for each in np.unique(number[number >= 0]).tolist():
        things = np.flatnonzero(number == each)
        rank[things] = np.arange(things.size)
        here = number[ties.one] == each
        both = (
            Ties(things.size, rank[ties.one[which]], rank[ties.other[which]], odds[which], joins[which])
            for which in (np.flatnonzero(here & near), np.flatnonzero(here & against))
        )
        yield _Part(things, *both)


def _joined(first: Ints, part: _Part, generator: np.random.Generator) -> Ints:
    """The groups of some draws, joined."""
    size, draws = first.shape
    labels = size * draws
    label = first * draws + np.arange(draws)
    ends = label[part.near.one], label[part.near.other]
    chance = generator.random(ends[0].shape)
    # No two groups come near to joining unless one pair between them does: only among those that hang
    # together by such pairs is it worth asking what else is between them.
    near = (chance < part.near.probability[:, None]) | (part.near.log_odds > 0)[:, None]
    cluster = joined_parts(ends[0][near], ends[1][near], labels)
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


def _rows(label: Ints, cluster: NDArray[np.int32], pairs: Ties, chance: Floats | None) -> _Between:
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
