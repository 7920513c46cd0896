"""Versions of what is agreed: a changed file under the same id gives a new version, and the old one is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class Version:
    """One version: its terms, who put it in and when; when and by whom it was replaced, if it was."""

    version: int
    terms: dict[str, Any]
    added_at: datetime
    added_by: str
    replaced_at: datetime | None = None
    replaced_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The version as plain values, for JSON."""
        times = {"added_at": self.added_at.isoformat(timespec="seconds")}
        times["replaced_at"] = self.replaced_at.isoformat(timespec="seconds") if self.replaced_at else ""
        return {**vars(self), **times}


@dataclass(frozen=True)
class Entry:
    """What is to be put in: of what kind, under which id, by whom, when."""

    kind: str
    id: str
    terms: dict[str, Any]
    at: datetime
    by: str


def put(
    register: Register, rows: Any, entry: Entry, as_written: Callable[[dict[str, Any]], dict[str, Any]], /, **also: Any
) -> int:  # fmt: skip
    """Put terms in as the newest version; 0 when the newest says the same already, else its number.

    as_written: how terms that an older Kithmap stored are written today, to compare them.
    also: further columns of the row.
    """
    with register.transaction():
        row = rows.select_for_update().filter(id=entry.id).first()
        if row is None:
            rows.create(id=entry.id, terms=entry.terms, added_at=entry.at, added_by=entry.by, **also)
            return 1
        if _content(as_written(row.terms)) == _content(entry.terms) and not _is_agreed_now(row, entry):
            return 0
        ready.FormerTerms.objects.using(register.alias).create(
            kind=entry.kind, of=entry.id, version=row.version, terms=row.terms, added_at=row.added_at,
            added_by=row.added_by, replaced_at=entry.at, replaced_by=entry.by,
        )  # fmt: skip
        row.terms, row.version = entry.terms, row.version + 1
        row.added_at, row.added_by = entry.at, entry.by
        for name, value in also.items():
            setattr(row, name, value)
        row.save()
        return int(row.version)


def versions_of(register: Register, rows: Any, kind: str, of: str) -> tuple[Version, ...]:
    """Every version, the oldest first; the last is the one that stands."""
    former = ready.FormerTerms.objects.using(register.alias).filter(kind=kind, of=of).order_by("version")
    found = [
        Version(row.version, row.terms, row.added_at, row.added_by, row.replaced_at, row.replaced_by)
        for row in former
    ]
    row = rows.filter(id=of).first()
    return (*found, Version(row.version, row.terms, row.added_at, row.added_by)) if row else tuple(found)


def _content(terms: dict[str, Any]) -> dict[str, Any]:
    # Whether it is suspended is decided in the register, not by adding the file again.
    return {**terms, "state": ""}


def _is_agreed_now(row: Any, entry: Entry) -> bool:
    """Whether a draft was agreed to as it was written."""
    return row.terms.get("state") == "draft" and entry.terms.get("state") != "draft"
