"""Releases made by hand for the tests of products: made-up counts, some withheld.

`Release` refuses to be made outside `desk.share`; these tests are about how a release looks, so
they make one attribute by attribute.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import Level

C = Cell(None, Status.WITHHELD)
X = Cell(None, Status.UNKNOWN)


def make_release(columns: str, rows: Sequence[Sequence[object]], **changes: Any) -> Release:
    """A release of these columns and rows; a number becomes a shown cell."""
    names = tuple(columns.split())
    release = object.__new__(Release)
    values: dict[str, Any] = {
        "release_id": "r-0001",
        "measure": "overlap",
        "question": "How many young people are on more than one list?",
        "unit": "young people",
        "columns": names,
        "counts": ("young_people",),
        "rows": tuple(_row(names, row) for row in rows),
        "sentence": "30 + 30 = 45 young people, not 60.",
        "caveats": ("Lists are kept for different reasons.",),
        "chart": "table",
        "level": Level.R1,
        "build": "build-7",
        "purpose": "PUR-1",
        "to": "Hartwell MASH",
        "approved_by": ("a.first", "b.second"),
        "released_at": datetime(2026, 8, 3, 9, 30, tzinfo=UTC),
        "options": {},
    }
    for name, value in (values | changes).items():
        object.__setattr__(release, name, value)
    return release


def _row(names: Sequence[str], row: Sequence[object]) -> Mapping[str, "Cell | str | None"]:
    return {name: _cell(value) for name, value in zip(names, row, strict=True)}


def _cell(value: object) -> "Cell | str | None":
    if isinstance(value, int | float):
        return Cell(value)
    assert value is None or isinstance(value, Cell | str)
    return value


def overlap(**changes: Any) -> Release:
    rows = [
        ("CSE panel", "combination", 15),
        ("Gangs panel", "combination", 15),
        ("CSE panel + Gangs panel", "combination", 15),
        ("CSE panel", "total", 30),
        ("Gangs panel", "total", 30),
        ("All", "all", 45),
    ]
    return make_release("lists kind young_people", rows, chart="upset", options={"by": "list"}, **changes)


def many_lists(**changes: Any) -> Release:
    """Six lists, fifteen combinations, some withheld."""
    lists = ["CSE panel", "Gangs panel", "MARAC", "Fair access panel", "Youth offending", "Missing panel"]
    pairs = [
        (lists[0], 212), (lists[1], 187), (lists[4], 164), (lists[5], 131), (lists[3], 96), (lists[2], 61),
        (" + ".join([lists[0], lists[5]]), 58), (" + ".join([lists[1], lists[4]]), 47),
        (" + ".join([lists[0], lists[1]]), 21), (" + ".join([lists[0], lists[1], lists[5]]), 14),
        (" + ".join([lists[3], lists[4]]), 11), (" + ".join([lists[0], lists[2]]), 9),
        (" + ".join([lists[1], lists[3], lists[4]]), 7), (" + ".join(lists[:3]), C), (" + ".join(lists[2:5]), C),
    ]  # fmt: skip
    totals = [(name, total) for name, total in zip(lists, [317, 279, C, 118, 231, 205], strict=True)]
    rows = [
        *((name, "combination", count) for name, count in pairs),
        *((name, "total", count) for name, count in totals),
        ("All", "all", 1023),
    ]
    changes = {
        "release_id": "r-0002",
        "sentence": "The six lists add up to 1,229; they are 1,023 young people.",
        "options": {"by": "list"},
        "chart": "upset",
    } | changes
    return make_release("lists kind young_people", rows, **changes)


def prevalence(**changes: Any) -> Release:
    harms = {"SYV": 412, "CSE": 268, "HSB": 143, "TRA": 97}
    groups = {"Girls 10-13": 0.12, "Girls 14-17": 0.36, "Boys 10-13": 0.16, "Boys 14-17": 0.35, "Not known": 0.01}
    rows: list[tuple[object, ...]] = []
    for harm, total in harms.items():
        for group, share in groups.items():
            count = round(total * share)
            rate = round(count / 6.2, 1)
            if count < 5:
                rows.append((harm, group, C, C, C, C))
            else:
                rows.append((harm, group, count, rate, round(rate * 0.82, 1), round(rate * 1.21, 1)))
    changes = {
        "release_id": "r-0003",
        "measure": "prevalence",
        "question": "How many young people are recorded with each kind of harm, of every 1,000?",
        "sentence": "412 young people are recorded with serious youth violence: 66.5 of every 1,000.",
        "caveats": ("Recorded is not the same as happened.",),
        "chart": "bar",
    } | changes
    return make_release("harm group young_people rate_per_1000 low high", rows, **changes)


def shared_contexts(**changes: Any) -> Release:
    contexts = ["family", "peer_group", "school", "public_space", "route", "online", "premises"]
    numbers = {"SYV": [61, 148, 203, 187, 44, 12, 23], "CSE": [37, 96, 121, 64, 9, 71, 31],
               "HSB": [22, 31, 87, 18, C, 26, C], "TRA": [18, 27, 33, 14, C, 19, 5]}  # fmt: skip
    rows = [
        (harm, context, count, C if isinstance(count, Cell) else max(5, count // 6))
        for harm, counts in numbers.items()
        for context, count in zip(contexts, counts, strict=True)
    ]
    changes = {
        "release_id": "r-0004",
        "measure": "shared_contexts",
        "question": "Which contexts do the harms share?",
        "counts": ("young_people",),
        "sentence": "Schools hold most young people recorded with three of the four harms.",
        "caveats": ("A context is counted where a source names it.",),
        "chart": "matrix",
    } | changes
    return make_release("harm context_type young_people contexts", rows, **changes)
