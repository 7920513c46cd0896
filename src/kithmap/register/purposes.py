"""Purposes in the register."""

from datetime import date, datetime
from typing import Any

from kithmap.errors import NoPurpose
from kithmap.governance.agreed_files import parse_purpose
from kithmap.governance.purposes import PurposeRecord
from kithmap.register import ready
from kithmap.register.agreements import update_draft
from kithmap.register.open import Register


def add_purpose(register: Register, purpose: PurposeRecord, at: datetime) -> bool:
    """Put a purpose in; False when the same one is there already. A draft gives way to what was agreed.

    Raises: WrongUse when another one has its id.
    """
    with register.transaction():
        found = _rows(register).filter(id=purpose.id).first()
        if found is not None:
            return update_draft("purpose", found, purpose.to_dict())
        _rows(register).create(
            id=purpose.id, terms=purpose.to_dict(), is_suspended=purpose.state == "suspended", added_at=at
        )
        return True


def list_purposes(register: Register) -> tuple[PurposeRecord, ...]:
    """Every purpose, in the order of their ids."""
    return tuple(_read(row) for row in _rows(register).order_by("id"))


def purposes_in_force(register: Register, today: date) -> tuple[PurposeRecord, ...]:
    """The purposes in force today."""
    return tuple(purpose for purpose in list_purposes(register) if purpose.is_in_force(today))


def get_purpose(register: Register, purpose: str) -> PurposeRecord:
    """One purpose by its id.

    Raises: NoPurpose.
    """
    row = _rows(register).filter(id=purpose).first()
    if row is None:
        named = f"There is no purpose '{purpose}' in the register." if purpose else "No purpose is named."
        raise NoPurpose(
            named,
            "The id of a purpose in the register, in force today.",
            "See `kithmap purpose list`, or add it with `kithmap purpose add`.",
        )
    return _read(row)


def suspend_purpose(register: Register, purpose: str) -> None:
    """Suspend a purpose: from now on no question is answered under it."""
    _rows(register).filter(id=purpose).update(is_suspended=True)


def _rows(register: Register) -> Any:
    return ready.Purpose.objects.using(register.alias)


def _read(row: Any) -> PurposeRecord:
    purpose = parse_purpose(row.terms)
    return purpose.with_suspension() if row.is_suspended else purpose
