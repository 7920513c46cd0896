"""A register's template sent in filled: looked at first, then taken whole, or let go of."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import entry_files, registers, uploads
from kithmap.desk.entry_files import CHANGED, NEW, SAME, Looked
from kithmap.errors import DataProblem
from kithmap.model.registers import RegisterTable, get_register
from kithmap.web.filled_books import WHOLE, keep_sent
from kithmap.web.page import POST, page
from kithmap.web.registers import KEEPS
from kithmap.web.render import answer
from kithmap.web.uploads import TOO_LARGE
from kithmap.web.visit import Visit

REFUSALS = ("Row", "Column", "What is wrong", "What was expected")
TAGS = {NEW: "green", CHANGED: "blue", SAME: "grey"}
WORDS = {NEW: "New", CHANGED: "Changed", SAME: "Same as before"}


@page("registers/<str:register>/import", KEEPS, methods=POST)
def entries_import(visit: Visit, register: str) -> HttpResponseBase:
    """Send in a filled-in template."""
    table = get_register(register)
    fault = ""
    if visit.request.method == "POST":
        kept, fault = keep_sent(visit, _kind(table))
        if kept:
            return HttpResponseRedirect(f"/registers/{register}/import/{kept}")
    status = (413 if TOO_LARGE in visit.request.META else 422) if fault else 200
    errors = [{"text": fault, "href": "#file"}] if fault else []
    return answer(visit, "register_import.html.j2", status=status, table=table, errors=errors, whole=WHOLE)


@page("registers/<str:register>/import/<str:upload>", KEEPS, methods=POST)
def entries_sent(visit: Visit, register: str, upload: str) -> HttpResponseBase:
    """What a filled-in template would do, and taking it."""
    table = get_register(register)
    kept = uploads.get_upload(visit.workspace, upload, who=visit.who, kind=_kind(table))
    if visit.request.method == "POST" and "drop" in visit.request.POST:
        uploads.drop_upload(visit.workspace, upload)
        visit.tell("Nothing was taken, and the file was removed.")
        return HttpResponseRedirect(f"/registers/{register}/import")
    looked, fault = None, None
    try:
        source = uploads.read_upload(visit.workspace, upload)
        if visit.request.method == "POST":
            taken = entry_files.import_file(visit.workspace, register, source, who=visit.who)
            uploads.drop_upload(visit.workspace, upload)
            visit.tell(f"{taken.count(NEW):,} entries were added and {taken.count(CHANGED):,} changed.")
            return HttpResponseRedirect(f"/registers/{register}")
        looked = entry_files.look_at_file(visit.workspace, register, source, who=visit.who)
    except DataProblem as refused:
        fault = refused
    return answer(
        visit,
        "register_sent.html.j2",
        status=422 if fault else 200,
        table=table,
        name=kept.name,
        fault=fault,
        looked=looked,
        would_change=looked is not None and bool(looked.count(NEW) + looked.count(CHANGED)),
        refused=REFUSALS,
        refusals=[[each.row, each.column, each.what, each.expected] for each in looked.refusals]
        if looked
        else [],
        headings=("Row", "What becomes of it", table.columns[0].label),
        lines=_lines(visit, table, looked) if looked else [],
    )


def _kind(table: RegisterTable) -> str:
    """What the file was sent in as: a sheet of one register is read for no other."""
    return f"sheet of {table.name}"


def _lines(visit: Visit, table: RegisterTable, looked: Looked) -> list[list[Any]]:
    """The rows that would do something."""
    some = [line for line in looked.lines if line.state != SAME]
    told = registers.all_in_words(visit.workspace, table, [line.values for line in some])
    return [
        [line.row, {"text": WORDS[line.state], "tag": TAGS[line.state]}, words[table.columns[0].name]]
        for line, words in zip(some, told, strict=True)
    ]
