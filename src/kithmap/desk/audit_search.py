"""Reading the audit a page at a time, proving it, and saying who looked at a person; each reading is a line itself."""

from dataclasses import dataclass

from kithmap.desk.audit import ALLOW, Proof, check_permitted, note, verify
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import Action
from kithmap.register import audit_search
from kithmap.register.audit import Act, Line
from kithmap.register.audit_search import Wanted

__all__ = ["PAGE", "Found", "Wanted", "prove", "search"]

PAGE, MOST_IN_FILE = 50, 10_000


@dataclass(frozen=True)
class Found:
    """A page of lines, the newest first, of how many; and what may be chosen among."""

    lines: tuple[Line, ...]
    total: int
    verbs: tuple[str, ...]
    actors: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def search(workspace: Workspace, wanted: Wanted, *, who: str, number: int = 1, whole: bool = False) -> Found:
    """A page of the lines that are wanted; or, with `whole`, all of them as far as a file goes.

    Raises: NotPermitted.
    """
    said = {name: str(value) for name, value in vars(wanted).items() if value}
    act = Act(who, "audit show", ALLOW, "every page" if whole else f"page {number}", details=said)
    check_permitted(workspace, act, Action.SEE_AUDIT)
    register = workspace.register
    first, most = (0, MOST_IN_FILE) if whole else ((max(number, 1) - 1) * PAGE, PAGE)
    lines, total = audit_search.find_lines(register, wanted, first=first, most=most)
    verbs, actors = (audit_search.kinds_of(register, column) for column in ("verb", "actor"))
    note(workspace, act)
    return Found(lines, total, verbs, actors)


def prove(workspace: Workspace, *, who: str) -> Proof:
    """Whether the audit is as it was written, for whoever may see it.

    Raises: NotPermitted.
    """
    act = Act(who, "audit verify", ALLOW, "every line")
    check_permitted(workspace, act, Action.SEE_AUDIT)
    proof = verify(workspace)
    note(workspace, act)
    return proof
