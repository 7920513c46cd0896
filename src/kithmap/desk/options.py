"""The options of a measure: read from its signature, checked, and turned from text to values."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from kithmap.errors import UnknownOption
from kithmap.measures.measure import Measure

YES, NO = ("yes", "true", "1"), ("no", "false", "0")
WORDS = {int: "a whole number", float: "a number", bool: "yes or no", str: "a text"}


@dataclass(frozen=True)
class Option:
    """One option: its name, its kind, the values it may have where they are few, its default."""

    name: str
    kind: Any
    values: tuple[Any, ...]
    default: Any

    @property
    def expected(self) -> str:
        """What the option may be, in words."""
        if self.values:
            return "one of " + ", ".join(repr(value) for value in self.values)
        return WORDS.get(self.kind, "a value")

    def to_dict(self) -> dict[str, Any]:
        """The option as plain values, for JSON and for `kithmap measures`."""
        values = "|".join(str(value) or "''" for value in self.values)
        return {"name": self.name, "kind": self.kind.__name__, "values": values, "default": self.default}


def find_options(measure: Measure) -> tuple[Option, ...]:
    """The options of a measure, in the order of its signature."""
    hints = get_type_hints(measure.build)
    return tuple(
        _option(name, hints.get(name, str), parameter.default) for name, parameter in measure.options.items()
    )


def read_options(measure: Measure, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of the measure with its value: as given, or as it is by default.

    Raises: UnknownOption for a name or a value that the measure does not have.
    """
    known = {option.name: option for option in find_options(measure)}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnknownOption(
                f"The measure {measure.name} has no option '{name}'.",
                f"Its options are {', '.join(known)}." if known else "It has no options.",
                f"Did you mean '{near[0]}'?" if near else "See `kithmap measures`.",
            )
    return {
        name: _read(measure, option, given[name]) if name in given else option.default
        for name, option in known.items()
    }


def _option(name: str, hint: Any, default: Any) -> Option:
    if get_origin(hint) is Literal:
        values = get_args(hint)
        return Option(name, type(values[0]), values, default)
    return Option(name, cast("Any", hint) if isinstance(hint, type) else str, (), default)


def _read(measure: Measure, option: Option, value: Any) -> Any:
    read = _convert(option, value)
    if read is None or (option.values and read not in option.values):
        raise UnknownOption(
            f"The option '{option.name}' of {measure.name} cannot be '{value}'.",
            f"It is {option.expected}.",
            "Give one of these, or leave the option out.",
        )
    return read


def _convert(option: Option, value: Any) -> Any:
    """The value as the option's kind; None where it is not one."""
    if option.kind is bool:
        word = str(value).strip().lower()
        return True if word in YES else False if word in NO else None
    if isinstance(value, option.kind):
        return value
    try:
        return option.kind(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None
