"""A value as a level may show it, once it is known which counts are withheld."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import LevelRule
from kithmap.governance.relations import Relation
from kithmap.governance.rules import CountRule, Ratio, Sums

Row = Mapping[str, Any]
Withheld = Mapping[str, frozenset[int]]
Shown = dict[str, "Cell | str | None"]

WITHHELD = Cell(None, Status.WITHHELD)
UNKNOWN = Cell(None, Status.UNKNOWN)


class Showing:
    """What a level shows of the rows of one table, value by value."""

    def __init__(
        self,
        rows: Sequence[Row],
        rule: CountRule,
        relations: Sequence[Relation],
        level: LevelRule,
        withheld: Withheld,
    ) -> None:
        self._rows, self._level, self._withheld = rows, level, withheld
        self._beside = rule.beside
        self._ratios = {each.column: each for each in rule.ratios}
        self._dropped = () if level.shows_names else rule.hidden
        self._derived = {
            column: self._hidden_with(
                column, frozenset[int]().union(*(withheld[count] for count in counts)), rule, relations
            )
            for column, counts in rule.derived
        }
        self._averages = frozenset(each.column for each in rule.averages)
        self._wholes = {(part, each.over): each.whole for each in relations for part in each.parts}
        self._total = rule.adds_up.total if isinstance(rule.adds_up, Sums) else None

    def _hidden_with(
        self, column: str, withheld: frozenset[int], rule: CountRule, relations: Sequence[Relation]
    ) -> frozenset[int]:
        """The rows whose derived values go with withheld counts: all of them, where they rest on one of these."""
        if any(_all_rest_on(self._rows[index], column, rule) for index in withheld):
            return frozenset(range(len(self._rows)))
        return _rows_tied_to(withheld, relations)

    def row(self, index: int) -> Shown:
        """One row as it may be shown, without the columns that the level does not show."""
        return {
            column: self._value(value, column, index)
            for column, value in self._rows[index].items()
            if column not in self._dropped
        }

    def _value(self, value: object, column: str, index: int) -> Cell | str | None:
        if column in self._beside:
            count = self._beside[column][0]
            hidden = index in self._withheld[count]
            return _beside(self._rows[index], column, self._beside[column], self._level, is_withheld=hidden)
        if column in self._averages:
            return WITHHELD if index in self._withheld[column] else _number(value)
        if column in self._withheld:
            return _count(value, self._level, is_withheld=index in self._withheld[column])
        if column in self._derived:
            # A rate of exact counts undoes their rounding, so where counts are rounded it is withheld.
            hidden = index in self._derived[column]
            rounded = self._level.round_to > 1 and value is not None
            return WITHHELD if hidden or rounded else _number(value)
        if column in self._ratios:
            return self._ratio(value, self._ratios[column], index)
        return _label(value)

    def _ratio(self, value: object, ratio: Ratio, index: int) -> Cell:
        base = self._base_of(ratio, index)
        if base is None:
            return WITHHELD
        at, column = base
        if index in self._withheld[ratio.of] or at in self._withheld.get(column, frozenset()):
            return WITHHELD
        if self._level.round_to <= 1:
            return _number(value)
        count, whole = self._rounded(index, ratio.of), self._rounded(at, column)
        return UNKNOWN if count is None or not whole else Cell(ratio.times * count / whole, Status.ROUNDED)

    def _base_of(self, ratio: Ratio, index: int) -> tuple[int, str] | None:
        """The row and column that hold the base of a ratio; None where no row does."""
        if ratio.base:
            return index, ratio.base
        if self._rows[index].get(ratio.share_over) == self._total:
            return index, ratio.of
        whole = self._wholes.get((index, (ratio.share_over,)))
        return None if whole is None else (whole, ratio.of)

    def _rounded(self, index: int, column: str) -> float | None:
        """A number as it is shown: a count to the nearest, any other as it is."""
        value = self._rows[index][column]
        if not isinstance(value, int | float):
            return None
        return nearest(int(value), self._level.round_to) if column in self._withheld else float(value)


def _all_rest_on(row: Row, column: str, rule: CountRule) -> bool:
    """Whether a derived column of every row tells of the count of this one."""
    left_out = bool(rule.left_out) and not row[rule.left_out]
    return left_out or column in rule.of_all or (bool(rule.rests_on) and rule.rests_on in row.values())


def _rows_tied_to(withheld: frozenset[int], relations: Sequence[Relation]) -> frozenset[int]:
    """The withheld rows, and the parts of withheld wholes: a share of a withheld total tells it."""
    return withheld | {part for r in relations if r.whole in withheld for part in r.parts}


def _count(value: object, level: LevelRule, *, is_withheld: bool) -> Cell:
    if is_withheld:
        return WITHHELD
    if not isinstance(value, int | float):
        return UNKNOWN
    if level.round_to > 1:
        return Cell(nearest(int(value), level.round_to), Status.ROUNDED)
    return Cell(int(value))


def _beside(
    row: Row, column: str, belongs: tuple[str, str], level: LevelRule, *, is_withheld: bool
) -> Cell | None:
    """What stands beside a count: withheld with it, and told no closer than it.

    Where counts are rounded, an end of a range is told by how far it is from the count, in steps and
    outward: the end itself would tell what the rounding hides.
    """
    value, count = row[column], row[belongs[0]]
    if is_withheld:
        return WITHHELD
    if value is None or count is None:
        return None
    part, number = belongs[1], int(value)
    few = part == "unsure" and 0 < number < level.withhold_below
    if few or (part not in ("low", "high") and level.round_to > 1):
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
