"""What panels and services that keep lists would send."""

from dataclasses import replace

import numpy as np
import polars as pl

from kithmap.world.cases import CHOSEN, Listing
from kithmap.world.drafts import Draft, draft, with_trouble
from kithmap.world.extracts_care import school_then
from kithmap.world.forms import NO_DAY, Form, blank_where, choose_text, constant
from kithmap.world.groups import TRA
from kithmap.world.lives import HARMED, HARMING
from kithmap.world.people import AS_AT_DAY
from kithmap.world.spelling import CASEWORK, HURRY, blanks
from kithmap.world.streams import Ints, spread
from kithmap.world.words import PLATFORMS, pick
from kithmap.world.worlds import Sender, World, sender

_STRENGTHS = (
    "boxing club; supportive grandmother", "good relationship with YJ worker", "part-time work", "engaged in college",
    "football; trusted coach", "strong family support", "wants to move on; mentor in place", "creative - music", "faith group",
)  # fmt: skip


def plain_dates(form: Form) -> Form:
    """Two dates in one cell are typed, never real dates of a spreadsheet."""
    return Form(dates="%d/%m/%Y") if form.dates == "excel" else form


def _from_to(form: Form, start: Ints, end: Ints) -> pl.Series:
    """`03/04/2025 - 01/02/2026`, or `03/04/2025 -` while it lasts."""
    typed = plain_dates(form)
    return typed.days(start) + " - " + typed.days(end).fill_null("")


def _initials(world: World, who: Ints) -> pl.Series:
    people = world.people
    first = people.book.forenames.folded.gather(people.forename[who]).str.slice(0, 1)
    last = people.book.surnames.folded.gather(people.surname[who]).str.slice(0, 1)
    return first + last


def _group_spots(world: World, who: Ints) -> Ints:
    """A place of the group of each person; -1 where there is none."""
    spot = np.full(len(world.people), -1)
    owner, member = world.groups.membership
    spot[member] = world.groups.places[owner, 0]
    return spot[who]


def _friend(world: World, who: Ints) -> Ints:
    """Somebody of the same group; -1 where there is none."""
    friend = np.full(len(world.people), -1)
    _, member = world.groups.membership
    following = np.roll(member, -1)
    friend[member] = np.where(following != member, following, -1)
    return friend[who]


def informal(world: World, send: Sender, who: Ints) -> pl.Series:
    """A friend as a worker would jot the name down; empty where there is none."""
    book, people = world.people.book, world.people
    friend = np.maximum(who, 0)
    short = book.forenames.nickname.gather(people.forename[friend])
    first = choose_text(
        (short != "").to_numpy(), short, book.forenames.folded.gather(people.forename[friend])
    )
    last = book.surnames.folded.gather(people.surname[friend])
    text = choose_text(send.rng.random(len(who)) < 0.5, first, first + " " + last)
    return blank_where(text, who < 0)


