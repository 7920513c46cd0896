"""Django, set up once in a process for the register alone; each workspace is a database alias."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kithmap.errors import MachineProblem, WrongUse
from kithmap.register import faults

APP = "kithmap.register"
BUSY_SECONDS = 30


def configure() -> None:
    """Set Django up, unless the web application has done so already."""
    import django
    from django.apps import apps
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=[APP],
            DATABASES={"default": {}},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            USE_TZ=True,
            TIME_ZONE="UTC",
            # Scrypt first: hard on whoever has stolen the register, a twentieth of a second for who signs in.
            PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"],
        )
    if not apps.ready:
        django.setup()


def connect(alias: str, database: dict[str, Any]) -> None:
    """Make a database known to Django under an alias; opened again, it is looked at afresh."""
    configure()
    from django.db import connections
    from django.db.backends.signals import connection_created

    known: Any = connections.settings
    if alias in known:
        if connections[alias].in_atomic_block:
            return
        connections[alias].close()
        del connections[alias]
    known[alias] = connections.configure_settings({"default": {}, alias: database})[alias]
    connection_created.connect(_on_connection, dispatch_uid="kithmap.register")


def _on_connection(connection: Any, **_: object) -> None:
    faults.watch(connection)


def sqlite(path: Path) -> dict[str, Any]:
    """A register in a file: readers never wait, and a writer waits its turn."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            # FULL: what was committed is on the disk even when the machine loses power.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """A register in PostgreSQL, from DATABASE_URL.

    Raises: WrongUse for a URL of another kind, MachineProblem where psycopg is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongUse(
            "DATABASE_URL does not name a PostgreSQL database.",
            "A URL that begins with postgresql://.",
            "Correct DATABASE_URL, or unset it to keep the register in the workspace.",
        )
    try:
        import psycopg  # noqa: F401  # pyright: ignore[reportMissingImports]
    except ImportError as missing:
        raise MachineProblem(
            "The register is to be in PostgreSQL, but psycopg is not installed.",
            "The Python package psycopg, version 3.",
            "Run `pip install 'kithmap[postgresql]'`, or unset DATABASE_URL.",
        ) from missing
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": _with_patience(dict(parse_qsl(parts.query))),
    }


def _with_patience(options: dict[str, str]) -> dict[str, Any]:
    """The options of a URL, and how long a writer waits its turn."""
    waits = f"-c lock_timeout={int(1000 * BUSY_SECONDS)}"
    return {
        "connect_timeout": str(BUSY_SECONDS),
        **options,
        "options": f"{waits} {options.get('options', '')}".strip(),
    }
