"""Receive an extract: check, read, store, and write the receipt; all of it, or nothing.

The records are in place before the receipt is, in one folder that appears in one step; the receipt
and its line of audit are one transaction. A run killed before that leaves records without a
receipt, which count for nothing and are swept.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk import clock, lock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.readers import Reading
from kithmap.desk.recipes import find_layout
from kithmap.desk.workspace import Workspace
from kithmap.errors import UnreadableFile
from kithmap.governance.agreements import EVERY_COLUMN, Agreement, check_covers
from kithmap.governance.permissions import Action, check_may_do
from kithmap.ingest.files import SourceFile
from kithmap.ingest.layouts import Layout
from kithmap.register import agreements, purposes, receipts, users
from kithmap.register.audit import Act
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    from kithmap.ingest.receive import Received

COLUMNS = frozenset(each.name for each in fields(Receipt))


def receive(
    workspace: Workspace,
    file: Path | SourceFile,
    *,
    layout: str,
    agreement: str,
    who: str,
    read: "Callable[[Reading], Received] | None" = None,
) -> Receipt:
    """Receive one extract under an agreement, and give its receipt.

    The same file with the same layout a second time changes nothing; the receipt says `already`.
    The same file with a corrected layout of the same name takes the place of the first.
    `file` is a path, or what was sent in. `read` gives what was read ahead; without it the file is read here.
    Raises: NotPermitted, NoAgreement and other refusals; DataProblem for a file that cannot be
        received at all; WorkspaceBusy. Each leaves the workspace as it was.
    """
    file = file if isinstance(file, SourceFile) else Path(file)
    asked = {"layout": Path(layout).name.removesuffix(".toml"), "agreement": agreement}
    act = Act(who, "receive", ALLOW, file.name, details=asked)
    with refusals_noted(workspace, act):
        plan, agreed = check_may_receive(workspace, layout, agreement, who)
    with lock.writing(workspace.folder):
        fingerprint = _sha256(file)
        known = receipts.find_receipt(workspace.register, fingerprint, plan.sha256)
        if known is not None:
            note(workspace, replace(act, details={**act.details, "already": known.receipt_no}))
            return replace(known, already=True)
        number = receipts.next_receipt_no(workspace.register)
        with refusals_noted(workspace, act):
            wanted = reading_of(workspace, file, plan, agreed, number)
            received = read(wanted) if read else wanted.read()
            _check_unchanged(received, file, fingerprint)
        # What a killed run left under this number was never received.
        workspace.records.remove(number)
        workspace.records.write(number, received.tables)
        receipt = _receipt(received, plan, agreed, who)
        counts = {"receipt_no": number, "rows_in": receipt.rows_in, "rows_kept": receipt.rows_kept}
        replaced = receipts.find_replaced(workspace.register, fingerprint, plan.name)
        counts = {**counts, "sha256": receipt.sha256, "replaces": list(replaced)}
        act = replace(act, details={**act.details, **counts})
        note(workspace, act, lambda: _keep(workspace, receipt, replaced))
        for former in replaced:
            workspace.records.remove(former)
    return receipt


def _keep(workspace: Workspace, receipt: Receipt, replaced: Sequence[int]) -> None:
    receipts.replace_receipts(workspace.register, replaced)
    receipts.add_receipt(workspace.register, receipt)


def list_receipts(workspace: Workspace) -> tuple[Receipt, ...]:
    """The receipt of every extract kept, in the order received."""
    return receipts.kept_receipts(workspace.register)


def _check(workspace: Workspace, layout: Layout, agreement: str, who: str) -> Agreement:
    """The agreement, when this user may receive such an extract under it today."""
    check_may_do(users.get_user(workspace.register, who), Action.RECEIVE)
    agreed = agreements.get_agreement(workspace.register, agreement)
    today = clock.today()
    check_covers(
        agreed,
        holder=layout.holder,
        layout=layout.name,
        columns=[column for column in layout.columns if column not in layout.optional_columns],
        purposes={purpose.kind for purpose in purposes.purposes_in_force(workspace.register, today)},
        today=today,
    )
    return agreed


def check_may_receive(
    workspace: Workspace, layout: str, agreement: str, who: str
) -> tuple[Layout, Agreement]:
    """The layout and the agreement, when this user may receive such an extract today."""
    plan = find_layout(workspace, layout)
    return plan, _check(workspace, plan, agreement, who)


def reading_of(
    workspace: Workspace, file: Path | SourceFile, layout: Layout, agreed: Agreement, receipt_no: int
) -> Reading:
    """What reading a file under an agreement needs to know."""
    columns = agreed.columns[layout.name]
    return Reading(
        file=file,
        layout=layout,
        receipt_no=receipt_no,
        la_code=agreed.authority,
        allowed_columns=None if EVERY_COLUMN in columns else columns,
        authorities=_authorities(workspace, agreed),
    )


def _check_unchanged(received: "Received", file: Path | SourceFile, fingerprint: str) -> None:
    if received.receipt.sha256 != fingerprint:
        raise UnreadableFile(
            f"The file {file.name} changed while it was being read.",
            "A file that nobody is writing to.",
            "Wait until it is whole, then receive it again.",
        )


def _authorities(workspace: Workspace, agreed: Agreement) -> dict[str, str]:
    """The codes of the authorities that the holder's rows may name: its own list, or all that are known."""
    known = [agreed] if agreed.authorities else agreements.list_agreements(workspace.register)
    return {name: code for each in known for name, code in each.authorities.items()}


def _receipt(received: "Received", layout: Layout, agreed: Agreement, who: str) -> Receipt:
    read = received.receipt
    found = read.to_dict()
    return Receipt(
        receipt_no=read.receipt_no,
        name=read.name,
        sha256=read.sha256,
        layout=layout.name,
        layout_sha256=layout.sha256,
        holder=agreed.holder,
        agreement=agreed.id,
        la_code=agreed.authority,
        list=layout.list_name,
        rows_in=read.rows_in,
        rows_kept=read.rows_kept,
        rows_refused=read.rows_refused,
        mentions=read.mentions,
        refusals=tuple(found["refusals"]),
        notes=tuple(read.notes),
        first_on=read.first_on,
        last_on=read.last_on,
        received_at=clock.now(),
        received_by=who,
        # Through JSON once: a receipt is the same when it is read from the register.
        details=json.loads(json.dumps({name: found[name] for name in found if name not in COLUMNS})),
    )


def _sha256(file: Path | SourceFile) -> str:
    if isinstance(file, SourceFile):
        return file.sha256
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as fault:
        raise UnreadableFile(
            f"The file {file.name} cannot be read.",
            "A file that is there, whole, and that this user may read.",
            "Check the path, and that no other program has it open.",
        ) from fault
