"""Tables that add up: what withheld counts can be bounded to, and what more must be withheld.

A table is a vector of counts and a matrix of relations whose every row sums to nought. An
attacker knows the relations, an interval for every published count (one point where it is
published exactly), and that a withheld count is at least 1 (noughts are published). A count is
safe when two whole-number tables agree with all of that and differ in it by the width asked for:
those two tables are the proof, and checking them is addition only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, lil_array

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Cells = NDArray[np.intp]
Sparse = Any  # a scipy csr_array; its annotations do not know its shape

WHOLE = 1e-6
TOTALS_DEARER = 100.0


@dataclass(frozen=True)
class Table:
    """Counts that add up, and what is known of each when nothing is withheld.

    counts: the true counts. relations: one row for each sum, +1 for its parts, -1 for the whole.
    low, high: what a published count says: equal to the count, or a rounding interval.
    least: how low a withheld count can be: 1, or 0 for a count that is never printed.
    unprinted: counts that are no row of the table, but follow from it by subtraction.
    costs: how dear each count is to withhold.
    """

    counts: Counts
    relations: Sparse
    low: Numbers
    high: Numbers
    least: Numbers
    unprinted: Flags
    costs: Numbers

    def __post_init__(self) -> None:
        if len(self.counts) and np.abs(self.relations @ self.counts).max(initial=0) > 0:
            raise ValueError("The counts do not add up as the relations say.")

    @property
    def far(self) -> float:
        """Stands for "without limit": no larger than it must be, so that solvers stay exact."""
        return 10.0 * float(self.counts.sum() + 100)

    def known(self, withheld: Flags) -> tuple[Numbers, Numbers]:
        """The lowest and highest each count can be, before the relations are used."""
        return np.where(withheld, self.least, self.low), np.where(withheld, self.far, self.high)


class Proofs:
    """Whole-number tables found so far, each of which agreed with what was published then."""

    def __init__(self, table: Table) -> None:
        self._tables = [table.counts]

    def seen(self, low: Numbers, high: Numbers) -> "Seen":
        """How low and how high each count is in the tables that agree with these bounds."""
        stacked = np.stack(self._tables)
        agree = stacked[((stacked >= low) & (stacked <= high)).all(axis=1)]
        return Seen(agree.min(axis=0), agree.max(axis=0), self._tables)


@dataclass
class Seen:
    """The lowest and the highest of each count over the tables that agree with what is published."""

    low: Counts
    high: Counts
    tables: list[Counts]

    def add(self, found: Counts) -> None:
        """Count in one more table that agrees."""
        self.tables.append(found)
        self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)

    def narrow(self, cells: Cells, width: int) -> Cells:
        """Those of `cells` not yet seen to differ by the width."""
        return cells[self.high[cells] - self.low[cells] < width]


def find_bounds(table: Table, withheld: Flags, cells: Cells) -> tuple[Numbers, Numbers]:
    """The lowest and highest whole number each of `cells` can be, given what is published.

    Shape: two arrays, one value for each of `cells`; infinite where there is no highest.
    Unit: counts.
    """
    low, high = table.known(withheld)
    alone = [np.array([cell]) for cell in cells]
    lowest = [_push(table, low, high, one, down=True)[one[0]] for one in alone]
    highest = [_push(table, low, high, one, down=False)[one[0]] for one in alone]
    top = np.array(highest, dtype=np.float64)
    # Other counts keep their share of `far`, so anything near it is without limit.
    return np.array(lowest, dtype=np.float64), np.where(top >= table.far / 2, np.inf, top)


def withhold_more(table: Table, primary: Flags, width: int) -> Flags:
    """Which counts to withhold so that no primary one is bounded closer than `width`.

    Shape: one flag for each count; every primary one is among them.
    Source: linear-programming cell suppression (Fischetti and Salazar-Gonzalez 2001), greedy, with
        the counts no longer needed published again at the end.
    """
    withheld = primary | table.unprinted
    if not primary.any() or width <= 0 or not table.relations.shape[0]:
        return withheld
    proofs = Proofs(table)
    smallest_first = np.flatnonzero(primary)[np.argsort(table.counts[primary], kind="stable")]
    while (failing := _unproved(table, withheld, smallest_first, width, proofs)) is not None:
        more = _cheapest_cover(table, withheld, failing, width)
        if (more == withheld).all():
            more = _everything_tied(table, withheld)
        withheld = more
    return _publish_again(table, primary, withheld, width, proofs)


def _publish_again(table: Table, primary: Flags, withheld: Flags, width: int, proofs: Proofs) -> Flags:
    """Publish what need not be withheld, the dearest counts first."""
    extra = np.flatnonzero(withheld & ~primary & ~table.unprinted)
    targets = np.flatnonzero(primary)
    for cell in extra[np.argsort(-table.costs[extra], kind="stable")].tolist():
        trial = withheld.copy()
        trial[cell] = False
        failing = _unproved(table, trial, targets, width, proofs)
        if failing is None:
            withheld = trial
        else:
            # What failed once is likely to fail next: asking it first saves the others.
            targets = np.concatenate([[failing], targets[targets != failing]])
    return withheld


def _unproved(table: Table, withheld: Flags, targets: Cells, width: int, proofs: Proofs) -> int | None:
    """The first of the targets that cannot be seen to differ by the width; None when all can."""
    low, high = table.known(withheld)
    seen = proofs.seen(low, high)
    left = seen.narrow(targets, width)
    if len(left) > 1:
        # One table with all of them low and one with all of them high proves most at once.
        for down in (True, False):
            seen.add(_push(table, low, _up_to(high, left, table.counts[left] + width), left, down=down))
        left = seen.narrow(left, width)
    while len(left):
        one = left[:1]
        lowest = _push(table, low, high, one, down=True)
        seen.add(lowest)
        seen.add(_push(table, low, _up_to(high, one, lowest[one] + width), one, down=False))
        if len(seen.narrow(one, width)):
            return int(one[0])
        left = seen.narrow(left, width)
    return None


def _up_to(high: Numbers, cells: Cells, most: Counts) -> Numbers:
    """The same bounds, a little way up for some cells: enough for a proof, and small numbers."""
    changed = high.copy()
    changed[cells] = np.minimum(changed[cells], most)
    return changed


def _push(table: Table, low: Numbers, high: Numbers, cells: Cells, *, down: bool) -> Counts:
    """A whole-number table within the bounds, with the sum of `cells` as low or high as can be."""
    free = np.flatnonzero(low < high)
    aim = np.zeros(len(table.counts))
    aim[cells] = 1.0 if down else -1.0
    parts = table.relations[:, free]
    parts = parts[np.diff(parts.indptr) > 0]
    found = table.counts.copy()
    found[free] = _solve(aim[free], parts, parts @ table.counts[free], low[free], high[free])
    return found


def _solve(aim: Numbers, parts: Sparse, wanted: Numbers, low: Numbers, high: Numbers) -> Counts:
    """The whole-number solution with the least aim; linear first, whole numbers forced only if needed."""
    exact = (parts, wanted) if parts.shape[0] else (None, None)
    found = linprog(aim, A_eq=exact[0], b_eq=exact[1], bounds=np.column_stack([low, high]), method="highs")
    values = _values(found)
    if np.abs(values - np.rint(values)).max(initial=0) > WHOLE:
        values = _values(
            milp(aim, constraints=_within(parts, wanted, wanted), bounds=_between(low, high), integrality=1)
        )
    return np.rint(values).astype(np.int64)


def _within(matrix: Sparse, low: Any, high: Any) -> LinearConstraint:
    return LinearConstraint(matrix, low, high)


def _between(low: Any, high: Any) -> Bounds:
    return Bounds(low, high)


def _values(found: OptimizeResult) -> Numbers:
    if found.x is None:
        raise RuntimeError(f"The solver found no table, though the true one is one: {found.message}")
    return np.asarray(found.x, dtype=np.float64)


def _cheapest_cover(table: Table, withheld: Flags, cell: int, width: int) -> Flags:
    """The counts that must move, at the least cost, for `cell` to move up far enough."""
    low, high = table.known(withheld)
    size = len(table.counts)
    lowest = _push(table, low, high, np.array([cell]), down=True)[cell]
    reach = np.where(withheld, 0.0, np.where(table.counts > 0, table.far, 0.0))
    fall = np.where(withheld, 0.0, np.maximum(low - table.least, 0.0) * (table.counts > 0))
    at_low, at_high = low.copy(), high.copy()
    at_low[cell] = at_high[cell] = lowest + width
    whole = eye_array(size, format="csr")
    none = csr_array((table.relations.shape[0], size))
    # x is the table; up and down are how far a published count must leave what it says.
    rows_within = hstack([table.relations, none, none], format="csr")
    limits = hstack([whole, -whole, whole], format="csr")
    constraints = [_within(rows_within, 0.0, 0.0), _within(limits, at_low, at_high)]
    found = milp(
        np.concatenate([np.zeros(size), table.costs, table.costs]),
        constraints=constraints,
        bounds=_between(0.0, np.concatenate([np.full(size, table.far), reach, fall])),
    )
    if found.x is None:
        return withheld
    moved = np.asarray(found.x)[size : 2 * size] + np.asarray(found.x)[2 * size :]
    return withheld | (moved > WHOLE)


def _everything_tied(table: Table, withheld: Flags) -> Flags:
    """Everything that a sum ties to what is withheld: what is left when nothing cheaper will do."""
    touching = np.asarray(np.abs(table.relations) @ withheld.astype(np.float64)) > 0
    tied = np.asarray(np.abs(table.relations[touching]).sum(axis=0)).ravel() > 0
    more = withheld | (tied & (table.counts > 0))
    if (more == withheld).all():
        raise RuntimeError("A count cannot be protected although everything tied to it is withheld.")
    return more


def make_table(counts: Sequence[int], sums: Sequence[tuple[Sequence[int], int]]) -> Table:
    """A table whose counts are published exactly, from its sums as (positions of parts, whole).

    Where parts leave some of the whole out, the rest is added as a count that is never printed.
    Raises: ValueError when parts come to more than their whole.
    """
    true = np.asarray(counts, dtype=np.int64)
    rests = np.array([true[whole] - true[list(parts)].sum() for parts, whole in sums], dtype=np.int64)
    if (rests < 0).any():
        raise ValueError("Some rows of the table come to more than the row they add up to.")
    left_out = np.flatnonzero(rests)
    matrix = lil_array((len(sums), len(true) + len(left_out)), dtype=np.int64)
    for row, (parts, whole) in enumerate(sums):
        matrix[row, list(parts)] = 1
        matrix[row, whole] = -1
    matrix[left_out, len(true) + np.arange(len(left_out))] = 1
    everything = np.concatenate([true, rests[left_out]])
    unprinted = np.arange(len(everything)) >= len(true)
    exact = everything.astype(np.float64)
    least = np.where((everything > 0) & ~unprinted, 1.0, 0.0)
    costs = np.log2(2.0 + exact)
    # A total is seen in other tables too, of the same people by something else: withheld here and
    # shown there it would protect nobody, so it goes only when nothing else will do.
    costs[[whole for _, whole in sums]] *= TOTALS_DEARER
    return Table(everything, matrix.tocsr(), exact, exact, least, unprinted, costs)


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
