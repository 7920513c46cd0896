"""What gathering says of schools."""

from datetime import date

import polars as pl
import pytest
from small_records import AS_AT, told, with_people

from kithmap.contexts.names import fold
from kithmap.contexts.school_names import Register, match_schools
from kithmap.contexts.schools import hold_schools, school_members

REGISTER = [
    {"urn": "900001", "la_estab": "901/4001", "name": "Hartwell Park School", "la_code": "901", "phase": "Secondary"},
    {"urn": "900002", "la_estab": "901/2001", "name": "Hartwell Park Primary School", "la_code": "901", "phase": "Primary"},
    {"urn": "900003", "la_estab": "901/4002", "name": "St Ide's Catholic Academy", "la_code": "901", "phase": "Secondary"},
    {"urn": "900004", "la_estab": "902/4001", "name": "Marsh Lane High School", "la_code": "902", "phase": "Secondary"},
    {"urn": "900005", "la_estab": "902/1101", "name": "The Bridge Pupil Referral Unit", "la_code": "902", "phase": ""},
]  # fmt: skip
SETTINGS = """
    row | urn    | la_estab | name                   | la_code | phase     | roll
    9:1 | 900001 | 901/4001 | Hartwell Park School   | 901     | Secondary | 900
    9:2 | 900004 | 902/4001 | Marsh Lane High School | 902     | Secondary | 800
    9:3 | 900006 | 902/2001 | Marsh Lane Primary     | 902     | Primary   | 400
"""


@pytest.fixture
def register() -> Register:
    empty = {"type": "", "roll": None, "h3_r9": None, "close_on": None}
    return Register.read(pl.DataFrame([school | empty for school in REGISTER]))


def meant(
    register: Register, school_raw: str = "", la_code: str = "901", urn: str = "", la_estab: str = ""
) -> str | None:
    written = pl.DataFrame(
        {
            "reference": ["r"],
            "urn": [urn or None],
            "la_estab": [la_estab or None],
            "school_raw": [school_raw or None],
            "la_code": [la_code],
            "times": [1],
        },
        schema_overrides={"urn": pl.String, "la_estab": pl.String, "school_raw": pl.String},
    )
    matched = match_schools(written, register).join(
        register.schools, on="context_id", how="left", suffix="_school"
    )
    return None if matched.is_empty() else matched["name"][0]


@pytest.mark.parametrize(
    ("school_raw", "name"),
    [
        ("Hartwell Park School", "Hartwell Park School"),
        ("HARTWELL PK SCH", "Hartwell Park School"),
        ("Hartwell Pk", "Hartwell Park School"),
        ("hartwel park", "Hartwell Park School"),
        ("Hartwell Park Primary", "Hartwell Park Primary School"),
        ("St. Ides", "St Ide's Catholic Academy"),
        ("Saint Ide's Catholic Acad", "St Ide's Catholic Academy"),
        ("Marsh Lane HS", "Marsh Lane High School"),
        ("The Bridge PRU", "The Bridge Pupil Referral Unit"),
        ("Elective home education", None),
        ("School", None),
        ("Park", None),
    ],
)
def test_a_name_as_people_write_it_is_matched_to_one_school_or_none(register, school_raw, name):
    assert meant(register, school_raw) == name


def test_a_number_is_believed_before_a_name(register):
    assert meant(register, "Hartwell Park School", urn="900004") == "Marsh Lane High School"
    assert meant(register, la_estab="9014002") == "St Ide's Catholic Academy"


def test_a_name_two_schools_share_is_neither(register):
    twice = Register(
        pl.concat([register.schools, register.schools.with_columns(pl.lit("C2").alias("context_id"))])
    )
    assert meant(twice, "St Ides") is None


def test_short_forms_fold_to_one():
    assert fold(pl.Series(["St. Ide's Sch", "Saint Ides School", "o/s Marsh Ln"])).to_list() == [
        "st ides school", "st ides school", "outside marsh lane",
    ]  # fmt: skip


def schools(engine, given):
    with_people(engine, given)
    _, names = hold_schools(engine, AS_AT)
    engine.hold("members", school_members(engine))
    return names


