"""Reading an audit sample: what it says of the newest build, how far it has come, and what waits for whoever asks."""

from dataclasses import dataclass, replace

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.audit_facts import FEWEST, find_audit
from kithmap.desk.audit_marks import find_waiting
from kithmap.desk.audit_sample import (
    NEWEST,
    RECORDS,
    SampleReport,
    check_quality,
    list_samples,
    report_of,
    sit_at_sample,
    sit_for_quality,
)
from kithmap.desk.audit_words import Share, list_shares, say_audit
from kithmap.desk.jobs import SAMPLE, request_job
from kithmap.desk.workspace import Workspace
from kithmap.register.audit import Act
from kithmap.register.jobs import Job


@dataclass(frozen=True)
class Standing:
    """Every sample, and what the newest with enough marked says of the newest build: a sentence, and shares."""

    build: str
    samples: tuple[SampleReport, ...]
    sentence: str
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Waiting:
    """How far one sample has come, how many records wait for whoever asks, and how many for their second look.

    needed: how many more are to be marked before the sample says anything.
    """

    report: SampleReport
    first: int
    second: int
    needed: int


def request_draw(workspace: Workspace, *, purpose: str, who: str, records: int = RECORDS) -> Job:
    """Ask for a sample of the newest build to be drawn by a worker: a wide search takes its time.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, WrongUse.
    """
    check_quality(workspace, Act(who, "audit-sample draw", ALLOW, "the newest build", purpose))
    return request_job(workspace, SAMPLE, {"records": records}, who=who, purpose=purpose)


def read_standing(workspace: Workspace, *, purpose: str, who: str) -> Standing:
    """What audit samples say of the newest build.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "audit-sample read", ALLOW, "every sample", purpose)
    sitting = sit_for_quality(workspace, act)
    audit = find_audit(workspace, sitting.made)
    note(workspace, replace(act, details={"build": sitting.made.build_id}))
    return Standing(sitting.made.build_id, list_samples(workspace), say_audit(audit), list_shares(audit))


def read_waiting(workspace: Workspace, *, purpose: str, who: str, sample: str | None = None) -> Waiting:
    """How far a sample has come (the newest, unless one is named), and what of it waits for whoever asks.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "audit-sample status", ALLOW, sample or NEWEST, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    first, second = (len(find_waiting(sitting, kept, again=again)) for again in (False, True))
    note(workspace, replace(act, what=kept.sample_id, details={"waiting": first, "second": second}))
    marked = sum(record.at is not None for record in kept.records)
    return Waiting(report_of(kept), first, second, max(min(FEWEST, len(kept.records)) - marked, 0))
