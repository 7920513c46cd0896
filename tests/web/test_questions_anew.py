"""An answer that is remembered is never stale and never somebody else's: it is what asking anew would give."""

from collections.abc import Iterator
from typing import Any

import pytest

from kithmap.desk import ask as asking
from kithmap.desk.agreements import resume_agreement, suspend_agreement
from kithmap.desk.answering import ANSWERS
from kithmap.desk.answers import Result
from kithmap.desk.audit import count_lines
from kithmap.desk.build import build
from kithmap.desk.compare_builds import compare_builds
from kithmap.desk.judgements import judge
from kithmap.desk.purposes import suspend_purpose
from kithmap.desk.receive import list_receipts
from kithmap.desk.review import next_case
from kithmap.desk.users import add_user
from kithmap.desk.withdraw import withdraw
from kithmap.desk.workspace import Workspace
from kithmap.errors import NoPurpose, NotPermitted
from kithmap.governance.judging import REASONS, Verdict

WHO, KEEPER = "alex", "demo-administrator"
PURPOSE = "PP-2026-01"
MEASURES = ("overlap", "sources")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    ANSWERS.clear()
    yield
    ANSWERS.clear()


def ask(workspace: Workspace, measure: str = "overlap", *, who: str = WHO, **options: str) -> Result:
    return asking.ask(workspace, measure, purpose=PURPOSE, who=who, options=options)


def rows(result: Result) -> list[dict[str, Any]]:
    return result.table.to_pylist()


def anew(workspace: Workspace, measure: str = "overlap", **asked: Any) -> list[dict[str, Any]]:
    """The rows as they are when nothing is remembered."""
    ANSWERS.clear()
    return rows(ask(workspace, measure, **asked))


def test_the_same_question_is_worked_out_once_and_written_down_each_time(workspace):
    first = ask(workspace)
    lines = count_lines(workspace)
    again = ask(workspace)
    assert again.table is first.table
    assert again.sentence == first.sentence
    assert again.caveats == first.caveats
    assert count_lines(workspace) == lines + 1


def test_other_options_are_another_question(workspace):
    whole, narrowed = ask(workspace), ask(workspace, lists="CSE,gangs")
    assert rows(whole) != rows(narrowed)
    assert rows(narrowed) == anew(workspace, lists="CSE,gangs")


def test_of_another_authority_is_another_answer(workspace):
    add_user(workspace, "kim", "manager", who=KEEPER, authority=code_of(workspace))
    everybody = rows(ask(workspace))
    own = rows(ask(workspace, who="kim"))
    assert own != everybody
    assert own == anew(workspace, who="kim")
    assert rows(ask(workspace)) == everybody


def code_of(workspace: Workspace) -> str:
    """An authority that has extracts of its own."""
    return next(each.la_code for each in list_receipts(workspace) if each.la_code)


def test_what_was_remembered_is_not_given_to_whoever_may_not_ask(workspace):
    add_user(workspace, "sam", "health_recipient", who=KEEPER)
    ask(workspace)
    with pytest.raises(NotPermitted):
        ask(workspace, who="sam")


def test_a_suspended_agreement_leaves_no_answer_that_rests_on_it(workspace):
    before = {name: rows(ask(workspace, name)) for name in MEASURES}
    agreement = next(
        each.agreement for each in list_receipts(workspace) if each.layout == "police_crime_party"
    )
    suspend_agreement(workspace, agreement, who=WHO)
    for name in MEASURES:
        now = ask(workspace, name)
        assert rows(now) == anew(workspace, name)
        assert any("suspended" in caveat for caveat in now.caveats)
    assert rows(ask(workspace, "sources")) != before["sources"]
    resume_agreement(workspace, agreement, who=WHO)
    assert {name: rows(ask(workspace, name)) for name in MEASURES} == before


def test_a_withdrawn_extract_is_in_no_answer_from_the_same_build(workspace):
    before = ask(workspace)
    gone = next(each for each in list_receipts(workspace) if "gang" in each.layout)
    withdraw(workspace, str(gone.receipt_no), reason="mistake", who=WHO)
    now = ask(workspace)
    assert now.build == before.build
    assert rows(now) != rows(before)
    assert rows(now) == anew(workspace)
    assert gone.receipt_no not in now.extracts


def test_a_judgement_counts_in_the_next_build_and_the_page_says_what_changed(workspace, browse):
    ask(workspace)
    case = next_case(workspace, purpose="QA-2026-01", who=WHO)
    assert case is not None
    places = case.one.reference, case.other.reference
    judge(workspace, *places, Verdict("same", REASONS["same"][0]), purpose="QA-2026-01", who=WHO)
    made = build(workspace, who=WHO).to_dict()["build"]
    now = ask(workspace)
    assert now.build == made
    assert rows(now) == anew(workspace)
    shown = browse().get("/overlap?compare=last").content.decode()
    assert ">Change</th>" in shown
    assert "the same" in shown
    # The gangs extract was withdrawn in the test before this one.
    compared = compare_builds(workspace)
    assert compared.now.build_id == made
    assert {each["layout"] for each in compared.came} == set()
    assert any("gang" in each["layout"] for each in compared.went)
    page = browse().get("/compare").content.decode()
    assert "People they were judged to be" in page
    assert "No extract came." in page


def test_a_suspended_purpose_gets_nothing_that_was_remembered(workspace):
    ask(workspace)
    suspend_purpose(workspace, PURPOSE, who=WHO)
    with pytest.raises(NoPurpose):
        ask(workspace)
