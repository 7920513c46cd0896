"""Where the day's work stands: what is done, what can be done next, and what waits for whoever asks.

All of it is read from the register and from what builds say of themselves; no record of anybody is opened.
"""

from dataclasses import dataclass
from datetime import date, datetime

from kithmap.desk import clock
from kithmap.desk.looked_over import waits_for
from kithmap.desk.received import list_extracts
from kithmap.desk.releasing import standing
from kithmap.desk.taken import choose_extracts
from kithmap.desk.workspace import Workspace
from kithmap.errors import NothingToLink
from kithmap.governance.permissions import Action, User, may_do
from kithmap.governance.releasing import State
from kithmap.register import builds, jobs, judgements, profiles, receipts, releases, users
from kithmap.register.builds import BuildRecord
from kithmap.register.jobs import Job

# Releases that are on their way; the others have left, or will not.
UNDER_WAY = frozenset({State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED})
# What a release waits for when it waits for whoever asks.
WANTED = {
    State.SUBMITTED: "to be approved by you",
    State.IN_REVIEW: "to be approved by you",
    State.RETURNED: "returned to you",
    State.APPROVED: "approved, to be released by you",
}


@dataclass(frozen=True)
class Waits:
    """A release that waits for whoever asks, and for what."""

    release_id: str
    measure: str
    to: str
    why: str


@dataclass(frozen=True)
class Day:
    """Where the work stands, as far as one's role has to do with it.

    extracts: how many are kept. added, judged: extracts taken in or out, and pairs judged, since the newest
    build. drafts: profiles being written. submitted: releases on their way. waits, jobs: what waits for
    whoever asks, and what they asked for that is not over.
    """

    extracts: int
    build: str = ""
    as_at: date | None = None
    published: datetime | None = None
    added: int = 0
    judged: int = 0
    drafts: int = 0
    submitted: int = 0
    released: int = 0
    waits: tuple[Waits, ...] = ()
    jobs: tuple[Job, ...] = ()

    @property
    def is_linked(self) -> bool:
        """Whether the newest build rests on all that was received and judged."""
        return bool(self.build) and not self.added and not self.judged


def look_at_day(workspace: Workspace, *, who: str) -> Day:
    """Where the day's work stands, for whoever asks.

    Raises: NotPermitted for somebody who is no user.
    """
    user = users.get_user(workspace.register, who)
    register = workspace.register
    made = builds.find_newest(register)
    mine = tuple(job for job in jobs.list_jobs(register, jobs.WAITING) if job.who == who)
    sees = may_do(user, Action.SEE_RELEASES)
    under_way = releases.list_releases(register, UNDER_WAY) if sees else ()
    waits = tuple(found for record in under_way if (found := _waits_for(workspace, user, record)) is not None)
    return Day(
        extracts=_kept(workspace, user),
        build=made.build_id if made else "",
        as_at=date.fromisoformat(made.manifest["as_at"]) if made else None,
        published=(made.finished_at or made.started_at) if made else None,
        added=_added(workspace, made),
        judged=_judged(workspace, made),
        drafts=len(profiles.list_profiles(register)) if sees else 0,
        submitted=len(under_way),
        released=releases.count_releases(register, {State.RELEASED}) if sees else 0,
        waits=waits,
        jobs=mine,
    )


def _kept(workspace: Workspace, user: User) -> int:
    """How many extracts are kept, of those that a role reaches."""
    if not any(may_do(user, action) for action in (Action.RECEIVE, Action.WITHDRAW)):
        return 0
    return sum(each.state == receipts.KEPT for each in list_extracts(workspace, who=user.name))


def _added(workspace: Workspace, made: BuildRecord | None) -> int:
    """How many extracts a build of today would take that the newest does not hold, or leave out that it does."""
    try:
        taken, _ = choose_extracts(workspace, clock.today())
    except NothingToLink:
        taken = ()
    if made is None:
        return len(taken)
    held = {(each["sha256"], each["layout_sha256"]) for each in made.manifest["extracts"]}
    return len({(each.sha256, each.layout_sha256) for each in taken} ^ held)


def _judged(workspace: Workspace, made: BuildRecord | None) -> int:
    """How many judgements stand now and did not when the newest build was begun, or the other way about."""
    if made is None:
        return 0
    now = {each.id for each in judgements.list_standing(workspace.register)}
    then = {each.id for each in judgements.list_standing(workspace.register, made.started_at)}
    return len(now ^ then)


def _waits_for(workspace: Workspace, user: User, record: releases.ReleaseRecord) -> Waits | None:
    if not waits_for(user, record, standing(workspace, record)):
        return None
    return Waits(record.release_id, record.measure, record.recipient, WANTED[record.state])
