"""What the police, the council's ASB team and the hospital's youth workers would send."""

from dataclasses import replace

import numpy as np
import polars as pl

from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.forms import (
    NO_MINUTE,
    blank_where,
    choose_text,
    clock_times,
    clock_times_bare,
    constant,
    nothing,
    whole,
)
from kithmap.world.groups import CCE, CSE, HSB, SYV, TRA
from kithmap.world.lives import BUS_FIGHT, HARMED, HARMING, THIGH
from kithmap.world.narratives import Told, first_of, stretches_at, with_details
from kithmap.world.people import AS_AT_DAY
from kithmap.world.places import PLACE_TYPES
from kithmap.world.spelling import OFFICER, blanks
from kithmap.world.streams import Bools, Ints
from kithmap.world.words import INJURIES, MO, THIGH_MO, WEAPONS, pick, pick_by
from kithmap.world.worlds import REGION, Sender, World, sender

# (offence as written, Home Office code) by harm.
_OFFENCES = (
    (("ABH", "8N"), ("Common assault", "105A"), ("GBH with intent", "5D"), ("Affray", "62A"), ("Theft from person", "39"), ("Threats to kill", "3B")),
    (("Sexual activity with child", "71"), ("Causing child to engage in sexual activity", "71"), ("Indecent images", "86"), ("Sexual grooming", "88A")),
    (("Sexual touching U16", "20A"), ("Indecent images", "86"), ("Sexual assault on a male 13 and over", "17A"), ("Exposure", "88E")),
    (("Common assault", "105A"), ("Harassment", "8L"), ("Stalking", "8Q"), ("Criminal damage", "58D"), ("ABH", "8N")),
    (("PWITS Class A", "92A"), ("Modern slavery", "106"), ("Kidnap", "36"), ("Blackmail", "35")),
)  # fmt: skip
_POLICE_ETHNICITY = {
    "WBRI": "W1", "WIRI": "W2", "WIRT": "W9", "WROM": "W9", "WOTH": "W9", "MWBC": "M1", "MWBA": "M2", "MWAS": "M3", "MOTH": "M9", "AIND": "A1",
    "APKN": "A2", "ABAN": "A3", "AOTH": "A9", "CHNE": "O1", "BCRB": "B1", "BAFR": "B2", "BOTH": "B9", "OOTH": "O9",
}  # fmt: skip
_RECORDED = (0.52, 0.42, 0.34, 0.45, 0.42)


def recorded_crimes(world: World) -> Ints:
    """The events the police recorded as crimes, in the order of their numbers."""
    events = world.lives.events
    rng = world.streams.stream("recorded crimes")
    share = np.array(_RECORDED)[events.harm] * np.where(events.is_at_school, 0.6, 1.0)
    kept = (rng.random(len(events)) < share) | (events.pattern == THIGH)
    kept |= (events.pattern == BUS_FIGHT) & (rng.random(len(events)) < 0.5)
    rows = np.flatnonzero(kept)
    return rows[np.argsort(events.day[rows], kind="stable")]


def _jittered(world: World, rng: np.random.Generator, place: Ints, reach: int) -> tuple[Ints, Ints]:
    spot = np.maximum(place, 0)
    east = world.places.easting[spot] + rng.integers(-reach, reach + 1, len(place))
    north = world.places.northing[spot] + rng.integers(-reach, reach + 1, len(place))
    return east, north


def coordinates(
    world: World, rng: np.random.Generator, place: Ints, reach: int
) -> tuple[pl.Series, pl.Series]:
    """Easting and northing as recorded: a little off, some swapped, some missing."""
    east, north = _jittered(world, rng, place, reach)
    swapped = rng.random(len(place)) < 0.012
    lost = (place < 0) | (rng.random(len(place)) < 0.07)
    one, other = np.where(swapped, north, east), np.where(swapped, east, north)
    return blank_where(whole(one), lost), blank_where(whole(other), lost)


def _ward_text(world: World, place: Ints) -> pl.Series:
    wards = pl.Series(list(world.people.geography.ward_names))
    return blank_where(wards.gather(world.places.ward[np.maximum(place, 0)]), place < 0)


