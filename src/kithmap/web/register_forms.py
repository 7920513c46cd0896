"""The form of a register's entry, from its declaration: fields, what they begin with, and what was written in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kithmap.desk.authorities import known_authorities
from kithmap.desk.workspace import Workspace
from kithmap.model.entries import PARTED, choices_of
from kithmap.model.registers import LONGEST, RegisterColumn, RegisterTable
from kithmap.web.forms import Field, Filled, Kind

_KINDS: Mapping[str, Kind] = {
    "text": "text", "long": "long", "whole": "number", "date": "date", "time": "text",
    "code": "choice", "authority": "choice", "codes": "many",
}  # fmt: skip
_WIDTHS = {"whole": 5, "time": 5}


def fields_of(workspace: Workspace, table: RegisterTable) -> tuple[Field, ...]:
    """The fields of a register's form, in the order of its columns."""
    names = known_authorities(workspace)
    return tuple(_field(column, names) for column in table.columns)


def _field(column: RegisterColumn, authorities: Mapping[str, str]) -> Field:
    kind = _KINDS[column.kind]
    values = choices_of(column, authorities)
    if kind == "choice":
        values = (("", "Choose one" if column.required else "None"), *values)
    return Field(
        column.name, column.label, kind, column.hint, values, column.required,
        _WIDTHS.get(column.kind, 20), LONGEST.get(column.kind, 2000),
    )  # fmt: skip


def begun(table: RegisterTable, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form begins with: an entry's values as its fields take them."""
    return {column.name: _begun(column, values.get(column.name)) for column in table.columns}


def _begun(column: RegisterColumn, value: Any) -> Any:
    if column.kind == "codes":
        return list(value or [])
    if column.kind == "date":
        day = date.fromisoformat(value) if value else None
        return [str(day.day), str(day.month), str(day.year)] if day else ["", "", ""]
    return "" if value is None else str(value)


def written_of(table: RegisterTable, filled: Filled) -> dict[str, str]:
    """What was written in each field, as the desk reads it: the same words that a filled-in template holds."""
    return {column.name: _written(column, filled.typed.get(column.name, "")) for column in table.columns}


def _written(column: RegisterColumn, typed: Any) -> str:
    if column.kind == "codes":
        return PARTED.join(typed)
    if column.kind == "date":
        return "/".join(typed) if any(typed) else ""
    return str(typed)
