"""Checking an extract before it is received, and receiving it."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import receiving, uploads
from kithmap.desk.jobs import RECEIVE, request_job
from kithmap.desk.uploads import Upload
from kithmap.errors import DataProblem, NoAgreement
from kithmap.web.new_extract import RECEIVES
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit


@page("extracts/new/<str:upload>/check", RECEIVES, methods=POST)
def check(visit: Visit, upload: str) -> HttpResponseBase:
    """How good the file is, and the button that receives it."""
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who)
    if not kept.layout:
        return HttpResponseRedirect(f"/extracts/new/{upload}/columns")
    errors: list[dict[str, str]] = []
    try:
        if visit.request.method == "POST":
            return _receive(visit, kept)
        kept = receiving.check(visit.workspace, kept, who=visit.who)
    except (DataProblem, NoAgreement) as fault:
        errors = [{"text": f"{fault.what} {fault.do}".strip(), "href": "#ways"}]
    last = receiving.last_of_layout(visit.workspace, kept)
    return answer(
        visit,
        "check.html.j2",
        status=422 if errors else 200,
        upload=kept,
        found=kept.checked,
        facts=_facts(kept, last) if kept.checked else [],
        filled=_filled(kept, last) if kept.checked else [],
        refused=_refused(kept) if kept.checked else [],
        flags=[
            [each["agency"], each["harm"], each["both"], each["flag_only"], each["code_only"]]
            for each in kept.checked.get("flags", ())
        ],
        last=last,
        small=receiving.is_small(kept),
        errors=errors,
    )


def _receive(visit: Visit, kept: Upload) -> HttpResponseBase:
    """Receive it now where that takes a moment; else let the worker do it."""
    if receiving.is_small(kept):
        receipt = receiving.finish(visit.workspace, kept, who=visit.who)
        visit.tell(
            f"{receipt.name} was received before: nothing has changed."
            if receipt.already
            else f"{receipt.name} is received: {receipt.rows_kept:,} rows kept. It counts from the next build."
        )
        return HttpResponseRedirect(f"/extracts/{receipt.receipt_no}")
    params = {"upload": kept.upload_id, "file": kept.name, "layout": kept.layout, "agreement": kept.agreement}
    job = request_job(visit.workspace, RECEIVE, params, who=visit.who)
    return HttpResponseRedirect(f"/jobs/{job.job_id}")


def _facts(kept: Upload, last: Any) -> list[list[Any]]:
    """Counts of this file, beside those of the last one of its layout."""
    found = kept.checked
    names = (
        ("rows_in", "Rows in the file"), ("rows_kept", "Rows that would be kept"),
        ("rows_refused", "Rows refused"), ("mentions", "People named"),
    )  # fmt: skip
    rows = [
        [words, f"{found[name]:,}", *_beside(found[name], getattr(last, name, None))] for name, words in names
    ]
    cells = last.details.get("cells_refused") if last else None
    return [
        *rows,
        ["Cells not taken", f"{found['cells_refused']:,}", *_beside(found["cells_refused"], cells)],
    ]


def _beside(now: int, before: int | None) -> list[str]:
    return (
        ["", ""] if before is None else [f"{before:,}", f"{now - before:+,}" if now != before else "the same"]
    )


def _filled(kept: Upload, last: Any) -> list[list[str]]:
    before = last.details.get("filled", {}) if last else {}
    return [
        [
            column,
            f"{share:.0%}",
            f"{before[column]:.0%}" if column in before else "",
            *_unreadable(kept, column),
        ]
        for column, share in kept.checked["filled"].items()
    ]


def _unreadable(kept: Upload, column: str) -> list[str]:
    """What of a column could not be taken, in words."""
    told = [
        f"{each['count']:,}: {each['what'].removeprefix('The cell ').rstrip('.')}"
        for each in kept.checked["summary"]
        if each["kind"] == "cell" and column in each["column"].split(" / ")
    ]
    return ["; ".join(told)]


def _refused(kept: Upload) -> list[list[Any]]:
    """Rows that would not be kept, by why: blank, totals, repeated, nobody named."""
    return [
        [
            each["what"].removeprefix("The row ").rstrip(".").capitalize(),
            each["column"],
            each["count"],
            each["first_row"],
        ]
        for each in kept.checked["summary"]
        if each["kind"] == "row"
    ]
