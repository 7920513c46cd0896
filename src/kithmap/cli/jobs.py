"""Commands about long work: worker, jobs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name

if TYPE_CHECKING:
    from kithmap.register.jobs import Job

jobs = typer.Typer(help="Long work: what waits, how far it has come, what came of it.", no_args_is_help=True)
app.add_typer(jobs, name="jobs")
JobId = Annotated[str, typer.Argument(help="The id of the job, as `kithmap jobs list` shows it.")]


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what waits, then stop.")] = False,
    parent: Annotated[
        int, typer.Option(hidden=True, help="Stop when this process is no longer the parent.")
    ] = 0,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Do the long work that is asked for, one job after another, until it is told to stop."""
    import signal
    import threading

    from kithmap.desk.worker import RUNS, Orders, work
    from kithmap.desk.workspace import open_workspace
    from kithmap.products.drafted import run_profile

    over = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        # The job under way goes back to wait with the steps it has passed.
        over.set()
        raise SystemExit(0)

    runs = {**RUNS, "profile": run_profile}
    opened = open_workspace(find_workspace(workspace))
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with show.progress_bar("worker") as progress:
            done = work(opened, Orders(runs, once, progress, over=over, parent=parent))
    finally:
        signal.signal(signal.SIGTERM, before)
    show.say_either(as_json, {"done": done}, f"{done} jobs done." if done else "Nothing waits.")


@jobs.command("list")
def list_(workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """List the last jobs that you may see, the newest first."""
    from kithmap.desk import jobs as desk_jobs

    listed = desk_jobs.list_jobs(_open(workspace), who=user_name(who))
    rows = [
        [job.job_id, job.kind, job.who, job.state, f"{job.step} {job.done}/{job.total}" if job.step else ""]
        for job in listed
    ]
    text = show.columns(rows, ["job", "kind", "asked by", "state", "step"]) if rows else "There is no job."
    show.say_either(as_json, [desk_jobs.to_dict(job) for job in listed], text)


@jobs.command("show")
def show_(job: JobId, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Show one job: how far it has come, what came of it, or why it failed."""
    from kithmap.desk import jobs as desk_jobs

    _say(desk_jobs.get_job(_open(workspace), job, who=user_name(who)), as_json)


@jobs.command("cancel")
def cancel(job: JobId, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Cancel a job: one that waits at once, one that is under way at its next step."""
    from kithmap.desk import jobs as desk_jobs

    _say(desk_jobs.cancel_job(_open(workspace), job, who=user_name(who)), as_json)


def _open(workspace: Any) -> Any:
    from kithmap.desk.workspace import open_workspace

    return open_workspace(find_workspace(workspace))


def _say(job: "Job", as_json: bool) -> None:
    from kithmap.desk.jobs import to_dict

    data = to_dict(job)
    pairs = {**data, "params": _pairs(job.params), "outcome": _pairs(job.outcome), "message": " ".join(job.message.values())}  # fmt: skip
    show.say_either(as_json, data, show.fields(pairs))


def _pairs(values: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items() if value not in ("", None, []))
