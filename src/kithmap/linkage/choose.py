"""Choose the pairs that are worth weighing: those that share the key of a blocking rule, each of them once."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from kithmap.stats.runs import begins
from kithmap.stats.threads import in_threads


def choose_pairs(identities: pl.DataFrame, keys: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Choose the pairs of identities that share a key in any of some columns; null is shared by nobody.

    Shape: two arrays, one entry per pair: the places of the two, the lesser first, in order.

    >>> shared = pl.DataFrame({"home": [5, 5, None, 5], "name": [1, 1, 1, None]})
    >>> [side.tolist() for side in choose_pairs(shared, ["home", "name"])]
    [[0, 0, 0, 1, 1], [1, 2, 3, 2, 3]]
    """
    found = in_threads(_sharing, identities.select(*keys).get_columns())
    pairs = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    del found
    # Sorted, the same are neighbours: quicker than to ask of each rule whether an earlier one has the pair.
    pairs.sort()
    pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    one, other = np.divmod(pairs, max(identities.height, 1))
    return one.astype(np.int32), other.astype(np.int32)


def _sharing(key: pl.Series) -> np.ndarray:
    """The pairs that share a key, each as one number."""
    rows = np.flatnonzero(key.is_not_null().to_numpy())
    values = key.drop_nulls().to_numpy()
    order = np.argsort(values, kind="stable")
    rows, values = rows[order], values[order]
    first = np.flatnonzero(begins(values))
    sizes = np.diff(np.append(first, values.size))
    # Each is paired with those that follow it under its key.
    following = np.repeat(first + sizes, sizes) - np.arange(values.size) - 1
    one = np.repeat(np.arange(values.size), following)
    before = np.repeat(np.cumsum(following) - following, following)
    other = one + 1 + np.arange(one.size) - before
    return rows[one] * key.len() + rows[other]
