"""Row-level shares: which rows may leave, so that none points to one young person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kithmap.governance.presets import Preset

Values = Sequence[object]


@dataclass(frozen=True)
class RowShare:
    """The rows that may leave, by position, and how many may not.

    The number kept back is for those inside: it is no part of what leaves.
    """

    kept: tuple[int, ...]
    kept_back: int


def share_rows(
    columns: Mapping[str, Values], *, quasi: Sequence[str], sensitive: Sequence[str], preset: Preset
) -> RowShare:
    """Choose the rows that share their quasi-identifiers with enough others, and tell no value of all of them.

    quasi: the columns by which somebody could be known (age band, sex, ethnic group, ward, school).
    sensitive: the columns that must not be the same for all who look alike. Free text never leaves: a
    column named neither quasi nor sensitive is refused.
    Where any row is kept back, at least as many are as must look alike: whoever knows how many there are
    would otherwise know of the few that are missing.
    Raises: ValueError when a column is named neither, or they are not of one length.
    """
    unnamed = set(columns) - {*quasi, *sensitive}
    if unnamed or not {*quasi, *sensitive} <= set(columns):
        raise ValueError(
            "Every column of a row-level share is a quasi-identifier or sensitive, and is there."
        )
    if len({len(values) for values in columns.values()}) > 1:
        raise ValueError("The columns of a row-level share are not of one length.")
    import numpy as np

    from kithmap.stats.alike import class_of, find_exposed_rows

    rows = len(next(iter(columns.values()), ()))
    codes, told = (
        np.array([_coded(columns[name]) for name in names], dtype=np.int64).reshape(len(names), rows).T
        for names in (quasi, sensitive)
    )
    exposed = find_exposed_rows(codes, told, preset.rows_alike, preset.row_values)
    of_row = class_of(codes)
    while 0 < exposed.sum() < min(preset.rows_alike, rows):
        left = np.bincount(of_row[~exposed])
        smallest = np.flatnonzero(left)[np.argmin(left[left > 0])]
        exposed |= of_row == smallest
    return RowShare(tuple(np.flatnonzero(~exposed).tolist()), int(exposed.sum()))


def _coded(values: Values) -> list[int]:
    codes: dict[object, int] = {}
    return [codes.setdefault(value, len(codes)) for value in values]
