"""Extracts that were received: the list, the receipt of one, and taking one back."""

from datetime import datetime
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import received
from kithmap.desk.policies import needs, needs_one_of
from kithmap.desk.received import Extract
from kithmap.desk.uploads import list_uploads
from kithmap.desk.withdraw import withdraw
from kithmap.errors import NotFound
from kithmap.governance.policy import Action, Role, roles_for
from kithmap.governance.withdrawing import Reason
from kithmap.products.documents import day, moment
from kithmap.web.downloads import as_file
from kithmap.web.forms import Field, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import is_open_to

SEES = needs_one_of(Action.RECEIVE, Action.WITHDRAW)
TAGS = {"kept": "green", "replaced": "grey", "withdrawn": "orange"}
HEADINGS = (
    "Name",
    "Holder",
    "Agreement",
    "Layout",
    "Rows kept",
    "Rows refused",
    "From",
    "To",
    "Received",
    "State",
)
# What the page has room for; an extract's own page and the files have the rest.
SHOWN = ("Holder", "Agreement", "Rows kept", "Rows refused", "From", "To", "Received")
NUMBERS = (3, 4)
MOST_SHOWN = 100
WITHDRAWING = (
    Field(
        "reason", "Why it is withdrawn", "radios", values=tuple((each.code, each.value) for each in Reason)
    ),
    Field("sure", "Yes, withdraw this extract and remove its records", "yes"),
)


@page("extracts", SEES, menu="Extracts")
def extracts(visit: Visit) -> HttpResponseBase:
    """Every extract received."""
    listed = received.list_extracts(visit.workspace, who=visit.who)
    rows = [
        [
            {"text": each.receipt.name, "href": f"/extracts/{each.receipt.receipt_no}"},
            *[cell for name, cell in zip(HEADINGS, _cells(each), strict=True) if name in SHOWN],
            {"text": each.state.capitalize(), "tag": TAGS[each.state]},
        ]
        for each in listed
    ]
    return answer(
        visit,
        "extracts.html.j2",
        headings=("Name", *SHOWN, "State"),
        numbers=NUMBERS,
        rows=rows,
        may_receive=_may_receive(visit.user.role),
        may_see_registers=is_open_to(visit, "/registers"),
        waiting=_waiting(visit),
    )


@page("extracts.<str:kind>", SEES)
def extracts_file(visit: Visit, kind: str) -> HttpResponseBase:
    """Every extract received, as a file."""
    listed = received.list_extracts(visit.workspace, who=visit.who)
    if kind not in ("csv", "xlsx"):
        raise NotFound("There is no such file.", "A file of the kind csv or xlsx.", "See the list.")
    return as_file(visit, "extracts", kind, ("Receipt", *HEADINGS), [
        [each.receipt.receipt_no, *_cells(each)] for each in listed
    ])  # fmt: skip


@page("extracts/<int:number>", SEES)
def extract(visit: Visit, number: int) -> HttpResponseBase:
    """How one extract was read: its receipt, with every refusal by sheet, row and column."""
    found = received.get_extract(visit.workspace, number, who=visit.who)
    receipt, more = found.receipt, found.receipt.details
    summary = [
        [each["what"], each["column"], each["count"], each["first_row"]] for each in more.get("summary", ())
    ]
    return answer(
        visit,
        "extract.html.j2",
        extract=found,
        receipt=receipt,
        facts=_facts(found),
        summary=summary,
        refusals=[_refusal(each) for each in receipt.refusals[:MOST_SHOWN]],
        more_refusals=max(0, len(receipt.refusals) - MOST_SHOWN),
        not_read=more.get("not_read", ()),
        state_tag=TAGS[found.state],
        back="/extracts",
    )


