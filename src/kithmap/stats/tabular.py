"""Tables that add up: what is published of them, and what anybody may know.

A table is a vector of counts and a matrix of relations whose every row sums to nought. An
attacker knows the relations, an interval for every published count (one point where it is
published exactly), and that a withheld count is at least 1 unless it is truly nought. Which counts
to withhold is `stats.withholding`; the proof that it is enough is `stats.witnesses`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Cells = NDArray[np.intp]
Sparse = Any  # a scipy csr_array; its annotations do not know its shape

TOTALS_DEARER = 100.0
# A nought says that there is nobody: worth more to a reader than a small count, less than a large one.
NOUGHT_COSTS = 5.0


@dataclass(frozen=True)
class Table:
    """Counts that add up, and what is known of each when nothing is withheld.

    counts: the true counts. relations: one row for each sum, +1 for its parts, -1 for the whole.
    low, high: what a published count says: equal to the count, or a rounding interval.
    least: how low a withheld count can be: 1, or 0 for a nought and for a count that is never printed.
    unprinted: counts that are no row of the table, but follow from it by subtraction.
    hideable: counts that may be withheld to protect others.
    costs: how dear each count is to withhold.
    """

    counts: Counts
    relations: Sparse
    low: Numbers
    high: Numbers
    least: Numbers
    unprinted: Flags
    hideable: Flags
    costs: Numbers

    def __post_init__(self) -> None:
        if len(self.counts) and np.abs(self.relations @ self.counts).max(initial=0) > 0:
            raise ValueError("The counts do not add up as the relations say.")

    @property
    def far(self) -> float:
        """Stands for "without limit": no larger than it must be, so that solvers stay exact."""
        return 10.0 * float(self.counts.sum() + 100)

    @property
    def nothing(self) -> Numbers:
        """What the parts of every sum come to when their whole is taken off."""
        return np.zeros(self.relations.shape[0])

    def known(self, withheld: Flags, knows: Sequence[int] = ()) -> tuple[Numbers, Numbers]:
        """The lowest and highest each count can be, before the relations are used.

        `knows` are counts that the attacker knows of itself, whether or not they are withheld.
        """
        low = np.where(withheld, self.least, self.low)
        high = np.where(withheld, self.far, self.high)
        own = list(knows)
        low[own] = high[own] = self.counts[own]
        return low, high


def make_table(
    counts: Sequence[int],
    sums: Sequence[tuple[Sequence[int], int]],
    *,
    rests: Sequence[Sequence[int]] = (),
    hide_noughts: bool = False,
) -> Table:
    """A table whose counts are published exactly, from its sums as (positions of parts, whole).

    Where parts leave some of the whole out, the rest is added as a count that is never printed. Each of
    `rests` is a set of counts whose sum is added in the same way: a quantity to be protected, though it is
    no row. With `hide_noughts`, a nought may be withheld too.
    Raises: ValueError when parts come to more than their whole.
    """
    true = np.asarray(counts, dtype=np.int64)
    left = np.array([true[whole] - true[list(parts)].sum() for parts, whole in sums], dtype=np.int64)
    if (left < 0).any():
        raise ValueError("Some rows of the table come to more than the row they add up to.")
    lines = [([*parts], [whole]) for parts, whole in sums]
    unlisted = np.flatnonzero(left)
    for place, line in enumerate(unlisted.tolist(), start=len(true)):
        lines[line][0].append(place)
    asked = range(len(true) + len(unlisted), len(true) + len(unlisted) + len(rests))
    lines += [([*parts], [place]) for place, parts in zip(asked, rests, strict=True)]
    sought = [true[list(parts)].sum() for parts in rests]
    everything = np.concatenate([true, left[unlisted], np.array(sought, dtype=np.int64)])
    return _make(everything, _matrix(lines, len(everything)), len(true), hide_noughts)


def _make(everything: Counts, relations: Sparse, printed: int, hide_noughts: bool) -> Table:
    unprinted = np.arange(len(everything)) >= printed
    exact = everything.astype(np.float64)
    costs = np.where(everything > 0, np.log2(2.0 + exact), NOUGHT_COSTS)
    # A total is seen in other tables too, of the same people by something else: withheld here and
    # shown there it would protect nobody, so it goes only when nothing else will do.
    totals = np.unique(relations.tocoo().coords[1][relations.tocoo().data < 0])
    costs[totals] *= TOTALS_DEARER
    return Table(
        counts=everything,
        relations=relations,
        low=exact,
        high=exact,
        least=np.where((everything > 0) & ~unprinted, 1.0, 0.0),
        unprinted=unprinted,
        hideable=~unprinted & ((everything > 0) | hide_noughts),
        costs=costs,
    )


def _matrix(lines: Sequence[tuple[list[int], list[int]]], size: int) -> Sparse:
    """One row for each sum: +1 for its parts and -1 for its whole."""
    lengths = np.array([len(parts) for parts, _ in lines], dtype=np.intp)
    parts = np.array([part for parts, _ in lines for part in parts], dtype=np.intp)
    wholes = np.array([whole for _, (whole,) in lines], dtype=np.intp)
    rows = np.concatenate([np.repeat(np.arange(len(lines)), lengths), np.arange(len(lines))])
    values = np.concatenate([np.ones(len(parts)), -np.ones(len(wholes))])
    return csr_array((values, (rows, np.concatenate([parts, wholes]))), shape=(len(lines), size))


def with_rounding(table: Table, base: int, withhold_below: int) -> Table:
    """The same table published to the nearest `base`: each count known to an interval.

    A count below the threshold is never published, so no interval reaches down to it.
    """
    if base <= 1:
        return table
    rounded = round_to(table.counts, base)
    low = np.where(table.counts > 0, np.maximum(rounded - base // 2, withhold_below), 0.0)
    high = np.where(table.counts > 0, rounded + (base - 1) // 2, 0.0)
    return replace(table, low=np.minimum(low, table.counts), high=np.maximum(high, table.counts))


def round_to(counts: Counts, base: int) -> Counts:
    """Counts to the nearest `base`, halves up.

    >>> round_to(np.array([0, 7, 8, 23]), 5).tolist()
    [0, 5, 10, 25]
    """
    return (counts + base // 2) // base * base
