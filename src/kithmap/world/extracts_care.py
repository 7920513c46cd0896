"""What children's social care and the MASH would send."""

from dataclasses import replace

import numpy as np
import polars as pl

from kithmap.world.cases import STATUS
from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.forms import NO_DAY, blank_where, choose_text, nothing
from kithmap.world.groups import CCE, CSE, HSB, SYV
from kithmap.world.lives import HARMED, HARMING
from kithmap.world.narratives import with_details
from kithmap.world.people import AS_AT_DAY
from kithmap.world.spelling import CASEWORK, HURRY, blanks
from kithmap.world.streams import Bools, Ints
from kithmap.world.words import ALLOCATED, MO, TEAMS, pick, pick_by
from kithmap.world.worlds import Sender, World, sender

_SOURCES = ("1A", "1B", "2A", "2A", "2A", "2B", "3A", "3E", "4", "5D", "6", "6", "6", "7", "8", "9", "10")
_FOUND = ("home of friend", "home", "returned on own", "police station", "not known", "relative's address")


def _known_here(world: World, authority: int) -> Ints:
    return world.cases.known[world.people.authority[world.cases.known] == authority]


def _involved(world: World, harm: int) -> Bools:
    parties = world.lives.parties
    hit = world.lives.events.harm[parties.event] == harm
    flags = np.zeros(len(world.people), dtype=bool)
    flags[parties.person[hit]] = True
    return flags


def _joined_flags(rng: np.random.Generator, columns: dict[str, Bools], share: float) -> pl.Series:
    """Several flags in one cell, each set for only a share of those it fits."""
    size = len(next(iter(columns.values())))
    parts = [
        choose_text(
            fits & (rng.random(size) < share),
            pl.Series([flag]).gather(np.zeros(size, dtype=np.int64)),
            nothing(size),
        )
        for flag, fits in columns.items()
    ]
    joined = pl.select(pl.concat_str(parts, separator=";", ignore_nulls=True)).to_series()
    return blank_where(joined, (joined == "").to_numpy())


def person_register(world: World, authority: int) -> Draft:
    """Every child with a file: names, numbers, address, status, flags."""
    who = _known_here(world, authority)
    send = sender(world, "csc_person_register", authority, len(who))
    rng, form, people = send.rng, send.form, world.people
    spell = send.speller("social care", CASEWORK)
    forename, surname = spell.names(who)
    address, postcode = spell.address(who)
    nickname = people.book.forenames.nickname.gather(people.forename[who])
    status = world.cases.status[np.searchsorted(world.cases.known, who)]
    missing = np.isin(who, world.cases.missing.person)
    flags = _joined_flags(
        rng,
        {"CSE": _involved(world, CSE)[who], "Gang": _involved(world, SYV)[who], "Missing": missing,
         "HSB": _involved(world, HSB)[who], "CCE": _involved(world, CCE)[who]},
        (0.7, 0.35, 0.6, 0.8, 0.25, 0.5, 0.65)[authority],
    )  # fmt: skip
    columns = {
        "Child ID": people.child_id.gather(who), "Forename": forename, "Surname": surname,
        "AKA": blank_where(nickname, (nickname == "").to_numpy() | (rng.random(len(who)) < 0.6)),
        "DOB": form.days(spell.birth_days(who)), "Sex": spell.sex(who),
        "Gender identity": blanks(pick(rng, ("same as sex", "non-binary", "prefers not to say"), len(who)), rng, 0.9),
        "Ethnicity": people.ethnicity.gather(who),
        "UPN": blanks(people.upn.gather(who), rng, 0.25), "NHS Number": blanks(_nhs_as_typed(world, who), rng, 0.2),
        "Address": address, "Postcode": postcode,
        "Family ID": pl.Series(people.family[who] + 50_000).cast(pl.String),
        "Status": pl.Series(list(STATUS)).gather(status),
        "School": world.school_text(rng, world.schooling.school_on(who, AS_AT_DAY - 30)), "Flags": flags,
    }  # fmt: skip
    made = draft(send.layout, authority, form, columns, who)
    return with_trouble(world.streams, made, duplicates=0.004)


def sibling_slips(world: World, who: Ints) -> Bools:
    """Rows whose NHS number is by mistake that of the brother or sister in the row above."""
    home = world.people.home[who]
    follows = np.concatenate(([False], home[1:] == home[:-1])) & ~world.people.homes.is_communal[home]
    return follows & (world.streams.steady(who, "nhs slip") < 0.03)


def _nhs_as_typed(world: World, who: Ints) -> pl.Series:
    slips = sibling_slips(world, who)
    return world.people.nhs_number.gather(np.where(slips, np.roll(who, 1), who))


