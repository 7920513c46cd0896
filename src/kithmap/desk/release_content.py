"""What leaves: a release as plain values and back, and the hash by which it is approved.

The only place where a `Release` is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any, cast

from kithmap.desk.answers import Release, Result
from kithmap.desk.merged import what_merging_means
from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import LEVELS, Level

# What is not known of a release until it leaves, and so is no part of what was approved.
LATER = ("approved_by", "released_at")
NOT_RELEASED = "not released"
Row = Mapping[str, Cell | str | None]
TUPLES = ("columns", "counts", "caveats", "approved_by")


def content_of(result: Result, rows: Sequence[Mapping[str, Any]], level: Level, to: str) -> dict[str, Any]:
    """What is to leave, in plain values: an answer whose rows have passed disclosure control."""
    told = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return {**_about(result, result.measure.sentence(rows, result.options), level, to), "rows": told}


def inside(result: Result, rows: Sequence[Row], who: str, at: datetime) -> Release:
    """The release that an answer is to whoever asked, at level R0: nothing leaves, and nobody approves."""
    content = {
        **_about(result, result.sentence, Level.R0, who), "release_id": NOT_RELEASED,
        "approved_by": [who, who], "released_at": at.isoformat(),
    }  # fmt: skip
    return _made(content, tuple(rows))


def _about(result: Result, sentence: str, level: Level, to: str) -> dict[str, Any]:
    """Everything of what is to leave but its rows."""
    measure = result.measure
    dropped = () if LEVELS[level].shows_names else measure.rule.names
    return {
        "measure": measure.name,
        "question": measure.question,
        "unit": result.unit,
        "columns": [name for name in result.table.column_names if name not in dropped],
        "counts": list(measure.rule.counts),
        "sentence": sentence,
        "caveats": [*result.caveats, *what_merging_means(result, LEVELS[level])],
        "chart": measure.chart,
        "level": level.value,
        "build": result.build,
        "purpose": result.purpose,
        "to": to,
        "options": dict(result.options),
    }


def hash_of(content: Mapping[str, Any]) -> str:
    """The hash of what is to leave: the same content has the same one, whatever the order of its names."""
    said = {name: value for name, value in content.items() if name not in (*LATER, "release_id")}
    return sha256(dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def to_content(release: Release) -> dict[str, Any]:
    """A release as plain values, from which it can be had again."""
    values = {each.name: getattr(release, each.name) for each in fields(Release)}
    rows = [{name: _plain(value) for name, value in row.items()} for row in release.rows]
    plain = {"level": release.level.value, "released_at": release.released_at.isoformat(), "rows": rows}
    listed = {name: list(values[name]) for name in TUPLES}
    return {**values, **plain, **listed, "options": dict(release.options)}


def from_content(content: Any) -> Release:
    """A release from what `to_content` gave."""
    return _made(content, read_rows(content))


def _made(content: Any, rows: tuple[Row, ...]) -> Release:
    listed = {name: tuple(content[name]) for name in TUPLES}
    moment = datetime.fromisoformat(content["released_at"])
    read = {"rows": rows, "level": Level(content["level"]), "released_at": moment}
    release: Release = object.__new__(Release)
    for each in fields(Release):
        object.__setattr__(release, each.name, {**content, **listed, **read}[each.name])
    return release


def leaving(content: Mapping[str, Any], release_id: str, approved_by: Sequence[str], at: datetime) -> Release:
    """The release that content becomes when it leaves."""
    return from_content(
        {**content, "release_id": release_id, "approved_by": list(approved_by), "released_at": at.isoformat()}
    )


def read_rows(content: Mapping[str, Any]) -> tuple[dict[str, Cell | str | None], ...]:
    """The rows of content, their counts as cells."""
    return tuple({name: _cell(value) for name, value in row.items()} for row in content["rows"])


def _plain(value: Any) -> Any:
    return {"value": value.value, "status": value.status.value} if isinstance(value, Cell) else value


def _cell(value: Any) -> Cell | str | None:
    if not isinstance(value, dict):
        return value
    stored = cast("dict[str, Any]", value)
    return Cell(stored["value"], Status(stored["status"]))
