"""The audit as pages: filtered, proved, and asked who looked at a person."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http.response import HttpResponseBase

from kithmap.desk import audit, audit_search
from kithmap.desk.audit_search import Found, Wanted
from kithmap.desk.policies import needs
from kithmap.governance.permissions import Action
from kithmap.products.documents import moment
from kithmap.web.downloads import as_file
from kithmap.web.page import POST, page
from kithmap.web.paging import make_links, number_of
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

HEADINGS = ("Line", "When (UTC)", "Who", "Did", "Outcome", "To what", "Purpose", "More")
# Lists of pseudonyms are counted, not read out: who looked at one person is a question of its own.
COUNTED = ("people", "releases", "agreements", "extracts", "receipts")
# Whom somebody asked about is read out to nobody who only leafs through.
NOT_SAID = ("asked_about",)
LONGEST = 160


@page("audit", needs(Action.SEE_AUDIT), menu="Audit")
def audit_page(visit: Visit) -> HttpResponseBase:
    """The audit, the newest line first, a page at a time."""
    asked, wanted = visit.asked, _wanted(visit.asked)
    number = number_of(asked)
    found = audit_search.search(visit.workspace, wanted, who=visit.who, number=number)
    query = {name: asked[name] for name in ("actor", "verb", "outcome", "day") if asked.get(name)}
    return answer(
        visit,
        "audit.html.j2",
        headings=HEADINGS,
        rows=_rows(found.lines),
        found=found,
        choices=_choices(found, wanted),
        on_day=asked.get("day", ""),
        query=f"?{urlencode(query)}" if query else "",
        pages=make_links(visit, number, found.pages, "the audit"),
        proof=None,
    )


@page("audit.<str:kind>", needs(Action.SEE_AUDIT))
def audit_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The lines that are wanted, as a file."""
    check_file_kind(kind)
    found = audit_search.search(visit.workspace, _wanted(visit.asked), who=visit.who, whole=True)
    return as_file(visit, "audit", kind, HEADINGS, _rows(found.lines))


@page("audit/verify", needs(Action.SEE_AUDIT), methods=POST)
def audit_verify(visit: Visit) -> HttpResponseBase:
    """Whether every line of the audit is as it was written."""
    proof = audit_search.prove(visit.workspace, who=visit.who) if visit.request.method == "POST" else None
    return answer(visit, "audit_verify.html.j2", proof=proof)


@page("audit/who", needs(Action.SEE_AUDIT), methods=POST)
def audit_who(visit: Visit) -> HttpResponseBase:
    """Who looked at a person, by pseudonym: it is sent in a form, and stands in no address."""
    person = visit.typed.get("person", "").strip()
    asked = visit.request.method == "POST"
    errors = [{"text": "Enter the pseudonym", "href": "#person"}] if asked and not person else []
    lines = audit.who_looked(visit.workspace, person, who=visit.who) if person else ()
    return answer(
        visit,
        "audit_who.html.j2",
        status=422 if errors else 200,
        errors=errors,
        headings=HEADINGS,
        rows=_rows(lines),
        person=person,
        asked=asked and not errors,
    )


def _wanted(asked: Mapping[str, str]) -> Wanted:
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = None
    return Wanted(asked.get("actor", ""), asked.get("verb", ""), asked.get("outcome", ""), day)


def _choices(found: Found, wanted: Wanted) -> list[dict[str, Any]]:
    """The filters: each a list of what there is."""
    listed = (
        ("verb", "Did", found.verbs, wanted.verb),
        ("actor", "Who", found.actors, wanted.actor),
        ("outcome", "Outcome", (audit.ALLOW, audit.DENY), wanted.outcome),
    )
    return [
        {
            "id": name, "name": name, "label": {"text": words},
            "items": [{"value": "", "text": "Any"}, *({"value": each, "text": _said(each), "selected": each == chosen} for each in values)],
        }
        for name, words, values, chosen in listed
    ]  # fmt: skip


def _rows(lines: Any) -> list[list[Any]]:
    return [
        [each.seq, moment(each.at), each.actor, each.verb, _outcome(each.outcome), each.what, each.purpose, _more(each.details)]
        for each in lines
    ]  # fmt: skip


def _said(outcome: str) -> str:
    return {audit.ALLOW: "allowed", audit.DENY: "refused"}.get(outcome, outcome)


def _outcome(outcome: str) -> dict[str, str]:
    return {"text": _said(outcome).capitalize(), "tag": "red" if outcome == audit.DENY else "green"}


def _more(details: Mapping[str, Any]) -> str:
    parts = [
        f"{name.replace('_', ' ')}: {len(value) if name in COUNTED and isinstance(value, list) else _plain(value)}"
        for name, value in details.items()
        if not _is_nothing(value) and name not in NOT_SAID
    ]
    said = "; ".join(parts)
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rstrip() + "…"


def _plain(value: Any) -> str:
    """A detail in words: what was chosen of several options, or several things."""
    if isinstance(value, Mapping):
        chosen = {str(name): each for name, each in value.items() if not _is_nothing(each)}
        return ", ".join(f"{name.replace('_', ' ')} {_plain(each)}" for name, each in chosen.items())
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _is_nothing(value: Any) -> bool:
    return value in ("", None, [], {}) and not isinstance(value, bool)
