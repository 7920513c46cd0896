"""How the columns and codes of a release are said to a reader: headings, labels, a key of codes."""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.governance.rules import Sets

SEPARATOR = Sets.separator

WITHHELD = "Withheld: the number is below the threshold, or would reveal one that is."
UNKNOWN = "Not known: the records do not say."

_HEADINGS = {
    "kind": "Counted",
    "rate_per_1000": "Rate per 1,000",
    "rate_low": "Rate, low",
    "rate_high": "Rate, high",
    "low": "Low",
    "high": "High",
    "context_type": "Context",
    "school": "School code",
    "school_name": "School",
    "roll": "On roll",
    "expected": "Expected by roll",
    "people": "Young people",
    "only_here": "Only here",
    "share_linked": "Share linked",
    "sex": "Sex",
}
_KINDS = {
    "combination": "exactly these",
    "total": "this one at all",
    "all": "anyone on any",
}
_CODE = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")


def heading(column: str) -> str:
    """Say a column's name as a table heading.

    >>> heading("young_people")
    'Young people'
    """
    if column in _HEADINGS:
        return _HEADINGS[column]
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


@cache
def code_list(name: str) -> Mapping[str, str]:
    """The codes of one of the model's lists with their labels."""
    text = (files("kithmap.model") / "code_lists" / f"{name}.csv").read_text(encoding="utf-8")
    return {row["code"]: row["label"] for row in csv.DictReader(text.splitlines())}


def label(column: str, value: str) -> str:
    """Say a text value: a context type by its label, a code without its underscores.

    >>> label("context_type", "peer_group")
    'Networks and groups'
    """
    if column == "kind":
        return _KINDS.get(value, value)
    if column in ("context_type", "context"):
        return code_list("context_type").get(value, value)
    if _CODE.match(value):
        words = value.replace("_", " ")
        return words[:1].upper() + words[1:]
    return value


def shown(column: str, value: "Cell | str | None") -> str:
    """Say any value of a row, as every table, page and figure shows it."""
    if isinstance(value, Cell):
        return str(value)
    return "" if value is None else label(column, value)


def key(release: Release) -> tuple[tuple[str, str], ...]:
    """The codes of harm a release uses, with what they mean, in the order of the code list."""
    used = set(_text_parts(release))
    return tuple((code, words) for code, words in code_list("manifestation").items() if code in used)


def _text_parts(release: Release) -> Iterator[str]:
    for row in release.rows:
        for value in row.values():
            if isinstance(value, str):
                yield from value.split(SEPARATOR)


def is_number(release: Release, column: str) -> bool:
    """Whether a column holds cells: a count, or what was worked out from counts."""
    return column in release.counts or any(isinstance(row.get(column), Cell) for row in release.rows)


def withheld(release: Release) -> int:
    """How many of its counts are withheld."""
    return sum(
        isinstance(cell, Cell) and cell.value is None
        for row in release.rows
        for cell in map(row.get, release.counts)
    )
