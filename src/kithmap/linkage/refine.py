"""Join the members of a component again, strongest evidence first, as far as the average speaks for it.

Plain connected components let one false link join two children. Average linkage asks all pairs
between two groups, not the best one. All components are worked at once, in rounds: in every round
each two groups that are each other's best partner join. Weights are whole numbers inside, so that
neither the order of rows nor of additions can change a sum.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kithmap.stats.ordering import stable_order

# Two that say a whole name and a birthday, and that no blocking rule brought together, share neither.
DEFAULT_WEIGHT = -2.0
# Weights are kept in this part of a bit.
STEP = 2.0**-20


@dataclass(frozen=True)
class Pairs:
    """Known pairs: two places, weight in bits, whether they link, whether they may never join."""

    one: np.ndarray
    other: np.ndarray
    weight: np.ndarray
    links: np.ndarray
    apart: np.ndarray

    def where(self, kept: np.ndarray) -> "Pairs":
        """The pairs that `kept` is true of."""
        return Pairs(self.one[kept], self.other[kept], self.weight[kept], self.links[kept], self.apart[kept])

    def followed_by(self, more: "Pairs") -> "Pairs":
        """These pairs and then others."""
        return Pairs(*map(np.concatenate, zip(vars(self).values(), vars(more).values(), strict=True)))


@dataclass(frozen=True)
class Members:
    """What is known of every place.

    `numbers`: one column a kind, 0 where there is none. `full`: how many of its records say so much that
    a blocking rule would bring them together with another of the same person that does.
    """

    numbers: np.ndarray
    full: np.ndarray


@dataclass(frozen=True)
class _Edges:
    """Evidence between groups, the lesser group first: sums over the pairs between them."""

    one: np.ndarray
    other: np.ndarray
    total: np.ndarray
    known: np.ndarray
    full: np.ndarray
    links: np.ndarray
    apart: np.ndarray

    def where(self, kept: np.ndarray) -> "_Edges":
        return _Edges(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))


@dataclass
class _Groups:
    """The groups so far, each under one of its members."""

    numbers: np.ndarray
    full: np.ndarray
    rank: np.ndarray
    of: np.ndarray

    def join(self, keep: np.ndarray, drop: np.ndarray) -> None:
        """Join each group of `drop` to that of `keep`."""
        self.numbers[keep] = np.maximum(self.numbers[keep], self.numbers[drop])
        self.full[keep] += self.full[drop]
        self.rank[keep] = np.minimum(self.rank[keep], self.rank[drop])
        to = np.arange(self.of.size)
        to[drop] = keep
        self.of = to[self.of]


def with_several(labels: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The labels under which two numbers of one kind meet."""
    found: list[np.ndarray] = []
    for kind in range(numbers.shape[1]):
        numbered = np.flatnonzero(numbers[:, kind])
        most = int(numbers[:, kind].max(initial=0)) + 1
        held = np.unique(labels[numbered] * most + numbers[numbered, kind]) // most
        found.append(held[1:][held[1:] == held[:-1]])
    return np.unique(np.concatenate(found))


