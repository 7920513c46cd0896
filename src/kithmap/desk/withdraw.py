"""Withdraw an extract: from that moment it counts for nothing, and its records are removed.

Answers leave it out at once; the next build is made without it, splits whom only it held together,
and writes so in the identity ledger. The receipt stays, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock, lock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.recall import Notice, recall_resting_on
from kithmap.desk.workspace import Workspace, sweep
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.withdrawing import Reason, read_reason
from kithmap.register import builds, receipts, users
from kithmap.register.audit import Act
from kithmap.register.receipts import Receipt


@dataclass(frozen=True)
class Withdrawal:
    """What came of withdrawing an extract.

    already: it had been withdrawn before, so nothing has changed. builds: the published builds that
    still hold what was made of it; answers from them leave it out. notices: what recipients of releases
    that rested on it are to be told.
    """

    receipt_no: int
    name: str
    reason: Reason
    mentions: int
    removed: bool
    builds: tuple[str, ...]
    already: bool = False
    notices: tuple[Notice, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The withdrawal as plain values, for JSON."""
        return {
            **vars(self),
            "reason": self.reason.code,
            "builds": list(self.builds),
            "notices": [each.to_dict() for each in self.notices],
        }


def withdraw(workspace: Workspace, extract: str, *, reason: str, who: str) -> Withdrawal:
    """Withdraw an extract, named by its file or by the number of its receipt, and remove its records.

    The same file may be received again later, as a new receipt.
    Raises: NotPermitted, NotFound, WrongUse, WorkspaceBusy.
    """
    act = Act(who, "withdraw", ALLOW, extract)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.WITHDRAW)
        why = read_reason(reason)
    with lock.writing(workspace.folder):
        receipt, already = _find(workspace, extract)
        said = {"at": clock.now().isoformat(timespec="seconds"), "by": who, "reason": why.value}
        if not already:
            details = {
                "receipt_no": receipt.receipt_no, "sha256": receipt.sha256, "mentions": receipt.mentions,
                "reason": why.value,
            }  # fmt: skip
            note(
                workspace,
                replace(act, what=receipt.name, details=details),
                lambda: receipts.withdraw_receipt(workspace.register, receipt.receipt_no, said),
            )
        sweep(workspace)
        prove_removed(workspace, who)
        # Also where it was withdrawn before: a withdrawal that was killed is completed here.
        told = recall_resting_on(
            workspace, [receipt.receipt_no], reason=f"an extract was withdrawn: {why.value}", who=who
        )
    holding = tuple(
        made.build_id
        for made in builds.list_builds(workspace.register)
        if any(each["receipt_no"] == receipt.receipt_no for each in made.manifest["extracts"])
    )
    removed = not workspace.records.has(receipt.receipt_no)
    return Withdrawal(
        receipt.receipt_no, receipt.name, why, receipt.mentions, removed, holding, already, told
    )


def prove_removed(workspace: Workspace, who: str) -> tuple[int, ...]:
    """Write in the audit which withdrawn records are gone from the record store since it was last asked.

    Whoever calls must hold the workspace's lock. A withdrawal that was killed is completed here, the
    next time anything is withdrawn or built.
    """
    gone = [
        receipt.receipt_no
        for receipt in receipts.withdrawn_receipts(workspace.register)
        if receipts.REMOVED_AT not in receipt.details and not workspace.records.has(receipt.receipt_no)
    ]
    for receipt_no in gone:
        act = Act(who, "remove records", ALLOW, f"receipt {receipt_no}", details={"receipt_no": receipt_no})
        note(workspace, act, lambda number=receipt_no: _mark(workspace, number))
    return tuple(gone)


def _mark(workspace: Workspace, receipt_no: int) -> None:
    receipts.note_removed(workspace.register, receipt_no, clock.now())


def _find(workspace: Workspace, extract: str) -> tuple[Receipt, bool]:
    """The receipt of an extract, and whether it was withdrawn before; one that is kept goes first."""
    for found, already in (
        (_named(receipts.kept_receipts(workspace.register), extract), False),
        (_named(receipts.withdrawn_receipts(workspace.register), extract), True),
    ):
        if len(found) > 1 and not already:
            raise WrongUse(
                f"{len(found)} extracts are named '{extract}'.",
                f"The number of one's receipt: {', '.join(str(each.receipt_no) for each in found)}.",
                f"Run `kithmap withdraw {found[-1].receipt_no}` with the number meant.",
            )
        if found:
            return found[-1], already
    raise NotFound(
        f"There is no extract '{extract}'.",
        "The name of a file that was received, or the number of its receipt.",
        "See the receipts that `kithmap receive` printed, or the manifest of the newest build.",
    )


def _named(listed: Sequence[Receipt], extract: str) -> list[Receipt]:
    # A file may be called by a number; the receipt of that number goes first.
    by_number = [each for each in listed if extract.isdecimal() and each.receipt_no == int(extract)]
    return by_number or [each for each in listed if each.name == extract]
