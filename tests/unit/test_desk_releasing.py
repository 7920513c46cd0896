"""The road of a release at the desk: submitted, approved by two others, sent, recalled; and deleting in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from desk_made import ANALYST, APPROVERS, make_small_world, make_workspace, receive_some

from kithmap.desk import clock, releasing, retain
from kithmap.desk.ask import ask
from kithmap.desk.build import build
from kithmap.desk.recall import acknowledge, distribution, notices, recall
from kithmap.desk.releasing import Terms, approve, send, submit, turn_back
from kithmap.desk.share import get_release, list_releases, share, share_with_self
from kithmap.desk.withdraw import withdraw
from kithmap.desk.workspace import Workspace
from kithmap.errors import ApprovalMissing, NotPermitted, WouldDisclose, WrongUse
from kithmap.governance.agreement_parts import Handling, HandlingCode
from kithmap.governance.levels import Level
from kithmap.governance.releasing import Move, State
from kithmap.products.tables import to_text
from kithmap.register import agreements, receipts, releases

AS_AT = date(2026, 7, 31)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[Workspace]:
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    with pytest.MonkeyPatch.context() as patch:
        folder: Path = tmp_path_factory.mktemp("releasing")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_workspace(folder / "workspace") as workspace:
            receive_some(workspace, world)
            build(workspace, who=ANALYST, as_at=AS_AT)
            yield workspace


def answer(workspace: Workspace, **options):
    return ask(workspace, "prevalence", purpose="profiling", who=ANALYST, options=options)


def submitted(workspace: Workspace, level: Level = Level.R1, to: str = "Hartwell partnership") -> str:
    return submit(workspace, answer(workspace), Terms(level, to)).release_id


def state_of(workspace: Workspace, release_id: str) -> State:
    return releases.get_release(workspace.register, release_id).state


def test_a_release_leaves_once_two_others_have_approved_it(built):
    name = submitted(built)
    assert name not in {each.release_id for each in list_releases(built)}
    with pytest.raises(WrongUse, match="has not left"):
        get_release(built, name)
    assert approve(built, name, who=APPROVERS[0]).state is State.IN_REVIEW
    with pytest.raises(WrongUse, match="cannot be made to release"):
        send(built, name, who=ANALYST)
    with pytest.raises(ApprovalMissing, match="already"):
        approve(built, name, who=APPROVERS[0])
    assert approve(built, name, who=APPROVERS[1]).state is State.APPROVED
    with pytest.raises((NotPermitted, WrongUse)):
        send(built, name, who=APPROVERS[1])
    left = send(built, name, who=ANALYST)
    assert left.approved_by == APPROVERS
    assert get_release(built, name) == left
    assert [each.recipient for each in distribution(built, who=ANALYST) if each.release_id == name] == [
        left.to
    ]


def test_what_was_agreed_of_handling_goes_with_an_answer_and_with_a_release(built):
    """The marking is of what leaves; the conditions go with whatever rests on the agreement."""
    before = agreements.get_agreement(built.register, "gangs_panel_list")
    handled = Handling(HandlingCode.C, ("Not for enforcement",), "OFFICIAL-SENSITIVE")
    agreements.add_agreement(
        built.register, replace(before, terms=replace(before.terms, handling=handled)), clock.now()
    )
    result = answer(built)
    condition = "The conditions of the handling code go with it: Not for enforcement (Gangs panel)."
    marking = "Every copy bears the agreement's protective marking: OFFICIAL-SENSITIVE."
    inside = share_with_self(built, result)
    assert condition in inside.caveats
    assert marking not in inside.caveats
    assert condition in " ".join(to_text(inside).replace("\n  ", " ").splitlines())
    left = share(built, result, level="R1", to="Hartwell partnership", approved_by=APPROVERS)
    assert {condition, marking} <= set(left.caveats)
    agreements.add_agreement(built.register, before, clock.now())
    assert condition not in share_with_self(built, answer(built)).caveats


def test_an_author_may_not_approve_and_an_approver_must_say_why_it_is_returned(built):
    name = submitted(built)
    with pytest.raises((ApprovalMissing, NotPermitted)):
        approve(built, name, who=ANALYST)
    with pytest.raises(WrongUse, match="why"):
        turn_back(built, name, Move.RETURN, who="mo")
    assert turn_back(built, name, Move.RETURN, who="mo", said="name the period").state is State.RETURNED


def test_what_is_changed_is_approved_anew(built):
    name = submitted(built)
    approve(built, name, who="mo")
    assert releasing.change(built, name, who=ANALYST).state is State.SUBMITTED
    assert releases.get_release(built.register, name).approvals == ()
    assert approve(built, name, who="mo").state is State.IN_REVIEW


def test_content_that_was_changed_behind_the_desk_is_neither_approved_nor_sent(built):
    from kithmap.register import ready

    name = submitted(built)
    rows = ready.Release.objects.using(built.register.alias).filter(release_id=name)
    content = rows.get().content
    rows.update(content={**content, "sentence": "Nobody."})
    with pytest.raises(ApprovalMissing, match="not as it was approved"):
        approve(built, name, who="mo")
    rows.update(content=content)
    approve(built, name, who="mo")
    approve(built, name, who="gil")
    rows.update(content={**content, "sentence": "Nobody."})
    with pytest.raises(ApprovalMissing, match="not as it was approved"):
        send(built, name, who=ANALYST)


def test_a_recall_is_owed_to_every_recipient_until_they_say_they_know(built):
    left = share(built, answer(built), level="R1", to="Hartwell schools", approved_by=APPROVERS)
    told = recall(built, left.release_id, reason="a flag was retracted", who="gil")
    assert [each.recipient for each in told] == ["Hartwell schools"]
    assert "a flag was retracted" in told[0].text
    assert left.sentence not in told[0].text
    assert state_of(built, left.release_id) is State.RECALLED
    owed = [each.recipient for each in notices(built, who="gil")]
    assert "Hartwell schools" in owed
    acknowledge(built, left.release_id, to="Hartwell schools", by="A head of safeguarding", who=ANALYST)
    assert "Hartwell schools" not in [each.recipient for each in notices(built, who="gil")]
    with pytest.raises(WrongUse, match="cannot be made to recall"):
        recall(built, left.release_id, reason="again", who="gil")


def test_a_release_past_its_last_day_expires(built):
    yesterday = clock.today() - timedelta(days=1)
    left = share(built, answer(built), level="R1", to="somebody", approved_by=APPROVERS, expires_on=yesterday)
    listed = {each.release_id: each.state for each in releasing.look_over(built, who=ANALYST)}
    assert listed[left.release_id] is State.EXPIRED


def test_what_differs_by_a_few_from_what_has_left_is_repaired_or_refused(built):
    """Those under 18, and those under 18 or of no known age, differ by those of no known age."""
    before = shown(share(built, answer(built), level="R1", to="partners", approved_by=APPROVERS))
    other = answer(built, ages="under 18 or not known")
    few = {
        key: row["young_people"]
        for row in other.table.to_pylist()
        if (key := row["harm"]) and 0 < row["young_people"] - (before.get(key) or row["young_people"]) < 5
    }
    assert few, "the small world has a few whose age nobody knows"
    try:
        after = shown(share(built, other, level="R1", to="partners", approved_by=APPROVERS))
    except WouldDisclose:
        return
    assert {key: after[key] for key in few} == dict.fromkeys(few)


def shown(release) -> dict[str, int | None]:
    return {row["harm"]: row["young_people"].value for row in release.rows}


def test_a_withdrawn_extract_recalls_what_rested_on_it_and_what_is_past_its_day_is_deleted(built):
    left = share(built, answer(built), level="R1", to="Hartwell health", approved_by=APPROVERS)
    inside = share(built, answer(built), level="R0", to="us", approved_by=APPROVERS)
    receipt = receipts.kept_receipts(built.register)[-1]
    told = withdraw(built, receipt.name, reason="objection", who="gil").notices
    assert {"Hartwell health", "us"} <= {each.recipient for each in told}
    assert state_of(built, left.release_id) is State.RECALLED
    assert state_of(built, inside.release_id) is State.RECALLED
    assert retain.find_due(built) == ()
    with pytest.raises(NotPermitted):
        retain.delete_due(built, who="nobody")
    agreed = {each.id: each for each in agreements.list_agreements(built.register)}
    assert all(each.terms.retention.until is None for each in agreed.values())
    numbers = [each.receipt_no for each in receipts.kept_receipts(built.register)]
    assert set(retain.find_left(built, numbers[:1])) >= {f"records of receipt {numbers[0]}"}
