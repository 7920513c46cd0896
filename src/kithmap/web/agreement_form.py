"""An agreement by form: what its file states, asked in parts; the values go the way that a file's go."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase

from kithmap.desk import agreements, gateways
from kithmap.desk.agreed_columns import columns_of, list_layout_names
from kithmap.desk.authorities import authority_names
from kithmap.desk.policies import needs
from kithmap.errors import ChangedSince, DataProblem, NotFound
from kithmap.governance.agreed_files import find_agreement_faults
from kithmap.governance.agreement_questions import ITEMS, NONE, PARTIES, SHORT_FORM, agreement_sections
from kithmap.governance.gateways import NO_ADVICE
from kithmap.governance.permissions import Action
from kithmap.governance.questions import Question, Repeated, Section
from kithmap.governance.written_agreements import agreement_to_dict
from kithmap.web.forms import Filled
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.said_forms import Block, SaidForm, field_of, fields_of, renumbered, with_choices
from kithmap.web.visit import Visit

KEEPS = needs(Action.KEEP_AGREEMENTS)
BEGUN = {"state": "draft", "identifiability": "identified", "handling": {"code": "P"}}
# A short name stands in the agreement's address, where these stand for other pages.
SHORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,59}")
TAKEN = frozenset({"new", "add", "access", "gateways", "use"})
TAKE, VERSION, MORE = "take-layout", "based_on", "more"


@page("agreements/new", KEEPS, methods=POST)
def agreement_new(visit: Visit) -> HttpResponseBase:
    """Make an agreement by form."""
    return _form(visit, BEGUN, based_on=0)


@page("agreements/<str:agreement_id>/change", KEEPS, methods=POST)
def agreement_change(visit: Visit, agreement_id: str) -> HttpResponseBase:
    """Change an agreement by form: a new version of it."""
    found = agreements.get_agreement_of(visit.workspace, agreement_id, who=visit.who)
    if not agreements.may_keep(visit.workspace, found, who=visit.who):
        raise NotFound("There is no such form.", "An agreement of one's own authority.", "See the agreement.")
    version = len(agreements.get_versions(visit.workspace, agreement_id))
    return _form(visit, agreement_to_dict(found), based_on=version)


def _form(visit: Visit, values: Mapping[str, Any], based_on: int) -> HttpResponseBase:
    sections = _sections(visit, values)
    if visit.request.method != "POST":
        counts = {each.key: len(values.get(each.key, ())) for each in _repeated(sections)}
        form = _made(visit, sections, counts, values.get("items", ()))
        return _show(visit, form, form.begun(values), values, based_on)
    sent, counts = _rearranged(visit, sections)
    form = _made(visit, sections, counts, _items_sent(sent, counts["items"]))
    filled = form.read(sent)
    if {"add", "remove", "take", "show"} & set(sent):
        filled.faults.clear()
        return _show(visit, form, filled, values, seen_version(sent, based_on), sent=sent)
    return _save(visit, form, filled, values, seen_version(sent, based_on))


def _save(
    visit: Visit, form: SaidForm, filled: Filled, values: Mapping[str, Any], seen: int
) -> HttpResponseBase:
    """Put what was said into the register, or say at each field what is wrong with it."""
    is_new = not values.get("id")
    said = _said(form, filled, values)
    if is_new:
        blame_short_name(filled, said["id"])
    form.blame(filled, find_agreement_faults(said))
    status = 422
    if not filled.faults:
        try:
            kept = agreements.add_agreement_said(visit.workspace, said, based_on=seen, who=visit.who)
        except ChangedSince as fault:
            filled.blame("id" if is_new else "title", f"{fault.what} {fault.do}")
            status = 409
            # Whoever saves again has been told, and puts theirs in its place.
            seen = 0 if is_new else len(agreements.get_versions(visit.workspace, said["id"]))
        except DataProblem as fault:
            filled.blame("lawful-gateways", f"{fault.what} {fault.do}")
        else:
            visit.tell(f"Agreement {kept.id} is saved.")
            return HttpResponseRedirect(f"/agreements/{kept.id}")
    return _show(visit, form, filled, values, seen, status=status)


def _said(form: SaidForm, filled: Filled, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a file that the form says, with what a form does not ask for as it was."""
    # Without any it is no short form, but one that lacks its data.
    said = {"items": [], **form.values(filled)}
    for item in said["items"]:
        item["columns"] = [*item.get("columns", ()), *item.pop(MORE, ())]
    kept = {"more": values["more"]} if values.get("more") else {}
    return {**kept, **said, "id": values.get("id") or said.get("id", "")}


def _show(
    visit: Visit,
    form: SaidForm,
    filled: Filled,
    values: Mapping[str, Any],
    based_on: int,
    *,
    sent: QueryDict | None = None,
    status: int = 200,
) -> HttpResponse:
    is_new = not values.get("id")
    return answer(
        visit,
        "agreement_form.html.j2",
        status=status,
        title="New agreement" if is_new else f"Change {values['id']}",
        address="/agreements/new" if is_new else f"/agreements/{values['id']}/change",
        back="/agreements" if is_new else f"/agreements/{values['id']}",
        sections=[_shown(each, form, is_new) for each in form.sections],
        filled=filled,
        errors=[{**each, "href": _anchor(each["href"], form)} for each in filled.errors],
        based_on=based_on,
        advice=NO_ADVICE,
        layouts=[{"value": value, "text": words} for value, words in (NONE, *_layouts(visit))],
        take=TAKE,
        take_fault=filled.faults.get("items", ""),
        taken=sent.get(TAKE, "") if sent else "",
    )


