"""How near a record is to whom somebody looks for, in words and in plain points; never a risk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kithmap.desk.likeness import letters_apart

NUMBERS = ("nhs", "upn", "number")
# As many as a person can look through; more is a question asked too widely.
MOST_FOUND = 25
# Two surnames so far apart may be one name written wrongly, where the forenames agree.
MOST_LETTERS = 2
# What agrees with what was asked, in words, and how near that is; several add up.
EXACT_NAME, NEAR_NAME, SOUNDS_ALIKE = ("name", 6), ("name nearly", 4), ("name sounds alike", 2)
SAME_DAY, SWAPPED, ONE_DIGIT = (
    ("date of birth", 6),
    ("day and month swapped", 4),
    ("date of birth but a digit", 3),
)
SAME_HOME, SAME_SECTOR = ("home postcode", 3), ("postcode but the last letters", 1)
SAME_NUMBER = ("number", 9)

Agreement = tuple[str, int]


@dataclass(frozen=True, repr=False)
class Wanted:
    """Whom to find: any of a name, a date of birth, a home postcode and a number, as written."""

    name: str = ""
    dob: date | None = None
    postcode: str = ""
    number: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """What it says, by the names of the fields only."""
        return tuple(name for name, value in vars(self).items() if value)

    def __repr__(self) -> str:
        return f"<Wanted by {', '.join(self.fields)}>"


def ranked(rows: Iterable[dict[str, Any]], wanted: Wanted) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    """The records that agree with what was asked, the likest first, each with what agrees, in words.

    A record that agrees in nothing of a name that was asked is left out, unless its number is the one asked.
    """
    found: list[tuple[int, dict[str, Any], tuple[str, ...]]] = []
    for row in rows:
        number, name = _number_agrees(row, wanted.number), _name_agrees(row, wanted.name)
        agrees = [
            each for each in (number, name, _birth_agrees(row, wanted.dob), _home_agrees(row, wanted)) if each
        ]
        if agrees and (name or number or not wanted.name):
            found.append((sum(points for _, points in agrees), row, tuple(words for words, _ in agrees)))
    found.sort(key=lambda each: (-each[0], each[1]["signature"]))
    return [(row, agrees) for _, row, agrees in found[:MOST_FOUND]]


def _number_agrees(row: Mapping[str, Any], number: str) -> Agreement | None:
    held = {plain(row[column]) for column in NUMBERS if row[column]}
    return SAME_NUMBER if number and plain(number) in held else None


def _name_agrees(row: Mapping[str, Any], name: str) -> Agreement | None:
    from kithmap.linkage.name_sounds import may_stand_for, sounds_of, split
    from kithmap.linkage.names import sound_of, spelling_of

    first, last = split(name)
    if not first or not last or not row["f_name"] or not row["s_name"]:
        return None
    asked = (spelling_of(first[0]), " ".join(spelling_of(word) for word in last))
    for held in ((row["f_name"], row["s_name"]), (row["s_name"], row["f_name"])):
        if held == asked:
            return EXACT_NAME
        near = held[0] in may_stand_for(first[0]) or letters_apart(held[0], asked[0]) <= 1
        if near and (
            letters_apart(held[1], asked[1]) <= MOST_LETTERS or set(held[1].split()) & set(asked[1].split())
        ):
            return NEAR_NAME
    parts = [*row["s_name"].split(), row["s_name"].replace(" ", "")]
    sounds = {" ".join(sorted((sound_of(row["f_name"]), sound_of(part)))) for part in parts}
    return SOUNDS_ALIKE if sounds & set(sounds_of(name)) else None


def _birth_agrees(row: Mapping[str, Any], dob: date | None) -> Agreement | None:
    held: str | None = row["d_day"]
    if dob is None or held is None:
        return None
    other = swapped(dob)
    if held == dob.isoformat():
        return SAME_DAY
    if other is not None and held == other.isoformat():
        return SWAPPED
    return ONE_DIGIT if letters_apart(held, dob.isoformat()) == 1 else None


def _home_agrees(row: Mapping[str, Any], wanted: Wanted) -> Agreement | None:
    home, held = plain(wanted.postcode), row["home"]
    if not home or not held:
        return None
    return SAME_HOME if held == home else SAME_SECTOR if held[:-2] == home[:-2] else None


def swapped(day: date | None) -> date | None:
    """The day with day and month changed about, where there is one and it is another."""
    return (
        day.replace(month=day.day, day=day.month) if day and day.day <= 12 and day.day != day.month else None
    )


def plain(text: str) -> str:
    """A number or postcode without blanks, in capitals."""
    return "".join(text.split()).upper()
