"""What is held on one person, and what they ask of it: to see, object, correct or dispute; by pseudonym."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.recall import extracts_of
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance import subject_requests as rules
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.subject_requests import Kind
from kithmap.model.keys import receipt_no_of
from kithmap.register import receipts, releases, users
from kithmap.register import subject_requests as requests
from kithmap.register.audit import Act
from kithmap.register.subject_requests import SubjectRequest

# The tables that tell of a person, and what is shown of them: never a name, a number or an address.
FACTS = {
    "concern": ("harm", "list", "basis", "role", "holder", "layout", "start_on", "end_on", "receipt_no"),
    "membership": ("context_type", "basis", "start_on", "end_on", "receipt_no"),
    "strength": ("code", "observed_on", "layout", "receipt_no"),
}


@dataclass(frozen=True)
class Wish:
    """What somebody asks: of which kind, why, and of which mention and harm, where it is of one."""

    kind: str
    reason: str
    reference: str = ""
    harm: str = ""


@dataclass(frozen=True, repr=False)
class SubjectView:
    """Everything held on one person: where they are mentioned, under what, what is said, where it was counted."""

    person_id: str
    build: str
    mentions: tuple[dict[str, Any], ...]
    facts: dict[str, list[dict[str, Any]]]
    releases: tuple[dict[str, Any], ...]
    requests: tuple[SubjectRequest, ...]

    def __repr__(self) -> str:
        return f"<SubjectView of {len(self.mentions)} mentions>"

    def to_dict(self) -> dict[str, Any]:
        """The view as plain values, for JSON."""
        return {
            "person_id": self.person_id, "build": self.build, "mentions": list(self.mentions), "facts": self.facts,
            "releases": list(self.releases), "requests": [each.to_dict() for each in self.requests],
        }  # fmt: skip


def view(workspace: Workspace, person_id: str, *, purpose: str, reason: str, who: str) -> SubjectView:
    """What is held on a person in the newest build, as far as the purpose may use it.

    reason: why it is looked at, of the list of requests for access; it is written down with the pseudonym.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "subject show", ALLOW, "one person", purpose)
    sitting = sit(workspace, Action.SEE_LINKS, act)
    why = rules.check_reason(Kind.ACCESS, reason)
    mentions = _mentions(sitting, person_id)
    details = {
        "people": [person_id],
        "build": sitting.made.build_id,
        "reason": why,
        "mentions": len(mentions),
    }
    note(workspace, replace(act, details=details))
    used = {int(each["receipt_no"]) for each in mentions}
    counted = [
        {"release": each.release_id, "measure": each.measure, "level": each.level, "to": each.recipient, "state": each.state.value}
        for each in releases.list_releases(workspace.register)
        if extracts_of(workspace, each) & used
    ]  # fmt: skip
    asked = requests.list_requests(workspace.register, person_id=person_id)
    facts = {name: _facts(sitting, name, columns, person_id, asked) for name, columns in FACTS.items()}
    return SubjectView(person_id, sitting.made.build_id, tuple(mentions), facts, tuple(counted), asked)


def ask_for(workspace: Workspace, person_id: str, wish: Wish, *, purpose: str, who: str) -> SubjectRequest:
    """Write down what somebody asks about what is held on them; what is disputed is marked from now on.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "subject request", ALLOW, wish.kind, purpose, {"people": [person_id]})
    sitting = sit(workspace, Action.SEE_LINKS, act)
    kind = rules.read_kind(wish.kind)
    why = rules.check_reason(kind, wish.reason)
    _mentions(sitting, person_id)
    at = clock.now()
    request = SubjectRequest(
        clock.new_id(at),
        kind.value,
        person_id,
        why,
        rules.OPEN,
        purpose,
        at,
        who,
        harm=wish.harm.strip().upper(),
    )
    if wish.reference:
        (borne,) = sitting.find(wish.reference)
        if borne.person_id != person_id:
            raise NotFound(
                "The mention is not of this person.",
                "A mention of theirs, as `kithmap subject show` lists them.",
                "Name one of these.",
            )
        origin = sitting.extracts.origin_of(borne.mention_id)
        request = replace(request, sha256=origin.sha256, row=origin.row, slot=origin.slot)
    details = {**act.details, "request": request.request_id, "reason": why}
    note(workspace, replace(act, details=details), lambda: requests.save_request(workspace.register, request))
    return request


def decide(workspace: Workspace, request_id: str, decision: str, *, who: str) -> tuple[SubjectRequest, int]:
    """Uphold or decline a request; what is upheld marks every release that rests on it to be made again.

    Gives the request, and how many releases are newly marked.
    Raises: NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "subject decide", ALLOW, request_id)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.APPROVE)
        request = requests.get_request(workspace.register, request_id)
        state = rules.check_decision(request.state, decision.strip().lower())
    at = clock.now()
    decided = replace(request, state=state, decided_at=at, decided_by=who, decision=state)
    affected = _affected(workspace, decided) if state == rules.UPHELD and request.kind != "access" else []
    marked: list[int] = []

    def write() -> None:
        requests.save_request(workspace.register, decided)
        marked.append(releases.mark_again(workspace.register, affected, f"a {request.kind} was upheld", at))

    note(workspace, replace(act, details={"people": [request.person_id], "decision": state, "releases": len(affected)}), write)  # fmt: skip
    return decided, marked[0]


