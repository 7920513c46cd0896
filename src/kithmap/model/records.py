"""The record tables: what receiving an extract writes, one set for each extract.

Keys are whole numbers, so that joins over 10^8 rows stay cheap:

    row_id     = receipt_no * 2**36 + row * 2**6      one row of one extract
    mention_id = row_id + slot                         one person named in that row

`row` is 1 for the first data row of the extract; `slot` is 1 to 63. Whatever else a row
gave (an event, a place, flags) carries its `row_id`, so rows of different record tables
meet on it. Times are the local clock as the source wrote it, without a zone: see
docs/decisions/0002.
"""

from kithmap.model.columns import Column, Sensitivity, Table

ID = Sensitivity.IDENTIFYING
SENSITIVE = Sensitivity.SENSITIVE

ROW_ID = Column("row_id", "int64", "The row of the extract this came from.", required=True)
MENTION_ID = Column("mention_id", "int64", "The person named in that row.")
LA_CODE = Column("la_code", "string", "Authority the row belongs to, as the agreement or the row says.")

MENTION = Table(
    "mention",
    "one row per person named in a row of an extract",
    (
        Column("mention_id", "int64", "row_id plus the slot of the person in the row.", required=True),
        ROW_ID,
        LA_CODE,
        Column("source_person_id", "string", "The holder's own number for the person.", ID),
        Column(
            "one_row_each",
            "boolean",
            "Whether the holder gives each person one number and one row: two numbers are then two people.",
        ),
        Column("forename", "string", "Forenames as written, titles removed.", ID),
        Column("surname", "string", "Surname as written.", ID),
        Column("full_raw", "string", "The whole name as written, where it came in one cell.", ID),
        Column("alias", "string", "Other names, parted by |.", ID),
        Column("initials", "string", "Initials, where the source gives only these.", ID),
        Column("dob", "date", "Date of birth.", ID),
        Column("dob_precision", "string", "day, month, year or age: how exact dob is.", SENSITIVE),
        Column("age", "int16", "Age in whole years as the source states it.", SENSITIVE, unit="years"),
        Column("sex", "string", "F, M or U.", SENSITIVE),
        Column("gender_identity", "string", "As the source states it; a field apart from sex.", SENSITIVE),
        Column("ethnicity_code", "string", "Code or text as the source states it.", SENSITIVE),
        Column("ethnicity_group5", "string", "white, mixed, asian, black, other or unknown.", SENSITIVE),
        Column("upn", "string", "Unique pupil number, 13 characters.", ID),
        Column("upn_status", "string", "valid, temporary, faulty or missing.", SENSITIVE),
        Column("nhs_number", "string", "NHS number, 10 digits.", ID),
        Column("nhs_status", "string", "valid, faulty or missing.", SENSITIVE),
        Column("postcode", "string", "Postcode of the home, upper case, one space.", ID),
        Column("address_raw", "string", "Address of the home as written.", ID),
        Column("uprn", "string", "Unique property reference number of the home, where supplied.", ID),
        Column("source_household_id", "string", "The holder's number for the household.", SENSITIVE),
    ),
)

EVENT = Table(
    "event",
    "one row per row of an extract that tells of an event",
    (
        ROW_ID,
        LA_CODE,
        Column("source_event_id", "string", "The holder's number; rows that share it tell of one event."),
        Column(
            "kind", "string", "incident, referral, contact, asb, complaint, dir, asif, report, panel, ..."
        ),
        Column("start_at", "timestamp", "When it happened or began, local clock."),
        Column("end_at", "timestamp", "When it ended, or the end of the window it happened in."),
        Column("recorded_at", "timestamp", "When the holder recorded it."),
        Column("precision", "string", "minute, hour, day, month or window."),
        Column("category_raw", "string", "The source's own words for what it was."),
        Column("offence_code", "string", "Home Office code, where there is one."),
        Column("outcome_code", "string", "What came of it, as the source says."),
        Column("source_code", "string", "Who told the holder."),
        Column("grade_raw", "string", "The source's own grade; never added up."),
        Column(
            "harm", "string", "Kind of harm by the layout's or the code list's rule; several parted by |."
        ),
    ),
)

PARTY = Table(
    "party",
    "one row per person in an event row",
    (
        ROW_ID,
        Column("mention_id", "int64", "The person named in that row.", required=True),
        Column(
            "role",
            "string",
            "harmed, harming, both, witness, exposed, associated or unknown.",
            SENSITIVE,
            required=True,
        ),
        Column("role_raw", "string", "The role as the source wrote it."),
        Column("age_at_event", "int16", "Age the source states.", SENSITIVE, unit="years"),
        Column("relationship_raw", "string", "Relationship of the person to the other party."),
    ),
)

