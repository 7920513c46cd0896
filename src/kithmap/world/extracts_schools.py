"""What schools and the education service would send."""

import numpy as np
import polars as pl

from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.extracts_panels import informal, plain_dates, with_companions
from kithmap.world.forms import (
    NO_DAY,
    blank_where,
    choose_text,
    clock_times,
    clock_times_bare,
    constant,
    nothing,
    whole,
)  # fmt: skip
from kithmap.world.geography import LA_NUMBERS
from kithmap.world.groups import CCE, CSE, HSB, SYV, TRA
from kithmap.world.people import AS_AT_DAY, temporary
from kithmap.world.schooling import SEPTEMBER
from kithmap.world.spelling import CLERK, HURRY, blanks
from kithmap.world.streams import Bools, Ints
from kithmap.world.words import PLATFORMS, pick, pick_by
from kithmap.world.worlds import REGION, World, sender

CENSUSES = (
    ("2024_autumn", SEPTEMBER[2024] + 32), ("2025_spring", SEPTEMBER[2024] + 137), ("2025_summer", SEPTEMBER[2024] + 256),
    ("2025_autumn", SEPTEMBER[2025] + 31), ("2026_spring", SEPTEMBER[2025] + 136), ("2026_summer", SEPTEMBER[2025] + 255),
)  # fmt: skip
_TERM_ENDS = (121, 214, 365)


def censuses(young: int) -> tuple[tuple[str, int], ...]:
    """The termly censuses written: the last year's, and the year before for large worlds."""
    return CENSUSES if young >= 20_000 else CENSUSES[3:]


def gias_schools(world: World, _authority: int) -> Draft:
    """The register of schools."""
    schools, form = world.schools, sender(world, "gias_schools", REGION, 0).form
    young = np.arange(world.people.young)
    on_roll = world.schooling.school_on(young, CENSUSES[-1][1])
    roll = np.bincount(on_roll[on_roll >= 0], minlength=len(schools))
    ap = world.schooling.ap
    roll += np.bincount(ap[(ap >= 0) & (world.schooling.ap_end > CENSUSES[-1][1])], minlength=len(schools))
    kinds = pl.Series(["Academy converter", "Academy sponsor led", "Pupil referral unit"])
    phases = pl.Series(["Primary", "Secondary", "Not applicable"])
    rng = world.streams.stream("gias")
    columns = {
        "URN": whole(schools.urn), "LA (code)": whole(np.array(LA_NUMBERS)[schools.authority]), "EstablishmentNumber": whole(schools.estab),
        "EstablishmentName": schools.name, "TypeOfEstablishment (name)": kinds.gather(schools.phase),
        "PhaseOfEducation (name)": phases.gather(schools.phase), "Easting": whole(schools.easting), "Northing": whole(schools.northing),
        "NumberOfPupils": whole(roll), "OpenDate": form.days(7_000 + rng.integers(0, 9_000, len(schools))), "CloseDate": nothing(len(schools)),
    }  # fmt: skip
    return draft("gias_schools", REGION, form, columns)


def school_census(world: World, authority: int, name: str, day: int) -> Draft:
    """One termly census of an authority's schools: one row for each pupil and enrolment."""
    schooling, schools, young = world.schooling, world.schools, np.arange(world.people.young)
    school = schooling.school_on(young, day)
    main = np.flatnonzero((school >= 0) & (schools.authority[np.maximum(school, 0)] == authority))
    second = np.flatnonzero((schooling.ap >= 0) & (schooling.ap_start <= day) & (schooling.ap_end > day) & (schools.authority[np.maximum(schooling.ap, 0)] == authority))  # fmt: skip
    who = np.concatenate((main, second))
    at = np.concatenate((school[main], schooling.ap[second]))
    is_ap = np.arange(len(who)) >= len(main)
    dual = np.zeros(world.people.young, dtype=bool)
    dual[(schooling.ap >= 0) & (schooling.ap_start <= day) & (schooling.ap_end > day)] = True
    order = np.lexsort((who, at))
    who, at, is_ap = who[order], at[order], is_ap[order]
    send = sender(world, "school_census_pupil", authority, len(who))
    rng, form, people = world.streams.stream(f"census {authority} {name}"), send.form, world.people
    spell = send.speller("census", CLERK)
    forename, surname = spell.names(who)
    _, postcode = spell.address(who)
    upn, former = _census_upns(world, who, day)
    status = np.where(is_ap, 2, np.where(dual[who], 1, 0))
    need = pl.Series(["", "SEMH", "SLCN", "ASD"]).gather(schooling.sen[who])
    columns = {
        "UPN": upn, "Former UPN": former, "Surname": surname, "Forename": forename, "DOB": form.days(spell.birth_days(who)),
        "Sex": spell.sex(who), "Ethnicity": choose_text(rng.random(len(who)) < 0.02, pick(rng, ("REFU", "NOBT"), len(who)), people.ethnicity.gather(who)),
        "Postcode": postcode, "URN/Estab": whole(schools.urn[at]) + "/" + whole(schools.estab[at]),
        "Enrol status": pl.Series(["C", "M", "S"]).gather(status), "NC year": whole(schooling.year_group(who, day)),
        "SEN provision/need": choose_text(schooling.sen[who] > 0, "K/" + need, constant("N", len(who))),
        "Entry/leaving date": plain_dates(form).days(_entry_day(world, who, at, is_ap)) + " -",
        "FSM": pl.Series(["N", "Y"]).gather(schooling.is_free_meals[who].astype(np.int64)),
        "AP placement": pl.Series(["N", "Y"]).gather(is_ap.astype(np.int64)),
    }  # fmt: skip
    return draft(send.layout, authority, form, columns, who)


