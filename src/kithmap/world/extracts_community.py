"""What neighbours, residents and hospitals tell: calls, complaints, contacts without names."""

import numpy as np
import polars as pl

from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.extracts_police import coordinates
from kithmap.world.forms import NO_MINUTE, choose_text, clock_times, clock_times_bare, constant, whole
from kithmap.world.groups import SYV
from kithmap.world.lives import HARMED, THIGH
from kithmap.world.people import AS_AT_DAY
from kithmap.world.places import PLACE_TYPES
from kithmap.world.spelling import blanks
from kithmap.world.streams import Ints
from kithmap.world.words import COMPLAINANTS, MO, pick, pick_by
from kithmap.world.worlds import REGION, World, sender

_ASB = (
    "Rowdy or Inconsiderate Behaviour", "Rowdy or Inconsiderate Behaviour", "Rowdy or Inconsiderate Behaviour", "Rowdy/Nuisance Neighbours",
    "Littering/Drug Paraphernalia", "Trespass", "Noise", "Fireworks", "Street Drinking", "Vehicle Nuisance/inappropriate use",
)  # fmt: skip
_QUALIFIER = (
    "Nuisance",
    "Nuisance",
    "Nuisance",
    "Personal",
    "Nuisance",
    "Nuisance",
    "Environmental",
    "Environmental",
    "Environmental",
    "Personal",
)


def _busy_places(world: World, rng: np.random.Generator, size: int, authority: int = REGION) -> Ints:
    """Places in proportion to the harm there: neighbours complain of the same spots."""
    weight = (
        np.bincount(world.lives.events.place[world.lives.events.place >= 0], minlength=len(world.places))
        + 0.6
    )
    weight = np.where(
        (authority == REGION) | (world.places.authority == authority), np.minimum(weight, 60.0), 0.0
    )
    ends = np.cumsum(weight)
    return np.searchsorted(ends, rng.random(size) * ends[-1], side="right").clip(0, len(weight) - 1)


def police_asb_cad(world: World, _authority: int) -> Draft:
    """Calls about anti-social behaviour; the youth flag is set more in some wards than in others."""
    size = max(60, round(world.people.young * 0.6))
    send = sender(world, "police_asb_cad", REGION, size)
    rng, form = send.rng, send.form
    day = np.sort(AS_AT_DAY - rng.integers(0, 720, size))
    minute = np.where(rng.random(size) < 0.35, rng.integers(900, 1_080, size), rng.integers(0, 1_440, size))
    place = _busy_places(world, rng, size)
    kind = rng.integers(0, len(_ASB), size)
    youth = rng.random(size) < np.where(kind <= 2, 0.8, 0.2)
    habit = np.array([0.85, 0.3, 0.6, 0.15, 0.7])[world.places.ward[place] % 5]
    east, north = coordinates(world, rng, place, 70)
    bare = (rng.random(size) < 0.02) | (minute == 0)
    columns = {
        "CAD ref": whole(np.arange(size) + 100_001), "Call time": form.days(day) + " " + choose_text(bare, clock_times_bare(minute), clock_times(minute)),
        "Opening code": pick(rng, ("215", "201", "212", "209", "219"), size), "ASB category": pl.Series(list(_ASB)).gather(kind),
        "Qualifier": pl.Series(list(_QUALIFIER)).gather(kind),
        "Youth flag": choose_text(youth & (rng.random(size) < habit), constant("Y", size), pick(rng, ("N", "", ""), size)),
        "Location": world.place_text(rng, place), "E": east, "N": north,
        "Result": pick(rng, ("No trace", "Words of advice", "Dispersed", "Unit not available", "Passed to council"), size),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, REGION, form, columns), duplicates=0.004)


def council_asb_noise(world: World, authority: int) -> Draft:
    """Complaints to the council about noise and gatherings, some at void properties."""
    size = max(12, round(float(world.young_counts[authority]) * 0.28))
    send = sender(world, "council_asb_noise", authority, size)
    rng, form = send.rng, send.form
    place = _busy_places(world, rng, size, authority)
    void = np.isin(
        world.places.type[place], [PLACE_TYPES.index("disused house"), PLACE_TYPES.index("disused garage")]
    )
    columns = {
        "Case ref": f"N{authority + 1}/" + whole(np.arange(size) + 7_001), "Reported": form.days(np.sort(AS_AT_DAY - rng.integers(0, 700, size))),
        "Category": pick(rng, ("noise", "alcohol", "shouting", "youths gathering", "youths gathering", "drugs paraphernalia"), size),
        "Address complained of": world.place_text(rng, place), "UPRN": blanks(whole(100_990_000_000 + place), rng, 0.3),
        "Void/disused": choose_text(void & (rng.random(size) < 0.85), constant("Y", size), pick(rng, ("N", "N", ""), size)),
        "Complainant": pick(rng, COMPLAINANTS, size),
        "Notes": pick(rng, ("Ongoing since summer.", "Young people in the stairwell most evenings.", "Windows broken, boarding removed.", "Loud music until 3am."), size),
        "Outcome": pick(rng, ("Warning letter", "Visit, no action", "Boarded up", "Referred to police", "unk"), size),
    }  # fmt: skip
    return with_trouble(
        world.streams, draft(send.layout, authority, form, columns), duplicates=0.006, total="Reported"
    )


def ed_youth_worker(world: World, _authority: int) -> Draft:
    """Hospital youth workers' contacts: no identity, consent told row by row."""
    events, parties = world.lives.events, world.lives.parties
    rng0 = world.streams.stream("hospital")
    rows = np.flatnonzero(
        (events.harm[parties.event] == SYV) & (parties.role == HARMED) & (parties.person < world.people.young)
    )
    rows = rows[rng0.random(len(rows)) < np.where(events.pattern[parties.event[rows]] == THIGH, 1.0, 0.16)]
    rows = rows[np.argsort(events.day[parties.event[rows]], kind="stable")]
    event, who, size = parties.event[rows], parties.person[rows], len(rows)
    send = sender(world, "ed_youth_worker", REGION, size)
    rng, form = send.rng, send.form
    age = np.clip(world.people.age_on(events.day[event], who), 10, 17)
    band = pl.Series(["10-11", "12-13", "14-15", "16-17"]).gather((age - 10) // 2)
    columns = {
        "Contact id": "Y" + whole(np.arange(size) + 501), "Contact date": form.days(np.minimum(events.day[event] + rng.integers(0, 3, size), AS_AT_DAY)),
        "Incident date/time": form.moments(events.day[event], np.where(rng.random(size) < 0.2, NO_MINUTE, events.minute[event])),
        "Nature of assault": pick(rng, ("stabbing", "punched/kicked", "hit with object", "fall after chase"), size),
        "Location told": blanks(world.place_text(rng, events.place[event]), rng, 0.2), "Group or lone": pick(rng, ("group", "group", "lone", "unk"), size),
        "Consent to share Y/N/Partial": pick(rng, ("Y", "N", "N", "Partial"), size), "Police statement given Y/N": pick(rng, ("Y", "N", "N"), size),
        "YP age band/sex": band + " / " + pl.Series(["F", "M"]).gather(world.people.is_male[who].astype(np.int64)),
        "Summary": pick_by(rng, MO, events.harm[event]),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, REGION, form, columns), duplicates=0.005)
