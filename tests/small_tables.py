"""Small tables written as text, for tests that say what a measure means."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.governance.cells import Cell, Status
from kithmap.measures.measure import Measure
from kithmap.model import tables as model
from kithmap.model.columns import Table

SHORT = {"young_person": "person_id", "silo": "list", "source": "layout"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "person": {"is_young": True, "mentions": 1, "sources": 1, "la_code": "901"},
    "person_source": {"receipt_no": 1, "mentions": 1},
    "concern": {"basis": "list", "role": "unknown", "holder": "A holder", "layout": "a_list", "receipt_no": 1},
    "event": {"holder": "A holder", "layout": "a_log", "receipt_no": 1},
    "event_party": {"role": "unknown", "receipt_no": 1},
    "context": {"la_code": "901"},
    "membership": {},
    "event_context": {},
    "extract": {
        "name": "a.csv", "holder": "A holder", "agreement": "an agreement", "rows_in": 10, "rows_kept": 10,
        "rows_refused": 0, "mentions": 10, "received_at": datetime(2026, 7, 31),  # noqa: DTZ001
    },
}  # fmt: skip
ARROW = {
    "string": pa.string(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
    "float64": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us"),
}  # fmt: skip


def read_value(text: str, kind: str) -> Any:
    """A cell of a small table; an empty one is null, and & stands for the bar that parts codes."""
    if text == "":
        return None
    readers: dict[str, Callable[[str], Any]] = {
        "boolean": lambda value: value == "yes",
        "date": date.fromisoformat,
        "timestamp": datetime.fromisoformat,
        "float64": float,
    }
    return readers.get(kind, int if kind.startswith("int") else str)(text.replace(" & ", "|"))


def read_rows(text: str, short: Mapping[str, str] = SHORT) -> list[dict[str, str]]:
    """The rows of a small table written with | and a line of dashes."""
    lines = [line.strip() for line in text.strip().splitlines() if not re.fullmatch(r"[-+\s]+", line)]
    if not lines:
        return []
    heads, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip([short.get(head, head) for head in heads], row, strict=True)) for row in rows]


def fill(table: Table, rows: list[dict[str, str]]) -> pa.Table:
    """The rows with every column of the table, defaults where the test says nothing."""
    given = set(rows[0]) if rows else set()
    unknown = given - set(table.names)
    assert not unknown, f"{table.name} has no column {unknown}"
    defaults = DEFAULTS.get(table.name, {})
    columns = {
        column.name: pa.array(
            [
                read_value(row[column.name], column.type)
                if column.name in given
                else defaults.get(column.name)
                for row in rows
            ],
            type=ARROW[column.type],
        )
        for column in table.columns
    }
    return pa.table(columns)


def everybody(given: Mapping[Table, list[dict[str, str]]]) -> list[dict[str, str]]:
    """One row for each young person a test names."""
    people = {row["person_id"] for rows in given.values() for row in rows if "person_id" in row}
    return [{"person_id": person} for person in sorted(people)]


def ask(engine: Engine, inputs: Mapping[Table, str], measure: Measure, options: dict[str, Any]) -> pa.Table:
    """The measure's answer to small tables, on an engine."""
    given = {table: read_rows(text) for table, text in inputs.items()}
    if model.PERSON not in given:
        given[model.PERSON] = everybody(given)
    held = [engine.hold(table.name, fill(table, given.get(table, []))) for table in measure.inputs]
    answer = engine.fetch(measure.build(*held, **options))
    return measure.finish(answer) if measure.finish else answer


def as_cells(answer: pa.Table) -> list[dict[str, Any]]:
    """The answer as sentences read it: numbers in cells, words as they are."""
    return [{name: as_cell(value) for name, value in row.items()} for row in answer.to_pylist()]


def as_cell(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Cell(value)


def withheld(rows: list[dict[str, Any]], *columns: str, where: Callable[[dict[str, Any]], bool]) -> None:
    """Withhold these columns of some rows, as disclosure control would."""
    for row in filter(where, rows):
        row.update(dict.fromkeys(columns, Cell(None, Status.WITHHELD)))


def say(measure: Measure, answer: pa.Table, **options: Any) -> str:
    """The measure's sentence for an answer."""
    defaults = {name: parameter.default for name, parameter in measure.options.items()}
    return measure.sentence(as_cells(answer), defaults | options)


def as_text(value: Any) -> str:
    """A value as a small table writes it."""
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)