def _census_upns(world: World, who: Ints, day: int) -> tuple[pl.Series, pl.Series]:
    """UPN and former UPN: a pupil new to the roll has a temporary one until the true one is found."""
    true = world.people.upn.gather(who)
    late = np.flatnonzero(world.schooling.has_temporary_upn[who])
    if not len(late):
        return true, nothing(len(who))
    made = temporary(true.gather(late))
    if day < CENSUSES[4][1]:
        return true.clone().scatter(late, made), nothing(len(who))
    return true, nothing(len(who)).scatter(late, made)


def _entry_day(world: World, who: Ints, at: Ints, is_ap: Bools) -> Ints:
    """First day on this school's roll."""
    schooling = world.schooling
    year = schooling.year_group(who, AS_AT_DAY)
    begun = (
        SEPTEMBER[2025] + 2 - ((np.maximum(year - np.where(year <= 6, 3, 7), 0)) * 365.25).astype(np.int64)
    )
    moved = (schooling.move_day[who] >= 0) & (at == schooling.next_secondary[who])
    return np.where(is_ap, schooling.ap_start[who], np.where(moved, schooling.move_day[who], begun))


_REASONS = ("DB", "DB", "LD", "CB", "VA", "PA", "DM", "DR", "VR", "MP", "TH")
_HARM_REASONS = {
    SYV: ("PP", "OW", "BW", "PP", "VP"),
    CSE: ("SM", "MT", "VP", "DB"),
    HSB: ("SM", "SB", "PP", "DB"),
    TRA: ("VP", "PP", "DB"),
    CCE: ("DR", "DA", "OS"),
}


def edu_exclusions(world: World, authority: int) -> Draft:
    """Suspensions and exclusions; each authority applies the sexual misconduct codes its own way."""
    x = world.cases.exclusions
    mine = np.flatnonzero(world.schools.authority[x.school] == authority)
    mine = mine[np.argsort(x.start[mine], kind="stable")]
    who, start = x.person[mine], x.start[mine]
    send = sender(world, "edu_exclusions", authority, len(who))
    rng, form, schools = send.rng, send.form, world.schools
    spell = send.speller("education", CLERK)
    forename, surname = spell.names(who)
    harm = np.where(x.event[mine] >= 0, world.lives.events.harm[np.maximum(x.event[mine], 0)], -1)
    coded = pick_by(rng, [_HARM_REASONS[h] for h in range(5)], np.maximum(harm, 0))
    honest = (harm >= 0) & (rng.random(len(who)) < (0.75, 0.5, 0.8, 0.35, 0.65, 0.45, 0.7)[authority])
    days = np.minimum(start + x.sessions[mine] // 2 - 1, AS_AT_DAY)
    term = np.searchsorted(_TERM_ENDS, (start - SEPTEMBER[2024]) % 365)
    upn = world.people.upn.gather(who)
    columns = {
        "UPN": blanks(upn, rng, 0.04), "Forename": forename, "Surname": surname, "DOB": form.days(spell.birth_days(who)),
        "LA/Estab": whole(np.array(LA_NUMBERS)[schools.authority[x.school[mine]]]) + "/" + whole(schools.estab[x.school[mine]]),
        "URN": whole(schools.urn[x.school[mine]]),
        "Category": choose_text(x.is_permanent[mine], constant("PERM", len(who)), pick(rng, ("SUSP",) * 12 + ("FIXD", "LNCH"), len(who))),
        "Reason": choose_text(honest, coded, pick(rng, _REASONS, len(who))), "Reason 2": blanks(pick(rng, _REASONS, len(who)), rng, 0.75),
        "Reason 3": blanks(pick(rng, _REASONS, len(who)), rng, 0.95), "Start date": form.days(start),
        "End date": form.days(np.where(x.is_permanent[mine], NO_DAY, days)), "Sessions": whole(x.sessions[mine]),
        "Term": pl.Series(["Autumn", "Spring", "Summer", "Summer"]).gather(term), "SEN": pl.Series(["N", "K", "K", "E"]).gather(world.schooling.sen[who]),
        "CLA at time": choose_text(np.isin(who, world.cases.known[world.cases.status == 0]), constant("Y", len(who)), constant("N", len(who))),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, authority, form, columns, who), duplicates=0.006)


