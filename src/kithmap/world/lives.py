"""What happened: harm between young people, when, where, and who was there."""

from dataclasses import dataclass

import numpy as np

from kithmap.stats.runs import begins
from kithmap.world.groups import FIVE_SCHOOLS, PLANTED, TRA, Groups, second_harm
from kithmap.world.people import AS_AT_DAY, People
from kithmap.world.places import Places, Routes, Schools
from kithmap.world.schooling import Schooling, to_school_day
from kithmap.world.streams import Bools, Floats, Ints, Streams, draw, rank_within, spread

HARMED, HARMING, WITNESS = 0, 1, 2
SPAN_DAYS = 730
# Shares of each harm in school hours, after school, in the evening and at night.
_HOURS = np.array(
    [
        [0.14, 0.46, 0.30, 0.10], [0.05, 0.25, 0.45, 0.25], [0.42, 0.28, 0.20, 0.10],
        [0.15, 0.30, 0.40, 0.15], [0.05, 0.22, 0.45, 0.28],
    ]
)  # fmt: skip
_BEGIN, _LENGTH = np.array([525, 910, 1080, 1320]), np.array([380, 165, 240, 300])
# Where it happened: the group's places, a school, the bus, anywhere in the authority, a home.
_WHERE = np.array(
    [
        [0.58, 0.12, 0.14, 0.14, 0.02], [0.62, 0.08, 0.04, 0.10, 0.16], [0.52, 0.28, 0.04, 0.06, 0.10],
        [0.36, 0.16, 0.06, 0.10, 0.32], [0.64, 0.06, 0.08, 0.16, 0.06],
    ]
)  # fmt: skip
THIGH, BUS_FIGHT = 1, 2


@dataclass(frozen=True)
class Events:
    """One item per event; -1 for no place (a home), no route, no group."""

    harm: Ints
    day: Ints
    minute: Ints
    authority: Ints
    place: Ints
    route: Ints
    group: Ints
    is_online: Bools
    pattern: Ints

    def __len__(self) -> int:
        return len(self.harm)

    @property
    def is_at_school(self) -> Bools:
        """Whether it happened in the hours of a school day."""
        return (self.minute >= 525) & (self.minute < 910) & ((self.day + 3) % 7 < 5)


@dataclass(frozen=True)
class Parties:
    """One item per person in an event, in the order of events."""

    event: Ints
    person: Ints
    role: Ints


@dataclass(frozen=True)
class Lives:
    """Events and who was in them."""

    events: Events
    parties: Parties


