"""Purposes and sources: the agreed reasons, and who is asked for what."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import clock, purposes, sources
from kithmap.desk.policies import needs
from kithmap.errors import ChangedSince, DataProblem, NotFound, WrongUse
from kithmap.governance.agreed_files import find_purpose_faults
from kithmap.governance.agreement_questions import purpose_questions
from kithmap.governance.agreements import standing
from kithmap.governance.permissions import Action
from kithmap.governance.purposes import PurposeRecord
from kithmap.governance.questions import Section
from kithmap.governance.written_agreements import purpose_to_toml
from kithmap.products.documents import day, moment
from kithmap.products.words import label
from kithmap.web.agreement_form import blame_short_name, seen_version
from kithmap.web.agreements import read_sent
from kithmap.web.downloads import as_file
from kithmap.web.forms import Filled
from kithmap.web.page import POST, page
from kithmap.web.render import answer, when
from kithmap.web.said_forms import SaidForm
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

KEEPS = needs(Action.KEEP_AGREEMENTS)
HEADINGS = ("Purpose", "Kind", "Question", "Agreed by", "From", "Until", "State")
SOURCES = ("Source", "Holder", "Authority", "Asked through", "Last contact", "Asked for", "Refused")


@page("purposes", KEEPS)
def purposes_page(visit: Visit) -> HttpResponseBase:
    """Every purpose, and what it is for."""
    return answer(visit, "purposes.html.j2", headings=HEADINGS, rows=_rows(visit))


@page("purposes.<str:kind>", KEEPS)
def purposes_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of purposes as a file."""
    check_file_kind(kind)
    return as_file(visit, "purposes", kind, HEADINGS, _rows(visit))


@page("purposes/add", KEEPS, methods=POST)
def purpose_add(visit: Visit) -> HttpResponseBase:
    """Add a purpose, or a new version of one, from its TOML file."""
    fault = ""
    sent = visit.request.FILES.get("file")
    if visit.request.method == "POST" and sent is None:
        fault = "Choose a file"
    elif sent is not None:
        try:
            added = purposes.add_purpose_sent(
                visit.workspace, sent.name or "", read_sent(visit, sent), who=visit.who
            )
        except DataProblem as refused:
            fault = f"{refused.what} {refused.do}"
        else:
            visit.tell(f"Purpose {added.id} is in the register.")
            return HttpResponseRedirect(f"/purposes/{added.id}")
    errors = [{"text": fault, "href": "#file"}] if fault else []
    return answer(visit, "purpose_add.html.j2", status=422 if fault else 200, errors=errors)


@page("purposes/new", KEEPS, methods=POST)
def purpose_new(visit: Visit) -> HttpResponseBase:
    """Make a purpose by form."""
    return _form(visit, {"state": "draft"}, based_on=0)


