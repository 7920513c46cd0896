"""What a published number says: a sum over populations that lies within an interval.

A number printed exactly says one point, a rounded one an interval, a withheld one that it is not nought,
a percentage how its part stands to its whole. That somebody reads it in a chart or in a table is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from kithmap.governance.cells import Cell, Status
from kithmap.governance.populations import Population, narrowed, read_population

Term = tuple[float, Population]


@dataclass(frozen=True)
class Statement:
    """The sum of `terms`, each a number of times a population's count, is from `low` to `high`.

    row: of which row of a table it is; -1 where it follows from the table as a whole.
    is_withheld: whether the number itself was withheld.
    """

    terms: tuple[Term, ...]
    low: float
    high: float
    row: int = -1
    is_withheld: bool = False

    @property
    def of(self) -> str:
        """What its populations are of."""
        return self.terms[0][1].of

    @property
    def alone(self) -> Population | None:
        """The population it counts, where it counts one."""
        return self.terms[0][1] if len(self.terms) == 1 and self.terms[0][0] == 1 else None

    def to_dict(self) -> dict[str, Any]:
        """The statement as plain values, for the register."""
        return {
            "terms": [[times, each.to_dict()] for times, each in self.terms],
            "low": self.low,
            "high": None if self.high == inf else self.high,
            "row": self.row,
            "withheld": self.is_withheld,
        }


def read_statement(plain: Mapping[str, Any]) -> Statement:
    """A statement from what `to_dict` gave."""
    terms = tuple((float(times), read_population(each)) for times, each in plain["terms"])
    high = inf if plain["high"] is None else float(plain["high"])
    return Statement(terms, float(plain["low"]), high, int(plain["row"]), bool(plain["withheld"]))


def count_statement(who: Population, cell: Cell, *, row: int, round_to: int, true: int) -> Statement | None:
    """What a cell says of a population; None where it says nothing.

    A nought is always published, so a withheld count is known to be one at least: `true` tells whether it is.
    """
    match cell.status:
        case Status.WITHHELD:
            return Statement(((1.0, who),), float(min(true, 1)), inf, row, is_withheld=True)
        case Status.UNKNOWN:
            return None
        case _:
            low, high = rounded_from(float(cell.value or 0), round_to if cell.status is Status.ROUNDED else 1)
            return Statement(((1.0, who),), low, high, row)


def share_statement(
    part: Population, whole: Population, percent: float, *, decimals: int, row: int
) -> tuple[Statement, Statement]:
    """What a percentage of a whole says: that its part is between two shares of it."""
    half = 0.5 * 10.0**-decimals
    low, high = max(percent - half, 0.0) / 100, min(percent + half, 100.0) / 100
    return (
        Statement(((1.0, part), (-low, whole)), 0.0, inf, row),
        Statement(((1.0, part), (-high, whole)), -inf, 0.0, row),
    )


def rounded_from(value: float, base: int) -> tuple[float, float]:
    """The counts that are printed as a value, rounded to the nearest `base`, halves up.

    >>> rounded_from(10, 5), rounded_from(0, 5), rounded_from(7, 1)
    ((8.0, 12.0), (0.0, 0.0), (7.0, 7.0))
    """
    if value == 0:
        return 0.0, 0.0
    return float(value - base // 2), float(value + (base - 1) // 2)


def in_series(statements: Iterable[Statement], series: str, periods: Sequence[str]) -> tuple[Statement, ...]:
    """What statements say, as counts of a series that only grows: of whoever was counted by the end of `periods`.

    Counts of two days are of different people unless they are declared so; then whoever was counted by the
    earlier day is counted by the later one too, and the difference is those who are new.
    """
    return tuple(
        replace(
            each,
            terms=tuple(
                (times, narrowed(replace(who, of=series), {"period": periods})) for times, who in each.terms
            ),
        )
        for each in statements
    )
