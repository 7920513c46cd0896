"""Builds as pages: which there are and what each holds, what the next would take, and making it."""

from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import builds_shown
from kithmap.desk.builds_shown import ShownBuild
from kithmap.desk.jobs import request_job
from kithmap.desk.policies import needs
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.policy import Action, roles_for
from kithmap.products.documents import day, moment
from kithmap.web.downloads import as_file
from kithmap.web.forms import Field, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

SEES = needs(Action.ASK, purpose=True)
HEADINGS = ("Published (UTC)", "As at", "Made by", "Extracts", "People")
NUMBERS = (3, 4)
# What a build's manifest counts, in words, in the order of the work.
FIGURES = (
    ("mentions", "Mentions of people"),
    ("candidate_pairs", "Pairs of records compared"),
    ("links", "Links kept"),
    ("people", "People"),
    ("young_people", "Of them young people"),
    ("unknown_age", "Of them of unknown age"),
    ("events", "Events"),
    ("concerns", "Recorded concerns"),
    ("memberships", "Memberships of contexts"),
)
QUALITY = (
    ("share_alone", "Mentions linked to no other"),
    ("contradictions", "Links that contradict themselves"),
    ("cut_components", "Groups of records cut apart"),
)
STARTING = (
    Field(
        "as_at", "The day ages are taken at", "date", required=False,
        hint="Leave it empty for the last day that the extracts speak of.",
    ),
    Field(
        "in_full", "Link everything again", "yes", required=False,
        hint="Otherwise only what is new since the last build is linked, where nothing asks for more.",
    ),
)  # fmt: skip


@page("builds", SEES, menu="Builds")
def builds(visit: Visit) -> HttpResponseBase:
    """Every build, the newest first."""
    listed = builds_shown.show_builds(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    rows = [
        [{"text": moment(each.finished), "href": f"/builds/{each.build}"}, *_cells(each)[1:]]
        for each in listed
    ]
    newest = listed[0] if listed else None
    return answer(
        visit, "builds.html.j2", headings=HEADINGS, numbers=NUMBERS, rows=rows, may_build=_may_build(visit),
        newest=newest,
    )  # fmt: skip


@page("builds.<str:kind>", SEES)
def builds_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The same list as a file."""
    check_file_kind(kind)
    listed = builds_shown.show_builds(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return as_file(
        visit, "builds", kind, ("Build", *HEADINGS), [[each.build, *_cells(each)] for each in listed]
    )


@page("builds/new", needs(Action.BUILD), methods=POST)
def new_build(visit: Visit) -> HttpResponseBase:
    """What a build would take if it were made now, and asking for it."""
    filled = empty(STARTING)
    if visit.request.method == "POST":
        filled = read(STARTING, visit.request.POST)
        asked = filled.values["as_at"]
        if not filled.faults:
            try:
                as_at = asked.isoformat() if isinstance(asked, date) else ""
                wanted = {"as_at": as_at, "in_full": filled.values["in_full"]}
                job = request_job(visit.workspace, "build", wanted, who=visit.who)
            except WrongUse as fault:
                filled.blame("as_at", fault.what)
            else:
                return HttpResponseRedirect(f"/jobs/{job.job_id}")
    foreseen = builds_shown.foresee_build(visit.workspace, who=visit.who)
    return answer(
        visit,
        "new_build.html.j2",
        status=422 if filled.faults else 200,
        foreseen=foreseen,
        fields=STARTING,
        filled=filled,
        errors=[{**each, "href": f"{each['href']}-day"} for each in filled.errors],
        taken=[list(each) for each in foreseen.taken],
        left_out=[list(each) for each in foreseen.left_out],
    )


@page("builds/<str:build_id>", SEES)
def one_build(visit: Visit, build_id: str) -> HttpResponseBase:
    """One build: what went in, what came out, how well it was linked, and what moved since the last."""
    ours = {"purpose": visit.purpose_id, "who": visit.who}
    try:
        made = builds_shown.show_build(visit.workspace, build_id, **ours)
    except NotFound:
        return answer(visit, "no_build.html.j2", status=404)
    newest = builds_shown.show_builds(visit.workspace, **ours)[0].build
    return answer(
        visit,
        "one_build.html.j2",
        made=made,
        is_newest=made.build == newest,
        figures=_figures(made, FIGURES),
        quality=_figures(made, QUALITY),
        audited=builds_shown.say_quality(visit.workspace, build_id, **ours),
    )


def _cells(made: ShownBuild) -> list[Any]:
    people = made.figures.get("people")
    return [
        moment(made.finished), day(made.as_at), made.made_by, len(made.extracts) + made.others,
        f"{people:,}" if people is not None else "",
    ]  # fmt: skip


def _figures(made: ShownBuild, wanted: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """A build's figures as lines of a list, those it has."""
    return [
        {"key": {"text": words}, "value": {"text": _told(name, made.figures[name])}}
        for name, words in wanted
        if made.figures.get(name) is not None
    ]


def _told(name: str, value: Any) -> str:
    return f"{100 * value:.1f} %" if name.startswith("share_") else f"{value:,}"


def _may_build(visit: Visit) -> bool:
    return visit.user.role in roles_for(Action.BUILD)
