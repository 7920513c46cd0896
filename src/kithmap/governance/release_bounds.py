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
Places = NDArray[np.intp]

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


@dataclass(frozen=True)
class Found:
    """One answer of the solver: the sum asked for, every variable where it is so, and what proves it.

    leans: the statements whose bounds the proof uses; while these stay as they are, no answer is better.
    """

    total: float
    values: Numbers
    leans: Places


class Bounded:
    """Statements as one linear program; cells that none of them tells apart are one variable.

    groups: the variable of each cell. columns: which variables each statement sums. low, high: what each
    says now; counted: whether it counts one population.
    """

    def __init__(self, statements: Sequence[Statement], cells: Cells) -> None:
        matrix: Any = np.array([_row(each, cells) for each in statements])
        columns, groups = np.unique(matrix, axis=1, return_inverse=True)
        self.groups: Any = groups.ravel()
        self.columns: Any = columns
        self.counted = np.array([each.alone is not None for each in statements])
        self._said: tuple[Any, Any] = (
            np.array([each.low for each in statements]),
            np.array([each.high for each in statements]),
        )
        self.low, self.high = self._said
        self._sizes: Any = np.bincount(self.groups)
        self._program: Program | None = None

    def withhold(self, hidden: Flags) -> None:
        """Take the counts flagged as withheld, and all others as they were said; what is no count is gone."""
        said_low, said_high = self._said
        low: Any = np.where(hidden, np.where(self.counted, np.minimum(said_low, 1.0), -inf), said_low)
        high: Any = np.where(hidden, inf, said_high)
        changed: Any = np.flatnonzero((low != self.low) | (high != self.high))
        self.low, self.high = low, high
        if self._program is not None and len(changed):
            self._program.limit(changed, low[changed], high[changed])

    def of_cells(self, group: Flags) -> tuple[float, float]:
        """The lowest and the highest whole number a group of cells can be."""
        held: Any = np.bincount(self.groups, weights=group)
        return at_least(self.least(held == self._sizes).total), at_most(self.most(held > 0).total)

    def least(self, held: Flags) -> Found:
        """The lowest that the sum of some variables can be, as a fraction."""
        return self._ask(held, 1.0)

    def most(self, held: Flags) -> Found:
        """The highest that the sum of some variables can be, as a fraction."""
        return self._ask(held, -1.0)

    def _ask(self, held: Flags, cost: float) -> Found:
        places: Any = np.flatnonzero(held)
        program = self._ready()
        program.aim(places, np.full(len(places), cost))
        values: Any = program.solve()
        return Found(float(values[places].sum()), values, program.leaning())

    def _ready(self) -> "Program":
        if self._program is None:
            from kithmap.stats.linear import Program

            size: int = self.columns.shape[1]
            most: Any = np.full(size, 2.0 * FAR)
            self._program = Program(self.columns, np.zeros(size), most, self.low, self.high)
        return self._program


def at_least(low: float) -> float:
    """The whole number that a count is at least, where a fraction of it cannot be lower.

    >>> at_least(2.5), at_least(3.0000000001)
    (3.0, 3.0)
    """
    return float(ceil(low - NEAR))


def at_most(high: float) -> float:
    """The whole number that a count is at most, where a fraction of it cannot be higher.

    >>> at_most(2.5), at_most(3e6)
    (2.0, inf)
    """
    return float(floor(high + NEAR)) if high < FAR else inf


def _row(each: Statement, cells: Cells) -> Numbers:
    total = np.zeros(cells.number)
    for times, who in each.terms:
        total += times * cells.within(who)
    return total
