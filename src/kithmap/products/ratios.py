"""Ratios by ethnic group as tables, one for each denominator: as one table they are wider than a page."""

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.disproportionality import ALL, COUNT, DENOMINATORS, NOT_KNOWN, column_of
from kithmap.measures.measure import Row
from kithmap.products.ranges import range_words
from kithmap.products.tables import Grid
from kithmap.products.words import shown

MEASURE = "disproportionality"
HEADINGS = ("Ethnic group", "Young people", "Out of", "Ratio", "95 % interval", "Whatever the unknown are")
_NUMBERS = (False, True, True, True, True, True)
WITHHELD, NO_LIMIT = "[c]", "no limit"


def ratio_grids(release: Release) -> tuple[tuple[str, Grid], ...]:
    """The tables of a release of ratios: each group's count and ratio against one denominator; none of another."""
    if release.measure != MEASURE:
        return ()
    return tuple((f"Against {words}", _grid(release, name)) for name, words in DENOMINATORS.items())


def _grid(release: Release, denominator: str) -> Grid:
    rows = tuple(_row(row, denominator) for row in release.rows)
    return Grid(headings=HEADINGS, numbers=_NUMBERS, rows=rows)


def _row(row: Row, denominator: str) -> tuple[str, ...]:
    ends = range_words(row, COUNT)
    count = shown(COUNT, row.get(COUNT))
    group = str(row["group"])
    return (
        group.capitalize(),
        f"{count} ({ends})" if ends else count,
        shown(denominator, row.get(denominator)),
        *(("", "", "") if group in (ALL, NOT_KNOWN) else _told(row, denominator)),
    )


def _told(row: Row, denominator: str) -> tuple[str, str, str]:
    ratio, low, high, lowest, highest = (
        row.get(column_of(denominator, part)) for part in ("ratio", "low", "high", "lowest", "highest")
    )
    if WITHHELD in (str(ratio), str(low), str(high)):
        return WITHHELD, WITHHELD, WITHHELD
    return _times(ratio, ""), _between(low, high), _between(lowest, highest)


def _between(low: object, high: object) -> str:
    ends = (_times(low, ""), _times(high, NO_LIMIT))
    return f"{ends[0]} to {ends[1]}" if ends[0] else ""


def _times(cell: object, otherwise: str) -> str:
    return f"{cell.value:.2f}" if isinstance(cell, Cell) and cell.value is not None else otherwise
