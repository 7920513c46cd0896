"""One page for every context: a family, a group, a school, a place, a route, a site; and the search for one."""

from collections.abc import Sequence
from typing import Any

from django.http.response import HttpResponseBase
from markupsafe import Markup

from kithmap.desk.authorities import authority_names
from kithmap.desk.contexts import NAMED, ContextView, Found, find_contexts, view_context
from kithmap.desk.policies import needs
from kithmap.governance.cells import Cell
from kithmap.governance.policy import Action
from kithmap.measures.measure import Row
from kithmap.model.codes import find_label
from kithmap.products.documents import day
from kithmap.products.strips import draw_strip
from kithmap.products.words import Names, in_full, label
from kithmap.web.downloads import as_file
from kithmap.web.offered import offers_at
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

SEE = needs(Action.ASK_CONTEXTS, purpose=True)
TYPES = {
    "family": "Family", "peer_group": "Peer group", "school": "School", "public_space": "Public space",
    "premises": "Premises", "route": "Bus route", "online": "Online space",
}  # fmt: skip
PARTS = ("Part", "What", "Young people", "Records or events")


@page("contexts", SEE, menu="Contexts")
def contexts(visit: Visit) -> HttpResponseBase:
    """Search contexts by name."""
    name = visit.asked.get("name", "").strip()[:200]
    found = find_contexts(visit.workspace, name, purpose=visit.purpose_id, who=visit.who) if name else ()
    names = authority_names(visit.workspace)
    return answer(
        visit,
        "contexts.html.j2",
        name=name,
        rows=[_found_row(each, names) for each in found],
        kinds=", ".join(TYPES[kind].lower() for kind in NAMED),
    )


@page("contexts/<str:context_id>.<str:kind>", SEE)
def context_file(visit: Visit, context_id: str, kind: str) -> HttpResponseBase:
    """Everything on the page of a context as a file: csv or xlsx."""
    check_file_kind(kind)
    view = _view(visit, context_id)
    rows = [[part, *row] for part, listed in _parts(view).items() for row in listed]
    rows += [["What is offered here", _in_one(offer), "", ""] for offer in _offered(visit, view)]
    return as_file(visit, "context", kind, PARTS, rows, _caveats(view))


@page("contexts/<str:context_id>", SEE)
def context(visit: Visit, context_id: str) -> HttpResponseBase:
    """What is known of one context."""
    view = _view(visit, context_id)
    names = authority_names(visit.workspace)
    return answer(
        visit,
        "context.html.j2",
        view=view,
        title=_title(view.found),
        summary=_summary(view, names),
        parts=_parts(view),
        holders=[row[:2] for row in _parts(view)["Who holds what"]],
        others=_others(view),
        strip=Markup(_strip(view)),  # noqa: S704  drawn by us from cells
        offered=_offered(visit, view),
        is_place=view.found.context_type in NAMED,
        caveats=_caveats(view),
        people=[[{"text": each, "href": f"/people/{each}"}] for each in view.people],
    )


def _view(visit: Visit, context_id: str) -> ContextView:
    return view_context(visit.workspace, context_id, purpose=visit.purpose_id, who=visit.who)


def _offered(visit: Visit, view: ContextView) -> list[list[Any]]:
    """What is offered at a school, place or site; a family or group is no place."""
    found = view.found
    return offers_at(visit, found.name, found.authority) if found.context_type in NAMED else []


def _in_one(offer: Sequence[Any]) -> str:
    kind, *others = offer
    return ", ".join(part for part in (kind["text"], *others) if part)


def _found_row(each: Found, names: Names) -> list[Any]:
    return [
        {"text": _title(each), "href": f"/contexts/{each.context_id}"},
        TYPES.get(each.context_type, each.context_type),
        each.code,
        names.get(each.authority or "", each.authority or ""),
    ]


def _title(found: Found) -> str:
    return found.name or found.code


def _summary(view: ContextView, names: Names) -> list[dict[str, Any]]:
    """The head of the page, as a summary list has it."""
    found = view.found
    said = {
        "Kind": TYPES.get(found.context_type, found.context_type)
        + (f": {find_label('place_type', view.place_type) or view.place_type}" if view.place_type else ""),
        "Code": found.code,
        "Authority": names.get(found.authority or "", found.authority or "not known"),
        "On roll": f"{view.roll:,}" if view.roll else "",
        "Young people": str(view.young_people),
        "Events with a recorded harm": str(view.events),
    }
    return [{"key": {"text": key}, "value": {"text": value}} for key, value in said.items() if value]


def _parts(view: ContextView) -> dict[str, list[list[str]]]:
    """Every table but that of other contexts: what a row is of, then its numbers."""
    told = view.tables
    return {
        "Kinds of harm": [[in_full("harm", str(row["harm"])), *_two(row, "events")] for row in told["harms"]],
        "Months": [[_month(str(row["month"])), *_two(row, "events")] for row in told["months"]],
        "Who holds what": [
            [
                f"{row['holder']}: {row['what']} ({label('', str(row['layout']))})",
                str(row["young_people"]),
                "",
            ]
            for row in told["holders"]
        ],
        "What protects": [
            [find_label("strength", str(row["code"])) or str(row["code"]), *_two(row, "times")]
            for row in told["strengths"]
        ],
    }


def _two(row: Row, beside: str) -> Sequence[str]:
    return str(row["young_people"]), str(row.get(beside) or "0")


def _others(view: ContextView) -> list[list[Any]]:
    return [
        [
            {"text": str(row["name"] or row["code"]), "href": f"/contexts/{row['context_id']}"},
            TYPES.get(str(row["context_type"]), str(row["context_type"])),
            str(row["young_people"]),
        ]
        for row in view.tables["others"]
    ]


def _strip(view: ContextView) -> str:
    """The months from the first event to the last, each a column; empty for fewer than two months."""
    counts = {str(row["month"]): cell for row in view.tables["months"] if isinstance(cell := row["events"], Cell)}  # fmt: skip
    if len(counts) < 2:
        return ""
    months = _between(min(counts), max(counts))
    return draw_strip(months, counts, name="months", title="Events by month")


def _between(first: str, last: str) -> list[str]:
    """Every month from one to another.

    >>> _between("2025-11", "2026-02")
    ['2025-11', '2025-12', '2026-01', '2026-02']
    """
    begin, end = (int(each[:4]) * 12 + int(each[5:]) - 1 for each in (first, last))
    return [f"{at // 12}-{at % 12 + 1:02}" for at in range(begin, end + 1)]


def _month(month: str) -> str:
    from datetime import date

    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def _caveats(view: ContextView) -> list[str]:
    """What the page cannot tell."""
    said = [
        f"From the {view.extracts:,} extracts that this purpose may use, linked on {day(view.linked_on)}.",
        "What nobody reported or wrote down is not here. That nothing is recorded to protect does not say that nothing does.",
    ]
    if view.found.context_type == "peer_group":
        said.append(
            "A group is a guess: young people who turn up in the same events. Nobody said that they are one."
        )
    if view.found.context_type in ("school", "family", "peer_group"):
        said.append(
            "Harms are those recorded of its young people, wherever it happened; events are those that happened here"
            " (of a family or group: those its young people took part in)."
        )
    return said
