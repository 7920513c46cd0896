"""Agreements: each with its versions, what it asked for against what was used, and the law it names."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import agreements, clock, gateways, sources, uploads
from kithmap.desk.policies import needs
from kithmap.errors import DataProblem, NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.agreements import Agreement
from kithmap.governance.gaps import find_gaps
from kithmap.governance.gateways import NO_ADVICE
from kithmap.governance.permissions import Action
from kithmap.governance.written_agreements import agreement_to_toml
from kithmap.products.documents import day, moment
from kithmap.products.words import label
from kithmap.web.downloads import as_file
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

HEADINGS = ("Agreement", "Holder", "Authority", "Stands", "Until", "Gaps")
FIELDS = ("Layout", "Column", "Verdict", "Used by")
ACCESS = ("Authority", "Source", "Access", "Why")
ONLY_POST = ("POST",)


@page("agreements", needs(Action.KEEP_AGREEMENTS), menu="Agreements")
def agreements_page(visit: Visit) -> HttpResponseBase:
    """Every agreement, and how each stands today."""
    return answer(visit, "agreements.html.j2", headings=HEADINGS, rows=_rows(visit))


@page("agreements.<str:kind>", needs(Action.KEEP_AGREEMENTS))
def agreements_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of agreements as a file."""
    check_file_kind(kind)
    return as_file(visit, "agreements", kind, HEADINGS, _rows(visit))


@page("agreements/access", needs(Action.KEEP_AGREEMENTS))
def agreements_access(visit: Visit) -> HttpResponseBase:
    """What is held, could be held, was refused, or is not known, by authority and source."""
    rows = [
        [each.authority or "Every authority", label("source", each.layout), each.access.value, each.reason]
        for each in sources.find_access(visit.workspace)
    ]
    return answer(visit, "listed.html.j2", title="What we may hold, and what we do", back="/agreements", headings=ACCESS, rows=rows, said="")  # fmt: skip


@page("agreements/gateways", needs(Action.KEEP_AGREEMENTS))
def agreements_gateways(visit: Visit) -> HttpResponseBase:
    """The legal gateways that agreements may name."""
    rows = [
        [each.id, each.law, each.kind.value, each.says, each.source, f"{day(each.as_at)}{'' if each.checked else ', not checked at its source'}"]
        for each in gateways.list_gateways(visit.workspace)
    ]  # fmt: skip
    headings = ("Gateway", "Law", "Kind", "Says", "Source", "As at")
    return answer(visit, "listed.html.j2", title="Legal gateways", back="/agreements", headings=headings, rows=rows, said=NO_ADVICE)  # fmt: skip


@page("agreements/use", needs(Action.SEE_AUDIT))
def agreements_use(visit: Visit) -> HttpResponseBase:
    """What was done under each agreement: the answer to "what did you use it for?"."""
    rows = [
        [each.agreement, each.extracts, each.questions, each.releases, ", ".join(each.measures)]
        for each in sources.find_use(visit.workspace, who=visit.who)
    ]
    headings = ("Agreement", "Extracts", "Questions", "Releases", "Measures")
    return answer(visit, "listed.html.j2", title="What each agreement was used for", back="/agreements", headings=headings, rows=rows, said="")  # fmt: skip


@page("agreements/add", needs(Action.KEEP_AGREEMENTS), methods=POST)
def agreement_add(visit: Visit) -> HttpResponseBase:
    """Add an agreement, or a new version of one, from its TOML file."""
    sent = visit.request.FILES.get("file")
    errors: list[dict[str, str]] = []
    if visit.request.method == "POST" and sent is None:
        errors = [{"text": "Choose a file", "href": "#file"}]
    elif sent is not None:
        try:
            added = agreements.add_agreement_sent(
                visit.workspace, sent.name or "", read_sent(visit, sent), who=visit.who
            )
        except DataProblem as fault:
            errors = [{"text": f"{fault.what} {fault.do}", "href": "#file"}]
        else:
            visit.tell(f"Agreement {added.id} is in the register.")
            return HttpResponseRedirect(f"/agreements/{added.id}")
    return answer(visit, "agreement_add.html.j2", status=422 if errors else 200, errors=errors)


@page("agreements/<str:agreement_id>.toml", needs(Action.KEEP_AGREEMENTS))
def agreement_file(visit: Visit, agreement_id: str) -> HttpResponseBase:
    """An agreement as its file, to be changed and added again."""
    found = agreements.get_agreement_of(visit.workspace, agreement_id, who=visit.who)
    response = HttpResponse(agreement_to_toml(found), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.id}.toml"'
    return response