def _shown(section: Section, form: SaidForm, is_new: bool) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "says": section.says,
        "fields": [field_of(each) for each in section.questions if is_new or each.key != "id"],
        "repeated": [
            {
                "key": each.key,
                "one": each.one,
                "blocks": [(block.number, fields_of(each, block)) for block in form.blocks[each.key]],
            }
            for each in section.repeated
        ],
    }


def _anchor(href: str, form: SaidForm) -> str:
    """Where an error leads: to its field, or to the data where no field is to blame."""
    return href if href.removeprefix("#") in {each.name for each in form.fields} else "#items"


def _sections(visit: Visit, values: Mapping[str, Any]) -> tuple[Section, ...]:
    """The parts of the form, offering also what the agreement names that no list of ours has."""
    names = {**authority_names(visit.workspace)}
    if values.get("authority"):
        names.setdefault(values["authority"], values["authority"])
    state = values["state"] if values.get("id") else ""
    made = agreement_sections(gateways.list_gateways(visit.workspace), names, state)
    lawful = values.get("lawful", {})
    if values.get("brief"):
        made = (replace(made[0], questions=(*made[0].questions, SHORT_FORM)), *made[1:])
    return tuple(
        replace(
            section,
            questions=tuple(
                with_choices(each, lawful.get(each.key.removeprefix("lawful."), ()))
                if each.key.startswith("lawful.") and each.kind == "many"
                else replace(each, needed=False) if each.key == "id" and values.get("id") else each
                for each in section.questions
            ),
        )
        for section in made
    )  # fmt: skip


def _repeated(sections: tuple[Section, ...]) -> list[Repeated]:
    return [each for section in sections for each in section.repeated]


def _made(visit: Visit, sections: tuple[Section, ...], counts: Mapping[str, int], items: Any) -> SaidForm:
    """The form with so many blocks of each kind; at least one party is asked for."""
    blocks: dict[str, tuple[Block, ...]] = {}
    for repeated in _repeated(sections):
        least = 1 if repeated is PARTIES else 0
        blocks[repeated.key] = tuple(
            Block(number, _item_questions(visit, items, number) if repeated is ITEMS else repeated.questions)
            for number in range(1, max(counts[repeated.key], least) + 1)
        )
    return SaidForm(sections, blocks)


def _item_questions(visit: Visit, items: Any, number: int) -> tuple[Question, ...]:
    """The questions of one group of columns: the columns of its layout are offered, and those it names."""
    item: Mapping[str, Any] = items[number - 1] if number <= len(items) else {}
    layout = item.get("layout", "")
    named = item.get("columns", ())
    known = columns_of(visit.workspace, layout) if layout else {}
    of, columns, *others = ITEMS.questions
    chosen = with_choices(replace(of, choices=(NONE, *_layouts(visit))), [layout])
    more = Question(MORE, "Other columns", "lines", hint="As the file names them, one a line; * for every column")  # fmt: skip
    # Those it names come first, in its own order: the same sent back is the same agreement.
    return (chosen, with_choices(columns, [*named, *known]), more, *others)


def _items_sent(sent: QueryDict, count: int) -> list[dict[str, Any]]:
    return [
        {
            "layout": sent.get(f"items-{number}-layout", "").strip()[:200],
            "columns": [each[:200] for each in sent.getlist(f"items-{number}-columns")],
        }
        for number in range(1, count + 1)
    ]


def _layouts(visit: Visit) -> list[tuple[str, str]]:
    return [(name, name) for name in list_layout_names(visit.workspace)]


def _rearranged(visit: Visit, sections: tuple[Section, ...]) -> tuple[QueryDict, dict[str, int]]:
    """What was sent with its blocks in order, one more or one fewer where that was asked."""
    sent: QueryDict = visit.request.POST.copy()
    removed, _, number = sent.get("remove", "").rpartition("-")
    counts: dict[str, int] = {}
    for repeated in _repeated(sections):
        gone = int(number) if removed == repeated.key and number.isdecimal() else 0
        sent, count = renumbered(sent, repeated, without=gone)
        counts[repeated.key] = count + (sent.get("add") == repeated.key)
    if "take" in sent:
        counts["items"] += _take(visit, sent, counts["items"])
    return sent, counts


def _take(visit: Visit, sent: QueryDict, count: int) -> int:
    """Add a layout's columns, those alike in one group; how many groups that makes."""
    layout = sent.get(TAKE, "")
    alike: dict[str, list[str]] = {}
    for column, sensitivity in columns_of(visit.workspace, layout).items():
        alike.setdefault(sensitivity.value, []).append(column)
    for number, (sensitivity, columns) in enumerate(alike.items(), count + 1):
        sent[f"items-{number}-layout"] = layout
        sent[f"items-{number}-sensitivity"] = sensitivity
        sent.setlist(f"items-{number}-columns", columns)
    return len(alike)


def seen_version(sent: QueryDict, based_on: int) -> int:
    """The version that whoever sends the form has seen."""
    typed = sent.get(VERSION, "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else based_on


def blame_short_name(filled: Filled, name: str) -> None:
    """Say where a new thing's short name cannot stand in an address."""
    if not SHORT.fullmatch(name) or name in TAKEN:
        filled.blame("id", "Short name must be 2 to 60 letters, digits, hyphens and underscores, and no page's name")  # fmt: skip
