"""Requests of those whom records tell of, in the register: by pseudonym, and by the place of a mention."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.model.keys import Origin
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class SubjectRequest:
    """One request: of which kind, about whom, at which mention, and what came of it."""

    request_id: str
    kind: str
    person_id: str
    reason: str
    state: str
    purpose: str
    made_at: datetime
    made_by: str
    sha256: str = ""
    row: int | None = None
    slot: int | None = None
    harm: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    decision: str = ""

    @property
    def origin(self) -> Origin | None:
        """The mention meant; None where it is of the person as a whole."""
        if self.row is None or self.slot is None:
            return None
        return Origin(self.sha256, self.row, self.slot)

    def to_dict(self) -> dict[str, Any]:
        """The request as plain values, for JSON."""
        return {
            name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }


def save_request(register: Register, request: SubjectRequest) -> None:
    """Write a request as it stands."""
    values = dict(vars(request))
    _rows(register).update_or_create(request_id=values.pop("request_id"), defaults=values)


def list_requests(register: Register, **having: str) -> tuple[SubjectRequest, ...]:
    """The requests with these values, the oldest first."""
    return tuple(_read(row) for row in _rows(register).filter(**having).order_by("made_at", "request_id"))


def get_request(register: Register, request_id: str) -> SubjectRequest:
    """One request by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(request_id=request_id).first()
    if row is None:
        raise NotFound("There is no such request.", "The id of a request.", "See `kithmap subject list`.")
    return _read(row)


def _rows(register: Register) -> Any:
    return ready.SubjectRequest.objects.using(register.alias)


def _read(row: Any) -> SubjectRequest:
    return SubjectRequest(**{name: getattr(row, name) for name in SubjectRequest.__dataclass_fields__})
