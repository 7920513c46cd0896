"""One young person over time, for a case and with a reason; found by what is known of them, never browsed."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk.explain import explain
from kithmap.desk.find import find
from kithmap.desk.policies import needs
from kithmap.desk.resemblance import Wanted
from kithmap.desk.timeline import Entry, Timeline, timeline
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.looking import REASONS
from kithmap.governance.policy import Action
from kithmap.model.codes import find_label
from kithmap.products.documents import day
from kithmap.products.words import label
from kithmap.web.forms import Field, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit

SEE = needs(Action.SEE_PEOPLE, purpose=True)
LINKS = needs(Action.SEE_LINKS, purpose=True)
# Where a session keeps why each person was opened in it.
LOOKS = "looks"
FIND = (
    Field("name", "Forename and surname", required=False),
    Field("dob", "Date of birth", "date", required=False),
    Field("postcode", "Home postcode", required=False, width=10),
    Field("number", "NHS, pupil or a holder's own number", required=False),
)
REASON = (Field("reason", "Why do you open this record?", "radios", "It is written down with your name.", tuple((each, each[:1].upper() + each[1:]) for each in REASONS)),)  # fmt: skip
HEADINGS = ("When", "Service", "What", "Role", "Who says so", "Disputed")


@page("people", SEE, methods=POST, menu="People")
def people(visit: Visit) -> HttpResponseBase:
    """Find one person's record; what was typed is in no address."""
    filled, found = empty(FIND), None
    if visit.request.method == "POST":
        filled = read(FIND, visit.request.POST)
        if not filled.faults:
            wanted = Wanted(**{name: value or "" for name, value in filled.values.items() if name != "dob"}, dob=filled.values["dob"])  # fmt: skip
            try:
                found = find(visit.workspace, wanted, purpose=visit.purpose_id, who=visit.who)
            except WrongUse as fault:
                filled.blame("name", fault.do)
    return answer(
        visit,
        "people.html.j2",
        status=422 if filled.faults else 200,
        fields=FIND,
        filled=filled,
        errors=filled.errors,
        rows=[_found_row(each) for each in found.records] if found else None,
        more=found.more if found else 0,
    )


@page("people/<str:person_id>", SEE, methods=POST)
def person(visit: Visit, person_id: str) -> HttpResponseBase:
    """What is recorded of one person over time, once it is said why."""
    looks: dict[str, str] = visit.session.get(LOOKS, {})
    filled = empty(REASON)
    if visit.request.method == "POST":
        filled = read(REASON, visit.request.POST)
        if not filled.faults:
            visit.session[LOOKS] = {**looks, f"{visit.purpose_id} {person_id}": filled.values["reason"]}
            return HttpResponseRedirect(f"/people/{person_id}")
    reason = looks.get(f"{visit.purpose_id} {person_id}", "")
    if not reason or filled.faults:
        return answer(visit, "person_reason.html.j2", status=422 if filled.faults else 200, fields=REASON, filled=filled, errors=filled.errors)  # fmt: skip
    told = timeline(visit.workspace, person_id, purpose=visit.purpose_id, reason=reason, who=visit.who)
    return answer(
        visit,
        "person.html.j2",
        record=told,
        reason=reason,
        lanes={lane: [_item(each) for each in entries] for lane, entries in told.lanes.items()},
        headings=HEADINGS,
        rows=[_row(each) for each in told.entries],
        holders=[
            [each["holder"], label("", each["layout"]), f"{each['mentions']:,}"] for each in told.holders
        ],
        mentions=_mention_rows(told),
    )


@page("people/<str:person_id>/why/<int:number>", LINKS)
def why_one(visit: Visit, person_id: str, number: int) -> HttpResponseBase:
    """Why a mention is held to be of this person: it is explained beside their first one."""
    reason = visit.session.get(LOOKS, {}).get(f"{visit.purpose_id} {person_id}", "")
    if not reason:
        return HttpResponseRedirect(f"/people/{person_id}")
    told = timeline(visit.workspace, person_id, purpose=visit.purpose_id, reason=reason, who=visit.who)
    if not 1 <= number < len(told.mentions):
        raise NotFound("There is no such mention.", "A mention that the person's page lists.", "Go back.")
    one, other = (told.mentions[at]["reference"] for at in (0, number))
    found = explain(visit.workspace, one, other, purpose=visit.purpose_id, who=visit.who)
    rows = [[each.compared, each.agreement, f"{each.weight:+.1f}", each.meaning] for each in found.rows]
    return answer(visit, "why_one.html.j2", found=found, rows=rows, person_id=person_id)


def _found_row(each: Any) -> list[Any]:
    return [
        {"text": " ".join(part for part in (each.forename, each.surname) if part) or "No name", "href": f"/people/{each.person_id}"},
        each.date_of_birth or "",
        each.postcode or "",
        "; ".join(each.agrees),
        each.reference,
    ]  # fmt: skip


def _item(each: Entry) -> dict[str, Any]:
    return {"when": _when(each), "what": each.what, "role": _role(each), "holder": each.holder, "disputed": each.is_disputed}  # fmt: skip


def _row(each: Entry) -> list[str]:
    return [_when(each), each.lane, each.what, _role(each), f"{each.holder} ({label('', each.layout)})" if each.layout else each.holder, "Disputed" if each.is_disputed else ""]  # fmt: skip


def _when(each: Entry) -> str:
    if each.on is None:
        return f"Until {day(each.until)}" if each.until else "No date"
    return f"{day(each.on)} to {day(each.until)}" if each.until and each.until != each.on else day(each.on)


def _role(each: Entry) -> str:
    return (find_label("role", each.role) or each.role) if each.role else ""


def _mention_rows(told: Timeline) -> list[list[Any]]:
    """Every mention; all but the first with a link to why it is of the same person."""
    return [
        [
            each["reference"],
            each["decided_by"],
            "" if each["probability"] is None else f"{each['probability']:.3f}",
            {"text": "Why", "hidden": f"mention {at + 1} is of this person", "href": f"/people/{told.person_id}/why/{at}"} if at else "The first",
        ]
        for at, each in enumerate(told.mentions)
    ]  # fmt: skip
