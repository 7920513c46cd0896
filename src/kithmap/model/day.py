"""Parts of the day, as events are asked about by them."""

# First hour of each part of the day and the one after its last; night goes over midnight.
PARTS = {"before school": (6, 9), "school day": (9, 15), "after school": (15, 18), "evening": (18, 22)}
NIGHT, NO_TIME = "night", "not recorded"


def part_of_day(hour: int) -> str:
    """The part of the day that an hour is in.

    >>> part_of_day(8), part_of_day(9), part_of_day(22), part_of_day(5)
    ('before school', 'school day', 'night', 'night')
    """
    return next((name for name, (first, end) in PARTS.items() if first <= hour < end), NIGHT)
