"""The audit as the desk keeps it: every act allowed or refused, and its head kept apart."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from kithmap.desk import anchor, clock
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import Refused
from kithmap.governance.permissions import Action, check_may_do
from kithmap.register import audit, users
from kithmap.register.audit import Act, Line

ALLOW, DENY = "allow", "deny"
# Acts by which somebody saw where everybody stands.
OF_EVERYBODY = ("links",)


@dataclass(frozen=True)
class Proof:
    """Whether the audit is as it was written, and every way in which it is not."""

    lines: int
    head: str
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was changed, taken out, put in or cut off."""
        return not self.faults

    @property
    def sentence(self) -> str:
        """The finding in words."""
        if self.intact:
            return (
                f"The audit is whole: {self.lines:,} lines, each as it was written. Its head is {self.head}."
            )
        return f"The audit is not as it was written. {' '.join(self.faults)}"

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain values, for JSON."""
        return {**asdict(self), "faults": list(self.faults), "intact": self.intact}


def note(workspace: Workspace, act: Act, alongside: Callable[[], object] | None = None) -> None:
    """Write an act down, in one transaction with what it does to the register."""
    with workspace.register.transaction():
        if alongside is not None:
            alongside()
        at = clock.now()
        head = audit.append(workspace.register, _audit_key(workspace), act, at)
    anchor.keep(workspace, head, at.date())


def note_all(workspace: Workspace, acts: Sequence[Act]) -> None:
    """Write many acts down at once, in order: all of them or none."""
    at = clock.now()
    head = audit.append_all(workspace.register, _audit_key(workspace), acts, at)
    anchor.keep(workspace, head, at.date())


@contextmanager
def refusals_noted(workspace: Workspace, act: Act) -> Generator[None]:
    """Write down what is refused within, and why; then refuse it."""
    try:
        yield
    except Refused as refused:
        why = {**act.details, "refused": type(refused).__name__, "why": refused.what}
        note(workspace, replace(act, outcome=DENY, details=why))
        raise


def check_permitted(workspace: Workspace, act: Act, action: Action) -> None:
    """Refuse an act, and write the refusal down, unless the role of whoever does it allows the action.

    Raises: NotPermitted.
    """
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, act.actor), action)


def note_kept_out(workspace: Workspace, page: str, *, who: str) -> None:
    """Write down that somebody asked for a page that is not for their role; the page by its name."""
    note(workspace, Act(who, "page", DENY, page))


def show(workspace: Workspace, *, last: int = 20, who: str) -> tuple[Line, ...]:
    """The last lines of the audit, the newest last.

    Raises: NotPermitted.
    """
    act = Act(who, "audit show", ALLOW, f"the last {last} lines")
    check_permitted(workspace, act, Action.SEE_AUDIT)
    lines = audit.last_lines(workspace.register, last)
    note(workspace, act)
    return lines


def verify(workspace: Workspace) -> Proof:
    """Find out whether the audit is as it was written, to its last line."""
    kept, faults = anchor.read(workspace)
    found = audit.find_faults(workspace.register, _audit_key(workspace), kept)
    head = audit.head(workspace.register)
    return Proof(head.seq, head.hash, (*found, *faults))


def who_looked(workspace: Workspace, person_id: str, *, who: str) -> tuple[Line, ...]:
    """Every line that says somebody looked at a person, by pseudonym, or at a list of everybody; no answers.

    Raises: NotPermitted.
    """
    act = Act(who, "audit who", ALLOW, "one person", details={"asked_about": person_id})
    check_permitted(workspace, act, Action.SEE_AUDIT)
    named = audit.lines_with(workspace.register, [person_id])
    # A list of everybody names nobody in its line.
    listed = (line for verb in OF_EVERYBODY for line in audit.lines_of(workspace.register, verb, ALLOW))
    note(workspace, act)
    found = {line.seq: line for line in (*named, *listed) if line.verb != "audit who"}
    return tuple(found[seq] for seq in sorted(found))


def count_lines(workspace: Workspace) -> int:
    """How many lines the audit has."""
    return audit.head(workspace.register).seq


def _audit_key(workspace: Workspace) -> bytes:
    return keys.derive(workspace.key, "audit")