def list_requests(workspace: Workspace, *, who: str) -> tuple[SubjectRequest, ...]:
    """Every request, the oldest first.

    Raises: NotPermitted.
    """
    act = Act(who, "subject list", ALLOW, "every request")
    check_permitted(workspace, act, Action.APPROVE)
    note(workspace, act)
    return requests.list_requests(workspace.register)


def _mentions(sitting: Sitting, person_id: str) -> list[dict[str, Any]]:
    """Where a person is mentioned, in extracts that the purpose may use."""
    rows = sitting.engine.lookup(
        "identity", "person_id", [person_id], ("mention_id", "person_id")
    ).to_pylist()
    agreed = {each.receipt_no: each for each in receipts.kept_receipts(sitting.workspace.register)}
    found = [
        {
            "reference": sitting.extracts.reference_of(row["mention_id"]), "receipt_no": receipt.receipt_no,
            "extract": receipt.name, "holder": receipt.holder, "agreement": receipt.agreement,
            "received": receipt.received_at.isoformat(timespec="seconds"),
        }
        for row in rows
        if (receipt := agreed.get(receipt_no_of(row["mention_id"]))) is not None
        and receipt.receipt_no in sitting.scope.receipts
    ]  # fmt: skip
    if not found:
        raise NotFound(
            "Nothing is held on such a person for this purpose.",
            "A person_id of the newest build.",
            "See `kithmap links` or `kithmap find` for the ids in use.",
        )
    return sorted(found, key=lambda each: each["reference"])


def _facts(
    sitting: Sitting, name: str, columns: Sequence[str], person_id: str, asked: Sequence[SubjectRequest]
) -> list[dict[str, Any]]:
    """What a table of the build says of a person, each line with whether it is disputed."""
    table: Any = sitting.scope.table(sitting.engine, name)
    kept = [column for column in columns if column in table.columns]
    rows = sitting.engine.fetch(table.filter(table.person_id == person_id).select(kept)).to_pylist()
    disputed = [each for each in asked if each.kind == Kind.DISPUTE.value and each.state in rules.MARKED]
    return [
        {
            **{column: _text(value) for column, value in row.items()},
            "disputed": _is_disputed(sitting, row, disputed),
        }
        for row in rows
    ]


def _is_disputed(sitting: Sitting, row: dict[str, Any], disputed: Sequence[SubjectRequest]) -> bool:
    hashes = {
        each["sha256"]
        for each in sitting.made.manifest["extracts"]
        if each["receipt_no"] == row.get("receipt_no")
    }
    return any(
        (not each.harm or each.harm == row.get("harm")) and (not each.sha256 or each.sha256 in hashes)
        for each in disputed
    )


def _affected(workspace: Workspace, request: SubjectRequest) -> list[str]:
    """The releases that rest on an extract the request is about; on any, where it is of the person as a whole."""
    hashes = {each.receipt_no: each.sha256 for each in receipts.kept_receipts(workspace.register)}
    return [
        each.release_id
        for each in releases.list_releases(workspace.register)
        if not request.sha256
        or any(hashes.get(number) == request.sha256 for number in extracts_of(workspace, each))
    ]


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else str(value)
