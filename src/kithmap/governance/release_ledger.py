"""Whether a product, held together with everything released before, tells of a few people.

Thresholds on each product alone are worth little: pupils of 10 to 17 less pupils of 10 to 16 are those of
17. So what every release said is kept as linear statements, a candidate's are put beside them, and every
group that can be had by subtraction is bounded by linear programming over all of them at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from kithmap.governance.release_bounds import Bounded, Limits
from kithmap.governance.release_cells import Flags, count_cells, dimensions_of, make_cells, people_in
from kithmap.governance.release_targets import Targets, find_targets
from kithmap.governance.statements import Statement

MOST_CELLS = 1024
TRIED = 12  # more rows than these are not tried one by one for being shown again


@dataclass(frozen=True)
class Told:
    """A group that would be known too closely: who it is, and between which numbers it would be known.

    rows: of the candidate, those that count anybody of it.
    """

    who: str
    low: float
    high: float
    rows: frozenset[int] = frozenset()


def find_told(
    candidate: Sequence[Statement], before: Sequence[Sequence[Statement]], limits: Limits
) -> tuple[Told, ...]:
    """Every group that the candidate, with all that was released before, would tell of too closely.

    What either side told by itself, holding them together does not make worse: it is not among them.
    before: what each release said, the oldest first.
    Raises: Unsolved when no counts agree with everything said.
    """
    found: dict[str, Told] = {}
    for mine, known in _programs(candidate, before):
        for told in _told_by(mine, known, limits):
            found.setdefault(told.who, told)
    return tuple(found.values())


def repair(
    candidate: Sequence[Statement], before: Sequence[Sequence[Statement]], limits: Limits
) -> frozenset[int] | None:
    """The rows to withhold so that nothing is told; none where nothing is; None when nothing helps.

    One row at a time: the one that most of what is told leans on, the smaller of two as good; then those
    that were not needed are shown again, the largest first.
    """
    withheld: list[int] = []
    while told := find_told(_without(candidate, withheld), before, limits):
        shown = {each.row for each in candidate if each.row >= 0 and not each.is_withheld} - {*withheld}
        if not shown:
            return None
        near = Counter(row for each in told for row in each.rows & shown)
        withheld.append(min(shown, key=lambda row: (-near[row], _size(candidate, row), row)))
    if 1 < len(withheld) <= TRIED:
        for row in sorted(withheld, key=lambda each: -_size(candidate, each)):
            fewer = [each for each in withheld if each != row]
            if not find_told(_without(candidate, fewer), before, limits):
                withheld = fewer
    return frozenset(withheld)


def _size(candidate: Sequence[Statement], row: int) -> float:
    return min((each.low for each in candidate if each.row == row), default=0.0)


def _without(candidate: Sequence[Statement], rows: Iterable[int]) -> list[Statement]:
    """The statements as they are when the counts of some rows are withheld: what is no count is gone."""
    hidden = frozenset(rows)
    return [
        replace(each, low=min(each.low, 1.0), high=inf, is_withheld=True) if each.row in hidden else each
        for each in candidate
        if each.row not in hidden or each.alone is not None
    ]


def _programs(
    candidate: Sequence[Statement], before: Sequence[Sequence[Statement]]
) -> Iterator[tuple[list[Statement], list[Statement]]]:
    """What to hold together: for each kind of people, the candidate, and what was released of them before.

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
            if {_meaning(each) for each in said} - {_meaning(each) for each in heard}:
                yield said, heard


def _spaces(mine: Sequence[Statement], tables: Sequence[Sequence[Statement]]) -> list[frozenset[str]]:
    """The sets of dimensions to hold statements together in; none of them within another."""
    asked = dimensions_of(people_in(mine))
    for table in sorted(tables, key=lambda each: len(_names(each) - asked.keys())):
        wider = _merged(asked, dimensions_of(people_in(table)))
        asked = wider if count_cells(wider) <= MOST_CELLS else asked
    spaces = dict.fromkeys([frozenset(asked), _names(mine), *(_names(table) for table in tables)])
    return [one for one in spaces if not any(one < other for other in spaces)]


def _names(statements: Sequence[Statement]) -> frozenset[str]:
    return frozenset(dimensions_of(people_in(statements)))


def _meaning(each: Statement) -> tuple[object, ...]:
    """What a statement says, whichever row of which table says it."""
    return each.terms, each.low, each.high


def _is_of(each: Statement, of: str) -> bool:
    return any(who.of == of for _, who in each.terms)


def _merged(
    one: dict[str, set[tuple[str, ...]]], other: dict[str, set[tuple[str, ...]]]
) -> dict[str, set[tuple[str, ...]]]:
    return {name: one.get(name, set()) | other.get(name, set()) for name in {**one, **other}}


def _told_by(mine: Sequence[Statement], known: Sequence[Statement], limits: Limits) -> Iterator[Told]:
    """The groups that one program tells of, and that neither side told of as closely alone.

    What a table tells by itself is for its own disclosure control to have withheld.
    """
    spoken = list(dict.fromkeys([*mine, *known]))
    cells = make_cells(people_in(spoken))
    bounded = Bounded(spoken, cells)
    targets = find_targets(spoken, cells, bounded.groups)
    telling = bounded.telling(targets.held, targets.named, limits)
    if not telling or not known:
        return
    sides = (Bounded(known, cells), Bounded(mine, cells))
    reach = {each.row: _cells_of(each, targets) for each in mine if each.row >= 0}
    for place, (low, high) in telling.items():
        group = targets.cells_of(place)
        if all(side.of_cells(group) != (low, high) for side in sides):
            whole = targets.whole_of(place)
            rows = frozenset(row for row, cells_there in reach.items() if (cells_there & whole).any())
            yield Told(targets.words_of(place), low, high, rows)


def _cells_of(each: Statement, targets: Targets) -> Flags:
    return np.logical_or.reduce([targets.masks[targets.people.index(who)] for _, who in each.terms])
