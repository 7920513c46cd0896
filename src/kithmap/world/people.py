"""Young people of 10 to 17, their households, homes, names and numbers; and some adults."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from kithmap.world.geography import AUTHORITIES, LA_NUMBERS, Geography, make_geography
from kithmap.world.names import (
    NameBook,
    draw_communities,
    draw_ethnicities,
    draw_forenames,
    draw_surnames,
    read_names,
)
from kithmap.world.streams import Bools, Ints, Streams, draw

AS_AT = date(2026, 7, 31)
AS_AT_DAY = (AS_AT - date(1970, 1, 1)).days
FIRST_BIRTHDAY = (date(2008, 8, 1) - date(1970, 1, 1)).days
# The youngest are 10 and the oldest 17 on the as-at date.
BIRTH_DAYS = (date(2016, 7, 31) - date(1970, 1, 1)).days - FIRST_BIRTHDAY + 1
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@dataclass(frozen=True)
class Homes:
    """Households: where they live, where they lived, and whether they are a children's home."""

    authority: Ints
    community: Ints
    surname: Ints
    middle: Ints
    unit: Ints
    number: Ints
    old_unit: Ints
    old_number: Ints
    is_communal: Bools

    def __len__(self) -> int:
        return len(self.authority)


@dataclass(frozen=True)
class People:
    """One item per person; the first `young` are young people, the rest adults.

    `family` is whom they were born to, wherever they live now: a children's home is no family.
    """

    young: int
    home: Ints
    family: Ints
    authority: Ints
    community: Ints
    is_male: Bools
    birth_day: Ints
    forename: Ints
    middle: Ints
    surname: Ints
    surname_2: Ints
    ethnicity: pl.Series
    upn: pl.Series
    nhs_number: pl.Series
    child_id: pl.Series
    homes: Homes
    geography: Geography
    book: NameBook

    def __len__(self) -> int:
        return len(self.home)

    @property
    def group(self) -> pl.Series:
        """The community of each person, by which linkage quality is told apart."""
        return pl.Series(self.book.ids, dtype=pl.Categorical).gather(self.community)

    def age_on(self, day: Ints | int, people: Ints) -> Ints:
        """Age in whole years on a day, within a day of exact."""
        return ((np.asarray(day) - self.birth_day[people] + 0.25) // 365.25).astype(np.int64)


def _household_sizes(rng: np.random.Generator, young: int) -> Ints:
    sizes = draw(rng, [0.60, 0.28, 0.09, 0.03], young) + 1
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), young)) + 1]
    sizes[-1] -= int(sizes.sum()) - young
    return sizes


def _birth_days(rng: np.random.Generator, home: Ints, sizes: Ints) -> Ints:
    """Birthdays: brothers and sisters at least ten months apart, some of them twins."""
    first = np.cumsum(sizes) - sizes
    order = np.arange(len(home)) - first[home]
    gap = 300 + (rng.random(len(sizes)) * (BIRTH_DAYS / np.maximum(sizes, 2) - 300)).astype(np.int64)
    start = rng.integers(0, BIRTH_DAYS, len(sizes))
    order = np.where((order == 1) & (rng.random(len(home)) < 0.035), 0, order)
    return FIRST_BIRTHDAY + (start[home] + order * gap[home]) % BIRTH_DAYS


def _house_numbers(rng: np.random.Generator, unit: Ints) -> Ints:
    """Numbers along the street, no two households of a postcode at the same one."""
    order = np.argsort(unit, kind="stable")
    _, first, counts = np.unique(unit[order], return_index=True, return_counts=True)
    place = np.empty(len(unit), dtype=np.int64)
    place[order] = np.arange(len(unit)) - np.repeat(first, counts)
    return 1 + place * 2 + rng.integers(0, 2, len(unit))


