"""What every answer says while something that it may count is disputed: counted apart, and roughly."""

from dataclasses import replace

from kithmap.desk.answers import Result
from kithmap.desk.caveats import about
from kithmap.desk.workspace import Workspace
from kithmap.governance.subject_requests import OPEN, UPHELD, Kind
from kithmap.register import receipts, subject_requests

STATES = ((OPEN, "not yet decided"), (UPHELD, "upheld"))


def with_disputes(workspace: Workspace, result: Result) -> Result:
    """The answer, saying how many disputes bear on it where any does: neither what they are of, nor of whom."""
    said = _words(workspace, frozenset(result.extracts))
    if not said or said in result.caveats:
        return result
    return replace(result, caveats=(*result.caveats, said))


def _words(workspace: Workspace, used: frozenset[int]) -> str:
    found = subject_requests.list_requests(workspace.register, kind=Kind.DISPUTE.value)
    if not found:
        return ""
    hashes = {digest for number, digest, _ in receipts.receipt_states(workspace.register) if number in used}
    # One that names no mention is of all that is held on the person.
    bearing = [each for each in found if not each.sha256 or each.sha256 in hashes]
    counts = [(len([each for each in bearing if each.state == state]), words) for state, words in STATES]
    parts = [f"{about(number)} {words}" for number, words in counts if number]
    if not parts:
        return ""
    return (
        "Some of what is recorded is disputed by those it tells of, and is counted as recorded."
        f" Disputes: {', '.join(parts)}."
    )
