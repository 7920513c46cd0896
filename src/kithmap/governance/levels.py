"""The four levels at which an answer may leave, from the partnership's own desk to the public."""

from dataclasses import dataclass, replace
from enum import Enum

from kithmap.errors import WrongUse
from kithmap.governance.presets import Preset, get_preset


class Level(Enum):
    """R0 internal, R1 partnership, R2 health, R3 public."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"


@dataclass(frozen=True)
class LevelRule:
    """What a level shows: who it is for, its preset of disclosure control, and whether names are shown."""

    level: Level
    title: str
    audience: str
    preset: Preset
    shows_names: bool

    @property
    def withhold_below(self) -> int:
        """Counts from 1 up to one less are withheld."""
        return self.preset.withhold_below

    @property
    def minimum_width(self) -> int:
        """How far apart the lowest and highest of a withheld count must stay."""
        return self.preset.minimum_width

    @property
    def round_to(self) -> int:
        """Counts are shown to the nearest of this."""
        return self.preset.round_to

    def with_preset(self, name: str) -> "LevelRule":
        """The same level under another preset, which must be as strict as its own.

        Raises: WrongUse when there is no such preset, or it would show more.
        """
        chosen = get_preset(name)
        if not chosen.is_as_strict_as(self.preset):
            raise WrongUse(
                f"The preset '{chosen.name}' would show more at level {self.level.value} than its own does.",
                f"A preset at least as strict as '{self.preset.name}'.",
                "Choose a stricter preset for this level.",
            )
        return replace(self, preset=chosen)


LEVELS: dict[Level, LevelRule] = {
    Level.R0: LevelRule(
        Level.R0,
        "Internal",
        "the analysts and managers of the partnership",
        preset=get_preset("internal"),
        shows_names=True,
    ),
    Level.R1: LevelRule(
        Level.R1,
        "Partnership",
        "partners who signed the agreements",
        preset=get_preset("partnership"),
        shows_names=False,
    ),
    Level.R2: LevelRule(
        Level.R2, "Health", "healthcare providers", preset=get_preset("default"), shows_names=False
    ),
    Level.R3: LevelRule(Level.R3, "Public", "anyone", preset=get_preset("default"), shows_names=False),
}
