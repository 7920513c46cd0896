"""How agencies write a person: nicknames, other spellings, slips of the keys, wrong birthdays."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from kithmap.world.forms import NO_DAY, Form, blank_where, choose_text
from kithmap.world.names import Spellings
from kithmap.world.people import People
from kithmap.world.streams import Bools, Ints, Streams

_KEYS = pl.Series(list("aeioustnrlmhkdwyg"))
_COMMUNAL = pl.Series(["Lodge Children's Home", "House Childrens Home", "Residential Children's Home"])


@dataclass(frozen=True)
class Care:
    """How carefully a kind of sender writes: shares of people or rows that go wrong."""

    nickname: float
    variant: float
    typo: float
    swap: float
    dob_wrong: float
    dob_missing: float
    old_address: float


CLERK = Care(0.004, 0.012, 0.002, 0.001, 0.003, 0.0, 0.05)
CASEWORK = Care(0.025, 0.035, 0.010, 0.004, 0.010, 0.010, 0.25)
OFFICER = Care(0.045, 0.060, 0.025, 0.010, 0.020, 0.050, 0.40)
HURRY = Care(0.090, 0.060, 0.030, 0.012, 0.020, 0.090, 0.35)


@dataclass(frozen=True)
class Speller:
    """Writes people as one sender would: the same person the same way, but for slips."""

    people: People
    streams: Streams
    holder: str
    care: Care
    form: Form
    rng: np.random.Generator

    def _steady(self, who: Ints, what: str) -> np.ndarray:
        return self.streams.steady(who, f"{self.holder} {what}")

    def forename(self, who: Ints) -> pl.Series:
        """Forename as this sender knows it."""
        names, ids = self.people.book.forenames, self.people.forename[who]
        text = _table(names, self.form).gather(ids)
        u = self._steady(who, "forename")
        nickname = names.nickname.gather(ids)
        by_nickname = (u < self.care.nickname) & (nickname != "").to_numpy()
        by_variant = (u >= self.care.nickname) & (u < self.care.nickname + self.care.variant)
        text = choose_text(by_nickname, nickname, text)
        text = choose_text(by_variant, names.other.gather(ids), text)
        return slip(text, self.rng.random(len(who)) < self.care.typo, self.rng)

    def surname(self, who: Ints) -> pl.Series:
        """Surname as this sender knows it: doubled names, parts of names, apostrophes lost."""
        people = self.people
        names, u = people.book.surnames, self._steady(who, "surname")
        text = _table(names, self.form).gather(people.surname[who])
        text = choose_text(u < self.care.variant, names.other.gather(people.surname[who]), text)
        text = self._three_part(who, text)
        text = self._doubled(who, text)
        marks = self._steady(who, "marks")
        loose = marks < 4 * self.care.variant
        text = choose_text(loose & (marks < 2 * self.care.variant), text.str.replace_all("['-]", ""), text)
        text = choose_text(loose, text.str.replace_all("['-]", " "), text)
        return slip(text, self.rng.random(len(who)) < self.care.typo, self.rng)

    def _three_part(self, who: Ints, text: pl.Series) -> pl.Series:
        """Some take the father's name for the surname, or write both."""
        people, u = self.people, self._steady(who, "father")
        styles = np.array([c.style == "three_part" for c in people.book.communities])
        three = styles[people.community[who]] & (people.middle[who] >= 0)
        if not three.any():
            return text
        father = _table(people.book.forenames, self.form).gather(np.maximum(people.middle[who], 0))
        text = choose_text(three & (u < 2.5 * self.care.variant), father, text)
        both = three & (u > 1 - 4 * self.care.variant)
        return choose_text(both, father + pl.Series([" "]) + text, text)

    def _doubled(self, who: Ints, text: pl.Series) -> pl.Series:
        people, u = self.people, self._steady(who, "second surname")
        second = people.surname_2[who]
        has = second >= 0
        if not has.any():
            return text
        other = _table(people.book.surnames, self.form).gather(np.maximum(second, 0))
        styles = np.array([c.style == "two_surnames" for c in people.book.communities])[people.community[who]]
        text = choose_text(
            has & ~styles & (u >= 3 * self.care.variant), text + pl.Series(["-"]) + other, text
        )
        return choose_text(has & styles & (u >= 5 * self.care.variant), text + pl.Series([" "]) + other, text)

    def names(self, who: Ints) -> tuple[pl.Series, pl.Series]:
        """Forename and surname in two columns; now and then swapped."""
        forename, surname = self.forename(who), self.surname(who)
        family_first = np.array([c.style == "family_first" for c in self.people.book.communities])
        share = self.care.swap * np.where(family_first[self.people.community[who]], 10, 1)
        swap = self._steady(who, "swap") < share
        return choose_text(swap, surname, forename), choose_text(swap, forename, surname)

    def full_name(self, who: Ints, order: str = "SURNAME, Forename") -> pl.Series:
        """The whole name in one cell, mostly in the sender's order."""
        forename, surname = self.names(who)
        middle = _table(self.people.book.forenames, self.form).gather(np.maximum(self.people.middle[who], 0))
        has = (self.people.middle[who] >= 0) & (self._steady(who, "middle") < 0.25)
        given = choose_text(has, forename + pl.Series([" "]) + middle, forename)
        upper = surname.str.to_uppercase()
        comma = upper + pl.Series([", "]) + given
        natural = forename + pl.Series([" "]) + surname
        if order != "SURNAME, Forename":
            return choose_text(self.rng.random(len(who)) < 0.05, comma, natural)
        return choose_text(self.rng.random(len(who)) < 4 * self.care.swap, natural, comma)

    def birth_days(self, who: Ints) -> Ints:
        """Dates of birth: some missing, some wrong in the day, the month or the year."""
        day = wrong_days(self.people.birth_day[who], self._steady(who, "dob"), self.care.dob_wrong)
        return np.where(self.rng.random(len(who)) < self.care.dob_missing, NO_DAY, day)

    def name_dob(self, who: Ints) -> pl.Series:
        """Name and date of birth in one cell: `SMITH, Jo (03/09/2009)`."""
        name, day = self.full_name(who), self.birth_days(who)
        plain = self.form if self.form.dates != "excel" else Form()
        dob = plain.days(day).fill_null("")
        return choose_text(day == NO_DAY, name, name + pl.Series([" ("]) + dob + pl.Series([")"]))

    def address(self, who: Ints) -> tuple[pl.Series, pl.Series]:
        """Address and postcode, the old ones where the sender has not been told."""
        people, homes = self.people, self.people.homes
        home = people.home[who]
        old = self._steady(who, "address") < self.care.old_address
        unit = np.where(old, homes.old_unit[home], homes.unit[home])
        number = np.where(old, homes.old_number[home], homes.number[home])
        street = people.geography.unit_street.gather(unit)
        address = pl.Series(number).cast(pl.String) + pl.Series([" "]) + street
        lodge = street.str.split(" ").list.first() + " " + _COMMUNAL.gather(home % len(_COMMUNAL))
        address = choose_text(homes.is_communal[home], lodge + ", " + address, address)
        postcode = people.geography.unit_postcode.gather(unit)
        tight = self.rng.random(len(who)) < 6 * self.care.variant
        return address, choose_text(tight, postcode.str.replace(" ", ""), postcode)

    def sex(self, who: Ints) -> pl.Series:
        """Sex in the sender's codes."""
        return pl.Series(list(self.form.sex)).gather(self.people.is_male[who].astype(np.int64))


