"""Registers that the partnership keeps itself: list, entry, form, files; all of it from a register's declaration."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import registers
from kithmap.desk.policies import needs
from kithmap.desk.templates import register_template
from kithmap.errors import ChangedSince
from kithmap.governance.permissions import may_do
from kithmap.governance.policy import Action
from kithmap.model.registers import NO_NAMES, RegisterTable, get_register
from kithmap.products.documents import moment
from kithmap.register.entries import Kept
from kithmap.web.downloads import XLSX, as_file
from kithmap.web.forms import Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.register_forms import begun, fields_of, written_of
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

SEES, KEEPS = needs(Action.SEE_REGISTERS), needs(Action.KEEP_REGISTERS)
HEADINGS = ("Register", "What it says", "One entry is", "Entries")


@page("registers", SEES)
def registers_page(visit: Visit) -> HttpResponseBase:
    """Every register, and how many entries stand in it."""
    return answer(visit, "registers.html.j2", headings=HEADINGS, rows=_registers(visit, links=True))


@page("registers.<str:kind>", SEES)
def registers_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of registers as a file."""
    check_file_kind(kind)
    return as_file(visit, "registers", kind, HEADINGS, _registers(visit, links=False))


@page("registers/<str:register>.<str:kind>", SEES)
def register_file(visit: Visit, register: str, kind: str) -> HttpResponseBase:
    """Every entry of a register as a file, in every column; filled in further it can be sent in again."""
    check_file_kind(kind)
    table = get_register(register)
    rows = [list(words.values()) for _, words in _entries(visit, table)]
    return as_file(visit, register, kind, [column.label for column in table.columns], rows, [table.about])


@page("registers/<str:register>/template.xlsx", SEES)
def register_tool(visit: Visit, register: str) -> HttpResponseBase:
    """The workbook to fill in for a register."""
    body = register_template(visit.workspace, register, who=visit.who)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{register}-template.xlsx"'
    return response


@page("registers/<str:register>", SEES)
def register_page(visit: Visit, register: str) -> HttpResponseBase:
    """The entries that stand in a register, those with some words alone where they are asked for."""
    table = get_register(register)
    asked = " ".join(visit.asked.get("words", "").split())[:200]
    found = [each for each in _entries(visit, table) if _says(each[1], asked)]
    listed = [column for column in table.columns if column.listed]
    return answer(
        visit,
        "register.html.j2",
        table=table,
        asked=asked,
        count=len(found),
        headings=[column.label for column in listed],
        rows=[_row(table, each, words) for each, words in found],
        may_keep=may_do(visit.user, Action.KEEP_REGISTERS),
    )


@page("registers/<str:register>/new", KEEPS, methods=POST)
def entry_new(visit: Visit, register: str) -> HttpResponseBase:
    """Put an entry into a register."""
    table = get_register(register)
    fields = fields_of(visit.workspace, table)
    if visit.request.method != "POST":
        return _form(visit, table, fields, empty(fields), title=f"Add to {table.title.lower()}")
    filled = read(fields, visit.request.POST)
    written = written_of(table, filled)
    _blame(filled, registers.read_written(visit.workspace, register, written, who=visit.who))
    if filled.faults:
        return _form(visit, table, fields, filled, title=f"Add to {table.title.lower()}")
    made = registers.add_entry(visit.workspace, register, written, who=visit.who)
    visit.tell("The entry is in the register.")
    return HttpResponseRedirect(f"/registers/{register}/{made.entry_id}")


@page("registers/<str:register>/<str:entry>/change", KEEPS, methods=POST)
def entry_change(visit: Visit, register: str, entry: str) -> HttpResponseBase:
    """Change an entry as it stood when its form was opened."""
    table = get_register(register)
    found = registers.get_entry(visit.workspace, register, entry, who=visit.who)
    if found.is_removed:
        return _gone(visit, found)
    fields, about = fields_of(visit.workspace, table), {"title": "Change the entry", "entry": found}
    if visit.request.method != "POST":
        return _form(visit, table, fields, empty(fields, begun(table, found.values)), **about)
    filled = read(fields, visit.request.POST)
    written = written_of(table, filled)
    _blame(filled, registers.read_written(visit.workspace, register, written, who=visit.who, entry_id=entry))
    if filled.faults:
        return _form(visit, table, fields, filled, **about, version=_number(visit.typed.get("version", "")))
    try:
        version = _number(visit.typed.get("version", ""))
        registers.change_entry(visit.workspace, register, entry, written, version=version, who=visit.who)
    except ChangedSince as fault:
        filled.blame(fields[0].name, f"{fault.what} {fault.do}")
        stands = registers.in_words(visit.workspace, table, found.values)
        return _form(visit, table, fields, filled, **about, stands=stands, status=409)
    visit.tell("The entry is saved.")
    return HttpResponseRedirect(f"/registers/{register}/{entry}")


@page("registers/<str:register>/<str:entry>/remove", KEEPS, methods=("POST",))
def entry_remove(visit: Visit, register: str, entry: str) -> HttpResponseBase:
    """Remove an entry as it stood when it was looked at; its history stays."""
    try:
        version = _number(visit.typed.get("version", ""))
        registers.remove_entry(visit.workspace, register, entry, version=version, who=visit.who)
    except ChangedSince as fault:
        visit.tell(f"{fault.what} It was not removed by you.")
        return HttpResponseRedirect(f"/registers/{register}/{entry}")
    visit.tell("The entry is removed. What it said stays in its history.")
    return HttpResponseRedirect(f"/registers/{register}")


