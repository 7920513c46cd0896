"""How many rows look the same by their columns."""

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
