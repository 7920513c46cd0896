"""Information-sharing agreements: who sends what, what may be done with it, for which purposes, until when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Any

from kithmap.errors import NoAgreement
from kithmap.governance.agreement_parts import EVERY_COLUMN, DataItem, Terms
from kithmap.governance.organisations import Organisation
from kithmap.governance.policy import AgreedLevel, Operation
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity


class Standing(Enum):
    """How an agreement or a purpose stands on a day."""

    IN_FORCE = "in force"
    DRAFT = "a draft"
    SUSPENDED = "suspended"
    NOT_YET = "not yet in force"
    ENDED = "ended"
    SUPERSEDED = "superseded by a newer version"


STATES = ("draft", "active", "suspended", "superseded")
_DECIDED = {"draft": Standing.DRAFT, "superseded": Standing.SUPERSEDED}


def standing(state: str, start: date, end: date, today: date) -> Standing:
    """How something agreed from one day to another stands today; both days are in force.

    >>> standing("active", date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31)).value
    'in force'
    """
    if state != "active":
        return _DECIDED.get(state, Standing.SUSPENDED)
    if today < start:
        return Standing.NOT_YET
    return Standing.ENDED if today > end else Standing.IN_FORCE


@dataclass(frozen=True)
class Agreement:
    """One agreement, as its TOML file states it.

    agency: what kind of organisation its holder is. known_as: other names of the holder, such as the one
        a built-in layout gives it.
    authorities: name -> code, where the holder's rows name the authority they belong to.
    purposes: the kinds of purpose its records may be used for. levels: what it is for.
    items: every column that may be received, and what may be done with it; `*` for every column.
    state: what was decided of it: draft, active or suspended; whether it is in force depends on the day.
    terms: all else it states. brief: whether it is in the short form, whose gaps are told but not refused.
    more: what its file says that is no part of an agreement here.
    """

    id: str
    title: str
    holder: str
    agency: Organisation
    authority: str | None
    purposes: frozenset[Purpose]
    levels: frozenset[AgreedLevel]
    items: tuple[DataItem, ...]
    start: date
    end: date
    known_as: tuple[str, ...] = ()
    authorities: Mapping[str, str] = field(default_factory=dict[str, str])
    state: str = "active"
    terms: Terms = field(default_factory=Terms)
    brief: bool = False
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __hash__(self) -> int:
        # What an agreement says of columns and parties is long; two of one id are told apart by what they say.
        return hash(self.id)

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """For each layout, the columns that may be received."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.items:
            found[item.layout] = (*found.get(item.layout, ()), item.column)
        return found

    def stands(self, today: date) -> Standing:
        """How the agreement stands today."""
        return standing(self.state, self.start, self.end, today)

    def with_suspension(self) -> "Agreement":
        """The same agreement, suspended."""
        return replace(self, state="suspended")

    def allows(self, operation: Operation, layout: str = "", sensitivity: Sensitivity | None = None) -> bool:
        """Whether an operation is allowed on an extract of a layout, or on any.

        Linking, counting and mapping go column by column, so one column is enough. What is shown row by row,
        or leaves, is shown whole: then every column it may rest on must allow it.
        """
        items = [item for item in self.items if layout in ("", item.layout)]
        if operation is Operation.EXPORT:
            items = [item for item in items if Operation.COUNT in item.operations]
        elif operation is Operation.LIST:
            shown = sensitivity or Sensitivity.IDENTIFYING
            # The short form does not say which columns these are: any may be.
            items = [item for item in items if self.brief or item.sensitivity is shown]
        else:
            return any(operation in item.operations for item in items)
        return bool(items) and all(operation in item.operations for item in items)


def check_in_force(agreement: Agreement, today: date) -> None:
    """Refuse unless the agreement is in force today.

    Raises: NoAgreement.
    """
    stands = agreement.stands(today)
    if stands is not Standing.IN_FORCE:
        raise NoAgreement(
            f"Agreement {agreement.id} is {stands.value}.",
            f"An agreement in force on {today:%d/%m/%Y}; this one runs from {agreement.start:%d/%m/%Y} to"
            f" {agreement.end:%d/%m/%Y}.",
            "Renew the agreement with its holder, or receive under another.",
        )


def check_covers(
    agreement: Agreement,
    *,
    holder: str,
    layout: str,
    columns: Iterable[str],
    purposes: Collection[Purpose],
    today: date,
) -> None:
    """Refuse unless the agreement is in force and names this holder, layout, columns and a purpose.

    Raises: NoAgreement.
    """
    check_in_force(agreement, today)
    _check_holder(agreement, holder)
    _check_columns(agreement, layout, columns)
    _check_purposes(agreement, purposes)


def covers(
    agreement: Agreement,
    *,
    holder: str,
    layout: str,
    columns: Iterable[str],
    purposes: Collection[Purpose],
    today: date,
) -> bool:
    """Whether the agreement covers this holder, layout, columns and a purpose today."""
    try:
        check_covers(agreement, holder=holder, layout=layout, columns=columns, purposes=purposes, today=today)
    except NoAgreement:
        return False
    return True


def _check_holder(agreement: Agreement, holder: str) -> None:
    if any(same_words(name, holder) for name in (agreement.holder, *agreement.known_as)):
        return
    raise NoAgreement(
        f"Agreement {agreement.id} is with {agreement.holder}, but the layout is of extracts from {holder}.",
        "An agreement with the holder that the layout names.",
        "Receive it under that holder's agreement; or, where it is the same holder under another name, have"
        " the agreement say so (`known_as`).",
    )


def _check_columns(agreement: Agreement, layout: str, columns: Iterable[str]) -> None:
    agreed = agreement.columns.get(layout)
    if agreed is None:
        near = get_close_matches(layout, agreement.columns, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise NoAgreement(
            f"Agreement {agreement.id} does not name the layout {layout}.{hint}",
            f"One of the layouts it names: {', '.join(agreement.columns)}.",
            "Receive it with one of these layouts, or have the agreement changed.",
        )
    if EVERY_COLUMN in agreed:
        return
    known = {_plain(name) for name in agreed}
    more = [name for name in columns if _plain(name) not in known]
    if more:
        raise NoAgreement(
            f"Agreement {agreement.id} does not name {_columns_in_words(more)} of the layout {layout}.",
            "Only columns that the agreement names.",
            "Take these columns out of the layout, or have the agreement changed.",
        )


def _check_purposes(agreement: Agreement, purposes: Collection[Purpose]) -> None:
    if agreement.purposes & set(purposes):
        return
    wanted = ", ".join(sorted(kind.value for kind in agreement.purposes)) or "none"
    raise NoAgreement(
        f"No purpose in force is of a kind that agreement {agreement.id} names ({wanted}).",
        "A purpose in the register, in force today, that the agreement allows.",
        "Put the purpose into the register with `kithmap purpose add`.",
    )


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same words, whatever their case and spaces.

    >>> same_words("Hartwell  Council", "hartwell council")
    True
    """
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _columns_in_words(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names[:5]]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"the column {quoted[0]}" if len(names) == 1 else f"the columns {', '.join(quoted)}{more}"
