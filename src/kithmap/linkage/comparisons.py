"""What a model compares: comparisons and their levels, with their conditions and their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kithmap.errors import ModelFault
from kithmap.linkage.conditions import not_alike

NOT_KNOWN = "not known"
# Comparisons of a model, and levels of one: what `predict` packs into a whole number.
MOST = 15


@dataclass(frozen=True)
class Level:
    """One way in which two identities may agree or not; the last of a comparison has no condition."""

    when: str
    condition: str | None
    m: float
    u: float | None
    right: float | None = None
    frequency: str | None = None
    # Learned neither from a world nor from data.
    fixed: bool = False
    # Columns whose agreement is overrated when they are weighed apart: see correlation.py.
    together: tuple[str, ...] = ()
    says: str = ""

    @property
    def one_side_unknown(self) -> bool:
        """Whether it says that one side cannot know, which is no evidence in itself."""
        return "unknown" in self.when


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared: its levels in order, and the condition that it is not known."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    unknown_says: str = ""
    # What those of one value do, as in "1 in 2,300 bear it".
    common: str = ""

    @property
    def conditions(self) -> list[str]:
        """That it is not known, then the conditions of all levels but the last."""
        return [self.unknown, *(level.condition for level in self.levels if level.condition)]

    @property
    def groups(self) -> list[list[Level]]:
        """The levels that share out the pairs both sides of which know, and those of which one does not."""
        known = [level for level in self.levels if not level.one_side_unknown]
        unknown = [level for level in self.levels if level.one_side_unknown]
        return [group for group in (known, unknown) if group]

    def sentence(self, level: int | None, weight: float = 0.0) -> str:
        """What one level says of two identities, in words for people.

        `weight` is the evidence's own, in bits: where the level looks at how common a value is, it
        tells of how many one bears it.

        >>> from kithmap.linkage.model import shipped_model
        >>> shipped_model().comparison("surname").sentence(0, 10.96)
        'The surname is the same; 1 in 2,200 bear it.'
        """
        if level is None:
            return f"{self.unknown_says or f'{self.name}: {NOT_KNOWN}'}."
        found = self.levels[level]
        says = found.says or f"{self.name}: {found.when}"
        if not (found.frequency and self.common):
            return f"{says}."
        return f"{says}; {one_in(2**weight / found.m)} {self.common}."


def one_in(number: float) -> str:
    """A share in words, in two figures.

    >>> one_in(2239.4), one_in(3.2), one_in(0.7)
    ('1 in 2,200', '1 in 3', 'all')
    """
    if number < 1.5:
        return "all"
    digits = max(len(str(int(number))) - 2, 0)
    return f"1 in {round(number, -digits):,.0f}"


def read_comparisons(tables: Sequence[Mapping[str, Any]]) -> tuple[Comparison, ...]:
    """The comparisons of a model's file.

    Raises: ModelFault where a level lacks its condition, or has one that engines answer differently.
    """
    written = {table["name"]: table.get("conditions", {}) for table in tables}
    # A comparison may speak of all that another counts as alike.
    any_of = {
        f"{{any {name}}}": f"({' OR '.join(f'({text})' for text in conditions.values())})"
        for name, conditions in written.items()
    }
    faults: list[str] = []
    comparisons = tuple(_comparison(table, any_of, faults) for table in tables)
    if len(comparisons) > MOST or any(len(comparison.levels) > MOST for comparison in comparisons):
        faults.append(f"it has more than {MOST} comparisons, or levels in one")
    if faults:
        raise ModelFault(
            what="The model cannot be used: " + "; ".join(faults) + ".",
            expected="A condition for each level but the last, of functions that DuckDB and Spark answer alike.",
            do="Correct the model's file; docs/explanation/linkage.md says what it holds.",
        )
    return comparisons


def _comparison(table: Mapping[str, Any], any_of: Mapping[str, str], faults: list[str]) -> Comparison:
    conditions, says = table.get("conditions", {}), table.get("says", {})
    levels = tuple(
        Level(
            when=level["when"],
            condition=_whole(conditions.get(level["when"]), any_of),
            m=level["m"],
            u=level.get("u"),
            right=level.get("right"),
            frequency=level.get("frequency"),
            fixed=level.get("fixed", False),
            together=tuple(level.get("together", ())),
            says=says.get(level["when"], ""),
        )
        for level in table["levels"]
    )
    made = Comparison(
        table["name"], table["unknown"], levels, says.get(NOT_KNOWN, ""), table.get("common", "")
    )
    faults.extend(_faults(made, set(conditions)))
    return made


def _whole(condition: str | None, any_of: Mapping[str, str]) -> str | None:
    for name, conditions in any_of.items():
        condition = condition.replace(name, conditions) if condition else None
    return condition


def _faults(made: Comparison, given: set[str]) -> list[str]:
    *levels, last = made.levels
    whens = {level.when for level in levels}
    found = [f"{made.name} has no level '{when}'" for when in sorted(given - whens)]
    found += [f"{made.name}, {level.when}: no condition" for level in levels if not level.condition]
    found += [f"{made.name}, {last.when}: the last level is all that is left, without condition"] * bool(
        last.condition
    )
    found += [
        f"{made.name}: {name}() is not answered alike by every engine"
        for condition in made.conditions
        for name in not_alike(condition)
    ]
    return found
