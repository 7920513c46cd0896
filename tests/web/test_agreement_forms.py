"""Agreements and purposes by form: the same values as their files, the same checks, nothing typed lost."""

import re

import pytest
from forms_sent import form_of

from kithmap.desk import accounts, agreements
from kithmap.desk.users import add_user
from kithmap.governance.agreed_files import find_agreement_faults, parse_agreement
from kithmap.governance.written_agreements import agreement_to_dict
from kithmap.web.kept import read_kept

NEW = "/agreements/new"
DRAFT = {
    "id": "ISA-NEW-1", "state": "draft", "holder": "Children's social care", "agency": "social_care",
    "start-day": "1", "start-month": "4", "start-year": "2026", "end-day": "31", "end-month": "3",
    "end-year": "2028", "purposes": ["profiling", "quality"], "handling-code": "P", "identifiability": "identified",
}  # fmt: skip
WHOLE = {
    **DRAFT, "state": "active", "review_date-day": "1", "review_date-month": "10", "review_date-year": "2027",
    "signatories": "Director\r\nChair", "lawful-gateways": ["CA2004-s10", "CA2004-s11"],
    "lawful-article_6": ["6(1)(e) public task"], "lawful-article_9": ["9(2)(g) substantial public interest"],
    "lawful-necessity": "No partner sees these harms alone", "lawful-proportionality": "Only what is counted",
    "onward_sharing": "As releases only", "dpia": "DPIA-1", "retention-rule": "Deleted after two years",
    "parties-1-organisation": "Hartwell Council", "parties-1-role": "controller", "parties-1-contact": "Data lead",
    "parties-1-protection_officer": "Data protection officer",
    "items-1-layout": "csc_missing", "items-1-columns": ["CHILD", "DOB"], "items-1-sensitivity": "identifying",
    "items-1-operations": ["link"], "items-2-layout": "csc_missing", "items-2-columns": ["MISSING"],
    "items-2-more": "A column of their own", "items-2-sensitivity": "official", "items-2-operations": ["count", "export"],
}  # fmt: skip


@pytest.fixture
def keeper(browse):
    """Somebody who keeps agreements."""
    return browse("information_governance", None)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#39;", "'")


def test_every_agreement_sent_back_as_its_form_shows_it_says_the_same(keeper, workspace):
    listed = agreements.list_agreements(workspace)
    assert len(listed) > 5
    for each in listed:
        before = agreement_to_dict(agreements.get_agreement(workspace, each.id))
        address = f"/agreements/{each.id}/change"
        form = form_of(keeper.get(address).content.decode(), address)
        answer = keeper.post(address, form.fields)
        assert answer.status_code == 302, text_of(answer)
        assert agreement_to_dict(agreements.get_agreement(workspace, each.id)) == before
        assert len(agreements.get_versions(workspace, each.id)) == 1, "the same again is no new version"


def test_an_agreement_made_by_form_is_the_one_that_its_file_would_make(keeper, workspace):
    answer = keeper.post(NEW, WHOLE)
    assert answer.status_code == 302, text_of(answer)
    made = agreements.get_agreement(workspace, "ISA-NEW-1")
    assert made == parse_agreement(agreement_to_dict(made))
    assert made.columns == {"csc_missing": ("CHILD", "DOB", "MISSING", "A column of their own")}
    assert [operation.value for operation in made.items[0].operations] == ["link"]
    assert made.terms.lawful.gateways == ("CA2004-s10", "CA2004-s11")
    assert made.terms.signatories == ("Director", "Chair")
    assert made.terms.parties[0].protection_officer == "Data protection officer"
    taken = keeper.post(NEW, WHOLE)
    assert taken.status_code == 409
    assert "There is already an agreement" in text_of(taken)


