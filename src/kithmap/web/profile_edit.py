"""Writing a profile: its sections in order with the analyst's own words; two who write at once lose nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import profile_signing, profiles
from kithmap.desk.excerpts import Excerpt, list_excerpts
from kithmap.desk.policies import needs
from kithmap.desk.profiles import Content, Draft, Section
from kithmap.errors import ChangedSince, NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.levels import Level
from kithmap.governance.permissions import Action
from kithmap.measures import get_measure, registered
from kithmap.products.documents import day
from kithmap.web.asking import read_question
from kithmap.web.forms import Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.profiles import FIELDS, STANDING, question_of
from kithmap.web.render import answer
from kithmap.web.visit import Visit


@dataclass(frozen=True)
class Shown:
    """What the page of a text shows: the text as it stands or was typed, its version, and another's beside it."""

    draft: Draft
    content: Content
    filled: Filled
    version: int
    theirs: Mapping[str, str]
    by: str = ""


@page("profiles/<str:profile_id>/edit", needs(Action.SHARE, purpose=True), methods=POST)
def profile_edit(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Write a profile."""
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    if draft.record.purpose != visit.purpose_id:
        return HttpResponseRedirect("/purpose?" + urlencode({"next": visit.request.path}))
    if visit.request.method != "POST":
        return _show(visit, Shown(draft, draft.content, _filled(draft.content), draft.record.version, {}))
    filled = read(FIELDS, visit.request.POST)
    version = int(visit.typed.get("version", "0") or 0)
    opened = profiles.open_profile(visit.workspace, profile_id, who=visit.who, version=version)
    content = _content(visit, filled, opened.content, draft.content)
    if filled.faults:
        return _show(visit, Shown(draft, content, filled, version, {}))
    try:
        profiles.save_profile(visit.workspace, profile_id, content, version=version, who=visit.who)
    except ChangedSince as changed:
        newest = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
        filled.blame("title", f"{changed.what} {changed.do}")
        both = _with_theirs(content, newest.content)
        theirs = differences(both, newest.content)
        return _show(visit, Shown(newest, both, filled, newest.record.version, theirs, newest.by), status=409)
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        filled.blame("texts", f"{fault.what} {fault.do}")
        return _show(visit, Shown(draft, content, filled, version, {}))
    visit.tell("Your answers are saved.")
    return HttpResponseRedirect(f"/profiles/{profile_id}/edit{_place(visit)}")


@page("profiles/<str:profile_id>/add", needs(Action.SHARE, purpose=True), methods=POST)
def profile_add(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Add a section that asks any question, with its options."""
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    name = visit.asked.get("measure", "")
    measure = get_measure(name) if name else None
    question = read_question(visit, measure) if measure else None
    if visit.request.method == "POST" and measure and question:
        sections = draft.content.sections
        section = Section(profiles.new_key(sections, measure.name), measure.name, dict(question.options))
        profiles.save_profile(
            visit.workspace,
            profile_id,
            replace(draft.content, sections=(*sections, section)),
            version=draft.record.version,
            who=visit.who,
        )
        visit.tell("The section is added at the end.")
        return HttpResponseRedirect(f"/profiles/{profile_id}/edit#section-{section.key}")
    kind = visit.purpose.kind if visit.purpose else None
    measures = [
        {"value": each.name, "text": each.question, "selected": each is measure}
        for each in registered()
        if kind in each.purposes
    ]
    query = f"?{urlencode({'measure': name, **question.options})}" if question else ""
    return answer(
        visit,
        "profile_add.html.j2",
        draft=draft,
        measures=measures,
        measure=measure,
        question=question,
        query=query,
    )


def differences(mine: Content, theirs: Content) -> dict[str, str]:
    """What another text says where it says something else, by the name of the field."""
    one, other = _flat(mine), _flat(theirs)
    return {name: text for name, text in other.items() if one.get(name, "") != text}


def _flat(content: Content) -> dict[str, str]:
    found = {"title": content.title, "to": content.to, "level": content.level.value, "note": content.note,
             "expires": str(content.expires_on or "")}  # fmt: skip
    for section in content.sections:
        found[f"before-{section.key}"] = section.before
        found[f"after-{section.key}"] = section.after
        found[f"excerpts-{section.key}"] = " ".join(section.excerpts)
    return found


def _with_theirs(mine: Content, theirs: Content) -> Content:
    """My text with the sections that another added meanwhile after it."""
    have = {section.key for section in mine.sections}
    added = tuple(section for section in theirs.sections if section.key not in have)
    return replace(mine, sections=(*mine.sections, *added))


def _content(visit: Visit, filled: Filled, opened: Content, newest: Content) -> Content:
    """What was typed, as the content of a profile: of what stands, whatever is at fault."""
    known = {section.key: section for section in (*newest.sections, *opened.sections)}
    typed = visit.typed
    sections: Sequence[Section] = [
        replace(
            known[key],
            before=_text(typed, f"before-{key}"),
            after=_text(typed, f"after-{key}"),
            excerpts=tuple(visit.request.POST.getlist(f"excerpts-{key}")),
        )
        for key in visit.request.POST.getlist("keys")
        if key in known
    ]
    what, _, key = typed.get("do", "save").partition(":")
    if what in ("up", "down"):
        sections = profiles.moved(sections, key, -1 if what == "up" else 1)
    elif what == "remove":
        sections = [section for section in sections if section.key != key]
    elif what == "add" and typed.get("standing") in STANDING:
        sections = [*sections, _standing(sections, typed["standing"])]
    values = filled.values
    level = Level(values["level"]) if "level" not in filled.faults else opened.level
    return Content(
        values["title"], level, values["to"], tuple(sections), values["note"], values["expires"]
    )  # fmt: skip


def _standing(sections: Sequence[Section], name: str) -> Section:
    chosen = STANDING[name]
    taken = name in {section.key for section in sections}
    return replace(chosen, key=profiles.new_key(sections, chosen.measure)) if taken else chosen


def _text(typed: Mapping[str, str], name: str) -> str:
    return typed.get(name, "").replace("\r\n", "\n").strip()


def _place(visit: Visit) -> str:
    what, _, key = visit.typed.get("do", "").partition(":")
    return f"#section-{key}" if what in ("up", "down") else ""


def _filled(content: Content) -> Filled:
    until = content.expires_on
    parts = [str(until.day), str(until.month), str(until.year)] if until else ["", "", ""]
    given = {"title": content.title, "to": content.to, "level": content.level.value, "note": content.note, "expires": parts}  # fmt: skip
    return empty(FIELDS, given)


def _choices(signed: Sequence[Excerpt], section: Section) -> list[dict[str, Any]]:
    """The signed excerpts that a section may hold, each with whose extract it is of and what goes with it."""
    return [
        {
            "value": each.sha256,
            "text": each.text,
            "hint": {"text": f"{each.holder}. Signed by {each.signed_by} on {day(each.signed_at)}, up to level"
                     f" {each.level.value}. {'; '.join((each.borne.marking, *each.borne.conditions))}."},
            "checked": each.sha256 in section.excerpts,
        }
        for each in signed
    ]  # fmt: skip


def _show(visit: Visit, shown: Shown, *, status: int = 200) -> HttpResponseBase:
    faults = shown.filled.faults
    signing = profile_signing.find_signing(visit.workspace, shown.draft.record)
    signed = list_excerpts(
        visit.workspace, level=shown.content.level, purpose=visit.purpose_id, who=visit.who
    )
    sections: list[dict[str, Any]] = [
        {
            "key": each.key, "question": question_of(each), "before": each.before, "after": each.after,
            "their_before": shown.theirs.get(f"before-{each.key}"),
            "their_after": shown.theirs.get(f"after-{each.key}"),
            "others_chosen": f"excerpts-{each.key}" in shown.theirs,
            "excerpts": _choices(signed, each),
        }
        for each in shown.content.sections
    ]  # fmt: skip
    return answer(
        visit,
        "profile_edit.html.j2",
        status=status if status != 200 or not faults else 422,
        errors=shown.filled.errors,
        draft=shown.draft,
        fields=FIELDS,
        filled=shown.filled,
        version=shown.version,
        sections=sections,
        has_excerpts=bool(signed),
        theirs={name: text for name, text in shown.theirs.items() if "-" not in name},
        by=shown.by,
        standing=[{"value": name, "text": question_of(each)} for name, each in STANDING.items()],
        returned=signing.returned,
        may_edit=shown.draft.record.state == profiles.DRAFT,
    )
