"""The register as a database: where it is, whose it is, one writer at a time, and what is told when it cannot."""

import os
import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from desk_made import ANALYST, agree, make_workspace
from django.db import connections
from postgres_made import registered

from kithmap.desk import agreements, audit, users
from kithmap.desk.workspace import new_workspace, open_workspace
from kithmap.errors import MachineProblem, WorkspaceBusy, WorkspaceExists, WrongUse
from kithmap.register import jobs, settings, turns
from kithmap.register.audit import Act
from kithmap.register.open import FILE

on_every_register = pytest.mark.usefixtures("every_register")
WRITERS, LINES = 4, 25


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


def test_the_register_is_the_database_that_is_asked_for(every_register, workspace):
    assert connections[workspace.register.alias].vendor == every_register
    assert (workspace.folder / FILE).exists() == (every_register == "sqlite")


@on_every_register
def test_writers_at_once_do_not_fork_the_audit(workspace):
    before = audit.verify(workspace).lines

    def write(writer: int) -> None:
        with open_workspace(workspace.folder) as opened:
            for number in range(LINES):
                details = {"share": 0.1, "large": 1e22, "small": 1e-9, "whole": 2.0, 7: [writer, "Zoë"]}
                audit.note(opened, Act(ANALYST, "ask", "allow", f"{writer}.{number}", details=details))

    # Each thread has a connection of its own, as each process has.
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    proof = audit.verify(workspace)
    assert proof.intact, proof.sentence
    assert proof.lines == before + WRITERS * LINES


@on_every_register
def test_claimants_at_once_do_not_take_one_job_twice(workspace):
    from datetime import timedelta

    from kithmap.desk import clock

    asked = clock.now()
    for kind in "abcd":
        jobs.add(workspace.register, jobs.Job(f"{kind}1", kind, {}, ANALYST, "", asked))
        jobs.add(workspace.register, jobs.Job(f"{kind}2", kind, {}, ANALYST, "", asked))

    def take(number: int) -> list[str]:
        found = []
        with open_workspace(workspace.folder) as opened:
            while job := jobs.claim(opened.register, "abcd", f"w{number}", clock.now(), timedelta(hours=1)):
                found.append(job.job_id)
        return found

    with ThreadPoolExecutor(WRITERS) as pool:
        taken = [job_id for found in pool.map(take, range(WRITERS)) for job_id in found]
    assert len(taken) == len(set(taken))
    # One of a kind at a time: the second of each waits for the first.
    assert set(taken) == {"a1", "b1", "c1", "d1"}


