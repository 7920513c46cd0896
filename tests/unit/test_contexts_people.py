"""What gathering says of people."""

from datetime import date

import pytest
from small_records import gathered, told, with_people

JO_IN_THREE = {
    "mention": """
        row | person | forename | surname | dob        | sex | la_code | alias
        1   | P1     | Jo       | Marsh   | 2010-08-01 | F   | 901     | Jojo
        2   | P1     | Joanna   | Marsh   | 2010-08-01 | U   | 901     |
        2:1 | P1     | Jo       | Marsh   | 2010-01-08 |     | 902     |
    """,
}


def test_an_attribute_is_what_most_records_say_and_unknown_never_wins(engine):
    with_people(engine, JO_IN_THREE)
    assert told(
        engine, "person", "person_id", "la_code", "birth_year", "age", "sex", "is_young", "mentions"
    ) == [("P1", "901", 2010, 15, "F", True, 3)]


def test_a_person_turns_eighteen_on_the_day(duckdb_engine):
    born = {"mention": "row | person | dob\n1 | P1 | 2008-07-31\n2 | P2 | 2008-08-01"}
    with_people(duckdb_engine, born, as_at=date(2026, 7, 31))
    assert told(duckdb_engine, "person", "person_id", "age", "is_young") == [
        ("P1", 18, False),
        ("P2", 17, True),
    ]


def test_an_age_nobody_gives_is_not_guessed(engine):
    report = gathered(engine, {"mention": "row | person\n1 | P1"})
    assert told(engine, "person", "age", "is_young") == [(None, None)]
    assert report.unknown_ages == 1
    assert any("age of 1 person is not known" in caveat for caveat in report.caveats)


def test_a_pupil_without_a_birth_date_is_young(engine):
    with_people(engine, {"mention": "row | person\n1 | P1", "enrolment": "row | urn\n1 | 900001"})
    assert told(engine, "person", "age", "is_young") == [(None, True)]


@pytest.mark.parametrize(
    ("stated", "on", "is_young"),
    [
        ("14", "2025-07-01", True),
        ("16", "2024-06-01", False),
        ("16", "2025-06-01", None),
        ("18", "2026-01-01", False),
        ("17", "2025-08-01", None),
    ],
)
def test_a_stated_age_counts_only_where_it_leaves_no_doubt(duckdb_engine, stated, on, is_young):
    with_people(
        duckdb_engine,
        {
            "mention": "row | person\n1 | P1",
            "event": f"row | start_at\n1 | {on}T12:00",
            "party": f"row | age_at_event\n1 | {stated}",
        },
    )
    assert told(duckdb_engine, "person", "is_young") == [is_young]


def test_a_birth_date_worked_out_from_an_age_is_not_exact_to_a_year(duckdb_engine):
    with_people(
        duckdb_engine,
        {
            "mention": """
                row | person | dob        | dob_precision
                1   | P1     | 2008-07-31 | age
                2   | P2     | 2012-07-31 | age
                3   | P3     | 2005-07-31 | year
            """
        },
    )
    assert told(duckdb_engine, "person", "person_id", "age", "is_young") == [
        ("P1", None, None), ("P2", None, True), ("P3", None, False),
    ]  # fmt: skip


def test_each_name_is_kept_once_with_the_birth_date_and_aliases_apart(engine):
    with_people(engine, JO_IN_THREE)
    assert told(engine, "person_name", "forename", "surname", "dob", "kind") == [
        ("Jo", "Marsh", date(2010, 8, 1), "legal"),
        ("Joanna", "Marsh", date(2010, 8, 1), "legal"),
        ("Jojo", None, date(2010, 8, 1), "alias"),
    ]


def test_each_source_of_a_person_is_kept(duckdb_engine):
    with_people(duckdb_engine, JO_IN_THREE | {"extract": "receipt_no | layout\n1 | police\n2 | panel"})
    assert told(duckdb_engine, "person_source", "person_id", "receipt_no", "layout", "mentions") == [
        ("P1", 1, "police", 2), ("P1", 2, "panel", 1),
    ]  # fmt: skip


def test_a_name_jotted_down_beside_anothers_is_a_candidate_and_not_a_person(engine):
    with_people(
        engine,
        {
            "mention": """
                row | slot | person | dob
                1   | 1    | P1     | 2011-01-01
                1   | 2    | P2     |
                2   | 1    | P3     | 2011-01-01
                2   | 2    | P1     |
            """,
            "association": "row | slot | other_slot\n1 | 1 | 2\n2 | 1 | 2",
        },
    )
    assert told(engine, "person", "person_id", "mentions") == [("P1", 2), ("P3", 1)]
