"""Choosing why one is here: the purpose that every question is asked for, shown on every page."""

from urllib.parse import quote

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from kithmap.desk.policies import is_open
from kithmap.governance.purposes import Purpose
from kithmap.products.documents import day
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import PURPOSE, Visit, purposes_open_to


@page("purpose", is_open("shows the purposes that the role works for; choosing reads no data"), methods=POST)
def choose_purpose(visit: Visit) -> HttpResponseBase:
    """Choose the purpose for this session."""
    wanted = _kinds_for(visit, visit.asked.get("for", ""))
    open_to = purposes_open_to(visit.workspace, visit.user)
    listed = [each for each in open_to if wanted is None or each.kind in wanted]
    errors = []
    if visit.request.method == "POST":
        chosen = next((each for each in open_to if each.id == visit.typed.get("purpose")), None)
        if chosen is not None:
            visit.session[PURPOSE] = chosen.id
            return HttpResponseRedirect(safe_next(visit))
        errors = [{"text": "Choose a purpose", "href": "#purpose"}]
    at_first = visit.purpose.id if visit.purpose else ""
    items = [
        {
            "value": each.id,
            "text": f"{each.id}: {each.question}",
            "hint": {"text": f"{each.kind.value} purpose, until {day(each.end)}"},
            "checked": each.id == at_first,
        }
        for each in listed
    ]
    return answer(
        visit,
        "purpose.html.j2",
        status=422 if errors else 200,
        items=items,
        errors=errors,
        lacking=wanted is not None and bool(visit.purpose),
        kinds=sorted(kind.value for kind in wanted or ()),
    )


@page("stay", is_open("keeps a session from ending, and reads nothing"))
def stay(visit: Visit) -> HttpResponseBase:
    """Keep the session: whoever is there said so."""
    from django.http import JsonResponse

    return JsonResponse({"stays": True})


def safe_next(visit: Visit) -> str:
    """Where to go on to: an address of these pages, else the start."""
    to = visit.asked.get("next", "")
    if not to.startswith("/") or not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        return "/"
    return quote(to, safe="/?&=%+-_.~:,;")


def _kinds_for(visit: Visit, name: str) -> "frozenset[Purpose] | None":
    """The kinds of purpose under which this role may see a page; None where no page was named."""
    from kithmap.web.urls import PAGES

    found = next((each for each in PAGES if each.name == name), None)
    if found is None or found.policy.action is None:
        return None
    return frozenset(found.policy.purposes_for(visit.user.role))
