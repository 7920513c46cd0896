"""The canonical tables of a build: what linking and gathering make of the records.

The workshops meet only here. A measure's inputs are these tables; nothing in them but
`PERSON_NAME` and `IDENTITY` points to a named person, and no measure reads those two.
"""

from kithmap.model.columns import Column, Table
from kithmap.model.linkage_tables import COMPARISONS as COMPARISONS  # noqa: PLC0414
from kithmap.model.linkage_tables import DRAW_ALIKE as DRAW_ALIKE  # noqa: PLC0414
from kithmap.model.linkage_tables import IDENTITY_DRAW as IDENTITY_DRAW  # noqa: PLC0414
from kithmap.model.linkage_tables import LINK_EVIDENCE as LINK_EVIDENCE  # noqa: PLC0414
from kithmap.model.linkage_tables import LINKAGE_IDENTITY as LINKAGE_IDENTITY  # noqa: PLC0414
from kithmap.model.linkage_tables import LINKAGE_TABLES as LINKAGE_TABLES  # noqa: PLC0414
from kithmap.model.people_tables import KIN, STRENGTH
from kithmap.model.shared_columns import ID, LA_CODE, PART, PART_ID, PERSON_ID, RECEIPT_NO, SENSITIVE

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

BUILD_TABLES: tuple[Table, ...] = (
    EXTRACT, IDENTITY, LINK, PERSON, PERSON_SOURCE, PERSON_NAME, CONCERN, EVENT, PARTY, CONTEXT,
    MEMBERSHIP, KIN, STRENGTH, EVENT_CONTEXT, ASSOCIATION,
)  # fmt: skip