@page("extracts/<int:number>/refusals.<str:kind>", SEES)
def refusals_file(visit: Visit, number: int, kind: str) -> HttpResponseBase:
    """Every refusal of one extract, as a file to send back to the holder; never a value."""
    found = received.get_extract(visit.workspace, number, who=visit.who)
    if kind not in ("csv", "xlsx"):
        raise NotFound("There is no such file.", "A file of the kind csv or xlsx.", "See the receipt.")
    rows = [_refusal(each) for each in found.receipt.refusals]
    return as_file(visit, f"refusals-{number}", kind, REFUSED, rows)


@page("extracts/<int:number>/withdraw", needs(Action.WITHDRAW), methods=POST)
def withdraw_extract(visit: Visit, number: int) -> HttpResponseBase:
    """Withdraw one extract, for a reason of the list, once it is confirmed."""
    found = received.get_extract(visit.workspace, number, who=visit.who)
    if not found.may_withdraw:
        return HttpResponseRedirect(f"/extracts/{number}")
    filled = empty(WITHDRAWING)
    if visit.request.method == "POST":
        filled = read(WITHDRAWING, visit.request.POST)
        if not filled.values["sure"]:
            filled.blame("sure", "Tick the box to say that you mean it")
        if not filled.faults:
            done = withdraw(visit.workspace, str(number), reason=filled.values["reason"], who=visit.who)
            visit.tell(f"{done.name} is withdrawn. No answer rests on it from now on.")
            if done.notices:
                visit.tell(f"{len(done.notices)} recipients of releases that rested on it are to be told.")
            return HttpResponseRedirect(f"/extracts/{number}")
    return answer(
        visit,
        "withdraw.html.j2",
        status=422 if filled.faults else 200,
        receipt=found.receipt,
        fields=WITHDRAWING,
        filled=filled,
        errors=filled.errors,
    )


REFUSED = ("Kind", "Sheet", "Row", "Line of the file", "Column", "What", "Expected", "What to do")


def _refusal(each: Any) -> list[Any]:
    names = ("kind", "sheet", "row", "line", "column", "what", "expected", "do")
    return [each[name] for name in names]


def _cells(each: Extract) -> list[Any]:
    receipt = each.receipt
    return [
        receipt.name, receipt.holder, receipt.agreement, receipt.layout, receipt.rows_kept, receipt.rows_refused,
        day(receipt.first_on) if receipt.first_on else "", day(receipt.last_on) if receipt.last_on else "",
        day(receipt.received_at.date()), each.state,
    ]  # fmt: skip


def _facts(found: Extract) -> list[dict[str, Any]]:
    """What the receipt says, as a summary list."""
    receipt, more = found.receipt, found.receipt.details
    span = " to ".join(day(each) for each in (receipt.first_on, receipt.last_on) if each)
    told = {
        "Holder": receipt.holder,
        "Agreement": receipt.agreement,
        "Layout": receipt.layout,
        "Sheet": more.get("sheet", ""),
        "Headings": f"line {more['header_line']}" if more.get("header_line") else "",
        "Encoding": more.get("encoding", ""),
        "Rows": f"{receipt.rows_in:,} in the file, {receipt.rows_kept:,} kept, {receipt.rows_refused:,} refused",
        "Cells not taken": f"{more['cells_refused']:,}" if "cells_refused" in more else "",
        "People named": f"{receipt.mentions:,}",
        "Dates": span,
        "Received": f"{moment(receipt.received_at)} by {receipt.received_by}",
    }
    gone = found.withdrawal
    if gone:
        told["Withdrawn"] = f"{moment(datetime.fromisoformat(gone['at']))} by {gone['by']}: {gone['reason']}"
    return [{"key": {"text": key}, "value": {"text": value}} for key, value in told.items() if value]


def _waiting(visit: Visit) -> list[list[Any]]:
    """The files that whoever is here sent in and has not received."""
    return [
        [
            {
                "text": each.name,
                "href": f"/extracts/new/{each.upload_id}/{'check' if each.layout else 'read'}",
            },
            each.agreement,
            moment(each.at),
        ]
        for each in list_uploads(visit.workspace, who=visit.who)
    ]


def _may_receive(role: Role) -> bool:
    return role in roles_for(Action.RECEIVE)
