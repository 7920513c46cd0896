"""Make a build: link and gather every extract received, and publish it in one step.

A build is written aside and moved into place when it is whole. It is a job: a run that is killed
leaves the builds there were, and what it had finished is gone on with (see `desk.making`).
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kithmap.desk import clock, lock
from kithmap.desk.audit import ALLOW, check_permitted
from kithmap.desk.making import BuildReport, make
from kithmap.desk.publishing import check_engine
from kithmap.desk.retain import read_day
from kithmap.desk.running import Running, claim_own, running
from kithmap.desk.workspace import Workspace, tidy
from kithmap.governance.permissions import Action
from kithmap.register import builds
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord
from kithmap.register.jobs import Job

Progress = Callable[[str, int, int], None]
BUILD = "build"


def build(
    workspace: Workspace,
    *,
    engine: str = "duckdb",
    who: str,
    as_at: date | None = None,
    in_full: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Link and gather every extract under an agreement in force into a new build.

    as_at: the day ages are taken at; without it, the last day the extracts speak of. in_full: link everything,
    also where only what is new since the build before need be.
    One that was asked for alike, and stopped, is gone on with at the step it had reached.
    Raises: NotPermitted, NothingToLink, WrongUse, WorkspaceBusy, WorkStopped.
    """
    params = build_params({"engine": engine, "as_at": as_at, "in_full": in_full})
    check_permitted(workspace, Act(who, "build", ALLOW, engine), Action.BUILD)
    try:
        with lock.writing(workspace.folder):
            job = claim_own(workspace, Job(clock.new_id(clock.now()), BUILD, params, who, "", clock.now()))
            with running(workspace, job, progress) as run:
                return make(run)
    finally:
        tidy(workspace)


def run_build(run: Running) -> None:
    """Make the build that a job asks for.

    Raises: NotPermitted, NothingToLink, WorkspaceBusy, WorkStopped.
    """
    act = Act(run.job.who, "build", ALLOW, run.job.params["engine"])
    check_permitted(run.workspace, act, Action.BUILD)
    with lock.writing(run.workspace.folder):
        make(run)


def build_params(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a build is asked with, as its job keeps it.

    Raises: WrongUse.
    """
    engine, as_at = str(asked.get("engine") or "duckdb"), asked.get("as_at") or ""
    check_engine(engine)
    day = read_day(str(as_at)).isoformat() if as_at else ""
    return {"engine": engine, "as_at": day, "in_full": bool(asked.get("in_full"))}


def list_builds(workspace: Workspace) -> list[dict[str, Any]]:
    """Every published build in plain values, the oldest first."""
    return [
        {
            "build": made.build_id,
            "engine": made.engine,
            "state": made.state,
            "started": made.started_at.isoformat(timespec="seconds"),
            "finished": made.finished_at.isoformat(timespec="seconds") if made.finished_at else None,
            "as_at": made.manifest["as_at"],
            "extracts": len(made.manifest["extracts"]),
            "people": made.manifest["figures"]["people"],
            "linked": "new only" if made.manifest["figures"].get("in_full") is False else "in full",
        }
        for made in builds.list_builds(workspace.register)
    ]


def get_build(workspace: Workspace, build_id: str | None = None) -> BuildRecord:
    """One published build with its manifest; the newest one without an id.

    Raises: NotFound.
    """
    return builds.get_build(workspace.register, build_id)