def in_day_missing(world: World, authority: int) -> Draft:
    """The schools' own sheet of pupils missing within the school day."""
    a = world.cases.absences
    school = world.schooling.school_on(a.person, a.day)
    mine = np.flatnonzero(world.schools.authority[school] == authority)
    mine = mine[np.lexsort((a.day[mine], school[mine]))]
    who = a.person[mine]
    send = sender(world, "school_in_day_missing", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("schools", HURRY)
    out, size = a.minute[mine], len(who)
    left = choose_text(rng.random(size) < 0.15, clock_times_bare(out), clock_times(out))
    back = clock_times(a.back[mine])
    columns = {
        "School": world.school_text(rng, school[mine]), "Pupil": spell.full_name(who), "DOB": form.days(spell.birth_days(who)),
        "Year group": "Y" + whole(world.schooling.year_group(who, a.day[mine])), "Date": form.days(a.day[mine]),
        "Time left/noticed": choose_text(rng.random(size) < 0.03, constant("unk", size), left),
        "Time returned": choose_text(rng.random(size) < 0.12, pick(rng, ("unk", "did not return", ""), size), back),
        "Lesson/period": whole(np.clip((out - 525) // 62 + 1, 1, 6)), "On/off site": pick(rng, ("off", "off", "on", "unk"), size),
        "With whom": blanks(informal(world, send, a.friend[mine]), rng, 0.2),
        "Where found": blanks(world.place_text(rng, a.place[mine]), rng, 0.2),
        "Action": pick(rng, ("Parent called", "Detention", "None", "DSL informed", "Police called"), size),
        "Reported to": pick(rng, ("Parent", "DSL", "Police", "none", "MASH"), size),
    }  # fmt: skip
    made = with_companions(draft(send.layout, authority, form, columns, who), "With whom", a.friend[mine])
    return with_trouble(world.streams, made, duplicates=0.006, blanks=2, total="Pupil")


_LOG_WORDS = (
    ("fight", "weapon brought in", "assault", "threats"), ("sexting", "older boyfriend", "sexual exploitation concern"),
    ("HSB", "sexualised language", "unwanted touching", "sexting"), ("relationship", "controlling boyfriend", "stalking by ex"),
    ("drugs", "county lines concern", "unexplained money"),
)  # fmt: skip


def safeguarding_log(world: World, authority: int) -> Draft:
    """Schools' safeguarding logs: pupils of one part in an event share a row, by a common number."""
    parties, events = world.lives.parties, world.lives.events
    rng0 = world.streams.stream(f"log {authority}")
    told = np.flatnonzero(
        (rng0.random(len(events)) < np.where(events.is_at_school | events.is_online, 0.8, 0.3))
        & (events.authority == authority)
    )
    is_told = np.zeros(len(events), dtype=bool)
    is_told[told] = True
    pupil = parties.person < world.people.young
    pick_rows = np.flatnonzero(is_told[parties.event] & pupil)
    key = parties.event[pick_rows] * 4 + parties.role[pick_rows]
    order = np.argsort(key, kind="stable")
    pick_rows, key = pick_rows[order], key[order]
    keys, row = np.unique(key, return_inverse=True)
    event, role = keys // 4, keys % 4
    who = parties.person[pick_rows]
    send = sender(world, "school_safeguarding_log", authority, len(keys))
    rng, form, size = send.rng, send.form, len(keys)
    spell = send.speller("schools", HURRY)
    named = (
        pl.DataFrame({"row": row, "text": spell.name_dob(who)})
        .group_by("row", maintain_order=True)
        .agg(pl.col("text").str.join("; "))
    )
    harm = events.harm[event]
    columns = {
        "Log ref": f"S{authority + 1}-" + whole(event), "Date": form.days(np.minimum(events.day[event] + rng.integers(0, 3, size), AS_AT_DAY)),
        "Category": pick_by(rng, _LOG_WORDS, harm), "Platform/app": blank_where(pick(rng, PLATFORMS, size), ~events.is_online[event]),
        "Pupils involved": named["text"], "Role": pl.Series(["victim", "alleged harmer", "witness"]).gather(role),
        "Hackett level": blank_where(pick(rng, ("1", "2", "3", "3", "4", "5"), size), harm != HSB),
        "On/off site": choose_text(events.is_at_school[event], constant("on", size), pick(rng, ("off", "off", "online", "unk"), size)),
        "Action": pick(rng, ("MASH referral", "Parents met", "Risk assessment", "Monitor", "Police", "Restorative meeting"), size),
    }  # fmt: skip
    first = np.searchsorted(row, np.arange(size))
    made = Draft(
        send.layout, authority, form, pl.DataFrame(columns), row, np.arange(len(row)) - first[row] + 1, who
    )
    return with_trouble(world.streams, made, duplicates=0.006)
