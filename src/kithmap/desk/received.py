"""What was received, as whoever works with extracts may see it: receipts, whatever became of them since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, NotPermitted
from kithmap.governance.agreements import Agreement, Standing
from kithmap.governance.permissions import Reason, Resource, User, check_may_do, decide, may_do
from kithmap.governance.policy import Action, Kind
from kithmap.register import agreements, receipts, users
from kithmap.register.audit import Act
from kithmap.register.receipts import Receipt

# Whether an agreement is in force decides what may be received now, not which receipts may be read.
_OF_NOW = frozenset({Reason.NO_AGREEMENT, Reason.NOT_IN_FORCE})


@dataclass(frozen=True)
class Extract:
    """A receipt, what became of it (kept, replaced or withdrawn), and whether this user may withdraw it."""

    receipt: Receipt
    state: str
    may_withdraw: bool

    @property
    def withdrawal(self) -> Mapping[str, Any]:
        """When, by whom and why it was withdrawn; empty where it was not."""
        return self.receipt.details.get(receipts.WITHDRAWN, {})


def list_extracts(workspace: Workspace, *, who: str) -> tuple[Extract, ...]:
    """The receipt of every extract that somebody's role reaches, the newest first.

    Raises: NotPermitted.
    """
    user = _reader(workspace, who)
    known = {each.id: each for each in agreements.list_agreements(workspace.register)}
    return tuple(
        Extract(receipt, state, state == receipts.KEPT and may_do(user, Action.WITHDRAW))
        for receipt, state in receipts.all_receipts(workspace.register)
        if _may_see(user, receipt, known.get(receipt.agreement))
    )


def get_extract(workspace: Workspace, receipt_no: int, *, who: str) -> Extract:
    """One extract by the number of its receipt; that it was looked at is written down.

    Raises: NotPermitted; NotFound also where it is not for this user.
    """
    act = Act(who, "see receipt", ALLOW, f"receipt {receipt_no}", details={"receipt_no": receipt_no})
    with refusals_noted(workspace, act):
        user = _reader(workspace, who)
    found = receipts.find_numbered(workspace.register, receipt_no)
    if found is None or not _may_see(user, found[0], _agreement(workspace, found[0].agreement)):
        raise NotFound("There is no such extract.", "The number of a receipt.", "See the list of extracts.")
    note(workspace, act)
    receipt, state = found
    return Extract(receipt, state, state == receipts.KEPT and may_do(user, Action.WITHDRAW))


def agreements_open_to(workspace: Workspace, *, who: str) -> tuple[Agreement, ...]:
    """The agreements in force under which somebody may receive extracts.

    Raises: NotPermitted.
    """
    user = users.get_user(workspace.register, who)
    check_may_do(user, Action.RECEIVE)
    today = clock.today()
    return tuple(
        each
        for each in agreements.list_agreements(workspace.register)
        if each.stands(today) is Standing.IN_FORCE and not faults_of_receiving(user, each)
    )


def faults_of_receiving(user: User, agreement: Agreement) -> frozenset[Reason]:
    """Why a user may not receive under an agreement, whether it is in force or not; empty where they may."""
    resource = Resource(Kind.EXTRACTS, authority=agreement.authority)
    found = decide(user.acting_for(None), Action.RECEIVE, resource, agreement, clock.today())
    return frozenset(found.reasons) - _OF_NOW


def _reader(workspace: Workspace, who: str) -> User:
    user = users.get_user(workspace.register, who)
    if not may_do(user, Action.RECEIVE) and not may_do(user, Action.WITHDRAW):
        raise NotPermitted(
            f"The role {user.role.words} may not see receipts.",
            "A role that receives or withdraws extracts.",
            "Ask somebody with such a role.",
        )
    return user


def _may_see(user: User, receipt: Receipt, agreement: Agreement | None) -> bool:
    resource = Resource(Kind.EXTRACTS, receipt.layout, receipt.la_code)
    return any(
        not frozenset(decide(user.acting_for(None), action, resource, agreement, clock.today()).reasons)
        - _OF_NOW
        for action in (Action.RECEIVE, Action.WITHDRAW)
    )


def _agreement(workspace: Workspace, agreement: str) -> Agreement | None:
    return next(
        (each for each in agreements.list_agreements(workspace.register) if each.id == agreement), None
    )
