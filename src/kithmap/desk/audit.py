"""The audit as the desk keeps it: every act allowed or refused, and its head kept apart."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import KeyMissing, Refused
from kithmap.governance.permissions import Action, check_may_do
from kithmap.register import audit, users
from kithmap.register.audit import Act, Head, Line

ALLOW, DENY = "allow", "deny"
HEAD_FILE = "audit.head"


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
        head = audit.append(workspace.register, _audit_key(workspace), act, clock.now())
    _keep_head(workspace, head)


@contextmanager
def refusals_noted(workspace: Workspace, act: Act) -> Generator[None]:
    """Write down what is refused within, and why; then refuse it."""
    try:
        yield
    except Refused as refused:
        why = {**act.details, "refused": type(refused).__name__, "why": refused.what}
        note(workspace, replace(act, outcome=DENY, details=why))
        raise


def show(workspace: Workspace, *, last: int = 20, who: str) -> tuple[Line, ...]:
    """The last lines of the audit, the newest last.

    Raises: NotPermitted.
    """
    act = Act(who, "audit show", ALLOW, f"the last {last} lines")
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.SEE_AUDIT)
    return audit.last_lines(workspace.register, last)


def verify(workspace: Workspace) -> Proof:
    """Find out whether the audit is as it was written, to its last line."""
    kept = _read_head(workspace)
    faults = audit.find_faults(workspace.register, _audit_key(workspace), kept)
    head = audit.head(workspace.register)
    return Proof(head.seq, head.hash, faults)


def _audit_key(workspace: Workspace) -> bytes:
    return keys.derive(workspace.key, "audit")


def _head_path(workspace: Workspace) -> Path:
    """Beside the key, outside the workspace; within it where the key is not kept in a file."""
    if keys.VARIABLE not in os.environ:
        try:
            return keys.key_file(workspace.folder).with_suffix(".audit")
        except KeyMissing:
            pass
    return workspace.folder / HEAD_FILE


def _keep_head(workspace: Workspace, head: Head) -> None:
    # Whoever cuts lines off the register's end must also find this and know what to write in it.
    path = _head_path(workspace)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(f"{head.seq} {head.hash}\n", encoding="ascii")
    aside.replace(path)


def _read_head(workspace: Workspace) -> Head:
    path = _head_path(workspace)
    if not path.is_file():
        return Head(0, audit.START)
    number, _, digest = path.read_text(encoding="ascii").strip().partition(" ")
    return Head(int(number), digest)
