"""The canonical tables of a build: what linking and gathering make of the records.

The workshops meet only here. A measure's inputs are these tables; nothing in them but
`PERSON_NAME` and `IDENTITY` points to a named person, and no measure reads those two.
"""

from dataclasses import replace

from kithmap.model.columns import Column, Sensitivity, Table
from kithmap.model.people_tables import KIN, STRENGTH

ID = Sensitivity.IDENTIFYING
SENSITIVE = Sensitivity.SENSITIVE

PERSON_ID = Column("person_id", "string", "Our pseudonym for a linked person.", required=True)
LA_CODE = Column("la_code", "string", "Authority.")
RECEIPT_NO = Column("receipt_no", "int64", "The extract it came from; see `extract`.", required=True)
PART_ID = Column(
    "part_id",
    "int64",
    "The part of the person it came from, where linkage leaves in doubt whether the parts are one person;"
    " null where it does not. See `identity_draw`.",
    ID,
)
# In the tables that measures read it leads to nobody without `identity`, which no measure reads.
PART = replace(PART_ID, sensitivity=SENSITIVE)

EXTRACT = Table(
    "extract",
    "one row per extract in the build",
    (
        RECEIPT_NO,
        Column("name", "string", "Name of the file.", required=True),
        Column("layout", "string", "Layout it was read with.", required=True),
        Column("holder", "string", "Who sent it.", required=True),
        Column("agreement", "string", "Agreement it was received under.", required=True),
        LA_CODE,
        Column("list", "string", "The silo it is a list of, where it is one."),
        Column("rows_in", "int64", "Data rows in the file.", required=True),
        Column("rows_kept", "int64", "Rows kept.", required=True),
        Column("rows_refused", "int64", "Rows refused.", required=True),
        Column("mentions", "int64", "People named in it, before linking.", required=True),
        Column("first_on", "date", "Earliest date in it."),
        Column("last_on", "date", "Latest date in it."),
        Column("received_at", "timestamp", "When it was received.", required=True),
    ),
)

IDENTITY = Table(
    "identity",
    "one row per mention: who it was judged to be",
    (
        Column("mention_id", "int64", "The mention.", ID, required=True),
        PERSON_ID,
        Column(
            "match_probability",
            "float64",
            "Of the strongest link that holds the mention in; 1 when alone.",
            unit="0 to 1",
        ),
        Column("decided_by", "string", "identical, model, judged, or alone.", required=True),
        PART_ID,
        Column("signature", "int64", "The least mention that says the same: what was compared.", ID),
    ),
)

LINK = Table(
    "link",
    "one row per pair of mentions the model compared and kept",
    (
        Column("mention_id", "int64", "One mention.", ID, required=True),
        Column("other_mention_id", "int64", "The other.", ID, required=True),
        Column("match_weight", "float64", "Fellegi-Sunter weight.", required=True, unit="bits"),
        Column(
            "match_probability",
            "float64",
            "Probability that they are one person.",
            required=True,
            unit="0 to 1",
        ),
    ),
)

PERSON = Table(
    "person",
    "one row per linked person",
    (
        PERSON_ID,
        LA_CODE,
        Column("birth_year", "int16", "Year of birth, where known.", SENSITIVE, unit="year"),
        Column("age", "int16", "Age in whole years on the build's as-at date.", SENSITIVE, unit="years"),
        Column("sex", "string", "F, M or U.", SENSITIVE),
        Column("ethnicity_group5", "string", "white, mixed, asian, black, other or unknown.", SENSITIVE),
        Column(
            "is_young",
            "boolean",
            "Under 18 on the as-at date (or in a pupil's or children's record); unknown ages are null.",
        ),
        Column("mentions", "int64", "Mentions linked to this person.", required=True),
        Column("sources", "int64", "Different layouts those mentions came from.", required=True),
    ),
)