def _table(names: Spellings, form: Form) -> pl.Series:
    return names.folded if form.is_folded else names.text


def slip(text: pl.Series, mask: Bools, rng: np.random.Generator) -> pl.Series:
    """Make one slip of the keys in the masked cells: a letter lost, doubled, changed or two swapped."""
    rows = np.flatnonzero(mask)
    if not len(rows):
        return text
    some = text.gather(rows).fill_null("")
    length = some.str.len_chars().to_numpy().astype(np.int64)
    at = 1 + (rng.random(len(rows)) * np.maximum(length - 2, 1)).astype(np.int64)
    kind = rng.integers(0, 4, len(rows))
    key = _KEYS.gather(rng.integers(0, len(_KEYS), len(rows)))
    frame = pl.DataFrame({"s": some, "at": at, "kind": kind, "key": key})
    s, i = pl.col("s"), pl.col("at")
    head, here, after, tail = s.str.slice(0, i), s.str.slice(i, 1), s.str.slice(i + 1, 1), s.str.slice(i + 1)
    slipped = frame.select(
        pl.when(s.str.len_chars() < 3).then(s)
        .when(pl.col("kind") == 0).then(head + tail)
        .when(pl.col("kind") == 1).then(head + here + here + tail)
        .when(pl.col("kind") == 2).then(head + pl.col("key") + tail)
        .otherwise(head + after + here + s.str.slice(i + 2))
    ).to_series()  # fmt: skip
    return text.clone().scatter(rows, slipped)


def wrong_days(days: Ints, u: np.ndarray, share: float) -> Ints:
    """Mistype some dates: day and month swapped, a year out, or a day out."""
    wrong = np.flatnonzero(u < share)
    if not len(wrong):
        return days
    table = pl.DataFrame({"d": pl.Series(days[wrong], dtype=pl.Int32).cast(pl.Date)})
    d = pl.col("d")
    swapped = table.select(pl.date(d.dt.year(), pl.min_horizontal(d.dt.day(), 12), d.dt.month())).to_series()
    day = table["d"].dt.day()
    kind = u[wrong] / share
    # A day above 12 cannot be swapped with the month: that hand would write the next day.
    can_swap = (day <= 12).to_numpy() & (kind < 0.4)
    out = days.copy()
    out[wrong] = np.where(
        can_swap, swapped.cast(pl.Int32).to_numpy(), np.where(kind < 0.7, days[wrong] + 365, days[wrong] + 1)
    )
    return out


def blanks(column: pl.Series, rng: np.random.Generator, share: float) -> pl.Series:
    """Leave a share of the cells empty."""
    return blank_where(column, rng.random(len(column)) < share)