@page("registers/<str:register>/<str:entry>/erase", KEEPS, methods=("POST",))
def entry_erase(visit: Visit, register: str, entry: str) -> HttpResponseBase:
    """Remove an entry with all that it ever said, such as a name that was written by mistake."""
    registers.erase_entry(visit.workspace, register, entry, who=visit.who)
    visit.tell("The entry is removed, and what it said is erased. Copies in earlier backups hold it still.")
    return HttpResponseRedirect(f"/registers/{register}")


@page("registers/<str:register>/<str:entry>", SEES)
def entry_page(visit: Visit, register: str, entry: str) -> HttpResponseBase:
    """One entry in full, with every version of it."""
    table = get_register(register)
    found = registers.get_entry(visit.workspace, register, entry, who=visit.who)
    words = registers.in_words(visit.workspace, table, found.values)
    return answer(
        visit,
        "register_entry.html.j2",
        table=table,
        entry=found,
        since=f"{moment(found.at)} UTC",
        facts=[(column.label, words[column.name]) for column in table.columns if words[column.name]],
        title=words[table.columns[0].name] or "An entry that was erased",
        versions=_versions(visit, table, found),
        may_keep=may_do(visit.user, Action.KEEP_REGISTERS)
        and registers.is_of_own(visit.workspace, table, found.values, who=visit.who),
    )


def _registers(visit: Visit, *, links: bool) -> list[list[Any]]:
    return [
        [
            {"text": table.title, "href": f"/registers/{table.name}"} if links else table.title,
            table.about, table.entry, count,
        ]
        for table, count in registers.list_registers(visit.workspace, who=visit.who)
    ]  # fmt: skip


def _entries(visit: Visit, table: RegisterTable) -> list[tuple[Kept, dict[str, str]]]:
    """Every entry that stands, each with its words, in the order of its key."""
    listed = registers.list_entries(visit.workspace, table.name, who=visit.who)
    told = registers.all_in_words(visit.workspace, table, [each.values for each in listed])
    return sorted(
        zip(listed, told, strict=True), key=lambda each: [each[1][name].casefold() for name in table.key]
    )


def _says(words: Mapping[str, str], asked: str) -> bool:
    said = " ".join(words.values()).casefold()
    return all(word in said for word in asked.casefold().split())


def _row(table: RegisterTable, entry: Kept, words: Mapping[str, str]) -> list[Any]:
    first, *others = (words[column.name] for column in table.columns if column.listed)
    return [{"text": first, "href": f"/registers/{table.name}/{entry.entry_id}"}, *others]


def _versions(visit: Visit, table: RegisterTable, entry: Kept) -> list[list[Any]]:
    """Every version, the newest first: what each said otherwise than the one before."""
    listed = registers.list_versions(visit.workspace, table.name, entry.entry_id, who=visit.who)
    told = registers.all_in_words(visit.workspace, table, [each.terms["values"] for each in listed])
    rows: list[list[Any]] = []
    for at, (each, words) in enumerate(zip(listed, told, strict=True)):
        before = told[at - 1] if at else {}
        changed = [
            f"{column.label}: {words[column.name] or 'nothing'}"
            for column in table.columns
            if at and words[column.name] != before[column.name]
        ]
        what = _what(each.terms) or "; ".join(changed) or "As it was added"
        rows.append([each.version, what, moment(each.added_at), each.added_by])
    return rows[::-1]


def _what(terms: Mapping[str, Any]) -> str:
    """What became of an entry in a version that says no more."""
    if not terms["values"]:
        return "Erased"
    return "Removed" if terms["removed"] else ""


def _blame(filled: Filled, written: registers.Written) -> None:
    for fault in written.faults:
        filled.blame(fault.column, fault.what.rstrip("."))


def _form(
    visit: Visit,
    table: RegisterTable,
    fields: Any,
    filled: Filled,
    *,
    title: str,
    entry: Kept | None = None,
    **also: Any,
) -> HttpResponseBase:
    """The form of an entry. version: the one it was made from. stands: what stands now, where another changed it."""
    status = also.get("status") or (422 if filled.faults else 200)
    stands: Mapping[str, str] = also.get("stands", {})
    return answer(
        visit,
        "register_form.html.j2",
        status=status,
        errors=filled.errors,
        table=table,
        title=title,
        no_names=NO_NAMES,
        fields=fields,
        filled=filled,
        back=f"/registers/{table.name}" + (f"/{entry.entry_id}" if entry else ""),
        version=also.get("version") or (entry.version if entry else 0),
        stands=[[column.label, stands[column.name]] for column in table.columns if stands.get(column.name)],
    )


def _gone(visit: Visit, entry: Kept) -> HttpResponseBase:
    visit.tell("The entry was removed: it can be added anew.")
    return HttpResponseRedirect(f"/registers/{entry.register}/{entry.entry_id}")


def _number(text: str) -> int:
    """A number of an address or a form, or 1 for whatever is none."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 9 and int(text) else 1