@contextmanager
def somebody_writing(workspace, kind: str):
    """Another connection that holds the turn to write."""
    if kind == "sqlite":
        with closing(sqlite3.connect(workspace.folder / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute(turns.QUESTION, [turns.TURN])
        yield


def test_a_register_that_another_process_keeps_is_told_in_three_sentences(
    every_register, workspace, monkeypatch
):
    monkeypatch.setattr(settings, "BUSY_SECONDS", 0.05)
    with open_workspace(workspace.folder) as opened:
        with somebody_writing(opened, every_register), pytest.raises(WorkspaceBusy) as told:
            users.add_user(opened, "zed", "analyst", who=ANALYST)
        assert told.value.what == "Another process is writing to the register."
        assert all((told.value.expected, told.value.do))
        users.add_user(opened, "zed", "analyst", who=ANALYST)


def test_a_register_that_may_only_be_read_is_told(workspace, monkeypatch):
    monkeypatch.setitem(
        connections.settings[workspace.register.alias]["OPTIONS"], "init_command", "PRAGMA query_only=1"
    )
    workspace.close()
    with pytest.raises(MachineProblem, match="may only be read"):
        users.add_user(workspace, "zed", "analyst", who=ANALYST)


def test_a_register_whose_disk_is_full_is_told_and_nothing_is_half_written(workspace):
    with connections[workspace.register.alias].cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        # SQLite says of its own limit what it says of the disk's.
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")
    before = audit.verify(workspace).lines
    with pytest.raises(MachineProblem, match="full"):
        audit.note(workspace, Act(ANALYST, "ask", "allow", "x" * 100_000))
    workspace.close()
    assert audit.verify(workspace).lines == before
    assert audit.verify(workspace).intact


def test_two_workspaces_in_one_process_keep_apart(tmp_path, workspace):
    with new_workspace(tmp_path / "other", who="olga") as other:
        agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
        assert [user.name for user in users.list_users(other)] == ["olga"]
        assert agreements.list_agreements(other) == ()
        assert len(agreements.list_agreements(workspace)) == 1


def test_a_register_that_is_no_database_is_told(workspace):
    workspace.close()
    (workspace.folder / FILE).write_bytes(b"no database " * 100)
    for more in workspace.folder.glob(f"{FILE}-*"):
        more.unlink()
    with pytest.raises(MachineProblem, match="register cannot be opened"):
        open_workspace(workspace.folder)


def test_a_workspace_whose_register_is_gone_keeps_its_records(workspace):
    workspace.close()
    (workspace.folder / FILE).unlink()
    (workspace.folder / "records" / "1").mkdir()
    with pytest.raises(MachineProblem, match="register of this workspace is not there"):
        open_workspace(workspace.folder)
    assert (workspace.folder / "records" / "1").is_dir()
    assert not (workspace.folder / FILE).exists()


def test_a_workspace_shown_an_empty_database_keeps_its_records(workspace, postgresql):
    (workspace.folder / "records" / "1").mkdir()
    told = pytest.raises(MachineProblem, match="none is in the database that DATABASE_URL names")
    with postgresql.database(migrated=False) as url, registered(url), told:
        open_workspace(workspace.folder)
    assert (workspace.folder / "records" / "1").is_dir()


def test_a_workspace_shown_the_register_of_another_keeps_its_records(workspace, tmp_path):
    with make_workspace(tmp_path / "other") as other:
        audit.note(other, Act(ANALYST, "ask", "allow", "something else"))
    audit.note(workspace, Act(ANALYST, "ask", "allow", "something"))
    workspace.close()
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (workspace.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "other" / FILE, workspace.folder / FILE)
    (workspace.folder / "records" / "1").mkdir()
    with pytest.raises(MachineProblem, match="not the one that this workspace was last used with"):
        open_workspace(workspace.folder)
    assert (workspace.folder / "records" / "1").is_dir()


def test_a_database_is_the_register_of_one_workspace(postgresql, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with postgresql.database() as url, registered(url):
        make_workspace(tmp_path / "workspace").close()
        with pytest.raises(WorkspaceExists, match="DATABASE_URL"):
            new_workspace(tmp_path / "second", who="olga")
        assert not (tmp_path / "second").exists()


def test_a_database_that_does_not_answer_is_told(postgresql, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with (
        registered(postgresql.url("nowhere")),
        pytest.raises(MachineProblem, match="register cannot be opened"),
    ):
        new_workspace(tmp_path / "workspace", who=ANALYST)


def test_a_register_in_postgresql_is_named_by_a_url(tmp_path, monkeypatch):
    from kithmap.register import settings

    with pytest.raises(WrongUse, match="DATABASE_URL"):
        settings.postgresql("mysql://somewhere/db")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/db")
    with pytest.raises(MachineProblem, match="psycopg"):
        new_workspace(tmp_path / "workspace")


def test_the_parts_of_a_postgresql_url_are_read(monkeypatch):
    from kithmap.register import settings

    monkeypatch.setitem(sys.modules, "psycopg", sys)
    read = settings.postgresql("postgresql://kith:p%40ss@db.example:5433/register?sslmode=require")
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("register", "kith", "p@ss")
    assert (read["HOST"], read["PORT"], read["OPTIONS"]["sslmode"]) == ("db.example", "5433", "require")
