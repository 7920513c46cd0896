"""Networks that leave: groups and the pairs of them that meet, and only where enough people are behind each."""

from collections.abc import Mapping, Sequence
from typing import Any

from kithmap.governance.levels import LevelRule
from kithmap.governance.rules import CountRule, Meetings

Row = Mapping[str, Any]


def share_network(rows: Sequence[Row], rule: CountRule, level: LevelRule) -> tuple[Row, ...]:
    """The rows of a network of groups as they go on to disclosure control.

    What anybody sees of a network, besides its numbers, is its structure: which groups there are and which
    of them meet. So a group of fewer than the preset's members is left out with its pairs, as if it were not
    there; and so is a pair that so few make meet: a line that rests on one or two of a group tells of them.

    Shape: the rows that may be told of, in the order they had.
    Raises: ValueError when a pair names a group there is not.
    """
    match rule.adds_up:
        case Meetings() as meetings if level.withhold_below:
            return _told_of(rows, rule, meetings, level.preset.members)
        case _:
            return tuple(rows)


def _told_of(rows: Sequence[Row], rule: CountRule, meetings: Meetings, fewest: int) -> tuple[Row, ...]:
    size = rule.counts[0]
    groups = {row[meetings.column]: row[size] for row in rows if row[meetings.other] == meetings.itself}
    pairs = [row for row in rows if row[meetings.other] != meetings.itself]
    if not {row[name] for row in pairs for name in (meetings.column, meetings.other)} <= groups.keys():
        raise ValueError("A pair of groups names a group there is not.")
    large = {name for name, members in groups.items() if members >= fewest}
    return tuple(
        row
        for row in rows
        if {row[meetings.column], row[meetings.other]} <= {*large, meetings.itself}
        and (row[meetings.other] == meetings.itself or _is_enough(row[meetings.behind], fewest))
    )


def _is_enough(people: object, fewest: int) -> bool:
    """Whether enough people are behind a pair; nobody knowing how many is not enough."""
    return isinstance(people, int) and people >= fewest
