"""Peer groups: some bound to a school, some across schools and borders, some people in two."""

from dataclasses import dataclass

import numpy as np

from kithmap.world.geography import AUTHORITIES
from kithmap.world.people import People
from kithmap.world.places import SECONDARY, Places, Schools
from kithmap.world.schooling import Schooling
from kithmap.world.streams import Bools, Ints, Streams, draw, spread

HARMS = ("SYV", "CSE", "HSB", "TRA", "CCE")
SYV, CSE, HSB, TRA, CCE = range(5)
_MAIN = (0.36, 0.19, 0.13, 0.14, 0.18)
# What a group of one main harm also does: rows are the main harm.
_SECOND = np.array(
    [
        [0.50, 0.22, 0.02, 0.06, 0.20], [0.30, 0.48, 0.02, 0.10, 0.10], [0.04, 0.08, 0.84, 0.04, 0.00],
        [0.10, 0.10, 0.02, 0.76, 0.02], [0.40, 0.12, 0.01, 0.03, 0.44],
    ]
)  # fmt: skip
PLANTED = len(AUTHORITIES) * len(HARMS)  # the first groups: one of each harm in each authority
FIVE_SCHOOLS = 2  # the authority where two groups over five schools stand behind one harm
SHARED_PARK = 0  # the authority where SYV and CSE share a park and a school


@dataclass(frozen=True)
class HotPlaces:
    """Planted hot places: in this authority this harm gathers at this place."""

    authority: Ints
    harm: Ints
    place: Ints

    def find(self, authority: int, harm: int) -> int:
        """The hot place of a harm in an authority."""
        return int(self.place[(self.authority == authority) & (self.harm == harm)][0])


@dataclass(frozen=True)
class Groups:
    """One item per group; members lie in one flat list from `start`, `count` long."""

    authority: Ints
    harm: Ints
    is_school_bound: Bools
    places: Ints
    start: Ints
    count: Ints
    members: Ints

    def __len__(self) -> int:
        return len(self.authority)

    def of(self, group: int) -> Ints:
        """The members of a group."""
        return self.members[self.start[group] : self.start[group] + self.count[group]]

    @property
    def membership(self) -> tuple[Ints, Ints]:
        """Group and person of every membership."""
        owner, at = spread(self.start, self.count)
        return owner, self.members[at]


def plant_hot_places(places: Places, schools: Schools) -> HotPlaces:
    """Choose where each harm gathers; in the first authority SYV and CSE share a park."""
    kinds = {
        SYV: "high street",
        CSE: "take-away",
        HSB: "stairwell",
        TRA: "shopping centre",
        CCE: "disused house",
    }
    rows = [
        (authority, harm, int(places.of(authority, kind)[0]))
        for authority in range(len(AUTHORITIES))
        for harm, kind in kinds.items()
    ]
    park = int(places.of(SHARED_PARK, "park")[0])
    school = int(np.flatnonzero(places.school == schools.of(SHARED_PARK, SECONDARY)[0])[0])
    rows = [row for row in rows if row[:2] not in {(SHARED_PARK, SYV), (SHARED_PARK, CSE)}]
    rows += [(SHARED_PARK, harm, place) for place in (park, school) for harm in (SYV, CSE)]
    table = np.array(rows)
    return HotPlaces(table[:, 0], table[:, 1], table[:, 2])