PERSON_SOURCE = Table(
    "person_source",
    "one row per person, part of them and extract that names them",
    (
        PERSON_ID,
        RECEIPT_NO,
        Column("layout", "string", "Layout of the extract.", required=True),
        Column("mentions", "int64", "Times the extract names them.", required=True),
        PART,
    ),
)

PERSON_NAME = Table(
    "person_name",
    "one row per person and name; kept for case purposes only",
    (
        PERSON_ID,
        Column("forename", "string", "Forename.", ID),
        Column("surname", "string", "Surname.", ID),
        Column("dob", "date", "Date of birth.", ID),
        Column("kind", "string", "legal or alias.", required=True),
    ),
)

CONCERN = Table(
    "concern",
    "one row per recorded worry about a person, or a part of one, and a harm",
    (
        PERSON_ID,
        Column("harm", "string", "SYV, CSE, HSB, TRA, CCE, ONL, GANG or ASB.", SENSITIVE),
        Column("list", "string", "The silo, where the concern is a place on a list; else null."),
        Column("basis", "string", "list, flag, event, exclusion or assessment.", required=True),
        Column(
            "role",
            "string",
            "harmed, harming, both, witness, exposed, associated or unknown.",
            SENSITIVE,
            required=True,
        ),
        Column("holder", "string", "Who recorded it.", required=True),
        Column("layout", "string", "Layout of the extract.", required=True),
        LA_CODE,
        Column("start_on", "date", "From when."),
        Column("end_on", "date", "Until when; null while it stands."),
        Column("event_id", "string", "The event, where it came from one."),
        RECEIPT_NO,
        PART,
    ),
)

EVENT = Table(
    "event",
    "one row per event, rows of one source that tell of it joined",
    (
        Column("event_id", "string", "Our id.", required=True),
        Column("kind", "string", "incident, referral, ..."),
        Column("harm", "string", "Kind of harm; several parted by |."),
        Column("start_at", "timestamp", "When, local clock."),
        Column("precision", "string", "minute, hour, day, month or window."),
        Column("holder", "string", "Who recorded it.", required=True),
        Column("layout", "string", "Layout of the extract.", required=True),
        LA_CODE,
        Column(
            "peer",
            "string",
            "peer, apart, adult or unknown: how old those recorded as harming were; null where none is.",
            SENSITIVE,
        ),
        RECEIPT_NO,
    ),
)

PARTY = Table(
    "event_party",
    "one row per person, and part of them, in an event",
    (
        Column("event_id", "string", "The event.", required=True),
        PERSON_ID,
        Column(
            "role",
            "string",
            "harmed, harming, both, witness, exposed, associated or unknown: of the whole person, as linked.",
            SENSITIVE,
            required=True,
        ),
        Column(
            "age_at_event", "int16", "Age then, from date of birth or as stated.", SENSITIVE, unit="years"
        ),
        RECEIPT_NO,
        PART,
    ),
)

CONTEXT = Table(
    "context",
    "one row per family, peer group, school, place or route",
    (
        Column("context_id", "string", "Our id.", required=True),
        Column(
            "context_type",
            "string",
            "family, peer_group, school, public_space, premises, route or online.",
            required=True,
        ),
        Column("code", "string", "Neutral code, such as School 07: safe above R0.", required=True),
        Column(
            "name", "string", "Name of the school, place or route; never of a family or group.", SENSITIVE
        ),
        Column("place_type", "string", "Kind of place: park, stairwell, bus stop, take-away, ..."),
        LA_CODE,
        Column("h3_r9", "string", "H3 cell, resolution 9.", SENSITIVE),
        Column("h3_r8", "string", "H3 cell, resolution 8."),
        Column("roll", "int64", "Young people on the roll, for a school.", unit="young people"),
        Column("is_ap", "boolean", "Whether a school is an alternative provision."),
    ),
)

