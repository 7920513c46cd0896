"""How near a record is to whom somebody looks for, in words and in plain points; never a risk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import ne
from typing import Any

from kithmap.desk.likeness import letters_apart

NUMBERS = ("nhs", "upn", "number")
# Under `LED_BY` a record says what led to it: the column of a number, the sounds of the name, or another.
LED_BY, NAME = "led_by", "name"
# As many as a person looks through; more is a question asked too widely, and is counted only.
MOST_FOUND = 10
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
    asked, birth, home = _Name(wanted.name), _Birth(wanted.dob), plain(wanted.postcode)
    found: list[tuple[int, dict[str, Any], tuple[str, ...]]] = []
    for row in rows:
        number = SAME_NUMBER if row[LED_BY] & set(NUMBERS) else None
        name = asked.agrees(row["f_whole"], row["s_name"]) or (SOUNDS_ALIKE if NAME in row[LED_BY] else None)
        others = birth.agrees(row["d_day"]), _home_agrees(row["home"], home)
        agrees = [each for each in (number, name, *others) if each]
        if agrees and (name or number or not wanted.name):
            found.append((sum(points for _, points in agrees), row, tuple(words for words, _ in agrees)))
    found.sort(key=lambda each: (-each[0], each[1]["signature"]))
    return [(row, agrees) for _, row, agrees in found]


class _Name:
    """A name that was asked for, read once: its words, and what they may stand for."""

    def __init__(self, name: str) -> None:
        from kithmap.linkage.name_sounds import may_stand_for, split
        from kithmap.linkage.names import spelling_of

        first, last = split(name)
        self._first = spelling_of(first[0]) if first and last else ""
        self._last = " ".join(spelling_of(word) for word in last)
        self._stands_for = may_stand_for(first[0]) if first else set[str]()
        # Few names are borne by many.
        self._near_first: dict[str, bool] = {}
        self._near_last: dict[str, bool] = {}

    def agrees(self, forenames: str | None, surname: str | None) -> Agreement | None:
        """How a record's name agrees, in either order; None where it does not."""
        if not self._first or not forenames or not surname:
            return None
        forename = forenames.split(" ", 1)[0]
        for first, last in ((forename, surname), (surname, forename)):
            if (first, last) == (self._first, self._last):
                return EXACT_NAME
            if self._is_near(first, last):
                return NEAR_NAME
        return None

    def _is_near(self, first: str, last: str) -> bool:
        if first not in self._near_first:
            self._near_first[first] = first in self._stands_for or within(first, self._first, 1)
        return self._near_first[first] and self._is_near_last(last)

    def _is_near_last(self, last: str) -> bool:
        if last not in self._near_last:
            words = set(last.split()) & set(self._last.split())
            self._near_last[last] = bool(words) or within(last, self._last, MOST_LETTERS)
        return self._near_last[last]


def within(one: str, other: str, most: int) -> bool:
    """Whether two words are at most so many letters apart."""
    # The letters themselves tell most words apart, without aligning them.
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return False
    return letters_apart(one, other) <= most


class _Birth:
    """A date of birth that was asked for, read once."""

    def __init__(self, dob: date | None) -> None:
        other = swapped(dob)
        self._day = dob.isoformat() if dob else ""
        self._swapped = other.isoformat() if other else ""

    def agrees(self, held: str | None) -> Agreement | None:
        """How a record's date of birth agrees; None where it does not."""
        if not self._day or not held:
            return None
        if held == self._day:
            return SAME_DAY
        if held == self._swapped:
            return SWAPPED
        apart = sum(map(ne, held, self._day))
        return ONE_DIGIT if apart == 1 else None


def _home_agrees(held: str | None, home: str) -> Agreement | None:
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
