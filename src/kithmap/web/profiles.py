"""Profiles: the list, beginning one, how each stands, its texts, and what protects people in it."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import profile_signing, profiles
from kithmap.desk.policies import needs
from kithmap.desk.profiles import DRAFT, RELEASED, SIGNING, Content, Draft, Section
from kithmap.errors import NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import Action, may_do
from kithmap.measures import get_measure
from kithmap.products import drafted
from kithmap.products.documents import day, moment
from kithmap.products.publish import QUESTIONS
from kithmap.products.words import heading, withheld
from kithmap.web.downloads import as_file
from kithmap.web.forms import Field, Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer, when
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind, is_open_to

TAGS = {DRAFT: "grey", SIGNING: "blue", RELEASED: "green"}
HEADINGS = ("Profile", "State", "Level", "To", "By", "Last saved by", "Begun", "Last day")
NO_NAME = (
    "Without any name of a young person, school or street: the records are looked through when you save."
)
LEVELS_ASKED = tuple((each.value, f"{each.value} {rule.title}: for {rule.audience}") for each, rule in LEVELS.items())  # fmt: skip
FIELDS = (
    Field("title", "Title", hint=NO_NAME, most=200, width=30),
    Field("to", "Who receives it", hint="For example, Hartwell community safety partnership", most=200, width=30),
    Field("level", "Level", "radios", "Each level withholds what its readers may not see.", LEVELS_ASKED),
    Field("expires", "The last day it may be used", "date", required=False),
    Field("note", "Note on disproportionality", "long",
          "Needed where an ethnic group is recorded more, or less, often than chance would say: where the difference"
          " may come from, and what will be done. It leaves with the answers.", required=False, most=1000),
)  # fmt: skip
STANDING = {name: Section(name, measure, dict(options)) for name, measure, options in QUESTIONS}


@page("profiles", needs(Action.SEE_RELEASES), menu="Profiles")
def profiles_list(visit: Visit) -> HttpResponseBase:
    """Every profile that this reader may see."""
    listed = profiles.list_profiles(visit.workspace, who=visit.who)
    makes = is_open_to(visit, "/profiles/new")
    return answer(
        visit, "profiles.html.j2", headings=HEADINGS, rows=[_row(each) for each in listed], makes=makes
    )


@page("profiles.<str:kind>", needs(Action.SEE_RELEASES))
def profiles_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of profiles as a file."""
    check_file_kind(kind)
    listed = profiles.list_profiles(visit.workspace, who=visit.who)
    return as_file(visit, "profiles", kind, HEADINGS, [_row(each) for each in listed])


@page("profiles/new", needs(Action.SHARE, purpose=True), methods=POST)
def profile_new(visit: Visit) -> HttpResponseBase:
    """Begin a profile: its title, recipient and level, and which of the standing questions it asks."""
    fields = (*FIELDS[:3], _standing_field())
    given = {"level": "R1", "questions": list(STANDING)}
    if visit.request.method != "POST":
        return _new(visit, fields, empty(fields, given))
    filled = read(fields, visit.request.POST)
    if not filled.faults:
        values = filled.values
        sections = tuple(STANDING[name] for name in values["questions"])
        content = Content(values["title"], Level(values["level"]), values["to"], sections)
        try:
            made = profiles.start_profile(visit.workspace, content, purpose=visit.purpose_id, who=visit.who)
        except (NotPermitted, NotFound):
            raise
        except (Refused, WrongUse) as fault:
            filled.blame("title", f"{fault.what} {fault.do}")
        else:
            visit.tell("The profile is begun. Write what the answers need around them.")
            return HttpResponseRedirect(f"/profiles/{made.record.profile_id}/edit")
    return _new(visit, fields, filled)


@page("profiles/<str:profile_id>", needs(Action.SEE_RELEASES))
def profile_page(visit: Visit, profile_id: str) -> HttpResponseBase:
    """One profile: how it stands, what it says in its own words, its files once it has left."""
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    signing = profile_signing.find_signing(visit.workspace, draft.record)
    texts = profiles.list_texts(visit.workspace, profile_id, who=visit.who)
    out = draft.record.state == RELEASED and not signing.is_recalled
    return answer(
        visit,
        "profile.html.j2",
        draft=draft,
        tag=TAGS[draft.record.state],
        rule=LEVELS[draft.content.level],
        sections=[[number, question_of(each), each.key] for number, each in enumerate(draft.content.sections, 1)],
        files=drafted.files_of(visit.workspace, draft) if out else [],
        recalled=signing.is_recalled,
        texts=[
            [{"text": f"Version {each.version}", "href": f"/profiles/{profile_id}/texts/{each.version}"}, each.by, moment(each.at)]
            for each in reversed(texts)
        ],
        edits=draft.record.state == DRAFT and may_do(visit.user, Action.SHARE),
        makes=may_do(visit.user, Action.SHARE),
        recalls=out and may_do(visit.user, Action.WITHDRAW),
        signing=signing,
    )  # fmt: skip


