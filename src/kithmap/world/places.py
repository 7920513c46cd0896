"""Schools, public places, premises and bus routes of the made-up authorities."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from kithmap.world.geography import AUTHORITIES, WARDS, Geography
from kithmap.world.names import read_words
from kithmap.world.streams import Ints, Streams, draw

PLACE_TYPES = (
    "park", "stairwell", "disused garage", "disused house", "high street", "take-away", "bus stop", "station",
    "shopping centre", "school", "estate",
)  # fmt: skip
_SHARES = (14, 14, 6, 6, 6, 16, 26, 3, 2, 0, 7)
_AT_LEAST = (3, 3, 2, 2, 1, 3, 10, 1, 1, 0, 2)
PRIMARY, SECONDARY, AP = 0, 1, 2
_SUFFIX = {
    PRIMARY: ("Primary School", "Junior School", "Primary Academy"),
    SECONDARY: ("School", "Academy", "High School", "Community School", "College"),
    AP: ("Pupil Referral Unit",),
}


@dataclass(frozen=True)
class Schools:
    """One item per school."""

    authority: Ints
    phase: Ints
    name: pl.Series
    urn: Ints
    estab: Ints
    easting: Ints
    northing: Ints

    def __len__(self) -> int:
        return len(self.authority)

    def of(self, authority: int, phase: int) -> Ints:
        """Positions of an authority's schools of a phase."""
        return np.flatnonzero((self.authority == authority) & (self.phase == phase))


@dataclass(frozen=True)
class Places:
    """One item per place; a school is a place too (`school` holds its position, else -1)."""

    authority: Ints
    ward: Ints
    type: Ints
    name: pl.Series
    easting: Ints
    northing: Ints
    school: Ints
    stop_code: pl.Series

    def __len__(self) -> int:
        return len(self.authority)

    def of(self, authority: int, *types: str) -> Ints:
        """Positions of an authority's places of some types."""
        wanted = [PLACE_TYPES.index(t) for t in types]
        return np.flatnonzero((self.authority == authority) & np.isin(self.type, wanted))


@dataclass(frozen=True)
class Routes:
    """Bus routes: a number, an authority, the two secondary schools they join, and their stops."""

    number: pl.Series
    authority: Ints
    school_a: Ints
    school_b: Ints
    stops: Ints

    def __len__(self) -> int:
        return len(self.authority)


def _school_counts(young: Ints) -> tuple[Ints, Ints]:
    """Primaries and secondaries of each authority; the first and third have at least five."""
    secondary = np.maximum(3, np.round(young / 900)).astype(np.int64)
    secondary[[0, 2]] = np.maximum(secondary[[0, 2]], 6)
    return np.maximum(2, np.round(young / 450)).astype(np.int64), secondary