def _times(rng: np.random.Generator, harm: Ints) -> tuple[Ints, Ints]:
    """Day and minute of each event: more of late, school hours and after on school days only."""
    ends = np.cumsum(_HOURS, axis=1)[harm]
    band = (rng.random(len(harm))[:, None] > ends).sum(axis=1).clip(0, 3)
    day = AS_AT_DAY - 1 - (SPAN_DAYS * rng.beta(1.0, 1.25, len(harm))).astype(np.int64)
    day = np.where(band <= 1, to_school_day(day), day)
    minute = _BEGIN[band] + (rng.random(len(harm)) * _LENGTH[band]).astype(np.int64)
    return day, np.minimum(minute // 5 * 5, 1_435)


def _members_ranked(
    rng: np.random.Generator, groups: Groups, group: Ints, weight: Floats
) -> tuple[Ints, Ints, Ints]:
    """Every member of each event's group, in a random order that favours weight.

    Gives event position, person and rank; `weight` is per person.
    """
    event, at = spread(groups.start[group], groups.count[group])
    person = groups.members[at]
    key = -np.log(np.maximum(rng.random(len(person)), 1e-12)) / weight[person]
    return event, person, rank_within(event, key)


def _party_sizes(rng: np.random.Generator, harm: Ints) -> tuple[Ints, Ints]:
    """How many harmed others, and how many were harmed."""
    many = np.array([1.4, 0.5, 0.3, 0.0, 0.8])[harm]
    more = np.array([0.3, 0.1, 0.1, 0.0, 0.2])[harm]
    return 1 + np.minimum(rng.poisson(many), 4), 1 + np.minimum(rng.poisson(more), 2)


def _group_parties(rng: np.random.Generator, people: People, groups: Groups, harm: Ints, group: Ints, classmates: "Classmates") -> Parties:  # fmt: skip
    """Who harmed and who was harmed in each event of a group.

    The harmed are of the same group, of a rival group nearby, or schoolmates outside any group.
    """
    men = np.where(people.is_male, 3.0, 1.0)
    women = np.where(people.is_male, 0.5, 2.0)
    harming, harmed = _party_sizes(rng, harm)
    event, person, rank = _members_ranked(rng, groups, group, men)
    hit = rank < np.minimum(harming[event], groups.count[group][event] - 1)
    rows = [(event[hit], person[hit], np.full(int(hit.sum()), HARMING))]
    whence = draw(rng, [0.42, 0.28, 0.30], len(harm))
    # Within the group: the next in rank after those who harmed.
    next_ones = (rank >= harming[event]) & (rank < (harming + harmed)[event]) & (whence[event] == 0)
    rows.append((event[next_ones], person[next_ones], np.full(int(next_ones.sum()), HARMED)))
    rivals = np.flatnonzero(whence == 1)
    rival_group = _rivals(rng, groups, group[rivals])
    event, person, rank = _members_ranked(rng, groups, rival_group, women)
    hit = rank < harmed[rivals][event]
    rows.append((rivals[event[hit]], person[hit], np.full(int(hit.sum()), HARMED)))
    others = np.flatnonzero(whence == 2)
    anchor = groups.members[
        groups.start[group[others]] + rng.integers(0, 4, len(others)) % groups.count[group[others]]
    ]
    rows.append((others, classmates.near(rng, anchor), np.full(len(others), HARMED)))
    seen = np.flatnonzero(rng.random(len(harm)) < 0.22)
    anchor = groups.members[groups.start[group[seen]]]
    rows.append((seen, classmates.near(rng, anchor), np.full(len(seen), WITNESS)))
    return _gather(rows)


def _gather(rows: list[tuple[Ints, Ints, Ints]]) -> Parties:
    """Bring parties together in the order of events; nobody twice in one event."""
    event, person, role = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.lexsort((person, event))
    event, person, role = event[order], person[order], role[order]
    first = begins(event, person)
    return Parties(event[first], person[first], role[first])


def _rivals(rng: np.random.Generator, groups: Groups, group: Ints) -> Ints:
    """Another group of the same authority (groups lie in turn over seven authorities)."""
    step = 7 * rng.integers(1, 4, len(group))
    other = group + step
    other = np.where(other >= len(groups), group - step, other)
    return np.where((other < 0) | (other >= len(groups)), (group + 1) % len(groups), other)


@dataclass(frozen=True)
class Classmates:
    """Young people in the order of secondary school and birth, to find those near somebody."""

    order: Ints
    position: Ints
    school: Ints

    @classmethod
    def of(cls, schooling: Schooling) -> "Classmates":
        order = np.lexsort((schooling.birth_day, schooling.secondary))
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        return cls(order, position, schooling.secondary)

    def near(self, rng: np.random.Generator, person: Ints) -> Ints:
        """Somebody close in age at the same school."""
        step = rng.integers(1, 15, len(person)) * np.where(rng.random(len(person)) < 0.5, 1, -1)
        other = self.order[(self.position[person] + step) % len(self.order)]
        back = self.order[(self.position[person] - step) % len(self.order)]
        return np.where(self.school[other] == self.school[person], other, back)


def _where(rng: np.random.Generator, groups: Groups, places: Places, routes: Routes, harm: Ints, group: Ints, school_place: Ints) -> tuple[Ints, Ints]:  # fmt: skip
    """Place and route of each event."""
    ends = np.cumsum(_WHERE, axis=1)[harm]
    kind = (rng.random(len(harm))[:, None] > ends).sum(axis=1).clip(0, 4)
    authority = groups.authority[group]
    place = groups.places[group, draw(rng, [0.70, 0.18, 0.12], len(harm))]
    place = np.where(kind == 1, school_place, place)
    route = np.full(len(harm), -1)
    for number in np.unique(authority).tolist():
        bus = np.flatnonzero((kind == 2) & (authority == number))
        own = np.flatnonzero(routes.authority == number)
        route[bus] = rng.choice(own, len(bus))
        place[bus] = routes.stops[route[bus], rng.integers(0, 8, len(bus))]
        any_place = np.flatnonzero((kind == 3) & (authority == number))
        spots = np.flatnonzero((places.authority == number) & (places.school < 0))
        place[any_place] = rng.choice(spots, len(any_place))
    return np.where(kind == 4, -1, place), route


def _group_events(rng: np.random.Generator, people: People, schools: Schools, schooling: Schooling, places: Places, routes: Routes, groups: Groups) -> Lives:  # fmt: skip
    counts = 3 + rng.poisson(rng.gamma(2.0, 5.5, len(groups)))
    counts[:PLANTED] = np.maximum(counts[:PLANTED], 16)
    five = (groups.authority == FIVE_SCHOOLS) & (groups.harm == TRA)
    counts[five] = np.maximum(counts[five], 28)
    group = np.repeat(np.arange(len(groups)), counts)
    harm = second_harm(rng, groups.harm[group])
    day, minute = _times(rng, harm)
    classmates = Classmates.of(schooling)
    parties = _group_parties(rng, people, groups, harm, group, classmates)
    site = np.full(len(schools), -1)
    site[places.school[places.school >= 0]] = np.flatnonzero(places.school >= 0)
    anchor = schooling.secondary[groups.members[groups.start[group]]]
    place, route = _where(rng, groups, places, routes, harm, group, site[anchor])
    online = rng.random(len(group)) < np.array([0.06, 0.3, 0.25, 0.25, 0.1])[harm]
    events = Events(harm, day, minute, groups.authority[group], place, route, group, online, np.zeros(len(group), dtype=np.int64))  # fmt: skip
    return Lives(events, parties)


def _lone_events(rng: np.random.Generator, people: People, schooling: Schooling, places: Places) -> Lives:
    """Harm outside any group: two people of one school, or an adult and a young person."""
    count = max(20, people.young // 11)
    harm = draw(rng, [0.34, 0.20, 0.18, 0.22, 0.06], count)
    day, minute = _times(rng, harm)
    harmed = rng.integers(0, people.young, count)
    harming = Classmates.of(schooling).near(rng, harmed)
    adult = rng.random(count) < np.array([0.1, 0.6, 0.1, 0.05, 0.5])[harm]
    harming = np.where(adult, rng.integers(people.young, len(people), count), harming)
    authority = people.authority[harmed]
    place = np.full(count, -1)
    for number in np.unique(authority).tolist():
        out = np.flatnonzero((authority == number) & (rng.random(count) < 0.72))
        place[out] = rng.choice(np.flatnonzero(places.authority == number), len(out))
    nobody = np.full(count, -1)
    online = rng.random(count) < np.array([0.06, 0.35, 0.3, 0.25, 0.1])[harm]
    events = Events(
        harm, day, minute, authority, place, nobody, nobody, online, np.zeros(count, dtype=np.int64)
    )
    row = np.arange(count)
    keep = rng.random(count) < 0.8
    parties = _gather([(row, harmed, np.full(count, HARMED)), (row[keep], harming[keep], np.full(int(keep.sum()), HARMING))])  # fmt: skip
    return Lives(events, parties)


def join_lives(*parts: Lives) -> Lives:
    """Several sets of events as one."""
    fields = Events.__dataclass_fields__
    events = Events(**{f: np.concatenate([getattr(p.events, f) for p in parts]) for f in fields})
    starts = np.cumsum([0] + [len(p.events) for p in parts[:-1]])
    shifted = [p.parties.event + s for p, s in zip(parts, starts, strict=True)]
    person = np.concatenate([p.parties.person for p in parts])
    role = np.concatenate([p.parties.role for p in parts])
    return Lives(events, Parties(np.concatenate(shifted), person, role))


def make_lives(streams: Streams, people: People, schools: Schools, schooling: Schooling, places: Places, routes: Routes, groups: Groups) -> Lives:  # fmt: skip
    """Make two years of harm: in and between groups, outside them, and the planted patterns."""
    from kithmap.world.patterns import make_bus_fights, make_thigh_wounds

    rng = streams.stream("lives")
    return join_lives(
        _group_events(rng, people, schools, schooling, places, routes, groups),
        _lone_events(rng, people, schooling, places),
        make_thigh_wounds(streams, people, groups, places),
        make_bus_fights(streams, schooling, routes),
    )
