"""Places: where and when harm happens, as a map and as the tables behind it; a script may make the map move."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase

from kithmap.desk.answers import Release
from kithmap.desk.authorities import authority_names
from kithmap.desk.contexts import find_ids
from kithmap.desk.policies import needs
from kithmap.errors import UnknownOption
from kithmap.governance.policy import Action
from kithmap.measures import get_measure
from kithmap.measures.places import ALL, NO_TIME, NOWHERE
from kithmap.model.codes import harms
from kithmap.products.maps import is_cell, numbers_of, to_geojson
from kithmap.products.strips import to_hours_svg
from kithmap.products.words import in_full, key, said
from kithmap.web.answers import find_answer
from kithmap.web.asking import Question, read_question
from kithmap.web.downloads import as_file
from kithmap.web.figures import drawn, figure_of
from kithmap.web.forms import Field
from kithmap.web.offered import Offered, find_offered
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

SEE = needs(Action.ASK_CONTEXTS, purpose=True)
ASKED = ("harm", "authority", "period", "hours")
HEADINGS = ("On the map", "Place, or the one in the cell with most events", "Events", "Young people", "Last half-year", "Half-year before", "Harms", "Offers")  # fmt: skip
NUMBERS = (2, 3, 4, 5, 7)
MOST_PLACES = 25


@page("places", SEE, menu="Places")
def where(visit: Visit) -> HttpResponseBase:
    """Where and when harm happens: the map, the time of day, the places, and what this cannot tell."""
    question = _question(visit)
    faults = question.filled.errors
    return answer(
        visit,
        "places.html.j2",
        status=422 if faults else 200,
        errors=faults,
        question=question,
        shown=None if faults else _shown(visit, question),
        headings=HEADINGS,
        numbers=NUMBERS,
        most=MOST_PLACES,
    )


def _shown(visit: Visit, question: Question) -> dict[str, Any]:
    """Everything below the form."""
    cells, hours, named = (_asked(visit, question, by) for by in ("cell", "hour", "place"))
    names = authority_names(visit.workspace)
    offered = find_offered(visit, cells, str(question.options.get("authority") or ""))
    return {
        "sentence": said(cells.sentence),
        "figure": figure_of(cells, names),
        "strip": drawn("hours", hours, {}, lambda: to_hours_svg(hours)),
        "release": cells,
        "rows": _cell_rows(cells, offered),
        "offered": offered,
        "hours": _hour_rows(hours),
        "places": _place_rows(visit, named),
        "when": said(hours.sentence),
        "codes": key([cells]),
        "query": question.query,
    }


@page("places/cells.json", SEE)
def place_cells(visit: Visit) -> HttpResponseBase:
    """The hexagons of the page's own picture, for the script that makes it move."""
    return JsonResponse(to_geojson(_asked(visit, _checked(visit), "cell")))


@page("places.<str:kind>", SEE)
def place_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The table beside the map as a file: csv or xlsx."""
    check_file_kind(kind)
    question = _checked(visit)
    release = _asked(visit, question, "cell")
    offered = find_offered(visit, release, str(question.options.get("authority") or ""))
    rows = [[_text(cell) for cell in row] for row in _cell_rows(release, offered)]
    return as_file(visit, "places", kind, HEADINGS, rows, [release.question, said(release.sentence)])


def _question(visit: Visit) -> Question:
    """What the address asks; harms are offered from their list, for events hold several parted by a bar."""
    question = read_question(visit, get_measure("places"))
    values = (("", "Every kind of harm"), *((code, in_full("harm", code)) for code in harms()))
    fields = [
        Field("harm", each.label, "choice", "", values, required=False) if each.name == "harm" else each
        for each in question.fields
        if each.name in ASKED
    ]
    options = {name: value for name, value in question.options.items() if name in ASKED}
    return replace(question, fields=tuple(fields), options=options)


def _checked(visit: Visit) -> Question:
    question = _question(visit)
    if question.filled.faults:
        text = next(iter(question.filled.faults.values()))
        raise UnknownOption(f"{text}.", "Options as the page of places has them.", "Choose on the page.")
    return question


def _asked(visit: Visit, question: Question, by: str) -> Release:
    return find_answer(
        visit, get_measure("places"), replace(question, options={**question.options, "by": by})
    )


def _cell_rows(release: Release, offered: Offered) -> list[list[Any]]:
    """One row for each hexagon, those numbered on the map first; then what is on no map, and all."""
    numbered = numbers_of(release)
    rows = sorted(
        release.rows,
        key=lambda row: (not is_cell(row), row["place"] == ALL, numbered.get(str(row["place"]), 99), str(row.get("named") or "")),
    )  # fmt: skip
    return [
        [_on_map(row, numbered), *([_named(row)]), *_figures(row), offered.count(row)]
        for row in rows
    ]  # fmt: skip


def _on_map(row: Any, numbered: Any) -> Any:
    cell = str(row["place"])
    if not is_cell(row):
        return "All" if cell == ALL else "Not on the map"
    return {"text": str(numbered.get(cell) or "Hexagon"), "cell": cell}


def _named(row: Any) -> str:
    if row["place"] in (ALL, NOWHERE):
        return "Every event" if row["place"] == ALL else NOWHERE
    return str(row.get("named") or "Place without a name")


def _figures(row: Any) -> Sequence[Any]:
    return [*(str(row[name]) for name in ("events", "young_people", "recent", "earlier")), row["harms"] or ""]


def _hour_rows(release: Release) -> list[list[Any]]:
    last = {NO_TIME: 1, ALL: 2}
    rows = sorted(release.rows, key=lambda row: (last.get(str(row["place"]), 0), str(row["place"])))
    return [[str(row["place"]), str(row["events"]), str(row["young_people"]), row["harms"] or ""] for row in rows]  # fmt: skip


def _place_rows(visit: Visit, release: Release) -> list[list[Any]]:
    """The places with most events, each with a link to its own page."""
    listed = [row for row in release.rows if row["place"] not in (ALL, NOWHERE)]
    ranked = sorted(listed, key=lambda row: (-float(getattr(row["events"], "value", 0) or 0), str(row["place"])))  # fmt: skip
    top = ranked[:MOST_PLACES]
    ids = find_ids(
        visit.workspace, [str(row["place"]) for row in top], purpose=visit.purpose_id, who=visit.who
    )
    return [
        [_linked(ids.get(str(row["place"])), str(row.get("named") or row["place"])), *_figures(row)]
        for row in top
    ]


def _linked(context_id: str | None, words: str) -> Any:
    return {"text": words, "href": f"/contexts/{context_id}"} if context_id else words


def _text(cell: Any) -> Any:
    return cell["text"] if isinstance(cell, dict) else cell
