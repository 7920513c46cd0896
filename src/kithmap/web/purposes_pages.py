"""Purposes and sources: the agreed reasons, and who is asked for what."""

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import purposes, sources
from kithmap.desk.policies import needs
from kithmap.governance.permissions import Action
from kithmap.products.documents import day
from kithmap.products.words import label
from kithmap.web.downloads import as_file
from kithmap.web.page import page
from kithmap.web.render import answer, when
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

HEADINGS = ("Purpose", "Kind", "Question", "Agreed by", "From", "Until", "State")
SOURCES = ("Source", "Holder", "Authority", "Asked through", "Last contact", "Asked for", "Refused")


@page("purposes", needs(Action.KEEP_AGREEMENTS))
def purposes_page(visit: Visit) -> HttpResponseBase:
    """Every purpose, and what it is for."""
    return answer(visit, "purposes.html.j2", headings=HEADINGS, rows=_rows(visit))


@page("purposes.<str:kind>", needs(Action.KEEP_AGREEMENTS))
def purposes_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of purposes as a file."""
    check_file_kind(kind)
    return as_file(visit, "purposes", kind, HEADINGS, _rows(visit))


@page("purposes/<str:purpose_id>/suspend", needs(Action.KEEP_AGREEMENTS), methods=("POST",))
def purpose_suspend(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """Suspend a purpose: from now on no question is answered under it."""
    purposes.suspend_purpose(visit.workspace, purpose_id, who=visit.who)
    visit.tell(f"Purpose {purpose_id} is suspended.")
    return HttpResponseRedirect("/purposes")


@page("sources", needs(Action.KEEP_AGREEMENTS))
def sources_page(visit: Visit) -> HttpResponseBase:
    """The register of sources: who is asked, through whom, and what they refused."""
    rows = [
        [
            each.id, each.holder, each.authority or "Every authority", each.route.value, when(each.last_contact),
            ", ".join(label("source", name) for name in each.asked),
            "; ".join(f"{label('source', name)}: {why}" for name, why in each.refused.items()),
        ]
        for each in sources.list_sources(visit.workspace)
    ]  # fmt: skip
    return answer(visit, "listed.html.j2", title="Sources", back="/agreements", headings=SOURCES, rows=rows, said="")  # fmt: skip


def _rows(visit: Visit) -> list[list[object]]:
    return [
        [each.id, each.kind.value, each.question, each.approver, day(each.start), day(each.end), each.state]
        for each in purposes.list_purposes(visit.workspace)
    ]
