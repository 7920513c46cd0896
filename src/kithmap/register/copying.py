"""Copies of a register: every row but who is signed in, as one file, whatever database it is in."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from kithmap.register import faults, ready
from kithmap.register.open import Register, open_file

AT_ONCE = 2000


def save_copy(register: Register, path: Path) -> None:
    """Write all that a register holds, as it stands at one moment, into a new file; others go on working.

    Raises: MachineProblem.
    """
    from django.db import connections

    connection: Any = connections[register.alias]
    with faults.told():
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with closing(sqlite3.connect(path)) as copy:
                connection.connection.backup(copy)
        else:
            copy = open_file(path)
            with ready.atomic(using=register.alias):
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                _copy_rows(register, copy)
            copy.close()
        _forget_sessions(path)


def load_copy(path: Path, register: Register) -> None:
    """Put all that a copy holds into a register that holds nothing yet, all of it or none.

    Raises: MachineProblem.
    """
    copy = open_file(path)
    try:
        with register.transaction():
            _copy_rows(copy, register)
            _go_on_counting(register)
    finally:
        copy.close()


def _copy_rows(source: Register, to: Register) -> None:
    # References between rows are looked at when the transaction ends, so the order is free.
    with ready.atomic(using=to.alias):
        for model in _models():
            batch: list[Any] = []
            for row in model.objects.using(source.alias).order_by("pk").iterator(chunk_size=AT_ONCE):
                batch.append(row)
                if len(batch) == AT_ONCE:
                    model.objects.using(to.alias).bulk_create(batch)
                    batch = []
            model.objects.using(to.alias).bulk_create(batch)


def _go_on_counting(register: Register) -> None:
    """Let the next row that numbers itself take the number after the last."""
    from django.core.management.color import no_style
    from django.db import connections

    connection: Any = connections[register.alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _models() -> list[Any]:
    from django.apps import apps

    return [model for model in apps.get_app_config("register").get_models() if model is not ready.WebSession]


def _forget_sessions(path: Path) -> None:
    """Leave out who is signed in: a copy must let nobody in."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute(f"DELETE FROM {ready.WebSession._meta.db_table}")  # noqa: S608, SLF001  Django's own way to the name
        # One file, without what was deleted.
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        copy.execute("VACUUM")
