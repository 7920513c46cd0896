"""The only clock: the moments of our own acts, in UTC; tests stand it still."""

import secrets
from datetime import UTC, date, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is, in UTC: agreements and purposes are in force by whole days."""
    return now().date()


def new_id(at: datetime) -> str:
    """An id that sorts by its moment: a ULID, 48 bits of milliseconds and 80 of chance.

    >>> len(new_id(datetime(2026, 7, 31, tzinfo=UTC)))
    26
    """
    number = (int(at.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
