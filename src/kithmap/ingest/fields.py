"""What becomes of each column of a source: which columns of the record tables a layout fills from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kithmap.ingest.layouts import Layout
from kithmap.model.columns import Sensitivity
from kithmap.model.records import RECORD_TABLES

TABLES = {table.name: table for table in RECORD_TABLES}
ORDER = tuple(Sensitivity)


@dataclass(frozen=True)
class Filled:
    """One column of a record table that a column of a source fills, or helps to fill."""

    table: str
    column: str
    sensitivity: Sensitivity


def find_fields(layout: Layout) -> dict[str, tuple[Filled, ...]]:
    """For each column of the source that a layout reads, what it fills."""
    found: dict[str, dict[Filled, None]] = {column: {} for column in layout.columns}
    for use, key, value in layout.values:
        known = use.section.find_key(key)
        filled = _filled(use.section.table, known.fills if known else key)
        for source in value.sources:
            found[source].update(dict.fromkeys(filled))
    return {source: tuple(filled) for source, filled in found.items()}


def sensitivity_of(filled: tuple[Filled, ...]) -> Sensitivity:
    """How closely a column of a source points to a person: as what it fills that points most closely."""
    return max((each.sensitivity for each in filled), key=ORDER.index, default=Sensitivity.OFFICIAL)


@cache
def _filled(table: str, fills: str) -> tuple[Filled, ...]:
    return tuple(_each(table, fills))


def _each(table: str, fills: str) -> Iterator[Filled]:
    for word in (part.strip() for part in fills.split(",")):
        of, _, name = word.rpartition(".")
        declared = TABLES.get(of or table)
        if declared is not None and name in declared.names:
            yield Filled(declared.name, name, declared.get_column(name).sensitivity)
        elif declared is not None and declared.name == "event_attr":
            # Each key of the section is a row of its own: the attribute's name and its value.
            yield Filled(declared.name, "value", declared.get_column("value").sensitivity)
