"""The planted patterns an analyst should be able to find again."""

import numpy as np

from kithmap.world.groups import SYV, Groups
from kithmap.world.lives import BUS_FIGHT, HARMED, HARMING, THIGH, Events, Lives, Parties
from kithmap.world.people import AS_AT_DAY, People
from kithmap.world.places import Places, Routes
from kithmap.world.schooling import Schooling, to_school_day
from kithmap.world.streams import Ints, Streams

BUS_AUTHORITY = 5
BUS_FIGHTS = 14


def find_thigh_group(people: People, groups: Groups) -> int:
    """The peer group of the three young women: the one with the most girls."""
    owner, person = groups.membership
    girls = np.bincount(owner[~people.is_male[person]], minlength=len(groups))
    return int(np.argmax(girls))


def find_bus_route(routes: Routes) -> int:
    """The route of the after-school fights."""
    return int(np.flatnonzero(routes.authority == BUS_AUTHORITY)[0])


def make_thigh_wounds(streams: Streams, people: People, groups: Groups, places: Places) -> Lives:
    """Three young women of one peer group, each with a minor stab wound to the thigh.

    In two of the three the suspect is a young man of the same group; in one nobody is named.
    """
    rng = streams.stream("thigh wounds")
    group = find_thigh_group(people, groups)
    members = groups.of(group)
    girls = members[~people.is_male[members]][:3]
    men = members[people.is_male[members]]
    suspects = men[:2] if len(men) >= 2 else members[-2:]
    count = len(girls)
    authority = np.full(count, groups.authority[group])
    park = places.of(int(groups.authority[group]), "park")
    events = Events(
        np.full(count, SYV), AS_AT_DAY - np.array([61, 40, 19])[:count], np.array([1_150, 1_015, 1_290])[:count],
        authority, np.resize(park, count), np.full(count, -1), np.full(count, group), np.zeros(count, dtype=bool), np.full(count, THIGH),
    )  # fmt: skip
    known = np.setdiff1d(suspects, girls)[:2]
    event = np.concatenate((np.arange(count), np.arange(len(known))))
    person = np.concatenate((girls, known))
    role = np.concatenate((np.full(count, HARMED), np.full(len(known), HARMING)))
    order = np.lexsort((rng.random(len(event)), event))
    return Lives(events, Parties(event[order], person[order], role[order]))


def _pupils(rng: np.random.Generator, schooling: Schooling, school: int, count: int) -> Ints:
    pool = np.flatnonzero((schooling.secondary == school) & (schooling.year_group(np.arange(len(schooling.secondary)), AS_AT_DAY) >= 8))  # fmt: skip
    return rng.choice(pool, min(count, len(pool)), replace=False)


def make_bus_fights(streams: Streams, schooling: Schooling, routes: Routes) -> Lives:
    """Fights on one bus route in the hour after school, between pupils of its two schools."""
    rng = streams.stream("bus fights")
    route = find_bus_route(routes)
    one = _pupils(rng, schooling, int(routes.school_a[route]), 6)
    two = _pupils(rng, schooling, int(routes.school_b[route]), 6)
    day = to_school_day(AS_AT_DAY - 20 - 7 * np.arange(BUS_FIGHTS) - rng.integers(0, 5, BUS_FIGHTS))
    events = Events(
        np.full(BUS_FIGHTS, SYV), day, 915 + 5 * rng.integers(0, 12, BUS_FIGHTS),
        np.full(BUS_FIGHTS, BUS_AUTHORITY), routes.stops[route, rng.integers(0, 8, BUS_FIGHTS)],
        np.full(BUS_FIGHTS, route), np.full(BUS_FIGHTS, -1), np.zeros(BUS_FIGHTS, dtype=bool), np.full(BUS_FIGHTS, BUS_FIGHT),
    )  # fmt: skip
    event, person, role = [], [], []
    for number in range(BUS_FIGHTS):
        sides = ((one, HARMING), (two, HARMED)) if number % 2 else ((two, HARMING), (one, HARMED))
        for pupils, part in sides:
            who = rng.choice(pupils, min(len(pupils), 2 if part == HARMING else 1), replace=False)
            event += [number] * len(who)
            person += who.tolist()
            role += [part] * len(who)
    return Lives(events, Parties(np.array(event), np.array(person), np.array(role)))
