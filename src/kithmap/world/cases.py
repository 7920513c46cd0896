"""What services hold about young people: files, lists, episodes missing, exclusions, absences."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kithmap.world.forms import NO_DAY
from kithmap.world.geography import AUTHORITIES
from kithmap.world.groups import CCE, CSE, SYV, TRA, Groups
from kithmap.world.lives import HARMED, HARMING, Lives
from kithmap.world.people import AS_AT_DAY, People, nhs_numbers
from kithmap.world.places import Places
from kithmap.world.schooling import Schooling, to_school_day
from kithmap.world.streams import Bools, Floats, Ints, Streams

CHOSEN = 0  # the authority of the question: 30 and 30 young people, of whom 15 are on both lists
QUESTION = (30, 30, 15)
_SMALLEST_FOR_QUESTION = 1_500
STATUS = ("CLA", "CPP", "CIN", "EH", "closed")


@dataclass(frozen=True)
class Listing:
    """Who is on a list, for which authority, from when until when."""

    person: Ints
    authority: Ints
    start: Ints
    end: Ints

    def of(self, authority: int) -> "Listing":
        """The entries of one authority."""
        return self.where(self.authority == authority)

    def where(self, mask: Bools) -> "Listing":
        """The entries the mask keeps."""
        return Listing(self.person[mask], self.authority[mask], self.start[mask], self.end[mask])

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Missing:
    """Episodes missing; minutes are counted from the midnight before."""

    person: Ints
    start: Ints
    start_minute: Ints
    end: Ints
    end_minute: Ints
    from_care: Bools
    place: Ints


@dataclass(frozen=True)
class Exclusions:
    """Suspensions and exclusions; `event` is the harm behind one, or -1."""

    person: Ints
    school: Ints
    start: Ints
    sessions: Ints
    is_permanent: Bools
    event: Ints


@dataclass(frozen=True)
class Absences:
    """Times a pupil was missing within the school day."""

    person: Ints
    day: Ints
    minute: Ints
    back: Ints
    friend: Ints
    place: Ints


@dataclass(frozen=True)
class Cases:
    """Everything services hold."""

    known: Ints
    status: Ints
    cse: Listing
    gangs: Listing
    yot: Listing
    cme: Listing
    fair_access: Listing
    missing: Missing
    exclusions: Exclusions
    absences: Absences


def harm_counts(people: People, lives: Lives, harm: int, role: int) -> Ints:
    """How many events of a harm each person was in, in a role."""
    parties = lives.parties
    hit = (lives.events.harm[parties.event] == harm) & (parties.role == role)
    return np.bincount(parties.person[hit], minlength=len(people))


def _list_dates(rng: np.random.Generator, size: int, ended: float) -> tuple[Ints, Ints]:
    start = AS_AT_DAY - rng.integers(40, 520, size)
    end = np.where(
        rng.random(size) < ended, start + ((AS_AT_DAY - start) * rng.random(size)).astype(np.int64), NO_DAY
    )
    return start, end


def _draw_list(rng: np.random.Generator, people: People, weight: Floats, share: float, least: int) -> Listing:
    """Draw a list in each authority, those with more weight sooner."""
    persons = []
    for authority in range(len(AUTHORITIES)):
        own = np.flatnonzero((people.authority[: people.young] == authority) & (weight > 0))
        size = min(
            len(own), max(least, round(share * float((people.authority[: people.young] == authority).sum())))
        )
        key = -np.log(np.maximum(rng.random(len(own)), 1e-12)) / weight[own]
        persons.append(own[np.argsort(key, kind="stable")[:size]])
    person = np.concatenate(persons)
    start, end = _list_dates(rng, len(person), 0.15)
    return Listing(person, people.authority[person], start, end)


def _answer_question(rng: np.random.Generator, people: People, lives: Lives, cse: Listing, gangs: Listing, local: Bools) -> tuple[Listing, Listing]:  # fmt: skip
    """In the chosen authority put 30 on each list, exactly 15 of them on both, all still on."""
    young = people.young
    a = harm_counts(people, lives, CSE, HARMED)[:young] + rng.random(young)
    b = (harm_counts(people, lives, SYV, HARMING) + harm_counts(people, lives, CCE, HARMING))[
        :young
    ] + rng.random(young)
    here = np.flatnonzero((people.authority[:young] == CHOSEN) & local)
    one, other, both = QUESTION
    shared = here[np.argsort(-(np.minimum(a, b) + 0.1 * (a + b))[here], kind="stable")[:both]]
    rest = np.setdiff1d(here, shared)
    only_a = rest[np.argsort(-a[rest], kind="stable")[: one - both]]
    rest = np.setdiff1d(rest, only_a)
    only_b = rest[np.argsort(-b[rest], kind="stable")[: other - both]]
    lists = []
    for listing, people_on in (
        (cse, np.concatenate((shared, only_a))),
        (gangs, np.concatenate((shared, only_b))),
    ):
        keep = listing.authority != CHOSEN
        start, _ = _list_dates(rng, len(people_on), 0.0)
        order = rng.permutation(len(people_on))
        lists.append(
            Listing(
                np.concatenate((people_on[order], listing.person[keep])),
                np.concatenate((np.full(len(people_on), CHOSEN), listing.authority[keep])),
                np.concatenate((start, listing.start[keep])),
                np.concatenate((np.full(len(people_on), NO_DAY), listing.end[keep])),
            )
        )
    return lists[0], lists[1]


def _lists(rng: np.random.Generator, people: People, lives: Lives, groups: Groups, in_borough: Bools) -> dict[str, Listing]:  # fmt: skip
    young = people.young
    owner, member = groups.membership
    in_harm = [np.bincount(member[groups.harm[owner] == h], minlength=young)[:young] for h in range(5)]
    harmed = [harm_counts(people, lives, h, HARMED)[:young] for h in range(5)]
    harming = [harm_counts(people, lives, h, HARMING)[:young] for h in range(5)]
    girls = np.where(people.is_male[:young], 0.4, 1.0)
    exploited = (3.0 * harmed[CSE] + in_harm[CSE] + 0.3 * harmed[SYV]) * girls
    violent = 2.0 * harming[SYV] + harming[CCE] + in_harm[SYV] + 0.4 * harmed[CSE]
    cse = _draw_list(rng, people, np.asarray(exploited, dtype=np.float64), 0.012, 9)
    gangs = _draw_list(rng, people, np.asarray(violent, dtype=np.float64), 0.012, 9)
    if young >= _SMALLEST_FOR_QUESTION:
        cse, gangs = _answer_question(rng, people, lives, cse, gangs, in_borough)
    age = people.age_on(AS_AT_DAY, np.arange(young))
    any_harming = np.sum(harming, axis=0, dtype=np.float64)
    yot = _draw_list(rng, people, np.where(age >= 12, any_harming, 0.0), 0.013, 5)
    anyone = np.where(age >= 11, 0.02, 0.0)
    any_harmed = np.sum(harmed, axis=0, dtype=np.float64)
    return {
        "cse": cse, "gangs": gangs, "yot": yot,
        "cme": _draw_list(rng, people, anyone + 0.05 * any_harmed, 0.009, 4),
        "fair_access": _draw_list(rng, people, anyone + 0.2 * any_harming, 0.010, 4),
    }  # fmt: skip


def _known(
    rng: np.random.Generator, people: People, lives: Lives, lists: dict[str, Listing]
) -> tuple[Ints, Ints]:
    """Young people with a file in social care, and its status."""
    young = people.young
    party = lives.parties.person[lives.parties.person < young]
    often = np.bincount(party, minlength=young)
    chance = 0.045 + 0.10 * np.minimum(often, 6)
    communal = people.homes.is_communal[people.home[:young]]
    is_known = (rng.random(young) < chance) | communal
    is_known[lists["cse"].person] |= rng.random(len(lists["cse"])) < 0.9
    known = np.flatnonzero(is_known)
    status = rng.choice(len(STATUS), len(known), p=[0.07, 0.08, 0.30, 0.20, 0.35])
    return known, np.where(communal[known], 0, status)


def _missing(rng: np.random.Generator, people: People, groups: Groups, places: Places, cases_known: Ints, status: Ints) -> Missing:  # fmt: skip
    young = people.young
    care = np.zeros(young, dtype=bool)
    care[cases_known[status == 0]] = True
    rate = np.where(care, 1.1, 0.004)
    np.maximum.at(rate, groups.membership[1], 0.20)
    person = np.repeat(np.arange(young), rng.poisson(rate))
    start = AS_AT_DAY - 1 - rng.integers(0, 700, len(person))
    minute = rng.integers(870, 1_440, len(person)) // 5 * 5
    length = (30 + rng.gamma(1.2, 700, len(person))).astype(np.int64) // 5 * 5
    over = minute + length
    group_of = np.full(young, -1)
    group_of[groups.membership[1]] = groups.membership[0]
    mine = group_of[person]
    spot = groups.places[np.maximum(mine, 0), rng.integers(0, 3, len(person))]
    anywhere = rng.integers(0, len(places), len(person))
    anywhere = np.where(places.authority[anywhere] == people.authority[person], anywhere, -1)
    return Missing(
        person, start, minute, start + over // 1_440, over % 1_440, care[person] & (rng.random(len(person)) < 0.85),
        np.where(mine >= 0, spot, anywhere),
    )  # fmt: skip


def _exclusions(rng: np.random.Generator, people: People, lives: Lives, schooling: Schooling) -> Exclusions:
    """Exclusions after harm (of those harming, and of some who were harmed), and for other reasons."""
    parties, events = lives.parties, lives.events
    share = np.where(parties.role == HARMING, 0.17, 0.05) * np.where(
        events.harm[parties.event] == TRA, 0.4, 1.0
    )
    after = (rng.random(len(share)) < share) & (parties.person < people.young)
    person = parties.person[after]
    event = parties.event[after]
    start = events.day[event] + rng.integers(1, 15, len(event))
    more = max(10, people.young // 16)
    other = rng.integers(0, people.young, more)
    person = np.concatenate((person, other))
    start = np.concatenate((start, AS_AT_DAY - 12 - rng.integers(0, 600, more)))
    event = np.concatenate((event, np.full(more, -1)))
    start = to_school_day(start)
    school = schooling.school_on(person, start)
    fits = (school >= 0) & (start <= AS_AT_DAY - 10)
    permanent = rng.random(len(person)) < 0.035
    sessions = 2 * (1 + rng.geometric(0.45, len(person)).clip(1, 15))
    return Exclusions(person[fits], school[fits], start[fits], sessions[fits], permanent[fits], event[fits])


def _absences(rng: np.random.Generator, people: People, groups: Groups, schooling: Schooling) -> Absences:
    """Missing within the school day: mostly members of groups, often together."""
    young = people.young
    rate = np.full(young, 0.22)
    np.maximum.at(rate, groups.membership[1], 4.0)
    person = np.repeat(np.arange(young), rng.poisson(rate))
    day = AS_AT_DAY - 15 - rng.integers(0, 320, len(person))
    day = to_school_day(day)
    minute = 540 + 5 * rng.integers(0, 66, len(person))
    group_of = np.full(young, -1)
    group_of[groups.membership[1]] = groups.membership[0]
    mine = np.maximum(group_of[person], 0)
    friend = groups.members[groups.start[mine] + rng.integers(0, 20, len(person)) % groups.count[mine]]
    with_friend = (group_of[person] >= 0) & (friend != person) & (rng.random(len(person)) < 0.5)
    place = np.where(with_friend, groups.places[mine, rng.integers(0, 3, len(person))], -1)
    fits = schooling.school_on(person, day) >= 0
    back = np.minimum(minute + 5 * rng.integers(2, 40, len(person)), 925)
    return Absences(
        person[fits],
        day[fits],
        minute[fits],
        back[fits],
        np.where(with_friend, friend, -1)[fits],
        place[fits],
    )


def make_cases(streams: Streams, people: People, schooling: Schooling, school_authority: Ints, places: Places, groups: Groups, lives: Lives) -> Cases:  # fmt: skip
    """Make what services hold of the lives lived."""
    rng = streams.stream("cases")
    in_borough = school_authority[schooling.secondary] == people.authority[: people.young]
    lists = _lists(rng, people, lives, groups, in_borough)
    known, status = _known(rng, people, lives, lists)
    return Cases(
        known=known,
        status=status,
        missing=_missing(rng, people, groups, places, known, status),
        exclusions=_exclusions(rng, people, lives, schooling),
        absences=_absences(rng, people, groups, schooling),
        **lists,
    )


def with_numbers(streams: Streams, people: People, cases: Cases) -> People:
    """Give the known an NHS number and their authority's own number; others have neither."""
    rng = streams.stream("numbers")
    size = len(people)
    nhs = np.full(size, "", dtype=object)
    nhs[cases.known] = nhs_numbers(rng, len(cases.known)).to_numpy()
    child = np.full(size, "", dtype=object)
    serial = rng.permutation(len(cases.known)) * 7 + 100_003
    child[cases.known] = [f"{number}" for number in serial.tolist()]
    return replace(
        people, nhs_number=pl.Series(nhs, dtype=pl.String), child_id=pl.Series(child, dtype=pl.String)
    )