def contacts_referrals(world: World, authority: int) -> Draft:
    """Contacts and referrals by the child's own number in social care."""
    known = _known_here(world, authority)
    rng0 = world.streams.stream(f"contacts {authority}")
    who = np.repeat(known, 1 + rng0.poisson(1.7, len(known)))
    send = sender(world, "csc_contacts_referrals", authority, len(who))
    rng, form = send.rng, send.form
    contact = AS_AT_DAY - 2 - (700 * rng.random(len(who)) ** 1.3).astype(np.int64)
    referred = rng.random(len(who)) < 0.45
    again = np.minimum(rng.poisson(0.6, len(who)), 5)
    columns = {
        "Child Unique ID": world.people.child_id.gather(who), "Date of Contact": form.days(contact),
        "Contact Source": pick(rng, _SOURCES, len(who)),
        "Date of referral": form.days(np.where(referred, np.minimum(contact + rng.integers(0, 4, len(who)), AS_AT_DAY), NO_DAY)),
        "Referral Source": blank_where(pick(rng, _SOURCES, len(who)), ~referred),
        "Referral NFA?": blank_where(pick(rng, ("Yes", "No", "No", "No"), len(who)), ~referred),
        "Number of Referrals in Last 12 Months": pl.Series(again).cast(pl.String),
        "Allocated Team": pick(rng, TEAMS, len(who)), "Allocated Worker": pick(rng, ALLOCATED, len(who)),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, authority, form, columns, who), duplicates=0.003)


_FACTORS = ("3B", "4A", "4B", "10A", "14A", "15A", "16A", "17A", "18C", "1A", "2A", "20")
_HARM_FACTORS = {SYV: ("13A", "18B"), CSE: ("11A", "10A"), HSB: ("19B", "19B"), CCE: ("12A", "13A")}


def assessment_factors(world: World, authority: int) -> Draft:
    """Factors found at assessments: one row for each assessment and factor."""
    known = _known_here(world, authority)
    rng0 = world.streams.stream(f"assessments {authority}")
    who = np.repeat(known, rng0.poisson(1.3, len(known)))
    send = sender(world, "csc_assessment_factors", authority, len(who))
    rng, form = send.rng, send.form
    factor = pick(rng, _FACTORS, len(who))
    for harm, codes in _HARM_FACTORS.items():
        fits = _involved(world, harm)[who] & (rng.random(len(who)) < 0.4)
        factor = choose_text(fits, pick(rng, codes, len(who)), factor)
    start = AS_AT_DAY - 60 - (600 * rng.random(len(who))).astype(np.int64)
    columns = {
        "LAchildID": world.people.child_id.gather(who), "AssessmentActualStartDate": form.days(start),
        "AssessmentAuthorisationDate": form.days(start + rng.integers(10, 46, len(who))),
        "AssessmentFactors": factor, "PrimaryNeedCode": pick(rng, ("N1", "N1", "N4", "N5", "N6", "N0"), len(who)),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, authority, form, columns, who), duplicates=0.003)


def care_missing(world: World, authority: int) -> Draft:
    """Episodes missing from care: dates only, with return home interviews."""
    m = world.cases.missing
    mine = np.flatnonzero(m.from_care & (world.people.authority[m.person] == authority))
    who = m.person[mine]
    send = sender(world, "csc_missing", authority, len(who))
    rng, form = send.rng, send.form
    offered = rng.random(len(who)) < 0.8
    accepted = offered & (rng.random(len(who)) < 0.5)
    found = world.place_text(rng, m.place[mine])
    columns = {
        "CHILD": world.people.child_id.gather(who), "DOB": form.days(world.people.birth_day[who]),
        "MISSING": pick(rng, ("M", "M", "M", "A"), len(who)), "MIS_START": form.days(m.start[mine]),
        "MIS_END": form.days(np.where(rng.random(len(who)) < 0.03, NO_DAY, m.end[mine])),
        "RHI Offered": choose_text(offered, pick(rng, ("Y",), len(who)), pick(rng, ("N", "NA"), len(who))),
        "RHI Accepted": choose_text(accepted, pick(rng, ("Y",), len(who)), pick(rng, ("N",), len(who))),
        "RHI Date": form.days(np.where(accepted, m.end[mine] + rng.integers(0, 6, len(who)), NO_DAY)),
        "Found location": choose_text(rng.random(len(who)) < 0.5, found, pick(rng, _FOUND, len(who))),
        "Push/pull factors": pick(rng, ("peer group", "argument in placement", "peer group; substance misuse", "boyfriend", "unk"), len(who)),
    }  # fmt: skip
    return with_trouble(world.streams, draft(send.layout, authority, form, columns, who), duplicates=0.004)


