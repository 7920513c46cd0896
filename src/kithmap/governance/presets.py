"""Presets of disclosure control: what is withheld and how wide the doubt must stay, as data."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from kithmap.errors import WrongUse


@dataclass(frozen=True)
class Preset:
    """One way of withholding; `presets.toml` says what each field means."""

    name: str
    title: str
    source: str
    withhold_below: int
    minimum_width: int
    round_to: int
    guards_groups: bool
    guards_alone: bool
    contributors: int
    dominance: float
    residents: int
    people: int
    members: int
    rows_alike: int
    row_values: int

    def is_as_strict_as(self, other: "Preset") -> bool:
        """Whether whatever this preset shows, the other would show too: a partial order.

        >>> get_preset("default").is_as_strict_as(get_preset("ofqual5"))
        True
        >>> get_preset("council10").is_as_strict_as(get_preset("default"))
        False
        """
        more = all(getattr(self, name) >= getattr(other, name) for name in _MORE)
        rounds = self.round_to % other.round_to == 0
        return more and rounds and self.dominance <= other.dominance

    def is_stricter_than(self, other: "Preset") -> bool:
        """Whether this preset is as strict as the other, and not the other way round."""
        return self.is_as_strict_as(other) and not other.is_as_strict_as(self)


_APART = {"name", "title", "source", "round_to", "dominance"}
_MORE = tuple(each.name for each in fields(Preset) if each.name not in _APART)


@cache
def presets() -> dict[str, Preset]:
    """Every preset by its name, as the package's data has them."""
    text = resources.files("kithmap.governance").joinpath("presets.toml").read_text(encoding="utf-8")
    held: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: Preset(name=name, **values) for name, values in held.items()}


def get_preset(name: str) -> Preset:
    """The preset of a name.

    Raises: WrongUse when there is none.
    """
    try:
        return presets()[name.strip().lower()]
    except KeyError:
        raise WrongUse(
            f"There is no preset '{name}'.", f"One of {', '.join(presets())}.", "Name one of these."
        ) from None