def test_pupils_are_on_the_roll_by_the_census_and_at_a_school_by_others_word(engine):
    names = schools(
        engine,
        {
            "setting": SETTINGS,
            "mention": "row | person | la_code\n1:1 | P1 | 901\n2:1 | P2 | 901\n2:2 | P3 | 901",
            "enrolment": """
                row | urn    | school_raw  | status_code | as_at      | start_on
                1:1 | 900001 |             | C           | 2026-05-21 | 2023-09-01
                2:1 |        | Hartwell Pk |             |            |
                2:2 |        | not known   |             |            |
            """,
        },
    )
    assert names == (2, 1)
    assert told(engine, "members", "person_id", "basis", "start_on", "end_on") == [
        ("P1", "roll", date(2023, 9, 1), None),
        ("P2", "stated", None, None),
    ]


def test_a_roll_is_the_census_and_else_the_registers_number_but_not_of_a_primary(engine):
    schools(
        engine,
        {
            "setting": SETTINGS,
            "mention": "row | person | la_code | dob\n1 | P1 | 901 | 2012-01-01\n2 | P2 | 901 | 2012-01-01\n3 | P3 | 901 | 1990-01-01",
            "enrolment": """
                row | urn    | status_code | as_at
                1   | 900001 | C           | 2026-05-21
                2   | 900001 | C           | 2026-05-21
                3   | 900001 | C           | 2026-05-21
            """,
        },
    )
    assert told(engine, "gather_school_context", "name", "roll") == [
        ("Hartwell Park School", 2),
        ("Marsh Lane High School", 800),
        ("Marsh Lane Primary", None),
    ]


def test_who_is_not_on_the_schools_latest_census_has_left_since_the_last(duckdb_engine):
    schools(
        duckdb_engine,
        {
            "setting": SETTINGS,
            "mention": "row | person | la_code\n1:1 | P1 | 901\n1:2 | P2 | 901\n2:1 | P1 | 901",
            "enrolment": """
                row | urn    | status_code
                1:1 | 900001 | C
                1:2 | 900001 | C
                2:1 | 900001 | C
            """,
            "extract": "receipt_no | layout | last_on\n1 | census | 2025-05-15\n2 | census | 2026-05-21",
        },
    )
    members = told(duckdb_engine, "members", "person_id", "receipt_no", "end_on")
    assert members == [("P1", 1, None), ("P1", 2, None), ("P2", 1, date(2025, 5, 15))]


def test_a_registers_authorities_are_those_of_its_pupils_rows(duckdb_engine):
    schools(
        duckdb_engine,
        {
            "setting": "row | urn | la_estab | name\n9:1 | 900001 | 990/4001 | One School\n9:2 | 900002 | 990/4002 | Two School",
            "mention": "row | person | la_code\n1 | P1 | E09",
            "enrolment": "row | urn | status_code\n1 | 900001 | C",
        },
    )
    assert told(duckdb_engine, "gather_school_context", "name", "la_code") == [
        ("One School", "E09"), ("Two School", "E09"),
    ]  # fmt: skip


def test_a_school_left_has_an_end(duckdb_engine):
    schools(
        duckdb_engine,
        {
            "setting": SETTINGS,
            "mention": "row | person | la_code\n1 | P1 | 901",
            "enrolment": "row | school_raw | end_on\n1 | Hartwell Pk | 2026-02-01",
        },
    )
    assert told(duckdb_engine, "members", "end_on") == [date(2026, 2, 1)]


def test_without_any_register_a_school_is_what_its_pupils_rows_call_it(duckdb_engine):
    schools(
        duckdb_engine,
        {
            "mention": "row | person | la_code\n1 | P1 | 901\n2 | P2 | 901",
            "enrolment": "row | school_raw\n1 | Hartwell Pk Sch\n2 | Hartwell Park School",
        },
    )
    assert len(set(told(duckdb_engine, "members", "context_id"))) == 1


def test_an_alternative_provision_is_known_as_one(duckdb_engine):
    schools(
        duckdb_engine,
        {
            "mention": "row | person\n1 | P1",
            "setting": "row | urn | name | type | la_code\n2 | 900005 | The Bridge | Pupil referral unit | 901",
        },
    )
    assert told(duckdb_engine, "gather_school_context", "name", "is_ap") == [("The Bridge", True)]
