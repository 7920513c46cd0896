"""The range beside a count of people: which columns hold it, its ends, and how it is said."""

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.governance.rules import RANGED
from kithmap.measures.measure import Row


def is_beside(release: Release, column: str) -> bool:
    """Whether a column stands beside a count, and is read with it."""
    return any(column == f"{count}_{part}" for count in release.counts for part in RANGED)


def find_ends(row: Row, count: str) -> tuple[float, float] | None:
    """The ends of a count's range; None where it has none, or is withheld."""
    ends = [row.get(f"{count}_{end}") for end in ("low", "high")]
    known = [float(end.value) for end in ends if isinstance(end, Cell) and end.value is not None]
    return (known[0], known[1]) if len(known) == 2 else None


def range_words(row: Row, count: str) -> str:
    """The range as a table writes it; empty where it says no more than the count."""
    ends, cell = find_ends(row, count), row.get(count)
    if ends is None or not isinstance(cell, Cell) or set(ends) == {cell.value}:
        return ""
    low, high = (f"{end:,.0f}" for end in ends)
    return f"{low} to {high}" if low != high else low
