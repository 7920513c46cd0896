"""Which counts of one or more tables are withheld, judged together, with the proof that it is enough."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.governance.presets import Preset
from kithmap.governance.primary import find_alone, find_small, find_whole_groups
from kithmap.governance.relations import Relation
from kithmap.governance.rules import CountRule

if TYPE_CHECKING:
    from kithmap.stats.witnesses import Certificate

Row = Mapping[str, Any]
Label = Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One column of counts of one table, and what is needed to judge it.

    counts: of each row that has one. relations: how they add up. small: what is withheld for itself.
    groups: noughts that tell of everybody in a group, a set for each. known: rows that somebody knows, a
    set for each of those people. same: what a row counts, where other tables may count it too.
    """

    counts: Mapping[int, int]
    relations: tuple[Relation, ...]
    small: frozenset[int]
    groups: tuple[tuple[int, ...], ...] = ()
    known: tuple[tuple[int, ...], ...] = ()
    same: Mapping[int, Hashable] | None = None


@dataclass(frozen=True)
class Judged:
    """The rows of each part that are withheld, and the proof; no proof where nothing adds up."""

    withheld: tuple[frozenset[int], ...]
    proof: "Certificate | None" = None


def make_part(
    rows: Sequence[Row],
    column: str,
    relations: Sequence[Relation],
    rule: CountRule,
    preset: Preset,
    *,
    knows: Sequence[Label] = (),
    same: Mapping[int, Hashable] | None = None,
) -> Part:
    """A column of counts as it is to be judged; `knows` are the labels of rows that a reader knows."""
    counts = {index: int(row[column]) for index, row in enumerate(rows) if row[column] is not None}
    usable = [each for each in relations if each.whole in counts and all(p in counts for p in each.parts)]
    _check_no_more(usable, counts)
    kept = _not_implied(usable)
    small = find_small(rows, column, counts, rule, preset)
    readers = tuple(
        tuple(
            index for index in counts if all(rows[index].get(name) == value for name, value in each.items())
        )
        for each in knows
    )
    return Part(
        counts=counts,
        relations=kept,
        small=small,
        groups=find_whole_groups(rows, counts, kept, rule) if preset.guards_groups else (),
        known=tuple(each for each in readers if each),
        same={index: key for index, key in (same or {}).items() if index in counts},
    )


def judge(parts: Sequence[Part], preset: Preset) -> Judged:
    """Which rows of each part are withheld: what is small, and what would give it away.

    Parts that count the same thing are judged together: what one withholds the other must.
    """
    tied = any(part.relations for part in parts) or any(part.same for part in parts)
    if not tied or preset.minimum_width <= 0:
        return Judged(tuple(part.small for part in parts))
    from kithmap.stats import tabular
    from kithmap.stats.withholding import withhold_more

    problem = _Problem(parts)
    insiders = [*problem.known, *(problem.alone() if preset.guards_alone else ())]
    table = tabular.make_table(
        problem.counts, problem.sums, rests=problem.groups, hide_noughts=preset.guards_groups
    )
    table = tabular.with_rounding(table, preset.round_to, preset.withhold_below)
    # Those a table leaves out follow by subtraction, so they are as small as any row.
    primary = table.unprinted & (table.counts > 0) & (table.counts < preset.withhold_below)
    primary[problem.small] = True
    primary[len(table.counts) - len(problem.groups) :] = True
    flags, proof = withhold_more(table, primary, preset.minimum_width, insiders)
    return Judged(tuple(problem.rows_of(number, flags.tolist()) for number in range(len(parts))), proof)


class _Problem:
    """Several parts as one table of counts: rows are places in it, and equal rows are tied."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._places: list[dict[int, int]] = []
        self.counts: list[int] = []
        self.sums: list[tuple[tuple[int, ...], int]] = []
        self.small: list[int] = []
        self.groups: list[tuple[int, ...]] = []
        self.known: list[tuple[int, ...]] = []
        first: dict[Hashable, int] = {}
        for part in parts:
            place = {index: position for position, index in enumerate(part.counts, start=len(self.counts))}
            self._places.append(place)
            self.counts += part.counts.values()
            self.sums += [(tuple(place[p] for p in r.parts), place[r.whole]) for r in part.relations]
            self.small += [place[index] for index in sorted(part.small)]
            self.groups += [tuple(place[index] for index in group) for group in part.groups]
            self.known += [tuple(place[index] for index in group) for group in part.known]
            for index, key in (part.same or {}).items():
                other = first.setdefault(key, place[index])
                if other != place[index]:
                    self._tie(other, place[index])

    def alone(self) -> tuple[tuple[int, ...], ...]:
        """Each young person counted alone, by the places they know to be one, in whichever of the parts."""
        sums = [Relation(whole, parts) for parts, whole in self.sums]
        return find_alone(dict(enumerate(self.counts)), sums, self.small)

    def rows_of(self, number: int, flags: Sequence[bool]) -> frozenset[int]:
        """The rows of one part that are flagged."""
        return frozenset(index for index, place in self._places[number].items() if flags[place])

    def _tie(self, place: int, other: int) -> None:
        if self.counts[place] != self.counts[other]:
            raise ValueError("Two tables count the same thing and do not agree on it.")
        self.sums.append(((other,), place))


def _check_no_more(relations: Sequence[Relation], counts: Mapping[int, int]) -> None:
    if any(sum(counts[part] for part in each.parts) > counts[each.whole] for each in relations):
        raise ValueError("Some rows of the table come to more than the row they add up to.")


def _not_implied(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """The relations without those over several columns that follow from those over one.

    A total over two columns follows when it is the sum over the first of rows that are each a sum over the
    second: to keep it would only slow the solver. Whoever is left out on the way is left out of it too.
    """
    parts_of = {(each.whole, frozenset(each.over)): each.parts for each in relations}

    def follows(each: Relation) -> bool:
        over = frozenset(each.over)
        steps = [(column, parts_of.get((each.whole, frozenset((column,))))) for column in each.over]
        return any(
            parts is not None
            and all((part, over) in parts_of or (part, over - {column}) in parts_of for part in parts)
            for column, parts in steps
        )

    return tuple(each for each in relations if len(each.over) < 2 or not follows(each))
