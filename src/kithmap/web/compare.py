"""Two builds beside each other: which extracts came and went, and what became of the figures of linking."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http.response import HttpResponseBase

from kithmap.desk.build import list_builds
from kithmap.desk.compare_builds import BuildsCompared, compare_builds
from kithmap.products.documents import moment
from kithmap.products.words import label
from kithmap.web.forms import Field, read
from kithmap.web.page import page
from kithmap.web.questions import ASK
from kithmap.web.render import answer
from kithmap.web.visit import Visit

COLUMNS = ("Source", "Agreement", "Receipt")


@page("compare", ASK)
def compare(visit: Visit) -> HttpResponseBase:
    """What differs between two builds."""
    listed = [(str(each["build"]), str(each["finished"])) for each in reversed(list_builds(visit.workspace))]
    fields = (
        Field("then", "Build", "choice", "", (("", "The one before"), *listed), required=False),
        Field("now", "Beside", "choice", "", (("", "The newest"), *listed), required=False),
    )
    filled = read(fields, visit.request.GET)
    ready = len(listed) > 1 and not filled.faults
    found = compare_builds(visit.workspace, filled.values["then"], filled.values["now"]) if ready else None
    return answer(
        visit,
        "compare.html.j2",
        status=422 if filled.faults else 200,
        errors=filled.errors,
        fields=fields,
        filled=filled,
        found=found,
        headings=("Figure", *(_when(found) if found else ()), "Change"),
        figures=[[each.name, _said(each.then), _said(each.now), each.words] for each in found.figures]
        if found
        else [],
        came=_extracts(found.came) if found else [],
        went=_extracts(found.went) if found else [],
        columns=COLUMNS,
    )


def _when(found: BuildsCompared) -> tuple[str, str]:
    return moment(found.then.started_at), moment(found.now.started_at)


def _extracts(listed: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [
        [label("source", str(each["layout"])), str(each["agreement"]), str(each["receipt_no"])]
        for each in listed
    ]


def _said(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
