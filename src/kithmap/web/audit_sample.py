"""The audit sample: drawn, judged record by record, and what it says of how many links are found and are right."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import audit_marks
from kithmap.desk.audit_import import import_sheets, look_at_sheets
from kithmap.desk.audit_marks import Mark, Sheet
from kithmap.desk.audit_read import read_standing, read_waiting, request_draw
from kithmap.desk.audit_sample import FEWEST_RECORDS, MOST_RECORDS, RECORDS
from kithmap.desk.audit_workbook import make_audit_workbook
from kithmap.desk.policies import needs
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.policy import Action
from kithmap.governance.purposes import Purpose
from kithmap.products.documents import moment
from kithmap.web.downloads import as_file
from kithmap.web.filled_books import Book, as_workbook, asked_size, preview, show_or_take
from kithmap.web.forms import Field, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

AUDITS = needs(Action.REVIEW, purpose=True, kinds=(Purpose.QUALITY,))
DRAWING = (
    Field("records", "How many records", "number", hint=f"{RECORDS} are enough; {FEWEST_RECORDS} to {MOST_RECORDS:,}.", width=5),
)  # fmt: skip
SHARES = ("Links of", "Which", "Records", "True links found", "Links made that are right")
SAMPLES = ("Sample", "Drawn by", "Build", "Records", "Marked", "Nobody could tell")
# The fields in the order in which people look; numbers come last.
ORDER = ("forename", "surname", "also known as", "date of birth", "school", "home postcode")
NO, SAME, NOT_SURE = "no", "same", "not-sure"
CHOICES = ((NO, "No"), (SAME, "Same"), (NOT_SURE, "Not sure"))
AGAIN, ALSO = "again", "Also"
MENU = "/review"


def _told(done: Any) -> str:
    return f"{RECORDS_OF.words(done.records)} marked." if done.records else "Nothing was new: nothing was changed."  # fmt: skip


RECORDS_OF = Book(
    one="record",
    many="records",
    address="/audit-sample/workbook",
    sent="/audit-sample/workbook",
    look=look_at_sheets,
    take=import_sheets,
    told=_told,
    after="/audit-sample",
)


@page("audit-sample", AUDITS, methods=POST)
def audit_samples(visit: Visit) -> HttpResponseBase:
    """What the audit says of linkage now, every sample, and drawing another."""
    filled = empty(DRAWING, {"records": str(RECORDS)})
    ours: dict[str, Any] = {"purpose": visit.purpose_id, "who": visit.who}
    if visit.request.method == "POST":
        filled = read(DRAWING, visit.request.POST)
        if not filled.faults:
            try:
                job = request_draw(visit.workspace, records=filled.values["records"], **ours)
            except WrongUse as fault:
                filled.blame("records", f"{fault.what} Expected: {fault.expected}")
            else:
                return HttpResponseRedirect(f"/jobs/{job.job_id}")
    standing = read_standing(visit.workspace, **ours)
    return answer(
        visit,
        "audit_samples.html.j2",
        status=422 if filled.faults else 200,
        errors=filled.errors,
        here=MENU,
        standing=standing,
        headings=SHARES,
        rows=_shares(standing.shares),
        sampled=SAMPLES,
        samples=[_sample(each) for each in reversed(standing.samples)],
        fields=DRAWING,
        filled=filled,
    )


@page("audit-sample.<str:kind>", AUDITS)
def audit_shares_file(visit: Visit, kind: str) -> HttpResponseBase:
    """What the audit says, as a file."""
    check_file_kind(kind)
    standing = read_standing(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return as_file(visit, "audit-sample", kind, SHARES, _shares(standing.shares), (standing.sentence,))


@page("audit-sample/workbook", AUDITS, methods=POST)
def audit_workbook(visit: Visit) -> HttpResponseBase:
    """Downloading records of the newest sample as a workbook, and sending it in filled."""
    found = read_waiting(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    again = _is_again(visit)
    return show_or_take(
        visit,
        RECORDS_OF,
        title="Second looks in a workbook" if again else "Audit in a workbook",
        back=(f"/audit-sample/{found.report.sample}", "The sample"),
        waiting=found.second if again else found.first,
        download="/audit-sample/workbook.xlsx",
        extra={AGAIN: "yes"} if again else {},
    )


@page("audit-sample/workbook.xlsx", AUDITS)
def audit_book(visit: Visit) -> HttpResponseBase:
    """The first records that wait, as a workbook to fill in."""
    _, content = make_audit_workbook(
        visit.workspace,
        "audit.xlsx",
        purpose=visit.purpose_id,
        who=visit.who,
        most=asked_size(visit),
        again=_is_again(visit),
    )
    return as_workbook("audit.xlsx", content)


@page("audit-sample/workbook/<str:upload>", AUDITS, methods=POST)
def audit_sent(visit: Visit, upload: str) -> HttpResponseBase:
    """What a workbook would change, and taking it in."""
    return preview(visit, RECORDS_OF, upload)


@page("audit-sample/<str:sample>", AUDITS)
def audit_sample(visit: Visit, sample: str) -> HttpResponseBase:
    """How far one sample has come, and going on with it."""
    found = read_waiting(visit.workspace, purpose=visit.purpose_id, who=visit.who, sample=sample)
    return answer(
        visit,
        "audit_sample.html.j2",
        here=MENU,
        found=found,
        report=found.report,
        drawn=_sample(found.report),
        sources=list(found.report.sources.items()),
        groups=[(_head(group), count) for group, count in found.report.groups.items()],
    )


@page("audit-sample/<str:sample>/next", AUDITS)
def audit_next(visit: Visit, sample: str) -> HttpResponseBase:
    """On to the next record that waits; back to the sample where none does."""
    again = _is_again(visit)
    after = _whole(visit.asked.get("after", ""))
    ours: dict[str, Any] = {"purpose": visit.purpose_id, "who": visit.who}
    number = audit_marks.find_next(visit.workspace, sample, after=after, again=again, **ours)
    if number is None:
        # The sample's page says that none waits.
        return HttpResponseRedirect(f"/audit-sample/{sample}")
    way = {"last": after, **({AGAIN: "yes"} if again else {})}
    return HttpResponseRedirect(f"/audit-sample/{sample}/{number}?{urlencode(way)}")


@page("audit-sample/<str:sample>/<int:number>", AUDITS, methods=POST)
def audit_record(visit: Visit, sample: str, number: int) -> HttpResponseBase:
    """One record beside all who may be the same person, and marking who is."""
    ours: dict[str, Any] = {"purpose": visit.purpose_id, "who": visit.who}
    again = _is_again(visit)
    fault = ""
    if visit.request.method == "POST":
        try:
            if "later" not in visit.request.POST:
                audit_marks.mark(visit.workspace, [_read(visit, number)], sample=sample, **ours)
            way = f"?after={number}{'&again=yes' if again else ''}"
            return HttpResponseRedirect(f"/audit-sample/{sample}/next{way}")
        except WrongUse as refused:
            if isinstance(refused, NotFound):
                raise
            fault = f"{refused.what} {refused.expected}"
    sheet = audit_marks.look(visit.workspace, number=number, sample=sample, **ours)
    return _show(visit, sheet, again, fault)


def _show(visit: Visit, sheet: Sheet, again: bool, fault: str) -> HttpResponse:
    wanted = [name for name in ORDER if any(said[name] for said in _all_said(sheet))]
    chosen = _chosen(visit, sheet)
    return answer(
        visit,
        "audit_record.html.j2",
        status=422 if fault else 200,
        errors=[{"text": fault, "href": "#beside"}] if fault else [],
        here=MENU,
        sheet=sheet,
        again=again,
        last=_whole(visit.asked.get("last", "")) or "",
        headings=[*map(_head, wanted), ALSO],
        own=[(_head(name), sheet.said[name]) for name in (*ORDER, *_others(sheet.said)) if sheet.said[name]],
        rows=[
            {
                "place": each.place,
                "source": each.source,
                "records": each.records,
                "said": [*(each.said[name] or "" for name in wanted), _also(each.said)],
                "chosen": chosen.get(each.place, NO),
            }
            for each in sheet.beside
        ],
        choices=CHOICES,
    )


def _read(visit: Visit, number: int) -> Mark:
    """What a form says of a record."""
    if "too-little" in visit.request.POST:
        return Mark(number, says_too_little=True)
    said: dict[str, set[int]] = {SAME: set(), NOT_SURE: set()}
    for name, value in visit.typed.items():
        _, _, place = name.partition("place-")
        if place.isdecimal() and len(place) < 6 and value in said:
            said[value].add(int(place))
    return Mark(number, frozenset(said[SAME]), frozenset(said[NOT_SURE]))


def _chosen(visit: Visit, sheet: Sheet) -> Mapping[int, str]:
    """What is chosen at each place: as just typed, else as marked before."""
    typed = _read(visit, sheet.number) if visit.request.method == "POST" else sheet.own
    if typed is None:
        return {}
    return {**dict.fromkeys(typed.same, SAME), **dict.fromkeys(typed.not_sure, NOT_SURE)}


def _all_said(sheet: Sheet) -> list[Mapping[str, str | None]]:
    """What the record says, and everything beside it."""
    return [sheet.said, *(each.said for each in sheet.beside)]


def _others(said: Mapping[str, str | None]) -> list[str]:
    """The fields that have no column of their own."""
    return [name for name in said if name not in ORDER]


def _also(said: Mapping[str, str | None]) -> str:
    """What a record says besides: its sex, and numbers by their last digits."""
    return "; ".join(f"{_head(name)} {said[name]}" for name in _others(said) if said[name])


def _head(name: str) -> str:
    return name[:1].upper() + name[1:]


def _whole(text: str) -> int:
    """The number of a record in an address; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _is_again(visit: Visit) -> bool:
    return "yes" in (visit.asked.get(AGAIN), visit.typed.get(AGAIN))


def _shares(shares: Any) -> list[list[Any]]:
    return [[each.kind.capitalize(), _head(each.of), each.records, each.found, each.right] for each in shares]


def _sample(report: Any) -> list[Any]:
    from datetime import datetime

    states = report.states
    drawn = moment(datetime.fromisoformat(report.drawn_at))
    return [
        {"text": f"Drawn {drawn}", "href": f"/audit-sample/{report.sample}"}, report.drawn_by, report.build,
        sum(states.values()), states.get("searched", 0) + states.get("not sure", 0), states.get("not sure", 0),
    ]  # fmt: skip
