"""How low and how high groups can be, given everything said: one program, asked as little as need be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kithmap.governance.release_cells import Cells, Flags
from kithmap.governance.statements import Statement

if TYPE_CHECKING:
    from kithmap.stats.linear import Program

Numbers = NDArray[np.float64]

NEAR = 1e-6
# Stands for "without limit": finite, so that every question has an answer.
FAR = 1e6


@dataclass(frozen=True)
class Limits:
    """What may be known of a group: nothing closer than `width` where it may be of fewer than `below`."""

    below: int
    width: int

    def tells(self, low: float, high: float) -> bool:
        """Whether knowing that a count lies between two numbers tells of a few people; nought is nobody.

        >>> Limits(5, 5).tells(3, 3), Limits(5, 5).tells(0, 4), Limits(5, 5).tells(0, 0), Limits(5, 5).tells(1, 6)
        (True, True, False, False)
        """
        return high >= 1 and low < self.below and high - low < self.width


class Bounded:
    """Statements as one linear program; cells that none of them tells apart are one variable.

    groups: the variable of each cell.
    """

    def __init__(self, statements: Sequence[Statement], cells: Cells) -> None:
        matrix: Any = np.array([_row(each, cells) for each in statements])
        columns, groups = np.unique(matrix, axis=1, return_inverse=True)
        self.groups: Any = groups.ravel()
        self._columns: Any = columns
        self._low: Any = np.array([each.low for each in statements])
        self._high: Any = np.array([each.high for each in statements])
        self._counted = np.array([each.alone is not None for each in statements])
        self._sizes: Any = np.bincount(self.groups)
        self._program: Program | None = None

    def telling(self, held: Flags, named: Flags, limits: Limits) -> dict[int, tuple[float, float]]:
        """The groups that limits do not allow to be known so closely, and how closely they are.

        held: which variables each group holds. named: whether it is published, or a difference of what is:
        any other group tells of somebody only where somebody is surely in it. Every answer of the solver is a table that agrees with all
        that was said, and tells of every group at once: most are settled without being asked about.
        """
        left: Any = np.flatnonzero(~self._is_large(held, limits.below) & ~self._is_nobody(held))
        open_ = _Open(left, held[left], limits.width)
        found: dict[int, tuple[float, float]] = {}
        while (place := open_.next()) is not None:
            top = self._most(held[place], open_)
            if top < 1:
                continue
            bottom = self._least(held[place], open_)
            if limits.tells(bottom, top) and (bottom >= 1 or named[place]):
                found[place] = (bottom, top)
        return found

    def of_cells(self, group: Flags) -> tuple[float, float]:
        """The lowest and the highest whole number a group of cells can be."""
        held: Any = np.bincount(self.groups, weights=group, minlength=len(self._sizes))
        return self._least(held == self._sizes), self._most(held > 0)

    def _is_large(self, held: Flags, below: int) -> Flags:
        """Which groups hold one whose count is known to be no small one."""
        return self._holds(held, self._counted & (self._low >= below))

    def _is_nobody(self, held: Flags) -> Flags:
        """Which groups are within what is known to be nobody."""
        empty: Any = self._columns[self._counted & (self._high < 1)].any(axis=0)
        return ~(held & ~empty).any(axis=1)

    def _holds(self, held: Flags, chosen: Flags) -> Flags:
        """Which groups hold the whole of what one of the statements chosen counts."""
        inside: Any = self._columns[chosen] > 0
        outside: Any = (~held).astype(np.float32) @ inside.astype(np.float32).T
        return (outside == 0).any(axis=1) if len(inside) else np.zeros(len(held), dtype=bool)

    def _least(self, held: Flags, seen: "_Open | None" = None) -> float:
        return float(ceil(self._ask(held, 1.0, seen) - NEAR))

    def _most(self, held: Flags, seen: "_Open | None" = None) -> float:
        top = self._ask(held, -1.0, seen)
        return float(floor(top + NEAR)) if top < FAR else inf

    def _ask(self, held: Flags, cost: float, seen: "_Open | None") -> float:
        places: Any = np.flatnonzero(held)
        if not len(places):
            return 0.0
        program = self._ready()
        program.aim(places, np.full(len(places), cost))
        values: Any = program.solve()
        if seen is not None:
            seen.see(values)
        return float(values[places].sum())

    def _ready(self) -> "Program":
        if self._program is None:
            from kithmap.stats.linear import Program

            size: int = self._columns.shape[1]
            most: Any = np.full(size, 2.0 * FAR)
            self._program = Program(self._columns, np.zeros(size), most, self._low, self._high)
        return self._program


class _Open:
    """The groups not yet settled: neither asked about, nor seen to differ by the width between answers."""

    def __init__(self, places: Any, held: Flags, width: int) -> None:
        self._places, self._width = places, width
        self._weights: Any = held.astype(np.float32)
        self._low: Any = np.full(len(places), inf)
        self._high: Any = np.full(len(places), -inf)
        self._at = 0

    def next(self) -> int | None:
        """The next group to ask about; None when all are settled."""
        while self._at < len(self._places):
            self._at += 1
            if not self._high[self._at - 1] - self._low[self._at - 1] >= self._width:
                return int(self._places[self._at - 1])
        return None

    def see(self, values: Numbers) -> None:
        """Count in one answer; those it settles are looked at no more."""
        numbers: Any = self._weights @ values.astype(np.float32)
        np.minimum(self._low, numbers, out=self._low)
        np.maximum(self._high, numbers, out=self._high)
        keep: Any = ~(self._high - self._low >= self._width)
        keep[: self._at] = False
        if keep.sum() * 2 < len(keep):
            self._places, self._weights = self._places[keep], self._weights[keep]
            self._low, self._high, self._at = self._low[keep], self._high[keep], 0


def _row(each: Statement, cells: Cells) -> Numbers:
    total = np.zeros(cells.number)
    for times, who in each.terms:
        total += times * cells.within(who)
    return total
