"""What linking keeps besides who is who: to explain, to continue and to doubt its own work."""

from kithmap.model.columns import Column, Table
from kithmap.model.shared_columns import ID, PERSON_ID

IDENTITY_DRAW = Table(
    "identity_draw",
    "one row per part of a person, and arrangement of its group otherwise than published that some draw has",
    (
        Column(
            "draw",
            "int16",
            "The first draw that arranges the group so; others are in `draw_alike`.",
            required=True,
        ),
        Column(
            "part_id", "int64", "The part. One that has no row in a draw is as published.", ID, required=True
        ),
        Column("drawn_id", "int64", "The person in this draw: the least part of theirs.", ID, required=True),
        Column(
            "group_id", "int64", "The least of all parts that may be one person with it.", ID, required=True
        ),
    ),
)

DRAW_ALIKE = Table(
    "draw_alike",
    "one row per draw and group of parts that it arranges otherwise than published",
    (
        Column("draw", "int16", "Which draw: 1 to as many as the build has.", required=True),
        Column("group_id", "int64", "The group of parts, as in `identity_draw`.", ID, required=True),
        Column("same_as", "int16", "The first draw that arranges the group the same way.", required=True),
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
    "one row per signature and thing to find it by, each kind of thing in order",
    (
        Column(
            "key",
            "string",
            "How both names sound, in the order of the alphabet; a date of birth; a home.",
            ID,
        ),
        Column("signature", "int64", "The least mention that says the same.", ID, required=True),
        Column("f_whole", "string", "Forenames, cleaned: here too, so that nothing else need be read.", ID),
        Column("s_name", "string", "Surname, cleaned.", ID),
        Column("d_day", "string", "Date of birth.", ID),
        Column("home", "string", "Home postcode.", ID),
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
    "listed": "Its number in a register that gives each person one.",
}  # fmt: skip
MOST_RULES = 24
LINKAGE_IDENTITY = Table(
    "linkage_identity",
    "one row per signature (mentions that say the same): what a new extract is compared with; lists parted by |",
    (
        Column("signature", "int64", "The least mention that says so.", ID, required=True),
        Column("linked_id", "int64", "The least signature of all that links join.", ID, required=True),
        Column(
            "group_id", "int64", "The least signature of all that might be one person.", ID, required=True
        ),
        Column("said", "int64", "A hash of all it says; null where that is too little to tell a person by."),
        *(
            Column(name, "int32" if name == "birth_year" else "string", meaning, ID)
            for name, meaning in CLEANED.items()
        ),
        *(
            Column(f"k{number}", "int32", f"Key of blocking rule {number}, hashed.")
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

LINKAGE_TABLES: tuple[Table, ...] = (
    IDENTITY_DRAW, DRAW_ALIKE, LINK_EVIDENCE, LINK_CONTRADICTION, LINKAGE_NAME, IDENTITY_HISTORY, IDENTITY_EVENT,
    LINKAGE_IDENTITY, LINKAGE_STATE,
)  # fmt: skip
