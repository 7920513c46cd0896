"""Which rows lack a value that the layout requires."""

from collections.abc import Callable, Mapping

import polars as pl

from kithmap.ingest.layouts import Value
from kithmap.ingest.reading import Reading

_READERS: Mapping[str, Callable[[Reading, Value], pl.Series]] = {
    "date": lambda reading, value: reading.date(value),
    "dob": lambda reading, value: reading.date(value),
    "moment": lambda reading, value: reading.moment(value)["value"],
    "pair": lambda reading, value: reading.pair(value)["start"],
    "number": lambda reading, value: reading.number(value),
    "whole": lambda reading, value: reading.whole(value),
    "yes": lambda reading, value: reading.yes(value),
}


def missing_required(reading: Reading) -> list[tuple[list[int], str, str]]:
    """For each required value: the rows without it, its column, and what is wrong."""
    trial = Reading(reading.cells, reading.layout)
    missing: list[tuple[list[int], str, str]] = []
    for use, key, value in reading.layout.values:
        if not value.required:
            continue
        kind = next((known.kind for known in use.section.keys if known.name == key), "text")
        read = _READERS.get(kind, lambda reading, value: reading.text(value))
        empty = read(trial, value).is_null()
        if empty.any():
            rows = trial.rows.filter(empty).to_list()
            missing.append(
                (rows, " / ".join(value.columns), "is empty or cannot be read, and the layout requires it")
            )
    return missing