PLACE_MENTION = Table(
    "place_mention",
    "one row per place named in a row of an extract",
    (
        ROW_ID,
        Column("place_no", "int16", "Which of the row's places: 1, 2, ...", required=True),
        Column("kind", "string", "happened, from, to or found."),
        Column("name_raw", "string", "The place as written."),
        Column("type_raw", "string", "The kind of place as written."),
        Column("type_code", "string", "The kind of place in our list, where the layout maps it."),
        Column("easting", "float64", "British National Grid.", unit="metres"),
        Column("northing", "float64", "British National Grid.", unit="metres"),
        Column("longitude", "float64", "WGS84.", unit="degrees"),
        Column("latitude", "float64", "WGS84.", unit="degrees"),
        Column("h3_r9", "string", "H3 cell, resolution 9, where there are coordinates."),
        Column("postcode", "string", "Postcode of the place."),
        Column("uprn", "string", "Unique property reference number."),
        Column("stop_code", "string", "Stop or station code."),
        Column("route_no", "string", "Bus route."),
        Column("ward_raw", "string", "Ward or beat as written."),
        Column("is_disused", "boolean", "Whether the source marks the place as void or disused."),
        Column("precision_metres", "float64", "How exact the coordinates are.", unit="metres"),
    ),
)

FLAG = Table(
    "flag",
    "one row per flag set in a row of an extract",
    (
        ROW_ID,
        MENTION_ID,
        Column("flag_no", "int16", "Which of the row's flags: 1, 2, ...", required=True),
        Column("code_raw", "string", "The flag as the source wrote it.", required=True),
        Column("code", "string", "The flag in our words, where the layout maps it."),
        Column("harm", "string", "Kind of harm the flag speaks of, where it does.", SENSITIVE),
        Column("asserted_on", "date", "When the source set it."),
        Column("review_on", "date", "When the source must look at it again."),
        Column("retracted_on", "date", "When the source took it back."),
        Column("evidence_ref", "string", "What the source says it rests on."),
    ),
)

LISTING = Table(
    "listing",
    "one row per person on a panel's or service's list",
    (
        ROW_ID,
        Column("mention_id", "int64", "The person listed.", required=True),
        Column("list", "string", "The silo: the name of the list, as the layout says.", required=True),
        Column("harm", "string", "Kind of harm the list is about.", SENSITIVE),
        Column("role", "string", "Role the list states; unknown where it states none.", SENSITIVE),
        Column("level_raw", "string", "The list's own level or category; never added up."),
        Column("status_raw", "string", "Status as written."),
        Column("start_on", "date", "First day on the list."),
        Column("end_on", "date", "Day taken off the list."),
        Column("review_on", "date", "When the list must look at it again."),
        Column("basis", "string", "Why the person is on the list."),
    ),
)

ENROLMENT = Table(
    "enrolment",
    "one row per person and school named in a row of an extract",
    (
        ROW_ID,
        Column("mention_id", "int64", "The pupil.", required=True),
        Column("school_raw", "string", "School as written."),
        Column("urn", "string", "Unique reference number of the school, 6 digits."),
        Column("la_estab", "string", "Authority and establishment number, nnn/nnnn."),
        Column("status_code", "string", "Enrolment status, DfE list."),
        Column("year_group", "string", "National curriculum year."),
        Column("is_ap", "boolean", "Whether it is an alternative provision placement."),
        Column("start_on", "date", "Date of entry."),
        Column("end_on", "date", "Date of leaving."),
        Column("as_at", "date", "Census day or meeting the row speaks of."),
    ),
)

SETTING = Table(
    "setting",
    "one row per school or other setting in a register of settings",
    (
        ROW_ID,
        LA_CODE,
        Column("urn", "string", "Unique reference number, 6 digits."),
        Column("la_estab", "string", "Authority and establishment number, nnn/nnnn."),
        Column("name", "string", "Name of the setting.", Sensitivity.OPEN),
        Column("phase", "string", "Phase of education.", Sensitivity.OPEN),
        Column("type", "string", "Type of establishment.", Sensitivity.OPEN),
        Column("roll", "int32", "Pupils on roll, where the register says.", unit="pupils"),
        Column("easting", "float64", "British National Grid.", unit="metres"),
        Column("northing", "float64", "British National Grid.", unit="metres"),
        Column("h3_r9", "string", "H3 cell, resolution 9."),
        Column("open_on", "date", "Opened."),
        Column("close_on", "date", "Closed."),
    ),
)

