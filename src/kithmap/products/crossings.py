"""A release of two sides, such as harm and age, as tables that cross them: fewer lines, all the numbers."""

from collections.abc import Mapping

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.order import ordered, place_of
from kithmap.products.ranges import is_beside, range_words
from kithmap.products.tables import Grid
from kithmap.products.words import NO_NAMES, Names, heading, is_number, is_told, shown

_WIDEST = 10
_LEAST = 12
_ENDS = ("low", "high")

Rows = Mapping[tuple[str, str], Row]


def cross(release: Release, names: Names = NO_NAMES) -> tuple[tuple[str, Grid], ...]:
    """Tables that cross the two sides of a release, one for each number: its heading, its grid.

    Empty where the release does not have two sides, or is short enough as it is. An interval stands
    in the box of its rate; a number that belongs to one side alone stands at the end of its line.
    """
    sides = [c for c in release.columns if not is_number(release, c)]
    sides = [c for c in sides if len({row.get(c) for row in release.rows}) > 1]
    if len(sides) != 2 or len(release.rows) <= _LEAST:
        return ()
    across, down = sides
    rows = {
        (shown(down, r.get(down), names), shown(across, r.get(across), names)): r for r in ordered(release)
    }
    columns = list(dict.fromkeys(key[1] for key in rows))
    lines = sorted({key[0] for key in rows}, key=_places(release, down, names).__getitem__)
    if len(columns) > _WIDEST or len(rows) < len(release.rows) or len(columns) * len(lines) > 2 * len(rows):
        return ()
    counted = [c for c in release.columns if is_number(release, c) and not is_beside(release, c)]
    numbers = [c for c in counted if c not in _ENDS and is_told(release, c)]
    aside = [c for c in numbers if c not in release.counts and _belongs(rows, lines, c)]
    numbers = [c for c in numbers if c not in aside]
    return tuple(
        (
            heading(column),
            _grid(rows, (heading(down), lines, columns), column, aside if column == numbers[0] else []),
        )
        for column in numbers
    )


def _places(release: Release, side: str, names: Names) -> dict[str, int]:
    """The place of each line, were the release of this side alone."""
    values = [row.get(side) for row in ordered(release)]
    found = sorted(dict.fromkeys(values), key=place_of)
    return {shown(side, value, names): at for at, value in enumerate(found)}


def _belongs(rows: Rows, lines: list[str], column: str) -> bool:
    """Whether a number is the same all along each line."""
    return all(
        len({str(row.get(column)) for (line, _), row in rows.items() if line == each}) == 1 for each in lines
    )


def _grid(rows: Rows, frame: tuple[str, list[str], list[str]], column: str, aside: list[str]) -> Grid:
    head, lines, columns = frame
    return Grid(
        headings=(head, *columns, *map(heading, aside)),
        numbers=(False, *(True for _ in (*columns, *aside))),
        rows=tuple(
            (
                line,
                *(_box(rows.get((line, each)), column) for each in columns),
                *(_first(rows, line, each) for each in aside),
            )
            for line in lines
        ),
    )


def _box(row: Row | None, column: str) -> str:
    if row is None:
        return ""
    text = shown(column, row.get(column))
    ends = [row.get(end) for end in _ENDS] if column.startswith("rate") else []
    known = [str(end) for end in ends if isinstance(end, Cell) and end.value is not None]
    said = f"{known[0]} to {known[1]}" if len(known) == 2 else range_words(row, column)
    return f"{text}\n{said}" if said else text


def _first(rows: Rows, line: str, column: str) -> str:
    return next(shown(column, row.get(column)) for (each, _), row in rows.items() if each == line)