@dataclass
class _Pool:
    """Young people of secondary age by school, in order of birth, and who is in a group already."""

    order: Ints
    first: Ints
    birth_day: Ints
    is_male: Bools
    taken: Bools

    def pick(self, rng: np.random.Generator, school: int, born: float, count: int, men: float) -> list[int]:
        """Pick pupils of a school born near a day; `men` is the wanted share of boys."""
        mine = self.order[self.first[school] : self.first[school + 1]]
        if not len(mine):
            return []
        centre = int(np.searchsorted(self.birth_day[mine], born))
        reach = max(3 * count, len(mine) // 8)
        near = mine[max(0, centre - reach) : centre + reach]
        wanted = np.where(self.is_male[near], men, 1 - men) * np.where(self.taken[near], 0.05, 1.0)
        key = rng.random(len(near)) ** (1 / np.maximum(wanted, 1e-6))
        chosen = near[np.argsort(-key, kind="stable")[:count]]
        self.taken[chosen] = True
        return chosen.tolist()


def _pool(people: People, schooling: Schooling) -> _Pool:
    old_enough = np.flatnonzero(schooling.birth_day <= np.quantile(schooling.birth_day, 0.72))
    school = schooling.secondary[old_enough]
    order = old_enough[np.lexsort((schooling.birth_day[old_enough], school))]
    first = np.searchsorted(schooling.secondary[order], np.arange(int(schooling.secondary.max()) + 2))
    return _Pool(order, first, schooling.birth_day, people.is_male, np.zeros(people.young, dtype=bool))


def _choose_schools(rng: np.random.Generator, schools: Schools, authority: int, kind: int) -> Ints:
    """One school, two to five of the authority, or of two authorities."""
    local = schools.of(authority, SECONDARY)
    if kind == 0:
        return rng.choice(local, 1)
    some = rng.choice(local, min(len(local), int(rng.integers(2, 6))), replace=False)
    if kind == 1:
        return some
    neighbour = (authority + int(rng.integers(1, len(AUTHORITIES)))) % len(AUTHORITIES)
    return np.concatenate((some[:2], rng.choice(schools.of(neighbour, SECONDARY), 2, replace=False)))


def _plan(rng: np.random.Generator, count: int) -> tuple[Ints, Ints, Ints]:
    """Authority, main harm and kind (one school, several, over borders) of each group."""
    authority = np.arange(count) % len(AUTHORITIES)
    harm = draw(rng, _MAIN, count)
    kind = draw(rng, [0.5, 0.36, 0.14], count)
    # Each authority has a group of each harm, so that each harm has its places; then chance.
    harm = np.where(np.arange(count) < PLANTED, np.arange(count) // len(AUTHORITIES) % len(HARMS), harm)
    there = np.flatnonzero(authority == FIVE_SCHOOLS)
    harm[there[harm[there] == TRA]] = SYV
    harm[there[:6]] = (TRA, TRA, SYV, CSE, HSB, CCE)[: len(there[:6])]
    kind[there[:2]] = 3
    kind[np.flatnonzero(authority == SHARED_PARK)[:2]] = 0
    return authority, harm, kind


def _group_places(
    rng: np.random.Generator, places: Places, hot: HotPlaces, authority: Ints, harm: Ints
) -> Ints:
    """Three places of each group: mostly the hot place of its harm first."""
    spots = np.empty((len(authority), 3), dtype=np.int64)
    for number in range(len(AUTHORITIES)):
        who = np.flatnonzero(authority == number)
        public = places.of(
            number, "park", "stairwell", "disused garage", "take-away", "estate", "high street"
        )
        spots[who] = rng.choice(public, (len(who), 3))
        hots = np.array([hot.find(number, h) for h in range(len(HARMS))])
        keen = who[(rng.random(len(who)) < 0.7) | (who < PLANTED)]
        spots[keen, 0] = hots[harm[keen]]
    # Where two harms share a park they share a school too: the second place planted for them.
    here = np.flatnonzero((authority == SHARED_PARK) & (harm <= CSE))
    spots[here, 1] = hot.place[(hot.authority == SHARED_PARK) & (hot.harm == SYV)][1]
    return spots


def make_groups(
    streams: Streams, people: People, schools: Schools, schooling: Schooling, places: Places, hot: HotPlaces
) -> Groups:
    """Make the peer groups: four to twenty young people of about one age."""
    rng = streams.stream("groups")
    authority, harm, kind = _plan(rng, max(14, people.young // 65))
    pool = _pool(people, schooling)
    five = schools.of(FIVE_SCHOOLS, SECONDARY)[:5]
    first_school = schools.of(SHARED_PARK, SECONDARY)[:1]
    born = rng.choice(schooling.birth_day[pool.order], len(authority))
    size = np.clip(rng.gamma(4.0, 2.3, len(authority)).astype(np.int64), 4, 20)
    men = np.array([0.5, 0.8, 0.25])[draw(rng, [0.5, 0.33, 0.17], len(authority))]
    here = np.flatnonzero(authority == SHARED_PARK)[:2]
    size[here], men[here] = np.maximum(size[here], 14), 0.5
    members: list[list[int]] = []
    for number, a in enumerate(authority.tolist()):
        sites = five if kind[number] == 3 else _choose_schools(rng, schools, a, int(kind[number]))
        sites = first_school if number in here else sites
        wanted = max(int(size[number]), 10 if kind[number] == 3 else 4)
        share = -(-wanted // len(sites))
        own: list[int] = []
        for school in sites.tolist():
            own += pool.pick(rng, school, float(born[number]), share, float(men[number]))
        members.append(sorted(set(own))[: max(wanted, 4)] if kind[number] != 3 else sorted(set(own)))
    count = np.array([len(own) for own in members])
    return Groups(
        authority, harm, kind == 0, _group_places(rng, places, hot, authority, harm),
        np.cumsum(count) - count, count, np.array([person for own in members for person in own], dtype=np.int64),
    )  # fmt: skip


def second_harm(rng: np.random.Generator, main: Ints) -> Ints:
    """The harm of each event of a group, by the group's main harm."""
    chosen = np.empty(len(main), dtype=np.int64)
    for harm in range(len(HARMS)):
        who = main == harm
        chosen[who] = draw(rng, _SECOND[harm], int(who.sum()))
    return chosen
