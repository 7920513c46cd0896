"""How a table and its columns are declared: type, unit, meaning, sensitivity."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Type = Literal["string", "int16", "int32", "int64", "float64", "boolean", "date", "timestamp"]


class Sensitivity(Enum):
    """How closely a column points to one person."""

    OPEN = "open"
    OFFICIAL = "official"
    SENSITIVE = "sensitive"
    IDENTIFYING = "identifying"
    NARRATIVE = "narrative"


@dataclass(frozen=True)
class Column:
    """One column of a table, with what it means."""

    name: str
    type: Type
    meaning: str
    sensitivity: Sensitivity = Sensitivity.OFFICIAL
    required: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its name, what one row is, and its columns."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, str]:
        """Column names and types, as Ibis reads them."""
        return {column.name: column.type for column in self.columns}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def get_column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
