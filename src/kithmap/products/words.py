"""How the columns and codes of a release are said to a reader: headings, labels, a key of codes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell, Status
from kithmap.governance.rules import Sets
from kithmap.model.codes import find_label, get_codes
from kithmap.products.ranges import is_beside

SEPARATOR = Sets.separator
# Codes of authorities with the names a reader knows them by.
Names = Mapping[str, str]
NO_NAMES: Names = MappingProxyType({})
WHOLES = ("All", "Any")

WITHHELD = "Withheld: the number is below the threshold, or would reveal one that is."
UNKNOWN = "Not known: the records do not say."

_HEADINGS = {
    "kind": "Counted",
    "rate_per_1000": "Rate per 1,000",
    "low": "95 % from",
    "high": "95 % to",
    "context_type": "Context",
    "school": "School code",
    "school_name": "School",
    "roll": "On roll",
    "expected": "Expected by roll",
    "statistic": "Effective number of schools",
    "chance_low": "By chance, from",
    "chance_high": "By chance, to",
    "place_in_order": "Order received",
    "rows": "Rows in files",
    "refused": "Rows refused",
    "only_here": "Only here",
    "first_here": "First here, then elsewhere",
    "seen_before": "In an earlier source",
    "young_people_of_concern": "With a concern here",
    "concerns_only_here": "Concern only here",
    "linked_percent": "In another source, %",
    "shared_contexts": "Holding two harms or more",
    "recorded": "Recorded to protect",
    "strength": "What protects",
    "quarter": "Recorded in",
    "changes": "Sources that begin or end",
}
# Probabilities need more than the one decimal of a rate.
_DECIMALS = {"p_value": 3}
_NAMED = ("authority", "group", "place")
KINDS = {
    "combination": "exactly these",
    "total": "this one at all",
    "all": "anyone on any",
}
# Layouts are named in code; these parts of their names are written so by those who use them.
_WRITTEN = {
    "asb": "ASB", "asif": "ASIF", "cad": "CAD", "cme": "CME", "csc": "CSC", "cse": "CSE", "dir": "DIR",
    "ed": "A&E", "edu": "education", "gias": "GIAS", "marac": "MARAC", "mash": "MASH", "tfl": "TfL",
    "uk": "UK", "yot": "YOT",
}  # fmt: skip
_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")


def heading(column: str) -> str:
    """Say a column's name as a table heading.

    >>> heading("young_people")
    'Young people'
    """
    if column in _HEADINGS:
        return _HEADINGS[column]
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def label(column: str, value: str, names: Names = NO_NAMES) -> str:
    """Say a text value: a context type by its label, a code without its underscores.

    >>> label("context_type", "peer_group")
    'Networks and groups'
    """
    if column in _NAMED and value in names:
        return names[value]
    if column == "lists":
        return SEPARATOR.join(_list_name(part) for part in value.split(SEPARATOR))
    if column == "kind":
        return KINDS.get(value, value)
    if column == "changes":
        return said(value)
    if column in ("context_type", "context"):
        return find_label("context_type", value) or value
    return _list_name(value.replace("_", " ")) if _CODE.fullmatch(value) else value


def _list_name(name: str) -> str:
    """A list or layout by its name, written as those who use it write it."""
    words = " ".join(_WRITTEN.get(part, part) for part in name.split(" "))
    return words[:1].upper() + words[1:]


def say_number(column: str, cell: Cell) -> str:
    """Say a number as its column needs: a probability to three decimals, a rate to one."""
    if column in _DECIMALS and cell.value is not None:
        return f"{cell.value:.{_DECIMALS[column]}f}"
    return str(cell)


def shown(column: str, value: "Cell | str | None", names: Names = NO_NAMES) -> str:
    """Say any value of a row, as every table, page and figure shows it."""
    if isinstance(value, Cell):
        return say_number(column, value)
    return "" if value is None else label(column, value, names)


def said(sentence: str) -> str:
    """A sentence with the codes of layouts and lists in it written as words.

    >>> said("The one that adds most is csc_person_register.")
    'The one that adds most is CSC person register.'
    """
    return _CODE.sub(lambda found: label("", found[0]), sentence).replace("`", "")


def in_full(column: str, value: str, names: Names = NO_NAMES) -> str:
    """Say a text value with what it stands for, where it is a code of harm.

    >>> in_full("harm", "SYV")
    'SYV: Serious youth violence'
    """
    meaning = find_label("manifestation", value)
    return f"{value}: {meaning}" if meaning else label(column, value, names)


def key(releases: Iterable[Release]) -> tuple[tuple[str, str], ...]:
    """The codes of harm that releases use, with what they mean, in the order of the code list."""
    used = {part for release in releases for part in _text_parts(release)}
    return tuple((code.code, code.label) for code in get_codes("manifestation") if code.code in used)


def _text_parts(release: Release) -> Iterator[str]:
    for row in release.rows:
        for value in row.values():
            if isinstance(value, str):
                yield from value.split(SEPARATOR)


def narrowed(release: Release) -> str:
    """What a release counts less than everybody by: its harm, list, role; empty where it does not."""
    chosen = (
        release.options.get(name) for name in ("harm", "lists", "list", "role", "authority", "context_type")
    )
    return ", ".join(label("lists", value) for value in chosen if isinstance(value, str) and value)


def is_number(release: Release, column: str) -> bool:
    """Whether a column holds cells: a count, or what was worked out from counts."""
    return (
        column in release.counts
        or is_beside(release, column)
        or any(isinstance(row.get(column), Cell) for row in release.rows)
    )


def is_told(release: Release, column: str) -> bool:
    """Whether most rows have a number there, shown or withheld: without a roll there is no rate."""
    known = (row.get(column) for row in release.rows)
    told = sum(isinstance(cell, Cell) and cell.status is not Status.UNKNOWN for cell in known)
    return 2 * told > len(release.rows)


def withheld(release: Release) -> int:
    """How many of its counts are withheld."""
    return sum(
        isinstance(cell, Cell) and cell.value is None
        for row in release.rows
        for cell in map(row.get, release.counts)
    )