def refine(
    labels: np.ndarray, pairs: Pairs, members: Members, rank_of: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """The group of every place: never more than its component, never across what must be apart.

    `rank_of` gives the ranks of some places; the least decides between equals.

    Shape: one label per place, numbered from 0.
    """
    inside = pairs.where(labels[pairs.one] == labels[pairs.other])
    doubtful = _doubtful(labels, inside, members)[labels]
    places = np.flatnonzero(doubtful)
    if not places.size:
        return np.unique(labels, return_inverse=True)[1]
    local = np.full(labels.size, -1)
    local[places] = np.arange(places.size)
    known = inside.where(doubtful[inside.one])
    edges = _edges(replace(known, one=local[known.one], other=local[known.other]), members.full[places])
    groups = _Groups(members.numbers[places], members.full[places], rank_of(places), np.arange(places.size))
    refined = labels.copy()
    # Above every label in use, so that a new group never meets an old one.
    refined[places] = labels.size + _joined(edges, groups, labels[places])
    return np.unique(refined, return_inverse=True)[1]


def _doubtful(labels: np.ndarray, pairs: Pairs, members: Members) -> np.ndarray:
    """Which components could come apart: those where all that speaks against could outweigh one link."""
    size = int(labels.max(initial=-1)) + 1
    component = labels[pairs.one]
    weakest = np.full(size, np.inf)
    np.minimum.at(weakest, component[pairs.links], pairs.weight[pairs.links])
    against = np.bincount(component, weights=np.minimum(pairs.weight, 0.0), minlength=size)
    full = np.bincount(labels, weights=members.full, minlength=size)
    own = np.bincount(labels, weights=members.full**2, minlength=size)
    known = np.bincount(component, weights=_both_full(pairs, members.full), minlength=size)
    missing = (full**2 - own) / 2 - known
    doubtful = weakest + against + DEFAULT_WEIGHT * missing <= 0
    doubtful[component[pairs.apart]] = True
    doubtful[with_several(labels, members.numbers)] = True
    return doubtful


def _both_full(pairs: Pairs, full: np.ndarray) -> np.ndarray:
    # A part that a reviewer joined is of several records, and a pair of it stands for one of them.
    return np.minimum(full[pairs.one] * full[pairs.other], 1)


def _edges(pairs: Pairs, full: np.ndarray) -> _Edges:
    weight = np.rint(pairs.weight / STEP).astype(np.int64)
    known = np.ones(pairs.one.size, dtype=np.int64)
    edges = _Edges(pairs.one, pairs.other, weight, known, _both_full(pairs, full), pairs.links, pairs.apart)
    return _summed(edges, full.size)


def _joined(edges: _Edges, groups: _Groups, labels: np.ndarray) -> np.ndarray:
    """Join in rounds until no two groups may join."""
    size = groups.of.size
    while edges.one.size:
        mean, may_join = _judged(edges, groups)
        keep, drop = _mutual(edges.where(may_join), mean[may_join], groups.rank)
        if not keep.size:
            break
        # Where nothing may join any more, nothing will.
        alive = np.unique(labels[edges.one[may_join]])
        edges = edges.where(np.isin(labels[edges.one], alive))
        groups.join(keep, drop)
        to = np.arange(size)
        to[drop] = keep
        edges = _summed(replace(edges, one=to[edges.one], other=to[edges.other]), size)
    return groups.of


def _judged(edges: _Edges, groups: _Groups) -> tuple[np.ndarray, np.ndarray]:
    """The average weight between two groups, and whether they may join."""
    missing = groups.full[edges.one] * groups.full[edges.other] - edges.full
    mean = (edges.total * STEP + DEFAULT_WEIGHT * missing) / (edges.known + missing)
    one, other = groups.numbers[edges.one], groups.numbers[edges.other]
    two_numbers = ((one != other) & (one > 0) & (other > 0)).any(axis=1)
    return mean, edges.links & ~edges.apart & ~two_numbers & (mean > 0)


def _mutual(edges: _Edges, mean: np.ndarray, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Groups that are each other's best partner; between equals, the partner of the least rank."""
    if not mean.size:
        return edges.one, edges.other
    side = np.concatenate([edges.one, edges.other])
    partner = np.concatenate([edges.other, edges.one])
    order = stable_order(side)
    start = np.flatnonzero(np.diff(side[order], prepend=-1))
    both = np.concatenate([mean, mean])[order]
    highest = np.repeat(np.maximum.reduceat(both, start), np.diff(np.append(start, both.size)))
    order = order[both == highest]
    order = order[np.lexsort((rank[partner[order]], side[order]))]
    side, partner = side[order], partner[order]
    first = np.flatnonzero(np.diff(side, prepend=-1))
    best = np.full(rank.size, -1)
    best[side[first]] = partner[first]
    chosen = side[first]
    mutual = chosen[(best[best[chosen]] == chosen) & (chosen < best[chosen])]
    return mutual, best[mutual]


def _summed(edges: _Edges, size: int) -> _Edges:
    """One edge for every two groups."""
    between = edges.where(edges.one != edges.other)
    least, most = np.minimum(between.one, between.other), np.maximum(between.one, between.other)
    key = least * size + most
    order = stable_order(key)
    start = np.flatnonzero(np.diff(key[order], prepend=-1))
    if not start.size:
        return between
    between = between.where(order)

    def added(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, start)

    def either(values: np.ndarray) -> np.ndarray:
        return np.logical_or.reduceat(values, start)

    return _Edges(
        least[order][start], most[order][start], added(between.total), added(between.known), added(between.full),
        either(between.links), either(between.apart),
    )  # fmt: skip
