"""The start: three numbers, the tasks of the day, and what waits for whoever is here."""

import re
from dataclasses import dataclass
from typing import Any

from django.http.response import HttpResponseBase

from kithmap.desk import pairs
from kithmap.desk.answers import Release
from kithmap.desk.ask import ask
from kithmap.desk.day import Day, look_at_day
from kithmap.desk.policies import is_open
from kithmap.desk.share import share_with_self
from kithmap.errors import KithmapError
from kithmap.governance.cells import Cell
from kithmap.governance.permissions import may_act, may_ask, may_do
from kithmap.governance.policy import Action, Role
from kithmap.measures import get_measure
from kithmap.measures.measure import action_of
from kithmap.measures.shared_contexts import ANY
from kithmap.products.words import said
from kithmap.web.jobs import STATES, step_of
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import is_open_to

# The questions that a day begins with, and where the whole answer stands.
FIRST: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("overlap", "the overlap of lists", ("/overlap", "/questions/overlap")),
    ("shared_contexts", "shared contexts", ("/questions/shared_contexts",)),
    ("schools", "how schools compare", ("/questions/schools",)),
)
# What is added up, or a word for what was found; then the number that it comes to, and of what.
SUM = re.compile(r"(?:[\d,]+ \+ [^=]+ = |[A-Z][a-z ]+: )?([\d,]+) (.+)", re.DOTALL)
READY, DONE, CANNOT = "Ready", "Done", "Cannot start yet"
# For roles that see no rows: what they are here for.
INSTEAD = {
    Role.ADMINISTRATOR: "You keep users: who may sign in, and as what. Your role sees nobody's data.",
    Role.HEALTH_RECIPIENT: "You receive what was released to you. Your role asks no questions of the data.",
}


@dataclass(frozen=True)
class Task:
    """A piece of the day's work: how it stands, why, and the first of some pages that there is."""

    title: str
    state: str
    hint: str
    pages: tuple[str, ...]
    actions: tuple[Action, ...]


@page("", is_open("shows each part only to a role that may see it; every number comes through the desk"))
def home(visit: Visit) -> HttpResponseBase:
    """The start of the day."""
    day = look_at_day(visit.workspace, who=visit.who)
    waiting = _waiting(visit, day)
    tasks = [item for task in _tasks(day, waiting) if (item := _item(visit, task)) is not None]
    return answer(
        visit,
        "home.html.j2",
        question=visit.purpose.question if visit.purpose else "",
        numbers=[*_answers(visit, day), *_links(waiting)],
        tasks=tasks,
        waits=[{**vars(each), "address": _address(visit, f"/releases/{each.release_id}")} for each in day.waits],
        jobs=[{"id": job.job_id, "words": job.kind, "state": STATES[job.state][0], "step": step_of(job)} for job in day.jobs],
        stands=day,
        may_build=may_do(visit.user, Action.ASK),
        instead=INSTEAD.get(visit.user.role, ""),
        ways=_ways(visit),
    )  # fmt: skip


def _answers(visit: Visit, day: Day) -> list[dict[str, str]]:
    """The first questions that this visit may ask, each in its sentence."""
    if visit.purpose is None or not day.build:
        return []
    found: list[dict[str, str]] = []
    for name, about, addresses in FIRST:
        measure = get_measure(name)
        if not may_ask(visit.user, name, measure.purposes, visit.purpose.kind, action=action_of(measure)):
            continue
        try:
            result = ask(visit.workspace, measure, purpose=visit.purpose_id, who=visit.who)
        except KithmapError as fault:
            # The start shows what it can: the question's own page says it in full.
            found.append({"number": "", "text": fault.what, "href": "", "about": about})
            continue
        number, text = _in_short(share_with_self(visit.workspace, result))
        found.append({"number": number, "text": text, "href": _first(visit, addresses), "about": about})
    return found


def _in_short(release: Release) -> tuple[str, str]:
    """The number that an answer comes to, and what it is of."""
    if release.measure != "shared_contexts":
        return in_short(said(release.sentence))
    cells = [row["shared_contexts"] for row in release.rows if row["harm"] == ANY]
    shared = [each.value for each in cells if isinstance(each, Cell) and each.value is not None]
    if not shared or len(shared) < len(cells):
        return "", said(release.sentence)
    return (
        f"{sum(shared):,}",
        "families, peer groups, schools, places and online spaces hold two or more kinds of harm.",
    )


def in_short(sentence: str) -> tuple[str, str]:
    """The first number of what a sentence comes to, and the rest of it.

    >>> in_short("30 + 30 = 45 young people (43 to 48), not 60: 15 are on both lists.")
    ('45', 'young people (43 to 48), not 60: 15 are on both lists.')
    >>> in_short("Concentrated: 9 of 43 schools hold 51% of 167 young people (p = 0.001).")
    ('9', 'of 43 schools hold 51% of 167 young people (p = 0.001).')
    >>> in_short("None is known.")
    ('', 'None is known.')
    """
    found = SUM.match(sentence)
    return (found[1], found[2]) if found else ("", sentence)


