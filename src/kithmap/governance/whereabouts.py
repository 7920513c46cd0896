"""Where and when events happened, in the ledger's vocabulary: one hierarchy, however a table parts them.

A named place is within its hexagon, which is within larger ones, so that a table by hexagon and a table by
place meet: the difference is what happened elsewhere in the hexagon. An hour is within a part of the day, and
the last three months are within the last six.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kithmap.governance.populations import part
from kithmap.model.day import NO_TIME, part_of_day
from kithmap.model.hexagons import hexagon_around, is_hexagon, resolution_of

Row = Mapping[str, Any]

ALL = "All"
# The ways of parting events that are one hierarchy: by size of hexagon, by place, by authority and by hour.
PARTED = ("cell", "cell of 3 km", "cell of 7 km", "cell of 20 km", "place", "district", "hour")
# The largest hexagons that anything is asked by, and those in which a place is said to be.
WIDEST, FINEST = 5, 8
NOWHERE, NO_PLACE = "No place recorded", "nowhere at all"
PERIODS = ("last 12 months", "last 6 months", "last 3 months")


def where_and_when(row: Row, options: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """What a row of events and its options say of where and when they happened.

    >>> where_and_when({"place": "20:00"}, {"by": "hour", "period": "last 6 months"})
    {'period': ['last 12 months > last 6 months'], 'hour': ['evening > 20:00']}
    """
    found = _asked(options)
    name = str(row["place"])
    if name == ALL:
        return found
    match options.get("by"):
        case "hour":
            # The hour itself is within whatever part of the day was asked about.
            return found | {"hour": [_hour(name)]}
        case "district":
            return found | {"area": [name]}
        case "place":
            return found | {"where": [_place(name, row.get("hexagon"))]}
        case _:
            return found | {"where": [_hexagon(name)]}


def _asked(options: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    if options.get("authority"):
        found["area"] = [str(options["authority"])]
    if (period := str(options.get("period", ""))) in PERIODS:
        found["period"] = [part(*PERIODS[: PERIODS.index(period) + 1])]
    if (hours := str(options.get("hours", "any"))) != "any":
        found["hour"] = [hours]
    return found


def _hexagon(name: str) -> str:
    """A hexagon with all those that it is within.

    >>> _hexagon("88194c635dfffff")
    '85194c63fffffff > 86194c637ffffff > 87194c635ffffff > 88194c635dfffff'
    """
    if not is_hexagon(name):
        return name
    sizes = range(min(WIDEST, resolution_of(name)), resolution_of(name) + 1)
    return part(*(hexagon_around(name, each) for each in sizes))


def _place(name: str, hexagon: object) -> str:
    """A place within its hexagon; one of which nobody knows it is apart, and so is no place at all."""
    if name == NOWHERE:
        return part(NOWHERE, NO_PLACE)
    return part(_hexagon(str(hexagon)) if hexagon else NOWHERE, name)


def _hour(name: str) -> str:
    return part(part_of_day(int(name[:2])), name) if name[:2].isdigit() else NO_TIME
