"""What every answer says while something that it may count is disputed."""

from dataclasses import replace

from kithmap.desk.answers import Result
from kithmap.desk.workspace import Workspace
from kithmap.governance.subject_requests import MARKED, Kind
from kithmap.register import subject_requests

DISPUTED = "Some of what is recorded is disputed by those it tells of; it is counted as recorded."


def with_disputes(workspace: Workspace, result: Result) -> Result:
    """The answer, saying that something is disputed where anything is: neither what, nor of whom, nor how much."""
    standing = subject_requests.list_requests(workspace.register, kind=Kind.DISPUTE.value)
    if DISPUTED in result.caveats or not any(each.state in MARKED for each in standing):
        return result
    return replace(result, caveats=(*result.caveats, DISPUTED))
