"""Purposes in the register."""

from datetime import date, datetime
from typing import Any

from kithmap.errors import NoPurpose
from kithmap.governance.agreed_files import parse_purpose
from kithmap.governance.purposes import PurposeRecord
from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.versions import Entry, Version, put, versions_of

KIND = "purpose"


def add_purpose(register: Register, purpose: PurposeRecord, at: datetime, by: str = "") -> int:
    """Put a purpose in, as a new version where its id is known; 0 when the same one is there already."""
    entry = Entry(KIND, purpose.id, purpose.to_dict(), at, by)
    return put(register, _rows(register), entry, _as_written, is_suspended=purpose.state == "suspended")


def list_purposes(register: Register) -> tuple[PurposeRecord, ...]:
    """Every purpose as it stands, in the order of their ids."""
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


def purpose_versions(register: Register, purpose: str) -> tuple[Version, ...]:
    """Every version of a purpose, the oldest first."""
    return versions_of(register, _rows(register), KIND, purpose)


def mark_suspended(register: Register, purpose: str, *, suspended: bool) -> None:
    """Suspend a purpose, so that no question is answered under it; or let it stand again."""
    _rows(register).filter(id=purpose).update(is_suspended=suspended)


def _rows(register: Register) -> Any:
    return ready.Purpose.objects.using(register.alias)


def _read(row: Any) -> PurposeRecord:
    purpose = parse_purpose(row.terms)
    return purpose.with_suspension() if row.is_suspended else purpose


def _as_written(terms: dict[str, Any]) -> dict[str, Any]:
    return parse_purpose(terms).to_dict()
