"""Builds in the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json import loads
from typing import Any

from kithmap.errors import NotFound
from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.texts import as_text

PUBLISHED, REMOVED = "published", "removed"


@dataclass(frozen=True)
class BuildRecord:
    """One published build: its engine, its path in the workspace, and its manifest."""

    build_id: str
    engine: str
    state: str
    path: str
    started_at: datetime
    finished_at: datetime | None
    manifest: Mapping[str, Any]


def add_build(register: Register, build: BuildRecord) -> None:
    """Put a published build in."""
    _builds(register).create(**{**vars(build), "manifest": dict(build.manifest)})


def list_builds(register: Register) -> tuple[BuildRecord, ...]:
    """Every published build, the oldest first."""
    rows = _whole(register).filter(state=PUBLISHED).order_by("started_at", "build_id")
    return tuple(_read(row) for row in rows)


def get_build(register: Register, build_id: str | None) -> BuildRecord:
    """One build by its id; the newest one without.

    Raises: NotFound.
    """
    rows = _whole(register).filter(state=PUBLISHED)
    found = rows.filter(build_id=build_id) if build_id else rows.order_by("-started_at", "-build_id")
    row = found.first()
    if row is None:
        raise NotFound(
            f"There is no build '{build_id}'." if build_id else "There is no build yet.",
            "The id of a published build." if build_id else "A build of the extracts received.",
            "See `kithmap builds`." if build_id else "Make one with `kithmap build`.",
        )
    return _read(row)


def find_newest(register: Register) -> BuildRecord | None:
    """The newest published build; None before the first."""
    newest = newest_build_id(register)
    return get_build(register, newest) if newest else None


def newest_build_id(register: Register) -> str:
    """The id of the newest published build; empty before the first."""
    rows = _builds(register).filter(state=PUBLISHED).order_by("-started_at", "-build_id")
    return str(rows.values_list("build_id", flat=True).first() or "")


def remove_build(register: Register, build_id: str) -> None:
    """Mark a build as removed: what it was made of may be kept no longer."""
    _builds(register).filter(build_id=build_id).update(state=REMOVED)


def _builds(register: Register) -> Any:
    return ready.Build.objects.using(register.alias)


def _whole(register: Register) -> Any:
    return as_text(_builds(register), "manifest")


def _read(row: Any) -> BuildRecord:
    manifest = _parsed(row.said)
    return BuildRecord(
        row.build_id, row.engine, row.state, row.path, row.started_at, row.finished_at, manifest
    )


# Every answer asks for the newest build, and a manifest names every extract.
@lru_cache(maxsize=64)
def _parsed(manifest: str) -> Mapping[str, Any]:
    return loads(manifest)
