"""Releases in a browser: submitted, approved by two people in their own sessions, sent, read, recalled."""

import re

import pytest

from kithmap.web.visit import FRESH

APPROVERS = ("manager", "information_governance")
ASKED = "/releases/new?measure=prevalence"
TERMS = {"level": "R2", "to": "Hartwell hospital", "handling": "For the safeguarding team", "expires-day": "31",
    "expires-month": "12", "expires-year": "2030", "said": "for the quarter"}  # fmt: skip
NOTE = "Recording differs between the panels; we ask each of them how they decide, and look again in spring."


@pytest.fixture
def fresh(browse):
    """Give a client of a role that has typed its password and code a moment ago."""

    def client(role: str, purpose: str | None = None):
        visitor = browse(role, purpose)
        session = visitor.session
        assert FRESH in session
        return visitor

    return client


def submit(client, terms=None) -> str:
    """Submit a release in the browser, writing the note where one is needed; its address."""
    answer = client.post(ASKED, {**TERMS, **(terms or {})})
    if answer.status_code == 422:
        assert "no note speaks of it" in answer.content.decode()
        answer = client.post(ASKED, {**TERMS, **(terms or {}), "note": NOTE})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_release_goes_from_analyst_through_two_approvers_to_its_recipient_and_back(fresh):
    analyst = fresh("analyst", "profiling")
    where = submit(analyst)
    assert "It is in the hands of an approver" in text_of(analyst, where)
    assert fresh("health_recipient").get(where).status_code == 404, "nobody outside reads what has not left"

    for done, role in enumerate(APPROVERS):
        approver = fresh(role)
        waiting = text_of(approver, "/releases").partition('id="every"')[0]
        assert where in waiting, "it waits for each of them"
        looked = text_of(approver, where)
        assert "Controls applied" in looked
        assert "Counts from 1 to" in looked
        assert f"{2 - done} approval" in looked
        assert approver.post(f"{where}/approve", {"said": "looks right"}).status_code == 302
        assert where not in text_of(approver, "/releases").partition('id="every"')[0]

    assert where in text_of(analyst, "/releases").partition('id="every"')[0], (
        "it waits for its author to send it"
    )
    assert analyst.post(f"{where}/release").status_code == 302
    reader = fresh("health_recipient")
    assert where in text_of(reader, "/releases")
    assert "Download what left" in text_of(reader, where)

    for kind in ("csv", "xlsx", "html"):
        assert reader.get(f"{where}.{kind}").status_code == 200
    written = reader.get(f"{where}.csv").content.decode("utf-8-sig")
    assert written.startswith('"# Kithmap.')
    assert "Purpose PP-2026-01" in written
    assert "For the safeguarding team. Not to be used after 31 December 2030." in written

    assert analyst.post(f"{where}/recall", {"said": "a list was wrong"}).status_code == 302
    owed = text_of(reader, "/releases/distribution")
    assert "a list was wrong" in owed
    assert "delete every copy" in owed
    shown = text_of(reader, where)
    assert "This release is recalled" in shown
    assert "data-table" not in shown, "what it said is shown to no recipient any more"
    assert reader.get(f"{where}.csv").status_code == 400
    assert (
        reader.post(f"{where}/acknowledge", {"to": TERMS["to"], "by": "the named nurse"}).status_code == 302
    )
    assert "No recipient is owed a notice" in text_of(reader, "/releases/distribution")


def test_a_return_must_say_why_and_keeps_the_note(fresh):
    where = submit(fresh("analyst", "profiling"))
    approver = fresh("manager")
    refused = approver.post(f"{where}/return", {"said": " "})
    assert refused.status_code == 422
    assert "Nothing says why" in refused.content.decode()
    assert approver.post(f"{where}/return", {"said": "say which period"}).status_code == 302
    assert "say which period" in text_of(fresh("analyst", "profiling"), where)


def test_nobody_approves_their_own_release_nor_twice(workspace, fresh):
    manager = fresh("manager", "profiling")
    where = submit(manager)
    assert "Approve this release" not in text_of(manager, where)
    assert "may not approve their own release" in manager.post(f"{where}/approve").content.decode()
    governance = fresh("information_governance")
    governance.post(f"{where}/approve")
    assert "You have approved this release already" in governance.post(f"{where}/approve").content.decode()


def test_approving_and_sending_need_the_password_again(browse, fresh):
    where = submit(fresh("analyst", "profiling"))
    approver = browse("manager", None)
    session = approver.session
    session[FRESH] = 0
    session.save()
    asked = approver.post(f"{where}/approve", {"said": "yes"})
    assert asked.status_code == 403
    assert "/confirm" in asked.content.decode()
    assert "It is in the hands of an approver" in text_of(approver, where)


def test_what_would_tell_of_a_few_people_is_refused_in_words_and_the_form_is_kept(fresh):
    analyst = fresh("analyst", "profiling")
    refused = analyst.post(ASKED, {**TERMS, "to": ""})
    assert refused.status_code == 422
    assert "Enter who receives it" in refused.content.decode()
    assert "For the safeguarding team" in refused.content.decode(), "what was typed stays"


def test_what_is_for_the_partnerships_own_desk_is_read_by_no_recipient(fresh):
    analyst = fresh("analyst", "profiling")
    where = submit(analyst, {"level": "R1", "to": "Hartwell partnership"})
    for role in APPROVERS:
        fresh(role).post(f"{where}/approve")
    analyst.post(f"{where}/release")
    assert fresh("school_lead").get(where).status_code == 200
    assert fresh("health_recipient").get(where).status_code == 404
    assert where not in text_of(fresh("health_recipient"), "/releases")


def test_lists_of_releases_are_files_too(fresh):
    analyst = fresh("analyst", "profiling")
    for name in ("releases", "releases/distribution"):
        assert analyst.get(f"/{name}.csv").status_code == 200
        assert analyst.get(f"/{name}.xlsx").status_code == 200
        assert analyst.get(f"/{name}.exe").status_code == 404
