"""Agreements in the register."""

from datetime import datetime
from functools import lru_cache
from json import dumps, loads
from typing import Any

from kithmap.errors import NotFound
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.agreements import Agreement
from kithmap.governance.written_agreements import agreement_to_dict
from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.texts import as_text
from kithmap.register.versions import Entry, Version, put, versions_of

KIND = "agreement"


def add_agreement(register: Register, agreement: Agreement, at: datetime, by: str = "") -> int:
    """Put an agreement in, as a new version where its id is known; 0 when the same one is there already."""
    entry = Entry(KIND, agreement.id, agreement_to_dict(agreement), at, by)
    return put(register, _rows(register), entry, _as_written, is_suspended=agreement.state == "suspended")


def list_agreements(register: Register) -> tuple[Agreement, ...]:
    """Every agreement as it stands, in the order of their ids."""
    # As text: the same text is parsed once in a process, and every answer asks for all of them.
    rows = as_text(_rows(register), "terms").order_by("id").values_list("said", "is_suspended")
    return tuple(_standing(_parsed(terms), suspended) for terms, suspended in rows)


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


def agreement_versions(register: Register, agreement: str) -> tuple[Version, ...]:
    """Every version of an agreement, the oldest first."""
    return versions_of(register, _rows(register), KIND, agreement)


def mark_suspended(register: Register, agreement: str, *, suspended: bool) -> None:
    """Suspend an agreement, so that nothing is received, built or asked under it; or let it stand again."""
    _rows(register).filter(id=agreement).update(is_suspended=suspended)


def _rows(register: Register) -> Any:
    return ready.Agreement.objects.using(register.alias)


def _read(row: Any) -> Agreement:
    return _standing(_parsed(dumps(row.terms)), row.is_suspended)


def _standing(agreement: Agreement, suspended: bool) -> Agreement:
    return agreement.with_suspension() if suspended else agreement


# Every question reads every agreement; the same words are always the same agreement.
@lru_cache(maxsize=2048)
def _parsed(terms: str) -> Agreement:
    return parse_agreement(loads(terms))


def _as_written(terms: dict[str, Any]) -> dict[str, Any]:
    return agreement_to_dict(parse_agreement(terms))
