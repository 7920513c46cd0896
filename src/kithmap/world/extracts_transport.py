"""What the buses and the transport authority's education team would send."""

from dataclasses import replace

import numpy as np
import polars as pl

from kithmap.world.cases import Listing
from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.forms import NO_DAY, NO_MINUTE, blank_where, choose_text, constant, whole
from kithmap.world.geography import AUTHORITIES
from kithmap.world.groups import SYV
from kithmap.world.lives import BUS_FIGHT, HARMING
from kithmap.world.people import AS_AT_DAY
from kithmap.world.places import SECONDARY
from kithmap.world.spelling import OFFICER, blanks
from kithmap.world.streams import Ints
from kithmap.world.words import DRIVER_WORDS, GARAGES, pick
from kithmap.world.worlds import REGION, World, sender


def _bus_rows(
    world: World, rng: np.random.Generator, share: float, more: int
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Day, minute, route, stop and event (or -1) of reports: of harm on a bus, and of lesser things."""
    events, routes = world.lives.events, world.routes
    seen = np.flatnonzero(
        (events.route >= 0) & ((rng.random(len(events)) < share) | (events.pattern == BUS_FIGHT))
    )
    route = rng.integers(0, len(routes), more)
    stop = routes.stops[route, rng.integers(0, 8, more)]
    after_school = rng.random(more) < 0.4
    minute = np.where(after_school, rng.integers(910, 1_010, more), rng.integers(360, 1_430, more))
    day = AS_AT_DAY - rng.integers(0, 720, more)
    day = np.where(after_school & ((day + 3) % 7 >= 5), day - 2, day)
    day = np.concatenate((events.day[seen], day))
    order = np.argsort(day, kind="stable")
    return (
        day[order], np.concatenate((events.minute[seen], minute))[order], np.concatenate((events.route[seen], route))[order],
        np.concatenate((events.place[seen], stop))[order], np.concatenate((seen, np.full(more, -1)))[order],
    )  # fmt: skip


def _stop_text(world: World, stop: Ints) -> pl.Series:
    return world.places.stop_code.gather(stop) + " " + world.places.name.gather(stop)


def _borough(world: World, route: Ints) -> pl.Series:
    return pl.Series(list(AUTHORITIES)).gather(world.routes.authority[route])


def tfl_dir(world: World, _authority: int) -> Draft:
    """Drivers' incident reports; the youth flag is often left off."""
    rng0 = world.streams.stream("dir")
    day, minute, route, stop, event = _bus_rows(world, rng0, 0.75, max(30, round(world.people.young * 0.24)))
    size = len(day)
    send = sender(world, "tfl_dir", REGION, size)
    rng, form = send.rng, send.form
    serious = event >= 0
    east = world.places.easting[stop] + rng.integers(-30, 31, size)
    north = world.places.northing[stop] + rng.integers(-30, 31, size)
    swapped = rng.random(size) < 0.01
    pair = whole(np.where(swapped, north, east)) + "/" + whole(np.where(swapped, east, north))
    columns = {
        "DIR ref": "D" + whole(np.arange(size) + 800_001), "Date/time": form.moments(day, minute),
        "Red button Y/N": choose_text(serious & (rng.random(size) < 0.4), constant("Y", size), constant("N", size)),
        "Cause code": pick(rng, ("DISTURB", "ASSAULT", "VANDAL", "THREAT", "FARE"), size),
        "Youth flag": choose_text(rng.random(size) < np.where(serious, 0.6, 0.4), constant("Y", size), pick(rng, ("N", ""), size)),
        "Vulnerability flag": choose_text(rng.random(size) < 0.05, constant("Y", size), pick(rng, ("N", ""), size)),
        "Route": world.routes.number.gather(route), "Direction": pick(rng, ("Outbound", "Inbound"), size), "Stop code/name": _stop_text(world, stop),
        "Easting/Northing": blanks(pair, rng, 0.05), "Borough": _borough(world, route), "Details": pick(rng, DRIVER_WORDS, size),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, REGION, form, columns), duplicates=0.004)


