"""What befell the identity of a person: the events of the ledger, by pseudonym only."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.permissions import Action
from kithmap.register.audit import Act

EVENT = "identity_event"
# A chain of merges is as long as there were builds; a ring of them, through ids given back, has no end.
MOST_MERGES = 100


@dataclass(frozen=True)
class PersonHistory:
    """A person's events, the oldest first, and the id that their mentions are under now.

    now: the same id; another one where they were merged; None where nothing of them is in the build.
    """

    person_id: str
    now: str | None
    events: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """The history as plain values, for JSON."""
        return {"person_id": self.person_id, "now": self.now, "events": list(self.events)}


def history(workspace: Workspace, person_id: str, *, purpose: str, who: str) -> PersonHistory:
    """Everything that befell a person's identity, as the newest build's ledger has it.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "history", ALLOW, "a person's identity", purpose)
    sitting = sit(workspace, Action.SEE_LINKS, act)
    rows = _events(sitting, person_id) if sitting.engine.has(EVENT) else []
    if not rows:
        note(workspace, replace(act, what=sitting.made.build_id, details={"rows": 0}))
        raise NotFound(
            "The identity ledger has no event of such a person.",
            "A person_id of the newest build, or of one before it.",
            "See `kithmap links` for the ids in use; a build made before there was a ledger has no events.",
        )
    note(
        workspace,
        replace(act, what=sitting.made.build_id, details={"rows": len(rows), "people": [person_id]}),
    )
    return PersonHistory(person_id, _now(sitting, person_id), tuple(rows))


def _events(sitting: Sitting, person_id: str) -> list[dict[str, Any]]:
    engine = sitting.engine
    event: Any = engine.table(EVENT)
    theirs = event.filter((event.person_id == person_id) | (event.other_person_id == person_id))
    rows = engine.fetch(theirs.order_by("event_no")).to_pylist()
    return [
        {**row, "at": row["at"].replace(tzinfo=UTC).isoformat(timespec="seconds"), "evidence": json.loads(row["evidence"])}
        for row in rows
    ]  # fmt: skip


def _now(sitting: Sitting, person_id: str) -> str | None:
    """Follow merges to the id that is in use."""
    engine = sitting.engine
    event: Any = engine.table(EVENT)
    for _ in range(MOST_MERGES):
        if engine.lookup("identity", "person_id", [person_id]).num_rows:
            return person_id
        merges = event.filter((event.kind == "merged") & (event.other_person_id == person_id))
        into = engine.fetch(merges.order_by("event_no").select("person_id")).to_pylist()
        if not into:
            return None
        person_id = into[-1]["person_id"]
    return None


def read_moment(text: str) -> datetime:
    """A day (its end) or a moment, in UTC and without a zone, as the ledger has them.

    Raises: WrongUse.

    >>> read_moment("2026-07-31"), read_moment("2026-07-31T09:30")
    (datetime.datetime(2026, 7, 31, 23, 59, 59, 999999), datetime.datetime(2026, 7, 31, 9, 30))
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUse(
            f"'{text}' is no date.",
            "A date such as 2026-07-31, or a moment such as 2026-07-31T09:30 (UTC).",
            "Write it so.",
        ) from None
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None)
    return datetime.combine(moment, time.max) if len(text.strip()) <= len("2026-07-31") else moment
