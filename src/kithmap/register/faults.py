"""What a database refuses, in words that its users know."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from kithmap.errors import MachineProblem, WorkspaceBusy

# As SQLite says it, and as PostgreSQL numbers it.
BUSY = ("database is locked", "database table is locked", "55P03", "40P01")
FULL = ("disk is full", "disk I/O error", "53100")
CLOSED = ("readonly database", "25006", "42501")


@contextmanager
def told() -> Generator[None]:
    """Within, what the database refuses is told in our own words.

    Raises: WorkspaceBusy, MachineProblem.
    """
    from django.db.utils import OperationalError, ProgrammingError

    try:
        yield
    except (OperationalError, ProgrammingError, sqlite3.OperationalError) as fault:
        found = _in_words(fault)
        if found is None:
            raise
        raise found from fault


def watch(connection: Any) -> None:
    """Tell what a connection refuses, whichever function asked, in our own words."""
    if _tell not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell)


def _tell(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
    with told():
        return execute(sql, values, many, context)


def _in_words(fault: Exception) -> MachineProblem | None:
    said = f"{fault} {getattr(fault.__cause__, 'sqlstate', '')}"
    if any(each in said for each in BUSY):
        return WorkspaceBusy(
            "Another process is writing to the register.",
            "A turn to write within half a minute.",
            "Wait until it has ended, then run this again.",
        )
    if any(each in said for each in FULL):
        return MachineProblem(
            "The register cannot be written: the disk that it is on is full, or fails.",
            "A disk with room.",
            "Make room (`kithmap doctor` says how much there is), then run this again; nothing is half-written.",
        )
    if any(each in said for each in CLOSED):
        return MachineProblem(
            "The register may only be read.",
            "A register that this user may write to.",
            "Give this user the right to write to it, then run this again.",
        )
    return None
