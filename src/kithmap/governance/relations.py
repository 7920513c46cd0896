"""How the rows of one table add up to other rows of it, found from what the measure declares."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from kithmap.governance.rules import CountRule, Sets, Sums

Row = Mapping[str, Any]
Key = tuple[object, ...]


@dataclass(frozen=True)
class Relation:
    """The rows `parts` add up to the row `whole`; rows are given by their position."""

    whole: int
    parts: tuple[int, ...]


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


def label_columns(rows: Sequence[Row], rule: CountRule) -> tuple[str, ...]:
    """The columns that say what a row is about: not counts, not computed from them, not names."""
    if not rows:
        return ()
    apart = {*rule.counts, *(column for column, _ in rule.derived), *rule.names, *rule.beside}
    return tuple(
        column
        for column in rows[0]
        if column not in apart and not any(_is_number(row[column]) for row in rows)
    )


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
        found.append(Relation(index, parts))
    _check_found(found, any(exact.values()), rule)
    return tuple(relation for relation in found if relation.parts)


def _relations_of_sums(rows: Sequence[Row], rule: CountRule, sums: Sums) -> tuple[Relation, ...]:
    others = [column for column in label_columns(rows, rule) if column not in sums.columns]
    found: list[Relation] = []
    for size in range(1, len(sums.columns) + 1):
        for over in combinations(sums.columns, size):
            found += _sums_over(rows, over, [*others, *(c for c in sums.columns if c not in over)], sums)
    details = any(sums.total not in _key(row, sums.columns) for row in rows)
    _check_found(found, details, rule)
    return tuple(relation for relation in found if relation.parts)


def _sums_over(rows: Sequence[Row], over: Sequence[str], fixed: Sequence[str], sums: Sums) -> list[Relation]:
    """The rows that hold the total in every column of `over`, and the rows that hold it in none."""
    parts: dict[Key, list[int]] = defaultdict(list)
    wholes: list[tuple[int, Key]] = []
    for index, row in enumerate(rows):
        totals = [row[column] == sums.total for column in over]
        if all(totals):
            wholes.append((index, _key(row, fixed)))
        elif not any(totals):
            parts[_key(row, fixed)].append(index)
    return [Relation(index, tuple(parts[key])) for index, key in wholes]


def _key(row: Row, columns: Sequence[str]) -> Key:
    return tuple(row[column] for column in columns)


def _check_found(found: Sequence[Relation], details: bool, rule: CountRule) -> None:
    # A rule that finds nothing to add up would guard nothing, and say nothing of it.
    if found and details and not any(relation.parts for relation in found):
        raise ValueError(f"No row adds up to another, though the rule declares {rule.adds_up}.")
