"""Who may do what, to what, for which purpose, under which agreement: one pure, total decision.

`decide` answers for a user acting for a purpose; whatever no line of the table (see `policy`) grants is
denied, and no role goes round it: the administrator keeps users and sees no rows. `check_may_*` refuses
with three sentences, `may_*` answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kithmap.errors import NotPermitted, PurposeNotAgreed, Refused
from kithmap.governance.agreement_parts import HandlingCode, Identifiability
from kithmap.governance.agreements import Agreement, Standing
from kithmap.governance.organisations import Organisation
from kithmap.governance.policy import (
    OPERATIONS,
    Action,
    Grant,
    Kind,
    Role,
    Whose,
    grants_of,
    level_grants,
    purposes_for,
    purposes_of,
    roles_for,
)
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity

DATA = (Kind.OPEN, Kind.OFFICIAL, Kind.SENSITIVE, Kind.IDENTIFYING, Kind.NARRATIVE)


@dataclass(frozen=True)
class User:
    """Somebody who works with the workspace: an account's name, a role, and whose they are.

    organisation: the kind they work for; partnership for somebody who works for all of it.
    authority: the code of the one authority whose rows they may see; None for every one.
    """

    name: str
    role: Role
    organisation: Organisation = Organisation.PARTNERSHIP
    authority: str | None = None

    def acting_for(self, purpose: Purpose | None) -> "Subject":
        """The user as a subject of a decision: the name plays no part in it."""
        return Subject(self.role, self.organisation, self.authority, purpose)


@dataclass(frozen=True)
class Subject:
    """Who wishes to do something, as far as a decision asks, and for which kind of purpose."""

    role: Role
    organisation: Organisation = Organisation.PARTNERSHIP
    authority: str | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True)
class Resource:
    """What it is done to; of data, also the layout of its extract and the authority of its rows (None: several)."""

    kind: Kind
    layout: str = ""
    authority: str | None = None


class Reason(Enum):
    """Why something is denied, in the words of an answer that leaves something out."""

    UNKNOWN = "unknown to the table of permissions"
    ROLE = "not for this role"
    PURPOSE = "not for this role under such a purpose"
    KIND = "not this kind of data for this role"
    ORGANISATION = "of another organisation"
    AUTHORITY = "of another authority"
    NO_AGREEMENT = "under no agreement"
    NOT_IN_FORCE = "under an agreement not in force"
    NOT_AGREED = "not agreed for such a purpose"
    LEVEL = "not agreed at this level"
    ROLE_NOT_AGREED = "not agreed for this role"
    OPERATION = "not agreed for this operation"
    IDENTIFIABILITY = "not agreed to identify anyone"


class Obligation(Enum):
    """What whoever does it must keep to."""

    WRITE_DOWN = "it is written in the audit"
    OWN_AUTHORITY = "only rows that name the user's own authority are shown"
    CONDITIONS = "the conditions of the handling code go with it"
    MARKING = "every copy bears the agreement's protective marking"
    TWO_APPROVERS = "two others approve it before it leaves"


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed, why not, and what goes with it."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    obligations: tuple[Obligation, ...] = ()


def decide(
    subject: Subject, action: Action, resource: Resource, agreement: Agreement | None, today: date
) -> Decision:
    """Decide whether a subject may do something to something, under an agreement, today.

    Pure and total: every value has an answer, and what is not in the table is denied.
    """
    if not _is_known(subject, action, resource):
        return Decision(allowed=False, reasons=(Reason.UNKNOWN,))
    agency = agreement.agency if agreement is not None else None
    reasons = [*_faults_of_table(subject, action, resource.kind, agency)]
    reasons += _faults_of_authority(subject, resource)
    if action in OPERATIONS:
        reasons += _faults_of_agreement(subject, action, resource, agreement, today)
    if reasons:
        return Decision(allowed=False, reasons=tuple(reasons))
    return Decision(allowed=True, obligations=_obligations(subject, action, resource, agreement))


def kinds_allowed(subject: Subject, action: Action) -> frozenset[Kind]:
    """The kinds of data an action may show a subject at all: the column filter."""
    lines = [line for line in grants_of(subject.role, action) if _serves(line, subject.purpose)]
    return frozenset(kind for line in lines for kind in line.data)


def sensitivities(kinds: Iterable[Kind]) -> frozenset[Sensitivity]:
    """The kinds of data as the model declares them of columns."""
    return frozenset(Sensitivity(kind.value) for kind in kinds if kind in DATA)


def _is_known(subject: Subject, action: object, resource: Resource) -> bool:
    return (
        isinstance(action, Action)
        and isinstance(subject.role, Role)  # pyright: ignore[reportUnnecessaryIsInstance]  whatever is asked has an answer
        and isinstance(subject.organisation, Organisation)  # pyright: ignore[reportUnnecessaryIsInstance]
        and (subject.purpose is None or isinstance(subject.purpose, Purpose))  # pyright: ignore[reportUnnecessaryIsInstance]
        and isinstance(resource.kind, Kind)  # pyright: ignore[reportUnnecessaryIsInstance]
    )


def _faults_of_table(
    subject: Subject, action: Action, kind: Kind, agency: Organisation | None
) -> tuple[Reason, ...]:
    lines = grants_of(subject.role, action)
    if not lines:
        return (Reason.ROLE,)
    lines = [line for line in lines if _serves(line, subject.purpose)]
    if not lines:
        return (Reason.PURPOSE,)
    lines = [line for line in lines if kind in line.data]
    if not lines:
        return (Reason.KIND,)
    if any(line.whose is Whose.EVERY for line in lines):
        return ()
    own = agency is subject.organisation and agency is not Organisation.PARTNERSHIP
    return () if own else (Reason.ORGANISATION,)


def _serves(line: Grant, purpose: Purpose | None) -> bool:
    return not line.purposes or purpose in line.purposes


def _faults_of_authority(subject: Subject, resource: Resource) -> tuple[Reason, ...]:
    if subject.authority is None or resource.authority in (None, subject.authority):
        return ()
    return (Reason.AUTHORITY,)


def _faults_of_agreement(
    subject: Subject, action: Action, resource: Resource, agreement: Agreement | None, today: date
) -> tuple[Reason, ...]:
    if agreement is None:
        return (Reason.NO_AGREEMENT,)
    if agreement.stands(today) is not Standing.IN_FORCE:
        return (Reason.NOT_IN_FORCE,)
    operation = OPERATIONS[action]
    if operation is None:
        return ()
    found = {
        Reason.NOT_AGREED: subject.purpose not in agreement.purposes,
        Reason.LEVEL: not _has_level(agreement, action, subject.purpose),
        Reason.ROLE_NOT_AGREED: bool(agreement.terms.roles)
        and all(each.role is not subject.role for each in agreement.terms.roles),
        Reason.OPERATION: not agreement.allows(operation, resource.layout, _sensitivity(resource.kind)),
        Reason.IDENTIFIABILITY: resource.kind is Kind.IDENTIFYING
        and agreement.terms.identifiability is not Identifiability.IDENTIFIED,
    }
    return tuple(reason for reason, is_so in found.items() if is_so)


def _has_level(agreement: Agreement, action: Action, purpose: Purpose | None) -> bool:
    allowed = [level_grants()[level] for level in agreement.levels]
    return any(action in level.actions and purpose in level.purposes for level in allowed)


def _sensitivity(kind: Kind) -> Sensitivity | None:
    return Sensitivity(kind.value) if kind in (Kind.IDENTIFYING, Kind.NARRATIVE) else None


def _obligations(
    subject: Subject, action: Action, resource: Resource, agreement: Agreement | None
) -> tuple[Obligation, ...]:
    handling = agreement.terms.handling if agreement is not None else None
    found = {
        Obligation.WRITE_DOWN: True,
        Obligation.OWN_AUTHORITY: subject.authority is not None and resource.authority is None,
        Obligation.CONDITIONS: handling is not None and handling.code is HandlingCode.C,
        Obligation.MARKING: handling is not None and action is Action.SHARE,
        Obligation.TWO_APPROVERS: action is Action.SHARE,
    }
    return tuple(obligation for obligation, is_so in found.items() if is_so)


def check_may_do(who: User, action: Action) -> None:
    """Refuse unless this user's role may do this at all.

    Raises: NotPermitted.
    """
    if grants_of(who.role, action):
        return
    raise NotPermitted(
        f"The role {who.role.words} may not {action.value}.",
        f"One of the roles {_listed(role.words for role in roles_for(action))}.",
        "Ask somebody with one of these roles to do it.",
    )


def may_do(who: User, action: Action) -> bool:
    """Whether this user's role may do this at all."""
    return _answers(lambda: check_may_do(who, action))


