"""The worker: a process of its own that does the jobs which wait, one after another.

A process, and not a thread of whoever serves pages: linking takes gigabytes, and what kills it must not
take the pages with it. What a worker that dies was doing, the next one goes on with.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kithmap.desk.audit_sample import draw
from kithmap.desk.build import BUILD, run_build
from kithmap.desk.jobs import RECEIVE, SAMPLE
from kithmap.desk.receive import receive
from kithmap.desk.running import LEASE, Progress, Running, claim, running
from kithmap.desk.uploads import drop_upload, read_upload
from kithmap.desk.workspace import Workspace, settle, tidy
from kithmap.register import jobs
from kithmap.register.jobs import Job

Run = Callable[[Running], None]
PAUSE_SECONDS = 2.0


def run_receive(run: Running) -> None:
    """Receive the uploaded file that a job names; its agreement and who asked are checked as ever.

    Raises: what `desk.receive.receive` raises.
    """
    asked = run.job.params
    run.tell("receive", 0, 1)
    file = read_upload(run.workspace, asked["upload"])
    receipt = receive(
        run.workspace, file, layout=asked["layout"], agreement=asked["agreement"], who=run.job.who
    )
    run.finish({"receipt_no": receipt.receipt_no, "already": receipt.already})


def run_sample(run: Running) -> None:
    """Draw the audit sample that a job asks for; taken up again, it is the same one.

    Raises: what `desk.audit_sample.draw` raises.
    """
    run.tell("draw", 0, 1)
    job = run.job
    drawn = draw(
        run.workspace, purpose=job.purpose, who=job.who, records=job.params["records"], sample=job.job_id
    )
    run.finish({"sample": drawn.sample, "records": sum(drawn.states.values())})


RUNS: Mapping[str, Run] = {BUILD: run_build, RECEIVE: run_receive, SAMPLE: run_sample}


@dataclass
class Orders:
    """How a worker works.

    runs: how each kind of job is done. once: stop when nothing waits. over: set, it stops after the job.
    parent: a process with which it ends.
    """

    runs: Mapping[str, Run]
    once: bool = False
    progress: Progress | None = None
    lease: timedelta = LEASE
    over: threading.Event | None = None
    parent: int = 0


def work(workspace: Workspace, orders: Orders | None = None) -> int:
    """Do the jobs that wait, and those that other processes died at; how many were done.

    What goes wrong in a job is written down with it, and the next job is taken.
    """
    orders = orders or Orders(RUNS)
    over, done = orders.over or threading.Event(), 0
    while not over.is_set() and (not orders.parent or os.getppid() == orders.parent):
        job = take(workspace, orders)
        if job is not None and do(workspace, job, orders):
            done += 1
        elif orders.once:
            break
        else:
            # Between two looks nothing of the register is held open.
            workspace.close()
            over.wait(PAUSE_SECONDS)
    return done


def take(workspace: Workspace, orders: Orders) -> Job | None:
    """Claim the job that has waited longest."""
    settle(workspace)
    if not jobs.list_jobs(workspace.register, (jobs.QUEUED,), limit=1):
        return None
    return claim(workspace, list(orders.runs), orders.lease)


def do(workspace: Workspace, job: Job, orders: Orders) -> bool:
    """Do a claimed job to its end, whatever that is; False where it has to wait longer."""
    # Whatever goes wrong in one job stands in the register, and the next is to be done.
    with suppress(Exception), running(workspace, job, orders.progress, lease=orders.lease) as run:
        orders.runs[job.kind](run)
    tidy(workspace)
    is_over = jobs.get(workspace.register, job.job_id).is_over
    if is_over and "upload" in job.params:
        drop_upload(workspace, job.params["upload"])
    return is_over


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Start a worker of a workspace as a process of its own; it ends when this process does."""
    command = [
        sys.executable, "-m", "kithmap", "worker", "-w", str(folder), "--parent", str(os.getpid()),
    ]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  this very program


@contextmanager
def kept_alive(folder: Path, begin: "Callable[[Path], subprocess.Popen[bytes]]" = start) -> Generator[None]:
    """Within, a worker runs beside, and is started again when it dies."""
    over = threading.Event()
    child = [begin(folder)]

    def watch() -> None:
        while True:
            child[0].wait()
            # One that cannot start must not take the whole machine.
            if over.wait(PAUSE_SECONDS):
                return
            child[0] = begin(folder)
            if over.is_set():
                child[0].terminate()

    watcher = threading.Thread(target=watch, name="worker of the workspace", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        child[0].terminate()
        watcher.join()
