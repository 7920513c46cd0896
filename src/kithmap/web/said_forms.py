"""Forms from the questions that files declare: typed answers to the values of a file, and its faults to the fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from kithmap.governance.questions import Kind, Question, Repeated, Section, answer_of, find, put, value_of
from kithmap.governance.reading import Fault
from kithmap.web import forms
from kithmap.web.forms import Field, Filled, empty, read

KINDS: Mapping[Kind, forms.Kind] = {
    "text": "text", "long": "long", "lines": "long", "pairs": "long", "day": "date", "whole": "number",
    "choice": "choice", "radios": "radios", "many": "many", "yes": "yes",
}  # fmt: skip
MOST_OF_ONE = 60
MOST_TEXT = 10_000


@dataclass(frozen=True)
class Block:
    """One of the things that are asked again and again: its number, and its questions as they are asked of it."""

    number: int
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class SaidForm:
    """A form as it stands: its sections, and the blocks of each thing that is asked again and again."""

    sections: tuple[Section, ...]
    blocks: Mapping[str, tuple[Block, ...]]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the order of the page."""
        found: list[Field] = []
        for section in self.sections:
            found += map(field_of, section.questions)
            for repeated in section.repeated:
                for block in self.blocks[repeated.key]:
                    found += fields_of(repeated, block)
        return tuple(found)

    def begun(self, values: Mapping[str, Any]) -> Filled:
        """The form as it begins, with the values of a file."""
        typed: dict[str, Any] = {}
        for section in self.sections:
            typed |= {
                name_of(each.key): answer_of(each, find(values, each.key)) for each in section.questions
            }
            for repeated in section.repeated:
                for block, table in zip(
                    self.blocks[repeated.key], values.get(repeated.key, ()), strict=False
                ):
                    typed |= {
                        in_block(repeated, block, each): answer_of(each, table.get(each.key))
                        for each in block.questions
                    }
        return empty(self.fields, typed)

    def read(self, sent: QueryDict) -> Filled:
        """The form as somebody sent it."""
        return read(self.fields, sent)

    def values(self, filled: Filled) -> dict[str, Any]:
        """The values of a file that the answers say; what is no answer says nothing."""
        values: dict[str, Any] = {}
        for section in self.sections:
            for each in section.questions:
                put(values, each.key, value_of(each, filled.values[name_of(each.key)]))
            for repeated in section.repeated:
                tables: list[dict[str, Any]] = []
                for block in self.blocks[repeated.key]:
                    tables.append({})
                    for each in block.questions:
                        put(
                            tables[-1],
                            each.key,
                            value_of(each, filled.values[in_block(repeated, block, each)]),
                        )
                put(values, repeated.key, tables)
        return values

    def blame(self, filled: Filled, faults: Iterable[Fault]) -> None:
        """Say each fault of the values at the field that it is of; at the head of its part where none asks for it."""
        labels = {each.name: each.label for each in self.fields}
        for fault in faults:
            name = name_of(fault.key)
            # A whole sentence says of what it is; what only goes on from the key's name is given the field's.
            is_whole = fault.says[:1].isupper()
            filled.blame(name, fault.says if is_whole else f"{labels.get(name, fault.key)} {fault.says}")


def name_of(key: str) -> str:
    """The name of a key's field: `parties[1].role` is asked in `parties-1-role`."""
    return re.sub(r"\[(\d+)\]\.", r"-\1-", key).replace(".", "-")


def in_block(repeated: Repeated, block: Block, question: Question) -> str:
    """The name of a field of a block."""
    return f"{repeated.key}-{block.number}-{name_of(question.key)}"


def field_of(question: Question, name: str = "") -> Field:
    """The field in which a question is asked."""
    return Field(
        name or name_of(question.key),
        question.label,
        KINDS[question.kind],
        hint=question.hint,
        values=question.choices,
        required=question.needed,
        width=question.width,
        most=MOST_TEXT,
        hints=question.hints,
        expected=question.expected or question.kind == "yes",
        small=True,
        rows=3 if question.kind in ("lines", "pairs") else 4,
        missing=question.missing,
    )


def fields_of(repeated: Repeated, block: Block) -> tuple[Field, ...]:
    """The fields of a block."""
    return tuple(field_of(each, in_block(repeated, block, each)) for each in block.questions)


def renumbered(sent: QueryDict, repeated: Repeated, *, without: int = 0) -> tuple[QueryDict, int]:
    """What was sent with its blocks numbered from 1, those that say nothing left out; and how many there are."""
    plain, count = sent.copy(), 0
    for number in _numbers(sent, repeated):
        head = f"{repeated.key}-{number}-"
        own = {name.removeprefix(head): sent.getlist(name) for name in sent if name.startswith(head)}
        for part in own:
            del plain[f"{head}{part}"]
        if number == without or not _says(repeated, own):
            continue
        count += 1
        for part, values in own.items():
            plain.setlist(f"{repeated.key}-{count}-{part}", values)
    return plain, count


def with_choices(question: Question, more: Iterable[str]) -> Question:
    """The question with further choices, those that its file has already."""
    known = {value for value, _ in question.choices}
    extra = tuple((value, value) for value in dict.fromkeys(more) if value and value not in known)
    return replace(question, choices=(*question.choices, *extra))


def _numbers(sent: QueryDict, repeated: Repeated) -> Sequence[int]:
    at = re.compile(rf"{re.escape(repeated.key)}-(\d{{1,3}})-[a-z_-]+")
    return sorted({int(match[1]) for name in sent if (match := at.fullmatch(name))})[:MOST_OF_ONE]


def _says(repeated: Repeated, own: Mapping[str, Sequence[str]]) -> bool:
    """Whether a block says anything: a choice that always stands with something says nothing by itself."""
    standing = {each.key for each in repeated.questions if each.kind == "choice" and each.choices and each.choices[0][0]}  # fmt: skip
    return any(value.strip() for part, values in own.items() if part not in standing for value in values)
