"""The road of a release: submitted by its author, approved by two others, released, and recalled if need be.

Every move is one of `governance.releasing`, is written down with the hash of what it was made of, and is
one line of the audit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kithmap.desk import clock
from kithmap.desk.answers import Release, Result
from kithmap.desk.ask import ask
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.disproportion import with_finding
from kithmap.desk.disputed import with_disputes
from kithmap.desk.handling import with_obligations
from kithmap.desk.release_content import content_of, hash_of, leaving
from kithmap.desk.release_statements import check_against_ledger, protected
from kithmap.desk.scope import Asking, find_scope
from kithmap.desk.workspace import Workspace
from kithmap.errors import ApprovalMissing, PurposeNotAgreed, WrongUse
from kithmap.governance.levels import Level
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.purposes import check_in_force
from kithmap.governance.readers import check_may_read, may_read
from kithmap.governance.releasing import (
    LEFT,
    MOVERS,
    WITH_NOTE,
    Hand,
    Move,
    State,
    check_approved,
    check_hand,
    check_new_approver,
    next_state,
    standing_approvals,
)
from kithmap.governance.statements import read_statement
from kithmap.register import builds, deliveries, purposes, releases, users
from kithmap.register.audit import Act
from kithmap.register.deliveries import Delivery
from kithmap.register.releases import NewStep, ReleaseRecord, StepRecord

Gate = Callable[[Workspace, Result, Level], None]

# What each hand must be allowed to do.
RIGHTS = {Hand.AUTHOR: Action.SHARE, Hand.APPROVER: Action.APPROVE, Hand.KEEPER: Action.WITHDRAW}
CALENDAR = "the calendar"
EXCERPTS = "excerpts"
NOT_READY = "The release is not as it was approved."


@dataclass(frozen=True)
class Terms:
    """How a release goes: at which level, to whom, and how it may be handled, until when.

    excerpts: signed excerpts that go with it, by their fingerprints, and the receipts of what they are of.
    """

    level: Level
    to: str
    handling: str = ""
    expires_on: date | None = None
    excerpts: Mapping[str, int] = field(default_factory=dict[str, int])


def check_purpose(workspace: Workspace, result: Result, _level: Level) -> None:
    """Refuse what is asked for a purpose that is in force no more.

    Raises: NoPurpose.
    """
    check_in_force(purposes.get_purpose(workspace.register, result.purpose), clock.today())


def check_export(workspace: Workspace, result: Result, level: Level) -> None:
    """Refuse an answer that rests on an extract whose agreement does not let its counts leave today.

    Raises: PurposeNotAgreed.
    """
    if level is Level.R0:
        return
    who = users.get_user(workspace.register, result.asked_by)
    kind = purposes.get_purpose(workspace.register, result.purpose).kind
    made = builds.get_build(workspace.register, result.build)
    may = find_scope(workspace, made, Asking(who, Action.SHARE, kind))
    kept = set(result.extracts) - (may.receipts | may.regional)
    if kept:
        raise PurposeNotAgreed(
            f"The answer rests on extracts that may not leave today: {len(kept)} of {len(result.extracts)}.",
            "An agreement in force with each holder that allows `export` of what is counted.",
            "Ask again, so that the answer leaves them out; or have the agreements changed.",
        )


# What every candidate must pass before it is submitted, in this order; each refuses by raising.
GATES: tuple[Gate, ...] = (check_purpose, check_export)


def submit(workspace: Workspace, result: Result, terms: Terms, *, said: str = "") -> ReleaseRecord:
    """Draft a release of an answer and submit it for approval, as whoever asked.

    Raises: NotPermitted, NoPurpose, WouldDisclose, and whatever a gate refuses with.
    """
    at = clock.now()
    blank = ReleaseRecord(
        clock.new_id(at), result.measure.name, terms.level.value, terms.to, result.build, result.purpose, (), None,
        {EXCERPTS: dict(terms.excerpts)}, State.DRAFT, result.asked_by, at, handling=terms.handling, expires_on=terms.expires_on,
    )  # fmt: skip
    return _submit(workspace, blank, result, said)


def change(workspace: Workspace, release_id: str, *, who: str, said: str = "") -> ReleaseRecord:
    """Ask a release's question of the newest build and submit that answer in its place: approvals are gone.

    Raises: NotPermitted, WrongUse, NoPurpose, WouldDisclose.
    """
    record = releases.get_release(workspace.register, release_id)
    with refusals_noted(workspace, _act(record, Move.CHANGE, who)):
        state = _after(workspace, record, Move.CHANGE, who)
    result = ask(
        workspace, record.measure, purpose=record.purpose, who=who, options=record.content["options"]
    )
    return _submit(workspace, replace(record, state=state), result, said)


def _submit(workspace: Workspace, blank: ReleaseRecord, result: Result, said: str) -> ReleaseRecord:
    level, who, at = Level(blank.level), result.asked_by, clock.now()
    act = replace(_act(blank, Move.SUBMIT, who), purpose=result.purpose)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.SHARE)
        for gate in GATES:
            gate(workspace, result, level)
        result = with_obligations(workspace, with_finding(workspace, result, level), shared=True)
        rows, statements = protected(workspace, result, level, besides=blank.release_id)
    content = content_of(with_disputes(workspace, result), rows, level, blank.recipient)
    # Approvals are of the excerpts that go with it too, and it is recalled when the extract of one is withdrawn.
    excerpts: dict[str, int] = blank.content.get(EXCERPTS, {})
    content |= {EXCERPTS: excerpts} if excerpts else {}
    draft = replace(
        blank, measure=result.measure.name, build_id=result.build, purpose=result.purpose, content=content,
        sha256=hash_of(content), statements=tuple(each.to_dict() for each in statements),
        extracts=tuple(sorted({*result.extracts, *excerpts.values()})), approvals=(),
    )  # fmt: skip
    submitted = replace(draft, state=next_state(draft.state, Move.SUBMIT))
    act = replace(act, details={**act.details, "sha256": draft.sha256, "build": draft.build_id})

    def write() -> None:
        releases.save_release(workspace.register, draft, NewStep(Move.CHANGE, who, at))
        releases.save_release(workspace.register, submitted, NewStep(Move.SUBMIT, who, at, said))

    note(workspace, act, write)
    return submitted


def approve(workspace: Workspace, release_id: str, *, who: str, said: str = "") -> ReleaseRecord:
    """Approve a release as it stands, by its hash; the second approval makes it approved.

    Raises: NotPermitted, ApprovalMissing, WrongUse.
    """
    record = releases.get_release(workspace.register, release_id)
    with refusals_noted(workspace, _act(record, Move.APPROVE, who)):
        state = _after(workspace, record, Move.APPROVE, who)
        _check_whole(record)
        approvals = standing(workspace, record)
        check_new_approver(approvals, who)
    changed = replace(record, state=state, approvals=(*approvals, who))
    return _write(workspace, changed, Move.APPROVE, who, said)


def turn_back(
    workspace: Workspace, release_id: str, move: Move, *, who: str, said: str = ""
) -> ReleaseRecord:
    """Return or reject a release as one who may approve, or withdraw it as its author.

    Raises: NotPermitted, ApprovalMissing, WrongUse when no note says why.
    """
    record = releases.get_release(workspace.register, release_id)
    with refusals_noted(workspace, _act(record, move, who)):
        state = _after(workspace, record, move, who)
        if move in WITH_NOTE and not said.strip():
            raise WrongUse(
                f"Nothing says why the release is to be {state.value}.",
                "A few words for its author, without any name of a young person.",
                "Add --note.",
            )
    return _write(workspace, replace(record, state=state, approvals=()), move, who, said)


def send(workspace: Workspace, release_id: str, *, who: str) -> Release:
    """Release what two people have approved: from now on it has left, and is in the ledger for good.

    Raises: ApprovalMissing, NotPermitted, NoPurpose, WouldDisclose, WrongUse.
    """
    record = releases.get_release(workspace.register, release_id)
    act = replace(_act(record, Move.RELEASE, who), verb="share")
    with refusals_noted(workspace, act):
        state = _after(workspace, record, Move.RELEASE, who)
        _check_whole(record)
        check_in_force(purposes.get_purpose(workspace.register, record.purpose), clock.today())
        first, second = check_approved(standing(workspace, record), record.author)
        if _has_left_since(workspace, record):
            statements = [read_statement(each) for each in record.statements]
            check_against_ledger(workspace, statements, Level(record.level), besides=record.release_id)
    at = clock.now()
    release = leaving(record.content, record.release_id, (first, second), at)
    left = replace(record, state=state, approvals=(first, second), released_at=at)
    version = deliveries.next_version(workspace.register, record.measure, record.recipient)
    delivery = Delivery(
        record.release_id, record.recipient, version, record.handling, at, who, record.expires_on
    )
    told = {
        **act.details,
        "approved_by": [first, second],
        "release": record.release_id,
        "build": record.build_id,
    }

    def write() -> None:
        releases.save_release(workspace.register, left, NewStep(Move.RELEASE, who, at))
        deliveries.add_delivery(workspace.register, delivery)

    note(workspace, replace(act, details=told), write)
    return release


def expire_due(workspace: Workspace) -> tuple[str, ...]:
    """Mark what has reached its last day as expired, and say which those are."""
    today = clock.today()
    due = [
        each
        for each in releases.list_releases(workspace.register, {State.RELEASED})
        if each.expires_on is not None and each.expires_on < today
    ]
    for record in due:
        _write(
            workspace, replace(record, state=next_state(record.state, Move.EXPIRE)), Move.EXPIRE, CALENDAR, ""
        )
    return tuple(record.release_id for record in due)


def look(workspace: Workspace, release_id: str, *, who: str) -> tuple[ReleaseRecord, tuple[StepRecord, ...]]:
    """A release and every move of it; whatever its state, to those who make or approve releases.

    Raises: NotPermitted, NotFound.
    """
    act = Act(who, "release show", ALLOW, release_id)
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
        record = releases.get_release(workspace.register, release_id)
        check_may_read(users.get_user(workspace.register, who), Level(record.level), record.state)
    note(workspace, act)
    return record, releases.steps_of(workspace.register, release_id)


def look_over(workspace: Workspace, *, who: str, waiting: bool = False) -> tuple[ReleaseRecord, ...]:
    """Every release that somebody may read, or those that wait for somebody to act, the oldest first.

    Raises: NotPermitted.
    """
    act = Act(who, "release list", ALLOW, "waiting" if waiting else "every release")
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
    note(workspace, act)
    expire_due(workspace)
    states = frozenset(State) - LEFT - {State.REJECTED, State.WITHDRAWN} if waiting else frozenset(State)
    reader = users.get_user(workspace.register, who)
    listed = releases.list_releases(workspace.register, states)
    return tuple(each for each in listed if may_read(reader, Level(each.level), each.state))


def check_may_see(workspace: Workspace, who: str) -> None:
    """Refuse somebody who may neither make releases nor approve them.

    Raises: NotPermitted.
    """
    check_may_do(users.get_user(workspace.register, who), Action.SEE_RELEASES)


def _after(workspace: Workspace, record: ReleaseRecord, move: Move, who: str) -> State:
    """The state after a move that somebody makes, where they may."""
    check_may_do(users.get_user(workspace.register, who), RIGHTS[MOVERS[move]])
    check_hand(move, author=record.author, who=who)
    return next_state(record.state, move)


def _has_left_since(workspace: Workspace, record: ReleaseRecord) -> bool:
    """Whether anything has left since a release was held beside all that had left before."""
    steps = releases.steps_of(workspace.register, record.release_id)
    checked = max(each.at for each in steps if each.move is Move.SUBMIT)
    return releases.has_left_since(workspace.register, checked)


def standing(workspace: Workspace, record: ReleaseRecord) -> tuple[str, ...]:
    """Who has approved a release as it stands, in the order they did."""
    steps = [each.step for each in releases.steps_of(workspace.register, record.release_id)]
    return standing_approvals(steps, record.sha256)


def _check_whole(record: ReleaseRecord) -> None:
    """Refuse content that is not the content its hash is of: what was approved is what leaves.

    Raises: ApprovalMissing.
    """
    if hash_of(record.content) != record.sha256:
        raise ApprovalMissing(
            NOT_READY,
            "Content with the hash that was submitted.",
            "Submit it anew, and find out who changed it.",
        )


def _write(workspace: Workspace, record: ReleaseRecord, move: Move, who: str, said: str) -> ReleaseRecord:
    step = NewStep(move, who, clock.now(), said)
    act = _act(record, move, who)
    act = replace(act, details={**act.details, "sha256": record.sha256, "after": record.state.value})
    note(workspace, act, lambda: releases.save_release(workspace.register, record, step))
    return record


def _act(record: ReleaseRecord, move: Move, who: str) -> Act:
    details: dict[str, Any] = {"release": record.release_id, "level": record.level, "to": record.recipient}
    return Act(who, f"release {move.value}", ALLOW, record.measure, record.purpose, details)
