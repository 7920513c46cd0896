"""Which counts must be withheld for what they say themselves, before anything is subtracted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kithmap.governance.presets import Preset
from kithmap.governance.relations import Relation
from kithmap.governance.rules import CountRule, Meetings, Sets, Sums

Row = Mapping[str, Any]
Counts = Mapping[int, int]


def find_small(
    rows: Sequence[Row], column: str, counts: Counts, rule: CountRule, preset: Preset
) -> frozenset[int]:
    """The rows whose count is too small, has too few people behind it, or is mostly of one of them."""
    behind = dict(rule.contributors).get(column)
    largest = dict(rule.largest).get(column)
    return frozenset(
        index
        for index, count in counts.items()
        if 0 < count < preset.withhold_below
        or (behind is not None and _is_few(count, rows[index][behind], preset.contributors))
        or (largest is not None and _is_mostly(count, rows[index][largest], preset.dominance))
    )


def _is_few(count: int, people: object, fewest: int) -> bool:
    """Whether too few people are behind a count of events; nobody knowing how many is too few."""
    return count > 0 and (not isinstance(people, int) or people < fewest)


def _is_mostly(count: int, largest: object, most: float) -> bool:
    """Whether one person is behind more of a count than may be; nobody knowing how much is too much."""
    return count > 0 and most < 1.0 and (not isinstance(largest, int) or largest > most * count)


def find_whole_groups(
    rows: Sequence[Row], counts: Counts, relations: Sequence[Relation], rule: CountRule
) -> tuple[tuple[int, ...], ...]:
    """The noughts that together tell of everybody in a group: all of a whole are in one part.

    "All twelve of this age are on the list" tells of each of the twelve, however many they are. Where a
    measure says that anybody may know the column of a person, it tells nothing.

    Shape: for each such group, the rows that hold nought beside the part that holds all.
    """
    return tuple(
        tuple(part for part in each.parts if counts[part] == 0)
        for each in relations
        if _tells(rows, counts, each, rule) and any(counts[part] == 0 for part in each.parts)
    )


def _tells(rows: Sequence[Row], counts: Counts, relation: Relation, rule: CountRule) -> bool:
    held = [part for part in relation.parts if counts[part] > 0]
    if len(held) != 1 or counts[held[0]] != counts[relation.whole]:
        return False
    match rule.adds_up:
        case Sets(column=column, kind_column=kind, separator=separator):
            # That all of a list are on no other tells of no other.
            return rows[relation.whole][kind] == "total" and separator in str(rows[held[0]][column])
        case Sums(known=known):
            return len(relation.over) == 1 and relation.over[0] not in known
        case Meetings() | None:
            # That all of a group are of another too is of the two groups, which nobody draws up by hand.
            return False


def find_alone(
    counts: Counts, relations: Sequence[Relation], hidden: Collection[int]
) -> tuple[tuple[int, ...], ...]:
    """Each young person counted alone in a withheld row, as the rows they know to be one.

    One who is the only one in a row knows it, and that they are the only one in the wholes above it that
    are one too.
    """
    ones = {index for index in hidden if counts[index] == 1}
    leader = {index: index for index in ones}

    def lead(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for each in relations:
        if each.whole in ones:
            for part in (part for part in each.parts if part in ones):
                leader[lead(part)] = lead(each.whole)
    groups: dict[int, list[int]] = {}
    for index in sorted(ones):
        groups.setdefault(lead(index), []).append(index)
    return tuple(tuple(group) for group in groups.values())
