"""The table of permissions: what each role may do, to what, for which purposes, of whose data.

Two files beside this one hold it, and all else is derived from it: decisions, row and column filters, the
documentation's table. What no line grants is denied.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import TypeVar

from kithmap.governance.purposes import Purpose

_HOME = resources.files("kithmap.governance")
_Value = TypeVar("_Value", bound=Enum)


class Role(Enum):
    """What a user is in the partnership; a user has one role."""

    ANALYST = "analyst"
    SOCIAL_CARE_ANALYST = "social_care_analyst"
    COMMUNITY_SAFETY_ANALYST = "community_safety_analyst"
    POLICE_ANALYST = "police_analyst"
    SCHOOL_LEAD = "school_lead"
    HEALTH_RECIPIENT = "health_recipient"
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
    ASK = "ask questions about people"
    ASK_CONTEXTS = "ask questions about contexts"
    SHARE = "share answers"
    APPROVE = "approve a release"
    SEE_RELEASES = "see releases"
    SEE_LINKS = "see which mentions are one person"
    SEE_PEOPLE = "see the names of people"
    REVIEW = "judge links"
    READ_NARRATIVES = "read narratives"
    KEEP_AGREEMENTS = "keep agreements and purposes"
    SEE_REGISTERS = "see registers"
    KEEP_REGISTERS = "keep registers"
    SEE_AUDIT = "see the audit"
    KEEP_USERS = "keep users"


class Kind(Enum):
    """What an action is done to: data, by how closely it points to a person, or something kept in the register."""

    OPEN = "open"
    OFFICIAL = "official"
    SENSITIVE = "sensitive"
    IDENTIFYING = "identifying"
    NARRATIVE = "narrative"
    EXTRACTS = "extracts"
    BUILDS = "builds"
    RELEASES = "releases"
    AGREEMENTS = "agreements"
    REGISTERS = "registers"
    AUDIT = "audit"
    USERS = "users"


class AgreedLevel(Enum):
    """What an agreement is for, from work on one case to what may leave."""

    CASE_MANAGEMENT = "case_management"
    PROFILING_INDIVIDUALS = "profiling_individuals"
    PROFILING_CONTEXTS = "profiling_contexts"
    SHAREABLE = "shareable"

    @property
    def words(self) -> str:
        """The level as it is said in a sentence."""
        return self.value.replace("_", " ")


class Whose(Enum):
    """Whose data a grant reaches: every organisation's, or that of the user's own kind."""

    EVERY = "every"
    OWN = "own"


class Operation(Enum):
    """What an agreement allows to be done with a column."""

    LINK = "link"
    COUNT = "count"
    LIST = "list"
    MAP = "map"
    EXPORT = "export"


# What an action does with data, and so what the agreement must allow; an action that is not here needs none.
OPERATIONS: Mapping[Action, Operation | None] = {
    Action.RECEIVE: None,
    Action.ASK: Operation.COUNT,
    Action.ASK_CONTEXTS: Operation.COUNT,
    Action.SHARE: Operation.EXPORT,
    Action.SEE_LINKS: Operation.LINK,
    Action.REVIEW: Operation.LINK,
    Action.SEE_PEOPLE: Operation.LIST,
    Action.READ_NARRATIVES: Operation.LIST,
}


@dataclass(frozen=True)
class Grant:
    """One line of the table. Without purposes, the action needs none."""

    role: Role
    action: Action
    purposes: frozenset[Purpose]
    data: frozenset[Kind]
    whose: Whose


@dataclass(frozen=True)
class LevelGrant:
    """What an agreement of a level may be used for."""

    level: AgreedLevel
    actions: frozenset[Action]
    purposes: frozenset[Purpose]


def read_grants(lines: Iterable[str]) -> tuple[Grant, ...]:
    """The grants of a table in CSV.

    Raises: ValueError for a word that is none of ours.
    """
    return tuple(
        Grant(
            Role(row["role"]),
            Action(row["action"]),
            _set(Purpose, row["purposes"].split()),
            _set(Kind, row["data"].split()),
            Whose(row["whose"]),
        )
        for row in csv.DictReader(lines)
    )


def read_level_grants(lines: Iterable[str]) -> tuple[LevelGrant, ...]:
    """What each level allows, from a table in CSV.

    Raises: ValueError for a word that is none of ours.
    """
    return tuple(
        LevelGrant(
            AgreedLevel(row["level"]),
            _set(Action, (each.strip() for each in row["actions"].split(";"))),
            _set(Purpose, row["purposes"].split()),
        )
        for row in csv.DictReader(lines)
    )


def _set(kind: type[_Value], words: Iterable[str]) -> frozenset[_Value]:
    return frozenset(kind(word) for word in words)


@cache
def grants() -> tuple[Grant, ...]:
    """Every line of the table, in the order it is printed."""
    return read_grants((_HOME / "policy_grants.csv").read_text(encoding="utf-8").splitlines())


@cache
def level_grants() -> Mapping[AgreedLevel, LevelGrant]:
    """What each level of agreement allows."""
    text = (_HOME / "policy_levels.csv").read_text(encoding="utf-8")
    return {line.level: line for line in read_level_grants(text.splitlines())}


@cache
def grants_of(role: Role, action: Action) -> tuple[Grant, ...]:
    """The lines that grant an action to a role; none where it may not."""
    return tuple(line for line in grants() if line.role is role and line.action is action)


def roles_for(action: Action) -> tuple[Role, ...]:
    """The roles that may do something at all, in the order of the table."""
    return tuple(role for role in Role if grants_of(role, action))


def purposes_for(action: Action, role: Role | None = None) -> tuple[Purpose, ...]:
    """The kinds of purpose for which somebody, or a role, may do something."""
    found = [
        line.purposes for line in grants() if line.action is action and (role is None or line.role is role)
    ]
    return tuple(kind for kind in Purpose if any(kind in purposes for purposes in found))


def purposes_of(role: Role) -> tuple[Purpose, ...]:
    """The kinds of purpose a role works for."""
    return tuple(kind for kind in Purpose if any(kind in purposes_for(action, role) for action in Action))