MEMBERSHIP = Table(
    "membership",
    "one row per person, and part of them, in a context, with its dates and its source",
    (
        PERSON_ID,
        Column("context_id", "string", "The context.", required=True),
        Column("context_type", "string", "As in `context`.", required=True),
        Column("basis", "string", "address, roll, stated, co-incident or event.", required=True),
        Column("start_on", "date", "From."),
        Column("end_on", "date", "To; null while it stands."),
        Column("layout", "string", "Layout of the extract it rests on; null where it rests on several."),
        Column("receipt_no", "int64", "The extract it rests on; null where it rests on several."),
        PART,
    ),
)

EVENT_CONTEXT = Table(
    "event_context",
    "one row per event and context it happened in",
    (
        Column("event_id", "string", "The event.", required=True),
        Column("context_id", "string", "The context.", required=True),
        Column("context_type", "string", "As in `context`.", required=True),
    ),
)

ASSOCIATION = Table(
    "person_association",
    "one row per pair of people who share events or a stated relation",
    (
        Column("person_id", "string", "One person; the lesser id.", required=True),
        Column("other_person_id", "string", "The other.", required=True),
        Column("kind", "string", "co-incident, or the stated relation.", required=True),
        Column("weight", "float64", "Sum over shared events of 1/(n-1).", required=True),
        Column("events", "int64", "Shared events.", required=True),
        Column("first_on", "date", "First seen."),
        Column("last_on", "date", "Last seen."),
    ),
)

IDENTITY_DRAW = Table(
    "identity_draw",
    "one row per draw and part of a person that it puts together otherwise than published",
    (
        Column("draw", "int16", "Which draw: 1 to as many as the build has.", required=True),
        Column(
            "part_id", "int64", "The part. One that has no row in a draw is as published.", ID, required=True
        ),
        Column("drawn_id", "int64", "The person in this draw: the least part of theirs.", ID, required=True),
        Column(
            "group_id", "int64", "The least of all parts that may be one person with it.", ID, required=True
        ),
    ),
)

# The comparisons of the shipped linkage model; a test holds the two together.
COMPARISONS = (
    "forename", "surname", "birth", "home", "school", "authority", "sex", "nhs", "upn", "number", "sibling", "together",
)  # fmt: skip
LINK_EVIDENCE = Table(
    "link_evidence",
    "one row per row of `link`: what each comparison of the model said, and what it weighed",
    (
        Column("mention_id", "int64", "One mention.", ID, required=True),
        Column("other_mention_id", "int64", "The other.", ID, required=True),
        *(
            column
            for name in COMPARISONS
            for column in (
                Column(
                    f"{name}_level", "int16", f"Place in the model's levels of {name}; null where not known."
                ),
                Column(f"{name}_weight", "float64", "What that weighed; 0 where not known.", unit="bits"),
            )
        ),
    ),
)

LINKAGE_NAME = Table(
    "linkage_name",
    "one row per signature and way of sounding its name, in the order of the sounds: to find a person",
    (
        Column("sounds", "string", "How forename and surname sound, in the order of the alphabet.", ID),
        Column("signature", "int64", "The least mention that says the same.", ID, required=True),
    ),
)

LINK_CONTRADICTION = Table(
    "link_contradiction",
    "one row per pair that one thing joins and another parts: for a reviewer",
    (
        Column("mention_id", "int64", "One mention.", ID, required=True),
        Column("other_mention_id", "int64", "The other.", ID, required=True),
        Column("why", "string", "What contradicts what, in words.", required=True),
    ),
)

IDENTITY_HISTORY = Table(
    "identity_history",
    "one row per mention and stretch of time in which it was one person",
    (
        Column("mention_id", "int64", "The mention.", ID, required=True),
        PERSON_ID,
        Column("from_at", "timestamp", "The moment of the build that said so first, UTC.", required=True),
        Column("to_at", "timestamp", "The moment of the build that said so no longer; null while it does."),
    ),
)

