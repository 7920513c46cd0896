"""What a build remembers of the builds before it: the identity ledger, from the newest that can be read."""

from typing import TYPE_CHECKING

from kithmap.desk.publishing import open_engine
from kithmap.desk.workspace import Workspace
from kithmap.errors import BuildDamaged, EngineNotInstalled
from kithmap.register import builds, receipts
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    import pyarrow as pa

    from kithmap.engines.engine import Engine
    from kithmap.linkage.ledger import Past

HISTORY, EVENT = "identity_history", "identity_event"


def read_past(workspace: Workspace) -> "Past | None":
    """The identity ledger as the newest readable build has it, on whichever engine; None before the first build.

    A build that is missing or damaged is passed over for the one before it, and `lost` says so: whoever
    builds must tell it, and the ledger writes it among the events.
    """
    from kithmap.linkage.ledger import Past

    published = builds.list_builds(workspace.register)
    if not published:
        return None
    lost: list[str] = []
    for made in reversed(published):
        try:
            history, events = _read(open_engine(workspace, made), made)
        except (BuildDamaged, EngineNotInstalled) as fault:
            lost.append(f"Build {made.build_id} could not be read: {fault.what}")
            continue
        return Past(history, events, _receipts(workspace), made.build_id, tuple(lost))
    history, events = _nothing()
    return Past(history, events, _receipts(workspace), None, tuple(lost))


def _read(engine: "Engine", made: BuildRecord) -> "tuple[pa.Table, pa.Table]":
    from kithmap.linkage.ledger import begun_history

    with engine.guarded():
        if engine.has(HISTORY) and engine.has(EVENT):
            return engine.fetch(engine.table(HISTORY)), engine.fetch(engine.table(EVENT))
        identity = engine.fetch(engine.table("identity").select("mention_id", "person_id"))
    # Made before there was a ledger: what it says of people is all that is known.
    return begun_history(identity, made.finished_at or made.started_at), _nothing()[1]


def _nothing() -> "tuple[pa.Table, pa.Table]":
    from kithmap.linkage.ledger import EVENTS, HISTORY, nothing_kept

    return nothing_kept(HISTORY), nothing_kept(EVENTS)


def _receipts(workspace: Workspace) -> "pa.Table":
    import pyarrow as pa

    states = receipts.receipt_states(workspace.register)
    columns = list(zip(*states, strict=True)) or [(), (), ()]
    kinds = {"receipt_no": pa.int64(), "sha256": pa.string(), "state": pa.string()}
    arrays = [pa.array(list(values), kind) for values, kind in zip(columns, kinds.values(), strict=True)]
    return pa.table(arrays, schema=pa.schema(list(kinds.items())))