EXCLUSION = Table(
    "exclusion",
    "one row per suspension or exclusion",
    (
        ROW_ID,
        Column("mention_id", "int64", "The pupil.", required=True),
        Column("type_code", "string", "PERM, SUSP or LNCH."),
        Column("reason_code", "string", "First reason, DfE list."),
        Column("reason_code_2", "string", "Second reason."),
        Column("reason_code_3", "string", "Third reason."),
        Column("harm", "string", "Kind of harm the reasons speak of, by the code list's rule.", SENSITIVE),
        Column("start_on", "date", "First day."),
        Column("end_on", "date", "Last day."),
        Column("sessions", "int16", "Sessions missed.", unit="half-days"),
        Column("term", "string", "School term."),
    ),
)

MISSING_EPISODE = Table(
    "missing_episode",
    "one row per episode of a person missing or away",
    (
        ROW_ID,
        Column("mention_id", "int64", "The person missing.", required=True),
        Column("source_kind", "string", "care, home, school or police."),
        Column("kind", "string", "missing or away."),
        Column("start_at", "timestamp", "Missing from, local clock."),
        Column("end_at", "timestamp", "Back at; empty while open."),
        Column("precision", "string", "minute or day."),
        Column("risk_raw", "string", "The source's own grade of risk; never added up."),
        Column("found_place_raw", "string", "Where found, as written."),
        Column("rhi_offered", "boolean", "Return home interview offered."),
        Column("rhi_accepted", "boolean", "Return home interview accepted."),
        Column("rhi_at", "timestamp", "Return home interview held at."),
    ),
)

ASSOCIATION = Table(
    "association",
    "one row per relation the source states between two people of a row",
    (
        ROW_ID,
        Column("mention_id", "int64", "One person.", required=True),
        Column("other_mention_id", "int64", "The other person.", required=True),
        Column("kind", "string", "relationship, family, stated friend, co-present, ...", required=True),
        Column("kind_raw", "string", "As the source wrote it."),
    ),
)

PANEL_ITEM = Table(
    "panel_item",
    "one row per person discussed at a meeting of a panel",
    (
        ROW_ID,
        Column("mention_id", "int64", "The person discussed.", required=True),
        Column("panel", "string", "Which panel.", required=True),
        Column("meeting_on", "date", "Date of the meeting."),
        Column("reason_raw", "string", "Why discussed."),
        Column("pop_considered", "boolean", "Whether peer-on-peer abuse was considered."),
        Column("pop_role", "string", "Role in peer-on-peer abuse.", SENSITIVE),
        Column("pop_harm", "string", "Kind of harm.", SENSITIVE),
        Column("decision_raw", "string", "What was decided."),
        Column("from_setting_raw", "string", "School before."),
        Column("to_setting_raw", "string", "School after."),
    ),
)

ASSESSMENT = Table(
    "assessment",
    "one row per level a tool gave a person",
    (
        ROW_ID,
        Column("mention_id", "int64", "The person assessed.", required=True),
        Column("tool", "string", "Which tool.", required=True),
        Column("assessed_on", "date", "When."),
        Column("level_raw", "string", "The level in the tool's own words; tools are never added up."),
    ),
)

PROTECTIVE_FACTOR = Table(
    "protective_factor",
    "one row per strength recorded of a person or a place",
    (
        ROW_ID,
        MENTION_ID,
        Column("factor_no", "int16", "Which of the row's factors.", required=True),
        Column("code", "string", "The factor.", required=True),
        Column("observed_on", "date", "When."),
    ),
)

EVENT_TEXT = Table(
    "event_text",
    "one row per narrative; restricted, never exported",
    (ROW_ID, Column("body", "string", "The narrative.", Sensitivity.NARRATIVE, required=True)),
)

EVENT_ATTR = Table(
    "event_attr",
    "one row per stated attribute of an event row",
    (
        ROW_ID,
        Column(
            "key", "string", "weapon, body_site, injury, priority, group_size, platform, ...", required=True
        ),
        Column("value", "string", "As the source wrote it.", SENSITIVE, required=True),
    ),
)

AGGREGATE = Table(
    "aggregate",
    "one row per count a source sends in place of rows",
    (
        ROW_ID,
        LA_CODE,
        Column("setting_raw", "string", "School or place the count is about, as written."),
        Column("period", "string", "Term, month or year."),
        Column("group", "string", "Group the count is of."),
        Column("measure", "string", "What is counted.", required=True),
        Column("count", "int64", "The count."),
        Column("suppressed", "boolean", "Whether the source withheld the count."),
    ),
)

RECORD_TABLES: tuple[Table, ...] = (
    MENTION, EVENT, PARTY, PLACE_MENTION, FLAG, LISTING, ENROLMENT, SETTING, EXCLUSION,
    MISSING_EPISODE, ASSOCIATION, PANEL_ITEM, ASSESSMENT, PROTECTIVE_FACTOR, EVENT_TEXT,
    EVENT_ATTR, AGGREGATE,
)  # fmt: skip
