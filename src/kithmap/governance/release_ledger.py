"""Whether a product, held together with everything released before, tells of a few people.

Thresholds on each product alone are worth little: pupils of 10 to 17 less pupils of 10 to 16 are those of
17. So what every release said is kept as linear statements, a candidate's are put beside them, and every
group that can be had by subtraction is bounded by linear programming over all of them at once.
"""

from collections import Counter
from collections.abc import Sequence

from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_programs import Together, Told, hold_together
from kithmap.governance.statements import Statement


def find_told(
    candidate: Sequence[Statement], before: Sequence[Sequence[Statement]], limits: Limits
) -> tuple[Told, ...]:
    """Every group that the candidate, with all that was released before, would tell of too closely.

    What either side told by itself, holding them together does not make worse: it is not among them.
    before: what each release said, the oldest first.
    Raises: Unsolved when no counts agree with everything said.
    """
    return _told(list(hold_together(candidate, before, limits)), frozenset())


def repair(
    candidate: Sequence[Statement], before: Sequence[Sequence[Statement]], limits: Limits
) -> frozenset[int] | None:
    """The rows to withhold so that nothing is told; none where nothing is; None when nothing helps.

    One row at a time: of those that what is told leans on, the one that most of it does, the smaller of
    two as good. Then those that were not needed are shown again, the largest first.
    """
    programs = list(hold_together(candidate, before, limits))
    sizes = _sizes(candidate)
    withheld: set[int] = set()
    while told := _told(programs, frozenset(withheld)):
        near = [each.rows & (sizes.keys() - withheld) for each in told]
        if not all(near):
            # What leans on no row that is shown is told whatever is withheld.
            return None
        times = Counter(row for rows in near for row in rows)
        withheld.add(min(times, key=lambda row: (-times[row], sizes[row], row)))
    for row in sorted(withheld, key=lambda each: (-sizes[each], each)):
        if not _tells_any(programs, frozenset(withheld - {row})):
            withheld.remove(row)
    return frozenset(withheld)


def _sizes(candidate: Sequence[Statement]) -> dict[int, float]:
    """The rows that show a count, and the smallest that each shows."""
    found: dict[int, float] = {}
    for each in candidate:
        if each.row >= 0 and not each.is_withheld:
            found[each.row] = min(each.low, found.get(each.row, each.low))
    return found


def _told(programs: Sequence[Together], hidden: frozenset[int]) -> tuple[Told, ...]:
    found: dict[str, Told] = {}
    for program in programs:
        for told in program.told(hidden):
            found.setdefault(told.who, told)
    return tuple(found.values())


def _tells_any(programs: Sequence[Together], hidden: frozenset[int]) -> bool:
    return any(next(program.told(hidden), None) is not None for program in programs)