_CONCERNS = (
    "Serious youth violence",
    "CSE",
    "Harmful sexual behaviour",
    "Teenage relationship abuse",
    "Child criminal exploitation",
)
_OTHER = (
    "Domestic abuse",
    "Neglect",
    "Parental mental health",
    "Physical abuse",
    "Emotional abuse",
    "Substance misuse",
    "Housing",
)


def mash_log(world: World, authority: int) -> Draft:
    """Enquiries to the MASH: after about a third of events, and for other worries at home."""
    parties, events = world.lives.parties, world.lives.events
    rng0 = world.streams.stream(f"mash {authority}")
    near = (world.people.authority[parties.person] == authority) & (parties.person < world.people.young)
    told = np.flatnonzero(
        near
        & (rng0.random(len(near)) < np.where(parties.role == HARMED, 0.42, 0.2))
        & (parties.role <= HARMING)
    )
    locals_ = np.flatnonzero(world.people.authority[: world.people.young] == authority)
    other = rng0.choice(locals_, max(8, len(locals_) // 6))
    who = np.concatenate((parties.person[told], other))
    day = np.concatenate(
        (
            events.day[parties.event[told]] + rng0.integers(0, 6, len(told)),
            AS_AT_DAY - rng0.integers(3, 720, len(other)),
        )
    )
    order = np.argsort(day, kind="stable")
    who, day = who[order], np.minimum(day[order], AS_AT_DAY)
    harm = np.concatenate((events.harm[parties.event[told]], np.full(len(other), -1)))[order]
    send = sender(world, "mash_log", authority, len(who))
    return with_trouble(world.streams, _mash_cells(world, send, who, day, harm), duplicates=0.01, blanks=1)


def _mash_cells(world: World, send: Sender, who: Ints, day: Ints, harm: Ints) -> Draft:
    rng, form = send.rng, send.form
    spell = send.speller("mash", HURRY)
    address, postcode = spell.address(who)
    born = spell.birth_days(who)
    age = pl.Series(world.people.age_on(day, who)).cast(pl.String)
    known = np.maximum(harm, 0)
    said = choose_text(harm >= 0, pick_by(rng, MO, known), pick(rng, ("Concern for home conditions.", "Verbal argument between parents, child present."), len(who)))  # fmt: skip
    told = with_details(world, send, spell, said, (who, _friends(world, rng, who)), np.full(len(who), -1))
    label = choose_text(harm >= 0, pl.Series(list(_CONCERNS)).gather(known), pick(rng, _OTHER, len(who)))
    columns = {
        "MASH ref": pl.Series([f"M{send.authority + 1}"]) + pl.Series(np.arange(len(who)) + 20_001).cast(pl.String),
        "Date received": form.days(day),
        "Referring agency": pick(rng, ("Police", "School", "Health", "A&E", "Housing", "Parent", "CAMHS", "Youth service"), len(who)),
        "Child name": spell.full_name(who),
        "DOB or age": choose_text(rng.random(len(who)) < 0.08, age, form.days(born).fill_null(age)),
        "Address": blanks(address + ", " + postcode, rng, 0.08),
        "School": blanks(world.school_text(rng, school_then(world, who, day)), rng, 0.15),
        "Concern category": label, "RAG": pick(rng, ("Green", "Amber", "Amber", "Red", "unk"), len(who)),
        "Outcome": pick(rng, ("NFA", "Early help", "Referral accepted", "Strategy discussion", "Information and advice"), len(who)),
        "Narrative": told.text,
    }  # fmt: skip
    return replace(draft(send.layout, send.authority, form, columns, who), stretches=told.stretches)


def _friends(world: World, rng: np.random.Generator, who: Ints) -> Ints:
    """For each young person another of the same authority, whom the referrer may speak of."""
    people = world.people
    by_authority = np.argsort(people.authority[: people.young], kind="stable")
    counts = np.bincount(people.authority[: people.young], minlength=int(people.authority.max()) + 1)
    first = np.cumsum(counts) - counts
    here = people.authority[who]
    friend = by_authority[first[here] + (rng.random(len(who)) * counts[here]).astype(np.int64)]
    return np.where(friend == who, -1, friend)


def school_then(world: World, who: Ints, day: Ints) -> Ints:
    """School on a day; -1 for adults and those in no school."""
    young = who < world.people.young
    return np.where(young, world.schooling.school_on(np.minimum(who, world.people.young - 1), day), -1)