@page("profiles/<str:profile_id>/texts/<int:version>", needs(Action.SEE_RELEASES))
def profile_text(visit: Visit, profile_id: str, version: int) -> HttpResponseBase:
    """One text that was saved of a profile, as it was."""
    profiles.list_texts(visit.workspace, profile_id, who=visit.who)
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who, version=version)
    rows = [[where, text] for where, text in profiles.texts_in(draft.content)]
    return answer(visit, "profile_text.html.j2", draft=draft, version=version, rows=rows)


@page("profiles/<str:profile_id>/preview", needs(Action.SHARE, purpose=True))
def profile_preview(visit: Visit, profile_id: str) -> HttpResponseBase:
    """The document as its level would show it today."""
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    return as_document(drafted.preview(visit.workspace, draft, who=visit.who))


@page("profiles/<str:profile_id>/redact", needs(Action.SHARE, purpose=True))
def profile_redact(visit: Visit, profile_id: str) -> HttpResponseBase:
    """What of a profile is withheld at its level, section by section, and which of its texts people wrote."""
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    parts = profile_signing.preview_sections(
        visit.workspace, draft.content, purpose=draft.record.purpose, who=visit.who
    )
    excerpts = profiles.excerpts_in(visit.workspace, draft, who=visit.who)
    rows: list[list[Any]] = []
    for number, section in enumerate(draft.content.sections, start=1):
        given = parts[section.key].release
        counts = sum(len(given.counts) for _ in given.rows)
        words = len(f"{section.before} {section.after}".split())
        rows.append([number, question_of(section), counts, withheld(given), words])
    return answer(
        visit,
        "profile_redact.html.j2",
        draft=draft,
        rule=LEVELS[draft.content.level],
        rows=rows,
        texts=[[where, text] for where, text in (*profiles.texts_in(draft.content), *excerpts)],
    )


@page("profiles/<str:profile_id>/files/<path:name>", needs(Action.SEE_RELEASES))
def profile_download(visit: Visit, profile_id: str, name: str) -> HttpResponseBase:
    """A file of a profile that has left."""
    draft = profile_signing.take_profile(visit.workspace, profile_id, name, who=visit.who)
    kind, body = drafted.read_document(visit.workspace, draft, name)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name.rpartition("/")[2]}"'
    return response


def as_document(html: str) -> HttpResponse:
    """A document of ours as an answer, under its own policy: it loads nothing, not even from here."""
    import re

    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    response = HttpResponse(html)
    policy = found[1].replace("&#39;", "'") if found else "default-src 'none'"
    response["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    return response


def question_of(section: Section) -> str:
    """A section's question in words, with the options it is asked with."""
    measure = get_measure(section.measure)
    asked = ", ".join(f"{heading(name).lower()} {value}" for name, value in section.options.items())
    return f"{measure.question}{f' ({asked})' if asked else ''}"


def _standing_field() -> Field:
    values = tuple((name, question_of(section)) for name, section in STANDING.items())
    return Field("questions", "Questions", "many", "Any other question can be added later.", values)


def _new(visit: Visit, fields: tuple[Field, ...], filled: Filled) -> HttpResponseBase:
    status = 422 if filled.faults else 200
    return answer(
        visit, "profile_new.html.j2", status=status, errors=filled.errors, fields=fields, filled=filled
    )


def _row(draft: Draft) -> list[Any]:
    record = draft.record
    return [
        {"text": draft.content.title, "href": f"/profiles/{record.profile_id}"},
        {"text": record.state.capitalize(), "tag": TAGS[record.state]},
        draft.content.level.value,
        draft.content.to,
        record.author,
        draft.by,
        day(record.started_at),
        when(record.expires_on or draft.content.expires_on),
    ]
