"""A register of an older Kithmap opens today, and nothing of it is lost."""

import os
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from kithmap.errors import MachineProblem
from kithmap.governance.releasing import State
from kithmap.register import agreements, audit, builds, jobs, judgements, releases, settings, users
from kithmap.register import open as opening
from kithmap.register.open import Register, open_register

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TERMS = {
    "id": "a", "holder": "Gangs panel", "authority": "X01", "purposes": ["profiling"], "start": "2020-01-01",
    "end": "2099-12-31", "columns": {"gangs_panel_list": ["*"]},
}  # fmt: skip
KEY = b"k" * 32
ORIGIN = {
    "one_sha256": "a" * 64,
    "one_row": 1,
    "one_slot": 1,
    "other_sha256": "b" * 64,
    "other_row": 2,
    "other_slot": 1,
}
EVERY_MIGRATION = sorted(path.stem for path in opening.MIGRATIONS.glob("0*.py"))


@pytest.fixture
def place(every_register, tmp_path, request) -> Path:
    """Where a register is to be: nothing is there yet."""
    if every_register == "postgresql":
        url = request.getfixturevalue("postgresql_empty")
        request.getfixturevalue("monkeypatch").setenv("DATABASE_URL", url)
    return tmp_path


@pytest.fixture
def postgresql_empty(postgresql):
    with postgresql.database(migrated=False) as url:
        yield url


def register_at(folder: Path, migration: str):
    """A register as an older Kithmap left it, and its models of then."""
    url = os.environ.get(opening.VARIABLE)
    alias = "register_of_then"
    settings.connect(alias, settings.postgresql(url) if url else settings.sqlite(folder / opening.FILE))
    executor = MigrationExecutor(connections[alias])
    executor.migrate([("register", migration)])
    return alias, executor.loader.project_state(("register", migration)).apps


def fill(alias: str, models, *, releases_are_on_a_road: bool) -> None:
    """Rows as that Kithmap wrote them."""

    def put(model: str, **values: object) -> None:
        models.get_model("register", model).objects.using(alias).create(**values)

    put("User", name="ann", role="analyst", added_at=AT)
    put("Agreement", id="a", terms=TERMS, is_suspended=True, added_at=AT)
    for state in ("under way", "stopped", "done"):
        put(
            "Job", job_id=state, kind="build", step="join people", done=4, total=8, state=state, updated_at=AT
        )
    put(
        "Build", build_id="B", engine="duckdb", state="published", path="B.duckdb", started_at=AT, finished_at=AT,
        manifest={"figures": {"people": 11}},
    )  # fmt: skip
    put(
        "Judgement", id="J", **ORIGIN, one_said="x", other_said="y", decision="same", reason="number", who="ann", at=AT,
        build_id="B", purpose="quality", blind=True,
    )  # fmt: skip
    more = {"state": "draft", "author": "ann"} if releases_are_on_a_road else {}
    put(
        "Release", release_id="R", measure="overlap", level="R1", recipient="The board", build_id="B",
        purpose="profiling", approvals=["mo", "gil"], released_at=AT, content={"cells": [12]}, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("migration", "state"), [("0002_judgements", State.RELEASED), ("0004_releases", State.DRAFT)]
)
def test_a_register_of_then_opens_today_with_every_row(place, migration, state):
    alias, models = register_at(place, migration)
    fill(alias, models, releases_are_on_a_road=state is State.DRAFT)
    head = audit.append(Register(alias), KEY, audit.Act("ann", "ask", "allow", "overlap"), AT)
    connections[alias].close()

    register = open_register(place, must_exist=True)
    assert [user.name for user in users.list_users(register)] == ["ann"]
    agreement = agreements.get_agreement(register, "a")
    assert (agreement.state, agreement.start, agreements.agreement_versions(register, "a")[0].version) == (
        "suspended", date(2020, 1, 1), 1,
    )  # fmt: skip
    assert {job.job_id: job.state for job in jobs.list_jobs(register)} == {
        "under way": "failed", "stopped": "failed", "done": "done",
    }  # fmt: skip
    assert {(job.created_at, job.step, job.total) for job in jobs.list_jobs(register)} == {
        (AT, "join people", 8)
    }
    assert builds.get_build(register, "B").manifest == {"figures": {"people": 11}}
    assert judgements.get_judgement(register, "J").decision == "same"
    release = releases.get_release(register, "R")
    assert (release.state, release.approvals, release.content) == (state, ("mo", "gil"), {"cells": [12]})
    assert audit.find_faults(register, KEY, [head]) == ()
    # It is an ordinary register from now on.
    audit.append(register, KEY, audit.Act("ann", "ask", "allow", "overlap"), AT)
    assert audit.head(register).seq == 2
    register.close()


def test_processes_that_open_an_old_register_at_once_bring_it_up_to_date_once(place):
    alias, models = register_at(place, "0002_judgements")
    fill(alias, models, releases_are_on_a_road=False)
    connections[alias].close()
    with get_context("spawn").Pool(3) as pool:
        assert pool.map(count_jobs, [str(place)] * 3) == [3, 3, 3]


def count_jobs(place: str) -> int:
    return len(jobs.list_jobs(open_register(Path(place), must_exist=True)))


def test_a_register_of_a_newer_kithmap_is_refused_and_left_alone(place):
    alias = open_register(place).alias
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('register', '0999_later', %s)", [AT]
        )
    with pytest.raises(MachineProblem, match="newer Kithmap"):
        open_register(place)


def test_every_migration_there_is_was_applied(place):
    alias = open_register(place).alias
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'register' ORDER BY name")
        assert [name for (name,) in cursor.fetchall()] == EVERY_MIGRATION
