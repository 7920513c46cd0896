"""What a refusal says, what a user is once they act, and the table of levels: found by mutating the permissions."""

from dataclasses import replace
from datetime import date

import pytest
from test_governance_obligations import AGREED, TODAY

from kithmap.errors import NotPermitted, PurposeNotAgreed
from kithmap.governance.agreement_parts import DataItem
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import (
    DATA,
    Decision,
    Reason,
    Resource,
    Subject,
    User,
    check_may_act,
    check_may_ask,
    check_may_do,
    decide,
    kinds_allowed,
    may_ask,
)
from kithmap.governance.policy import (
    Action,
    AgreedLevel,
    Kind,
    Operation,
    Role,
    grants_of,
    read_level_grants,
)
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity

PIA = User("pia", Role.POLICE_ANALYST, Organisation.POLICE, "E1")


def test_a_user_acts_with_their_own_role_organisation_and_authority_for_the_purpose_named():
    assert PIA.acting_for(Purpose.CASE) == Subject(
        Role.POLICE_ANALYST, Organisation.POLICE, "E1", Purpose.CASE
    )
    assert PIA.acting_for(None).purpose is None


def test_a_refusal_is_no_permission_and_carries_its_reasons():
    decision = decide(PIA.acting_for(Purpose.CASE), Action.KEEP_USERS, Resource(Kind.USERS), None, TODAY)
    assert decision == Decision(allowed=False, reasons=(Reason.ROLE,))
    assert decision.allowed is False


@pytest.mark.parametrize("purpose", [None, *Purpose])
@pytest.mark.parametrize("action", [Action.ASK, Action.SEE_LINKS, Action.SEE_PEOPLE, Action.BUILD])
@pytest.mark.parametrize("role", [Role.ANALYST, Role.SCHOOL_LEAD, Role.ADMINISTRATOR])
def test_columns_are_those_of_the_roles_lines_for_the_purpose(role, action, purpose):
    kinds = kinds_allowed(Subject(role, purpose=purpose), action)
    lines = [line for line in grants_of(role, action) if not line.purposes or purpose in line.purposes]
    assert kinds == {kind for kind in Kind if any(kind in line.data for line in lines)}
    if purpose is not Purpose.CASE and action is Action.SEE_PEOPLE:
        assert not kinds & set(DATA)


def agreed_on(*items: tuple[Sensitivity, set[Operation]]):
    listed = tuple(DataItem("layout", each.value, each, frozenset(may)) for each, may in items)
    return replace(AGREED, items=listed)


@pytest.mark.parametrize(
    ("kind", "listed", "refused"),
    [
        (Kind.NARRATIVE, {Sensitivity.IDENTIFYING}, True),
        (Kind.NARRATIVE, {Sensitivity.NARRATIVE}, False),
        (Kind.IDENTIFYING, {Sensitivity.NARRATIVE}, True),
        (Kind.IDENTIFYING, {Sensitivity.IDENTIFYING}, False),
        # What is shown beside a name goes by what the agreement says of names.
        (Kind.SENSITIVE, {Sensitivity.IDENTIFYING}, False),
        (Kind.SENSITIVE, {Sensitivity.SENSITIVE}, True),
    ],
)
def test_to_list_names_or_narratives_the_agreement_must_let_those_very_columns_be_listed(
    kind, listed, refused
):
    agreement = agreed_on(
        *((each, {Operation.LIST} if each in listed else {Operation.COUNT}) for each in Sensitivity)
    )
    action = Action.READ_NARRATIVES if kind is Kind.NARRATIVE else Action.SEE_PEOPLE
    subject = Subject(Role.ANALYST, purpose=Purpose.CASE)
    decision = decide(subject, action, Resource(kind, "layout"), agreement, TODAY)
    assert (Reason.OPERATION in decision.reasons) is refused


@pytest.mark.parametrize(
    ("level", "action", "purpose", "allowed"),
    [
        (AgreedLevel.CASE_MANAGEMENT, Action.ASK, Purpose.CASE, True),
        # The level names the action, and not for this purpose.
        (AgreedLevel.CASE_MANAGEMENT, Action.ASK, Purpose.PROFILING, False),
        # The level serves the purpose, and not by this action.
        (AgreedLevel.PROFILING_CONTEXTS, Action.ASK, Purpose.PROFILING, False),
        (AgreedLevel.PROFILING_CONTEXTS, Action.ASK_CONTEXTS, Purpose.PROFILING, True),
        (AgreedLevel.SHAREABLE, Action.SHARE, Purpose.SHARING, True),
        (AgreedLevel.SHAREABLE, Action.SHARE, Purpose.QUALITY, False),
    ],
)
def test_a_level_allows_an_action_and_a_purpose_together(level, action, purpose, allowed):
    agreement = replace(AGREED, levels=frozenset({level}))
    decision = decide(
        Subject(Role.ANALYST, purpose=purpose), action, Resource(Kind.OFFICIAL, "layout"), agreement, TODAY
    )
    assert (Reason.LEVEL not in decision.reasons) is allowed


def test_the_table_of_levels_is_read_word_by_word():
    heading = "level,actions,purposes"
    (line,) = read_level_grants([heading, "shareable,share answers; see releases ,sharing quality"])
    assert line.level is AgreedLevel.SHAREABLE
    assert line.actions == {Action.SHARE, Action.SEE_RELEASES}
    assert line.purposes == {Purpose.SHARING, Purpose.QUALITY}
    for row in ("secret,share answers,sharing", "shareable,steal,sharing", "shareable,share answers,fun"):
        with pytest.raises(ValueError, match="is not a valid"):
            read_level_grants([heading, row])


def test_every_refusal_says_what_to_do():
    says = []
    for check in (
        lambda: check_may_do(PIA, Action.BUILD),
        lambda: check_may_act(User("ann", Role.ANALYST), Action.SEE_LINKS, Purpose.PROFILING),
        lambda: check_may_act(PIA, Action.SEE_LINKS, Purpose.QUALITY),
        lambda: check_may_ask(PIA, "overlap", frozenset({Purpose.CASE}), Purpose.PROFILING),
    ):
        with pytest.raises((NotPermitted, PurposeNotAgreed)) as refused:
            check()
        says.append(refused.value.do)
    assert says == [
        "Ask somebody with one of these roles to do it.",
        "Name such a purpose, or ask a measure: measures never show identity.",
        "Ask somebody whose role works for this purpose.",
        "Name another purpose, or ask another measure.",
    ]


def test_a_question_about_contexts_is_judged_as_one():
    # Both are the same lines for an analyst; of a role that only shares, asking and sharing are not.
    cora = User("cora", Role.COORDINATOR)
    everything = frozenset(Purpose)
    assert may_ask(cora, "places", everything, Purpose.SHARING, action=Action.ASK_CONTEXTS)
    assert not may_ask(cora, "places", everything, Purpose.SHARING, action=Action.SHARE)


def test_a_day_after_its_end_nothing_is_agreed():
    subject, of = Subject(Role.ANALYST, purpose=Purpose.PROFILING), Resource(Kind.OFFICIAL, "layout")
    ends = replace(AGREED, end=TODAY)
    assert decide(subject, Action.ASK, of, ends, TODAY).allowed
    assert decide(subject, Action.ASK, of, ends, date(2026, 8, 1)).reasons == (Reason.NOT_IN_FORCE,)
