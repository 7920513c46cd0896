"""Entries of the registers that the partnership keeps itself, every version of each, those removed as well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.versions import Entry as Version
from kithmap.register.versions import Version as Past
from kithmap.register.versions import put, versions_of

KIND = "entry"


@dataclass(frozen=True)
class Kept:
    """One entry as it stands: its values, which version, since when and by whom; whether it was removed."""

    entry_id: str
    register: str
    values: Mapping[str, Any]
    version: int
    at: datetime
    by: str
    is_removed: bool = False


def put_entry(
    database: Register, entry_id: str, of: str, values: Mapping[str, Any], at: datetime, by: str
) -> int:
    """Put an entry in, as a new version where its id is known; 0 when it says the same already."""
    terms = {"values": dict(values), "removed": False}
    return put(
        database, _rows(database), Version(KIND, entry_id, terms, at, by), dict, register=of, is_removed=False
    )


def add_entries(
    database: Register, of: str, made: Mapping[str, Mapping[str, Any]], at: datetime, by: str
) -> None:
    """Put many new entries in at once, each by its id."""
    with database.transaction():
        _rows(database).bulk_create(
            ready.Entry(id=entry_id, register=of, terms={"values": dict(values), "removed": False}, added_at=at, added_by=by)
            for entry_id, values in made.items()
        )  # fmt: skip


def remove_entry(database: Register, entry: Kept, at: datetime, by: str) -> int:
    """Let an entry stand no longer: a version of its own says so, and what it said stays in the register."""
    terms = {"values": dict(entry.values), "removed": True}
    version = Version(KIND, entry.entry_id, terms, at, by)
    return put(database, _rows(database), version, dict, register=entry.register, is_removed=True)


def erase_entry(database: Register, entry: Kept, at: datetime, by: str) -> None:
    """Remove an entry with all that any version of it said; that there was one, by whom and when, stays."""
    with database.transaction():
        nothing: dict[str, Any] = {"values": {}, "removed": True}
        version = Version(KIND, entry.entry_id, nothing, at, by)
        put(database, _rows(database), version, dict, register=entry.register, is_removed=True)
        former = ready.FormerTerms.objects.using(database.alias).filter(kind=KIND, of=entry.entry_id)
        former.update(terms=nothing)


def list_entries(database: Register, of: str) -> tuple[Kept, ...]:
    """Every entry of a register that stands, in the order they were made."""
    rows = _rows(database).filter(register=of, is_removed=False).order_by("id")
    return tuple(_kept(row) for row in rows)


def count_entries(database: Register, of: str) -> int:
    """How many entries of a register stand."""
    return int(_rows(database).filter(register=of, is_removed=False).count())


def find_entry(database: Register, of: str, entry_id: str) -> Kept | None:
    """One entry of a register by its id, removed or not; None where there is none."""
    row = _rows(database).filter(id=entry_id, register=of).first()
    return _kept(row) if row is not None else None


def entry_versions(database: Register, entry_id: str) -> tuple[Past, ...]:
    """Every version of an entry, the oldest first."""
    return versions_of(database, _rows(database), KIND, entry_id)


def _kept(row: Any) -> Kept:
    return Kept(
        str(row.id), row.register, row.terms["values"], row.version, row.added_at, row.added_by, row.is_removed
    )  # fmt: skip


def _rows(database: Register) -> Any:
    return ready.Entry.objects.using(database.alias)
