"""What of a build a purpose may use: the extracts whose agreement allows its kind today.

An agreement is suspended or ends between two builds, or an extract is withdrawn; from that day no answer
rests on those extracts, though the build still holds them. Where every extract may be used, tables are used as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kithmap.desk.workspace import Workspace
from kithmap.errors import PurposeNotAgreed
from kithmap.governance.agreements import Agreement, Standing
from kithmap.governance.purposes import Purpose
from kithmap.model import tables
from kithmap.model.keys import RECEIPT_SHIFT
from kithmap.register import agreements, receipts
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine


@dataclass(frozen=True)
class Scope:
    """The extracts of a build that may be used, and why the others may not: reason -> how many."""

    receipts: frozenset[int]
    left_out: Mapping[str, int]

    def table(self, engine: "Engine", name: str) -> Any:
        """A table of the build, of the extracts that may be used."""
        whole: Any = engine.table(name)
        return whole if not self.left_out else self._narrowed(engine, name, whole)

    def _narrowed(self, engine: "Engine", name: str, whole: Any) -> Any:
        allowed = sorted(self.receipts)
        if "receipt_no" in whole.columns:
            # A row that rests on several extracts has none of its own: it may rest on one left out.
            return whole.filter(whole.receipt_no.isin(allowed))
        if "mention_id" in whole.columns:
            return whole.filter((whole.mention_id // (1 << RECEIPT_SHIFT)).isin(allowed))
        if name in ALONG:
            other, key = ALONG[name]
            return whole.semi_join(self.table(engine, other), key)
        if name == tables.CONTEXT.name:
            inside = self.table(engine, tables.MEMBERSHIP.name).select("context_id")
            happened = self.table(engine, tables.EVENT_CONTEXT.name).select("context_id")
            return whole.semi_join(inside.union(happened).distinct(), "context_id")
        # An association is a sum over events that cannot be taken apart again.
        return whole.filter(False)


# Tables without a receipt of their own, the table that decides over them, and the key they share.
ALONG: dict[str, tuple[str, str]] = {
    tables.PERSON.name: (tables.PERSON_SOURCE.name, "person_id"),
    tables.PERSON_NAME.name: (tables.PERSON_SOURCE.name, "person_id"),
    tables.EVENT_CONTEXT.name: (tables.EVENT.name, "event_id"),
}


def find_scope(workspace: Workspace, build: BuildRecord, purpose: Purpose, today: date) -> Scope:
    """The extracts of a build that a kind of purpose may use today.

    Raises: PurposeNotAgreed when there are none.
    """
    agreed = {agreement.id: agreement for agreement in agreements.list_agreements(workspace.register)}
    withdrawn = {receipt.receipt_no for receipt in receipts.withdrawn_receipts(workspace.register)}
    allowed: set[int] = set()
    left_out: dict[str, int] = {}
    for extract in build.manifest["extracts"]:
        reason = _why_not(agreed[extract["agreement"]], purpose, today)
        if extract["receipt_no"] in withdrawn:
            reason = "extract withdrawn"
        if reason is None:
            allowed.add(int(extract["receipt_no"]))
        else:
            left_out[reason] = left_out.get(reason, 0) + 1
    if not allowed:
        raise PurposeNotAgreed(
            f"No extract in the build may be used for a {purpose.value} purpose today.",
            "At least one extract under an agreement in force that allows such a purpose.",
            "Name another purpose, or see `kithmap agreement list` for what is agreed.",
        )
    return Scope(frozenset(allowed), left_out)


def _why_not(agreement: Agreement, purpose: Purpose, today: date) -> str | None:
    stands = agreement.stands(today)
    if stands is not Standing.IN_FORCE:
        return f"agreement {stands.value}"
    return None if purpose in agreement.purposes else f"not agreed for a {purpose.value} purpose"