def _homes(streams: Streams, book: NameBook, sizes: Ints) -> tuple[Homes, Geography]:
    rng = streams.stream("homes")
    count = len(sizes)
    authority = draw(rng, [1.0, 0.95, 1.0, 1.05, 0.9, 1.1, 1.0], count)
    geography = make_geography(streams, np.bincount(authority, minlength=len(AUTHORITIES)))
    community = draw_communities(rng, book, authority)
    low, high = geography.unit_first[authority], geography.unit_first[authority + 1]
    unit = low + (rng.random(count) * (high - low)).astype(np.int64)
    has_moved = rng.random(count) < 0.14
    old_unit = np.where(has_moved, low + (rng.random(count) * (high - low)).astype(np.int64), unit)
    number = _house_numbers(rng, unit)
    fathers = draw_forenames(rng, book, community, np.ones(count, dtype=bool))
    homes = Homes(
        authority, community, draw_surnames(rng, book, community), fathers, unit, number,
        old_unit, np.where(has_moved, 200 + rng.integers(0, 90, count), number), np.zeros(count, dtype=bool),
    )  # fmt: skip
    return homes, geography


def _add_children_homes(rng: np.random.Generator, homes: Homes, home: Ints) -> tuple[Homes, Ints]:
    """Move a few young people, each from another family, into children's homes."""
    communal = max(7, len(home) // 2_500)
    at = np.arange(communal) % len(AUTHORITIES)
    pick = np.array([rng.choice(np.flatnonzero(homes.authority == a)) for a in at])
    extra = replace(
        homes, **{f: getattr(homes, f)[pick] for f in homes.__dataclass_fields__},
    )  # fmt: skip
    extra = replace(
        extra, number=900 + np.arange(communal) % 90, old_unit=extra.unit,
        old_number=900 + np.arange(communal) % 90, is_communal=np.ones(communal, dtype=bool),
    )  # fmt: skip
    first = len(homes)
    merged = Homes(
        **{f: np.concatenate((getattr(homes, f), getattr(extra, f))) for f in homes.__dataclass_fields__}
    )
    moved = home.copy()
    for number, authority in enumerate(at):
        local = np.flatnonzero(homes.authority[home] == authority)
        moved[rng.choice(local, min(6, len(local) // 10), replace=False)] = first + number
    return merged, moved


def _surnames(rng: np.random.Generator, book: NameBook, people: People, family: Ints) -> People:
    """Give surnames: shared at home, doubled, in two parts, or a mother's own."""
    styles = np.array([community.style for community in book.communities])[people.community]
    surname = people.homes.surname[family].copy()
    own = rng.random(len(people)) < 0.07
    surname[own] = draw_surnames(rng, book, people.community[own])
    gendered = (styles == "gendered") & ~people.is_male
    surname[gendered] = book.surnames.female[surname[gendered]]
    # The second surname belongs to the family, so brothers and sisters share it.
    second = draw_surnames(rng, book, people.homes.community)[family]
    doubled = rng.random(len(people.homes))[family] < np.where(styles == "two_surnames", 0.85, 0.05)
    doubled &= (styles == "two_surnames") | (styles == "plain")
    surname_2 = np.where(doubled & (second != surname), second, -1)
    middle = np.where(
        styles == "three_part",
        people.homes.middle[family],
        np.where(
            rng.random(len(people)) < 0.4, draw_forenames(rng, book, people.community, people.is_male), -1
        ),
    )
    middle = np.where(middle == people.forename, -1, middle)
    return replace(people, surname=surname, surname_2=surname_2, middle=middle)


def _check_letter(digits: Ints) -> Ints:
    """Position of a UPN's check letter: digits times their place, modulo 23."""
    return (digits * np.arange(2, 14)).sum(axis=1) % 23


def upns(authority: Ints, estab: Ints, birth_day: Ints) -> pl.Series:
    """A unique pupil number for each person: authority, first school, year, serial."""
    year = np.int64(12) + (birth_day - FIRST_BIRTHDAY) // 366
    key = (authority * 10_000 + estab) * 100 + year
    order = np.argsort(key, kind="stable")
    _, first, counts = np.unique(key[order], return_index=True, return_counts=True)
    serial = np.empty(len(key), dtype=np.int64)
    serial[order] = np.arange(len(key)) - np.repeat(first, counts)
    if serial.max(initial=0) > 999:
        raise ValueError("a school has more than 1,000 pupils of one year: UPNs would repeat")
    la = np.array(LA_NUMBERS)[authority]
    number = ((la * 10_000 + estab) * 100 + year) * 1_000 + serial
    digits = number[:, None] // 10 ** np.arange(11, -1, -1) % 10
    letters = pl.Series(list(_LETTERS)).gather(_check_letter(digits))
    return letters + pl.Series(number).cast(pl.String)


def temporary(upn: pl.Series) -> pl.Series:
    """The temporary UPN a school makes while it waits: the last digit is a letter."""
    body = upn.str.slice(1, 11)
    digits = np.array([list(map(int, text)) for text in body]).reshape(-1, 11)
    # The closing letter A counts 0, so it adds nothing to the sum.
    full = np.concatenate((digits, np.zeros((len(digits), 1), dtype=np.int64)), axis=1)
    return pl.Series(list(_LETTERS)).gather(_check_letter(full)) + body + pl.Series(["A"])


def nhs_numbers(rng: np.random.Generator, size: int) -> pl.Series:
    """Different NHS numbers of the 999 range, which is never given to a real person."""
    body = 999_000_000 + rng.permutation(1_000_000)
    digits = body[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = 11 - (digits * np.arange(10, 1, -1)).sum(axis=1) % 11
    check[check == 11] = 0
    usable = check != 10
    return pl.Series(body[usable] * 10 + check[usable])[:size].cast(pl.String)


def make_people(streams: Streams, young: int) -> People:
    """Make the young people with their households, and the adults of the same homes.

    UPNs, NHS numbers and social care numbers are given later, when schools and cases are known.
    """
    rng = streams.stream("people")
    book = read_names()
    sizes = _household_sizes(rng, young)
    family = np.repeat(np.arange(len(sizes)), sizes)
    homes, geography = _homes(streams, book, sizes)
    birth_day = _birth_days(rng, family, sizes)
    homes, home = _add_children_homes(rng, homes, family)
    adults = max(20, young // 16)
    parents = rng.integers(0, len(sizes), adults)
    family, home = np.concatenate((family, parents)), np.concatenate((home, parents))
    birth_day = np.concatenate((birth_day, AS_AT_DAY - rng.integers(19 * 365, 52 * 365, adults)))
    is_male = rng.random(len(home)) < np.where(np.arange(len(home)) < young, 0.51, 0.6)
    community = homes.community[family].copy()
    forename = draw_forenames(rng, book, community, is_male)
    mixed = rng.random(len(home)) < 0.05
    forename[mixed] = draw_forenames(rng, book, np.zeros(int(mixed.sum()), dtype=np.int64), is_male[mixed])
    empty = pl.Series([""]).gather(np.zeros(len(home), dtype=np.int64))
    people = People(
        young, home, family, homes.authority[home], community, is_male, birth_day, forename,
        np.full(len(home), -1), homes.surname[family], np.full(len(home), -1),
        draw_ethnicities(rng, book, community), empty, empty, empty, homes, geography, book,
    )  # fmt: skip
    return _different_siblings(rng, _surnames(rng, book, people, family), family)


def _different_siblings(rng: np.random.Generator, people: People, family: Ints) -> People:
    """Draw a forename again where brothers or sisters were given the same one."""
    forename = people.forename.copy()
    for _ in range(4):
        key = family * 100_000 + forename
        _, first, counts = np.unique(key, return_index=True, return_counts=True)
        again = np.ones(len(key), dtype=bool)
        again[first] = False
        if not again.any() or counts.max() == 1:
            break
        forename[again] = draw_forenames(rng, people.book, people.community[again], people.is_male[again])
    return replace(people, forename=forename, middle=np.where(people.middle == forename, -1, people.middle))
