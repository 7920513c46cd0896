"""Counts over draws that arrange groups of things: what each arrangement changes in, what each draw changes out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kithmap.stats.runs import begins

Ints = NDArray[np.integer]
Sparse = Any  # a scipy sparse array; its annotations do not know its shape


def sparse_sum(values: Ints, rows: Ints, columns: Ints, shape: tuple[int, int]) -> Sparse:
    """A sparse array of these values, those at one place added up.

    >>> sparse_sum(np.array([1, 2]), np.array([0, 0]), np.array([1, 1]), (1, 2)).toarray().tolist()
    [[0, 3]]
    """
    return csr_array((np.asarray(values, dtype=np.int64), (rows, columns)), shape=shape)


def over_draws(by_draw: Ints, changes: Sparse) -> NDArray[np.int64]:
    """What each draw changes: the sum of what the arrangements change that it has of each group.

    by_draw: a row a group, a column a draw: its arrangement, -1 where it changes nothing. changes: a row an
    arrangement, a column for each thing counted.

    Shape: a row a draw, a column for each thing counted.

    >>> over_draws(np.array([[0, -1], [1, 1]]), sparse_sum(*np.array([[1, 5], [0, 1], [0, 0]]), (2, 1))).tolist()
    [[6], [5]]
    """
    of_draw = by_draw.T
    has = of_draw >= 0
    ends = np.concatenate([[0], np.cumsum(has.sum(axis=1))])
    chosen = of_draw[has]
    whose = csr_array(
        (np.ones(chosen.size, dtype=np.int64), chosen, ends), shape=(has.shape[0], changes.shape[0])
    )
    return (whose @ changes).toarray()


def taken_away(by_draw: Ints, group_of: Ints, changes: Sparse, often: int) -> NDArray[np.int64]:
    """How many of each thing counted so many draws or more take away, group by group.

    by_draw and changes: see `over_draws`; group_of: the group of each arrangement.

    Shape: a number for each thing counted.

    >>> by_draw, changes = np.array([[0, 0, 1]]), sparse_sum(*np.array([[-1, -3], [0, 1], [0, 0]]), (2, 1))
    >>> [taken_away(by_draw, np.array([0, 0]), changes, often).tolist() for often in (1, 2, 4)]
    [[3], [1], [0]]
    """
    rows = changes.tocoo()
    less = rows.data < 0
    way, thing, lost = rows.coords[0][less], rows.coords[1][less], -rows.data[less]
    draws = np.bincount(by_draw[by_draw >= 0], minlength=group_of.size)[way]
    group = group_of[way]
    # In each group and of each thing, the arrangements that take most come first, as often as they are drawn.
    order = np.lexsort((-lost, thing, group))
    group, thing, lost, draws = (each[order] for each in (group, thing, lost, draws))
    first = begins(group, thing)
    before = np.cumsum(draws) - draws
    before -= before[first][np.cumsum(first) - 1]
    of_rank = (before < often) & (often <= before + draws)
    return np.bincount(thing[of_rank], lost[of_rank], changes.shape[1]).astype(np.int64)
