"""The register of sources."""

from datetime import datetime
from typing import Any

from kithmap.governance.sources import Source, parse_source
from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.versions import Entry, put

KIND = "source"


def add_source(register: Register, source: Source, at: datetime, by: str) -> int:
    """Put a source in, as a new version where its id is known; 0 when the same one is there already."""
    return put(register, _rows(register), Entry(KIND, source.id, source.to_dict(), at, by), dict)


def list_sources(register: Register) -> tuple[Source, ...]:
    """Every source as it stands, in the order of their ids."""
    return tuple(parse_source(row.terms) for row in _rows(register).order_by("id"))


def _rows(register: Register) -> Any:
    return ready.Source.objects.using(register.alias)
