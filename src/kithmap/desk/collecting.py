"""How often Python looks for objects that hold each other: seldom, where there are many and hardly any do."""

import gc

# Statements are trees of small objects, and the cells of a workbook lists by the hundred thousand: all go when
# they are let go. To look for circles after every 700 of them takes a fiftieth of a build and a twentieth of an
# answer.
NEW_OBJECTS = 200_000


def collect_seldom() -> None:
    """Have this process look for circles among its objects only now and then."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
