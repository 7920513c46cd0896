"""One young person over time: for a case, with a reason, written down; nothing of it in a profile."""

import re

import pytest

from kithmap.desk import audit
from kithmap.desk.publishing import open_engine
from kithmap.governance.looking import REASONS
from kithmap.register import builds


@pytest.fixture(scope="module")
def somebody(workspace):
    """A young person on a list whom many extracts name, and one of their mentions' surname and forename."""
    engine = open_engine(workspace, builds.get_build(workspace.register, None))
    person = engine.table("person")
    listed = engine.table("concern").filter(lambda row: row["list"].notnull())
    rows = person.filter(person.is_young).semi_join(listed, "person_id")
    found = engine.fetch(rows.order_by(rows.mentions.desc(), "person_id").limit(1)).to_pylist()[0]
    name = engine.table("person_name")
    names = engine.fetch(name.filter(name.person_id == found["person_id"], name.surname.notnull()).limit(1))
    return found["person_id"], names.to_pylist()[0]


def opened(browse, person_id: str, role: str = "coordinator"):
    client = browse(role, "case")
    assert "Why do you open this record?" in client.get(f"/people/{person_id}").content.decode()
    assert client.post(f"/people/{person_id}", {"reason": REASONS[0]}).status_code == 302
    return client, client.get(f"/people/{person_id}")


def test_a_record_opens_with_a_reason_and_the_look_is_written_down_with_it(browse, workspace, somebody):
    person_id, name = somebody
    _, page = opened(browse, person_id)
    assert page.status_code == 200
    line = next(
        each for each in reversed(audit.show(workspace, last=5, who="alex")) if each.verb == "timeline"
    )
    assert (line.details["people"], line.details["reason"]) == ([person_id], REASONS[0])
    assert page["Cache-Control"] == "no-store"
    # By pseudonym: who they are is not on the page.
    assert name["surname"] not in page.content.decode()


def test_the_lanes_and_the_table_tell_the_same(browse, somebody):
    text = opened(browse, somebody[0])[1].content.decode()
    items = text.count('class="moj-timeline__item"')
    table = text.split('data-table="timeline"')[1].split("</table>")[0]
    assert items == table.count("<tr") - 1 > 3
    assert text.count("kith-lane") >= 2


def test_a_reason_that_is_not_of_the_list_opens_nothing(browse, somebody):
    client = browse("coordinator", "case")
    assert client.post(f"/people/{somebody[0]}", {"reason": "I know the mother"}).status_code == 422
    assert "moj-timeline__item" not in client.get(f"/people/{somebody[0]}").content.decode()


def test_a_reason_given_for_one_person_opens_no_other(browse, somebody):
    client, _ = opened(browse, somebody[0])
    assert "moj-timeline__item" not in client.get("/people/P000000000000000").content.decode()


def test_a_profile_and_a_role_without_cases_never_reach_a_person(browse, somebody):
    answer = browse("analyst", "profiling").get(f"/people/{somebody[0]}")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/purpose")
    assert browse("manager", "profiling").get(f"/people/{somebody[0]}").status_code == 404


def test_somebody_who_is_not_there_looks_like_a_page_that_is_not(browse):
    client = browse("coordinator", "case")
    client.post("/people/P0", {"reason": REASONS[0]})
    assert client.get("/people/P0").status_code == 404


def test_a_person_is_found_by_name_and_no_address_holds_it(browse, somebody):
    person_id, name = somebody
    client = browse("coordinator", "case")
    assert "Records found" not in client.get("/people").content.decode()
    asked = {
        "name": f"{name['forename']} {name['surname']}",
        "dob-day": "",
        "dob-month": "",
        "dob-year": "",
        "postcode": "",
        "number": "",
    }
    page = client.post("/people", asked).content.decode()
    assert f"/people/{person_id}" in page
    assert client.get("/people", {"name": asked["name"]}).content.decode().count("/people/P") == 0
    assert client.post("/people", dict.fromkeys(asked, "")).status_code == 422


def test_why_it_is_one_person_is_explained_mention_by_mention(browse, somebody):
    client, page = opened(browse, somebody[0])
    links = re.findall(r'href="(/people/[^"]+/why/\d+)"', page.content.decode())
    assert links
    assert "Why one person" in client.get(links[0]).content.decode()
    assert client.get(f"/people/{somebody[0]}/why/9999").status_code == 404


def test_what_is_disputed_is_marked_and_what_was_upheld_for_a_case_is_left_out(browse, workspace, somebody):
    from kithmap.desk import subject

    person_id = somebody[0]
    wish = subject.Wish("dispute", "did not happen")
    subject.ask_for(workspace, person_id, wish, purpose="CASE-2026-01", who="alex")
    _, page = opened(browse, person_id)
    assert "Disputed by those it tells of" in page.content.decode()
    before = page.content.decode().count('class="moj-timeline__item"')
    objection = subject.ask_for(workspace, person_id, subject.Wish("objection", "was given in confidence"), purpose="CASE-2026-01", who="alex")  # fmt: skip
    subject.decide(workspace, objection.request_id, "upheld", who="demo-manager")
    after = browse("coordinator", "case")
    after.post(f"/people/{person_id}", {"reason": REASONS[0]})
    told = after.get(f"/people/{person_id}").content.decode()
    assert told.count('class="moj-timeline__item"') < before
