"""Bound what a pair can weigh by what is cheap to compare, so that hopeless pairs are not weighed in full.

Of the pairs that blocking rules bring together among a million identities nine in ten share a common name
and nothing else. Their birthdays, homes and numbers, compared first, rule them out: whatever their names turn
out to be like, they cannot come near the least probability that is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

from kithmap.linkage.comparisons import Comparison, Level
from kithmap.linkage.conditions import asks_of_lists, columns_of, in_dialect
from kithmap.linkage.model import Model, u_of

# Two records of one number are looked at however unlike they are otherwise: a reviewer may have to.
ALWAYS = 1_000.0
OVERRATED = "overrated"


@dataclass(frozen=True)
class Screen:
    """The most that a pair can weigh, the prior included (bits), as SQL of the columns of its two sides.

    columns: what it asks of each side; `tf_` and a column for how common a value is, OVERRATED for the bits by
    which an agreement on names that go together is overrated.
    """

    most: str
    columns: tuple[str, ...]


def screen_of(model: Model, dialect: str, identities: int) -> Screen:
    """Make the bound of a model for one engine and one number of identities.

    A comparison is asked level by level until one asks of lists; what is left counts as the best that is left.

    >>> from kithmap.linkage.model import shipped_model
    >>> screen = screen_of(shipped_model(), "duckdb", 1_000_000)
    >>> "levenshtein(d_day_l, d_day_r)" in screen.most, "f_letters" in screen.columns
    (True, False)
    """
    prior = model.prior(identities)
    rarest = 1 / (identities + model.prior_people)
    parts = [_part(comparison, dialect, prior, rarest) for comparison in model.comparisons]
    asked = [part for part in parts if part.says_anything]
    columns = columns_of(condition for part in asked for condition in part.conditions)
    levels = [level for part in asked for level in part.asked]
    besides = {f"tf_{level.frequency}" for level in levels if level.frequency}
    besides |= {OVERRATED for level in levels if level.together}
    odds = log2(prior / (1 - prior))
    return Screen(
        most=" + ".join([repr(odds), *(part.as_sql() for part in asked)]),
        columns=(*columns, *sorted(besides)),
    )


@dataclass(frozen=True)
class _Part:
    """What a bound asks of one comparison: the levels asked for, and the most that the others weigh."""

    dialect: str
    prior: float
    unknown: str | None
    asked: tuple[Level, ...]
    otherwise: float

    @property
    def says_anything(self) -> bool:
        return self.otherwise != 0 or any(
            level.together or _weight(level, self.prior) != 0 for level in self.asked
        )

    @property
    def conditions(self) -> list[str]:
        return [text for text in (self.unknown, *(level.condition for level in self.asked)) if text]

    def as_sql(self) -> str:
        if not self.conditions:
            return repr(self.otherwise)
        return f"CASE {' '.join(self._whens())} ELSE {self.otherwise!r} END"

    def _whens(self) -> Iterator[str]:
        if self.unknown:
            yield f"WHEN {in_dialect(self.unknown, self.dialect)} THEN 0.0"
        for level in self.asked:
            if level.condition:
                yield f"WHEN {in_dialect(level.condition, self.dialect)} THEN {self._weight_as_sql(level)}"

    def _weight_as_sql(self, level: Level) -> str:
        if level.together:
            return f"{_weight(level, self.prior)!r} - {OVERRATED}_l"
        if not level.frequency:
            return repr(_weight(level, self.prior))
        usual = u_of(level, self.prior)
        common = f"greatest(tf_{level.frequency}_l, tf_{level.frequency}_r)"
        return f"{log2(level.m)!r} - log2(coalesce({common}, {usual!r}))"


def _part(comparison: Comparison, dialect: str, prior: float, rarest: float) -> _Part:
    if asks_of_lists(comparison.unknown):
        most = max(0.0, *_most(comparison.levels, prior, rarest))
        return _Part(dialect, prior, None, (), most)
    costly = [bool(level.condition and asks_of_lists(level.condition)) for level in comparison.levels]
    cheap = costly.index(True) if True in costly else len(comparison.levels) - 1
    rest = comparison.levels[cheap:]
    return _Part(
        dialect, prior, comparison.unknown, comparison.levels[:cheap], max(_most(rest, prior, rarest))
    )


def _weight(level: Level, prior: float) -> float:
    return ALWAYS if level.right is not None else log2(level.m / u_of(level, prior))


def _most(levels: Sequence[Level], prior: float, rarest: float) -> list[float]:
    """The most that each level can weigh, however rare the value."""
    return [log2(level.m / rarest) if level.frequency else _weight(level, prior) for level in levels]
