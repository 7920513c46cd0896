"""What to hold together to see what a candidate tells: statements of the same people, in the same dimensions.

A program is of one set of dimensions: the candidate's statements in it, and what was released before in it.
It can be asked again with some rows of the candidate withheld, and then asks only what that may have changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kithmap.governance.release_asked import Asked
from kithmap.governance.release_bounds import Bounded, Limits
from kithmap.governance.release_cells import Flags, count_cells, dimensions_of, make_cells, people_in
from kithmap.governance.release_targets import find_targets
from kithmap.governance.statements import Statement

MOST_CELLS = 1024
Statements = Sequence[Statement]


@dataclass(frozen=True)
class Told:
    """A group that would be known too closely: who it is, and between which numbers it would be known.

    rows: of the candidate, those that this leans on: while they are shown, it is told.
    """

    who: str
    low: float
    high: float
    rows: frozenset[int] = frozenset()


class Together:
    """A candidate's statements and those released before, held together."""

    def __init__(self, mine: Statements, known: Statements, limits: Limits) -> None:
        new = [each for each in mine if not _is_said(each, known)]
        spoken = [*new, *known]
        cells = make_cells(people_in([*mine, *known]))
        self._rows = tuple(each.row for each in new)
        self._mine = tuple(each.row for each in mine)
        self._both = Bounded(spoken, cells)
        self._candidate, self._before = Bounded(mine, cells), Bounded(known, cells)
        self._targets = find_targets(spoken, cells, self._both.groups)
        self._asked = Asked(self._both, self._targets.held, self._targets.named, limits)
        self._known: dict[int, tuple[float, float]] = {}

    def told(self, hidden: frozenset[int] = frozenset()) -> Iterator[Told]:
        """The groups told of with some rows withheld, and that neither side tells of as closely alone.

        What a table tells by itself is for its own disclosure control to have withheld.
        """
        later = [False] * (len(self._both.low) - len(self._rows))
        self._both.withhold(np.array([*(row in hidden for row in self._rows), *later]))
        self._candidate.withhold(np.array([row in hidden for row in self._mine]))
        for place, closely in self._asked.telling():
            group, said = self._targets.cells_of(place), (closely.low, closely.high)
            if said not in (self._of_before(place, group), self._candidate.of_cells(group)):
                leans = (self._rows[each] for each in closely.leans if each < len(self._rows))
                rows = frozenset(row for row in leans if row >= 0)
                yield Told(self._targets.words_of(place), closely.low, closely.high, rows)

    def _of_before(self, place: int, group: Flags) -> tuple[float, float]:
        """What was known of a group before, which no withholding changes."""
        if place not in self._known:
            self._known[place] = self._before.of_cells(group)
        return self._known[place]


def hold_together(candidate: Statements, before: Sequence[Statements], limits: Limits) -> Iterator[Together]:
    """For each kind of people, the candidate, and what was released of them before.

    One program of the candidate's dimensions, with as many more as there is room for, and one of each
    earlier table's: in each goes all that was said in its dimensions, by whichever table. Where the
    candidate says nothing new there is nothing to find.
    """
    for of in dict.fromkeys(who.of for who in people_in(candidate)):
        mine = [each for each in candidate if _is_of(each, of)]
        tables = [kept for table in before if (kept := [each for each in table if _is_of(each, of)])]
        known = list(dict.fromkeys(each for table in tables for each in table))
        for space in _spaces(mine, tables):
            said = [each for each in mine if _names([each]) <= space]
            heard = [each for each in known if _names([each]) <= space]
            if heard and not all(_is_said(each, heard) for each in said):
                yield Together(said, heard, limits)


def _spaces(mine: Statements, tables: Sequence[Statements]) -> list[frozenset[str]]:
    """The sets of dimensions to hold statements together in; none of them within another."""
    asked = dimensions_of(people_in(mine))
    for table in sorted(tables, key=lambda each: len(_names(each) - asked.keys())):
        wider = _merged(asked, dimensions_of(people_in(table)))
        asked = wider if count_cells(wider) <= MOST_CELLS else asked
    spaces = dict.fromkeys([frozenset(asked), _names(mine), *(_names(table) for table in tables)])
    return [one for one in spaces if not any(one < other for other in spaces)]


def _names(statements: Statements) -> frozenset[str]:
    return frozenset(dimensions_of(people_in(statements)))


def _is_said(each: Statement, known: Statements) -> bool:
    """Whether a statement was made before, or one that says more of the same."""
    return any(
        each.terms == other.terms and other.low >= each.low and other.high <= each.high for other in known
    )


def _is_of(each: Statement, of: str) -> bool:
    return any(who.of == of for _, who in each.terms)


def _merged(
    one: dict[str, set[tuple[str, ...]]], other: dict[str, set[tuple[str, ...]]]
) -> dict[str, set[tuple[str, ...]]]:
    return {name: one.get(name, set()) | other.get(name, set()) for name in {**one, **other}}
