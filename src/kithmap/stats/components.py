"""What is joined to what: arrays of pairs in, labels out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Ints = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]


def connected(ends: Whole, others: Whole, count: int) -> Ints:
    """Label the things that pairs join, directly or through others.

    Shape: one label for each of `count` things; things joined share a label.
    Unit: labels 0, 1, ... in the order in which each part's first thing comes.

    >>> connected(np.array([0, 3]), np.array([2, 4]), 5).tolist()
    [0, 1, 0, 2, 2]
    """
    found = joined_parts(ends, others, count)
    _, first, labels = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[labels]


def joined_parts(ends: Whole, others: Whole, count: int) -> Ints:
    """Label the things that pairs join, in whatever order: the labels alone, sooner than `connected`.

    Shape: one label, from 0, for each of `count` things; things joined share a label.
    """
    if not len(ends):
        return np.arange(count)
    ones = np.ones(len(ends), dtype=np.int8)
    graph = sparse.coo_array((ones, (ends, others)), shape=(count, count))
    return csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
