"""Releases in the register: the ledger of everything that left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class ReleaseRecord:
    """One release as the ledger holds it; `content` is what left, cell by cell."""

    release_id: str
    measure: str
    level: str
    recipient: str
    build_id: str
    purpose: str
    approvals: tuple[str, ...]
    released_at: datetime
    content: Mapping[str, Any]


def add_release(register: Register, release: ReleaseRecord) -> None:
    """Put a release into the ledger."""
    values = {**vars(release), "approvals": list(release.approvals), "content": dict(release.content)}
    _rows(register).create(**values)


def list_releases(register: Register) -> tuple[ReleaseRecord, ...]:
    """Every release, the oldest first."""
    return tuple(_read(row) for row in _rows(register).order_by("released_at", "release_id"))


def get_release(register: Register, release_id: str) -> ReleaseRecord:
    """One release by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(release_id=release_id).first()
    if row is None:
        raise NotFound(
            f"There is no release '{release_id}'.",
            "The id of a release in the register.",
            "See the audit, `kithmap audit show`, for the releases made.",
        )
    return _read(row)


def _rows(register: Register) -> Any:
    return ready.Release.objects.using(register.alias)


def _read(row: Any) -> ReleaseRecord:
    return ReleaseRecord(
        release_id=row.release_id,
        measure=row.measure,
        level=row.level,
        recipient=row.recipient,
        build_id=row.build_id,
        purpose=row.purpose,
        approvals=tuple(row.approvals),
        released_at=row.released_at,
        content=row.content,
    )
