"""A job while this process does it: the lease is kept, every step is told, and it stops where it is to stop."""

import threading
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from kithmap.desk import clock
from kithmap.desk.alive import AT_WORK, this_process
from kithmap.desk.workspace import Workspace, settle
from kithmap.errors import KithmapError, MachineProblem, WorkspaceBusy, WorkStopped, from_machine
from kithmap.register import jobs
from kithmap.register.jobs import Job

Progress = Callable[[str, int, int], None]
LEASE = timedelta(seconds=60)
# Of a lease: what may be lost to a busy machine before another process takes the job.
RENEWED_AFTER = 0.25


class Running:
    """A job that this process does."""

    def __init__(self, workspace: Workspace, job: Job, progress: Progress | None) -> None:
        self.workspace = workspace
        self.job = job
        self.progress = progress
        self.step = ""
        self.is_finished = False
        self._seen: Job | None = job

    def tell(self, step: str, done: int, total: int) -> None:
        """Say how far it has come, and write down each new step.

        Raises: WorkStopped where it was cancelled, or another process has it.
        """
        if step != self.step:
            self.step = step
            self._seen = jobs.tell(self.workspace.register, self.job, (step, done, total), clock.now())
        self.check()
        if self.progress is not None:
            self.progress(step, done, total)

    def check(self) -> None:
        """Stop here where the job was cancelled, or another process has it.

        Raises: WorkStopped.
        """
        if self._seen is None:
            raise WorkStopped(
                "Another process has taken this work over.",
                "One process for each piece of work.",
                "See `kithmap jobs list` for how far it has come.",
            )
        if self._seen.cancel_asked:
            raise WorkStopped(
                "The work was cancelled.",
                "Work that nobody cancels.",
                "Ask for it again if it is still wanted.",
            )

    def pass_step(self, step: str, **kept: Any) -> None:
        """Write down that a step need not be done again, with what a later attempt needs to know of it.

        Raises: WorkStopped.
        """
        self._take(jobs.pass_step(self.workspace.register, self.job, step, kept, clock.now()))

    def begin_anew(self, **kept: Any) -> None:
        """Forget the steps passed: what they rested on is no longer so."""
        self._take(jobs.begin_anew(self.workspace.register, self.job, kept, clock.now()))

    def _take(self, seen: Job | None) -> None:
        self._seen = seen
        self.check()
        self.job = seen or self.job

    def finish(self, outcome: Mapping[str, Any]) -> None:
        """Write down what came of it; in one transaction with what it does to the register.

        Raises: WorkStopped where another process has it, so that nothing is done twice.
        """
        if not jobs.finish(self.workspace.register, self.job, outcome, clock.now()):
            self._seen = None
            self.check()
        self.is_finished = True

    def renew(self, lease: timedelta) -> None:
        """Keep the lease for longer, and see whether it was cancelled."""
        self._seen = jobs.renew(self.workspace.register, self.job, clock.now(), lease)

    def end(self, fault: BaseException) -> None:
        """Write down how it ended before its end."""
        register, at = self.workspace.register, clock.now()
        cancelled = self._seen is not None and self._seen.cancel_asked
        if isinstance(fault, KeyboardInterrupt) or (isinstance(fault, WorkStopped) and cancelled):
            jobs.cancel(register, self.job, at)
        elif isinstance(fault, WorkspaceBusy) or not isinstance(fault, Exception):
            # This process is told to stop, or another one writes: the work itself is in order.
            jobs.hand_back(register, self.job, at)
        else:
            jobs.fail(register, self.job, in_words(fault), at)


@contextmanager
def running(
    workspace: Workspace, job: Job, progress: Progress | None = None, *, lease: timedelta = LEASE
) -> Generator[Running]:
    """Do a claimed job within: its lease is renewed beside, and however it ends is written down."""
    run = Running(workspace, job, progress)
    try:
        with _kept(run, lease):
            try:
                yield run
                if not run.is_finished:
                    run.finish({})
            except BaseException as fault:
                run.end(fault)
                raise
    finally:
        AT_WORK.discard(job.job_id)


def claim(
    workspace: Workspace, kinds: Collection[str], lease: timedelta = LEASE, job_id: str = ""
) -> Job | None:
    """Claim the job that has waited longest, or the one named, for this process; None where there is none."""
    job = jobs.claim(workspace.register, kinds, this_process(), clock.now(), lease, job_id)
    if job is not None:
        AT_WORK.add(job.job_id)
    return job


def claim_own(workspace: Workspace, job: Job) -> Job:
    """Put a job in and claim it; or one that was asked for alike, and stopped, to go on with it.

    Raises: WorkspaceBusy where another process has a job of this kind.
    """
    settle(workspace)
    register, kinds = workspace.register, (job.kind,)
    for each in jobs.list_jobs(register, (jobs.QUEUED,)):
        if each.attempt and (each.kind, each.params, each.who) == (job.kind, job.params, job.who):
            claimed = claim(workspace, kinds, job_id=each.job_id)
            if claimed is not None:
                return claimed
    jobs.add(register, job)
    claimed = claim(workspace, kinds, job_id=job.job_id)
    if claimed is None:
        jobs.ask_cancel(register, job.job_id, clock.now())
        raise WorkspaceBusy(
            f"Another process is at a {job.kind} of this workspace.",
            "One at a time.",
            "See `kithmap jobs list`; wait until it has ended, then run this again.",
        )
    return claimed


def in_words(fault: Exception) -> KithmapError:
    """What went wrong, in sentences that tell of nobody."""
    if isinstance(fault, KithmapError):
        return fault
    if isinstance(fault, OSError):
        return from_machine(fault)
    # Never the fault's own words: they may hold a value of a record.
    return MachineProblem(
        f"The work stopped on a fault that was not foreseen ({type(fault).__name__}).",
        "Work that ends.",
        "Run `kithmap doctor`, then ask for it again; tell whoever keeps this machine if it stops once more.",
    )


@contextmanager
def _kept(run: Running, lease: timedelta) -> Generator[None]:
    """Renew a lease from beside: a step may take longer than a lease."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(lease.total_seconds() * RENEWED_AFTER):
                try:
                    run.renew(lease)
                except MachineProblem:
                    continue  # The register is busy: there is time to try again before the lease runs out.
        finally:
            # A thread has a connection of its own.
            run.workspace.register.close()

    beside = threading.Thread(target=renew, name=f"lease of {run.job.job_id}", daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()
