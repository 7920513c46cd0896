"""Workbooks that come back filled in: sent up sealed, looked at before anything is taken in, then taken in or not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import uploads
from kithmap.desk.filled_sheet import EMPTY, KNOWN, NEW, REFUSED, Looked
from kithmap.desk.uploads import FILLED
from kithmap.errors import DataProblem, NotPermitted
from kithmap.web import settings as ours
from kithmap.web.downloads import XLSX
from kithmap.web.render import answer
from kithmap.web.uploads import TOO_LARGE, Sent, drop_unfinished
from kithmap.web.visit import Visit

SIZES = ("20", "50", "100", "200")
# After the file in the form: where it is missing, the form did not arrive to its end.
WHOLE = "whole"
MENU = "/review"
REFUSALS = ("Sheet", "Row", "Column", "What is wrong", "What belongs there", "What to do")
LINES = ("Number", "Row", "What becomes of it", "As filled in")
TAGS = {NEW: "green", KNOWN: "grey", EMPTY: "grey", REFUSED: "red"}


@dataclass(frozen=True)
class Book:
    """A kind of workbook: what its questions are called, where it is sent in, and what looks at it and takes it in."""

    one: str
    many: str
    address: str
    sent: str
    look: Callable[..., Looked]
    take: Callable[..., Any]
    told: Callable[[Any], str]
    after: str

    def words(self, count: int) -> str:
        """So many questions of it, in words."""
        return f"{count:,} {self.one if count == 1 else self.many}"


def asked_size(visit: Visit) -> int:
    """How many questions a workbook is asked for with."""
    most = visit.asked.get("most", "")
    return int(most) if most in SIZES else int(SIZES[1])


def as_workbook(name: str, content: bytes) -> HttpResponse:
    """A workbook to fill in, as a file."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def show_or_take(visit: Visit, book: Book, **values: Any) -> HttpResponseBase:
    """The page from which a workbook is downloaded, and to which it is sent in filled."""
    fault = ""
    if visit.request.method == "POST":
        kept, fault = keep_sent(visit)
        if kept:
            return HttpResponseRedirect(f"{book.sent}/{kept}")
    status = (413 if TOO_LARGE in visit.request.META else 422) if fault else 200
    errors = [{"text": fault, "href": "#file"}] if fault else []
    sizes = [{"value": size, "text": book.words(int(size)), "selected": size == SIZES[1]} for size in SIZES]
    return answer(visit, "filled_book.html.j2", status=status, book=book, errors=errors, sizes=sizes, whole=WHOLE, here=MENU, **values)  # fmt: skip


def preview(visit: Visit, book: Book, upload: str) -> HttpResponseBase:
    """What a workbook would change, before it does; then taking it in, or letting go of it."""
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who, kind=FILLED)
    if visit.request.method == "POST" and "drop" in visit.request.POST:
        uploads.drop_upload(visit.workspace, upload)
        visit.tell("Nothing was taken in, and the file was removed.")
        return HttpResponseRedirect(book.address)
    ours_ = {"purpose": visit.purpose_id, "who": visit.who}
    looked, fault = None, None
    try:
        source = uploads.read_upload(visit.workspace, upload)
        if visit.request.method == "POST":
            told = book.told(book.take(visit.workspace, source, **ours_))
            uploads.drop_upload(visit.workspace, upload)
            visit.tell(f"{told} Delete your copy of the workbook now: it holds names.")
            return HttpResponseRedirect(book.after)
        looked = book.look(visit.workspace, source, **ours_)
    except (DataProblem, NotPermitted) as refused:
        fault = refused
    return answer(
        visit,
        "filled_preview.html.j2",
        status=422 if fault else 200,
        here=MENU,
        book=book,
        name=kept.name,
        fault=fault,
        looked=looked,
        counts=_counts(book, looked),
        refusals=[
            [each.sheet, each.row, each.column, each.what, each.expected, each.do] for each in looked.refusals
        ]
        if looked
        else [],
        refused=REFUSALS,
        headings=LINES,
        rows=_rows(looked),
    )


def keep_sent(visit: Visit, kind: str = FILLED) -> tuple[str, str]:
    """The file that was sent, kept sealed; or why it is not."""
    sent = visit.request.FILES.get("file")
    if TOO_LARGE in visit.request.META:
        return "", f"The file is larger than {ours.MOST_UPLOADED_BYTES // 2**20:,} MB"
    if WHOLE not in visit.typed:
        drop_unfinished(visit.request)
        if isinstance(sent, Sent):
            sent.incoming.drop()
        return "", "The file did not arrive whole. Nothing of it was kept. Send it again"
    if not isinstance(sent, Sent):
        return "", "Choose a workbook"
    kept = uploads.keep_incoming(visit.workspace, sent.incoming, sent.name or "", who=visit.who, kind=kind)
    return kept.upload_id, ""


def _counts(book: Book, looked: Looked | None) -> list[tuple[str, str]]:
    if looked is None:
        return []
    heads = {
        NEW: "To be taken in",
        KNOWN: "Taken in before, and left as they are",
        EMPTY: "Left empty",
        REFUSED: "Refused",
    }
    return [(words, book.words(looked.count(state))) for state, words in heads.items()]


def _rows(looked: Looked | None) -> list[list[Any]]:
    if looked is None:
        return []
    return [
        [each.number, each.row, {"text": each.state.capitalize(), "tag": TAGS[each.state]}, each.decided]
        for each in looked.lines
        if each.state != EMPTY
    ]
