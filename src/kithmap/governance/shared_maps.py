"""Maps that leave: cells with few people in them are shown as part of the larger cell around them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kithmap.governance.cells import Cell
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LevelRule
from kithmap.governance.rules import CountRule, Sums

_ALL = "All"
_RULE = CountRule(
    counts=("count",),
    contributors=(("count", "people"),),
    names=("people",),
    adds_up=Sums(("cell",), total=_ALL, known=("cell",)),
)


@dataclass(frozen=True)
class MapCell:
    """A cell of the map at some resolution, and what is in it.

    parent: the larger cell it is part of; empty for the largest. residents: young people who live in it.
    people: different young people behind the count. count: what is counted, events or people.
    """

    cell: str
    parent: str
    residents: int
    people: int
    count: int


@dataclass(frozen=True)
class ShownCell:
    """A cell as it may be drawn: no two of them overlap."""

    cell: str
    count: Cell


def share_map(cells: Sequence[MapCell], level: LevelRule) -> tuple[ShownCell, ...]:
    """The cells of a map as they may be drawn at a level, the finest that tell of nobody.

    A cell is shown in its parts when every part that counts anybody has enough residents and enough
    different people behind it; otherwise it is shown whole. What is still too small among the largest is
    withheld, and what would give it away: the total is public, and the cells drawn add up to it.
    A point is never shown, and no cell that is not among those given.

    Shape: one row for each cell drawn, in the order of their names; together they cover the largest.
    Raises: ValueError when the parts of a cell count more than it, a parent is missing, or a name is twice.
    """
    named = {each.cell: each for each in cells}
    parts: dict[str, list[MapCell]] = defaultdict(list)
    for each in cells:
        parts[each.parent].append(each)
    _check(cells, named, parts)
    chosen = sorted((drawn for top in parts[""] for drawn in _drawn(top, parts, level)), key=lambda c: c.cell)
    rows = [
        {"cell": each.cell, "count": each.count, "people": _behind(each, level)}
        for each in (*chosen, MapCell(_ALL, "", 0, 0, sum(each.count for each in chosen)))
    ]
    rows[-1]["people"] = max(level.preset.contributors, sum(each.people for each in chosen))
    shown = {str(row["cell"]): row["count"] for row in protect(rows, _RULE, level)}
    counts = {name: count for name, count in shown.items() if isinstance(count, Cell)}
    return tuple(ShownCell(each.cell, counts[each.cell]) for each in chosen)


def _behind(each: MapCell, level: LevelRule) -> int:
    """The people behind a count as its rule reads them: nobody, where too few live there."""
    return each.people if _is_enough(each, level) else 0


def _drawn(whole: MapCell, parts: dict[str, list[MapCell]], level: LevelRule) -> Iterable[MapCell]:
    """The cell, or its parts where each of them may be shown."""
    within = parts.get(whole.cell, [])
    covered = sum(each.count for each in within) == whole.count
    if within and covered and all(each.count == 0 or _is_enough(each, level) for each in within):
        for each in within:
            yield from _drawn(each, parts, level)
    else:
        yield whole


def _is_enough(each: MapCell, level: LevelRule) -> bool:
    preset = level.preset
    return (
        each.residents >= preset.residents
        and each.people >= preset.people
        and each.count >= preset.withhold_below
    )


def _check(cells: Sequence[MapCell], named: dict[str, MapCell], parts: dict[str, list[MapCell]]) -> None:
    if len(named) != len(cells) or _ALL in named:
        raise ValueError("Two cells of a map have the same name, or one has the name of the total.")
    if not set(parts) <= {"", *named}:
        raise ValueError("A cell of a map is part of a cell there is not.")
    for whole, within in parts.items():
        if whole and sum(each.count for each in within) > named[whole].count:
            raise ValueError("The parts of a cell count more than the cell.")
