"""The four levels at which an answer may leave, from the partnership's own desk to the public."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """R0 internal, R1 partnership, R2 health, R3 public."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"


@dataclass(frozen=True)
class LevelRule:
    """What a level shows: threshold, rounding, names, and who it is for."""

    level: Level
    title: str
    audience: str
    withhold_below: int
    minimum_width: int
    round_to: int
    shows_names: bool


LEVELS: dict[Level, LevelRule] = {
    Level.R0: LevelRule(Level.R0, "Internal", "the analysts and managers of the partnership", 0, 0, 1, True),
    Level.R1: LevelRule(Level.R1, "Partnership", "partners who signed the agreements", 5, 5, 1, False),
    Level.R2: LevelRule(Level.R2, "Health", "healthcare providers", 5, 5, 1, False),
    Level.R3: LevelRule(Level.R3, "Public", "anyone", 5, 5, 5, False),
}
