"""Agreements in the register."""

from datetime import datetime
from typing import Any

from kithmap.errors import NotFound, WrongUse
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.agreements import Agreement
from kithmap.register import ready
from kithmap.register.open import Register


def add_agreement(register: Register, agreement: Agreement, at: datetime) -> bool:
    """Put an agreement in; False when the same one is there already. A draft gives way to what was agreed.

    Raises: WrongUse when another one has its id.
    """
    with register.transaction():
        found = _rows(register).filter(id=agreement.id).first()
        if found is not None:
            return update_draft("agreement", found, agreement.to_dict())
        _rows(register).create(
            id=agreement.id,
            terms=agreement.to_dict(),
            is_suspended=agreement.state == "suspended",
            added_at=at,
        )
        return True


def list_agreements(register: Register) -> tuple[Agreement, ...]:
    """Every agreement, in the order of their ids."""
    return tuple(_read(row) for row in _rows(register).order_by("id"))


def get_agreement(register: Register, agreement: str) -> Agreement:
    """One agreement by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(id=agreement).first()
    if row is None:
        raise NotFound(
            f"There is no agreement '{agreement}' in the register.",
            "The id of an agreement that was added.",
            "See `kithmap agreement list`, or add it with `kithmap agreement add`.",
        )
    return _read(row)


def suspend_agreement(register: Register, agreement: str) -> None:
    """Suspend an agreement: from now on nothing is received, built or asked under it."""
    _rows(register).filter(id=agreement).update(is_suspended=True)


def update_draft(kind: str, row: Any, given: dict[str, Any]) -> bool:
    """Put what was agreed in place of its draft; False when the same is there already.

    Raises: WrongUse when another one, no longer a draft, has the id.
    """
    if row.terms == given:
        return False
    if row.terms["state"] != "draft" or row.is_suspended:
        if {**row.terms, "state": ""} == {**given, "state": ""}:
            return False
        raise WrongUse(
            f"There is already another {kind} '{row.id}' in the register.",
            f"An id that no other {kind} has: what was agreed is never changed in place.",
            f"Give the new {kind} a new id, and suspend the old one.",
        )
    row.terms, row.is_suspended = given, given["state"] == "suspended"
    row.save()
    return True


def _rows(register: Register) -> Any:
    return ready.Agreement.objects.using(register.alias)


def _read(row: Any) -> Agreement:
    agreement = parse_agreement(row.terms)
    return agreement.with_suspension() if row.is_suspended else agreement
