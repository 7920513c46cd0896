"""What leaves every answer because somebody's objection or correction was upheld: from that day, in every build.

A request is of one mention or of a person as a whole, and may name a harm. A build keeps what an extract says of
a person under both, so a mention takes with it all that its extract says of them. A person is found again
whatever id their mentions are under now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from kithmap.desk.extracts import Extracts
from kithmap.desk.publishing import open_engine
from kithmap.desk.workspace import Workspace
from kithmap.governance.purposes import Purpose
from kithmap.governance.subject_requests import leaves
from kithmap.model.keys import receipt_no_of
from kithmap.model.tables import CONCERN
from kithmap.register import subject_requests
from kithmap.register.builds import BuildRecord
from kithmap.register.subject_requests import SubjectRequest

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

HISTORY = "identity_history"
WHO = ("mention_id", "person_id")


@dataclass(frozen=True)
class Objected:
    """What counts no more: of a person, from one extract or from all, of one harm or of all."""

    person_id: str
    receipt_no: int | None = None
    harm: str = ""


def find_objected(workspace: Workspace, made: BuildRecord, purpose: Purpose) -> tuple[Objected, ...]:
    """What of a build counts no more for a kind of purpose."""
    standing = [
        each
        for each in subject_requests.list_requests(workspace.register)
        if leaves(each.kind, each.reason, each.state, purpose)
    ]
    if not standing:
        return ()
    engine = open_engine(workspace, made)
    found: dict[Objected, None] = {}
    for request in standing:
        for person_id, receipt_no in places_of(engine, Extracts(made.manifest["extracts"]), request):
            whole = None if request.origin is None else receipt_no
            found[Objected(person_id, whole, request.harm)] = None
    return tuple(found)


def places_of(engine: "Engine", extracts: Extracts, request: SubjectRequest) -> list[tuple[str, int]]:
    """Whom a request is of in a build, and in which extracts they are mentioned there."""
    if request.origin is not None:
        return _places(engine, "mention_id", extracts.mentions_at(request.origin))
    people = {request.person_id}
    if engine.has(HISTORY):
        at = request.made_at.astimezone(UTC).replace(tzinfo=None)
        known = engine.lookup(HISTORY, "person_id", [request.person_id]).to_pylist()
        then = [
            row["mention_id"]
            for row in known
            if row["from_at"] <= at and (row["to_at"] is None or row["to_at"] > at)
        ]
        people |= {person_id for person_id, _ in _places(engine, "mention_id", then)}
    return _places(engine, "person_id", sorted(people))


def without_objected(rows: Any, name: str, objected: Sequence[Objected]) -> Any:
    """The rows of a table but those that count no more."""
    for column in ("person_id", "other_person_id"):
        if column in rows.columns:
            for each in _asked_of(name, rows, objected):
                # A row that names nobody, or rests on several extracts, is compared with null.
                rows = rows.filter(~_is_of(rows, rows[column], each).fill_null(False))
    return rows


def _asked_of(name: str, rows: Any, objected: Sequence[Objected]) -> Iterable[Objected]:
    """What bears on a table: a harm is said in concerns alone."""
    # Nobody is out of `person` for one extract: those whom nothing names any more are. An association is a
    # sum over extracts that cannot be taken apart, and goes whole.
    of_extracts = "receipt_no" in rows.columns or "other_person_id" in rows.columns
    for each in objected:
        if (not each.harm or name == CONCERN.name) and (each.receipt_no is None or of_extracts):
            yield each


def _is_of(rows: Any, person: Any, each: Objected) -> Any:
    found: Any = person == each.person_id
    if each.receipt_no is not None and "receipt_no" in rows.columns:
        found &= rows.receipt_no.isnull() | (rows.receipt_no == each.receipt_no)
    return found & (rows.harm == each.harm) if each.harm else found


def _places(engine: "Engine", column: str, values: Sequence[Any]) -> list[tuple[str, int]]:
    if not values:
        return []
    rows = engine.lookup("identity", column, list(values), WHO).to_pylist()
    return sorted({(row["person_id"], receipt_no_of(row["mention_id"])) for row in rows})
