"""Sending in an extract, and how it is read: the sheet, the row of headings, the encoding."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import receiving, uploads
from kithmap.desk.links import check_may_see_people
from kithmap.desk.policies import needs
from kithmap.desk.received import agreements_open_to
from kithmap.desk.uploads import Upload
from kithmap.errors import DataProblem, NoAgreement
from kithmap.governance.permissions import may_act
from kithmap.governance.policy import Action
from kithmap.web import settings as ours
from kithmap.web.forms import Field, Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.uploads import TOO_LARGE, Sent, drop_unfinished
from kithmap.web.visit import Visit

RECEIVES = needs(Action.RECEIVE)
HIDDEN = "Not shown: points to a person"
KINDS = ".csv,.txt,.tsv,.xlsx,.xls,.xlsb,.ods,.gz"
# After the file in the form: where it is missing, the form did not arrive to its end.
WHOLE = "whole"
BROKEN_OFF = "The file did not arrive whole. Nothing of it was kept. Check your connection and send it again"
MOST_COLUMNS = 12
ENCODINGS = (
    ("", "Found by Kithmap"),
    ("utf-8", "UTF-8"),
    ("cp1252", "Western European (Windows)"),
    ("utf-16", "UTF-16"),
)


@page("extracts/new", RECEIVES, methods=POST)
def new_extract(visit: Visit) -> HttpResponseBase:
    """Send in an extract under an agreement in force."""
    open_to = agreements_open_to(visit.workspace, who=visit.who)
    fields = (
        Field(
            "agreement",
            "The agreement it is sent under",
            "choice",
            values=(
                ("", "Choose one"),
                *((each.id, f"{each.id}: {each.title}, with {each.holder}") for each in open_to),
            ),
        ),
    )
    filled, sent = empty(fields, visit.asked), None
    if visit.request.method == "POST":
        filled = read(fields, visit.request.POST)
        sent = visit.request.FILES.get("file")
        upload = _take(visit, filled, sent if isinstance(sent, Sent) else None)
        if upload is not None:
            return HttpResponseRedirect(f"/extracts/new/{upload.upload_id}/read")
    return answer(
        visit,
        "new_extract.html.j2",
        status=_status(visit, filled),
        fields=fields,
        filled=filled,
        errors=filled.errors,
        kinds=KINDS,
        most=ours.MOST_UPLOADED_BYTES // 2**20,
        none=not open_to,
    )


def _status(visit: Visit, filled: Filled) -> int:
    if not filled.faults:
        return 200
    return 413 if TOO_LARGE in visit.request.META else 422


def _take(visit: Visit, filled: Filled, sent: Sent | None) -> Upload | None:
    """Take the file, or say at its field why not; what is not taken is not kept."""
    most = f"{ours.MOST_UPLOADED_BYTES // 2**20:,} MB"
    if TOO_LARGE in visit.request.META:
        filled.faults = {
            "file": f"The file is larger than {most}. Ask the holder for it in parts, a year each"
        }
    elif WHOLE not in visit.typed:
        filled.faults = {"file": BROKEN_OFF}
        drop_unfinished(visit.request)
    elif sent is None:
        filled.blame("file", "Choose a file")
    if sent is not None and not filled.faults:
        try:
            agreement = filled.values["agreement"]
            return receiving.begin(
                visit.workspace, sent.incoming, sent.name or "", agreement=agreement, who=visit.who
            )
        except (DataProblem, NoAgreement) as fault:
            filled.blame("file", " ".join(part for part in (fault.what, fault.do) if part))
    if sent is not None:
        sent.incoming.drop()
    return None


@page("extracts/new/<str:upload>/read", RECEIVES, methods=POST)
def read_as(visit: Visit, upload: str) -> HttpResponseBase:
    """How the file is read, and reading it otherwise."""
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who)
    fields, begun = how_fields(kept)
    filled = empty(fields, begun)
    if visit.request.method == "POST":
        filled = read(fields, visit.request.POST)
        if not filled.faults:
            how = {name: filled.values[name] or None for name in begun}
            try:
                receiving.look(visit.workspace, kept, how)
            except DataProblem as fault:
                filled.blame(next(iter(begun)), f"{fault.what} {fault.do}".strip())
            else:
                return HttpResponseRedirect(f"/extracts/new/{upload}/read")
    show = shows_names(visit)
    return answer(
        visit,
        "read_as.html.j2",
        status=422 if filled.faults else 200,
        upload=kept,
        looked=kept.looked,
        fields=fields,
        filled=filled,
        errors=filled.errors,
        opening=opening_of(kept, show=show),
        width=min(len(kept.looked["columns"]), MOST_COLUMNS),
        show=show,
        may_show=may_show(visit),
    )


@page("extracts/new/<str:upload>/remove", RECEIVES, methods=("POST",))
def remove_upload(visit: Visit, upload: str) -> HttpResponseBase:
    """Remove a file that is not to be received."""
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who)
    receiving.remove(visit.workspace, kept, who=visit.who)
    visit.tell(f"{kept.name} is removed. Nothing of it was received.")
    return HttpResponseRedirect("/extracts")


def how_fields(kept: Upload) -> tuple[tuple[Field, ...], dict[str, str]]:
    """What can be said of how a file is read: of a workbook the sheet, of a text the encoding."""
    looked = kept.looked
    fields = [
        Field("header_row", "Row of the headings", "number", hint="1 for the first row of the file", width=3)
    ]
    begun = {"header_row": str(looked["header_row"])}
    if looked["sheets"]:
        fields.insert(
            0, Field("sheet", "Sheet", "choice", values=tuple((name, name) for name in looked["sheets"]))
        )
        begun = {"sheet": looked["sheet"], **begun}
    else:
        fields.append(Field("encoding", "Encoding", "choice", values=ENCODINGS, required=False))
        begun["encoding"] = kept.how.get("encoding") or ""
    return tuple(fields), begun


def may_show(visit: Visit) -> bool:
    """Whether names may be shown for the purpose chosen."""
    return visit.purpose is not None and may_act(visit.user, Action.SEE_PEOPLE, visit.purpose.kind)


def shows_names(visit: Visit) -> bool:
    """Whether names are to be shown: asked for, and under a purpose that allows it; that is written down."""
    if visit.asked.get("names") != "yes" or not may_show(visit):
        return False
    check_may_see_people(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return True


def opening_of(kept: Upload, *, show: bool) -> list[dict[str, Any]]:
    """The first rows of the file; what may be a name shows only its shape unless names are shown."""
    looked = kept.looked
    hidden = {each["name"] for each in looked["columns"] if each["hidden"]}
    at = looked["header_row"] - 1
    headings = [cell.strip() for cell in looked["opening"][at]]
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(looked["opening"]):
        is_open = [
            show or number == at or (number > at and name not in hidden and bool(name)) for name in headings
        ]
        is_open += [show] * (len(row) - len(headings))
        cells = [cell if free else shape_of(cell) for cell, free in zip(row, is_open, strict=False)]
        rows.append({"number": number + 1, "cells": cells[:MOST_COLUMNS], "is_headings": number == at})
    return rows


def shape_of(text: str) -> str:
    """What a cell looks like, without what it says.

    >>> shape_of("Ash, Jo 3")
    'Aaa, Aa 0'
    """
    said = (
        "0" if each.isdigit() else "A" if each.isupper() else "a" if each.isalpha() else each
        for each in text[:24]
    )
    return "".join(said)
