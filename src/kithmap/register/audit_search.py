"""Looking through the audit: lines by who, what was done, how it came out and when, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from kithmap.register import ready
from kithmap.register.audit import Line
from kithmap.register.open import Register


@dataclass(frozen=True)
class Wanted:
    """Which lines are wanted; what is empty leaves none out. day: in UTC."""

    actor: str = ""
    verb: str = ""
    outcome: str = ""
    day: date | None = None


def find_lines(register: Register, wanted: Wanted, *, first: int, most: int) -> tuple[tuple[Line, ...], int]:
    """Some of the lines that are wanted, the newest first, and how many there are in all."""
    rows = ready.AuditEvent.objects.using(register.alias)
    for name in ("actor", "verb", "outcome"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time(), UTC)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    found = rows.order_by("-seq")[first : first + most]
    return tuple(_line(row) for row in found), int(rows.count())


def kinds_of(register: Register, column: str) -> tuple[str, ...]:
    """Every value that a column of the audit has, in order."""
    rows = ready.AuditEvent.objects.using(register.alias)
    return tuple(rows.order_by(column).values_list(column, flat=True).distinct())


def _line(row: Any) -> Line:
    said = {name: getattr(row, name) for name in Line.__dataclass_fields__}
    return Line(**said)
