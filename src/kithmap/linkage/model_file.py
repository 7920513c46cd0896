"""Write a model as the file it can be read from, so that a learned model is kept and looked over."""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from kithmap.linkage.comparisons import NOT_KNOWN, Comparison, Level
from kithmap.linkage.model import Model

# Written beside the numbers; the condition and the words have tables of their own.
NUMBERS = [field.name for field in fields(Level) if field.name not in ("condition", "says")]


def as_toml(model: Model) -> str:
    """The file of a model: `read_model` of it is the same model."""
    lines = [
        "[model]", f"name = {_text(model.name)}",
        "[prior]", f"others = {model.others!r}",
        "[decision]", f"match_probability = {model.match_probability!r}",
        "[frequency]", f"prior_people = {model.prior_people!r}",
        "[learning]", f"rules = {_text([list(rule) for rule in model.learning])}",
    ]  # fmt: skip
    for rule in model.rules:
        lines += ["[[blocking]]", *(f"{name} = {_text(value)}" for name, value in asdict(rule).items())]
    for comparison in model.comparisons:
        lines += _comparison(comparison)
    return "\n".join(lines) + "\n"


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield from ("", "[[comparison]]", f"name = {_text(comparison.name)}")
    yield f"unknown = {_text(comparison.unknown)}"
    yield f"common = {_text(comparison.common)}"
    yield "levels = ["
    for level in comparison.levels:
        said = ((name, getattr(level, name)) for name in NUMBERS)
        yield (
            "  { "
            + ", ".join(f"{name} = {_text(value)}" for name, value in said if value not in (None, False, ()))
            + " },"
        )
    yield "]"
    yield "[comparison.conditions]"
    yield from (
        f"{_text(level.when)} = {_text(level.condition)}" for level in comparison.levels if level.condition
    )
    yield "[comparison.says]"
    yield f"{_text(NOT_KNOWN)} = {_text(comparison.unknown_says)}"
    yield from (f"{_text(level.when)} = {_text(level.says)}" for level in comparison.levels)


def _text(value: Any) -> str:
    # JSON's texts, numbers, truths and lists are TOML's too.
    return json.dumps(value, ensure_ascii=False)
