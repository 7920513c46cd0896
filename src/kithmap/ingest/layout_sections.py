"""The sections of a layout: the record table each feeds, and the columns each key fills."""

from kithmap.ingest.grammar import Key, Section

PERSON = Section(
    "person",
    "mention",
    "A person named in the row. Write `[[person]]` several times where a row names several people.",
    (
        Key("id", "text", "the holder's own number for the person", "source_person_id"),
        Key("forename", "text", "forenames", "forename"),
        Key("surname", "text", "surname", "surname"),
        Key("name", "name", "the whole name", "forename, surname, full_raw, alias"),
        Key(
            "name_dob",
            "name_dob",
            "the whole name with date of birth or age",
            "forename, surname, full_raw, dob, age",
        ),
        Key("initials", "text", "initials, where there is no name", "initials"),
        Key("alias", "alias", "other names", "alias"),
        Key("dob", "dob", "date of birth", "dob, dob_precision"),
        Key(
            "dob_or_age",
            "dob_or_age",
            "date of birth, or age where it is not known",
            "dob, dob_precision, age",
        ),
        Key("age", "age", "age", "age"),
        Key("sex", "sex", "sex", "sex"),
        Key("gender_identity", "text", "gender identity", "gender_identity"),
        Key("ethnicity", "ethnicity", "ethnicity", "ethnicity_code, ethnicity_group5"),
        Key("upn", "upn", "unique pupil number", "upn, upn_status"),
        Key("nhs_number", "nhs", "NHS number", "nhs_number, nhs_status"),
        Key("address", "text", "address of the home", "address_raw"),
        Key("postcode", "postcode", "postcode of the home", "postcode"),
        Key("uprn", "text", "unique property reference number of the home", "uprn"),
        Key("household", "text", "the holder's number for the family", "source_household_id"),
        Key("role", "role", "the person's part in the event or on the list", "party.role, party.role_raw"),
        Key("age_at_event", "age", "age when it happened, as the source states it", "party.age_at_event"),
        Key("relationship", "text", "relation to the other party", "party.relationship_raw"),
    ),
    many=True,
)
EVENT = Section(
    "event",
    "event",
    "Something that happened or was recorded. Every person of the row becomes a party to it.",
    (
        Key("id", "text", "the holder's number; rows that share it tell of one event", "source_event_id"),
        Key("kind", "word", "incident, referral, contact, asb, complaint, report, panel, ...", "kind"),
        Key("start", "moment", "when it happened or began", "start_at, precision"),
        Key("start_time", "time", "time of day, where it has its own column", "start_at, precision"),
        Key("end", "moment", "when it ended", "end_at"),
        Key("end_time", "time", "time of day of the end", "end_at"),
        Key(
            "window_end",
            "moment",
            "end of the window it happened in, where `start` opens one",
            "end_at, precision",
        ),
        Key("recorded", "moment", "when the holder recorded it", "recorded_at"),
        Key("category", "text", "what it was, in the source's words", "category_raw"),
        Key("offence", "text", "Home Office offence code", "offence_code"),
        Key("outcome", "text", "what came of it", "outcome_code"),
        Key("source", "text", "who told the holder", "source_code"),
        Key("grade", "text", "the source's own grade", "grade_raw"),
        Key("harm", "harm", "kind of harm; a list of values gives every harm any of them tells", "harm"),
    ),
    must=("kind",),
)
PLACE = Section(
    "place",
    "place_mention",
    "A place named in the row. Write `[[place]]` several times where there are several.",
    (
        Key("kind", "word", "happened, from, to, found or concern", "kind"),
        Key("name", "codes", "the place as written; say `split` where a cell names several", "name_raw"),
        Key("type", "place_type", "the kind of place", "type_raw, type_code"),
        Key(
            "easting",
            "number",
            "British National Grid easting, in metres",
            "easting, longitude, latitude, h3_r9",
        ),
        Key(
            "northing",
            "number",
            "British National Grid northing, in metres",
            "northing, longitude, latitude, h3_r9",
        ),
        Key(
            "easting_northing",
            "easting_northing",
            "both in one cell",
            "easting, northing, longitude, latitude, h3_r9",
        ),
        Key("longitude", "number", "longitude, WGS84", "longitude, h3_r9"),
        Key("latitude", "number", "latitude, WGS84", "latitude, h3_r9"),
        Key("postcode", "postcode", "postcode of the place", "postcode"),
        Key("uprn", "text", "unique property reference number", "uprn"),
        Key("stop_code", "text", "stop or station code", "stop_code"),
        Key("stop", "stop", "stop code and name in one cell", "stop_code, name_raw"),
        Key("route", "codes", "bus route; say `split` where a cell names several", "route_no"),
        Key("route_or_place", "route_or_place", "a bus route or a place", "route_no, name_raw"),
        Key("ward", "text", "ward or beat", "ward_raw"),
        Key("disused", "yes", "whether it is void or disused", "is_disused"),
        Key(
            "precision_metres",
            "number",
            "how exact the coordinates are; most often a `value`",
            "precision_metres",
        ),
    ),
    many=True,
)
FLAG = Section(
    "flag",
    "flag",
    'A mark in the source: one row for each flag found. Set `of = "row"` for a flag on the event, not a person.',
    (
        Key(
            "flag",
            "codes",
            "the flag; a `map` gives our word for it; words for no make no flag",
            "code_raw, code",
        ),
        Key("harm", "harm", "kind of harm; without a column, told from the flag itself", "harm"),
        Key("asserted", "date", "when the source set it", "asserted_on"),
        Key("review", "date", "when the source must look at it again", "review_on"),
        Key("retracted", "date", "when the source took it back", "retracted_on"),
        Key("evidence", "text", "what the source says it rests on", "evidence_ref"),
    ),
    must=("flag",),
    many=True,
    has_of=True,
)
LIST = Section(
    "list",
    "listing",
    "Only for panel, case and service lists: the silo that this extract is. Every person it is `of` is on the list.",
    (
        Key("name", "word", "name of the list, the same from every sender", "list"),
        Key("harm", "harm", "kind of harm the list is about", "harm"),
        Key("role", "role", "role the list states; without it, the person's role", "role"),
        Key("level", "text", "the list's own level or category", "level_raw"),
        Key("status", "text", "status", "status_raw"),
        Key("start", "date", "first day on the list", "start_on"),
        Key("end", "date", "day taken off the list", "end_on"),
        Key("start_end", "pair", "both in one cell", "start_on, end_on"),
        Key("review", "date", "when the list must look at it again", "review_on"),
        Key("basis", "text", "why the person is on the list", "basis"),
        Key(
            "if_filled",
            "text",
            "only rows where this is filled are on the list; a `map` to an empty word empties it",
            "list",
        ),
    ),
    must=("name",),
    has_of=True,
)
SCHOOL = Section(
    "school",
    "enrolment",
    "The school of a person of the row. Write `[[school]]` twice for a school before and after.",
    (
        Key("name", "text", "school as written", "school_raw"),
        Key("urn", "urn", "unique reference number", "urn"),
        Key("la_estab", "estab", "authority and establishment number", "la_estab"),
        Key("urn_or_estab", "urn_or_estab", "either or both in one cell", "urn, la_estab"),
        Key("status", "text", "enrolment status", "status_code"),
        Key("year_group", "text", "national curriculum year", "year_group"),
        Key("is_ap", "yes", "whether it is an alternative provision placement", "is_ap"),
        Key("start", "date", "date of entry", "start_on"),
        Key("end", "date", "date of leaving", "end_on"),
        Key("start_end", "pair", "both in one cell", "start_on, end_on"),
        Key("as_at", "date", "census day or meeting the row speaks of", "as_at"),
    ),
    many=True,
    has_of=True,
)
SETTING = Section(
    "setting",
    "setting",
    "For registers of schools and other settings: the setting itself.",
    (
        Key("urn", "urn", "unique reference number", "urn"),
        Key("la_estab", "estab", "authority and establishment number", "la_estab"),
        Key("name", "text", "name", "name"),
        Key("phase", "text", "phase of education", "phase"),
        Key("type", "text", "type of establishment", "type"),
        Key("roll", "whole", "pupils on roll", "roll"),
        Key("easting", "number", "British National Grid easting, in metres", "easting, h3_r9"),
        Key("northing", "number", "British National Grid northing, in metres", "northing, h3_r9"),
        Key("opened", "date", "opened", "open_on"),
        Key("closed", "date", "closed", "close_on"),
    ),
    must=("name",),
)
EXCLUSION = Section(
    "exclusion",
    "exclusion",
    "A suspension or an exclusion of a person of the row.",
    (
        Key("type", "text", "PERM, SUSP or LNCH", "type_code"),
        Key("reason", "codes", "reason, DfE list; with `split`, up to three in a cell", "reason_code"),
        Key("reason_2", "text", "second reason", "reason_code_2"),
        Key("reason_3", "text", "third reason", "reason_code_3"),
        Key("harm", "harm", "kind of harm; without a column, told from the reasons", "harm"),
        Key("start", "date", "first day", "start_on"),
        Key("end", "date", "last day", "end_on"),
        Key("sessions", "whole", "half-days missed", "sessions"),
        Key("term", "text", "school term", "term"),
    ),
    has_of=True,
)
MISSING = Section(
    "missing",
    "missing_episode",
    "An episode of a person of the row missing or away.",
    (
        Key("source_kind", "word", "care, home, school or police", "source_kind"),
        Key("kind", "word", "missing or away", "kind"),
        Key("start", "moment", "missing from", "start_at, precision"),
        Key("start_time", "time", "time of day, where it has its own column", "start_at, precision"),
        Key("end", "moment", "back at; empty while open", "end_at"),
        Key("end_time", "time", "time of day of the return; where it is empty, so is the end", "end_at"),
        Key("risk", "text", "the source's grade of risk", "risk_raw"),
        Key("found_place", "text", "where found", "found_place_raw"),
        Key("rhi_offered", "yes", "return home interview offered", "rhi_offered"),
        Key("rhi_accepted", "yes", "return home interview accepted", "rhi_accepted"),
        Key("rhi_at", "moment", "return home interview held", "rhi_at"),
    ),
    must=("source_kind", "start"),
    has_of=True,
)
ASSOCIATION = Section(
    "association",
    "association",
    "A relation the source states. `between` names two kinds of person: everyone of the first with everyone of the second.",
    (
        Key(
            "kind",
            "word",
            "the relation; from a column, told by its words where there is no `map`",
            "kind, kind_raw",
        ),
    ),
    must=("kind",),
    many=True,
)
PANEL = Section(
    "panel",
    "panel_item",
    "A person of the row discussed at a meeting of a panel.",
    (
        Key("panel", "word", "which panel", "panel"),
        Key("meeting", "date", "date of the meeting", "meeting_on"),
        Key("reason", "text", "why discussed", "reason_raw"),
        Key("pop_considered", "yes", "whether peer-on-peer abuse was considered", "pop_considered"),
        Key("pop_role", "role", "role in peer-on-peer abuse", "pop_role"),
        Key("pop_harm", "harm", "kind of harm", "pop_harm"),
        Key("decision", "text", "what was decided", "decision_raw"),
        Key("from_setting", "text", "school before", "from_setting_raw"),
        Key("to_setting", "text", "school after", "to_setting_raw"),
    ),
    must=("panel",),
    has_of=True,
)
ASSESSMENT = Section(
    "assessment",
    "assessment",
    "A level that a tool gave a person of the row.",
    (
        Key("tool", "word", "which tool", "tool"),
        Key("level", "text", "the level, in the tool's own words", "level_raw"),
        Key("on", "date", "when", "assessed_on"),
    ),
    must=("tool", "level"),
    many=True,
    has_of=True,
)
PROTECTIVE = Section(
    "protective",
    "protective_factor",
    "Strengths recorded of a person: one row for each found.",
    (
        Key("factor", "codes", "the factor; a `map` gives our word for it", "code"),
        Key("on", "date", "when", "observed_on"),
    ),
    must=("factor",),
    many=True,
    has_of=True,
)
TEXT = Section(
    "text",
    "event_text",
    "A narrative: restricted, never exported.",
    (Key("body", "text", "the narrative; several columns with `join`", "body"),),
    must=("body",),
)
ATTRIBUTES = Section(
    "attributes",
    "event_attr",
    "Stated attributes of the row. The keys are yours: weapon, injury, platform, group_size, ...; `split` gives one row each.",
    (),
)
COUNT = Section(
    "count",
    "aggregate",
    "A count that the source sends in place of rows.",
    (
        Key("measure", "word", "what is counted", "measure"),
        Key("count", "count", "the count", "count, suppressed"),
        Key("setting", "text", "school or place it is about", "setting_raw"),
        Key("period", "text", "term, month or year", "period"),
        Key("group", "text", "group it is of", "group"),
    ),
    must=("measure", "count"),
    many=True,
)

SECTIONS: tuple[Section, ...] = (
    PERSON, EVENT, PLACE, FLAG, LIST, SCHOOL, SETTING, EXCLUSION, MISSING, ASSOCIATION, PANEL, ASSESSMENT,
    PROTECTIVE, TEXT, ATTRIBUTES, COUNT,
)  # fmt: skip


def find_section(name: str) -> Section | None:
    """The section of that name, if there is one."""
    return next((section for section in SECTIONS if section.name == name), None)
