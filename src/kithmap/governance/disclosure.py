"""Disclosure control: which counts of a table may be shown at a level, judged over the whole table.

A count below the level's threshold is withheld; then as many more as it takes that nobody can
work one out from the totals (see `stats.tabular`); then what was computed from a withheld count,
and the range beside it.
Noughts are published: they tell of nobody. What a nought tells of a group is for a later rule.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import LevelRule
from kithmap.governance.relations import Relation, find_relations, label_columns
from kithmap.governance.rules import CountRule, Sets, Sums

Row = Mapping[str, Any]
Protected = dict[str, "Cell | str | None"]

WITHHELD = Cell(None, Status.WITHHELD)
UNKNOWN = Cell(None, Status.UNKNOWN)


def protect(rows: Sequence[Row], rule: CountRule, level: LevelRule) -> tuple[Protected, ...]:
    """The rows as they may be shown at a level.

    Shape: the same rows, without the columns that the level does not show; their order tells
        nothing of a withheld count.
    Raises: ValueError when the rows do not add up as the rule says.
    """
    relations = find_relations(rows, rule)
    withheld = {column: _withheld(rows, column, relations, level) for column in rule.counts}
    derived = {
        column: _rows_tied_to(frozenset[int]().union(*(withheld[count] for count in counts)), relations)
        for column, counts in rule.derived
    }
    dropped = () if level.shows_names else rule.names
    beside = rule.beside
    shown = [
        {
            column: _shown_beside(
                row, column, beside[column], level, is_withheld=index in withheld[beside[column][0]]
            )
            if column in beside
            else _shown(value, column, index, withheld, derived, level)
            for column, value in row.items()
            if column not in dropped
        }
        for index, row in enumerate(rows)
    ]
    return tuple(
        shown[index] for index in _safe_order(rows, rule, frozenset[int]().union(*withheld.values()))
    )


def _withheld(
    rows: Sequence[Row], column: str, relations: Sequence[Relation], level: LevelRule
) -> frozenset[int]:
    """The rows whose count in `column` is withheld: the small ones, and what would give them away."""
    counts = {index: int(row[column]) for index, row in enumerate(rows) if row[column] is not None}
    small = frozenset(index for index, count in counts.items() if 0 < count < level.withhold_below)
    usable = [r for r in relations if r.whole in counts and all(part in counts for part in r.parts)]
    if not usable or level.minimum_width <= 0:
        return small
    from kithmap.stats import tabular

    place = {index: position for position, index in enumerate(counts)}
    sums = [(tuple(place[part] for part in r.parts), place[r.whole]) for r in usable]
    table = tabular.make_table(list(counts.values()), sums)
    table = tabular.with_rounding(table, level.round_to, level.withhold_below)
    primary = (table.counts > 0) & (table.counts < level.withhold_below)
    flags = tabular.withhold_more(table, primary, level.minimum_width)
    return frozenset(index for index, position in place.items() if flags[position])


def _rows_tied_to(withheld: frozenset[int], relations: Sequence[Relation]) -> frozenset[int]:
    """The withheld rows, and the parts of withheld wholes: a share of a withheld total tells it."""
    return withheld | {part for r in relations if r.whole in withheld for part in r.parts}


def _shown(
    value: object,
    column: str,
    index: int,
    withheld: Mapping[str, frozenset[int]],
    derived: Mapping[str, frozenset[int]],
    level: LevelRule,
) -> Cell | str | None:
    if column in withheld:
        return _count(value, level, is_withheld=index in withheld[column])
    if column in derived:
        # A rate of exact counts undoes their rounding, so where counts are rounded it is withheld.
        hidden = index in derived[column] or level.round_to > 1
        return WITHHELD if hidden and value is not None else _number(value)
    return _label(value)


def _count(value: object, level: LevelRule, *, is_withheld: bool) -> Cell:
    if is_withheld:
        return WITHHELD
    if not isinstance(value, int | float):
        return UNKNOWN
    if level.round_to > 1:
        return Cell(nearest(int(value), level.round_to), Status.ROUNDED)
    return Cell(int(value))


def _shown_beside(
    row: Row, column: str, belongs: tuple[str, str], level: LevelRule, *, is_withheld: bool
) -> Cell | None:
    """What stands beside a count: withheld with it, and told no closer than it.

    Where counts are rounded, an end of a range is told by how far it is from the count, in steps and
    outward: the end itself would tell what the rounding hides.
    """
    value, count = row[column], row[belongs[0]]
    if value is None or count is None:
        return None
    part, number = belongs[1], int(value)
    few = part == "unsure" and 0 < number < level.withhold_below
    if is_withheld or few or (part not in ("low", "high") and level.round_to > 1):
        return WITHHELD
    if level.round_to > 1:
        return Cell(_outward(int(count), number, level.round_to, up=part == "high"), Status.ROUNDED)
    return Cell(number)


def _outward(count: int, end: int, base: int, *, up: bool) -> int:
    """An end of a range in steps from its rounded count, far enough out to hold it.

    >>> [_outward(23, end, 5, up=True) for end in (23, 24, 27)], _outward(23, 19, 5, up=False)
    ([25, 30, 35], 15)
    """
    rounded = nearest(count, base)
    if end == count:
        return rounded
    far = end - count if up else count - end
    steps = -((-far - base // 2) // base)
    return rounded + steps * base if up else max(rounded - steps * base, 0)


def nearest(count: int, base: int) -> int:
    """A count to the nearest `base`, halves up: as `stats.tabular.with_rounding` takes it.

    >>> [nearest(count, 5) for count in (0, 7, 8, 23)]
    [0, 5, 10, 25]
    """
    return (count + base // 2) // base * base


def _number(value: object) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return Cell(value)
    return UNKNOWN


def _label(value: object) -> Cell | str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else _number(value)


def _safe_order(rows: Sequence[Row], rule: CountRule, withheld: frozenset[int]) -> list[int]:
    """The order in which rows are shown.

    Rows sorted by a count would bound a withheld one between its neighbours, so withheld rows go
    last, in the order of their labels, unless the rows are in the order of their labels anyway.
    Totals and details are each ordered in the places they had.
    """
    labels = label_columns(rows, rule)
    names = [tuple(str(row[column]) for column in labels) for row in rows]
    blocks: dict[object, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        blocks[_block(row, rule)].append(index)
    order = list(range(len(rows)))
    for block in blocks.values():
        named = [names[index] for index in block]
        if named == sorted(named):
            continue
        shown = [index for index in block if index not in withheld]
        hidden = sorted((index for index in block if index in withheld), key=names.__getitem__)
        for position, index in zip(block, [*shown, *hidden], strict=True):
            order[position] = index
    return order


def _block(row: Row, rule: CountRule) -> object:
    match rule.adds_up:
        case Sets(kind_column=kind):
            return row[kind]
        case Sums(columns=columns, total=total):
            return tuple(row[column] == total for column in columns)
        case None:
            return None
