"""Maps that leave: hexagons with few people in them are shown as part of the larger hexagon around them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kithmap.governance.levels import LevelRule
from kithmap.governance.presets import Preset
from kithmap.governance.rules import CountRule, Hexagons
from kithmap.model.hexagons import hexagon_around, is_hexagon, resolution_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class MapCell:
    """A cell of the map at some resolution, and what is in it.

    parent: the larger cell it is part of; empty for the largest. residents: young people who live in it;
    None where nobody publishes how many. people: different young people behind the count. count: what is
    counted, events or people.
    """

    cell: str
    parent: str
    residents: int | None
    people: int
    count: int


def share_map(sizes: Sequence[Sequence[Row]], rule: CountRule, level: LevelRule) -> tuple[Row, ...]:
    """The rows of a map of hexagons as they go on to disclosure control: as fine as tells of nobody.

    sizes: the exact rows, the same events counted in hexagons of each size, the finest first. A hexagon that
    is too small at the largest size counts as one behind which there is nobody: disclosure control withholds
    it, and what would give it away. A point is never shown.

    Shape: one row for each hexagon drawn, none within another, in the order of their names; then the rows
        that are of no hexagon, as they are.
    Raises: ValueError when the parts of a hexagon count more than it, or one is in a hexagon there is not.
    """
    merging = rule.hexagons
    if merging is None or not level.withhold_below:
        return tuple(sizes[0])
    count, people = rule.contributors[0]
    rows = {str(row[merging.column]): row for size in sizes for row in _of_hexagons(size, merging)}
    parents = _parents([_of_hexagons(size, merging) for size in sizes], merging)
    cells = [
        MapCell(cell, parents[cell], _whole(row.get("residents")), _whole(row[people]) or 0, int(row[count]))
        for cell, row in rows.items()
    ]
    kept = [
        rows[each.cell] if _is_enough(each, level.preset) else {**rows[each.cell], people: 0}
        for each in choose_cells(cells, level.preset)
    ]
    return (*kept, *(row for row in sizes[0] if not is_hexagon(str(row[merging.column]))))


def choose_cells(cells: Sequence[MapCell], preset: Preset) -> tuple[MapCell, ...]:
    """The cells of a map to draw: each in its parts where every part that counts anybody has enough people.

    Enough are so many residents, and so many different people behind the count; where nobody knows the
    residents, those behind the count must be as many as these. Otherwise the cell is whole.

    Shape: one row for each cell drawn, in the order of their names; together they cover the largest.
    Raises: ValueError when the parts of a cell count more than it, a parent is missing, or a name is twice.
    """
    parts: dict[str, list[MapCell]] = defaultdict(list)
    for each in cells:
        parts[each.parent].append(each)
    _check(cells, parts)
    return tuple(
        sorted((drawn for top in parts[""] for drawn in _drawn(top, parts, preset)), key=lambda c: c.cell)
    )


def _of_hexagons(rows: Sequence[Row], merging: Hexagons) -> list[Row]:
    return [row for row in rows if is_hexagon(str(row[merging.column]))]


def _parents(sizes: Sequence[Sequence[Row]], merging: Hexagons) -> dict[str, str]:
    """The hexagon of the next size that each is part of; none for those of the largest."""
    found: dict[str, str] = {}
    for place, size in enumerate(sizes):
        wider = (
            next((str(row[merging.column]) for row in sizes[place + 1]), "") if place + 1 < len(sizes) else ""
        )
        resolution = resolution_of(wider) if wider else None
        for cell in (str(row[merging.column]) for row in size):
            found[cell] = "" if resolution is None else hexagon_around(cell, resolution)
    return found


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value == value else None  # noqa: PLR0124  not a number


def _drawn(whole: MapCell, parts: dict[str, list[MapCell]], preset: Preset) -> Iterable[MapCell]:
    """The cell, or its parts where each of them may be shown."""
    within = parts.get(whole.cell, [])
    covered = sum(each.count for each in within) == whole.count
    if within and covered and all(each.count == 0 or _is_enough(each, preset) for each in within):
        for each in within:
            yield from _drawn(each, parts, preset)
    else:
        yield whole


def _is_enough(each: MapCell, preset: Preset) -> bool:
    living = each.people if each.residents is None else each.residents
    return living >= preset.residents and each.people >= preset.people and each.count >= preset.withhold_below


def _check(cells: Sequence[MapCell], parts: dict[str, list[MapCell]]) -> None:
    named = {each.cell: each for each in cells}
    if len(named) != len(cells):
        raise ValueError("Two cells of a map have the same name.")
    if not set(parts) <= {"", *named}:
        raise ValueError("A cell of a map is part of a cell there is not.")
    for whole, within in parts.items():
        if whole and sum(each.count for each in within) > named[whole].count:
            raise ValueError("The parts of a cell count more than the cell.")
