"""Finding the row of headings, and the layout's columns in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kithmap.errors import LayoutMismatch
from kithmap.ingest.layouts import Layout

SEARCHED = 50
"""How many rows are searched for the headings; titles rarely take more than five."""

MAX_COLUMNS = 16_384
"""The most columns a spreadsheet can have."""


@dataclass(frozen=True)
class Headings:
    """The headings of a sheet: which row they are in, and every name."""

    index: int
    rows: int
    names: tuple[str, ...]

    def positions(self) -> dict[str, int]:
        """Tidied name to position; a name that comes twice is also `name (2)`."""
        found: dict[str, int] = {}
        seen: dict[str, int] = {}
        for position, name in enumerate(self.names):
            key = tidy(name)
            if not key:
                continue
            seen[key] = seen.get(key, 0) + 1
            found.setdefault(key if seen[key] == 1 else f"{key}({seen[key]})", position)
        return found


def tidy(name: str) -> str:
    """A heading without case and spaces, so that `Date of  Birth` is `date of birth`."""
    return re.sub(r"[\s\ufeff\u200b]+", "", name).casefold()


def headings_at(rows: Sequence[Sequence[str]], index: int, height: int = 1) -> Headings:
    """The headings in a given row, or in two rows of which the upper is merged over several columns."""
    names = [str(cell) for cell in rows[index]]
    if height == 2 and index + 1 < len(rows):
        lower = [str(cell) for cell in rows[index + 1]]
        upper, last = [*names, *[""] * (len(lower) - len(names))], ""
        joined: list[str] = []
        for top, below in zip(upper, lower, strict=False):
            last = top.strip() or last
            joined.append(f"{last} {below}".strip() if below.strip() else top)
        names = joined
    return Headings(index, height, tuple(name.strip() for name in names))


def find_headings(rows: Sequence[Sequence[str]], layout: Layout) -> tuple[Headings, int] | None:
    """The row that holds most of the layout's columns, with how many; None when no row holds half."""
    wanted = {tidy(column) for column in layout.columns if column not in layout.optional_columns}
    wanted = wanted or {tidy(column) for column in layout.columns}
    height = layout.format.header_rows
    if layout.format.header_row is not None:
        index = layout.format.header_row - 1
        if index >= len(rows):
            return None
        found = headings_at(rows, index, height)
        return found, len(wanted & found.positions().keys())
    best: tuple[Headings, int] | None = None
    for index in range(min(len(rows), SEARCHED)):
        found = headings_at(rows, index, height)
        score = len(wanted & found.positions().keys())
        if score > (best[1] if best else 0):
            best = (found, score)
        if score == len(wanted):
            break
    return best if best and 2 * best[1] >= len(wanted) else None


def find_columns(headings: Headings, layout: Layout, where: str) -> Mapping[str, int]:
    """Where each of the layout's columns is.

    Raises: LayoutMismatch that names every column that is not there, with the likely ones meant.
    """
    positions = headings.positions()
    found = {column: positions[tidy(column)] for column in layout.columns if tidy(column) in positions}
    missing = [
        column for column in layout.columns if column not in found and column not in layout.optional_columns
    ]
    if missing:
        raise LayoutMismatch(
            f"Layout {layout.name}: "
            + " ".join(_missing(column, headings.names, where) for column in missing),
            "Every column that the layout names, in any order.",
            "Correct the layout, mark the column optional, or ask the sender for the full extract.",
        )
    return found


def _missing(column: str, names: Sequence[str], where: str) -> str:
    by_tidy = {tidy(name): name for name in names if name}
    near = get_close_matches(tidy(column), list(by_tidy), n=1, cutoff=0.6)
    hint = f"; did you mean '{by_tidy[near[0]]}'?" if near else "."
    return f"column '{column}' is not in {where}{hint}"


def check_width(width: int, name: str) -> None:
    """Refuse a table wider than any spreadsheet.

    Raises: LayoutMismatch.
    """
    if width > MAX_COLUMNS:
        raise LayoutMismatch(
            f"{name} has more than {MAX_COLUMNS:,} columns.",
            "A table with one column for each thing recorded.",
            "Check that rows and columns were not exchanged, and ask for the extract again.",
        )