def _waiting(visit: Visit, day: Day) -> int | None:
    """How many links wait for this visit; None where it may not review, or there is nothing to."""
    if visit.purpose is None or not day.build:
        return None
    if not may_act(visit.user, Action.REVIEW, visit.purpose.kind):
        return None
    return pairs.look_at_queue(visit.workspace, purpose=visit.purpose_id, who=visit.who).waiting


def _links(waiting: int | None) -> list[dict[str, str]]:
    if waiting is None:
        return []
    noun = "uncertain link waits" if waiting == 1 else "uncertain links wait"
    return [
        {
            "number": f"{waiting:,}",
            "text": f"{noun} for you to review.",
            "href": "/review",
            "about": "uncertain links",
        }
    ]


def _tasks(day: Day, waiting: int | None) -> list[Task]:
    """The day's work in its order, as it stands."""
    received = f"{day.extracts:,} {'extract is' if day.extracts == 1 else 'extracts are'} kept"
    unlinked = "" if day.build else "There is no build yet"
    return [
        Task("Add extracts", DONE if day.extracts else READY, received, ("/extracts",), (Action.RECEIVE,)),
        Task("Check quality", *_after(not day.extracts, "No extract has been received"), ("/quality", "/extracts"), (Action.RECEIVE,)),
        Task("Link", *_link(day), ("/builds/new", "/builds"), (Action.BUILD,)),
        Task(*_review(waiting, unlinked), ("/review",), (Action.REVIEW,)),
        Task("Ask", *_after(bool(unlinked), unlinked), ("/questions",), (Action.ASK,)),
        Task("Write a profile", *_after(bool(unlinked), unlinked, _drafts(day)), ("/profiles", "/profiles/new"), (Action.SHARE,)),
        Task("Redact", *_after(bool(unlinked), unlinked), ("/redact", "/redactions"), (Action.READ_NARRATIVES,)),
        Task("Sign off", *_after(not day.submitted, "Nothing has been submitted", f"{day.submitted} on the way"), ("/releases",), (Action.SHARE, Action.APPROVE)),
    ]  # fmt: skip


def _after(is_kept_back: bool, why: str, hint: str = "") -> tuple[str, str]:
    return (CANNOT, why) if is_kept_back else (READY, hint)


def _link(day: Day) -> tuple[str, str]:
    if not day.extracts:
        return CANNOT, "No extract has been received"
    if day.is_linked:
        return DONE, "The newest build holds everything"
    since = [
        f"{count:,} {one if count == 1 else many}"
        for count, one, many in (
            (day.added, "extract", "extracts"),
            (day.judged, "judgement", "judgements"),
        )
        if count
    ]
    return READY, f"{' and '.join(since)} not yet in a build"


def _review(waiting: int | None, unlinked: str) -> tuple[str, str, str]:
    if unlinked:
        return "Review uncertain links", CANNOT, unlinked
    if waiting is None:
        return "Review uncertain links", READY, "Needs a purpose of the kind case or quality"
    if not waiting:
        return "Review uncertain links", DONE, "None waits for you"
    return f"Review {waiting:,} uncertain {'link' if waiting == 1 else 'links'}", READY, ""


def _drafts(day: Day) -> str:
    return f"{day.drafts} begun" if day.drafts else ""


def _item(visit: Visit, task: Task) -> dict[str, Any] | None:
    """A task as GOV.UK's task list has it; none where it is not for this role."""
    if not any(may_do(visit.user, action) for action in task.actions):
        return None
    href = _first(visit, task.pages)
    item: dict[str, Any] = {"title": {"text": task.title}, "status": _status(task.state)}
    if task.hint:
        item["hint"] = {"text": task.hint}
    if href and task.state != CANNOT:
        item["href"] = href
    return item if href else None


def _status(state: str) -> dict[str, Any]:
    if state == CANNOT:
        return {"text": state, "classes": "govuk-task-list__status--cannot-start-yet"}
    return {"text": state} if state == DONE else {"tag": {"text": state, "classes": "govuk-tag--blue"}}


def _ways(visit: Visit) -> list[dict[str, str]]:
    """For a role without tasks: the pages of its menu."""
    from kithmap.web.urls import PAGES

    return [
        {"text": each.menu, "href": f"/{each.path}"}
        for each in PAGES
        if each.menu and each.policy.action is not None and each.is_for(visit.user)
    ]


def _first(visit: Visit, addresses: tuple[str, ...]) -> str:
    return next((each for each in addresses if is_open_to(visit, each)), "")


def _address(visit: Visit, address: str) -> str:
    return address if is_open_to(visit, address) else ""
