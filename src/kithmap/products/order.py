"""The order in which rows are read: by what they are of, never by how many."""

import re
from collections.abc import Sequence

from kithmap.desk.answers import Release
from kithmap.measures.measure import Row
from kithmap.model.codes import get_codes, harms
from kithmap.products.words import WHOLES, is_number

_NUMBER = re.compile(r"(\d+)")
# Their own order says something: how sources were received, how lists combine.
_ORDERED = ("overlap", "sources")
_REST = ("not known", "unknown", "U", "No school recorded")

Place = tuple[int, tuple[tuple[int, int, str], ...]]


def ordered(release: Release) -> Sequence[Row]:
    """A release's rows in the order of their names: wholes last, what is not known before them.

    Disclosure control puts withheld rows where their place says nothing of them; the order of names
    says nothing of them either, and can be read.
    """
    if release.measure in _ORDERED:
        return release.rows
    names = [column for column in release.columns if not is_number(release, column)]
    return sorted(release.rows, key=lambda row: tuple(place_of(row.get(name)) for name in names))


def place_of(value: object) -> Place:
    """Where a value stands among others of its column."""
    text = value if isinstance(value, str) else ""
    rank = 2 if text in WHOLES else 1 if text in _REST else 0
    if text in harms():
        return rank, ((0, harms().index(text), ""),)
    contexts = [code.code for code in get_codes("context_type")]
    if text in contexts:
        return rank, ((0, contexts.index(text), ""),)
    # 'School 10' stands after 'School 9'.
    parts = [part for part in _NUMBER.split(text) if part]
    return rank, tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
