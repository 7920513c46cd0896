"""Long work: who asks for it, who may see and cancel it; a worker does it (see `desk.worker`).

A job is asked for, and waits in the register until a worker claims it. Whoever asked may leave: how far
it has come, what came of it and why it failed stand in the register.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.audit_sample import FEWEST_RECORDS, MOST_RECORDS
from kithmap.desk.build import BUILD, build_params
from kithmap.desk.uploads import drop_upload, has_upload
from kithmap.desk.workspace import Workspace, settle, tidy
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.permissions import Action, check_may_do, may_do
from kithmap.register import jobs, purposes, users
from kithmap.register.audit import Act
from kithmap.register.jobs import Job

RECEIVE, PROFILE, SAMPLE = "receive", "profile", "audit sample"
SHOWN = 100


@dataclass(frozen=True)
class Kind:
    """A kind of job: what it does, in words, the action it is, and how what it is asked with is checked."""

    words: str
    action: Action
    check: Callable[[Workspace, Mapping[str, Any]], dict[str, Any]]
    purpose: bool = False


def request_job(
    workspace: Workspace, kind: str, params: Mapping[str, Any] | None = None, *, who: str, purpose: str = ""
) -> Job:
    """Ask for long work; the same asked for again while it waits is the same job.

    Raises: NotPermitted, NoPurpose, NotFound, WrongUse.
    """
    asked = get_kind(kind)
    act = Act(who, "request job", ALLOW, kind, purpose)
    check_permitted(workspace, act, asked.action)
    with refusals_noted(workspace, act):
        if asked.purpose:
            purposes.get_purpose(workspace.register, purpose)
    wanted = asked.check(workspace, params or {})
    for each in jobs.list_jobs(workspace.register, (jobs.QUEUED,)):
        if (each.kind, each.params, each.who, each.purpose) == (kind, wanted, who, purpose):
            return each
    at = clock.now()
    job = Job(clock.new_id(at), kind, wanted, who, purpose, at)
    act = Act(who, "request job", ALLOW, kind, purpose, {"job": job.job_id})
    note(workspace, act, lambda: jobs.add(workspace.register, job))
    return jobs.get(workspace.register, job.job_id)


def list_jobs(workspace: Workspace, *, who: str, limit: int = SHOWN) -> tuple[Job, ...]:
    """The last jobs that somebody may see, the newest first: their own, and those their role could ask for.

    Raises: NotPermitted.
    """
    user = users.get_user(workspace.register, who)
    settle(workspace)
    listed = jobs.list_jobs(workspace.register, limit=limit)
    return tuple(job for job in listed if job.who == who or may_do(user, get_kind(job.kind).action))


def get_job(workspace: Workspace, job_id: str, *, who: str) -> Job:
    """One job, as it stands.

    Raises: NotFound, NotPermitted.
    """
    user = users.get_user(workspace.register, who)
    settle(workspace)
    job = jobs.get(workspace.register, job_id)
    if job.who != who:
        check_may_do(user, get_kind(job.kind).action)
    return job


def cancel_job(workspace: Workspace, job_id: str, *, who: str) -> Job:
    """Cancel a job: one that waits at once, one that is under way at its next step; one that is over stays.

    Raises: NotFound, NotPermitted.
    """
    act = Act(who, "cancel job", ALLOW, job_id)
    with refusals_noted(workspace, act):
        job = get_job(workspace, job_id, who=who)
    if job.is_over:
        return job
    note(workspace, act, lambda: jobs.ask_cancel(workspace.register, job_id, clock.now()))
    found = jobs.get(workspace.register, job_id)
    if found.is_over and "upload" in found.params:
        drop_upload(workspace, found.params["upload"])
    tidy(workspace)
    return found


def get_kind(kind: str) -> Kind:
    """A kind of job by its name.

    Raises: WrongUse.
    """
    if kind not in KINDS:
        raise WrongUse(
            f"There is no work of the kind '{kind}'.",
            f"One of {', '.join(KINDS)}.",
            "Name one of these kinds.",
        )
    return KINDS[kind]


def to_dict(job: Job) -> dict[str, Any]:
    """A job as plain values, for JSON and for pages."""
    hidden = ("kept", "worker", "lease_until")
    found = {name: value for name, value in vars(job).items() if name not in hidden}
    return {
        name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in found.items()
    }


def _receive_params(workspace: Workspace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What an uploaded file is received with: the upload's id, the file's name, its layout and agreement."""
    wanted = {name: str(asked.get(name) or "") for name in ("upload", "file", "layout", "agreement")}
    if not has_upload(workspace, wanted["upload"]):
        raise NotFound(
            "There is no such uploaded file.", "A file that was uploaded here.", "Upload the file again."
        )
    return wanted


def _profile_params(_workspace: Workspace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Which profile that analysts wrote, and whether it is submitted for signing or released."""
    return {"profile": str(asked.get("profile") or ""), "do": str(asked.get("do") or "")}


def _sample_params(_workspace: Workspace, asked: Mapping[str, Any]) -> dict[str, Any]:
    """How many records an audit sample is drawn of.

    Raises: WrongUse.
    """
    records = asked.get("records")
    if not isinstance(records, int) or not FEWEST_RECORDS <= records <= MOST_RECORDS:
        raise WrongUse(
            "An audit sample cannot be drawn of so many records.",
            f"{FEWEST_RECORDS} to {MOST_RECORDS:,}.",
            "Ask for as many; 200 are enough.",
        )
    return {"records": records}


KINDS: Mapping[str, Kind] = {
    BUILD: Kind("make a build", Action.BUILD, lambda _, asked: build_params(asked)),
    RECEIVE: Kind("receive an uploaded extract", Action.RECEIVE, _receive_params),
    PROFILE: Kind("submit or release a profile", Action.SHARE, _profile_params, purpose=True),
    SAMPLE: Kind("draw an audit sample", Action.REVIEW, _sample_params, purpose=True),
}
