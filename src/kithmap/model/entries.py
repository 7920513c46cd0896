"""Entries of a register: from what somebody wrote to values, and from values to words.

A form, a command and a filled-in template are read here alike, so that all three take and refuse the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kithmap.model.codes import get_codes
from kithmap.model.registers import LONGEST, RegisterColumn, RegisterTable

PARTED = ";"
Values = Mapping[str, Any]
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CellFault:
    """What is wrong in one column of an entry, and what was expected; never what was written."""

    column: str
    what: str
    expected: str = ""


class _Unreadable(Exception):
    """A cell that cannot be read: what is wrong, and what was expected."""


def choices_of(column: RegisterColumn, authorities: Mapping[str, str]) -> Choices:
    """What may be chosen in a column, each code with its label; empty where anything may be written.

    authorities: the partnership's own, each code with its name.
    """
    if column.kind == "authority":
        return tuple(sorted(authorities.items(), key=lambda pair: pair[1]))
    return tuple((each.code, each.label) for each in get_codes(column.codes)) if column.codes else ()


def read_entry(
    table: RegisterTable, written: Mapping[str, str], authorities: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[CellFault, ...]]:
    """The values of an entry as they are kept, those that are filled alone; and every fault of it.

    Dates are kept as 2025-09-01, times as 15:30, several codes as a list in the order of their code list.
    """
    values: dict[str, Any] = {}
    faults: list[CellFault] = []
    for column in table.columns:
        text = " ".join(written.get(column.name, "").split()) if column.kind != "long" else written.get(column.name, "").strip()  # fmt: skip
        if not text:
            if column.required:
                faults.append(CellFault(column.name, f"'{column.label}' is empty.", _expected(column)))
            continue
        try:
            value = _READ[column.kind](text, column, choices_of(column, authorities))
        except _Unreadable as fault:
            faults.append(CellFault(column.name, *fault.args))
        else:
            values |= {column.name: value} if value != [] else {}
    faults += [_below(table, column) for column in table.columns if _is_below(column, values)]
    return values, tuple(faults)


def said(column: RegisterColumn, value: Any, authorities: Mapping[str, str]) -> str:
    """A value in words, as a form or a template takes it again; nothing for none.

    >>> from kithmap.model.registers import PLACE_PROVISION
    >>> said(PLACE_PROVISION.get_column("start_on"), "2025-09-01", {})
    '1 September 2025'
    """
    return _words(column, value, dict(choices_of(column, authorities)))


def all_said(
    table: RegisterTable, entries: Sequence[Values], authorities: Mapping[str, str]
) -> list[dict[str, str]]:
    """What each of many entries says in each column, in words."""
    labels = {column.name: dict(choices_of(column, authorities)) for column in table.columns}
    return [
        {each.name: _words(each, values.get(each.name), labels[each.name]) for each in table.columns}
        for values in entries
    ]


def _words(column: RegisterColumn, value: Any, labels: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if column.kind == "date":
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    if column.kind == "codes":
        return f"{PARTED} ".join(labels.get(str(each), str(each)) for each in value)
    return labels.get(value, str(value)) if column.kind in ("code", "authority") else str(value)


def key_of(table: RegisterTable, values: Values) -> tuple[str, ...]:
    """What tells an entry from others of its register: without case, however its words are spaced.

    >>> from kithmap.model.registers import PLACE_PROVISION
    >>> key_of(PLACE_PROVISION, {"place": "Mill  Park", "kind": "cctv"})
    ('mill park', '', 'cctv', '', '')
    """
    return tuple(_folded(str(values.get(name, ""))) for name in table.key)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _expected(column: RegisterColumn) -> str:
    if column.kind == "date":
        return "A day, such as 01/09/2025."
    return "One of the list." if column.kind in ("code", "codes", "authority") else "Something written there."


def _text(text: str, column: RegisterColumn, _: Choices) -> str:
    most = LONGEST[column.kind]
    if len(text) > most:
        raise _Unreadable(
            f"'{column.label}' is longer than {most:,} characters.", f"At most {most:,} characters."
        )
    return text


def _whole(text: str, column: RegisterColumn, _: Choices) -> int:
    expected = f"A whole number from {column.least:,} to {column.most:,}."
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise _Unreadable(f"'{column.label}' is not a whole number.", expected)
    if not column.least <= int(text) <= column.most:
        raise _Unreadable(f"'{column.label}' is too small or too large.", expected)
    return int(text)


def _date(text: str, column: RegisterColumn, _: Choices) -> str:
    from kithmap.model.times import parse_date

    found = parse_date(text)
    if found is None or found[1] != "day":
        raise _Unreadable(f"'{column.label}' is not a date.", "A day, such as 01/09/2025.")
    return found[0].isoformat()


def _time(text: str, column: RegisterColumn, _: Choices) -> str:
    from kithmap.model.times import parse_time

    minutes = parse_time(text)
    if minutes is None:
        raise _Unreadable(f"'{column.label}' is not a time of day.", "A time, such as 15:30.")
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _code(text: str, column: RegisterColumn, choices: Choices) -> str:
    known = {_folded(words): code for code, label in choices for words in (label, code)}
    code = known.get(_folded(text))
    if code is None:
        raise _Unreadable(
            f"'{column.label}' is not one of the list.",
            f"One of: {'; '.join(label for _, label in choices) or 'none, for no agreement names an authority'}.",
        )
    return code


def _codes(text: str, column: RegisterColumn, choices: Choices) -> list[str]:
    chosen = {_code(part, column, choices) for part in text.split(PARTED) if part.strip()}
    return [code for code, _ in choices if code in chosen]


_READ: Mapping[str, Callable[[str, RegisterColumn, Choices], Any]] = {
    "text": _text, "long": _text, "whole": _whole, "date": _date, "time": _time,
    "code": _code, "codes": _codes, "authority": _code,
}  # fmt: skip


def _is_below(column: RegisterColumn, values: Values) -> bool:
    one, other = values.get(column.name), values.get(column.not_below)
    return one is not None and other is not None and one < other


def _below(table: RegisterTable, column: RegisterColumn) -> CellFault:
    other = table.get_column(column.not_below).label
    how = "lower than" if column.kind == "whole" else "before"
    return CellFault(column.name, f"'{column.label}' is {how} '{other}'.", f"Not {how} '{other}'.")
