"""The extracts that a build takes, and how its engine comes to know of them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from kithmap.desk.workspace import Workspace
from kithmap.errors import NothingToLink
from kithmap.governance.agreements import Agreement, Standing
from kithmap.model.records import RECORD_TABLES
from kithmap.model.tables import EXTRACT
from kithmap.register import agreements, receipts
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    import pyarrow as pa

    from kithmap.engines.engine import Engine


def choose_extracts(
    workspace: Workspace, today: date
) -> tuple[tuple[Receipt, ...], tuple[tuple[Receipt, str], ...]]:
    """The extracts under an agreement in force today, and the others with why they are left out.

    Raises: NothingToLink when there are none.
    """
    agreed = {agreement.id: agreement for agreement in agreements.list_agreements(workspace.register)}
    kept = receipts.kept_receipts(workspace.register)
    taken = tuple(receipt for receipt in kept if _in_force(agreed[receipt.agreement], today))
    left_out = tuple(
        (receipt, f"{receipt.agreement} is {agreed[receipt.agreement].stands(today).value}")
        for receipt in kept
        if not _in_force(agreed[receipt.agreement], today)
    )
    if not taken:
        raise NothingToLink(
            f"None of the {len(kept)} extracts is under an agreement in force." if kept else "No extract has been received.",
            "At least one extract under an agreement in force.",
            "Receive one with `kithmap receive`, or renew the agreements (`kithmap agreement list`).",
        )  # fmt: skip
    return taken, left_out


def last_day(taken: Sequence[Receipt], today: date) -> date:
    """The last day the extracts speak of that has come; today where none says a day."""
    days = [receipt.last_on for receipt in taken if receipt.last_on and receipt.last_on <= today]
    return max(days, default=today)


def hold_records(workspace: Workspace, engine: "Engine", taken: Sequence[Receipt]) -> None:
    """Make the records, the list of extracts and their fingerprints known to the engine."""
    numbers = [receipt.receipt_no for receipt in taken]
    for table in RECORD_TABLES:
        engine.records(table.name, workspace.records.paths(table.name, numbers))
    engine.save("extract", _extracts(taken))
    engine.hold("receipt", _fingerprints(taken))


def _extracts(taken: Sequence[Receipt]) -> "pa.Table":
    import pyarrow as pa

    rows = [
        # The canonical tables hold times without a zone; this one is in UTC.
        {**vars(receipt), "received_at": receipt.received_at.replace(tzinfo=None)}
        for receipt in taken
    ]
    columns = {name: [row[name] for row in rows] for name in EXTRACT.names}
    kinds = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    schema = pa.schema([(column.name, kinds[column.type]) for column in EXTRACT.columns])
    return pa.table(columns, schema=schema)


def _fingerprints(taken: Sequence[Receipt]) -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            "receipt_no": pa.array([receipt.receipt_no for receipt in taken], pa.int64()),
            "sha256": pa.array([receipt.sha256 for receipt in taken], pa.string()),
        }
    )


def _in_force(agreement: Agreement, today: date) -> bool:
    return agreement.stands(today) is Standing.IN_FORCE
