"""What comes with a permission, and whose data a grant reaches: each case by itself, found by mutating the module."""

from dataclasses import replace
from datetime import date

import pytest

from kithmap.governance.agreement_parts import (
    AgreedRole,
    DataItem,
    Handling,
    HandlingCode,
    Identifiability,
    Terms,
)
from kithmap.governance.agreements import Agreement
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import Obligation, Reason, Resource, Subject, decide
from kithmap.governance.policy import Action, AgreedLevel, Kind, Operation, Role, Whose, grants
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity

TODAY = date(2026, 7, 31)
EVERYTHING = tuple(DataItem("layout", each.value, each, frozenset(Operation)) for each in Sensitivity)
AGREED = Agreement(
    id="A", title="A", holder="H", agency=Organisation.POLICE, authority=None, purposes=frozenset(Purpose),
    levels=frozenset(AgreedLevel), items=EVERYTHING, start=date(2026, 1, 1), end=date(2027, 1, 1), state="active",
    terms=Terms(identifiability=Identifiability.IDENTIFIED),
)  # fmt: skip
ANALYST = Subject(Role.ANALYST, purpose=Purpose.PROFILING)
OF_COUNTS = Resource(Kind.SENSITIVE, "layout", None)


def obligations(subject=ANALYST, action=Action.ASK, resource=OF_COUNTS, agreement=AGREED) -> set[Obligation]:
    decision = decide(subject, action, resource, agreement, TODAY)
    assert decision.allowed, decision.reasons
    return set(decision.obligations)


def handled(code: HandlingCode) -> Agreement:
    return replace(AGREED, terms=replace(AGREED.terms, handling=Handling(code, ("Not for enforcement",))))


def test_an_answer_is_written_down_and_nothing_more():
    assert obligations() == {Obligation.WRITE_DOWN}


def test_what_is_shared_bears_the_marking_and_needs_two_approvers():
    assert obligations(action=Action.SHARE) == {
        Obligation.WRITE_DOWN,
        Obligation.MARKING,
        Obligation.TWO_APPROVERS,
    }


@pytest.mark.parametrize(("code", "goes"), [(HandlingCode.C, True), (HandlingCode.P, False)])
def test_the_conditions_go_with_it_where_the_code_has_any(code, goes):
    for action in (Action.ASK, Action.SHARE):
        assert (Obligation.CONDITIONS in obligations(action=action, agreement=handled(code))) is goes


def test_only_a_user_of_an_authority_sees_its_rows_alone_of_an_extract_of_several():
    of_one = replace(ANALYST, authority="E1")
    assert Obligation.OWN_AUTHORITY in obligations(of_one)
    assert Obligation.OWN_AUTHORITY not in obligations(of_one, resource=replace(OF_COUNTS, authority="E1"))
    assert Obligation.OWN_AUTHORITY not in obligations(ANALYST)


def test_what_needs_no_agreement_has_no_handling():
    keeper = Subject(Role.ADMINISTRATOR)
    decision = decide(keeper, Action.KEEP_USERS, Resource(Kind.USERS, "", None), None, TODAY)
    assert (decision.allowed, set(decision.obligations)) == (True, {Obligation.WRITE_DOWN})


def own_line():
    """A line of the table whose role reads only its own organisation's data, and no other line reaches further."""
    for line in grants():
        others = [each for each in grants() if (each.role, each.action) == (line.role, line.action)]
        if line.whose is Whose.OWN and line.purposes and all(each.whose is Whose.OWN for each in others):
            return line
    raise AssertionError("No line of the table is of own data.")


def test_a_grant_of_own_data_reaches_no_other_organisation_and_none_is_the_partnerships_own():
    line = own_line()
    purpose, kind = sorted(line.purposes, key=str)[0], sorted(line.data, key=str)[0]
    for agency in Organisation:
        for organisation in Organisation:
            subject = Subject(line.role, organisation, purpose=purpose)
            decision = decide(
                subject, line.action, Resource(kind, "layout", None), replace(AGREED, agency=agency), TODAY
            )
            is_own = agency is organisation and agency is not Organisation.PARTNERSHIP
            assert (Reason.ORGANISATION not in decision.reasons) is is_own


def test_a_grant_of_everybodys_data_reaches_every_organisation():
    for agency in Organisation:
        assert obligations(agreement=replace(AGREED, agency=agency))


@pytest.mark.parametrize("kind", [Kind.SENSITIVE, Kind.IDENTIFYING])
@pytest.mark.parametrize("identifiability", Identifiability)
def test_only_an_agreement_on_identified_data_shows_what_identifies(kind, identifiability):
    agreement = replace(AGREED, terms=Terms(identifiability=identifiability))
    subject = Subject(Role.ANALYST, purpose=Purpose.CASE)
    decision = decide(subject, Action.SEE_LINKS, Resource(kind, "layout", None), agreement, TODAY)
    refused = kind is Kind.IDENTIFYING and identifiability is not Identifiability.IDENTIFIED
    assert (Reason.IDENTIFIABILITY in decision.reasons) is refused


@pytest.mark.parametrize("role", Role)
def test_an_agreement_that_names_roles_is_for_those_alone(role):
    agreement = replace(AGREED, terms=replace(AGREED.terms, roles=(AgreedRole(role),)))
    decision = decide(ANALYST, Action.ASK, OF_COUNTS, agreement, TODAY)
    assert (Reason.ROLE_NOT_AGREED in decision.reasons) is (role is not Role.ANALYST)
    assert not decide(ANALYST, Action.ASK, OF_COUNTS, AGREED, TODAY).reasons


def test_a_user_of_an_authority_reads_their_own_and_no_other():
    of_one = replace(ANALYST, authority="E1")
    for authority, refused in (("E1", False), ("E2", True), (None, False)):
        decision = decide(of_one, Action.ASK, replace(OF_COUNTS, authority=authority), AGREED, TODAY)
        assert (Reason.AUTHORITY in decision.reasons) is refused


def test_a_role_without_a_line_is_refused_for_its_role_and_one_of_another_purpose_for_that():
    none = decide(Subject(Role.HEALTH_RECIPIENT, purpose=Purpose.CASE), Action.ASK, OF_COUNTS, AGREED, TODAY)
    assert none.reasons == (Reason.ROLE,)
    other = decide(replace(ANALYST, purpose=None), Action.ASK, OF_COUNTS, AGREED, TODAY)
    assert Reason.PURPOSE in other.reasons
