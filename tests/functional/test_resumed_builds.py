"""A worker killed at each step of a build: the next one goes on, and the build is the one it would have been."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts
from test_killed_runs import KILLED, Runs, check_whole

from kithmap.desk import audit, jobs, worker
from kithmap.desk.build import get_build, list_builds
from kithmap.desk.builds_shown import BUILD_NEW_STEPS
from kithmap.desk.publishing import build_path, open_engine
from kithmap.desk.receive import receive
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.linkage.link import STEPS as LINKING
from kithmap.model.tables import BUILD_TABLES, LINKAGE_TABLES
from kithmap.register import jobs as kept

# When it was written down, and never what.
MOMENTS = {"at", "from_at", "to_at"}
ATTEMPTS = 99


@pytest.fixture
def base(tmp_path, monkeypatch) -> Path:
    """A workspace of two lists, in which a build is asked for."""
    monkeypatch.setenv("KITHMAP_KEY", "5a" * 32)
    world = make_small_world(tmp_path.parent / "world")
    with make_workspace(tmp_path / "base") as workspace:
        agree_to_all(workspace)
        for file, layout in some_extracts(world)[2:4]:
            receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)
        jobs.request_job(workspace, "build", who=ANALYST)
    return tmp_path / "base"


def tables_of(workspace: Workspace) -> dict[str, list[str]]:
    """Every row of every table of the newest build, in an order of its own."""
    engine = open_engine(workspace, get_build(workspace))
    found = {}
    for name in sorted({table.name for table in (*BUILD_TABLES, *LINKAGE_TABLES)}):
        rows = engine.fetch(engine.table(name)) if engine.has(name) else pa.table({})
        kept = [column for column in rows.column_names if column not in MOMENTS]
        found[name] = sorted(map(repr, rows.select(kept).to_pylist()))
    return found


def check_finished(folder: Path, expected: dict[str, list[str]]) -> None:
    """One build, the one that was to be; one line of it in the audit; its job is done; nothing lies about."""
    with open_workspace(folder) as workspace:
        check_whole(workspace)
        (made,) = list_builds(workspace)
        (job,) = jobs.list_jobs(workspace, who=ANALYST)
        assert (job.state, job.job_id, job.kept) == ("done", made["build"], {})
        assert [line.verb for line in audit.show(workspace, last=100, who=ANALYST)].count("build") == 1
        assert tables_of(workspace) == expected


def test_a_build_killed_at_every_step_is_gone_on_with(base, tmp_path, monkeypatch):
    # Else it would be given up after the third.
    monkeypatch.setattr(kept, "MOST_ATTEMPTS", ATTEMPTS)
    told = tmp_path / "told"
    with Runs("work", tmp_path / "work.log") as runs:
        whole = shutil.copytree(base, tmp_path / "whole")
        assert runs.run(whole, told, "step")[0] == 0, runs.errors.read_text()
        steps = told.read_text().splitlines()
        assert set(LINKING) < set(steps)
        with open_workspace(whole) as workspace:
            expected = tables_of(workspace)
        check_finished(whole, expected)
        for reached, step in enumerate(steps):
            left = steps_left(steps, reached)
            code, _, _ = runs.run(base, told, "step", left.index(step) + 1)
            assert code == KILLED, runs.errors.read_text()
            assert told.read_text().splitlines() == left[: left.index(step) + 1]
            with open_workspace(base) as workspace:
                check_whole(workspace)
                assert list_builds(workspace) == []
        assert runs.run(base, told, "step")[0] == 0, runs.errors.read_text()
        assert told.read_text().splitlines() == steps_left(steps, len(steps))
        check_finished(base, expected)


def steps_left(steps: list[str], reached: int) -> list[str]:
    """The steps that a worker has to do, after others died at all before this one."""
    linked, gathered, measured = map(steps.index, ("people", "figures", "publish"))
    if reached > measured:
        return steps[measured:]
    if reached > gathered:
        return [steps[0], *steps[gathered:]]
    return [steps[0], *steps[linked:]] if reached > linked else steps


def test_a_build_killed_while_only_what_is_new_is_linked_begins_that_again(base, tmp_path):
    # Half of the build before it lies in its file then, and nothing says how far that came.
    police, exclusions = some_extracts(tmp_path.parent / "world")[4:]
    with open_workspace(base) as workspace:
        receive(workspace, police[0], layout=police[1], agreement=police[1], who=ANALYST)
        worker.work(workspace, worker.Orders(worker.RUNS, once=True))
        before = get_build(workspace)
        receive(workspace, exclusions[0], layout=exclusions[1], agreement=exclusions[1], who=ANALYST)
        job = jobs.request_job(workspace, "build", who=ANALYST)
    told = tmp_path / "told"
    last = list(BUILD_NEW_STEPS[: BUILD_NEW_STEPS.index("people")])
    with Runs("work", tmp_path / "work.log") as runs:
        assert runs.run(base, told, "step", len(last))[0] == KILLED, runs.errors.read_text()
        assert told.read_text().splitlines() == last
        shutil.copyfile(base / "builds" / before.path, base / "tmp" / build_path(job.job_id, "duckdb"))
        assert runs.run(base, told, "step")[0] == 0, runs.errors.read_text()
        assert told.read_text().splitlines() == list(BUILD_NEW_STEPS)
    with open_workspace(base) as workspace:
        check_whole(workspace)
        made = get_build(workspace)
        assert made.build_id == job.job_id
        assert made.manifest["figures"]["in_full"] is False
        found = open_engine(workspace, made)
        mentions = found.fetch(found.table("identity").select("mention_id"))["mention_id"].to_pylist()
        assert len(set(mentions)) == len(mentions) == made.manifest["figures"]["mentions"]
        assert len(mentions) > before.manifest["figures"]["mentions"]
