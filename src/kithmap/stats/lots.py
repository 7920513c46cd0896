"""Drawn partitions, laid open some things at a time: all things in all draws would be large."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.components import joined_parts
from kithmap.stats.joining import Joining, join_groups
from kithmap.stats.ordering import stable_order
from kithmap.stats.runs import begins
from kithmap.stats.set_partitions import ways_to_part
from kithmap.stats.threads import in_threads
from kithmap.stats.ties import Ints, Places

R = TypeVar("R")

# How many things of all draws are laid open together, beside what belongs with the last of them.
AT_ONCE = 2**20


@dataclass(frozen=True)
class Pieces:
    """Pieces of one size: a row a piece with its things in order, and the way that each draw parts it."""

    things: Places
    way: NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class Lot:
    """Some things, in order, with all that any draw might put with them.

    first: a row a thing and a column a draw: the place in `things` of the least of its group.
    """

    things: Places
    first: Places


@dataclass(frozen=True)
class Partitions:
    """Drawn partitions: how each piece is parted, and what may join pieces, with the chances of that.

    one, other: the pairs that may join. shift: what was added to the log-odds of pairs that bear on each
    other. expected: the sum of the probabilities of all pairs that may join, each by itself. in_pieces:
    how many components were too large to draw whole.
    """

    draws: int
    pieces: Sequence[Pieces]
    joining: Joining
    chances: Sequence[np.random.Generator]
    one: Ints | Places
    other: Ints | Places
    shift: float
    expected: float
    in_pieces: int

    def in_lots(self, act: Callable[[Lot], R], together: Ints | Places) -> tuple[list[R], float]:
        """What `act` makes of every lot of things, and how many pairs a draw joins, on average.

        together: a label for each thing, from 0; things of one label come in one lot, and pairs that may
        join are of one label. `act` is called for several lots at a time.
        """
        lot, count = _lots(together, self.joining, self.draws)
        opening = _Opening(self, lot, count)

        def use(number: int) -> tuple[R, int]:
            things, joined = opening.open(number)
            return act(things), joined

        made = in_threads(use, range(count))
        return [each for each, _ in made], sum(joined for _, joined in made) / max(self.draws, 1)


@dataclass(frozen=True)
class _ByLot:
    """Places of what is in lots, those of one lot together and in order."""

    order: Places
    begins: Ints

    def of(self, lot: int) -> Places:
        return self.order[self.begins[lot] : self.begins[lot + 1]]


def _lots(together: Ints | Places, joining: Joining, draws: int) -> tuple[Ints, int]:
    """The lot of each thing, and how many there are."""
    # Parts have their chances drawn together, and so are laid open together.
    cut = np.flatnonzero(joining.number >= 0)
    count = int(together.max(initial=-1)) + 1
    whole = joined_parts(together[cut], count + joining.number[cut], count + joining.count)[together]
    turn = np.maximum(np.cumsum(np.bincount(whole)) - 1, 0) * draws // AT_ONCE
    lot = np.cumsum(begins(turn)) - 1
    return lot[whole], int(lot.max(initial=-1)) + 1


def _by_lot(lot: Ints, count: int) -> _ByLot:
    order = stable_order(lot).astype(np.int32)
    return _ByLot(order, np.concatenate([[0], np.cumsum(np.bincount(lot, minlength=count))]))


class _Opening:
    """Lays open one lot or another."""

    def __init__(self, drawn: Partitions, lot: Ints, count: int) -> None:
        self._drawn = drawn
        self._things = _by_lot(lot, count)
        self._pieces = [_by_lot(lot[pieces.things[:, 0]], count) for pieces in drawn.pieces]
        self._pairs = _by_lot(lot[drawn.one], count)
        of_part = np.zeros(drawn.joining.count, dtype=np.int64)
        cut = drawn.joining.number >= 0
        of_part[drawn.joining.number[cut]] = lot[cut]
        self._parts = _by_lot(of_part, count)
        self._place = np.empty(lot.size, dtype=np.int32)
        order, first = self._things.order, self._things.begins
        self._place[order] = np.arange(lot.size) - first[lot[order]]

    def open(self, number: int) -> tuple[Lot, int]:
        """One of the lots, and how many pairs are joined in it over all draws."""
        things, drawn = self._things.of(number), self._drawn
        first = np.empty((things.size, drawn.draws), dtype=np.int32)
        first[:] = np.arange(things.size)[:, None]
        for pieces, by_lot in zip(drawn.pieces, self._pieces, strict=True):
            rows = by_lot.of(number)
            _part_pieces(first, self._place[pieces.things[rows]], pieces.way[rows])
        for part in self._parts.of(number).tolist():
            self._join(first, np.flatnonzero(drawn.joining.number[things] == part), part)
        pairs = self._pairs.of(number)
        one, other = self._place[drawn.one[pairs]], self._place[drawn.other[pairs]]
        return Lot(things, first), int(np.count_nonzero(first[one] == first[other]))

    def _join(self, first: Places, members: Ints, part: int) -> None:
        rank = np.zeros(len(first), dtype=np.int32)
        rank[members] = np.arange(members.size)
        joined = rank[first[members]]
        # A copy: laid open again, the lot is the same.
        join_groups(joined, self._drawn.joining.part(part), deepcopy(self._drawn.chances[part]))
        first[members] = members.astype(np.int32)[joined]


def _part_pieces(first: Places, things: Places, way: NDArray[np.unsignedinteger]) -> None:
    """Put the things of pieces of one size with those that the ways put them with."""
    least = ways_to_part(things.shape[1]).first.astype(np.int64)
    for place in range(1, things.shape[1]):
        first[things[:, place]] = np.take_along_axis(things, least[:, place][way], axis=1)
