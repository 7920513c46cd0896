"""Long work as pages: what waits, how far each has come, what came of it, and cancelling it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import jobs
from kithmap.desk.builds_shown import find_place
from kithmap.desk.policies import is_open
from kithmap.errors import NotFound
from kithmap.products.documents import moment
from kithmap.web.downloads import as_file
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind, is_open_to

OWN = "shows each job only to whoever asked for it, and to whoever's role could have"
# The state of a job, and the colour beside it; the word says all.
STATES: Mapping[str, tuple[str, str]] = {
    "queued": ("Waiting", "grey"),
    "running": ("Under way", "blue"),
    "done": ("Done", "green"),
    "failed": ("Did not finish", "red"),
    "cancelled": ("Cancelled", "yellow"),
}
HEADINGS = ("Job", "Asked by", "Asked at (UTC)", "State", "Step")


@page("jobs", is_open(OWN), menu="Jobs")
def list_jobs(visit: Visit) -> HttpResponseBase:
    """The long work that somebody may see, the newest first."""
    listed = jobs.list_jobs(visit.workspace, who=visit.who)
    rows = [
        [
            {"text": _words(job), "href": f"/jobs/{job.job_id}", "hidden": f"asked at {moment(job.created_at)}"},
            job.who, moment(job.created_at), {"text": STATES[job.state][0], "tag": STATES[job.state][1]}, step_of(job),
        ]
        for job in listed
    ]  # fmt: skip
    return answer(visit, "jobs.html.j2", headings=HEADINGS, rows=rows)


@page("jobs.<str:kind>", is_open(OWN))
def jobs_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The same list as a file."""
    check_file_kind(kind)
    listed = jobs.list_jobs(visit.workspace, who=visit.who)
    rows = [
        [_words(job), job.who, moment(job.created_at), STATES[job.state][0], step_of(job)] for job in listed
    ]
    return as_file(visit, "jobs", kind, HEADINGS, rows)


@page("jobs/<str:job_id>", is_open(OWN))
def job(visit: Visit, job_id: str) -> HttpResponseBase:
    """One job: how far it has come, what came of it, or why it did not finish."""
    return _show(visit, job_id)


@page("jobs/<str:job_id>/part", is_open(OWN))
def job_part(visit: Visit, job_id: str) -> HttpResponseBase:
    """The part of a job's page that a script looks at again and again; it keeps no session alive."""
    return _show(visit, job_id)


@page("jobs/<str:job_id>/cancel", is_open(OWN), methods=("POST",))
def cancel_job(visit: Visit, job_id: str) -> HttpResponseBase:
    """Cancel a job: at once where it waits, at its next step where it is under way."""
    found = jobs.cancel_job(visit.workspace, job_id, who=visit.who)
    visit.tell(
        "It stops at its next step."
        if not found.is_over
        else f"The work is {STATES[found.state][0].lower()}."
    )
    return HttpResponseRedirect(f"/jobs/{job_id}")


def _show(visit: Visit, job_id: str) -> HttpResponse:
    found = jobs.get_job(visit.workspace, job_id, who=visit.who)
    template = "job_part.html.j2" if visit.is_part else "job.html.j2"
    place, steps = find_place(found)
    return answer(
        visit,
        template,
        job=found,
        words=_words(found),
        state=STATES[found.state],
        step=step_of(found),
        passed=steps[: max(place - 1, 0)],
        share=(max(place - 1, 0), len(steps)) if place else None,
        outcome=_outcome(visit, found),
    )


def step_of(found: Any) -> str:
    """How far a job has come, in words; nothing where it has not begun or is over."""
    if found.is_over or not found.step:
        return ""
    place, steps = find_place(found)
    return f"Step {place} of {len(steps)}: {found.step}" if place else found.step.capitalize()


def _words(found: Any) -> str:
    return jobs.get_kind(found.kind).words.capitalize()


def _outcome(visit: Visit, found: Any) -> dict[str, str]:
    """What came of a job in a sentence, and where to go on to; empty where nothing did."""
    came = found.outcome
    if "build" in came:
        from kithmap.desk.build import get_build

        try:
            get_build(visit.workspace, came["build"])
        except NotFound:
            return {"text": "The build was published, and has been removed since.", "href": "/builds", "link": "See the builds"}  # fmt: skip
        text = f"The build is published: {came['people']:,} people from {came['extracts']:,} extracts."
        return _with_link(visit, text, f"/builds/{came['build']}", "See the build")
    if "receipt_no" in came:
        text = "The file had been received before: nothing changed." if came.get("already") else "The extract is received."  # fmt: skip
        return _with_link(visit, text, f"/extracts/{came['receipt_no']}", "See how it was read")
    if "sample" in came:
        return _with_link(visit, f"{came['records']:,} records are drawn.", f"/audit-sample/{came['sample']}", "Look at the sample")  # fmt: skip
    if "release" in came:
        return _with_link(visit, "The profile is published.", f"/releases/{came['release']}", "See the release")  # fmt: skip
    return {"text": "The work is done."} if found.state == "done" else {}


def _with_link(visit: Visit, text: str, href: str, link: str) -> dict[str, str]:
    return {"text": text, "href": href, "link": link} if is_open_to(visit, href) else {"text": text}
