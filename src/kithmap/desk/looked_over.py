"""A release as somebody looks it over: as it would leave, its moves, what they may do with it, where it went."""

from dataclasses import dataclass

from kithmap.desk import clock
from kithmap.desk.answers import Release
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.release_content import leaving
from kithmap.desk.releasing import RIGHTS, check_may_see, look, standing
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.levels import Level
from kithmap.governance.permissions import User, may_do
from kithmap.governance.readers import check_may_read, makes_releases
from kithmap.governance.releasing import HANDS, MOVERS, Hand, Move, State, moves_from
from kithmap.register import deliveries, releases, users
from kithmap.register.audit import Act
from kithmap.register.deliveries import Delivery
from kithmap.register.releases import ReleaseRecord, StepRecord

FILES = ("csv", "xlsx", "html")
# Submitting is what changing ends with; expiring is the calendar's.
_NOT_BY_HAND = frozenset({Move.SUBMIT, Move.EXPIRE})


@dataclass(frozen=True)
class LookedOver:
    """A release with all that somebody needs to judge or use it.

    answer: it as it leaves, or would; None where it was recalled and the reader makes no releases.
    moves: what this reader may do with it now. sent: in whose hands it is.
    """

    record: ReleaseRecord
    answer: Release | None
    steps: tuple[StepRecord, ...]
    approvals: tuple[str, ...]
    moves: tuple[Move, ...]
    sent: tuple[Delivery, ...]


def look_closely(workspace: Workspace, release_id: str, *, who: str) -> LookedOver:
    """A release, its moves so far, and what this reader may do with it.

    Raises: NotPermitted, NotFound.
    """
    record, steps = look(workspace, release_id, who=who)
    user = users.get_user(workspace.register, who)
    approvals = standing(workspace, record)
    moves = moves_open_to(user, record, approvals)
    sent = deliveries.list_deliveries(workspace.register, [release_id])
    hidden = record.state is State.RECALLED and not makes_releases(user)
    return LookedOver(
        record, None if hidden else _as_it_leaves(record, approvals), steps, approvals, moves, sent
    )


def moves_open_to(user: User, record: ReleaseRecord, approvals: tuple[str, ...] = ()) -> tuple[Move, ...]:
    """What somebody may do with a release as it stands, by the table of states and their role."""
    return tuple(
        move
        for move in moves_from(record.state)
        if move not in _NOT_BY_HAND
        and may_do(user, RIGHTS[MOVERS[move]])
        and _is_in_hand(move, record, user.name)
        and not (move is Move.APPROVE and user.name in approvals)
    )


def waits_for(user: User, record: ReleaseRecord, approvals: tuple[str, ...] = ()) -> bool:
    """Whether the next move of a release is this user's to make."""
    hand = HANDS[record.state]
    if hand not in (Hand.AUTHOR, Hand.APPROVER):
        return False
    return any(MOVERS[move] is hand for move in moves_open_to(user, record, approvals)) and not (
        hand is Hand.APPROVER and user.name in approvals
    )


def approvals_of(workspace: Workspace, records: tuple[ReleaseRecord, ...]) -> dict[str, tuple[str, ...]]:
    """Who has approved each of some releases as it stands."""
    in_review = (State.IN_REVIEW, State.APPROVED)
    return {each.release_id: standing(workspace, each) if each.state in in_review else () for each in records}


def take(workspace: Workspace, release_id: str, kind: str, *, who: str) -> tuple[ReleaseRecord, Release]:
    """What has left, to be taken away as a file of a kind; it is written down who took it.

    Raises: NotPermitted, NotFound, WrongUse where it has not left, was recalled or may be used no longer.
    """
    act = Act(who, "release take", ALLOW, release_id, details={"as": kind})
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
        record = releases.get_release(workspace.register, release_id)
        check_may_read(users.get_user(workspace.register, who), Level(record.level), record.state)
        over = record.expires_on is not None and record.expires_on < clock.today()
        if record.state is not State.RELEASED or over or kind not in FILES:
            raise WrongUse(
                f"The release is {'past its last day' if over else record.state.value}: no copy of it is given.",
                f"A release that is out, as one of {', '.join(FILES)}.",
                "Ask for it to be released again.",
            )
    note(workspace, act)
    return record, _as_it_leaves(record, record.approvals)


def _is_in_hand(move: Move, record: ReleaseRecord, who: str) -> bool:
    hand = MOVERS[move]
    return {Hand.AUTHOR: who == record.author, Hand.APPROVER: who != record.author}.get(hand, True)


def _as_it_leaves(record: ReleaseRecord, approvals: tuple[str, ...]) -> Release:
    at = record.released_at or record.drafted_at or clock.now()
    return leaving(record.content, record.release_id, approvals, at)