def make_schools(streams: Streams, geography: Geography, young: Ints) -> Schools:
    """Make the schools; `young` is the number of young people in each authority."""
    rng = streams.stream("schools")
    primary, secondary = _school_counts(young)
    place = np.arange(len(AUTHORITIES))
    authority = np.concatenate((np.repeat(place, primary), np.repeat(place, secondary), place))
    phase = np.repeat([PRIMARY, SECONDARY, AP], [primary.sum(), secondary.sum(), len(place)])
    ward = authority * WARDS + rng.integers(0, WARDS, len(authority))
    words, landscape = read_words("plants_and_birds"), read_words("landscape")
    stems = rng.permutation(len(words) * len(landscape))
    stem = stems[np.arange(len(authority)) % len(stems)]
    names = []
    for number, (kind, which) in enumerate(zip(phase.tolist(), stem.tolist(), strict=True)):
        suffix = _SUFFIX[kind][(number // len(stems) + which) % len(_SUFFIX[kind])]
        names.append(f"{words[which // len(landscape)]} {landscape[which % len(landscape)]} {suffix}")
    names[int(primary.sum())] = "Hartwell Park School"
    within = np.concatenate([np.arange(n) for counts in (primary, secondary) for n in counts])
    estab = (
        np.concatenate((within, np.zeros(len(place), dtype=np.int64))) + np.array([2001, 5001, 1101])[phase]
    )
    return Schools(
        authority, phase, pl.Series(names), 900_001 + np.arange(len(authority)), estab,
        geography.ward_easting[ward] + rng.integers(-700, 700, len(ward)),
        geography.ward_northing[ward] + rng.integers(-1_800, 1_800, len(ward)),
    )  # fmt: skip


def _place_names(
    rng: np.random.Generator, kind: Ints, ward: Ints, street: pl.Series, geography: Geography
) -> pl.Series:
    words, shops = pl.Series(read_words("plants_and_birds")), pl.Series(read_words("takeaways"))
    word = words.gather(rng.integers(0, len(words), len(kind))).to_list()
    shop = shops.gather(rng.integers(0, len(shops), len(kind))).to_list()
    number, letter = rng.integers(2, 90, len(kind)).tolist(), rng.integers(0, 20, len(kind)).tolist()
    wards, streets = [geography.ward_names[w] for w in ward.tolist()], street.to_list()
    patterns = {
        "park": "{w} Park", "stairwell": "Stairwell, {w} House, {s}", "disused garage": "Disused garages rear of {s}",
        "disused house": "Void property, {n} {s}", "high street": "{d} High Street", "take-away": "{t} Fried Chicken, {s}",
        "bus stop": "{s} (Stop {l})", "station": "{d} Station", "shopping centre": "The {w} Centre", "school": "", "estate": "{w} Estate",
    }  # fmt: skip
    return pl.Series(
        [
            patterns[PLACE_TYPES[k]].format(w=w, s=s, n=n, d=d, t=t, l="ABCDEFGHJKLMNPQRSTUV"[i])
            for k, w, s, n, d, t, i in zip(
                kind.tolist(), word, streets, number, wards, shop, letter, strict=True
            )
        ]
    )


def make_places(streams: Streams, geography: Geography, schools: Schools, young: Ints) -> Places:
    """Make the public places and premises of each authority, and its secondary schools as places."""
    rng = streams.stream("places")
    kinds, authorities = [], []
    for authority, people in enumerate(young.tolist()):
        fixed = np.repeat(np.arange(len(PLACE_TYPES)), _AT_LEAST)
        more = draw(rng, _SHARES, min(1_500, max(12, people // 12)))
        kinds.append(np.concatenate((fixed, more)))
        authorities.append(np.full(len(kinds[-1]), authority))
    kind, authority = np.concatenate(kinds), np.concatenate(authorities)
    low, high = geography.unit_first[authority], geography.unit_first[authority + 1]
    unit = low + (rng.random(len(kind)) * (high - low)).astype(np.int64)
    ward = geography.unit_ward[unit]
    name = _place_names(rng, kind, ward, geography.unit_street.gather(unit), geography)
    site = np.flatnonzero(schools.phase != PRIMARY)
    is_stop = kind == PLACE_TYPES.index("bus stop")
    code = pl.select(
        pl.when(pl.Series(is_stop)).then(pl.format("99000{}", pl.Series(np.arange(len(kind)) + 10_000)))
    ).to_series()
    return Places(
        np.concatenate((authority, schools.authority[site])),
        np.concatenate((ward, _nearest_ward(geography, schools, site))),
        np.concatenate((kind, np.full(len(site), PLACE_TYPES.index("school")))),
        pl.concat([name, schools.name.gather(site)]),
        np.concatenate((geography.unit_easting[unit] + rng.integers(-60, 60, len(unit)), schools.easting[site])),
        np.concatenate((geography.unit_northing[unit] + rng.integers(-60, 60, len(unit)), schools.northing[site])),
        np.concatenate((np.full(len(kind), -1), site)),
        pl.concat([code, pl.Series([None] * len(site), dtype=pl.String)]),
    )  # fmt: skip


def _nearest_ward(geography: Geography, schools: Schools, site: Ints) -> Ints:
    east = schools.easting[site][:, None] - geography.ward_easting[None, :]
    north = schools.northing[site][:, None] - geography.ward_northing[None, :]
    return np.argmin(east * east + north * north, axis=1)


def make_routes(streams: Streams, schools: Schools, places: Places) -> Routes:
    """Make the bus routes of each authority: each joins two secondary schools by eight stops."""
    rng = streams.stream("routes")
    authority, pairs, stops = [], [], []
    for number in range(len(AUTHORITIES)):
        sites = schools.of(number, SECONDARY)
        halts = places.of(number, "bus stop")
        for _ in range(max(4, min(40, len(sites)))):
            authority.append(number)
            pairs.append(rng.choice(sites, 2, replace=False))
            stops.append(rng.choice(halts, 8, replace=False))
    ends = np.array(pairs)
    numbers = pl.Series([str(number) for number in 601 + np.arange(len(authority))])
    return Routes(numbers, np.array(authority), ends[:, 0], ends[:, 1], np.array(stops))


def enrol(streams: Streams, geography: Geography, schools: Schools, home_ward: Ints, phase: int) -> Ints:
    """Give each young person a school of a phase: near ones more often, one in twelve over the border."""
    rng = streams.stream(f"enrol {phase}")
    chosen = np.full(len(home_ward), -1)
    sites = np.flatnonzero(schools.phase == phase)
    for ward in np.unique(home_ward).tolist():
        east = schools.easting[sites] - geography.ward_easting[ward]
        north = schools.northing[sites] - geography.ward_northing[ward]
        near = np.exp(-np.hypot(east, north) / 2_000.0)
        local = schools.authority[sites] == ward // WARDS
        # Places are offered to residents first; the rest of the weight is other boroughs'.
        weight = near * np.where(local, 0.92 / near[local].sum(), 0.08 / max(float(near[~local].sum()), 1e-9))
        who = home_ward == ward
        chosen[who] = sites[draw(rng, weight, int(who.sum()))]
    return chosen
