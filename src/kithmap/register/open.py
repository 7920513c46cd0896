"""Open a register: one file in a workspace, or a PostgreSQL database."""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kithmap.errors import MachineProblem
from kithmap.register import ready, settings

FILE = "register.sqlite3"
VARIABLE = "DATABASE_URL"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Register:
    """An open register: the alias under which Django knows its database."""

    alias: str

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is written within is kept, or none of it."""
        with ready.atomic(using=self.alias):
            yield

    def serve_sessions(self) -> None:
        """Make this the register that sessions of the pages are kept in."""
        from django.db import connections

        known: Any = connections.settings
        settings.connect("default", {**known[self.alias]})

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        from django.db import connections

        connections[self.alias].close()


def open_register(folder: Path) -> Register:
    """Open the register of a workspace, bringing its tables up to date where they are not.

    With DATABASE_URL set, the register is that PostgreSQL database; otherwise a file in the folder.
    Raises: MachineProblem when the database cannot be opened.
    """
    from django.db.utils import DatabaseError

    url = os.environ.get(VARIABLE)
    place = url or str(folder.resolve() / FILE)
    alias = "register_" + hashlib.sha256(place.encode()).hexdigest()[:16]
    settings.connect(alias, settings.postgresql(url) if url else settings.sqlite(folder.resolve() / FILE))
    try:
        if not _is_up_to_date(alias):
            _migrate(alias)
    except DatabaseError as fault:
        raise MachineProblem(
            "The register cannot be opened.",
            "A database that this user may read and write.",
            "Run `kithmap doctor`; restore the register from a copy if it is damaged.",
        ) from fault
    return Register(alias)


def _is_up_to_date(alias: str) -> bool:
    # Asking Django's own planner takes 50 times as long, on every command.
    from django.db import connections

    latest = max(path.stem for path in MIGRATIONS.glob("0*.py"))
    with connections[alias].cursor() as cursor:
        if "django_migrations" not in connections[alias].introspection.table_names(cursor):
            return False
        cursor.execute(
            "SELECT COUNT(*) FROM django_migrations WHERE app = 'register' AND name = %s", [latest]
        )
        found = cursor.fetchone()
        return bool(found and found[0])


def _migrate(alias: str) -> None:
    from django.core.management import call_command

    call_command("migrate", database=alias, verbosity=0, interactive=False)