@page("agreements/<str:agreement_id>", needs(Action.KEEP_AGREEMENTS))
def agreement_page(visit: Visit, agreement_id: str) -> HttpResponseBase:
    """One agreement in full: its terms, its gaps, its versions, what it asked for and what was used."""
    found = agreements.get_agreement_of(visit.workspace, agreement_id, who=visit.who)
    versions = [
        [each.version, moment(each.added_at), each.added_by, f"replaced by {each.replaced_by}" if each.replaced_at else "stands"]
        for each in reversed(agreements.get_versions(visit.workspace, agreement_id))
    ]  # fmt: skip
    fields = [
        [label("source", each.layout), each.column, each.verdict, ", ".join(each.used_by)]
        for each in sources.find_fields_used(visit.workspace, agreement_id)
    ]
    return answer(
        visit,
        "agreement.html.j2",
        found=found,
        standing=found.stands(clock.today()).value,
        facts=_facts(found),
        gaps=find_gaps(found),
        versions=versions,
        fields=fields,
        headings=FIELDS,
        advice=NO_ADVICE,
        may_keep=agreements.may_keep(visit.workspace, found, who=visit.who),
    )


@page("agreements/<str:agreement_id>/suspend", needs(Action.KEEP_AGREEMENTS), methods=ONLY_POST)
def agreement_suspend(visit: Visit, agreement_id: str) -> HttpResponseBase:
    """Suspend an agreement: from now on nothing is received, built or asked under it."""
    return _mark(visit, agreement_id, agreements.suspend_agreement, "The agreement is suspended.")


@page("agreements/<str:agreement_id>/resume", needs(Action.KEEP_AGREEMENTS), methods=ONLY_POST)
def agreement_resume(visit: Visit, agreement_id: str) -> HttpResponseBase:
    """Let a suspended agreement stand again."""
    return _mark(visit, agreement_id, agreements.resume_agreement, "The agreement stands again.")


def read_sent(visit: Visit, sent: Any) -> bytes:
    """What a file that was sent up holds; nothing of it is kept."""
    kept = uploads.keep_incoming(visit.workspace, sent.incoming, sent.name, who=visit.who)
    try:
        return uploads.read_upload(visit.workspace, kept.upload_id).data
    finally:
        uploads.drop_upload(visit.workspace, kept.upload_id)


def _mark(visit: Visit, agreement_id: str, act: Callable[..., object], told: str) -> HttpResponseBase:
    try:
        act(visit.workspace, agreement_id, who=visit.who)
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        told = f"{fault.what} {fault.do}"
    visit.tell(told)
    return HttpResponseRedirect(f"/agreements/{agreement_id}")


def _rows(visit: Visit) -> list[list[Any]]:
    today = clock.today()
    return [
        [
            {"text": each.id, "href": f"/agreements/{each.id}"}, each.holder, each.authority or "Every authority",
            each.stands(today).value, day(each.end), len(find_gaps(each)) or "none",
        ]
        for each in agreements.list_agreements_of(visit.workspace, who=visit.who)
    ]  # fmt: skip


def _facts(found: Agreement) -> list[tuple[str, str]]:
    terms = found.terms
    listed = {
        "Title": found.title, "Holder": found.holder, "Authority": found.authority or "every one",
        "From": day(found.start), "Until": day(found.end), "Why": terms.purpose,
        "For purposes": ", ".join(sorted(kind.value for kind in found.purposes)),
        "For": ", ".join(sorted(each.words for each in found.levels)),
        "Parties": "; ".join(f"{each.organisation} ({each.role.value})" for each in terms.parties),
        "Legal gateways": ", ".join(terms.lawful.gateways),
        "Conditions": ", ".join((*terms.lawful.article_6, *terms.lawful.article_9, *terms.lawful.schedule_1)),
        "Points to people": terms.identifiability.value,
        "Handling": f"{terms.handling.code.value}: {'; '.join(terms.handling.conditions)}".rstrip(": "),
        "Marking": terms.handling.marking,
        "Kept until": day(terms.retention.until) if terms.retention.until else terms.retention.rule,
        "Review": day(terms.review_date) if terms.review_date else "",
        "Signed by": ", ".join(terms.signatories),
    }  # fmt: skip
    return [(name, text) for name, text in listed.items() if text]
