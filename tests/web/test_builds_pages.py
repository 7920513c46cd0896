"""Builds and long work in the browser: what goes in, how far it is, what came of it."""

import re

import pytest

from kithmap.desk.build import list_builds
from kithmap.desk.builds_shown import BUILD_STEPS
from kithmap.desk.linking import say_linking
from kithmap.desk.users import add_user
from kithmap.desk.worker import RUNS, Orders, work
from kithmap.register import builds as kept_builds
from kithmap.register import jobs as kept_jobs
from kithmap.register.builds import BuildRecord


def newest(workspace) -> BuildRecord:
    return kept_builds.get_build(workspace.register, None)


def asked_for(client, **typed: str) -> str:
    """Ask for a build; the address of its job."""
    answer = client.post("/builds/new", typed)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def test_the_list_of_builds_says_when_each_was_published_and_how_many_people_it_holds(browse, workspace):
    page = browse().get("/builds").content.decode()
    made = newest(workspace)
    assert f"/builds/{made.build_id}" in page
    assert f"{made.manifest['figures']['people']:,}" in page


def test_a_build_says_what_it_holds_and_that_no_audit_sample_speaks_of_its_links(browse, workspace):
    made = newest(workspace)
    page = browse("manager").get(f"/builds/{made.build_id}").content.decode()
    assert f"{made.manifest['figures']['mentions']:,}" in page
    assert "no audit sample has been done" in page
    assert say_linking(made.manifest["figures"]) in page
    # A build's id may hold the two letters.
    assert not re.search(r"\bF1\b", page), "there is neither a truth nor a sample that could say so"


def test_somebody_who_sees_their_own_data_only_sees_no_figures_that_count_everybody(browse, workspace):
    made = newest(workspace)
    page = browse("school_lead").get(f"/builds/{made.build_id}").content.decode()
    assert f"{made.manifest['figures']['mentions']:,}" not in page
    police = [each["name"] for each in made.manifest["extracts"] if "police" in each["name"]]
    assert police
    assert not any(name in page for name in police)


def test_a_build_that_is_removed_under_an_open_page_says_so(browse):
    answer = browse().get("/builds/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert answer.status_code == 404
    assert "removed while the page was open" in answer.content.decode()


def test_the_list_of_builds_is_a_file_with_its_purpose(browse, workspace):
    file = browse().get("/builds.csv").content.decode()
    assert "Purpose PP-2026-01 (profiling)" in file.splitlines()[0]
    assert newest(workspace).build_id in file
    assert browse().get("/builds.doc").status_code == 404


def test_before_a_build_one_sees_which_extracts_go_in(browse, workspace):
    analyst = browse()
    # A long list stands on several pages.
    shown = "".join(analyst.get(f"/builds/new?page={number}").content.decode() for number in (1, 2))
    assert all(each["name"] in shown for each in newest(workspace).manifest["extracts"])
    assert browse("police_analyst").get("/builds/new").status_code == 404


def test_a_day_that_is_none_is_said_at_its_field_and_nothing_is_asked_for(browse, workspace):
    before = len(kept_jobs.list_jobs(workspace.register))
    answer = browse().post("/builds/new", {"as_at-day": "31", "as_at-month": "2", "as_at-year": "2026"})
    assert answer.status_code == 422
    assert "must be a real date" in answer.content.decode()
    assert len(kept_jobs.list_jobs(workspace.register)) == before


def test_everything_is_linked_again_where_that_is_asked_for(browse, workspace):
    client = browse()
    assert "Link everything again" in client.get("/builds/new").content.decode()
    job = asked_for(client, in_full="yes")
    assert kept_jobs.get(workspace.register, job.rpartition("/")[2]).params["in_full"] is True
    client.post(f"{job}/cancel")


def test_a_build_that_waits_can_be_cancelled_and_leaves_nothing(browse, workspace):
    client, before = browse(), list_builds(workspace)
    job = asked_for(client)
    waiting = client.get(job).content.decode()
    assert "Waiting" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    client.post(f"{job}/cancel")
    over = client.get(job).content.decode()
    assert "Cancelled" in over
    assert "every 2s" not in over, "a job that is over is not looked at again"
    assert list_builds(workspace) == before


def test_a_part_of_a_page_that_a_script_looks_at_is_the_part_alone(browse):
    client = browse()
    job = asked_for(client)
    part = client.get(f"{job}/part", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert "<html" in client.get(f"{job}/part").content.decode(), "without a script it is a whole page"
    client.post(f"{job}/cancel")


def test_work_that_fails_says_why_in_the_browser(browse, workspace, links):
    # Whoever asked may no longer do it when it is its turn.
    client = browse("manager")
    job = asked_for(client)
    add_user(workspace, "demo-manager", "school_lead", who="demo-administrator")
    try:
        work(workspace, Orders(RUNS, once=True))
    finally:
        add_user(workspace, "demo-manager", "manager", who="demo-administrator")
    page = client.get(job).content.decode()
    assert "What went wrong" in page
    assert "may not make a build" in page


def test_somebody_elses_job_looks_like_none(browse):
    client = browse()
    job = asked_for(client)
    for path in (job, f"{job}/part"):
        stranger = browse("school_lead").get(path)
        assert stranger.status_code == 404
    assert browse("school_lead").post(f"{job}/cancel").status_code == 404
    assert "Make a build" not in browse("health_recipient", None).get("/jobs").content.decode()
    client.post(f"{job}/cancel")


@pytest.fixture(scope="module")
def told(workspace) -> list[str]:
    """The steps of a build made by the worker, as it tells them."""
    from kithmap.desk.jobs import request_job

    steps: list[str] = []
    request_job(workspace, "build", {"in_full": True}, who="demo-analyst")
    work(workspace, Orders(RUNS, once=True, progress=lambda step, *_: steps.append(step)))
    return list(dict.fromkeys(steps))


def test_every_step_of_a_build_has_its_place_on_the_page(told):
    assert told == list(BUILD_STEPS)


def test_a_build_that_is_done_leads_to_itself(told, browse, workspace):
    client = browse()
    first = kept_jobs.list_jobs(workspace.register, (kept_jobs.DONE,), limit=1)[0]
    page = client.get(f"/jobs/{first.job_id}").content.decode()
    assert f"/builds/{newest(workspace).build_id}" in page
