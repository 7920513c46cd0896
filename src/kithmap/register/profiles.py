"""Profiles that are being written: a draft's every text, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class ProfileRecord:
    """A profile as it stands. releases: the release of each section, by the section's key."""

    profile_id: str
    purpose: str
    author: str
    state: str
    version: int
    started_at: datetime
    releases: Mapping[str, str] = field(default_factory=dict[str, str])
    released_at: datetime | None = None
    document: str = ""
    sha256: str = ""
    expires_on: date | None = None


@dataclass(frozen=True)
class TextRecord:
    """One text of a profile: its content as plain values, who saved it and when."""

    version: int
    content: Mapping[str, Any]
    by: str
    at: datetime


def add_profile(register: Register, record: ProfileRecord, text: TextRecord) -> None:
    """Begin a profile with its first text."""
    with register.transaction():
        _rows(register).create(**{**vars(record), "releases": dict(record.releases)})
        _write(register, record.profile_id, text)


def save_text(register: Register, profile_id: str, text: TextRecord, state: str) -> bool:
    """Save a text as the version after the one it was made from; False where somebody saved one before."""
    with register.transaction():
        rows = _rows(register).filter(profile_id=profile_id, version=text.version - 1)
        if not rows.update(version=text.version, state=state):
            return False
        _write(register, profile_id, text)
    return True


def change_profile(register: Register, profile_id: str, **fields: Any) -> None:
    """Write how a profile stands."""
    _rows(register).filter(profile_id=profile_id).update(**fields)


def get_profile(register: Register, profile_id: str) -> ProfileRecord:
    """One profile by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(profile_id=profile_id).first()
    if row is None:
        raise NotFound("There is no such profile.", "The id of a profile.", "See the list of profiles.")
    return _read(row)


def list_profiles(register: Register) -> tuple[ProfileRecord, ...]:
    """Every profile, the newest first."""
    return tuple(_read(row) for row in _rows(register).order_by("-started_at", "-profile_id"))


def texts_of(register: Register, profile_id: str) -> tuple[TextRecord, ...]:
    """Every text of a profile, the first one first."""
    rows = ready.ProfileText.objects.using(register.alias).filter(profile_id=profile_id).order_by("version")
    return tuple(TextRecord(row.version, row.content, row.by, row.at) for row in rows)


def get_text(register: Register, profile_id: str, version: int) -> TextRecord:
    """One text of a profile.

    Raises: NotFound.
    """
    row = (
        ready.ProfileText.objects.using(register.alias).filter(profile_id=profile_id, version=version).first()
    )
    if row is None:
        raise NotFound("There is no such text.", "A version of the profile.", "Open the profile again.")
    return TextRecord(row.version, row.content, row.by, row.at)


def _write(register: Register, profile_id: str, text: TextRecord) -> None:
    ready.ProfileText.objects.using(register.alias).create(
        profile_id=profile_id, version=text.version, content=dict(text.content), by=text.by, at=text.at
    )


def _rows(register: Register) -> Any:
    return ready.ProfileDraft.objects.using(register.alias)


def _read(row: Any) -> ProfileRecord:
    return ProfileRecord(**{name: getattr(row, name) for name in ProfileRecord.__dataclass_fields__})
