"""The audit, users, agreements, what is held on a person, and excerpts, in a browser."""

import re

from kithmap.desk.audit import verify
from kithmap.desk.build import get_build
from kithmap.desk.publishing import open_engine


def text_of(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def said(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_audit_is_filtered_paged_proved_and_taken_away(workspace, browse):
    manager = browse("manager", "profiling")
    whole = text_of(manager, "/audit")
    assert 'aria-label="Pages: the audit"' in whole
    invited = text_of(manager, "/audit?verb=user+invite")
    assert "user invite" in invited
    assert text_of(manager, "/audit?day=2001-01-01").count("No line is of this kind") == 1
    found = "The audit is whole" if verify(workspace).intact else "The audit is not as it was written"
    assert found in said(manager.post("/audit/verify"))
    assert b"# Kithmap." in manager.get("/audit.csv?verb=user+invite").content
    assert manager.get("/audit.xlsx").status_code == 200
    assert browse("coordinator", None).get("/audit").status_code == 404


def test_a_line_of_the_audit_says_what_was_chosen_in_words(browse):
    manager = browse("manager", "profiling")
    manager.get("/questions/prevalence?by=age")
    told = text_of(manager, "/audit?verb=ask")
    assert "options: by age, ages under 18;" in told
    assert "{" not in told.partition("<table")[2].partition("</table>")[0]


def test_who_looked_at_a_person_is_asked_in_a_form_and_stands_in_no_address(browse):
    manager = browse("manager", None)
    assert manager.post("/audit/who", {"person": "no-such-person"}).status_code == 200
    assert manager.post("/audit/who", {"person": ""}).status_code == 422
    assert "no-such-person" not in said(manager.get("/audit?verb=audit+who"))


def test_an_administrator_adds_a_user_invites_closes_and_opens(workspace, browse):
    keeper = browse("administrator", None)
    added = keeper.post(
        "/users/new", {"name": "robin", "role": "police_analyst", "organisation": "", "authority": ""}
    )
    assert added["Location"] == "/users/robin"
    assert "Not invited yet" in text_of(keeper, "/users/robin")
    invited = said(keeper.post("/users/robin/invite"))
    link = re.search(r"http://localhost(/invitation/[^<\s]+)", invited)
    assert link
    assert browse(None).get(link[1]).status_code == 200
    assert link[1] not in text_of(keeper, "/users/robin"), "the link is shown once"
    assert "Invited" in text_of(keeper, "/users")
    keeper.post("/users/robin/close")
    assert "Closed" in text_of(keeper, "/users/robin")
    keeper.post("/users/robin/reopen")
    assert "Closed" not in text_of(keeper, "/users/robin")
    keeper.post("/users/robin/bind", {"subject": "subject-7"})
    assert "subject-7" in text_of(keeper, "/users/robin")
    keeper.post("/users/new", {"name": "robin", "role": "coordinator", "organisation": "", "authority": ""})
    assert "Coordinator" in text_of(keeper, "/users/robin")
    assert "ask questions about people" in text_of(keeper, "/users/roles")
    for other in ("manager", "analyst"):
        assert browse(other, None).get("/users").status_code == 404


def test_a_user_that_is_not_there_looks_like_a_page_that_is_not(browse):
    keeper = browse("administrator", None)
    assert keeper.get("/users/nobody-of-this-name").status_code == 404
    assert keeper.post("/users/nobody-of-this-name/close").status_code == 404


def test_an_agreement_is_read_suspended_let_stand_again_and_replaced_by_its_file(browse, tmp_path):
    keeper = browse("information_governance", None)
    listed = text_of(keeper, "/agreements")
    name = re.findall(r'href="/agreements/([^"/.]+)"', listed)
    one = next(each for each in name if each not in ("new", "add", "access", "use", "gateways"))
    shown = text_of(keeper, f"/agreements/{one}")
    assert "no legal advice" in shown
    assert "Columns asked for, against columns used" in shown
    keeper.post(f"/agreements/{one}/suspend")
    assert "It is suspended" in text_of(keeper, f"/agreements/{one}")
    keeper.post(f"/agreements/{one}/resume")
    assert "It is in force" in text_of(keeper, f"/agreements/{one}")
    file = tmp_path / f"{one}.toml"
    written = keeper.get(f"/agreements/{one}.toml").content
    file.write_bytes(re.sub(rb'(?m)^title = ".*"$', b'title = "Agreed anew"', written))
    with file.open("rb") as sent:
        added = keeper.post("/agreements/add", {"file": sent})
    assert added.status_code == 302, re.findall(r"error-summary.*?</ul>", said(added))
    assert "Agreed anew" in text_of(keeper, f"/agreements/{one}")
    broken = tmp_path / "broken.toml"
    broken.write_text("id = ", encoding="utf-8")
    with broken.open("rb") as sent:
        assert keeper.post("/agreements/add", {"file": sent}).status_code == 422
    for path in ("/agreements/access", "/agreements/gateways", "/agreements/use", "/purposes", "/sources"):
        text_of(keeper, path)
    assert keeper.get("/agreements.csv").status_code == 200
    assert keeper.get("/purposes.xlsx").status_code == 200
    assert browse("police_analyst", None).get("/agreements").status_code == 404


def somebody(workspace) -> str:
    """The pseudonym of somebody whom the newest build knows."""
    made = get_build(workspace)
    table = open_engine(workspace, made).table("concern")
    return str(open_engine(workspace, made).fetch(table.select("person_id").limit(1))["person_id"][0].as_py())


def test_what_is_held_is_seen_disputed_and_decided_by_somebody_else(workspace, browse):
    person = somebody(workspace)
    analyst = browse("analyst", "case")
    held = said(analyst.post("/subject", {"person": person}))
    assert "Where this person is mentioned" in held
    assert "What is said: concern" in held
    asked = said(analyst.post("/subject", {"person": person, "wish": "dispute: did not happen"}))
    assert "waits for somebody else to decide" in asked
    assert analyst.get("/subject/requests").status_code == 404
    manager = browse("manager", None)
    waiting = text_of(manager, "/subject/requests")
    assert "Dispute: did not happen" in waiting
    assert person not in waiting, "whoever decides needs no pseudonym"
    decide = re.search(r'action="(/subject/requests/[^"]+/decide)"', waiting)
    assert decide
    assert manager.post(decide[1], {"decision": "upheld"}).status_code == 302
    assert "Upheld" in text_of(manager, "/subject/requests")
    assert manager.get("/subject/requests.csv").status_code == 200
    assert analyst.post("/subject", {"person": "nobody-at-all"}).status_code == 422
    assert browse("manager", None).get("/subject").status_code == 404


def test_what_is_past_its_day_is_listed_and_deleting_nothing_says_so(browse):
    keeper = browse("information_governance", None)
    assert "Nothing is past its day." in text_of(keeper, "/retention")
    assert "Nothing is past its day." in said(keeper.post("/retention"))
    assert browse("coordinator", None).get("/retention").status_code == 404


def test_an_excerpt_is_asked_for_by_its_place_for_case_work_alone(browse):
    analyst = browse("analyst", "case")
    assert "Redact a narrative" in text_of(analyst, "/redact")
    assert analyst.post("/redact", {"reference": "no-such-file.csv:1"}).status_code == 422
    assert browse("analyst", "profiling").get("/redact").status_code == 302, "profiling never shows it"
