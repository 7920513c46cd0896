"""Forms from declarations: fields as they are asked for, what was typed, and what is wrong with it.

A measure's options and a register's columns become fields, so that a form needs no template of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["text", "long", "number", "date", "choice", "radios", "many", "yes", "file", "password"]


@dataclass(frozen=True)
class Field:
    """One question of a form.

    values: what may be chosen, each with its words; the first of a choice stands when nothing else is said.
    hints: more of some of them. expected: an answer is missed only later, so that it is not called optional.
    small: in a long form, choices that stand close together. rows: how tall a long text is. missing: what is said
        where there is no answer and there must be one.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    values: tuple[tuple[str, str], ...] = ()
    required: bool = True
    width: int = 20
    most: int = 2000
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    expected: bool = False
    small: bool = False
    rows: int = 5
    missing: str = ""


@dataclass
class Filled:
    """A form as somebody sent it: each field's value as it is meant, as it was typed, and every fault."""

    values: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[dict[str, str]]:
        """The faults as the summary at the head of a page has them, each with a link to its field."""
        return [{"text": text, "href": f"#{name}"} for name, text in self.faults.items()]

    def blame(self, name: str, text: str) -> None:
        """Say what is wrong with a field."""
        self.faults.setdefault(name, text)


def empty(fields: Sequence[Field], given: Mapping[str, Any] | None = None) -> Filled:
    """A form that nobody has sent, with what it begins with."""
    return Filled(typed={each.name: (given or {}).get(each.name, "") for each in fields})


def read(fields: Sequence[Field], sent: Any) -> Filled:
    """What somebody sent, a query dictionary, as the fields mean it."""
    filled = Filled()
    for each in fields:
        if each.kind == "date":
            parts = [str(sent.get(f"{each.name}-{part}", "")).strip() for part in ("day", "month", "year")]
            filled.typed[each.name] = parts
            filled.values[each.name] = _day(each, parts, filled)
        elif each.kind == "many":
            filled.typed[each.name] = filled.values[each.name] = _chosen(each, sent.getlist(each.name))
            if each.required and not filled.values[each.name]:
                filled.blame(each.name, each.missing or f"Choose at least one: {each.label.lower()}")
        else:
            text = str(sent.get(each.name, "")).strip()
            filled.typed[each.name] = text
            filled.values[each.name] = _value(each, text, filled)
    return filled


def _chosen(each: Field, sent: Sequence[str]) -> list[str]:
    known = {value for value, _ in each.values}
    return [value for value in sent if value in known]


def _value(each: Field, text: str, filled: Filled) -> Any:
    if each.kind == "yes":
        return text == "yes"
    if not text:
        if each.required:
            verb = "Choose" if each.kind in ("choice", "radios", "file") else "Enter"
            filled.blame(each.name, each.missing or f"{verb} {each.label[:1].lower()}{each.label[1:]}")
        return None if each.kind == "number" else ""
    if len(text) > each.most:
        filled.blame(each.name, f"{each.label} must be {each.most:,} characters or fewer")
    if each.kind in ("choice", "radios") and text not in {value for value, _ in each.values}:
        filled.blame(each.name, f"{each.label}: choose one of the list")
    return _number(each, text, filled) if each.kind == "number" else text


def _number(each: Field, text: str, filled: Filled) -> int | None:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        filled.blame(each.name, f"{each.label} must be a whole number, such as 25")
        return None


def _day(each: Field, parts: Sequence[str], filled: Filled) -> date | None:
    if not any(parts):
        if each.required:
            filled.blame(each.name, each.missing or f"Enter {each.label[:1].lower()}{each.label[1:]}")
        return None
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        filled.blame(each.name, f"{each.label} must be a real date, such as 27 3 2026")
        return None