def cse_panel_list(world: World, authority: int) -> Draft:
    """The CSE panel's list: initials and date of birth, for some the social care number."""
    listing = world.cases.cse.of(authority)
    who = listing.person
    send = sender(world, "cse_panel_list", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("cse panel", CASEWORK)
    # The list of the question is kept with care: its truth must be findable.
    born = world.people.birth_day[who] if authority == CHOSEN else spell.birth_days(who)
    number = world.people.child_id.gather(who)
    friend = _friend(world, who)
    columns = {
        "Ref": blank_where(number, (number == "").to_numpy() | (rng.random(len(who)) < 0.35)),
        "Initials": choose_text(rng.random(len(who)) < 0.1, _initials(world, who).str.to_lowercase(), _initials(world, who)),
        "DOB": form.days(born), "Category (1/2/3)": pick(rng, ("1", "1", "2", "2", "3"), len(who)),
        "Date on/off list": _from_to(form, listing.start, listing.end),
        "Associates": blanks(informal(world, send, friend), rng, 0.3),
        "Locations of concern": world.place_text(rng, _group_spots(world, who)),
        "School": world.school_text(rng, school_then(world, who, np.full(len(who), AS_AT_DAY - 30))),
        "Online platforms": blanks(pick(rng, PLATFORMS, len(who)) + "/" + pick(rng, PLATFORMS, len(who)), rng, 0.3),
        "Action": pick(rng, ("Mapping meeting", "1:1 work", "Disruption visit", "Review in 6 weeks", "School to report absence"), len(who)),
        "Owner": pick(rng, ("CSC", "Police", "School", "Youth service", "Health"), len(who)),
    }  # fmt: skip
    made = with_companions(draft(send.layout, authority, form, columns, who), "Associates", friend)
    return with_trouble(
        world.streams, replace(made, listed=listing), duplicates=0.02, blanks=1, total="Initials"
    )


def gangs_panel_list(world: World, authority: int) -> Draft:
    """The gangs panel's list: full names, a basis for each but a few, removals."""
    listing = world.cases.gangs.of(authority)
    who = listing.person
    send = sender(world, "gangs_panel_list", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("gangs panel", CASEWORK if authority == CHOSEN else HURRY)
    born = world.people.birth_day[who] if authority == CHOSEN else spell.birth_days(who)
    basis = pick(
        rng,
        (
            "Police intelligence report",
            "Arrested with known members",
            "Named by YOT worker",
            "Social media",
            "Self-declared",
        ),
        len(who),
    )
    columns = {
        "Nominal ref": "G" + pl.Series(np.arange(len(who)) + 1_000 * (authority + 1)).cast(pl.String),
        "Name": spell.full_name(who), "Street name": blanks(pick(rng, world.people.book.street_names, len(who)), rng, 0.5),
        "DOB": form.days(born), "Affiliation": pick(rng, ("Northside", "Canal Boys", "Estate group", "not known", "Younger group"), len(who)),
        "Basis for inclusion": basis if authority == CHOSEN else blanks(basis, rng, 0.04),
        "Victim/Suspect/Both": pick(rng, ("Suspect", "Suspect", "Both", "Victim"), len(who)),
        "Date added": form.days(listing.start), "Review date": form.days(listing.start + 182), "Date removed": form.days(listing.end),
    }  # fmt: skip
    made = draft(send.layout, authority, form, columns, who)
    # A row without a basis is refused when it is received: nobody may be on a list without a reason.
    stands = columns["Basis for inclusion"].is_not_null().to_numpy()
    return with_trouble(
        world.streams, replace(made, listed=listing.where(stands)), duplicates=0.02, total="Name"
    )


def yot_caseload(world: World, authority: int) -> Draft:
    """The youth justice caseload, with strengths."""
    listing = world.cases.yot.of(authority)
    who = listing.person
    send = sender(world, "yot_caseload", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("youth justice", CASEWORK)
    grades = ("Low", "Medium", "Medium", "High", "Very high")
    excluded = np.isin(who, world.cases.exclusions.person) & (rng.random(len(who)) < 0.7)
    columns = {
        "YJ ID": f"YJ{authority + 1}-" + pl.Series(np.arange(len(who)) + 4_001).cast(pl.String), "Name/DOB": spell.name_dob(who),
        "Offence": pick(rng, ("Robbery", "ABH", "Possess knife blade/sharp pointed article", "Common assault", "PWITS Class A", "Criminal damage", "Sexual touching"), len(who)),
        "Disposal": pick(rng, ("Referral order", "Youth conditional caution", "YRO", "Community resolution", "DTO"), len(who)),
        "Start/end": _from_to(form, listing.start, listing.end),
        "ETE status": pick(rng, ("School", "AP", "NEET", "College", "Part-time timetable"), len(who)),
        "Excluded Y/N": choose_text(excluded, constant("Y", len(who)), constant("N", len(who))),
        "Safety and wellbeing": pick(rng, grades, len(who)), "RoSH": pick(rng, grades, len(who)),
        "Strengths/desistance factors": blanks(pick(rng, _STRENGTHS, len(who)), rng, 0.1),
    }  # fmt: skip
    return with_trouble(
        world.streams,
        replace(draft(send.layout, authority, form, columns, who), listed=listing),
        duplicates=0.01,
    )


def edu_cme(world: World, authority: int) -> Draft:
    """Children missing education."""
    listing = world.cases.cme.of(authority)
    who = listing.person
    send = sender(world, "edu_cme", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("education", CASEWORK)
    off_roll = listing.start - rng.integers(2, 30, len(who))
    columns = {
        "UPN": blanks(world.people.upn.gather(who), rng, 0.15), "Name": spell.full_name(who), "DOB": form.days(spell.birth_days(who)),
        "Last school": world.school_text(rng, school_then(world, who, off_roll)), "Date off roll": form.days(off_roll),
        "CME opened": form.days(listing.start), "CME closed": form.days(listing.end),
        "Reason": pick(rng, ("truancy", "moved", "EHE", "unknown", "unk", "refused place"), len(who)),
        "Outcome": pick(rng, ("open", "on roll elsewhere", "EHE confirmed", "referred to CSC"), len(who)),
    }  # fmt: skip
    return with_trouble(
        world.streams,
        replace(draft(send.layout, authority, form, columns, who), listed=listing),
        duplicates=0.01,
        total="Name",
    )


def fair_access_panel(world: World, authority: int) -> Draft:
    """Pupils before the fair access panel, with whether peer-on-peer abuse was considered."""
    listing = world.cases.fair_access.of(authority)
    who, meeting = listing.person, listing.start
    send = sender(world, "fair_access_panel", authority, len(who))
    rng, form = send.rng, send.form
    spell = send.speller("education", CASEWORK)
    considered = rng.random(len(who)) < 0.55
    local = np.flatnonzero((world.schools.authority == authority) & (world.schools.phase > 0))
    placed = local[rng.integers(0, len(local), len(who))]
    yes_no = ("Y", "N", "N", "")
    columns = {
        "Meeting date": form.days(meeting), "UPN": blanks(world.people.upn.gather(who), rng, 0.1), "Name": spell.full_name(who),
        "Referral reason": pick(rng, ("PEX", "managed move", "CME", "reintegration"), len(who)),
        "Exclusion reason": blanks(pick(rng, ("PP", "OW", "DB", "VA", "SM", "DA"), len(who)), rng, 0.5),
        "Peer-on-peer abuse considered Y/N": choose_text(considered, constant("Y", len(who)), pick(rng, ("N", "N", ""), len(who))),
        "Role (harmed/harming/both)": blank_where(pick(rng, ("harmed", "harming", "both", "unk"), len(who)), ~considered),
        "Manifestation": blank_where(pick(rng, ("SYV", "CSE", "HSB", "TRA", "CCE"), len(who)), ~considered),
        "Other pupils at proposed school relevant Y/N": pick(rng, yes_no, len(who)),
        "From school": world.school_text(rng, school_then(world, who, meeting)), "Placed at": world.school_text(rng, placed),
        "Start date": form.days(np.where(rng.random(len(who)) < 0.7, meeting + rng.integers(5, 25, len(who)), NO_DAY)),
        "Risk plan shared Y/N": pick(rng, yes_no, len(who)),
    }  # fmt: skip
    return with_trouble(
        world.streams,
        replace(draft(send.layout, authority, form, columns, who), listed=listing),
        duplicates=0.01,
    )


def _children_at(world: World, home: Ints) -> tuple[Ints, Ints]:
    """Young people of each home: position in `home`, and person."""
    homes = world.people.home[: world.people.young]
    order = np.argsort(homes, kind="stable")
    low, high = np.searchsorted(homes[order], home, "left"), np.searchsorted(homes[order], home, "right")
    owner, at = spread(low, np.minimum(high - low, 5))
    return owner, order[at]


def _marac_pairs(world: World, authority: int) -> tuple[Ints, Ints]:
    """Victim and alleged perpetrator: adults with children at home, or two young people of 16 or 17."""
    people = world.people
    rng = world.streams.stream(f"marac {authority}")
    adults = np.flatnonzero((people.authority == authority) & (np.arange(len(people)) >= people.young))
    count = max(4, round(0.006 * float(world.young_counts[authority])))
    victim = rng.choice(adults, min(count, len(adults) // 2), replace=False)
    perpetrator = rng.choice(np.setdiff1d(adults, victim), len(victim))
    events, parties = world.lives.events, world.lives.parties
    harmed = np.flatnonzero((events.harm[parties.event] == TRA) & (parties.role == HARMED))
    harmed = harmed[
        (people.authority[parties.person[harmed]] == authority)
        & (people.age_on(AS_AT_DAY, parties.person[harmed]) >= 16)
    ]
    event, first = np.unique(parties.event[harmed], return_index=True)
    by = np.flatnonzero((parties.role == HARMING) & np.isin(parties.event, event))
    by_event, by_first = np.unique(parties.event[by], return_index=True)
    some = np.isin(event, by_event) & (rng.random(len(event)) < 0.5)
    young_victim = parties.person[harmed[first[some]]]
    young_other = parties.person[by[by_first[np.searchsorted(by_event, event[some])]]]
    return np.concatenate((victim, young_victim)), np.concatenate((perpetrator, young_other))


def marac_cases(world: World, authority: int) -> Draft:
    """Cases of the MARAC: victim, alleged perpetrator, and the children listed in one cell."""
    victim, perpetrator = _marac_pairs(world, authority)
    send = sender(world, "marac_cases", authority, len(victim))
    rng, form = send.rng, send.form
    spell = send.speller("marac", CASEWORK)
    row, child = _children_at(world, world.people.home[victim])
    # Whoever else lives in a children's home is no child of the victim's household.
    fits = (child != victim[row]) & ~world.people.homes.is_communal[world.people.home[victim[row]]]
    row, child = row[fits], child[fits]
    named = (
        pl.DataFrame({"row": row, "text": spell.name_dob(child)})
        .group_by("row", maintain_order=True)
        .agg(pl.col("text").str.join("; "))
    )
    children = pl.Series([None] * len(victim), dtype=pl.String)
    if len(named):
        children = children.scatter(named["row"].to_numpy(), named["text"])
    count = np.bincount(row, minlength=len(victim))
    day = AS_AT_DAY - rng.integers(5, 700, len(victim))
    columns = {
        "Case no": f"MC{authority + 1}/" + pl.Series(np.arange(len(victim)) + 301).cast(pl.String),
        "Meeting date": form.days(day),
        "Referring agency": pick(rng, ("Police", "IDVA", "Housing", "Health", "CSC"), len(victim)),
        "Victim name/DOB": spell.name_dob(victim), "Alleged perpetrator": spell.name_dob(perpetrator),
        "Relationship": pick(rng, ("ex-partner", "partner", "boyfriend", "ex-boyfriend", "husband"), len(victim)),
        "Children names/DOB": children, "No. children": pl.Series(count + (rng.random(len(victim)) < 0.1)).cast(pl.String),
        "Repeat Y/N": pick(rng, ("Y", "N", "N"), len(victim)), "DASH score": pl.Series(rng.integers(4, 22, len(victim))).cast(pl.String),
        "Actions": pick(rng, ("IDVA contact", "Refuge space", "Safety plan shared with school", "Markers on address"), len(victim)),
    }  # fmt: skip
    rank = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    every = np.arange(len(victim))
    made = Draft(
        send.layout, authority, form, pl.DataFrame(columns),
        np.concatenate((every, every, row)), np.concatenate((every * 0 + 1, every * 0 + 2, rank + 3)),
        np.concatenate((victim, perpetrator, child)), listed=_young_listing(world, np.concatenate((victim, perpetrator)), np.concatenate((day, day))),
    )  # fmt: skip
    return with_trouble(world.streams, made, duplicates=0.01)


def _young_listing(world: World, who: Ints, day: Ints) -> Listing:
    """The young people among those on a list that never takes anybody off."""
    young = who < world.people.young
    end = np.full(len(who), NO_DAY)
    return Listing(who, world.people.authority[who], day, end).where(young)


def with_companions(made: Draft, column: str, friend: Ints) -> Draft:
    """Add the friends jotted down in a column: the second person of those rows, a candidate only."""
    named = np.flatnonzero(made.cells[column].is_not_null().to_numpy())
    size = len(made.row)
    return replace(
        made, row=np.concatenate((made.row, named)), slot=np.concatenate((made.slot, np.full(len(named), 2))),
        person=np.concatenate((made.person, friend[named])), is_candidate=np.arange(size + len(named)) >= size,
    )  # fmt: skip