def test_a_change_is_a_new_version_and_two_people_do_not_save_over_each_other(keeper, workspace):
    keeper.post(NEW, {**WHOLE, "id": "ISA-TWO"})
    address = "/agreements/ISA-TWO/change"
    form = form_of(keeper.get(address).content.decode(), address).fields
    assert keeper.post(address, {**form, "title": "Changed by one"}).status_code == 302
    assert len(agreements.get_versions(workspace, "ISA-TWO")) == 2
    late = keeper.post(address, {**form, "title": "Changed by another"})
    assert late.status_code == 409
    assert "saved version 2 since you opened version 1" in text_of(late)
    assert 'value="Changed by another"' in late.content.decode(), "nothing typed is lost"
    assert agreements.get_agreement(workspace, "ISA-TWO").title == "Changed by one"
    again = form_of(late.content.decode(), address).fields
    assert keeper.post(address, again).status_code == 302, "whoever has been told may save again"


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(keeper, workspace):
    typed = {**DRAFT, "id": "ISA-LACKS", "state": "active", "subjects-oldest": "seventeen", "end-month": "14",
        "parties-1-organisation": "Hartwell Council", "parties-1-role": "controller"}  # fmt: skip
    answer = keeper.post(NEW, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    form = form_of(page, NEW)
    hrefs = re.findall(r'href="#([^"]+)"', page.partition("govuk-error-summary")[2].partition("</div>")[0])
    assert {"end", "subjects-oldest", "dpia", "signatories", "lawful-gateways", "parties-1-contact", "items"} <= set(hrefs)  # fmt: skip
    assert set(hrefs) <= form.ids, "every error leads to a field that there is"
    assert "It names no legal gateway" in text_of(answer)
    assert "Last day must be a real date" in text_of(answer)
    assert form.fields["holder"] == ["Children's social care"]
    assert form.fields["subjects-oldest"] == ["seventeen"]
    assert form.fields["purposes"] == ["profiling", "quality"]
    assert "ISA-LACKS" not in {each.id for each in agreements.list_agreements(workspace)}


@pytest.mark.parametrize(
    "change",
    [{"purposes": ["case"], "levels": ["shareable"]}, {"handling-code": "C"}, {"subjects-youngest": "17", "subjects-oldest": "10"}],
    ids=["purposes beyond the levels", "the code C without conditions", "ages the wrong way round"],
)  # fmt: skip
def test_a_form_is_refused_what_a_file_is_refused(keeper, change):
    assert keeper.post(NEW, {**WHOLE, "id": "ISA-NOT", **change}).status_code == 422


def test_a_file_is_faultless_where_a_form_finds_no_fault(workspace):
    for each in agreements.list_agreements(workspace):
        assert find_agreement_faults(agreement_to_dict(each)) == ()
    assert {fault.key for fault in find_agreement_faults({"id": "X", "parties": [{"role": "owner"}]})} >= {
        "holder", "parties[1].organisation", "parties[1].role", "items",
    }  # fmt: skip


def test_parties_are_added_and_taken_away_without_a_script_and_nothing_is_checked_yet(keeper):
    once = keeper.post(NEW, {"add": "parties", "parties-1-organisation": "One", "parties-1-role": "joint"})
    assert once.status_code == 200
    form = form_of(once.content.decode(), NEW).fields
    assert form["parties-1-organisation"] == ["One"]
    assert form["parties-2-organisation"] == [""]
    two = {**form, "parties-2-organisation": ["Two"], "remove": ["parties-1"]}
    left = form_of(keeper.post(NEW, two).content.decode(), NEW).fields
    assert left["parties-1-organisation"] == ["Two"]
    assert "parties-2-organisation" not in left


def test_the_columns_of_a_layout_are_taken_in_groups_by_how_closely_they_point_to_a_person(keeper):
    answer = keeper.post(NEW, {"take": "yes", "take-layout": "csc_missing", "holder": "CSC"})
    form = form_of(answer.content.decode(), NEW).fields
    groups = {form[f"items-{number}-sensitivity"][0]: form[f"items-{number}-columns"] for number in (1, 2)}
    assert "DOB" in groups["identifying"]
    assert "MISSING" in groups["official"]
    assert form["holder"] == ["CSC"]
    assert keeper.post(NEW, {"take": "yes", "take-layout": "/etc/passwd"}).status_code == 200


def test_a_form_of_somebody_whose_session_has_ended_is_kept_whole(browse):
    answer = browse(None).post(NEW, WHOLE)
    assert answer.status_code == 401
    token = form_of(answer.content.decode(), "/sign-in").fields["kept"][0]
    kept = read_kept(token, "")
    assert kept is not None
    assert kept.path == NEW
    assert dict(kept.fields)["items-2-more"] == ("A column of their own",)
    assert ("lawful-gateways", "CA2004-s11") in kept.pairs


def test_whoever_keeps_the_agreements_of_one_authority_finds_and_changes_none_of_another(browse, workspace):
    add_user(workspace, "ig-here", "information_governance", who="demo-administrator", authority="E09900001")
    client = browse(None)
    client.get(f"/welcome/{accounts.invite(workspace, 'ig-here', who='demo-administrator')}")
    listed = agreements.list_agreements(workspace)
    theirs = next(each for each in listed if each.authority == "E09900002")
    ours = next(each for each in listed if each.authority == "E09900001")
    everybodys = next(each for each in listed if each.authority is None)
    shown = client.get("/agreements").content.decode()
    assert ours.id in shown
    assert theirs.id not in shown
    for part in ("", "/change", ".toml"):
        assert client.get(f"/agreements/{theirs.id}{part}").status_code == 404
        expected = 404 if part == "/change" else 200
        assert client.get(f"/agreements/{everybodys.id}{part}").status_code == expected
    assert "Suspend" not in client.get(f"/agreements/{everybodys.id}").content.decode()
    for one in (theirs, everybodys):
        assert client.post(f"/agreements/{one.id}/suspend").status_code == 404
        assert agreements.get_agreement(workspace, one.id).state == "active"
    address = f"/agreements/{ours.id}/change"
    form = form_of(client.get(address).content.decode(), address).fields
    assert client.post(address, {**form, "authority": "E09900002"}).status_code == 404
    assert client.post(address, {**form, "title": "Ours"}).status_code == 302


@pytest.mark.parametrize("name", ["new", "a b", "x/y", "", "é" * 5])
def test_a_short_name_can_stand_in_an_address(keeper, name):
    answer = keeper.post(NEW, {**DRAFT, "id": name})
    assert answer.status_code == 422
    assert "hort name" in text_of(answer)


def test_a_purpose_is_made_changed_suspended_and_let_stand_again(keeper):
    said = {"id": "PP-NEW", "kind": "profiling", "question": "Which places?", "approver": "Chair", "state": "active",
        "start-day": "1", "start-month": "4", "start-year": "2026", "end-day": "31", "end-month": "3", "end-year": "2028"}  # fmt: skip
    lacking = keeper.post("/purposes/new", {**said, "question": "", "kind": ""})
    assert lacking.status_code == 422
    assert {"question", "kind"} <= set(re.findall(r'href="#([^"]+)"', lacking.content.decode()))
    assert keeper.post("/purposes/new", said)["Location"] == "/purposes/PP-NEW"
    assert keeper.post("/purposes/new", said).status_code == 409
    address = "/purposes/PP-NEW/change"
    form = form_of(keeper.get(address).content.decode(), address).fields
    keeper.post(address, {**form, "question": "Which places and schools?"})
    page = text_of(keeper.get("/purposes/PP-NEW"))
    assert "Which places and schools?" in page
    assert "replaced by demo-governance" in page
    assert keeper.post(address, {**form, "question": "Late"}).status_code == 409
    keeper.post("/purposes/PP-NEW/suspend")
    assert "It is suspended" in text_of(keeper.get("/purposes/PP-NEW"))
    keeper.post("/purposes/PP-NEW/resume")
    assert "It is in force" in text_of(keeper.get("/purposes/PP-NEW"))
    assert b'question = "Which places and schools?"' in keeper.get("/purposes/PP-NEW.toml").content
    assert keeper.get("/purposes/NOT-THERE").status_code == 404
