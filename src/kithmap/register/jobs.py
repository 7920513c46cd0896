"""Long work in the register: who asked for what, which process does it, and how far it has come.

A process that runs a job holds a lease on it and renews it while it works. One that dies renews no
more: once its lease has run out another process takes the job, and goes on after the steps passed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kithmap.errors import KithmapError, NotFound
from kithmap.register import ready
from kithmap.register.open import Register

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
WAITING = (QUEUED, RUNNING)
MOST_ATTEMPTS = 3
STOPPED_TOO_OFTEN = KithmapError(
    "The work was stopped before its end as often as it may be begun.",
    f"A machine on which one of {MOST_ATTEMPTS} attempts is not stopped.",
    "Look for what stopped it, such as too little memory, then ask for the work again.",
)


@dataclass(frozen=True)
class Job:
    """One piece of long work.

    params: what was asked for; never a name of a person. step, done, total: how far it has come.
    passed: the steps that need not be done again. kept: what a later attempt needs to go on.
    outcome: what came of it. message: why it failed, as what, expected and do.
    """

    job_id: str
    kind: str
    params: Mapping[str, Any]
    who: str
    purpose: str
    created_at: datetime
    state: str = QUEUED
    attempt: int = 0
    worker: str = ""
    lease_until: datetime | None = None
    step: str = ""
    done: int = 0
    total: int = 0
    passed: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    outcome: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, str] = field(default_factory=dict)
    cancel_asked: bool = False
    started_at: datetime | None = None
    updated_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done of it."""
        return self.state not in WAITING

    def is_interrupted(self, at: datetime) -> bool:
        """Whether it is said to run, but no process holds it any more."""
        return self.state == RUNNING and (self.lease_until is None or self.lease_until < at)


def add(register: Register, job: Job) -> None:
    """Put a job in; it waits until a process claims it."""
    _rows(register).create(**_values(job), updated_at=job.created_at)


def claim(
    register: Register, kinds: Collection[str], worker: str, at: datetime, lease: timedelta, job_id: str = ""
) -> Job | None:
    """Take the job that has waited longest, or the one named, for a process, until the lease runs out.

    One job of a kind runs at a time. None where there is nothing to do.
    """
    from django.db import IntegrityError
    from django.db.models import Exists, F, OuterRef, Subquery
    from django.db.models.functions import Coalesce

    rows = _rows(register)
    another = rows.filter(kind=OuterRef("kind"), state=RUNNING).exclude(job_id=OuterRef("job_id"))
    free = rows.filter(_is_free(at), ~Exists(another), kind__in=list(kinds), attempt__lt=MOST_ATTEMPTS)
    free = free.filter(job_id=job_id) if job_id else free
    first = free.order_by("created_at", "job_id").values("job_id")[:1]
    try:
        with register.transaction():
            # Whether it is free is asked again of the row itself: on PostgreSQL another process may have
            # taken it since the inner question was answered.
            taken = rows.filter(_is_free(at), job_id=Subquery(first)).update(
                state=RUNNING, worker=worker, lease_until=at + lease, attempt=F("attempt") + 1,
                started_at=Coalesce("started_at", at), updated_at=at,
            )  # fmt: skip
    except IntegrityError:
        # Another process began another job of this kind at the same moment.
        return None
    row = rows.filter(worker=worker, state=RUNNING, lease_until=at + lease).first() if taken else None
    return _read(row) if row else None


def renew(register: Register, job: Job, at: datetime, lease: timedelta) -> Job | None:
    """Keep a job for longer, and see it as it stands; None where another process has it now."""
    if not _mine(register, job).update(lease_until=at + lease, updated_at=at):
        return None
    return get(register, job.job_id)


def tell(register: Register, job: Job, where: tuple[str, int, int], at: datetime) -> Job | None:
    """Write down how far a job has come, and see it as it stands; None where another process has it now."""
    step, done, total = where
    if not _mine(register, job).update(step=step, done=done, total=total, updated_at=at):
        return None
    return get(register, job.job_id)


def pass_step(register: Register, job: Job, step: str, kept: Mapping[str, Any], at: datetime) -> Job | None:
    """Write down that a step need not be done again, and what a later attempt needs to know of it."""
    return _keep(register, job, [*job.passed, step], {**job.kept, **kept}, at)


def begin_anew(register: Register, job: Job, kept: Mapping[str, Any], at: datetime) -> Job | None:
    """Forget the steps passed: what they rested on is no longer so."""
    return _keep(register, job, [], kept, at)


