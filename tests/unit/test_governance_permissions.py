"""Who may do what, for which purpose: the table, and that nothing goes round it."""

import itertools
from datetime import date

import pytest

from kithmap.errors import NotPermitted, PurposeNotAgreed
from kithmap.governance.permissions import (
    DATA,
    Reason,
    Resource,
    Subject,
    User,
    check_may_act,
    check_may_ask,
    check_may_do,
    decide,
    kinds_allowed,
    may_act,
    may_ask,
    may_do,
    sensitivities,
)
from kithmap.governance.policy import (
    Action,
    Kind,
    Role,
    grants,
    grants_of,
    purposes_of,
    read_grants,
    roles_for,
)
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity

TODAY = date(2026, 7, 31)
ANALYST = User("ann", Role.ANALYST)
IDENTITY = (Action.SEE_LINKS, Action.SEE_PEOPLE, Action.REVIEW, Action.READ_NARRATIVES)


@pytest.mark.parametrize("action", Action)
def test_somebody_may_do_every_action(action):
    assert roles_for(action)


@pytest.mark.parametrize("role", Role)
def test_every_role_may_do_something(role):
    assert [line for line in grants() if line.role is role]


@pytest.mark.parametrize("action", Action)
def test_the_administrator_keeps_users_and_sees_no_rows(action):
    assert may_do(User("adam", Role.ADMINISTRATOR), action) == (action is Action.KEEP_USERS)
    assert not kinds_allowed(Subject(Role.ADMINISTRATOR), action) & set(DATA)


@pytest.mark.parametrize("purpose", Purpose)
def test_the_health_recipient_sees_releases_and_nothing_else(purpose):
    who = User("hope", Role.HEALTH_RECIPIENT)
    assert [action for action in Action if may_do(who, action)] == [Action.SEE_RELEASES]
    assert purpose not in purposes_of(Role.HEALTH_RECIPIENT)


@pytest.mark.parametrize("role", Role)
def test_whoever_analyses_does_not_approve(role):
    assert not (grants_of(role, Action.APPROVE) and "analyst" in role.value)


@pytest.mark.parametrize(
    ("line", "purpose"), list(itertools.product(grants(), [Purpose.PROFILING, Purpose.SHARING]))
)
def test_no_line_shows_identity_or_narrative_under_profiling_or_sharing(line, purpose):
    if purpose in line.purposes:
        assert not line.data & {Kind.IDENTIFYING, Kind.NARRATIVE}


@pytest.mark.parametrize(("role", "purpose", "action"), list(itertools.product(Role, Purpose, IDENTITY)))
def test_names_are_for_case_work_and_links_for_quality_too(role, purpose, action):
    if may_act(User("u", role), action, purpose):
        only_case = action in (Action.SEE_PEOPLE, Action.READ_NARRATIVES)
        assert purpose in ((Purpose.CASE,) if only_case else (Purpose.CASE, Purpose.QUALITY))


@pytest.mark.parametrize(("role", "agreed", "purpose"), list(itertools.product(Role, Purpose, Purpose)))
def test_a_measure_is_asked_only_for_a_purpose_it_is_declared_for(role, agreed, purpose):
    who = User("u", role)
    allowed = may_ask(who, "overlap", frozenset({agreed}), purpose)
    assert allowed == (may_act(who, Action.ASK, purpose) and purpose is agreed)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_community_safety_analyst_never_reads_another_organisations_narrative(purpose):
    lines = grants_of(Role.COMMUNITY_SAFETY_ANALYST, Action.READ_NARRATIVES)
    assert [line.whose.value for line in lines] == ["own"]
    assert may_act(User("c", Role.COMMUNITY_SAFETY_ANALYST), Action.READ_NARRATIVES, purpose) == (
        purpose is Purpose.CASE
    )


