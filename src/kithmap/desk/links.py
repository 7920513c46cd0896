"""Which mention is which person: for case work and for judging the linkage, never for profiling."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.publishing import open_engine
from kithmap.desk.scope import Asking, Scope, find_scope
from kithmap.desk.sitting import check_may_sit
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import Action
from kithmap.model.keys import MAX_ROW, MAX_SLOT, RECEIPT_SHIFT, ROW_SHIFT
from kithmap.register import builds, users
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    import pyarrow as pa

    from kithmap.engines.engine import Engine


def links(
    workspace: Workspace, *, purpose: str, who: str, build: str | None = None, at: datetime | None = None
) -> "pa.Table":
    """Say for every mention who it was judged to be, by pseudonym.

    at: a moment (UTC, without a zone) at which to say so, by the build's ledger; extracts that are no
    longer in the build are left out.

    Shape: one row per mention, in the order of extract, row and slot.
    Unit: mentions of people.
    Columns: `extract` (name of the file), `row` (1 for the first data row), `slot` (1 for the first
        person of the row), `person_id`.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "links", ALLOW, build or "the newest build", purpose)
    with refusals_noted(workspace, act):
        served = check_may_sit(workspace, Action.SEE_LINKS, purpose=purpose, who=who)
        made = builds.get_build(workspace.register, build)
        asking = Asking(users.get_user(workspace.register, who), Action.SEE_LINKS, served.kind)
        scope = find_scope(workspace, made, asking)
    table = _fetch(workspace, made, scope, at)
    told = {"rows": table.num_rows, **({"at": at.isoformat()} if at else {})}
    note(workspace, replace(act, what=made.build_id, details=told))
    return table


def check_may_see_people(workspace: Workspace, *, purpose: str, who: str) -> None:
    """Refuse unless this user may see names for this purpose; either way it is written down.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    act = Act(who, "see people", ALLOW, "names in an extract", purpose)
    with refusals_noted(workspace, act):
        check_may_sit(workspace, Action.SEE_PEOPLE, purpose=purpose, who=who)
    note(workspace, act)


def _fetch(workspace: Workspace, made: BuildRecord, scope: Scope, at: datetime | None) -> "pa.Table":
    engine = open_engine(workspace, made)
    identity: Any = scope.table(engine, "identity") if at is None else _at(engine, scope, at)
    extract: Any = engine.table("extract")
    key = identity.mention_id
    placed = identity.select(
        "person_id",
        receipt_no=key // (1 << RECEIPT_SHIFT),
        row=(key // (1 << ROW_SHIFT)) % (MAX_ROW + 1),
        slot=key % (MAX_SLOT + 1),
    )
    named = placed.inner_join(extract.select("receipt_no", extract=extract.name), "receipt_no")
    ordered = named.order_by("extract", "receipt_no", "row", "slot")
    return engine.fetch(ordered.select("extract", "row", "slot", "person_id"))


def _at(engine: "Engine", scope: Scope, at: datetime) -> Any:
    history: Any = scope.table(engine, "identity_history")
    return history.filter((history.from_at <= at) & (history.to_at.isnull() | (history.to_at > at)))
