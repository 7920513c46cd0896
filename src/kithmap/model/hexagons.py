"""Hexagons of a map (H3): how fine one is, and which larger one it is part of, read from its name alone."""

# Each step down divides a hexagon by seven and takes three bits of its name; those not used are all ones.
# Source: H3, bit layout of a cell (https://h3geo.org/docs/core-library/h3Indexing).
NAMED_BITS, BITS_A_STEP, DIGITS = 45, 3, 15
RESOLUTION_AT, CELL = 52, "8"


def is_hexagon(name: str) -> bool:
    """Whether a text is the name of a hexagon.

    >>> is_hexagon("88194c635dfffff"), is_hexagon("No place recorded")
    (True, False)
    """
    return (
        len(name) == DIGITS and name.startswith(CELL) and all(digit in "0123456789abcdef" for digit in name)
    )


def resolution_of(cell: str) -> int:
    """How fine a hexagon is: one of resolution 8 is about a kilometre across, of 7 about three.

    >>> resolution_of("88194c635dfffff")
    8
    """
    return int(cell[1], 16)


def hexagon_around(cell: str, resolution: int) -> str:
    """The hexagon of a resolution, no finer than its own, that a hexagon is part of.

    >>> hexagon_around("89194c635dbffff", 8), hexagon_around("88194c635dfffff", 5)
    ('88194c635dfffff', '85194c63fffffff')
    """
    unused = (1 << (NAMED_BITS - BITS_A_STEP * resolution)) - 1
    named = int(cell, 16) & ~(0xF << RESOLUTION_AT) | resolution << RESOLUTION_AT
    return f"{named | unused:x}"
