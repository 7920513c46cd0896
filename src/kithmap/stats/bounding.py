"""How low and how high counts nobody printed can be, given every linear statement about them.

Counts that the same statements speak of in the same way cannot be told apart by them, so each such
group is one variable; statements that share no count are separate programs. Both are exact, and
together they make a register of 72,000 base counts a program of a few hundred.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

from kithmap.stats.linear import Program

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Sparse = Any  # a scipy sparse array; its annotations do not know its shape

NEAR = 1e-6


def bounds(
    relations: Sparse,
    low: Numbers,
    high: Numbers,
    targets: Places,
    *,
    least: Numbers | float = 0.0,
    most: Numbers | float = np.inf,
) -> tuple[Numbers, Numbers]:
    """The lowest and highest each target can be, by linear programming over all statements at once.

    `relations` has one row for each statement and one column for each base count: statement i says that
    `relations[i] @ x` is between low[i] and high[i] (the same twice for a count published exactly, an
    interval for a rounded one). `least` and `most` bound the base counts themselves. The bounds are those
    of fractions, so they are never narrower than those of whole numbers: where they are too close, ask for
    witnesses (`stats.witnesses`).

    Shape: two arrays, one value for each of `targets`; infinite where there is no highest.
    Unit: counts.
    Raises: Unsolved when no counts agree with all the statements.
    Source: linear-programming audit, Fischetti and Salazar-Gonzalez (2001).

    >>> lowest, highest = bounds(csr_array([[1, 1, 0], [1, 1, 1]]), [7, 9], [7, 12], np.array([0, 2]))
    >>> lowest.tolist(), highest.tolist()
    ([0.0, 2.0], [7.0, 5.0])
    """
    matrix: Sparse = csr_array(relations, dtype=np.float64)
    size: int = matrix.shape[1]
    least, most = (np.broadcast_to(np.asarray(each, dtype=np.float64), size) for each in (least, most))
    group, merged = _merge(matrix)
    cells = np.asarray(targets, dtype=np.intp)
    asked, of_target = np.unique(group[cells], return_inverse=True)
    group_least = _sums(group, least, merged.shape[1])
    group_most = _sums(group, most, merged.shape[1])
    sums = (np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    lowest, highest = _bounds_of_groups(merged, sums, (group_least, group_most), asked)
    lowest, highest = lowest[of_target], highest[of_target]
    # The others of its group can take whatever a count leaves them, within their own bounds.
    others_most = _of_others(group, most, merged.shape[1])[cells]
    others_least = group_least[group[cells]] - least[cells]
    bottom = np.maximum(least[cells], lowest - others_most)
    top = np.minimum(most[cells], highest - others_least)
    return _tidy(bottom), _tidy(top)


def _merge(matrix: Sparse) -> tuple[Places, Sparse]:
    """Which group each count is in, and the matrix with one column for each group."""
    columns = matrix.tocsc()
    columns.sort_indices()
    # A column is known by two random sums over its entries; equal columns have equal ones.
    generator = np.random.default_rng(0)
    keys = generator.standard_normal((2, matrix.shape[0])) @ columns
    _, first, group = np.unique(keys.round(9), axis=1, return_index=True, return_inverse=True)
    group = group.ravel()
    merged = columns[:, first]
    _check_merged(columns, merged, group)
    return group.astype(np.intp), csr_array(merged)


def _check_merged(columns: Sparse, merged: Sparse, group: Places) -> None:
    """Refuse to go on should two different columns ever have the same sums."""
    if abs(columns - merged[:, group]).sum() > 0:
        raise RuntimeError("Two statements could not be told apart.")


def _sums(group: Places, values: Numbers, size: int) -> Numbers:
    endless = np.bincount(group, weights=~np.isfinite(values), minlength=size) > 0
    finite = np.bincount(group, weights=np.where(np.isfinite(values), values, 0.0), minlength=size)
    return np.where(endless, np.inf, finite)


def _of_others(group: Places, values: Numbers, size: int) -> Numbers:
    """For each count, what the others of its group come to."""
    finite, endless = np.where(np.isfinite(values), values, 0.0), ~np.isfinite(values)
    others = np.bincount(group, weights=finite, minlength=size)[group] - finite
    return np.where(np.bincount(group, weights=endless, minlength=size)[group] > endless, np.inf, others)


def _bounds_of_groups(
    matrix: Sparse, sums: tuple[Numbers, Numbers], limits: tuple[Numbers, Numbers], asked: Places
) -> tuple[Numbers, Numbers]:
    """The bounds of the groups asked for, one program for each part that shares no statement."""
    statements = matrix.shape[0]
    _, part = connected_components(block_array([[None, matrix], [matrix.T, None]]), directed=False)
    lowest, highest = limits[0][asked].copy(), limits[1][asked].copy()
    for each in np.unique(part[statements:][asked]).tolist():
        rows = np.flatnonzero(part[:statements] == each)
        columns = np.flatnonzero(part[statements:] == each)
        if not len(rows):
            continue
        low, high = (limit[columns] for limit in limits)
        program = Program(matrix[rows][:, columns], low, high, sums[0][rows], sums[1][rows])
        for place in np.flatnonzero(part[statements:][asked] == each).tolist():
            one = np.searchsorted(columns, asked[place : place + 1])
            program.aim(one, np.array([1.0]))
            lowest[place] = program.least()
            program.aim(one, np.array([-1.0]))
            highest[place] = -program.least()
    return lowest, highest


def _tidy(values: Numbers) -> Numbers:
    """Values a solver's tolerance away from a whole number are that number."""
    whole = np.rint(values)
    near = np.isclose(values, whole, rtol=0.0, atol=NEAR)
    return np.where(near, whole, values) + 0.0
