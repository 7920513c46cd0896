"""Groups asked about again and again, as more or less is said of them; nothing is asked twice.

Every answer of the solver is a table that agrees with all that is said, and tells of every group at once:
most groups are settled without being asked about. A table that agreed still does when less is said, so what
is withheld leaves few questions; and what the solver proved holds as long as what the proof uses is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from kithmap.governance.release_bounds import NEAR, Bounded, Found, Limits, Numbers, Places, at_least, at_most
from kithmap.governance.release_cells import Flags


@dataclass(frozen=True)
class Closely:
    """Between which whole numbers a group is known, and the statements that this leans on."""

    low: float
    high: float
    leans: frozenset[int]


@dataclass(frozen=True)
class _Proved:
    """An answer: its number among the answers, and the bounds that prove that there is no better one."""

    found: Found
    number: int
    low: Numbers
    high: Numbers


class Asked:
    """The groups of one program.

    held: which variables each holds. named: whether it is published, or a difference of what is: any other
    group tells of somebody only where somebody is surely in it.
    """

    # How low and how high each group is in the answers that still agree with all that is said.
    _lowest: Any
    _highest: Any

    def __init__(self, bounded: Bounded, held: Flags, named: Flags, limits: Limits) -> None:
        self._bounded, self._held, self._named, self._limits = bounded, held, named, limits
        self._weights: Any = held.astype(np.float64)
        self._inside: Any = _contained(held, bounded.columns)
        self._numbers: list[Numbers] = []  # of every group, in every answer
        self._sums: list[Numbers] = []  # of every statement, in every answer
        self._proved: dict[tuple[int, bool], _Proved] = {}
        self._told_before: dict[int, None] = {}
        self._stands: list[bool] = []

    def telling(self) -> Iterator[tuple[int, Closely]]:
        """The groups that limits do not allow to be known so closely as what is said now makes them known.

        One at a time, and first those that were told of before: whoever needs but one asks no further.
        """
        self._look_over()
        left: Any = ~self._is_settled() & self._is_unseen()
        for place in dict.fromkeys((*self._told_before, *range(len(left)))):
            if not left[place]:
                continue
            known = self._known(place)
            left &= self._is_unseen()
            if known is not None:
                self._told_before.setdefault(place)
                yield place, known

    def _look_over(self) -> None:
        """Which answers still agree with all that is said, and how low and high groups are in those."""
        size = len(self._held)
        self._lowest, self._highest = np.full(size, inf), np.full(size, -inf)
        if not self._sums:
            return
        sums: Any = np.array(self._sums)
        low, high = self._bounded.low - NEAR, self._bounded.high + NEAR
        stands: Any = ((sums >= low) & (sums <= high)).all(axis=1)
        self._stands = stands.tolist()
        if stands.any():
            numbers: Any = np.array(self._numbers)[stands]
            self._lowest, self._highest = numbers.min(axis=0), numbers.max(axis=0)

    def _is_settled(self) -> Flags:
        """Which groups hold one whose count is known to be no small one, or are within what is nobody."""
        bounded = self._bounded
        large: Any = bounded.counted & (bounded.low >= self._limits.below)
        empty: Any = bounded.columns[bounded.counted & (bounded.high < 1)].any(axis=0)
        return self._inside[:, large].any(axis=1) | ~(self._held & ~empty).any(axis=1)

    def _is_unseen(self) -> Flags:
        """Which groups answers have not shown to be known too loosely to tell of anybody."""
        # Counts are whole: a fraction lower or higher than the last whole number tells nothing of it.
        width: Any = np.floor(self._highest + NEAR) - np.ceil(self._lowest - NEAR)
        return ~(width >= self._limits.width) & (self._named | (self._lowest > NEAR))

    def _known(self, place: int) -> Closely | None:
        """How closely a group is known, where that is more closely than limits allow."""
        # Whichever of the two ends may settle it alone is asked for first.
        if not self._named[place] and at_least(self._end(place, most=False).total) < 1:
            return None
        top = self._end(place, most=True)
        high = at_most(top.total)
        if high < 1:
            return None
        bottom = self._end(place, most=False)
        low = at_least(bottom.total)
        leans = frozenset([*bottom.leans.tolist(), *top.leans.tolist()])
        return Closely(low, high, leans) if self._limits.tells(low, high) else None

    def _end(self, place: int, *, most: bool) -> Found:
        proved = self._proved.get((place, most))
        if proved is None or not self._holds(proved):
            held = self._held[place]
            found = self._bounded.most(held) if most else self._bounded.least(held)
            proved = self._keep(found)
            self._proved[place, most] = proved
        return proved.found

    def _holds(self, proved: _Proved) -> bool:
        """Whether an answer is still one, and its proof still proves that there is no better one."""
        low, high = self._said(proved.found.leans)
        same = np.array_equal(low, proved.low) and np.array_equal(high, proved.high)
        return same and self._stands[proved.number]

    def _keep(self, found: Found) -> _Proved:
        numbers: Any = self._weights @ found.values
        np.minimum(self._lowest, numbers, out=self._lowest)
        np.maximum(self._highest, numbers, out=self._highest)
        self._numbers.append(numbers)
        self._sums.append(self._bounded.columns @ found.values)
        self._stands.append(True)
        return _Proved(found, len(self._numbers) - 1, *self._said(found.leans))

    def _said(self, leans: Places) -> tuple[Numbers, Numbers]:
        return self._bounded.low[leans], self._bounded.high[leans]


def _contained(held: Flags, columns: Numbers) -> Flags:
    """Which groups hold the whole of what each statement sums."""
    inside: Any = (columns > 0).astype(np.float32)
    outside: Any = (~held).astype(np.float32) @ inside.T
    return outside == 0
