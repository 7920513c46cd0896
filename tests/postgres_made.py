"""A PostgreSQL of the tests' own: a cluster in a passing folder, on a free port of this machine only."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

from kithmap.register.open import VARIABLE, open_register

OWNER = "kithmap"
USERS = ("postgres", "nobody")
ICU_SINCE = 15
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")
_numbers = count(1)


def find_missing() -> str:
    """What of PostgreSQL is not installed, in one line; empty where all of it is."""
    missing = [] if _program("initdb") and _program("pg_ctl") else ["PostgreSQL"]
    return " and ".join([*missing, *([] if find_spec("psycopg") else ["psycopg"])])


class Cluster:
    """A running PostgreSQL with one database, migrated, that others are copied from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def run(self, program: str, *words: str) -> str:
        path = _program(program)
        assert path
        command = [path, "-D", str(self.folder / "data"), *words]
        # PostgreSQL will not run as root.
        as_whom = (
            ["setpriv", f"--reuid={_user()}", f"--regid={_user_group()}", "--clear-groups"]
            if os.geteuid() == 0
            else []
        )
        done = subprocess.run(
            [*as_whom, *command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def start(self) -> None:
        words = ["-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        # Sorted as an English office has it, and not by bytes: nothing may rest on the order of words.
        icu = ["--locale-provider=icu", "--icu-locale=en-GB"] if _version() >= ICU_SINCE else []
        self.run("initdb", *words, *icu)
        options = " ".join(f"-c {each}" for each in SETTINGS)
        where = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", f"{where} {options}", "start")
        self.execute("CREATE DATABASE migrated")
        with registered(self.url("migrated")):
            open_register(self.folder).close()

    def stop(self) -> None:
        self.run("pg_ctl", "-m", "immediate", "stop")

    def execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """A database of its own: an empty register, up to date, or nothing."""
        name = f"register_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {'migrated' if migrated else 'template1'}")
        try:
            yield self.url(name)
        finally:
            _let_go()
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def registered(url: str) -> Iterator[None]:
    """Within, every register is that database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, url)
        yield


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    # Not in pytest's own folder: the user that PostgreSQL runs as may not enter it.
    folder = Path(tempfile.mkdtemp(prefix="kithmap-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _user())
    cluster = Cluster(folder)
    try:
        cluster.start()
        try:
            yield cluster
        finally:
            _let_go()
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _let_go() -> None:
    from django.db import connections

    connections.close_all()


def _program(name: str) -> str:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda home: int(home.parent.name))
    found = [shutil.which(name), *(shutil.which(name, path=str(home)) for home in reversed(homes))]
    return next((path for path in found if path), "")


def _version() -> int:
    told = subprocess.run(
        [_program("initdb"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(re.search(r"(\d+)", told)[1])


def _user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _user_group() -> str:
    return str(pwd.getpwnam(_user()).pw_gid)
