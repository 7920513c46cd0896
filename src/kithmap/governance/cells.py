"""A value as it may be shown: shown, withheld or rounded; never a bare number after control."""

from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """How a value stands after disclosure control."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    ROUNDED = "rounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Cell:
    """A count with its status; a withheld or unknown value is None, never 0 and never text."""

    value: int | float | None
    status: Status = Status.SHOWN

    def __post_init__(self) -> None:
        hidden = self.status in (Status.WITHHELD, Status.UNKNOWN)
        if hidden != (self.value is None):
            raise ValueError("A withheld or unknown cell has no value; every other cell has one.")

    def __str__(self) -> str:
        match self.status:
            case Status.WITHHELD:
                return "[c]"
            case Status.UNKNOWN:
                return "[x]"
            case _:
                value = self.value
                return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
