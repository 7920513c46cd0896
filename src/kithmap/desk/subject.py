"""What is held on one person, and what they ask of it: to see, object, correct or dispute; by pseudonym."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.extracts import Extracts
from kithmap.desk.objected import places_of
from kithmap.desk.publishing import open_engine
from kithmap.desk.recall import Notice, extracts_of, recall_resting_on, resting_on
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance import subject_requests as rules
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.subject_requests import Kind
from kithmap.model.keys import receipt_no_of
from kithmap.register import builds, receipts, releases, users
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


@dataclass(frozen=True)
class Decided:
    """What came of deciding a request.

    marked: how many releases are newly marked to be made again. resting: those that are out and rest on what
    the request is about, which may be recalled. notices: what recipients are to be told, where they were.
    """

    request: SubjectRequest
    marked: int
    resting: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """It as plain values, for JSON."""
        return {
            **self.request.to_dict(),
            "to_be_made_again": self.marked,
            "resting_on_it": list(self.resting),
            "notices": [each.to_dict() for each in self.notices],
        }


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


def decide(
    workspace: Workspace, request_id: str, decision: str, *, who: str, recall: bool = False
) -> Decided:
    """Uphold or decline a request; what is upheld marks every release that rests on it to be made again.

    What an upheld objection is about is in no answer from then on, nor what was corrected as of somebody else
    or of a wrong harm. recall: whether the releases that rest on it are recalled at once.
    Raises: NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "subject decide", ALLOW, request_id)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.APPROVE)
        if recall:
            check_may_do(users.get_user(workspace.register, who), Action.WITHDRAW)
        request = requests.get_request(workspace.register, request_id)
        state = rules.check_decision(request.state, decision.strip().lower())
    at = clock.now()
    decided = replace(request, state=state, decided_at=at, decided_by=who, decision=state)
    changes = state == rules.UPHELD and request.kind != Kind.ACCESS.value
    used = _extracts_of(workspace, request) if changes else frozenset[int]()
    affected = [
        each.release_id
        for each in releases.list_releases(workspace.register)
        if extracts_of(workspace, each) & used
    ]
    marked: list[int] = []

    def write() -> None:
        requests.save_request(workspace.register, decided)
        marked.append(releases.mark_again(workspace.register, affected, f"a {request.kind} was upheld", at))

    note(workspace, replace(act, details={"people": [request.person_id], "decision": state, "releases": len(affected)}), write)  # fmt: skip
    told = (
        recall_resting_on(workspace, used, reason=f"a {request.kind} was upheld", who=who) if recall else ()
    )
    out = tuple(each.release_id for each in resting_on(workspace, used))
    return Decided(decided, marked[0], out, told)


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


def _extracts_of(workspace: Workspace, request: SubjectRequest) -> frozenset[int]:
    """The extracts a request is about: the one of its mention, or all that mention the person."""
    if request.origin is not None:
        states = receipts.receipt_states(workspace.register)
        return frozenset(number for number, sha256, _ in states if sha256 == request.sha256)
    made = builds.get_build(workspace.register, None)
    places = places_of(open_engine(workspace, made), Extracts(made.manifest["extracts"]), request)
    return frozenset(receipt_no for _, receipt_no in places)


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else str(value)
