"""Purposes: the agreed reason for which a question may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any

from kithmap.errors import NoPurpose


class Purpose(Enum):
    """The kinds of purpose; a purpose record in the register is of one kind."""

    CASE = "case"
    PROFILING = "profiling"
    SHARING = "sharing"
    QUALITY = "quality"

    @property
    def shows_identity(self) -> bool:
        """Whether a person's identity may be seen under it: profiling never shows it."""
        return self is Purpose.CASE


@dataclass(frozen=True)
class PurposeRecord:
    """One purpose in the register: of what kind, the question it serves, who approved it, until when.

    state: what was decided of it: draft, active or suspended; whether it is in force depends on the day.
    """

    id: str
    kind: Purpose
    question: str
    approver: str
    start: date
    end: date
    state: str = "active"
    terms: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def is_in_force(self, today: date) -> bool:
        """Whether it is active and today is one of its days."""
        return self.state == "active" and self.start <= today <= self.end

    def with_suspension(self) -> "PurposeRecord":
        """The same purpose, suspended."""
        return replace(self, state="suspended")

    def to_dict(self) -> dict[str, Any]:
        """The purpose as plain values, for JSON and for the register."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "question": self.question,
            "approver": self.approver,
            "state": self.state,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "terms": dict(self.terms),
        }


def check_in_force(purpose: PurposeRecord, today: date) -> None:
    """Refuse unless the purpose is in force today.

    Raises: NoPurpose.
    """
    if purpose.is_in_force(today):
        return
    why = "is not in force today" if purpose.state == "active" else f"is {purpose.state}"
    raise NoPurpose(
        f"Purpose {purpose.id} {why}.",
        f"A purpose in force on {today:%d/%m/%Y}; this one runs from {purpose.start:%d/%m/%Y} to"
        f" {purpose.end:%d/%m/%Y}.",
        "Name a purpose in force (`kithmap purpose list`), or have this one agreed again.",
    )