def tfl_asif(world: World, _authority: int) -> Draft:
    """Forms on anti-social behaviour filled in at the end of the journey."""
    rng0 = world.streams.stream("asif")
    day, minute, route, stop, _ = _bus_rows(world, rng0, 0.3, max(20, round(world.people.young * 0.12)))
    size = len(day)
    send = sender(world, "tfl_asif", REGION, size)
    rng, form = send.rng, send.form
    off = world.routes.stops[route, rng.integers(0, 8, size)]
    named = np.where(
        rng.random(size) < 0.35,
        np.where(rng.random(size) < 0.5, world.routes.school_a[route], world.routes.school_b[route]),
        -1,
    )
    columns = {
        "ASIF ref": "A" + whole(np.arange(size) + 300_001), "Submitted by": pick(rng, ("driver", "driver", "station controller"), size),
        "Date/time": form.moments(day, np.where(rng.random(size) < 0.1, NO_MINUTE, np.minimum(minute // 15 * 15 + 15, 1_439))),
        "Garage/operator": pick(rng, GARAGES, size), "Route": world.routes.number.gather(route),
        "Where boarded/alighted": _stop_text(world, stop) + " / " + _stop_text(world, off),
        "Category": pick(rng, ("fighting", "abuse", "smoking", "vandalism", "weapon seen", "fare evasion"), size),
        "Youth Y/N": pick(rng, ("Y", "Y", "N", ""), size), "School named": world.school_text(rng, named), "Details": pick(rng, DRIVER_WORDS, size),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, REGION, form, columns), duplicates=0.004)


def tfl_zip_withdrawals(world: World, _authority: int) -> Draft:
    """Travel cards withdrawn from young people, mostly from those in bus incidents."""
    young = world.people.young
    parties, events = world.lives.parties, world.lives.events
    rng0 = world.streams.stream("zip")
    on_bus = (events.route[parties.event] >= 0) & (parties.role == HARMING) & (parties.person < young)
    who = np.unique(parties.person[on_bus & (rng0.random(len(on_bus)) < 0.35)])
    who = np.unique(np.concatenate((who, rng0.integers(0, young, max(6, young // 80)))))
    size = len(who)
    send = sender(world, "tfl_zip_withdrawals", REGION, size)
    rng, form = send.rng, send.form
    spell = send.speller("travel cards", OFFICER)
    start = AS_AT_DAY - rng.integers(10, 640, size)
    end = np.where(rng.random(size) < 0.6, start + rng.integers(14, 120, size), NO_DAY)
    route = world.routes.number.gather(rng.integers(0, len(world.routes), size))
    spot = world.place_text(rng, rng.integers(0, len(world.places), size))
    columns = {
        "Case ref": "Z" + whole(np.arange(size) + 6_001),
        "Card type": choose_text(world.people.age_on(AS_AT_DAY, who) >= 16, constant("16+", size), constant("11-15", size)),
        "Name/DOB": spell.name_dob(who), "Postcode": blanks(spell.address(who)[1], rng, 0.05),
        "School": blanks(world.school_text(rng, world.schooling.school_on(who, start)), rng, 0.2),
        "Withdrawn from": form.days(start), "Reinstated": form.days(np.where(end > AS_AT_DAY, NO_DAY, end)),
        "Reason": pick(rng, ("persistent behaviour", "crime", "misuse"), size), "Route/location": choose_text(rng.random(size) < 0.6, route, spot),
        "Earn-back scheme": pick(rng, ("volunteering", "declined", "", "completed"), size),
    }  # fmt: skip
    taken = Listing(who, world.people.authority[who], start, np.where(end > AS_AT_DAY, NO_DAY, end))
    return with_trouble(
        world.streams, replace(draft(send.layout, REGION, form, columns, who), listed=taken), duplicates=0.006
    )


def tfl_school_reports(world: World, _authority: int) -> Draft:
    """Reports about pupils' behaviour by school and term: counts, no people."""
    schools, routes, events = world.schools, world.routes, world.lives.events
    sites = np.flatnonzero(schools.phase == SECONDARY)
    terms = ("Autumn 2025", "Spring 2026", "Summer 2026")
    at = np.repeat(sites, len(terms))
    send = sender(world, "tfl_school_reports", REGION, len(at))
    rng, size = send.rng, len(at)
    on_bus = np.bincount(events.route[(events.route >= 0) & (events.harm == SYV)], minlength=len(routes))
    near = np.zeros(len(schools))
    np.add.at(near, routes.school_a, on_bus)
    np.add.at(near, routes.school_b, on_bus)
    numbers = routes.number.to_list()
    served: dict[int, list[str]] = {}
    for a, b, number in zip(routes.school_a.tolist(), routes.school_b.tolist(), numbers, strict=True):
        served.setdefault(a, []).append(number)
        served.setdefault(b, []).append(number)
    listed = pl.Series([", ".join(served.get(school, [])[:4]) for school in at.tolist()], dtype=pl.String)
    columns = {
        "School name": world.school_text(rng, at), "Borough": pl.Series(list(AUTHORITIES)).gather(schools.authority[at]),
        "Reports from public": whole(rng.poisson(1.5 + near[at] * 0.5)), "Reports from bus controllers": whole(rng.poisson(1.0 + near[at] * 0.7)),
        "Period": pl.Series(list(terms)).gather(np.arange(size) % len(terms)), "Routes": blank_where(listed, (listed == "").to_numpy()),
        "Programme status": pick(rng, ("active", "offered", "not engaged", "completed"), size),
    }  # fmt: skip
    return with_trouble(
        world.streams,
        draft(send.layout, REGION, send.form, columns),
        duplicates=0.0,
        total="Reports from public",
    )
