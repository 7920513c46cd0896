"""How the rows of one table add up to other rows of it, found from what the measure declares."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from kithmap.governance.rules import CountRule, Meetings, Sets, Sums

Row = Mapping[str, Any]
Key = tuple[object, ...]
Children = Mapping[object, tuple[object, ...]]


@dataclass(frozen=True)
class Relation:
    """The rows `parts` add up to the row `whole` over some columns; rows are given by their position."""

    whole: int
    parts: tuple[int, ...]
    over: tuple[str, ...] = ()


def find_relations(rows: Sequence[Row], rule: CountRule) -> tuple[Relation, ...]:
    """Every way in which rows of the table add up to another, as the rule declares.

    Raises: ValueError when the rule declares sums and the rows hold none of them.
    """
    match rule.adds_up:
        case None:
            return ()
        case Sets() as sets:
            return _relations_of_sets(rows, rule, sets)
        case Sums() as sums:
            return _relations_of_sums(rows, rule, sums)
        case Meetings() as meetings:
            return _relations_of_meetings(rows, rule, meetings)


def label_columns(rows: Sequence[Row], rule: CountRule) -> tuple[str, ...]:
    """The columns that say what a row is about: not counts, not computed from them, not names."""
    if not rows:
        return ()
    apart = {*rule.counts, *rule.computed, *rule.hidden, *rule.beside}
    apart |= {column for _, column in rule.contributors}
    return tuple(
        column
        for column in rows[0]
        if column not in apart and not any(_is_number(row[column]) for row in rows)
    )


def find_children(rows: Sequence[Row], column: str, sums: Sums) -> dict[object, tuple[object, ...]]:
    """Each value of a column that others are within, and those: the total's are those within nothing.

    >>> rows = [{"area": area} for area in ("All", "Camden", "Kilburn", "Holborn")]
    >>> sums = Sums(("area",), within=(("area", (("Kilburn", "Camden"), ("Holborn", "Camden"))),))
    >>> find_children(rows, "area", sums)
    {'All': ('Camden',), 'Camden': ('Holborn', 'Kilburn')}
    """
    parents: dict[object, object] = dict(dict(sums.within).get(column, ()))
    values = {row[column] for row in rows} | set(parents) | set(parents.values())
    found: dict[object, list[object]] = defaultdict(list)
    for value in sorted(values - {sums.total}, key=str):
        found[parents.get(value, sums.total)].append(value)
    return {
        value: tuple(children) for value, children in sorted(found.items(), key=lambda each: str(each[0]))
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _relations_of_sets(rows: Sequence[Row], rule: CountRule, sets: Sets) -> tuple[Relation, ...]:
    others = [c for c in label_columns(rows, rule) if c not in (sets.column, sets.kind_column)]
    exact: dict[Key, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row[sets.kind_column] == "combination":
            exact[_key(row, others)].append((index, frozenset(str(row[sets.column]).split(sets.separator))))
    found: list[Relation] = []
    for index, row in enumerate(rows):
        within = exact[_key(row, others)]
        match row[sets.kind_column]:
            case "total":
                parts = tuple(part for part, names in within if row[sets.column] in names)
            case "all":
                parts = tuple(part for part, _ in within)
            case _:
                continue
        found.append(Relation(index, parts, (sets.column,)))
    _check_found(found, any(exact.values()), rule)
    return tuple(relation for relation in found if relation.parts)


def _relations_of_meetings(rows: Sequence[Row], rule: CountRule, meetings: Meetings) -> tuple[Relation, ...]:
    """Each group and its pairs: all of these together where they are no more than the group, or else each.

    They leave somebody out as a rule: whoever is of the group alone.
    """
    wholes: dict[object, int] = {}
    pairs: dict[object, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row[meetings.other] == meetings.itself:
            wholes[row[meetings.column]] = index
        else:
            pairs[row[meetings.column]].append(index)
            pairs[row[meetings.other]].append(index)
    found: list[Relation] = []
    for name, parts in pairs.items():
        whole = wholes[name]
        held = all(sum(rows[part][count] for part in parts) <= rows[whole][count] for count in rule.counts)
        groups = [tuple(parts)] if held else [(part,) for part in parts]
        found += [Relation(whole, each, (meetings.other,)) for each in groups]
    return tuple(found)


def _relations_of_sums(rows: Sequence[Row], rule: CountRule, sums: Sums) -> tuple[Relation, ...]:
    apart = {*sums.columns, *sums.follows}
    others = [column for column in label_columns(rows, rule) if column not in apart]
    held: dict[object, dict[Key, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, row in enumerate(rows):
        held[_key(row, others)][_key(row, sums.columns)].append(index)
    steps = [_steps(find_children(rows, column, sums)) for column in sums.columns]
    found: list[Relation] = []
    for places in held.values():
        for key, wholes in places.items():
            found += [
                Relation(whole, parts, tuple(sums.columns[place] for place in over))
                for over, parts in _parts_of(key, places, steps)
                for whole in wholes
            ]
    details = any(sums.total not in _key(row, sums.columns) for row in rows)
    _check_found(found, details, rule)
    return tuple(relation for relation in found if relation.parts)


def _steps(children: Children) -> tuple[Children, dict[object, tuple[object, ...]]]:
    """What is within each value, and the last values within it, which nothing is within."""
    last: dict[object, tuple[object, ...]] = {}

    def ends(value: object) -> tuple[object, ...]:
        if value not in last:
            below = children.get(value, ())
            last[value] = tuple(end for each in below for end in ends(each)) if below else (value,)
        return last[value]

    for value in children:
        ends(value)
    return children, last


def _parts_of(
    key: Key, places: Mapping[Key, list[int]], steps: Sequence[tuple[Children, Children]]
) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The columns over which a row is a sum, and the rows it is the sum of."""
    summed = [place for place, value in enumerate(key) if value in steps[place][0]]
    for place in summed:
        yield (place,), tuple(_below(key, place, places, steps[place][0]))
    for size in range(2, len(summed) + 1):
        for over in combinations(summed, size):
            ways = [
                steps[place][1][key[place]] if place in over else (key[place],) for place in range(len(key))
            ]
            yield over, tuple(row for each in product(*ways) for row in places.get(each, ()))


def _below(key: Key, place: int, places: Mapping[Key, list[int]], children: Children) -> Iterable[int]:
    """The rows within a value of one column, from the nearest step that there are rows for."""
    for child in children.get(key[place], ()):
        lower = (*key[:place], child, *key[place + 1 :])
        yield from places[lower] if lower in places else _below(lower, place, places, children)


def _key(row: Row, columns: Sequence[str]) -> Key:
    return tuple(row[column] for column in columns)


def _check_found(found: Sequence[Relation], details: bool, rule: CountRule) -> None:
    # A rule that finds nothing to add up would guard nothing, and say nothing of it.
    if found and details and not any(relation.parts for relation in found):
        raise ValueError(f"No row adds up to another, though the rule declares {rule.adds_up}.")
