"""The moves of a release, each by one press: approve, return, reject, withdraw, ask again, send, recall, acknowledge."""

from collections.abc import Callable

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import recall, releasing
from kithmap.desk.policies import needs
from kithmap.errors import DataProblem, KithmapError, NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.permissions import Action
from kithmap.governance.releasing import Move
from kithmap.web.page import page
from kithmap.web.releases import show_release
from kithmap.web.visit import Visit

POST = ("POST",)


@page("releases/<str:release_id>/approve", needs(Action.APPROVE), methods=POST, step_up=True)
def release_approve(visit: Visit, release_id: str) -> HttpResponseBase:
    """Approve a release as it stands, having said again who one is."""
    return _made(
        visit,
        release_id,
        lambda note: releasing.approve(visit.workspace, release_id, who=visit.who, said=note),
        "You have approved the release.",
    )


@page("releases/<str:release_id>/return", needs(Action.APPROVE), methods=POST)
def release_return(visit: Visit, release_id: str) -> HttpResponseBase:
    """Return a release to its author."""
    return _turn_back(visit, release_id, Move.RETURN, "The release is returned to its author.")


@page("releases/<str:release_id>/reject", needs(Action.APPROVE), methods=POST)
def release_reject(visit: Visit, release_id: str) -> HttpResponseBase:
    """Reject a release for good."""
    return _turn_back(visit, release_id, Move.REJECT, "The release is rejected.")


@page("releases/<str:release_id>/withdraw", needs(Action.SHARE, purpose=True), methods=POST)
def release_withdraw(visit: Visit, release_id: str) -> HttpResponseBase:
    """Take back a release of one's own."""
    return _turn_back(visit, release_id, Move.WITHDRAW, "The release is withdrawn.")


@page("releases/<str:release_id>/change", needs(Action.SHARE, purpose=True), methods=POST)
def release_change(visit: Visit, release_id: str) -> HttpResponseBase:
    """Ask again of the newest build and submit that answer in its place."""
    return _made(
        visit,
        release_id,
        lambda note: releasing.change(visit.workspace, release_id, who=visit.who, said=note),
        "The question was asked again of the newest build, and the answer is submitted.",
    )


@page("releases/<str:release_id>/release", needs(Action.SHARE, purpose=True), methods=POST, step_up=True)
def release_send(visit: Visit, release_id: str) -> HttpResponseBase:
    """Send what two people have approved."""
    return _made(
        visit,
        release_id,
        lambda _: releasing.send(visit.workspace, release_id, who=visit.who),
        "The release has left.",
    )


@page("releases/<str:release_id>/recall", needs(Action.WITHDRAW), methods=POST)
def release_recall(visit: Visit, release_id: str) -> HttpResponseBase:
    """Recall what has left from everybody who has it."""
    return _made(
        visit,
        release_id,
        lambda note: recall.recall(visit.workspace, release_id, reason=note, who=visit.who),
        "The release is recalled. Give each recipient the notice that is owed to them.",
        "/releases/distribution",
    )


@page("releases/<str:release_id>/acknowledge", needs(Action.SEE_RELEASES), methods=POST)
def release_acknowledge(visit: Visit, release_id: str) -> HttpResponseBase:
    """Write down that a recipient has a release or, once it is recalled, uses it no more."""
    to, by = visit.typed.get("to", ""), visit.typed.get("by", "").strip()
    if not by:
        return show_release(
            visit, release_id, errors=[{"text": "Enter who said so, on the recipient's side", "href": "#by"}]
        )
    return _made(
        visit,
        release_id,
        lambda _: recall.acknowledge(visit.workspace, release_id, to=to, by=by, who=visit.who),
        f"It is written down that {to} said so.",
    )


def in_sentences(fault: KithmapError) -> str:
    """An error as a page's summary has it: what is wrong, and what to do."""
    return f"{fault.what} {fault.do}"


def _turn_back(visit: Visit, release_id: str, move: Move, told: str) -> HttpResponseBase:
    return _made(
        visit,
        release_id,
        lambda note: releasing.turn_back(visit.workspace, release_id, move, who=visit.who, said=note),
        told,
    )


def _made(
    visit: Visit, release_id: str, move: Callable[[str], object], told: str, to: str = ""
) -> HttpResponseBase:
    """Make a move and go to the release; or show it again with why the move was refused, and the note."""
    note = visit.typed.get("said", "")
    try:
        move(note)
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse, DataProblem) as fault:
        at = "said" if "why" in fault.what else "moves"
        return show_release(
            visit, release_id, errors=[{"text": in_sentences(fault), "href": f"#{at}"}], said_so=note
        )
    visit.tell(told)
    return HttpResponseRedirect(to or f"/releases/{release_id}")
