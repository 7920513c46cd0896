"""Recall what has left: every recipient is owed a notice, and says that they have had it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.releasing import check_may_see
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.levels import Level
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.readers import check_may_read, may_read
from kithmap.governance.releasing import Move, State, next_state
from kithmap.register import builds, deliveries, releases, users
from kithmap.register.audit import Act
from kithmap.register.deliveries import Delivery
from kithmap.register.releases import NewStep, ReleaseRecord

# What a notice asks of its recipient.
ASKED = (
    "stop using them and anything made from them, and take no decision on them",
    "delete every copy, and have those you passed them to do the same",
    "tell us that you have done so; we write down who said so and when",
)
RECALLABLE = frozenset({State.RELEASED, State.EXPIRED})


@dataclass(frozen=True)
class Notice:
    """What one recipient is told: which releases they hold must be used no more, and why."""

    recipient: str
    deliveries: tuple[Delivery, ...]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The notice as plain values, for JSON."""
        return {
            "recipient": self.recipient,
            "releases": [each.to_dict() for each in self.deliveries],
            "text": self.text,
        }


def recall(workspace: Workspace, release_id: str, *, reason: str, who: str) -> tuple[Notice, ...]:
    """Recall one release from everybody who has it; what each is to be told.

    Raises: NotPermitted, NotFound, WrongUse when it has not left, was recalled, or nothing says why.
    """
    act = Act(who, "release recall", ALLOW, release_id)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.WITHDRAW)
        record = releases.get_release(workspace.register, release_id)
        next_state(record.state, Move.RECALL)
        if not reason.strip():
            raise WrongUse(
                "Nothing says why.", "A few words, without any name of a young person.", "Add --reason."
            )
    return _recall(workspace, [record], reason.strip(), who)


def recall_resting_on(
    workspace: Workspace, receipt_nos: Collection[int], *, reason: str, who: str
) -> tuple[Notice, ...]:
    """Recall every release that rests on some extracts, as when they are withdrawn."""
    return _recall(workspace, resting_on(workspace, receipt_nos), reason, who)


def resting_on(workspace: Workspace, receipt_nos: Collection[int]) -> tuple[ReleaseRecord, ...]:
    """The releases that are out, recalled by nobody, and rest on some extracts."""
    wanted = frozenset(receipt_nos)
    return tuple(each for each in _out(workspace) if extracts_of(workspace, each) & wanted)


def extracts_of(workspace: Workspace, record: ReleaseRecord) -> frozenset[int]:
    """The receipts a release rests on; of one from before they were written down, all of its build's."""
    if record.extracts:
        return frozenset(record.extracts)
    manifests = {each.build_id: each.manifest for each in builds.list_builds(workspace.register)}
    listed = manifests.get(record.build_id, {}).get("extracts", [])
    return frozenset(int(each["receipt_no"]) for each in listed)


def notices(workspace: Workspace, *, who: str, everything: bool = False) -> tuple[Notice, ...]:
    """What each recipient is to be told and has not said they know; with `everything`, also what they know.

    Raises: NotPermitted.
    """
    act = Act(
        who, "release notices", ALLOW, "everything recalled" if everything else "what is not acknowledged"
    )
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
    note(workspace, act)
    recalled = [each for each in _theirs(workspace, who) if each.recalled_at is not None]
    return _notices(workspace, [e for e in recalled if everything or e.recall_acknowledged_at is None])


def acknowledge(workspace: Workspace, release_id: str, *, to: str, by: str, who: str) -> Delivery:
    """Write down that a recipient has a release, or, once it is recalled, that they use it no more.

    by: who said so, on the recipient's side.
    Raises: NotPermitted, NotFound.
    """
    act = Act(who, "release acknowledge", ALLOW, release_id, details={"to": to})
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
        record = releases.get_release(workspace.register, release_id)
        check_may_read(users.get_user(workspace.register, who), Level(record.level), record.state)
    found: list[Delivery] = []
    note(
        workspace,
        act,
        lambda: found.append(
            deliveries.acknowledge(workspace.register, release_id, to, by=by, at=clock.now())
        ),
    )
    return found[0]


def distribution(workspace: Workspace, *, who: str) -> tuple[Delivery, ...]:
    """The register of what went to whom, of the releases that somebody may read.

    Raises: NotPermitted.
    """
    act = Act(who, "release distribution", ALLOW, "every release")
    with refusals_noted(workspace, act):
        check_may_see(workspace, who)
    note(workspace, act)
    return _theirs(workspace, who)


def _theirs(workspace: Workspace, who: str) -> tuple[Delivery, ...]:
    """The deliveries of what somebody may read."""
    reader = users.get_user(workspace.register, who)
    read = {
        each.release_id
        for each in releases.list_releases(workspace.register)
        if may_read(reader, Level(each.level), each.state)
    }
    return tuple(each for each in deliveries.list_deliveries(workspace.register) if each.release_id in read)


def _out(workspace: Workspace) -> tuple[ReleaseRecord, ...]:
    return releases.list_releases(workspace.register, RECALLABLE)


def _recall(
    workspace: Workspace, records: Iterable[ReleaseRecord], reason: str, who: str
) -> tuple[Notice, ...]:
    told: list[str] = []
    for record in records:
        at = clock.now()
        changed = replace(record, state=next_state(record.state, Move.RECALL))
        details = {
            "release": record.release_id,
            "level": record.level,
            "to": record.recipient,
            "reason": reason,
        }

        def write(changed: ReleaseRecord = changed, at: Any = at) -> None:
            releases.save_release(workspace.register, changed, NewStep(Move.RECALL, who, at, reason))
            deliveries.recall(workspace.register, [changed.release_id], reason, at)

        note(workspace, Act(who, "release recall", ALLOW, record.measure, record.purpose, details), write)
        told.append(record.release_id)
    return _notices(workspace, deliveries.list_deliveries(workspace.register, told))


def _notices(workspace: Workspace, recalled: Iterable[Delivery]) -> tuple[Notice, ...]:
    theirs: dict[str, list[Delivery]] = {}
    for each in recalled:
        theirs.setdefault(each.recipient, []).append(each)
    return tuple(Notice(to, tuple(each), _text(workspace, to, each)) for to, each in sorted(theirs.items()))


def _text(workspace: Workspace, to: str, recalled: Collection[Delivery]) -> str:
    """The notice as a letter in Markdown; it repeats nothing that was released."""
    lines = [
        f"- release {each.release_id} (version {each.version}), sent {each.sent_at:%d/%m/%Y}: "
        f"{releases.get_release(workspace.register, each.release_id).content['question']} Recalled because"
        f" {each.recall_reason}."
        for each in recalled
    ]
    parts = [
        f"# Recall notice for {to}",
        "You hold the releases below. What they rest on counts no more. Please:",
        "\n".join(f"{number}. {asked}" for number, asked in enumerate(ASKED, start=1)),
        "\n".join(lines),
    ]
    return "\n\n".join(parts)
