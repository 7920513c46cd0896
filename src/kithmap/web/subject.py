"""What is held on a person, what they ask of it, what came of it; and what may be kept no longer."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import retain, subject
from kithmap.desk.policies import needs
from kithmap.desk.subject import Wish
from kithmap.errors import NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.permissions import Action, may_do
from kithmap.governance.subject_requests import DECISIONS, OPEN, REASONS, Kind
from kithmap.products.documents import day, moment
from kithmap.web.downloads import as_file
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

HEADINGS = ("Asked on (UTC)", "Kind", "Why", "State", "Written down by", "Decided by")
ASKED = tuple(
    {"value": f"{kind.value}: {reason}", "text": f"{kind.value.capitalize()}: {reason}"}
    for kind in Kind
    if kind is not Kind.ACCESS
    for reason in REASONS[kind]
)


@page("subject", needs(Action.SEE_LINKS, purpose=True), methods=POST)
def subject_page(visit: Visit) -> HttpResponseBase:
    """What is held on one person, by pseudonym: it is sent in a form, and stands in no address."""
    person, errors = visit.typed.get("person", "").strip(), []
    held = None
    if visit.request.method == "POST":
        try:
            if visit.typed.get("wish"):
                _ask(visit, person)
            reason = REASONS[Kind.ACCESS][0]
            held = subject.view(
                visit.workspace, person, purpose=visit.purpose_id, reason=reason, who=visit.who
            )
        except NotPermitted:
            raise
        except (Refused, WrongUse) as fault:
            errors = [{"text": f"{fault.what} {fault.do}", "href": "#person"}]
    return answer(
        visit,
        "subject.html.j2",
        status=422 if errors else 200,
        errors=errors,
        person=person,
        held=held,
        parts=_parts(held) if held else [],
        asked=ASKED,
        decides=may_do(visit.user, Action.APPROVE),
    )


@page("subject/requests", needs(Action.APPROVE), menu="Requests")
def subject_requests(visit: Visit) -> HttpResponseBase:
    """Every request, and those that are to be decided."""
    listed = subject.list_requests(visit.workspace, who=visit.who)
    waiting = [each for each in listed if each.state == OPEN]
    return answer(
        visit,
        "subject_requests.html.j2",
        headings=HEADINGS,
        rows=[_row(each) for each in reversed(listed)],
        waiting=[(each.request_id, f"{each.kind.capitalize()}: {each.reason}, asked on {moment(each.made_at)}") for each in waiting],
        decisions=DECISIONS,
        recalls=may_do(visit.user, Action.WITHDRAW),
    )  # fmt: skip


@page("subject/requests.<str:kind>", needs(Action.APPROVE))
def subject_requests_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of requests as a file; it names nobody."""
    check_file_kind(kind)
    rows = [_row(each) for each in subject.list_requests(visit.workspace, who=visit.who)]
    return as_file(visit, "requests", kind, HEADINGS, rows)


@page("subject/requests/<str:request_id>/decide", needs(Action.APPROVE), methods=("POST",), step_up=True)
def subject_decide(visit: Visit, request_id: str) -> HttpResponseBase:
    """Uphold or decline a request; what rests on it is marked, and recalled where that was chosen."""
    recall = visit.typed.get("recall") == "yes"
    try:
        made = subject.decide(
            visit.workspace, request_id, visit.typed.get("decision", ""), who=visit.who, recall=recall
        )
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        visit.tell(f"{fault.what} {fault.do}")
    else:
        visit.tell(
            f"The request is {made.request.state}. {made.marked} releases are newly marked to be made again;"
            f" {len(made.notices)} recipients are owed a notice."
        )
    return HttpResponseRedirect("/subject/requests")


@page("retention", needs(Action.WITHDRAW), methods=POST, step_up=True)
def retention(visit: Visit) -> HttpResponseBase:
    """What may be kept no longer, and deleting it with the proof."""
    done = retain.delete_due(visit.workspace, who=visit.who) if visit.request.method == "POST" else None
    rows = [
        [each.receipt_no, each.name, each.agreement, day(each.until)]
        for each in retain.find_due(visit.workspace)
    ]
    headings = ("Receipt", "Extract", "Agreement", "Could be kept until")
    return answer(visit, "retention.html.j2", headings=headings, rows=rows, done=done)


def _ask(visit: Visit, person: str) -> None:
    kind, _, reason = visit.typed["wish"].partition(": ")
    wish = Wish(kind, reason, visit.typed.get("reference", "").strip())
    subject.ask_for(visit.workspace, person, wish, purpose=visit.purpose_id, who=visit.who)
    visit.tell("It is written down, and waits for somebody else to decide.")


def _parts(held: Any) -> list[dict[str, Any]]:
    """What is held, as tables: mentions, what is said, where it was counted, what was asked."""
    tables = [("Where this person is mentioned", list(held.mentions))]
    tables += [(f"What is said: {name}", rows) for name, rows in held.facts.items()]
    tables.append(("Releases that rest on it", list(held.releases)))
    parts: list[dict[str, Any]] = []
    for title, rows in tables:
        names = list(rows[0]) if rows else []
        parts.append({
            "title": title,
            "headings": [name.replace("_", " ").capitalize() for name in names],
            "rows": [["" if row[name] is None else str(row[name]) for name in names] for row in rows],
        })  # fmt: skip
    parts.append(
        {"title": "What was asked", "headings": HEADINGS, "rows": [_row(each) for each in held.requests]}
    )
    return parts


def _row(each: Any) -> list[str]:
    return [
        moment(each.made_at), each.kind.capitalize(), each.reason, each.state.capitalize(), each.made_by,
        each.decided_by or "",
    ]  # fmt: skip
