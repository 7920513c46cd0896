"""Share an answer in one go: submitted, approved by the two people named, and released."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kithmap.desk import clock
from kithmap.desk.answers import Release, Result
from kithmap.desk.audit import ALLOW, refusals_noted
from kithmap.desk.disputed import with_disputes
from kithmap.desk.handling import with_obligations
from kithmap.desk.release_content import from_content, inside, leaving, to_content
from kithmap.desk.releasing import Terms, approve, send, submit
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.releasing import check_approved
from kithmap.register import releases, users
from kithmap.register.audit import Act
from kithmap.register.releases import ReleaseRecord

__all__ = [
    "check_approvals", "from_content", "get_release", "list_releases", "read_level", "share", "share_with_self",
    "to_content",
]  # fmt: skip

IN_ONE_GO = "named by the author, in one go"


def share(
    workspace: Workspace,
    result: Result,
    *,
    level: Level | str,
    to: str,
    approved_by: Sequence[str],
    expires_on: date | None = None,
) -> Release:
    """Release an answer to a recipient at a level, with two people's approval, named here.

    The record is the same as when each of them approves by their own act, and says that it was not so.
    Raises: ApprovalMissing, NotPermitted, NoPurpose, WouldDisclose, WrongUse for a level there is not.
    """
    chosen = read_level(level)
    act = Act(result.asked_by, "share", ALLOW, result.measure.name, result.purpose)
    act = replace(act, details={"level": chosen.value, "to": to, "approved_by": list(approved_by)})
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, result.asked_by), Action.SHARE)
    approvers = check_approvals(workspace, result.asked_by, approved_by)
    record = submit(workspace, result, Terms(chosen, to, expires_on=expires_on))
    for name in approvers:
        approve(workspace, record.release_id, who=name, said=IN_ONE_GO)
    return send(workspace, record.release_id, who=result.asked_by)


def share_with_self(workspace: Workspace, result: Result) -> Release:
    """The answer as whoever asked may see it, inside: level R0, to themselves, not released.

    It needs no approval and enters no ledger, for nothing leaves: `ask` has written it down.
    Raises: NotPermitted when whoever asked is no longer a user.
    """
    who = users.get_user(workspace.register, result.asked_by).name
    rows = result.inside or protect(result.table.to_pylist(), result.measure.rule, LEVELS[Level.R0])
    said = with_disputes(workspace, with_obligations(workspace, result, shared=False))
    return inside(said, rows, who, clock.now())


def check_approvals(workspace: Workspace, author: str, approved_by: Sequence[str]) -> tuple[str, str]:
    """Refuse unless two different users who may approve, neither the author, have approved.

    Raises: ApprovalMissing, NotPermitted.
    """
    act = Act(author, "share", ALLOW, "approvals", details={"approved_by": list(approved_by)})
    with refusals_noted(workspace, act):
        first, second = check_approved([name.strip() for name in approved_by], author)
        for name in (first, second):
            check_may_do(users.get_user(workspace.register, name), Action.APPROVE)
    return first, second


def read_level(level: Level | str) -> Level:
    """A level from its name.

    Raises: WrongUse.
    """
    try:
        return level if isinstance(level, Level) else Level(level.strip().upper())
    except ValueError:
        titles = ", ".join(f"{rule.level.value} ({rule.title.lower()})" for rule in LEVELS.values())
        raise WrongUse(f"There is no level '{level}'.", f"One of {titles}.", "Name one of these.") from None


def get_release(workspace: Workspace, release_id: str) -> Release:
    """A release as it left, from the register.

    Raises: NotFound; WrongUse when it has not left.
    """
    return as_left(releases.get_release(workspace.register, release_id))


def list_releases(workspace: Workspace) -> tuple[Release, ...]:
    """Every release as it left, the oldest first."""
    return tuple(as_left(record) for record in releases.list_releases(workspace.register))


def as_left(record: ReleaseRecord) -> Release:
    """A release as it left.

    Raises: WrongUse when it has not left.
    """
    if record.released_at is None:
        raise WrongUse(
            f"The release is {record.state.value}: it has not left.",
            "A release that has left.",
            "See `kithmap release list`.",
        )
    return leaving(record.content, record.release_id, record.approvals, record.released_at)