def police_crime_party(world: World, _authority: int) -> Draft:
    """Recorded crimes, one row for each person in them; a crime may name no suspect."""
    events, parties = world.lives.events, world.lives.parties
    crimes = recorded_crimes(world)
    number = np.full(len(events), -1)
    number[crimes] = np.arange(len(crimes))
    rng = world.streams.stream("crime parties")
    keep = (number[parties.event] >= 0) & (
        rng.random(len(parties.event)) < np.array([0.98, 0.82, 0.6])[parties.role]
    )
    keep |= events.pattern[parties.event] == THIGH
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(number[parties.event[rows]], kind="stable")]
    event, who = parties.event[rows], parties.person[rows]
    send = sender(world, "police_crime_party", REGION, len(who))
    columns = _crime_columns(world, rng, number, event) | _party_columns(
        world, rng, event, who, parties.role[rows]
    )
    order = [
        "Crime ref", "Recorded date", "Committed from", "Committed to", "Offence", "HO code", "VIW/Suspect", "Name", "DOB", "Age at event",
        "Self-defined ethnicity", "Relationship V-S", "Venue", "Venue type", "Easting", "Northing", "Beat/Ward", "Flags", "Weapon", "Injury",
        "MO/DETS narrative",
    ]  # fmt: skip
    told = _told(world, send, columns["MO/DETS narrative"], event, who, parties.role[rows])
    columns["MO/DETS narrative"] = told.text
    made = draft(send.layout, REGION, send.form, {name: columns[name] for name in order}, who)
    return with_trouble(world.streams, replace(made, stretches=told.stretches), duplicates=0.005)


def _told(world: World, send: Sender, texts: pl.Series, event: Ints, who: Ints, role: Ints) -> Told:
    """The narratives with what officers add to them: the same in all rows of a crime."""
    crimes, first, back = np.unique(event, return_index=True, return_inverse=True)
    by_event = np.argsort(event, kind="stable")
    people = [by_event[role[by_event] == part] for part in (HARMED, HARMING)]
    one, other = (first_of(event[rows], who[rows], crimes) for rows in people)
    hand = send.speller("police", OFFICER)
    told = with_details(
        world, send, hand, texts.gather(first), (one, other), world.lives.events.place[crimes]
    )
    return Told(told.text.gather(back), stretches_at(told.stretches, back))


def _crime_columns(world: World, rng: np.random.Generator, number: Ints, event: Ints) -> dict[str, pl.Series]:
    """What belongs to the crime is the same in all its rows: made once, then spread."""
    crimes, back = np.unique(event, return_inverse=True)
    made = {"Crime ref": whole(number[crimes] + 1_400_001) + "/26"}
    made |= _when_and_where(world, rng, crimes) | _what(world, rng, crimes)
    return {name: column.gather(back) for name, column in made.items()}


def _when_and_where(world: World, rng: np.random.Generator, crimes: Ints) -> dict[str, pl.Series]:
    events, form, size = world.lives.events, sender(world, "police_crime_party", REGION, 0).form, len(crimes)
    day, minute, place = events.day[crimes], events.minute[crimes], events.place[crimes]
    east, north = coordinates(world, rng, place, 45)
    bare = (minute == 0) | (rng.random(size) < 0.03)
    start = form.days(day) + " " + choose_text(bare, clock_times_bare(minute), clock_times(minute))
    is_window = rng.random(size) < 0.12
    later = np.minimum(minute + 60 * rng.integers(1, 9, size), 1_439)
    types = pl.Series([kind.title() for kind in PLACE_TYPES]).gather(world.places.type[np.maximum(place, 0)])
    return {
        "Recorded date": form.days(np.minimum(day + rng.integers(0, 4, size), AS_AT_DAY)),
        "Committed from": start,
        "Committed to": blank_where(form.moments(day, later), ~is_window),
        "Venue": choose_text(place >= 0, world.place_text(rng, place), constant("home address", size)),
        "Venue type": choose_text(place >= 0, types, constant("Dwelling", size)),
        "Easting": east,
        "Northing": north,
        "Beat/Ward": _ward_text(world, place),
    }


def _what(world: World, rng: np.random.Generator, crimes: Ints) -> dict[str, pl.Series]:
    events, size = world.lives.events, len(crimes)
    harm, is_thigh = events.harm[crimes], events.pattern[crimes] == THIGH
    sizes = np.array([len(pool) for pool in _OFFENCES])
    offence = (np.cumsum(sizes) - sizes)[harm] + (rng.random(size) * sizes[harm]).astype(np.int64)
    flat = [pair for pool in _OFFENCES for pair in pool]
    wounds = pl.Series(THIGH_MO, dtype=pl.String)[: int(is_thigh.sum())]
    injury = choose_text(is_thigh, constant("stab wound", size), pick(rng, INJURIES, size))
    weapon = choose_text(is_thigh, constant("knife", size), pick(rng, WEAPONS, size))
    return {
        "Offence": pl.Series([pair[0] for pair in flat]).gather(offence),
        "HO code": pl.Series([pair[1] for pair in flat]).gather(offence),
        "Flags": _flags(rng, harm, events.is_at_school[crimes]),
        "Weapon": blank_where(weapon, harm != SYV),
        "Injury": blank_where(injury, (harm != SYV) & (harm != TRA)),
        "MO/DETS narrative": pick_by(rng, MO, harm).scatter(np.flatnonzero(is_thigh), wounds),
    }


