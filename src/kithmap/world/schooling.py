"""Which school each young person was on the roll of, and when."""

from dataclasses import dataclass, replace

import numpy as np

from kithmap.world.geography import AUTHORITIES
from kithmap.world.people import AS_AT_DAY, People, upns
from kithmap.world.places import AP, PRIMARY, SECONDARY, Schools, enrol
from kithmap.world.streams import Bools, Ints, Streams

SEPTEMBER = {2024: 19_967, 2025: 20_332}  # 1 September, in days since 1970
_YEAR = 365.25
# First and last days of the half-terms, as days after 1 September.
_TERMS = ((2, 53), (63, 109), (126, 165), (175, 207), (224, 263), (273, 319))
SCHOOL_DAYS = np.array(
    [day for september in SEPTEMBER.values() for first, last in _TERMS
     for day in range(september + first, september + last + 1) if (day + 3) % 7 < 5]
)  # fmt: skip


def to_school_day(day: Ints) -> Ints:
    """The last school day on or before each day; the first there is, before that."""
    return SCHOOL_DAYS[np.maximum(np.searchsorted(SCHOOL_DAYS, day, side="right") - 1, 0)]


@dataclass(frozen=True)
class Schooling:
    """One item per young person; -1 where there is none."""

    primary: Ints
    secondary: Ints
    next_secondary: Ints
    move_day: Ints
    stays_on: Bools
    ap: Ints
    ap_start: Ints
    ap_end: Ints
    has_temporary_upn: Bools
    is_free_meals: Bools
    sen: Ints
    birth_day: Ints

    def year_group(self, people: Ints, day: Ints | int) -> Ints:
        """National curriculum year on a day."""
        september = np.where(np.asarray(day) >= SEPTEMBER[2025], SEPTEMBER[2025], SEPTEMBER[2024])
        return ((september - 1 - self.birth_day[people] + 0.3) // _YEAR).astype(np.int64) - 4

    def school_on(self, people: Ints, day: Ints | int) -> Ints:
        """School on the roll on a day; -1 for those at a college or in no school."""
        year = self.year_group(people, day)
        later = (self.move_day[people] >= 0) & (np.asarray(day) >= self.move_day[people])
        secondary = np.where(later, self.next_secondary[people], self.secondary[people])
        older = np.where(self.stays_on[people] | (year <= 11), secondary, -1)
        return np.where(year <= 6, self.primary[people], older)


def make_schooling(streams: Streams, people: People, schools: Schools) -> Schooling:
    """Give each young person a primary, a secondary, perhaps a move and a time in an AP."""
    rng = streams.stream("schooling")
    young = people.young
    ward = people.geography.unit_ward[people.homes.unit[people.home[:young]]]
    secondary = enrol(streams, people.geography, schools, ward, SECONDARY)
    moves = rng.random(young) < 0.035
    other = enrol(Streams(streams.seed + 1), people.geography, schools, ward, SECONDARY)
    moves &= other != secondary
    start = AS_AT_DAY - rng.integers(60, 500, young)
    # About one young person in a hundred of secondary age spends some months in an AP.
    alternative = np.array([schools.of(authority, AP)[0] for authority in range(len(AUTHORITIES))])
    goes = (rng.random(young) < 0.012) & (people.age_on(AS_AT_DAY, np.arange(young)) >= 12)
    return Schooling(
        primary=enrol(streams, people.geography, schools, ward, PRIMARY),
        secondary=secondary,
        next_secondary=np.where(moves, other, -1),
        move_day=np.where(moves, AS_AT_DAY - rng.integers(60, 620, young), -1),
        stays_on=rng.random(young) < 0.6,
        ap=np.where(goes, alternative[people.authority[:young]], -1),
        ap_start=start,
        ap_end=start + rng.integers(40, 300, young),
        has_temporary_upn=rng.random(young) < 0.012,
        is_free_meals=rng.random(young) < 0.33,
        sen=rng.choice(4, young, p=[0.81, 0.13, 0.04, 0.02]),
        birth_day=people.birth_day[:young],
    )


def with_upns(people: People, schools: Schools, schooling: Schooling) -> People:
    """Give each young person a UPN, made at the primary school."""
    young = people.young
    estab = schools.estab[schooling.primary]
    upn = upns(schools.authority[schooling.primary], estab, people.birth_day[:young])
    return replace(people, upn=upn.extend_constant("", len(people) - young))