def finish(register: Register, job: Job, outcome: Mapping[str, Any], at: datetime) -> bool:
    """Write down what came of a job; False, and nothing is written, where another process has it now."""
    return bool(
        _mine(register, job).update(
            state=DONE, outcome=dict(outcome), kept={}, lease_until=None, ended_at=at, updated_at=at
        )
    )


def fail(register: Register, job: Job, why: KithmapError, at: datetime) -> None:
    """Write down why a job came to nothing."""
    _end(_mine(register, job), FAILED, at, why)


def cancel(register: Register, job: Job, at: datetime) -> None:
    """End a running job that was to be cancelled."""
    _end(_mine(register, job), CANCELLED, at)


def hand_back(register: Register, job: Job, at: datetime) -> None:
    """Let another attempt do a job, without counting this one."""
    _mine(register, job).update(
        state=QUEUED, worker="", lease_until=None, attempt=max(job.attempt - 1, 0), updated_at=at
    )


def ask_cancel(register: Register, job_id: str, at: datetime) -> Job:
    """Ask that a job be cancelled: at once where no process runs it, else at its next step.

    Raises: NotFound.
    """
    rows = _rows(register).filter(job_id=job_id)
    with register.transaction():
        _end(rows.filter(_is_free(at)), CANCELLED, at)
        rows.filter(state=RUNNING).update(cancel_asked=True)
    return get(register, job_id)


def let_go(register: Register, job_ids: Collection[str], at: datetime) -> None:
    """End the leases of jobs whose processes are known to have died."""
    _rows(register).filter(state=RUNNING, job_id__in=list(job_ids), lease_until__gte=at).update(
        lease_until=at - timedelta(microseconds=1)
    )


def settle(register: Register, at: datetime) -> None:
    """Let the jobs wait whose process died; end those that were to be cancelled, or were begun too often."""
    stopped = _rows(register).filter(state=RUNNING, lease_until__lt=at)
    if stopped.exists():
        _end(stopped.filter(cancel_asked=True), CANCELLED, at)
        _end(stopped.filter(attempt__gte=MOST_ATTEMPTS), FAILED, at, STOPPED_TOO_OFTEN)
        stopped.update(state=QUEUED, worker="", lease_until=None, updated_at=at)


def list_jobs(register: Register, states: Collection[str] = (), limit: int = 0) -> tuple[Job, ...]:
    """Jobs in these states, or every one, the newest first; the last `limit` where it is given."""
    rows = _rows(register).order_by("-created_at", "-job_id")
    rows = rows.filter(state__in=list(states)) if states else rows
    return tuple(_read(row) for row in (rows[:limit] if limit else rows))


def get(register: Register, job_id: str) -> Job:
    """One job by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(job_id=job_id).first()
    if row is None:
        raise NotFound(
            f"There is no job '{job_id}'.", "The id of a job that was asked for.", "See `kithmap jobs list`."
        )
    return _read(row)


def _keep(
    register: Register, job: Job, passed: list[str], kept: Mapping[str, Any], at: datetime
) -> Job | None:
    if not _mine(register, job).update(passed=passed, kept=dict(kept), updated_at=at):
        return None
    return get(register, job.job_id)


def _is_free(at: datetime) -> Any:
    """Whether no process holds a job: it waits, or the lease of whoever ran it has run out."""
    from django.db.models import Q

    return Q(state=QUEUED) | Q(state=RUNNING, lease_until__lt=at)


def _end(rows: Any, state: str, at: datetime, why: KithmapError | None = None) -> None:
    message = {"what": why.what, "expected": why.expected, "do": why.do} if why else {}
    rows.update(state=state, message=message, kept={}, lease_until=None, ended_at=at, updated_at=at)


def _mine(register: Register, job: Job) -> Any:
    """The job while the process that claimed it, in this very attempt, still has it."""
    return _rows(register).filter(job_id=job.job_id, state=RUNNING, worker=job.worker, attempt=job.attempt)


def _rows(register: Register) -> Any:
    return ready.Job.objects.using(register.alias)


def _values(job: Job) -> dict[str, Any]:
    plain = {**vars(job), "passed": list(job.passed)}
    del plain["updated_at"]
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items()}


def _read(row: Any) -> Job:
    found = {name: getattr(row, name) for name in Job.__dataclass_fields__}
    return Job(**{**found, "passed": tuple(row.passed)})
