"""Questions of a form, as a file's keys declare them: what is asked, and how an answer becomes the value of its key.

A form and a TOML file are two ways to the same values, which one parser reads: nothing is checked here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast

Kind = Literal["text", "long", "lines", "pairs", "day", "whole", "choice", "radios", "many", "yes"]


@dataclass(frozen=True)
class Question:
    """One question: the key of the file that it answers, how it is asked, and what may be chosen, each with its words.

    needed: whether there must be an answer whatever the state; expected: whether what is in force must have one.
    hints: more of some of the choices. missing: what is said where there must be an answer and is none.
    """

    key: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    expected: bool = False
    width: int = 20
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: str = ""


@dataclass(frozen=True)
class Repeated:
    """Questions that are asked again and again, a table of the file each: parties, roles, refusals."""

    key: str
    one: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Section:
    """A part of a form: its heading, a line on it, its questions, and what is asked again and again."""

    id: str
    title: str
    questions: tuple[Question, ...]
    says: str = ""
    repeated: tuple[Repeated, ...] = ()


def value_of(question: Question, answer: Any) -> Any:
    """The value of a key for an answer as it was typed or chosen; None where nothing was.

    >>> value_of(Question("known_as", "", "lines"), " CSC ")
    ['CSC']
    """
    match question.kind:
        case "lines":
            return [line.strip() for line in str(answer or "").splitlines() if line.strip()]
        case "pairs":
            pairs = (line.partition("=") for line in str(answer or "").splitlines() if line.strip())
            return {name.strip(): code.strip() for name, _, code in pairs}
        case "many":
            return list(answer or ())
        case "yes":
            return bool(answer)
        case "text" | "long" | "choice" | "radios":
            return str(answer or "").strip() or None
        case _:
            return answer


def answer_of(question: Question, value: Any) -> Any:
    """The answer that gives a value, as a form begins with it: a day by its three parts."""
    if question.kind == "day":
        day = date.fromisoformat(value) if isinstance(value, str) and value else value
        return [str(day.day), str(day.month), str(day.year)] if day else ["", "", ""]
    match question.kind:
        case "lines":
            return "\n".join(cast("Sequence[str]", value or ()))
        case "pairs":
            return "\n".join(
                f"{name} = {code}" for name, code in cast("Mapping[str, str]", value or {}).items()
            )
        case "many":
            return list(cast("Sequence[str]", value or ()))
        case "yes":
            return "yes" if value else ""
        case _:
            return "" if value is None else str(value)


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Put a value under a key such as `lawful.article_6`; nothing for no value."""
    if value is None or value in ([], {}):
        return
    *tables, last = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
    values[last] = value


def find(values: Mapping[str, Any], key: str) -> Any:
    """The value under such a key; None where there is none."""
    found: Any = values
    for part in key.split("."):
        found = cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
    return found


def words_of(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Our words as choices, each said as a word is said."""
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)
