"""Open a register: one file in a workspace, or a PostgreSQL database."""

import hashlib
import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kithmap.errors import MachineProblem
from kithmap.register import faults, ready, settings, turns

FILE = "register.sqlite3"
VARIABLE = "DATABASE_URL"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Register:
    """An open register: the alias under which Django knows its database."""

    alias: str

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is written within is kept, or none of it; one writer at a time, another waits its turn.

        Raises: WorkspaceBusy where its turn does not come, MachineProblem where nothing can be written.
        """
        with faults.told(), ready.atomic(using=self.alias):
            turns.take(self.alias)
            yield

    @property
    def holds_nothing(self) -> bool:
        """Whether nobody has used it yet."""
        return not ready.User.objects.using(self.alias).exists()

    def serve_sessions(self) -> None:
        """Make this the register that sessions of the pages are kept in."""
        from django.db import connections

        known: Any = connections.settings
        settings.connect("default", {**known[self.alias]})

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        from django.db import connections

        connections[self.alias].close()


def open_register(folder: Path, *, must_exist: bool = False) -> Register:
    """Open the register of a workspace, bringing its tables up to date where they are not.

    With DATABASE_URL set, the register is that PostgreSQL database; otherwise a file in the folder.
    must_exist: one that is not there is refused, and not made.
    Raises: MachineProblem when the database cannot be opened.
    """
    url = os.environ.get(VARIABLE)
    file = folder.resolve() / FILE
    if not url:
        return open_file(file, must_exist=must_exist)
    return _open(url, settings.postgresql(url), must_exist=must_exist)


def open_file(file: Path, *, must_exist: bool = False) -> Register:
    """Open a register that is one file, wherever others are.

    Raises: MachineProblem when it cannot be opened.
    """
    if must_exist and not file.is_file():
        raise _not_there()
    return _open(str(file), settings.sqlite(file), must_exist=must_exist)


def _open(place: str, database: dict[str, Any], *, must_exist: bool) -> Register:
    from django.db.utils import DatabaseError

    alias = "register_" + hashlib.sha256(place.encode()).hexdigest()[:16]
    settings.connect(alias, database)
    try:
        applied = _applied(alias)
        if must_exist and not applied:
            raise _not_there()
        if not _is_up_to_date(applied):
            with turns.alone(alias, place):
                # Another process may have brought it up to date while this one waited.
                if not _is_up_to_date(_applied(alias)):
                    _migrate(alias)
    except DatabaseError as fault:
        raise MachineProblem(
            "The register cannot be opened.",
            "A database that this user may read and write.",
            "Run `kithmap doctor`; restore the register from a copy if it is damaged.",
        ) from fault
    return Register(alias)


def _is_up_to_date(applied: Collection[str]) -> bool:
    """Whether nothing is left to apply.

    Raises: MachineProblem where more was applied than this Kithmap knows of.
    """
    known = {path.stem for path in MIGRATIONS.glob("0*.py")}
    if not set(applied) <= known:
        raise MachineProblem(
            "The register was last used with a newer Kithmap.",
            "That version, or a newer one.",
            "Install it, and open the workspace with that.",
        )
    return known == set(applied)


def _not_there() -> MachineProblem:
    """A workspace whose register is elsewhere must not be taken for an empty one: its records would be swept."""
    where = (
        "in the database that DATABASE_URL names" if os.environ.get(VARIABLE) else "in the workspace's folder"
    )
    return MachineProblem(
        f"The register of this workspace is not there: none is {where}.",
        "The register that the workspace was made with.",
        f"Set {VARIABLE} if the register is in PostgreSQL, unset it if it is not; else restore it from a backup.",
    )


def _applied(alias: str) -> set[str]:
    """The migrations that were applied; asking Django's own planner takes 50 times as long, on every command."""
    from django.db import connections

    with connections[alias].cursor() as cursor:
        if "django_migrations" not in connections[alias].introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'register'")
        return {name for (name,) in cursor.fetchall()}


def _migrate(alias: str) -> None:
    from django.core.management import call_command

    call_command("migrate", database=alias, verbosity=0, interactive=False)