def test_a_refusal_says_which_role_may():
    with pytest.raises(NotPermitted) as refused:
        check_may_do(User("cora", Role.COORDINATOR), Action.RECEIVE)
    assert refused.value.what == "The role coordinator may not receive extracts."
    assert "analyst" in refused.value.expected
    assert "manager" in refused.value.expected
    assert "coordinator" not in refused.value.expected
    assert refused.value.exit_code == 3


def test_a_role_acts_only_for_its_kinds_of_purpose():
    governance = User("gil", Role.INFORMATION_GOVERNANCE)
    check_may_act(governance, Action.ASK, Purpose.QUALITY)
    with pytest.raises(NotPermitted) as refused:
        check_may_act(governance, Action.ASK, Purpose.CASE)
    assert refused.value.what == "The role information governance may not act for a case purpose."
    assert refused.value.expected == "A purpose of the kinds sharing, quality."


def test_a_role_that_works_for_a_purpose_may_still_not_do_everything_for_it():
    with pytest.raises(NotPermitted) as refused:
        check_may_act(User("cora", Role.COORDINATOR), Action.REVIEW, Purpose.QUALITY)
    assert refused.value.what == "The role coordinator may not act for a quality purpose."
    with pytest.raises(NotPermitted) as refused:
        check_may_act(User("pia", Role.POLICE_ANALYST), Action.SEE_LINKS, Purpose.QUALITY)
    assert refused.value.what == (
        "The role police analyst may not see which mentions are one person for a quality purpose."
    )


def test_a_measure_refused_for_its_purpose_says_which_it_has():
    with pytest.raises(PurposeNotAgreed) as refused:
        check_may_ask(ANALYST, "overlap", frozenset({Purpose.PROFILING}), Purpose.SHARING)
    assert refused.value.what == "The measure overlap may not be asked for a sharing purpose."
    assert refused.value.expected == "A purpose of the kinds profiling."


def test_links_are_refused_for_profiling_whoever_asks():
    with pytest.raises(PurposeNotAgreed) as refused:
        check_may_act(ANALYST, Action.SEE_LINKS, Purpose.PROFILING)
    assert (
        refused.value.what
        == "A profiling purpose does not allow anyone to see which mentions are one person."
    )
    assert refused.value.expected == "A purpose of the kinds case, quality."
    assert not may_act(ANALYST, Action.SEE_LINKS, Purpose.PROFILING)


def test_case_purposes_show_identity_and_others_do_not():
    assert [purpose for purpose in Purpose if purpose.shows_identity] == [Purpose.CASE]


@pytest.mark.parametrize(
    ("subject", "action", "resource"),
    [
        (Subject("janitor"), Action.ASK, Resource(Kind.OFFICIAL)),
        (Subject(Role.ANALYST, "circus"), Action.ASK, Resource(Kind.OFFICIAL)),
        (Subject(Role.ANALYST, purpose="curiosity"), Action.ASK, Resource(Kind.OFFICIAL)),
        (Subject(Role.ANALYST), "delete everything", Resource(Kind.OFFICIAL)),
        (Subject(Role.ANALYST), Action.BUILD, Resource("the moon")),
        (Subject(None), None, Resource(None)),
    ],
)
def test_what_the_table_does_not_know_is_denied(subject, action, resource):
    decision = decide(subject, action, resource, None, TODAY)
    assert (decision.allowed, decision.reasons) == (False, (Reason.UNKNOWN,))


def test_a_table_with_a_word_that_is_none_of_ours_is_not_read():
    heading = "role,action,purposes,data,whose"
    assert len(read_grants([heading, "analyst,receive extracts,,extracts,every"])) == 1
    for line in (
        "pirate,receive extracts,,extracts,every", "analyst,steal extracts,,extracts,every",
        "analyst,receive extracts,fun,extracts,every", "analyst,receive extracts,,treasure,every",
        "analyst,receive extracts,,extracts,all",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="is not a valid"):
            read_grants([heading, line])


def test_kinds_of_data_are_the_models_sensitivities():
    assert sensitivities(Kind) == frozenset(Sensitivity)
    assert [kind.value for kind in DATA] == [each.value for each in Sensitivity]
