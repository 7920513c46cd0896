"""The start of the day: what each role sees of the numbers, the work, and what waits for it."""

import re

import pytest

from kithmap.desk.ask import ask
from kithmap.desk.releasing import Terms, submit
from kithmap.desk.share import share_with_self
from kithmap.governance.levels import Level
from kithmap.web.urls import PAGES


def start(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def tasks(page: str) -> dict[str, str]:
    """Each task's title and how it stands."""
    items = re.findall(r'<li class="govuk-task-list__item.*?</li>', page, re.DOTALL)
    words = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", item)).strip("| ") for item in items]
    return {parts[0]: parts[-1] for each in words if (parts := [part.strip() for part in each.split("|") if part.strip()])}  # fmt: skip


def test_the_start_begins_with_the_question_that_the_purpose_serves(browse):
    page = start(browse("analyst", "profiling"))
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert heading
    assert "Which young people and which places" in heading[1]


def test_the_overlap_is_told_with_its_range_as_the_question_itself_answers(browse, workspace):
    result = ask(workspace, "overlap", purpose="PP-2026-01", who="demo-analyst")
    told = share_with_self(workspace, result).sentence.rpartition(" = ")[2]
    number, rest = told.split(" ", 1)
    page = start(browse("analyst", "profiling"))
    assert f"<strong>{number}</strong> {rest}" in page
    assert "families, peer groups, schools, places and online spaces hold two or more kinds of harm" in page


def test_links_that_wait_are_counted_for_a_purpose_that_allows_reviewing_alone(browse):
    assert "wait for you to review" in start(browse("analyst", "quality"))
    profiling = start(browse("analyst", "profiling"))
    assert "wait for you to review" not in profiling
    assert "Needs a purpose of the kind case or quality" in profiling


def test_without_a_purpose_there_is_no_number_of_anybody(browse):
    page = start(browse("analyst", None))
    assert "Choose why you are here" in page
    assert "kith-numbers" not in page


@pytest.mark.parametrize("role", ["administrator", "health_recipient"])
def test_a_role_that_sees_no_rows_is_told_what_it_can_do(browse, role):
    page = start(browse(role, None))
    assert "Your role" in page
    assert "kith-numbers" not in page
    assert tasks(page) == {}


def test_each_task_says_how_it_stands(browse):
    stands = tasks(start(browse("analyst", "quality")))
    assert stands["Add extracts"] == "Done"
    assert stands["Link"] == "Done"
    assert stands["Sign off"] == "Cannot start yet"
    assert any(title.startswith("Review ") and title[7].isdigit() for title in stands)


def test_tasks_lead_to_pages_that_there_are_and_that_the_role_may_see(browse):
    for role, purpose in (("analyst", "quality"), ("manager", "sharing"), ("school_lead", "profiling")):
        client = browse(role, purpose)
        listed = re.findall(r'<a class="govuk-link govuk-task-list__link" href="([^"]+)"', start(client))
        assert listed, role
        for path in listed:
            assert client.get(path).status_code in (200, 302), (role, path)


def test_a_release_waits_for_those_who_may_approve_it_and_not_for_its_author(browse, workspace):
    result = ask(workspace, "sources", purpose="QA-2026-01", who="demo-analyst")
    record = submit(workspace, result, Terms(Level.R1, "Hartwell partnership"))
    link = f"/releases/{record.release_id}"
    assert link in start(browse("manager", "sharing"))
    assert "to be approved by you" in start(browse("information_governance", "quality"))
    mine = start(browse("analyst", "quality"))
    assert link not in mine
    assert tasks(mine)["Sign off"] == "Ready"


def test_my_work_that_is_not_over_waits_for_me(browse):
    client = browse("analyst", "quality")
    job = client.post("/builds/new", {})["Location"]
    assert job in start(client)
    assert job not in start(browse("manager", "quality"))
    client.post(f"{job}/cancel")
    assert job not in start(client)


def test_a_judgement_since_the_last_build_makes_linking_ready_again(browse):
    client = browse("analyst", "quality")
    client.post("/review", {"size": "10"})
    pair = client.get("/review/next")["Location"]
    client.post(pair, {"decision": "same", "why-same": "name and birthday agree"})
    page = start(client)
    assert tasks(page)["Link"] == "Ready"
    assert "1 judgement not yet in a build" in page


def test_help_and_the_accessibility_statement_are_open_to_anybody(browse):
    for path in ("/help", "/accessibility"):
        assert browse(None).get(path).status_code == 200
    shown = {f"/{page.path}" for page in PAGES}
    links = re.findall(r'href="(/[a-z/-]+)"', browse(None).get("/help").content.decode())
    assert links
    assert {link for link in links if not link.startswith("/static")} <= shown, (
        "help leads to pages there are"
    )
