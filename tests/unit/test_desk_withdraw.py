"""Withdrawing an extract: who may, what is removed, what is left."""

import json

import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts

from kithmap.desk import audit, lock, users
from kithmap.desk.build import build
from kithmap.desk.links import links
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.withdraw import prove_removed, withdraw
from kithmap.errors import NotFound, NotPermitted, WorkspaceBusy, WrongUse
from kithmap.register import receipts

CSE, GANGS = "cse_panel_list", "gangs_panel_list"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        agree_to_all(made)
        yield made


@pytest.fixture(scope="session")
def extracts(tmp_path_factory):
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    return {layout: file for file, layout in some_extracts(world)}


def receive_lists(workspace, extracts):
    for layout in (CSE, GANGS):
        receive(workspace, extracts[layout], layout=layout, agreement=layout, who=ANALYST)


def kept(workspace):
    return [receipt.layout for receipt in list_receipts(workspace)]


def last_lines(workspace, count):
    return audit.show(workspace, last=count, who=ANALYST)


def test_a_withdrawn_extract_counts_no_more_and_its_records_are_gone(workspace, extracts):
    receive_lists(workspace, extracts)
    done = withdraw(workspace, extracts[GANGS].name, reason="holder", who=ANALYST)
    assert (done.receipt_no, done.removed, done.already, done.builds) == (2, True, False, ())
    assert kept(workspace) == [CSE]
    assert [path.name for path in (workspace.folder / "records").iterdir()] == ["1"]


def test_the_audit_proves_who_withdrew_it_why_and_that_the_records_are_gone(workspace, extracts):
    receive_lists(workspace, extracts)
    withdraw(workspace, "2", reason="objection", who="gil")
    withdrawn, removed = last_lines(workspace, 2)
    assert (withdrawn.actor, withdrawn.verb, withdrawn.details["receipt_no"]) == ("gil", "withdraw", 2)
    assert withdrawn.details["reason"] == "an objection to its use was upheld"
    assert (removed.verb, removed.details) == ("remove records", {"receipt_no": 2})
    receipt = receipts.withdrawn_receipts(workspace.register)[0]
    assert receipt.details["withdrawn"]["by"] == "gil"
    assert receipts.REMOVED_AT in receipt.details
    assert audit.verify(workspace).intact


def test_coordinators_and_administrators_may_not_withdraw(workspace, extracts):
    receive_lists(workspace, extracts)
    users.add_user(workspace, "cora", "coordinator", who=ANALYST)
    with pytest.raises(NotPermitted):
        withdraw(workspace, "1", reason="holder", who="cora")
    assert last_lines(workspace, 1)[0].outcome == "deny"
    assert kept(workspace) == [CSE, GANGS]


def test_a_reason_is_one_of_a_list_so_that_it_cannot_hold_a_name(workspace, extracts):
    receive_lists(workspace, extracts)
    with pytest.raises(WrongUse) as refused:
        withdraw(workspace, "1", reason="Tyrone Pell objected", who=ANALYST)
    assert "Pell" not in str(refused.value)
    assert kept(workspace) == [CSE, GANGS]


def test_an_extract_that_was_never_received_is_not_found(workspace, extracts):
    receive_lists(workspace, extracts)
    for extract in ("nothing.csv", "77"):
        with pytest.raises(NotFound):
            withdraw(workspace, extract, reason="holder", who=ANALYST)


def test_of_two_extracts_of_one_name_the_number_must_be_given(workspace, extracts, tmp_path):
    for folder, more in (("a", ""), ("b", "\n")):
        copy = tmp_path / folder / "list.csv"
        copy.parent.mkdir()
        copy.write_bytes(extracts[GANGS].read_bytes() + more.encode())
        receive(workspace, copy, layout=GANGS, agreement=GANGS, who=ANALYST)
    with pytest.raises(WrongUse, match="1, 2"):
        withdraw(workspace, "list.csv", reason="mistake", who=ANALYST)
    assert withdraw(workspace, "1", reason="mistake", who=ANALYST).receipt_no == 1


def test_withdrawing_twice_changes_nothing_and_says_so(workspace, extracts):
    receive_lists(workspace, extracts)
    withdraw(workspace, "2", reason="holder", who=ANALYST)
    lines = audit.count_lines(workspace)
    assert withdraw(workspace, "2", reason="faults", who=ANALYST).already
    assert audit.count_lines(workspace) == lines
    assert (
        receipts.withdrawn_receipts(workspace.register)[0]
        .details["withdrawn"]["reason"]
        .startswith("the holder")
    )


def test_the_same_file_can_be_received_again_as_a_new_receipt(workspace, extracts):
    receive_lists(workspace, extracts)
    withdraw(workspace, "2", reason="mistake", who=ANALYST)
    again = receive(workspace, extracts[GANGS], layout=GANGS, agreement=GANGS, who=ANALYST)
    assert (again.receipt_no, again.already) == (3, False)
    assert kept(workspace) == [CSE, GANGS]
    assert withdraw(workspace, extracts[GANGS].name, reason="mistake", who=ANALYST).receipt_no == 3


def test_nobody_withdraws_while_another_writes(workspace, extracts, monkeypatch):
    receive_lists(workspace, extracts)
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.1)
    with lock.writing(workspace.folder), pytest.raises(WorkspaceBusy):
        withdraw(workspace, "1", reason="holder", who=ANALYST)
    assert kept(workspace) == [CSE, GANGS]


def test_answers_leave_it_out_at_once_and_the_next_build_is_made_without_it(workspace, extracts):
    receive_lists(workspace, extracts)
    first = build(workspace, who=ANALYST)
    gangs = extracts[GANGS].name
    done = withdraw(workspace, gangs, reason="holder", who=ANALYST)
    assert done.builds == (first.build,)
    still = links(workspace, purpose="quality", who=ANALYST)
    assert set(still["extract"].to_pylist()) == {extracts[CSE].name}
    second = build(workspace, who=ANALYST)
    manifest = json.loads((workspace.builds / f"{second.build}.json").read_text())
    assert [extract["name"] for extract in manifest["extracts"]] == [extracts[CSE].name]


def test_the_proof_of_a_killed_withdrawal_is_written_later(workspace, extracts):
    receive_lists(workspace, extracts)
    with lock.writing(workspace.folder):
        # Killed after the receipt was withdrawn, before the sweep: the next opening sweeps.
        receipts.withdraw_receipt(workspace.register, 2, {"by": ANALYST})
        assert prove_removed(workspace, ANALYST) == ()
        workspace.records.remove(2)
        assert prove_removed(workspace, "mo") == (2,)
        assert prove_removed(workspace, "mo") == ()
    assert last_lines(workspace, 1)[0].verb == "remove records"