def check_may_act(who: User, action: Action, purpose: Purpose) -> None:
    """Refuse unless this user's role may do this for this kind of purpose; profiling never shows identity.

    Which data it reaches is decided extract by extract, by `decide`.
    Raises: NotPermitted, PurposeNotAgreed.
    """
    check_may_do(who, action)
    if purpose in purposes_for(action, who.role):
        return
    if purpose not in purposes_for(action):
        raise PurposeNotAgreed(
            f"A {purpose.value} purpose does not allow anyone to {action.value}.",
            f"A purpose of the kinds {_listed(kind.value for kind in purposes_for(action))}.",
            "Name such a purpose, or ask a measure: measures never show identity.",
        )
    works_for = purpose in purposes_of(who.role)
    raise NotPermitted(
        f"The role {who.role.words} may not {f'{action.value}' if works_for else 'act'} for a {purpose.value} purpose.",
        f"A purpose of the kinds {_listed(kind.value for kind in purposes_for(action, who.role))}.",
        "Ask somebody whose role works for this purpose.",
    )


def may_act(who: User, action: Action, purpose: Purpose) -> bool:
    """Whether this user's role may do this for this kind of purpose."""
    return _answers(lambda: check_may_act(who, action, purpose))


def check_may_ask(
    who: User, measure: str, agreed: frozenset[Purpose], purpose: Purpose, *, action: Action = Action.ASK
) -> None:
    """Refuse unless this user may ask this measure, declared for the `agreed` kinds, for this purpose.

    Raises: NotPermitted, PurposeNotAgreed.
    """
    check_may_act(who, action, purpose)
    if purpose not in agreed:
        raise PurposeNotAgreed(
            f"The measure {measure} may not be asked for a {purpose.value} purpose.",
            f"A purpose of the kinds {_listed(kind.value for kind in Purpose if kind in agreed)}.",
            "Name another purpose, or ask another measure.",
        )


def may_ask(
    who: User, measure: str, agreed: frozenset[Purpose], purpose: Purpose, *, action: Action = Action.ASK
) -> bool:
    """Whether this user may ask this measure for this purpose."""
    return _answers(lambda: check_may_ask(who, measure, agreed, purpose, action=action))


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused:
        return False
    return True


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
