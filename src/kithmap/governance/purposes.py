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
    """One purpose in the register: of what kind, the question it serves, who approved it, until when."""

    id: str
    kind: Purpose
    question: str
    approver: str
    start: date
    end: date
    is_suspended: bool = False
    terms: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def state(self) -> str:
        """What was decided of it: active or suspended; whether it is in force depends on the day."""
        return "suspended" if self.is_suspended else "active"

    def is_in_force(self, today: date) -> bool:
        """Whether it is active and today is one of its days."""
        return not self.is_suspended and self.start <= today <= self.end

    def with_suspension(self) -> "PurposeRecord":
        """The same purpose, suspended."""
        return replace(self, is_suspended=True)

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
    why = "is suspended" if purpose.is_suspended else "is not in force today"
    raise NoPurpose(
        f"Purpose {purpose.id} {why}.",
        f"A purpose in force on {today:%d/%m/%Y}; this one runs from {purpose.start:%d/%m/%Y} to"
        f" {purpose.end:%d/%m/%Y}.",
        "Name a purpose in force (`kithmap purpose list`), or have this one agreed again.",
    )
