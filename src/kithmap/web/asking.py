"""The form of a question from its declaration, and what an address asks: the same for every measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from kithmap.desk.authorities import authority_names
from kithmap.desk.choices import Choice, find_choices
from kithmap.measures.measure import Measure
from kithmap.model.codes import find_label
from kithmap.products.words import Names, heading, in_full, label
from kithmap.web.forms import Field, Filled, read
from kithmap.web.visit import Visit

LABELS = {"by": "Show by", "lists": "Lists", "ages": "Ages", "seed": "Seed of chance"}
ANY = {"authority": "Every authority", "harm": "Every kind of harm", "role": "Any role", "list": "Any list"}


@dataclass(frozen=True)
class Question:
    """A question as an address asks it: its form, what was chosen, and the options that differ from the default."""

    fields: tuple[Field, ...]
    filled: Filled
    options: Mapping[str, Any]
    shown: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def query(self) -> str:
        """What was chosen, as the end of an address that asks the same again; empty for the defaults."""
        said = {**self.options, **self.shown}
        return f"?{urlencode(said)}" if said else ""


def read_question(
    visit: Visit, measure: Measure, *, build: str | None = None, beside: Sequence[Field] = ()
) -> Question:
    """What an address asks of a measure, with the form that asks it.

    beside: what a page asks besides, of how the answer is shown; each with its default first.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    sent = visit.request.GET
    choices = find_choices(
        visit.workspace, measure, purpose=visit.purpose_id, who=visit.who, build=build, given=sent.dict()
    )
    names = authority_names(visit.workspace)
    fields = (*(field_of(choice, names) for choice in choices), *beside)
    filled = read(fields, _whole(sent, choices, beside))
    options: dict[str, Any] = {}
    for choice in choices:
        chosen = filled.values[choice.option.name]
        value = ",".join(chosen) if isinstance(chosen, list) else chosen
        if value not in (None, "", _said(choice.option.default)) and value != choice.option.default:
            options[choice.option.name] = value
    shown = {each.name: filled.values[each.name] for each in beside}
    return Question(fields, filled, options, {name: value for name, value in shown.items() if value})


def field_of(choice: Choice, names: Names) -> Field:
    """The field of one option."""
    option = choice.option
    values = tuple((_said(value), _words(choice, value, names)) for value in choice.values)
    named = LABELS.get(option.name, heading(option.name))
    if choice.several:
        return Field(option.name, named, "many", "all, unless some are chosen", values, required=False)
    if not values:
        return _typed(choice, named)
    if choice.is_optional:
        whole = () if "" in choice.values else (("", ANY.get(option.name, "Any")),)
        return Field(option.name, named, "choice", "", (*whole, *values), required=False)
    return Field(option.name, named, "choice", "", values, required=False)


def _typed(choice: Choice, named: str) -> Field:
    if choice.option.kind is int:
        return Field(choice.option.name, named, "number", required=False, width=10)
    return Field(choice.option.name, named, required=False)


def _whole(sent: QueryDict, choices: Sequence[Choice], beside: Sequence[Field]) -> QueryDict:
    """What was sent, with the default of whatever was not: lists also as a command names them, parted by commas."""
    whole = QueryDict(mutable=True)
    for choice in choices:
        name = choice.option.name
        given = sent.getlist(name) or [_said(choice.option.default)]
        whole.setlist(name, ",".join(given).split(",") if choice.several else given[-1:])
    for each in beside:
        whole.setlist(each.name, sent.getlist(each.name)[-1:] or [""])
    return whole


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _words(choice: Choice, value: Any, names: Names) -> str:
    """A value as a form says it."""
    if isinstance(value, str) and value == "":
        return "Any"
    if choice.of == "harm":
        return in_full("harm", value)
    if choice.of == "role":
        return find_label("role", value) or value
    if choice.of == "la_code":
        return names.get(value, value)
    if choice.option.name == "context_type":
        return label("context_type", value)
    said = label("lists", str(value)) if choice.of == "list" else str(value).replace("_", " ")
    return said[:1].upper() + said[1:]