@page("purposes/<str:purpose_id>/change", KEEPS, methods=POST)
def purpose_change(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """Change a purpose by form: a new version of it."""
    found = _find(visit, purpose_id)
    version = len(purposes.get_versions(visit.workspace, purpose_id))
    return _form(visit, found.to_dict(), based_on=version)


@page("purposes/<str:purpose_id>.toml", KEEPS)
def purpose_file(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """A purpose as its file, to be changed and added again."""
    found = _find(visit, purpose_id)
    response = HttpResponse(purpose_to_toml(found), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.id}.toml"'
    return response


@page("purposes/<str:purpose_id>", KEEPS)
def purpose_page(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """One purpose in full, with its versions."""
    found = _find(visit, purpose_id)
    versions = [
        [each.version, moment(each.added_at), each.added_by, f"replaced by {each.replaced_by}" if each.replaced_at else "stands"]
        for each in reversed(purposes.get_versions(visit.workspace, purpose_id))
    ]  # fmt: skip
    more = [(name.replace("_", " ").capitalize(), value) for name, value in found.terms.items()]
    facts = [
        ("Kind", found.kind.value), ("Question", found.question), ("Approved by", found.approver),
        ("From", day(found.start)), ("Until", day(found.end)), *((name, str(value)) for name, value in more),
    ]  # fmt: skip
    return answer(
        visit,
        "purpose_one.html.j2",
        found=found,
        standing=standing(found.state, found.start, found.end, clock.today()).value,
        facts=facts,
        versions=versions,
    )


@page("purposes/<str:purpose_id>/suspend", KEEPS, methods=("POST",))
def purpose_suspend(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """Suspend a purpose: from now on no question is answered under it."""
    purposes.suspend_purpose(visit.workspace, purpose_id, who=visit.who)
    visit.tell(f"Purpose {purpose_id} is suspended.")
    return HttpResponseRedirect(f"/purposes/{purpose_id}")


@page("purposes/<str:purpose_id>/resume", KEEPS, methods=("POST",))
def purpose_resume(visit: Visit, purpose_id: str) -> HttpResponseBase:
    """Let a suspended purpose stand again."""
    told = f"Purpose {purpose_id} stands again."
    try:
        purposes.resume_purpose(visit.workspace, purpose_id, who=visit.who)
    except NotFound:
        raise
    except WrongUse as fault:
        told = f"{fault.what} {fault.do}"
    visit.tell(told)
    return HttpResponseRedirect(f"/purposes/{purpose_id}")


@page("sources", KEEPS)
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
        [
            {"text": each.id, "href": f"/purposes/{each.id}"}, each.kind.value, each.question, each.approver,
            day(each.start), day(each.end), each.state,
        ]
        for each in purposes.list_purposes(visit.workspace)
    ]  # fmt: skip


def _find(visit: Visit, purpose_id: str) -> PurposeRecord:
    """A purpose by its id; one that is not there is absent, not refused."""
    found = next((each for each in purposes.list_purposes(visit.workspace) if each.id == purpose_id), None)
    if found is None:
        raise NotFound("There is no such purpose.", "The id of a purpose.", "See the list of purposes.")
    return found


def _form(visit: Visit, values: Mapping[str, Any], based_on: int) -> HttpResponseBase:
    is_new = not values.get("id")
    questions = tuple(
        replace(each, needed=False) if each.key == "id" and not is_new else each
        for each in purpose_questions("" if is_new else values["state"])
    )
    form = SaidForm((Section("purpose", "", questions),), {})
    if visit.request.method != "POST":
        return _show(visit, form, form.begun(values), values, based_on)
    seen = seen_version(visit.request.POST, based_on)
    filled = form.read(visit.request.POST)
    said = {**form.values(filled), "terms": values.get("terms", {})}
    said["id"] = values.get("id") or said.get("id", "")
    if is_new:
        blame_short_name(filled, said["id"])
    form.blame(filled, find_purpose_faults(said))
    status = 422
    if not filled.faults:
        try:
            kept = purposes.add_purpose_said(visit.workspace, said, based_on=seen, who=visit.who)
        except ChangedSince as fault:
            filled.blame("id" if is_new else "question", f"{fault.what} {fault.do}")
            seen, status = based_on, 409
        else:
            visit.tell(f"Purpose {kept.id} is saved.")
            return HttpResponseRedirect(f"/purposes/{kept.id}")
    return _show(visit, form, filled, values, seen, status=status)


def _show(
    visit: Visit, form: SaidForm, filled: Filled, values: Mapping[str, Any], seen: int, status: int = 200
) -> HttpResponse:
    is_new = not values.get("id")
    return answer(
        visit,
        "purpose_form.html.j2",
        status=status,
        errors=filled.errors,
        title="New purpose" if is_new else f"Change {values['id']}",
        address="/purposes/new" if is_new else f"/purposes/{values['id']}/change",
        back="/purposes" if is_new else f"/purposes/{values['id']}",
        fields=[each for each in form.fields if is_new or each.name != "id"],
        filled=filled,
        based_on=seen,
    )
