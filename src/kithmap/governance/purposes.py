"""Purposes: the agreed reason for which a question may be asked."""

from enum import Enum


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
