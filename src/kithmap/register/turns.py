"""One writer at a time, on PostgreSQL as in a file: the audit is one chain, and two writers must not fork it."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

# Any numbers do, as long as every process of Kithmap asks for the same.
TURN, UPGRADE = 7_246_115, 7_246_116
QUESTION = "SELECT pg_advisory_xact_lock(%s)"


def take(alias: str) -> None:
    """Wait for the turn to write, in a transaction that has just begun; it ends with the transaction.

    SQLite's transactions begin so of themselves.
    """
    from django.db import connections

    connection = connections[alias]
    # An inner transaction has the turn of the outer one.
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION, [TURN])


@contextmanager
def alone(alias: str, place: str) -> Generator[None]:
    """Within, no other process brings this register up to date.

    place: the register's file, where it is one.
    """
    from django.db import connections

    connection = connections[alias]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [UPGRADE])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [UPGRADE])
        return
    beside = Path(f"{place}.upgrade")
    with beside.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
        beside.unlink(missing_ok=True)
