"""Who may do what, and for which kinds of purpose: two tables, each with a pair of functions.

`check_may_*` refuses with three sentences; `may_*` answers. No role goes round the tables, and
the administrator keeps users but sees no rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from kithmap.errors import NotPermitted, PurposeNotAgreed, Refused
from kithmap.governance.purposes import Purpose


class Role(Enum):
    """What a user is in the partnership; a user has one role."""

    ANALYST = "analyst"
    MANAGER = "manager"
    COORDINATOR = "coordinator"
    INFORMATION_GOVERNANCE = "information_governance"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        """The role as it is said in a sentence."""
        return self.value.replace("_", " ")


class Action(Enum):
    """What a user may wish to do, in the words of a refusal."""

    RECEIVE = "receive extracts"
    WITHDRAW = "withdraw extracts"
    BUILD = "make a build"
    ASK = "ask questions"
    SHARE = "share answers"
    APPROVE = "approve a release"
    SEE_LINKS = "see which mentions are one person"
    SEE_PEOPLE = "see the names of people"
    REVIEW = "judge links"
    KEEP_AGREEMENTS = "keep agreements and purposes"
    SEE_AUDIT = "see the audit"
    KEEP_USERS = "keep users"


@dataclass(frozen=True)
class User:
    """Somebody who works with the workspace: an account's name and a role."""

    name: str
    role: Role


_ANALYST, _MANAGER, _COORDINATOR = Role.ANALYST, Role.MANAGER, Role.COORDINATOR
_GOVERNANCE, _ADMINISTRATOR = Role.INFORMATION_GOVERNANCE, Role.ADMINISTRATOR

ROLES: dict[Action, frozenset[Role]] = {
    Action.RECEIVE: frozenset({_ANALYST, _MANAGER}),
    # Whoever may bring data in may take it out; so may whoever answers for it.
    Action.WITHDRAW: frozenset({_ANALYST, _MANAGER, _GOVERNANCE}),
    Action.BUILD: frozenset({_ANALYST, _MANAGER}),
    Action.ASK: frozenset({_ANALYST, _MANAGER, _COORDINATOR, _GOVERNANCE}),
    Action.SHARE: frozenset({_ANALYST, _MANAGER}),
    Action.APPROVE: frozenset({_MANAGER, _GOVERNANCE}),
    Action.SEE_LINKS: frozenset({_ANALYST, _COORDINATOR}),
    Action.SEE_PEOPLE: frozenset({_ANALYST, _COORDINATOR}),
    Action.REVIEW: frozenset({_ANALYST, _COORDINATOR}),
    Action.KEEP_AGREEMENTS: frozenset({_ANALYST, _MANAGER, _GOVERNANCE}),
    Action.SEE_AUDIT: frozenset({_ANALYST, _MANAGER, _GOVERNANCE}),
    Action.KEEP_USERS: frozenset({_ADMINISTRATOR}),
}

PURPOSES: dict[Role, frozenset[Purpose]] = {
    Role.ANALYST: frozenset(Purpose),
    Role.MANAGER: frozenset({Purpose.PROFILING, Purpose.SHARING, Purpose.QUALITY}),
    Role.COORDINATOR: frozenset({Purpose.CASE, Purpose.PROFILING, Purpose.SHARING}),
    Role.INFORMATION_GOVERNANCE: frozenset({Purpose.SHARING, Purpose.QUALITY}),
    Role.ADMINISTRATOR: frozenset(),
}

# Rows about identity are for case work and for judging the linkage; names for case work, and, of the
# two records under review and no others, for judging a link: nobody can tell without them.
IDENTITY: dict[Action, frozenset[Purpose]] = {
    Action.SEE_LINKS: frozenset({Purpose.CASE, Purpose.QUALITY}),
    Action.REVIEW: frozenset({Purpose.CASE, Purpose.QUALITY}),
    Action.SEE_PEOPLE: frozenset({Purpose.CASE}),
}


def check_may_do(who: User, action: Action) -> None:
    """Refuse unless this user's role may do this.

    Raises: NotPermitted.
    """
    if who.role in ROLES[action]:
        return
    raise NotPermitted(
        f"The role {who.role.words} may not {action.value}.",
        f"One of the roles {_listed(role.words for role in Role if role in ROLES[action])}.",
        "Ask somebody with one of these roles to do it.",
    )


def may_do(who: User, action: Action) -> bool:
    """Whether this user's role may do this."""
    return _answers(lambda: check_may_do(who, action))


def check_may_use(who: User, purpose: Purpose) -> None:
    """Refuse unless this user's role works for this kind of purpose.

    Raises: NotPermitted.
    """
    if purpose in PURPOSES[who.role]:
        return
    allowed = [kind.value for kind in Purpose if kind in PURPOSES[who.role]]
    raise NotPermitted(
        f"The role {who.role.words} may not act for a {purpose.value} purpose.",
        f"A purpose of the kinds {_listed(allowed)}." if allowed else "A role that sees answers.",
        "Ask somebody whose role works for this purpose.",
    )


def may_use(who: User, purpose: Purpose) -> bool:
    """Whether this user's role works for this kind of purpose."""
    return _answers(lambda: check_may_use(who, purpose))


def check_may_ask(who: User, measure: str, agreed: frozenset[Purpose], purpose: Purpose) -> None:
    """Refuse unless this user may ask this measure, declared for the `agreed` kinds, for this purpose.

    Raises: NotPermitted, PurposeNotAgreed.
    """
    check_may_do(who, Action.ASK)
    check_may_use(who, purpose)
    if purpose not in agreed:
        raise PurposeNotAgreed(
            f"The measure {measure} may not be asked for a {purpose.value} purpose.",
            f"A purpose of the kinds {_listed(kind.value for kind in Purpose if kind in agreed)}.",
            "Name another purpose, or ask another measure.",
        )


def may_ask(who: User, measure: str, agreed: frozenset[Purpose], purpose: Purpose) -> bool:
    """Whether this user may ask this measure for this purpose."""
    return _answers(lambda: check_may_ask(who, measure, agreed, purpose))


def check_may_identify(who: User, action: Action, purpose: Purpose) -> None:
    """Refuse unless this user may see links, or names, for this purpose; profiling never shows them.

    Raises: NotPermitted, PurposeNotAgreed.
    """
    check_may_do(who, action)
    check_may_use(who, purpose)
    if purpose not in IDENTITY[action]:
        raise PurposeNotAgreed(
            f"A {purpose.value} purpose does not allow anyone to {action.value}.",
            f"A purpose of the kinds {_listed(kind.value for kind in Purpose if kind in IDENTITY[action])}.",
            "Name such a purpose, or ask a measure: measures never show identity.",
        )


def may_identify(who: User, action: Action, purpose: Purpose) -> bool:
    """Whether this user may see links, or names, for this purpose."""
    return _answers(lambda: check_may_identify(who, action, purpose))


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused:
        return False
    return True


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