def _flags(rng: np.random.Generator, harm: Ints, at_school: Bools) -> pl.Series:
    """Two-letter flags parted by spaces, set for only some of the crimes they fit."""
    size = len(harm)
    fits = {
        "SE": (harm == CSE) & (rng.random(size) < 0.5), "DA": (harm == TRA) & (rng.random(size) < 0.6),
        "ED": (harm == HSB) & at_school & (rng.random(size) < 0.5), "GG": (harm == SYV) & (rng.random(size) < 0.2),
        "CC": (harm == CCE) & (rng.random(size) < 0.4), "YP": rng.random(size) < 0.3,
    }  # fmt: skip
    parts = [choose_text(mask, constant(code, size), nothing(size)) for code, mask in fits.items()]
    joined = pl.select(pl.concat_str(parts, separator=" ", ignore_nulls=True)).to_series()
    return blank_where(joined, (joined == "").to_numpy())


def _party_columns(
    world: World, rng: np.random.Generator, event: Ints, who: Ints, role: Ints
) -> dict[str, pl.Series]:
    """What belongs to the person in the crime."""
    send, size = sender(world, "police_crime_party", REGION, 0), len(who)
    spell = send.speller("police", OFFICER)
    born = spell.birth_days(who)
    day, harm = world.lives.events.day[event], world.lives.events.harm[event]
    age = world.people.age_on(day, who)
    part = np.where((role == HARMING) & (rng.random(size) < 0.2), 3, role)
    codes = world.people.ethnicity.gather(who).replace_strict(_POLICE_ETHNICITY, default="NS")
    relations = (
        ("acquaintance", "stranger", "known", "unk"),
        ("acquaintance", "ex-partner", "online", "unk"),
        ("acquaintance", "school", "unk"),
        ("ex-partner", "partner", "boyfriend"),
        ("stranger", "acquaintance", "unk"),
    )
    known = world.lives.events.pattern[event] == THIGH
    return {
        "VIW/Suspect": pl.Series(["VICTIM", "SUSPECT", "WITNESS", "ACCUSED"]).gather(part), "Name": spell.full_name(who),
        "DOB": send.form.days(born), "Age at event": blanks(whole(age), rng, 0.1), "Self-defined ethnicity": blanks(codes, rng, 0.2),
        "Relationship V-S": choose_text(known, constant("acquaintance", size), pick_by(rng, relations, harm)),
    }  # fmt: skip


def police_missing(world: World, _authority: int) -> Draft:
    """Missing reports to the police, with times: some 2400, some unknown."""
    m = world.cases.missing
    rng0 = world.streams.stream("reported missing")
    mine = np.flatnonzero(rng0.random(len(m.person)) < 0.8)
    mine = mine[np.argsort(m.start[mine], kind="stable")]
    who, size = m.person[mine], len(mine)
    send = sender(world, "police_missing", REGION, size)
    rng, form = send.rng, send.form
    spell = send.speller("police", OFFICER)
    seen = choose_text(
        rng.random(size) < 0.06, clock_times_bare(m.start_minute[mine]), clock_times(m.start_minute[mine])
    )
    seen = choose_text(rng.random(size) < 0.03, constant("2400", size), seen)
    back = form.moments(m.end[mine], np.where(rng.random(size) < 0.04, NO_MINUTE, m.end_minute[mine]))
    late = np.minimum(m.start_minute[mine] + 5 * rng.integers(6, 40, size), 1_439)
    exploited = np.isin(who, np.union1d(world.cases.cse.person, world.cases.gangs.person))
    columns = {
        "Report ref": "MP" + whole(np.arange(size) + 30_001), "Name": spell.full_name(who), "DOB": form.days(spell.birth_days(who)),
        "Reported at": form.moments(m.start[mine], late), "Last seen at": form.days(m.start[mine]) + " " + seen,
        "Returned/found at": choose_text(rng.random(size) < 0.03, constant("unk", size), back),
        "Risk": pick(rng, ("High", "Medium", "Medium", "Medium", "Low", "No apparent"), size),
        "Missing from": choose_text(m.from_care[mine], constant("care home", size), pick(rng, ("home", "home", "home", "school"), size)),
        "Found at": choose_text(rng.random(size) < 0.6, world.place_text(rng, m.place[mine]), pick(rng, ("home", "friend's house", "unk"), size)),
        "Circumstances": pick(rng, ("Left after argument and did not return.", "Did not come home from school.", "Absconded from placement with another resident."), size),
        "CSE/CE marker": choose_text(exploited & (rng.random(size) < 0.6), pick(rng, ("CSE", "CE", "CSE;CE"), size), nothing(size)),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, REGION, form, columns, who), duplicates=0.006)
