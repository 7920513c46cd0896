"""How many look the same: rows by their columns, members of a network by the ties around them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MIX = np.uint64(0x9E3779B97F4A7C15)


def class_of(codes: Codes) -> Codes:
    """Which class of equal rows each row is in.

    Shape: one number for each row, from 0.

    >>> class_of(np.array([[1, 2], [3, 4], [1, 2]])).tolist()
    [0, 1, 0]
    """
    if not codes.shape[1]:
        return np.zeros(len(codes), dtype=np.int64)
    return np.unique(codes, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def find_exposed_rows(codes: Codes, sensitive: Codes, alike: int, values: int) -> Flags:
    """Which rows may not be shared: fewer than `alike` share their quasi-identifiers, or too few values.

    codes: one column for each quasi-identifier. sensitive: one column for each sensitive value; each must
    take at least `values` values among rows that are alike.
    Shape: one flag for each row.
    Source: k-anonymity, Sweeney (2002); l-diversity, Machanavajjhala and others (2007).
    """
    if not len(codes):
        return np.zeros(0, dtype=bool)
    of_row = class_of(codes)
    classes = int(of_row.max()) + 1
    exposed = np.bincount(of_row, minlength=classes) < alike
    for column in sensitive.T:
        pairs = np.unique(np.stack([of_row, column], axis=1), axis=0)
        exposed |= np.bincount(pairs[:, 0], minlength=classes) < values
    return exposed[of_row]


def find_alike(ties: Codes, members: int) -> Counts:
    """For each member of a network, how many have the same ties around them, themselves among them.

    Two look the same when they have as many ties, their neighbours have as many, and those neighbours are
    tied to each other as often: what anybody sees who looks at one member of a drawing.
    ties: two columns, the members at either end; each tie once, none to oneself.
    Shape: one number for each member.
    Source: k-degree and k-neighbourhood anonymity, Liu and Terzi (2008), Zhou and Pei (2008).
    """
    ends = np.concatenate([ties, ties[:, ::-1]]).reshape(-1, 2)
    degree = np.bincount(ends[:, 0], minlength=members)
    around = np.zeros(members, dtype=np.uint64)
    # A sum of mixed numbers knows a multiset of degrees without its order.
    np.add.at(around, ends[:, 0], _mixed(degree[ends[:, 1]]))
    triangles = _triangles(ends, members)
    signature = np.stack([degree.astype(np.uint64), around, triangles.astype(np.uint64)], axis=1)
    _, of_member, counts = np.unique(signature, axis=0, return_inverse=True, return_counts=True)
    return counts[of_member.reshape(-1)].astype(np.int64)


def _mixed(values: Counts) -> NDArray[np.uint64]:
    """Numbers spread over 64 bits, equal only where the values are (splitmix64)."""
    mixed = (values.astype(np.uint64) + np.uint64(1)) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _triangles(ends: Codes, members: int) -> Counts:
    """How often the neighbours of each member are tied to each other."""
    from scipy.sparse import csr_array

    tied: Any = csr_array(
        (np.ones(len(ends), dtype=np.int64), (ends[:, 0], ends[:, 1])), shape=(members, members)
    )
    return np.asarray((tied @ tied).multiply(tied).sum(axis=1)).reshape(-1) // 2
