"""Rows that a table leaves out because nobody is in them, where leaving them out tells of a group."""

from collections.abc import Mapping, Sequence
from typing import Any

from kithmap.governance.relations import Relation, find_children, find_relations
from kithmap.governance.rules import CountRule, Meetings, Sets, Sums

Row = Mapping[str, Any]


def with_missing_rows(rows: Sequence[Row], rule: CountRule) -> list[Row]:
    """The rows, with those of nobody beside every part that is the whole of its group.

    Twelve on a list, twelve of them on another too, and no row for those on the first alone: the row
    that is not there tells of all twelve. With it there, it can be withheld; shown, it is left out again.

    Shape: the rows as they are, then the rows of nobody.
    """
    found: dict[tuple[object, ...], Row] = {}
    for each in find_relations(rows, rule) if rows else ():
        for row in _missing_beside(rows, each, rule):
            found.setdefault(tuple(row.values()), row)
    return [*rows, *found.values()]


def _missing_beside(rows: Sequence[Row], relation: Relation, rule: CountRule) -> list[Row]:
    if len(relation.over) != 1 or not _is_whole(rows, relation, rule):
        return []
    whole = rows[relation.whole]
    match rule.adds_up:
        case Sets(column=column, kind_column=kind, separator=separator):
            if whole[kind] != "total" or separator not in str(rows[relation.parts[0]][column]):
                return []
            return [_of_nobody({**whole, kind: "combination"}, rule)]
        case Sums(known=known) as sums:
            column = relation.over[0]
            children = () if column in known else find_children(rows, column, sums).get(whole[column], ())
            held = {rows[part][column] for part in relation.parts}
            return [_of_nobody({**whole, column: value}, rule) for value in children if value not in held]
        case Meetings() | None:
            return []


def _is_whole(rows: Sequence[Row], relation: Relation, rule: CountRule) -> bool:
    """Whether one row is all of another, in some count, and no other row stands beside it."""
    if len(relation.parts) != 1:
        return False
    part, whole = rows[relation.parts[0]], rows[relation.whole]
    return any(whole[count] and whole[count] == part[count] for count in rule.counts)


def _of_nobody(row: Row, rule: CountRule) -> Row:
    """A row like this one that counts nobody, and of which nothing else is known."""
    counted = {*rule.counts, *(column for _, column in (*rule.contributors, *rule.largest))}
    cleared = {*rule.computed, *rule.names, *rule.beside}
    return {
        column: 0 if column in counted else None if column in cleared else value
        for column, value in row.items()
    }
