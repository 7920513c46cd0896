"""Builds as somebody may see them: figures for whoever asks questions of all, their own extracts for the others.

Also what the next build would take, and the steps by which one is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, refusals_noted
from kithmap.desk.audit_facts import find_audit
from kithmap.desk.audit_words import say_audit
from kithmap.desk.linking import NEW_STEPS, say_linking
from kithmap.desk.scope import Asking, find_scope
from kithmap.desk.sitting import check_may_sit
from kithmap.desk.taken import choose_extracts, last_day
from kithmap.desk.workspace import Workspace
from kithmap.errors import NothingToLink
from kithmap.governance.permissions import Action, User
from kithmap.governance.policy import Whose, grants_of
from kithmap.governance.purposes import Purpose
from kithmap.register import builds, users
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord
from kithmap.register.jobs import Job

# As the making of a build tells them, in this order; one that begins anew or goes on may leave some out.
_GATHERING = (
    "people", "events", "families", "schools", "places", "concerns", "peer groups", "contexts", "figures", "publish",
    "enter in the register",
)  # fmt: skip
BUILD_STEPS = (
    "read records", "read the mentions", "clean the names", "choose pairs", "weigh the pairs", "join people",
    "retain who is compared", "write the ledger", "keep why", "draw what is in doubt", *_GATHERING,
)  # fmt: skip
# The same of a build in which only what is new is linked.
BUILD_NEW_STEPS = ("read records", *NEW_STEPS.values(), *_GATHERING)


@dataclass(frozen=True)
class ShownBuild:
    """A published build as somebody may see it.

    figures: what it holds and how well it was linked, empty for whoever may see only some of the data.
    extracts: the names of those whose data they may use for the purpose; others: how many more went in.
    linked: whether everything was linked, and why, or only what was new.
    """

    build: str
    engine: str
    as_at: date
    finished: datetime
    made_by: str
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])
    drift: tuple[str, ...] = ()
    extracts: tuple[str, ...] = ()
    others: int = 0
    left_out: tuple[str, ...] = ()
    linked: str = ""


@dataclass(frozen=True)
class Foreseen:
    """What a build asked for now would take: each extract with its holder, and the others with why not."""

    as_at: date | None
    taken: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str, str], ...]
    since: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether there is anything to link."""
        return bool(self.taken)


def show_builds(workspace: Workspace, *, purpose: str, who: str) -> tuple[ShownBuild, ...]:
    """Every published build, the newest first, as somebody may see it for a purpose.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    user, kind = _admitted(workspace, "builds", purpose, who)
    listed = reversed(builds.list_builds(workspace.register))
    return tuple(_shown(made, user, kind) for made in listed)


def show_build(workspace: Workspace, build: str, *, purpose: str, who: str) -> ShownBuild:
    """One published build, with the extracts in it that somebody may use for a purpose.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    user, kind = _admitted(workspace, build, purpose, who)
    made = builds.get_build(workspace.register, build)
    scope = find_scope(workspace, made, Asking(user, Action.ASK, kind))
    return _shown(made, user, kind, scope.receipts | scope.regional)


def say_quality(workspace: Workspace, build: str, *, purpose: str, who: str) -> str:
    """What the newest audit sample says of a build's links, in sentences; or that none was done.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    user, kind = _admitted(workspace, build, purpose, who)
    made = builds.get_build(workspace.register, build)
    if not _sees_everything(user, kind):
        return ""
    return say_audit(find_audit(workspace, made))


def foresee_build(workspace: Workspace, *, who: str) -> Foreseen:
    """What a build would take if it were asked for now.

    Raises: NotPermitted.
    """
    check_permitted(workspace, Act(who, "foresee build", ALLOW, "the next build"), Action.BUILD)
    today = clock.today()
    try:
        taken, left_out = choose_extracts(workspace, today)
    except NothingToLink as nothing:
        return Foreseen(None, (), (), nothing.what)
    return Foreseen(
        last_day(taken, today),
        tuple((receipt.name, receipt.holder) for receipt in taken),
        tuple((receipt.name, receipt.holder, why) for receipt, why in left_out),
    )


def find_place(job: Job) -> tuple[int, tuple[str, ...]]:
    """At which of its steps the making of a build is, from 1, and which they are; 0 where it is at none of them."""
    only_new = job.step in NEW_STEPS.values() or job.kept.get("linked", {}).get("in_full") is False
    steps = BUILD_NEW_STEPS if only_new else BUILD_STEPS
    known = job.kind == "build" and job.step in steps
    return (steps.index(job.step) + 1 if known else 0), steps


def _admitted(workspace: Workspace, what: str, purpose: str, who: str) -> tuple[User, Purpose]:
    with refusals_noted(workspace, Act(who, "see builds", ALLOW, what, purpose)):
        served = check_may_sit(workspace, Action.ASK, purpose=purpose, who=who)
    return users.get_user(workspace.register, who), served.kind


def _shown(
    made: BuildRecord, user: User, kind: Purpose, receipts: frozenset[int] = frozenset()
) -> ShownBuild:
    manifest = made.manifest
    everything = _sees_everything(user, kind)
    listed = list(manifest["extracts"])
    seen = tuple(str(each["name"]) for each in listed if everything or int(each["receipt_no"]) in receipts)
    return ShownBuild(
        build=made.build_id,
        engine=made.engine,
        as_at=date.fromisoformat(manifest["as_at"]),
        finished=made.finished_at or made.started_at,
        made_by=str(manifest.get("made_by", "")),
        figures=dict(manifest["figures"]) if everything else {},
        drift=tuple(manifest["figures"].get("drift", ())) if everything else (),
        extracts=seen,
        others=len(listed) - len(seen),
        left_out=tuple(manifest.get("left_out", ())) if everything else (),
        linked=say_linking(manifest["figures"]) if everything else "",
    )


def _sees_everything(user: User, kind: Purpose) -> bool:
    """Whether a user asks questions of everybody's data for a kind of purpose: a build's figures count all of it."""
    lines = grants_of(user.role, Action.ASK)
    return user.authority is None and any(
        line.whose is Whose.EVERY and kind in line.purposes for line in lines
    )
