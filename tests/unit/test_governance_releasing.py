"""The states of a release: one table, total and disjoint; two approvers, neither the author."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kithmap.errors import ApprovalMissing, WrongUse
from kithmap.governance import releasing
from kithmap.governance.releasing import (
    HANDS,
    LEFT,
    MOVERS,
    TABLE,
    Hand,
    Move,
    State,
    Step,
    check_approved,
    check_hand,
    check_new_approver,
    diagram,
    moves_from,
    next_state,
    standing_approvals,
)

BEFORE_LEAVING = frozenset(State) - LEFT


def reached(start: State) -> frozenset[State]:
    """Every state that can follow one, however many moves it takes."""
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        ends = {TABLE[here, move] for move in moves_from(here)}
        todo += ends - found
        found |= ends
    return frozenset(found)


def test_every_state_is_in_somebodys_hands_and_every_move_has_a_mover():
    assert set(HANDS) == set(State)
    assert set(MOVERS) == set(Move)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)), ids=lambda each: each.value)
def test_every_move_from_every_state_ends_somewhere_or_is_refused_in_words(state, move):
    if (state, move) in TABLE:
        assert next_state(state, move) is TABLE[state, move]
    else:
        with pytest.raises(WrongUse, match=f"is {state.value}; it cannot be made to {move.value}") as refused:
            next_state(state, move)
        assert all(each.value in refused.value.expected for each in moves_from(state))


def test_a_state_in_nobodys_hands_is_one_that_nothing_follows():
    assert {state for state in State if HANDS[state] is Hand.NOBODY} == {
        state for state in State if not moves_from(state)
    }


@pytest.mark.parametrize("state", State)
def test_whoever_has_a_release_in_hand_can_do_something_with_it(state):
    if HANDS[state] is not Hand.NOBODY:
        assert HANDS[state] in {MOVERS[move] for move in moves_from(state)}


def test_every_state_can_be_reached_from_a_draft():
    assert reached(State.DRAFT) == frozenset(State)


def test_what_has_left_never_comes_back_to_be_changed():
    for state in LEFT:
        assert reached(state) <= LEFT


def test_a_release_leaves_only_once_it_is_approved():
    assert {state for (state, move), end in TABLE.items() if end in LEFT and state not in LEFT} == {
        State.APPROVED
    }
    assert {move for (state, move), end in TABLE.items() if end in LEFT and state not in LEFT} == {
        Move.RELEASE
    }


def test_only_approving_leads_to_approved():
    assert {(state, move) for (state, move), end in TABLE.items() if end is State.APPROVED} == {
        (State.IN_REVIEW, Move.APPROVE)
    }


@pytest.mark.parametrize("state", sorted(BEFORE_LEAVING, key=lambda state: state.value))
def test_what_is_changed_is_a_draft_again(state):
    if Move.CHANGE in moves_from(state):
        assert next_state(state, Move.CHANGE) is State.DRAFT


def test_a_release_that_has_expired_can_still_be_recalled():
    assert next_state(State.EXPIRED, Move.RECALL) is State.RECALLED


@pytest.mark.parametrize("move", [Move.APPROVE, Move.RETURN, Move.REJECT])
def test_an_author_does_not_judge_their_own_release(move):
    with pytest.raises(ApprovalMissing, match=move.value):
        check_hand(move, author="ann", who="ann")
    check_hand(move, author="ann", who="mo")


@pytest.mark.parametrize("move", [Move.SUBMIT, Move.CHANGE, Move.WITHDRAW, Move.RELEASE])
def test_only_its_author_moves_a_release_forward(move):
    with pytest.raises(WrongUse, match="Only its author"):
        check_hand(move, author="ann", who="mo")
    check_hand(move, author="ann", who="ann")


@pytest.mark.parametrize("move", [Move.RECALL, Move.EXPIRE])
def test_anybody_with_the_right_recalls_author_or_not(move):
    check_hand(move, author="ann", who="ann")
    check_hand(move, author="ann", who="mo")


def steps(*made: tuple[Move, str, str]) -> list[Step]:
    return [Step(*each) for each in made]


def test_two_people_who_approve_the_same_content_have_approved_it():
    made = steps((Move.SUBMIT, "ann", "a"), (Move.APPROVE, "mo", "a"), (Move.APPROVE, "gil", "a"))
    assert standing_approvals(made, "a") == ("mo", "gil")
    assert check_approved(standing_approvals(made, "a"), "ann") == ("mo", "gil")


@pytest.mark.parametrize("reset", [Move.CHANGE, Move.RETURN, Move.SUBMIT])
def test_what_is_changed_returned_or_submitted_anew_must_be_approved_anew(reset):
    made = steps((Move.SUBMIT, "ann", "a"), (Move.APPROVE, "mo", "a"), (reset, "ann", "a"))
    assert standing_approvals(made, "a") == ()
    again = [*made, Step(Move.APPROVE, "gil", "a")]
    assert standing_approvals(again, "a") == ("gil",)


def test_an_approval_is_of_its_content_and_of_no_other():
    made = steps((Move.SUBMIT, "ann", "a"), (Move.APPROVE, "mo", "a"), (Move.APPROVE, "gil", "b"))
    assert standing_approvals(made, "a") == ("mo",)
    assert standing_approvals(made, "b") == ("gil",)


def test_nobody_approves_twice():
    made = steps((Move.SUBMIT, "ann", "a"), (Move.APPROVE, "mo", "a"), (Move.APPROVE, "mo", "a"))
    assert standing_approvals(made, "a") == ("mo",)
    check_new_approver((), "mo")
    check_new_approver(("gil",), "mo")
    with pytest.raises(ApprovalMissing, match="already"):
        check_new_approver(("mo",), "mo")


@pytest.mark.parametrize(
    "approvals", [(), ("mo",), ("mo", "mo"), ("mo", "ann"), ("mo", "gil", "ann"), ("mo", "gil", "cy")]
)
def test_anything_but_two_others_is_not_approved(approvals):
    with pytest.raises(ApprovalMissing, match="two people"):
        check_approved(approvals, "ann")


@given(
    made=st.lists(
        st.tuples(
            st.sampled_from(list(Move)), st.sampled_from(["ann", "mo", "gil", "cy"]), st.sampled_from("ab")
        ),
        max_size=12,
    )
)
def test_no_run_of_moves_releases_without_two_others_having_approved_what_leaves(made):
    """Any moves in any order: what the table, the hands and the approvals let through."""
    state, done, content = State.DRAFT, list[Step](), "a"
    for move, who, said in made:
        try:
            check_hand(move, author="ann", who=who)
            after = next_state(state, move)
            approvals = standing_approvals(done, content)
            if move is Move.APPROVE:
                check_new_approver(approvals, who)
            if move is Move.RELEASE:
                check_approved(approvals, "ann")
        except (WrongUse, ApprovalMissing):
            continue
        content = said if move is Move.CHANGE else content
        done.append(Step(move, who, content))
        state = after
        if move is Move.RELEASE:
            since = max(i for i, step in enumerate(done) if step.move is Move.SUBMIT)
            who_approved = {step.who for step in done[since:] if step.move is Move.APPROVE}
            assert len(who_approved) == releasing.APPROVERS
            assert "ann" not in who_approved
            assert not any(step.move is Move.CHANGE for step in done[since:])


def test_the_diagram_draws_every_move_and_no_other():
    drawn = [line.strip() for line in diagram().splitlines() if ": " in line and "-->" in line]
    assert len(drawn) == len(TABLE)
    for (state, move), end in TABLE.items():
        start, stop = (each.value.replace(" ", "_") for each in (state, end))
        assert any(line.startswith(f"{start} --> {stop}: {move.value} (") for line in drawn)