IDENTITY_EVENT = Table(
    "identity_event",
    "one row per thing that befell a person's identity between two builds; only ever added to",
    (
        Column("event_no", "int64", "Its number, from 1.", required=True),
        Column("at", "timestamp", "The moment of the build, UTC.", required=True),
        Column("build_id", "string", "The build that found it.", required=True),
        Column(
            "kind",
            "string",
            "created, merged, split, judged, undone, withdrawn, or lost: earlier builds could not be read.",
            required=True,
        ),
        Column("person_id", "string", "Our pseudonym; null where none is left."),
        Column("other_person_id", "string", "The other person of a merge, a split or a judgement."),
        Column("actor", "string", "Who made the build, or who judged.", required=True),
        Column("model_version", "string", "The linkage model in use.", required=True),
        Column("evidence", "string", "Numbers and mention ids, as JSON; never a name.", ID, required=True),
    ),
)

# What cleaning makes of a mention, as linking compares it; a test holds this to what `clean` gives.
CLEANED = {
    "birth_year": "Year of birth.", "sex": "F or M.", "upn": "Unique pupil number.", "nhs": "NHS number.",
    "number": "The holder's own number.", "holder": "Who wrote it.", "la_code": "Authority.", "school": "School's name or number.",
    "home": "Postcode.", "sector": "Its sector.", "d_swapped": "Date of birth, day and month changed about.",
    "d_day": "Date of birth.", "f_first": "First forename.", "f_name": "In its one spelling.", "f_whole": "All forenames.",
    "f_sound": "How the forename sounds.", "f_initial": "Its initial.", "f_letters": "Its letters, in order.",
    "f_formals": "What it may stand for.", "f_others": "Other forenames and aliases.", "s_whole": "Surname.",
    "s_name": "In its one spelling.", "s_sound": "How it sounds.", "s_initial": "Its initial.",
    "s_letters": "Its letters, in order.", "s_parts": "Its words.", "space": "Whose number it is.",
    "listed_number": "Number in a register of one row a person.",
}  # fmt: skip
MOST_RULES = 24
LINKAGE_IDENTITY = Table(
    "linkage_identity",
    "one row per signature (mentions that say the same): what a new extract is compared with; lists parted by |",
    (
        Column("signature", "int64", "The least mention that says so.", ID, required=True),
        Column(
            "group_id", "int64", "The least signature of all that might be one person.", ID, required=True
        ),
        Column("said", "int64", "A hash of all it says; null where that is too little to tell a person by."),
        *(
            Column(name, "int32" if name == "birth_year" else "string", meaning, ID)
            for name, meaning in CLEANED.items()
        ),
        *(
            Column(f"k{number}", "int64", f"Key of blocking rule {number}, hashed.")
            for number in range(MOST_RULES)
        ),
    ),
)

LINKAGE_STATE = Table(
    "linkage_state",
    "one row per thing that the last full link found by counting, or was made with",
    (
        Column(
            "kind",
            "string",
            "version, figure, space, parted, bits, or 'no' and what a value is not: home, day, upn, nhs, number.",
            required=True,
        ),
        Column("name", "string", "What it is of: a holder, a word, a figure.", ID),
        Column("value", "string", "The value.", ID),
        Column("number", "float64", "The value, where it is a number."),
    ),
)

# What linking keeps besides, to explain, to continue and to doubt its own work.
LINKAGE_TABLES: tuple[Table, ...] = (
    IDENTITY_DRAW, LINK_EVIDENCE, LINK_CONTRADICTION, LINKAGE_NAME, IDENTITY_HISTORY, IDENTITY_EVENT,
    LINKAGE_IDENTITY, LINKAGE_STATE,
)  # fmt: skip

BUILD_TABLES: tuple[Table, ...] = (
    EXTRACT, IDENTITY, LINK, PERSON, PERSON_SOURCE, PERSON_NAME, CONCERN, EVENT, PARTY, CONTEXT,
    MEMBERSHIP, KIN, STRENGTH, EVENT_CONTEXT, ASSOCIATION,
)  # fmt: skip
