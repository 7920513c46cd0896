"""Who may do what, for which purpose: the tables, and that nothing goes round them."""

import itertools

import pytest

from kithmap.errors import NotPermitted, PurposeNotAgreed
from kithmap.governance.permissions import (
    IDENTITY,
    PURPOSES,
    ROLES,
    Action,
    Role,
    User,
    check_may_ask,
    check_may_do,
    check_may_identify,
    check_may_use,
    may_ask,
    may_do,
    may_identify,
    may_use,
)
from kithmap.governance.purposes import Purpose

EVERY_PURPOSE = frozenset(Purpose)
ANALYST = User("ann", Role.ANALYST)


@pytest.mark.parametrize("action", Action)
def test_every_action_is_in_the_table_and_somebody_may_do_it(action):
    assert ROLES[action]


@pytest.mark.parametrize("role", Role)
def test_every_role_is_in_the_table_of_purposes(role):
    assert role in PURPOSES


@pytest.mark.parametrize("action", [Action.ASK, Action.SEE_LINKS, Action.SEE_PEOPLE, Action.SHARE])
def test_the_administrator_sees_no_rows(action):
    assert not may_do(User("adam", Role.ADMINISTRATOR), action)
    assert not PURPOSES[Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", Role)
def test_whoever_may_approve_does_not_share(role):
    assert not (role in ROLES[Action.APPROVE] and role is Role.ANALYST)


@pytest.mark.parametrize(("role", "purpose"), list(itertools.product(Role, Purpose)))
def test_profiling_never_shows_identity(role, purpose):
    who = User("u", role)
    for action in IDENTITY:
        if may_identify(who, action, purpose):
            assert purpose in (Purpose.CASE, Purpose.QUALITY)
    assert not may_identify(who, Action.SEE_PEOPLE, Purpose.QUALITY)


@pytest.mark.parametrize(("role", "agreed", "purpose"), list(itertools.product(Role, Purpose, Purpose)))
def test_a_measure_is_asked_only_for_a_purpose_it_is_declared_for(role, agreed, purpose):
    allowed = may_ask(User("u", role), "overlap", frozenset({agreed}), purpose)
    assert allowed == (role in ROLES[Action.ASK] and purpose in PURPOSES[role] and purpose is agreed)


def test_a_refusal_says_which_role_may():
    with pytest.raises(NotPermitted) as refused:
        check_may_do(User("cora", Role.COORDINATOR), Action.RECEIVE)
    assert "analyst" in refused.value.expected
    assert refused.value.exit_code == 3


def test_a_role_acts_only_for_its_kinds_of_purpose():
    governance = User("gil", Role.INFORMATION_GOVERNANCE)
    assert may_use(governance, Purpose.QUALITY)
    with pytest.raises(NotPermitted, match="case"):
        check_may_use(governance, Purpose.CASE)


def test_an_administrator_is_told_that_no_purpose_is_theirs():
    with pytest.raises(NotPermitted) as refused:
        check_may_use(User("adam", Role.ADMINISTRATOR), Purpose.CASE)
    assert refused.value.expected == "A role that sees answers."


def test_a_measure_refused_for_its_purpose_says_which_it_has():
    with pytest.raises(PurposeNotAgreed, match="sharing"):
        check_may_ask(ANALYST, "overlap", frozenset({Purpose.PROFILING}), Purpose.SHARING)


def test_links_are_refused_for_profiling():
    with pytest.raises(PurposeNotAgreed, match="profiling"):
        check_may_identify(ANALYST, Action.SEE_LINKS, Purpose.PROFILING)


def test_case_purposes_show_identity_and_others_do_not():
    assert [purpose for purpose in Purpose if purpose.shows_identity] == [Purpose.CASE]
