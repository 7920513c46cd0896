"""The parts of an agreement: parties, lawful basis, data items, subjects, handling, retention."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from kithmap.governance.policy import Operation, Role
from kithmap.model.columns import Sensitivity

EVERY_COLUMN = "*"


class PartyRole(Enum):
    """How a party stands to the data."""

    CONTROLLER = "controller"
    JOINT = "joint"
    PROCESSOR = "processor"


class Identifiability(Enum):
    """How closely what is sent points to a person."""

    IDENTIFIED = "identified"
    PSEUDONYMISED = "pseudonymised"
    AGGREGATE = "aggregate"


class HandlingCode(Enum):
    """How a recipient may use what is shared: freely within the law, or under the conditions named."""

    P = "P"
    C = "C"


@dataclass(frozen=True)
class Party:
    """One party: contact is its single point of contact, protection_officer its data protection officer, both as posts."""

    organisation: str
    role: PartyRole
    contact: str = ""
    protection_officer: str = ""


@dataclass(frozen=True)
class Lawful:
    """Why the sharing is lawful, needed and proportionate, as the parties state it.

    gateways: ids of the list that `kithmap gateways` prints. article_6, article_9: conditions of UK GDPR.
    schedule_1: conditions of the Data Protection Act 2018. part_3: whether it is for law enforcement.
    """

    gateways: tuple[str, ...] = ()
    article_6: tuple[str, ...] = ()
    article_9: tuple[str, ...] = ()
    schedule_1: tuple[str, ...] = ()
    part_3: bool = False
    necessity: str = ""
    proportionality: str = ""


@dataclass(frozen=True)
class DataItem:
    """One column of one layout's extract, how closely it points to a person, and what may be done with it."""

    layout: str
    column: str
    sensitivity: Sensitivity
    operations: frozenset[Operation]


@dataclass(frozen=True)
class Subjects:
    """Whom the data tells of; ages in whole years, both included."""

    description: str = ""
    area: str = ""
    youngest: int | None = None
    oldest: int | None = None


@dataclass(frozen=True)
class AgreedRole:
    """Who may use the data: a role, and in which organisation where the agreement says so."""

    role: Role
    organisation: str = ""


@dataclass(frozen=True)
class Handling:
    """The handling code, its conditions, and the protective marking every copy bears."""

    code: HandlingCode = HandlingCode.P
    conditions: tuple[str, ...] = ()
    marking: str = "OFFICIAL-SENSITIVE"


@dataclass(frozen=True)
class Retention:
    """Until when the data is kept, and by what rule it is deleted."""

    until: date | None = None
    rule: str = ""


@dataclass(frozen=True)
class RefusedItem:
    """Something asked for that was refused, why, and when."""

    what: str
    why: str
    on: date | None = None


@dataclass(frozen=True)
class Terms:
    """What an agreement states besides who sends what to whom, until when."""

    purpose: str = ""
    parties: tuple[Party, ...] = ()
    lawful: Lawful = field(default_factory=Lawful)
    identifiability: Identifiability = Identifiability.IDENTIFIED
    subjects: Subjects = field(default_factory=Subjects)
    period: str = ""
    refresh: str = ""
    roles: tuple[AgreedRole, ...] = ()
    onward_sharing: str = ""
    retention: Retention = field(default_factory=Retention)
    dpia: str = ""
    caldicott: str = ""
    handling: Handling = field(default_factory=Handling)
    review_date: date | None = None
    privacy_notice: str = ""
    signatories: tuple[str, ...] = ()
    refusals: tuple[RefusedItem, ...] = ()
