"""One context as it may be seen: a family, a group, a school, a place; what happens there, who holds what.

A context that a purpose does not open, one outside the reader's scope and one that is not there are one answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.context_facts import Row, facts_of, find_members
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance.contexts import is_open_to
from kithmap.governance.permissions import Action, may_act
from kithmap.governance.purposes import Purpose
from kithmap.model.tables import CONTEXT
from kithmap.register import purposes, users
from kithmap.register.audit import Act

NAMED = ("school", "public_space", "premises", "route", "online")
MOST_FOUND = 50


@dataclass(frozen=True)
class Found:
    """A context by which somebody may know it: its type, its code, its name where it has one."""

    context_id: str
    context_type: str
    code: str
    name: str | None
    authority: str | None


@dataclass(frozen=True, repr=False)
class ContextView:
    """What is known of one context.

    tables: its parts by name, each row with labels and cells: harms, months, holders, others, strengths.
    people: pseudonyms of those in a family or group, for a case alone.
    """

    found: Found
    place_type: str | None
    roll: int | None
    young_people: Any
    events: Any
    tables: Mapping[str, tuple[Row, ...]]
    people: tuple[str, ...]
    extracts: int
    build: str
    linked_on: Any

    def __repr__(self) -> str:
        return f"<ContextView {self.found.code}>"


def view_context(workspace: Workspace, context_id: str, *, purpose: str, who: str) -> ContextView:
    """What is known of a context in the newest build, as far as the purpose may use it.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "context", ALLOW, "one context", purpose, {"context": context_id[:40]})
    sitting = sit(workspace, Action.ASK_CONTEXTS, act)
    kind = purposes.get_purpose(workspace.register, purpose).kind
    row = _row_of(sitting, context_id)
    members = find_members(sitting, row) if row is not None else None
    if row is None or members is None or not is_open_to(row["context_type"], members.size, kind):
        note(workspace, replace(act, details={**act.details, "found": 0}))
        raise NotFound(
            "There is no such context.", "The id of a context of the newest build.", "Search by name."
        )
    # So many of its young people in another context: that has as many members at least.
    facts = facts_of(sitting, row, members, lambda type_of, shared: is_open_to(type_of, shared, kind))
    user = users.get_user(workspace.register, who)
    is_listed = row["context_type"] not in NAMED and may_act(user, Action.SEE_PEOPLE, kind)
    people = tuple(members.people) if is_listed and kind is Purpose.CASE else ()
    told = {**act.details, "build": sitting.made.build_id, "people": list(people)}
    note(workspace, replace(act, details=told))
    return ContextView(
        _found(row),
        row["place_type"],
        row["roll"],
        facts.young_people,
        facts.events,
        facts.tables,
        people,
        len(sitting.scope.receipts | sitting.scope.regional),
        sitting.made.build_id,
        sitting.made.started_at,
    )


def find_contexts(workspace: Workspace, name: str, *, purpose: str, who: str) -> tuple[Found, ...]:
    """The contexts whose name or code holds some words: schools, places, routes, sites; never a family or group.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    wanted = " ".join(name.casefold().split())
    # What was typed is not written down: it may be a person's name.
    act = Act(who, "find a context", ALLOW, "contexts by name", purpose)
    sitting = sit(workspace, Action.ASK_CONTEXTS, act)
    rows: list[dict[str, Any]] = []
    if wanted:
        table: Any = sitting.scope.table(sitting.engine, CONTEXT.name)
        said = table.name.fill_null("").concat(" ").concat(table.code).lower()
        kept = table.filter(table.context_type.isin(NAMED), said.contains(wanted))
        rows = sitting.engine.fetch(kept.order_by("name", "code").limit(MOST_FOUND)).to_pylist()
    note(workspace, replace(act, details={**act.details, "rows": len(rows)}))
    return tuple(_found(row) for row in rows)


def find_ids(workspace: Workspace, codes: Sequence[str], *, purpose: str, who: str) -> dict[str, str]:
    """The ids of contexts by their codes, of those that somebody may see: nothing of what is in them.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    act = Act(who, "find a context", ALLOW, "contexts by code", purpose)
    sitting = sit(workspace, Action.ASK_CONTEXTS, act)
    if not codes:
        return {}
    table: Any = sitting.scope.table(sitting.engine, CONTEXT.name)
    kept = table.filter(table.code.isin(list(codes))).select("code", "context_id")
    return {row["code"]: row["context_id"] for row in sitting.engine.fetch(kept).to_pylist()}


def _row_of(sitting: Sitting, context_id: str) -> dict[str, Any] | None:
    table: Any = sitting.scope.table(sitting.engine, CONTEXT.name)
    rows = sitting.engine.fetch(table.filter(table.context_id == context_id)).to_pylist()
    return rows[0] if rows else None


def _found(row: Mapping[str, Any]) -> Found:
    return Found(row["context_id"], row["context_type"], row["code"], row["name"], row["la_code"])
