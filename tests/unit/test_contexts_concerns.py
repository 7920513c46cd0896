"""What gathering says of events and concerns."""

from datetime import date

import pytest
from small_records import told, with_concerns

ONE_CRIME_IN_TWO_ROWS = {
    "mention": """
        row | slot | person | dob
        1   | 1    | P1     | 2011-05-01
        2   | 1    | P2     | 2010-05-01
        2   | 2    | P3     |
    """,
    "event": """
        row | source_event_id | kind     | harm | start_at
        1   | C/1             | incident | SYV  | 2026-03-02T16:00
        2   | C/1             | incident | SYV  | 2026-03-02T16:00
    """,
    "party": """
        row | slot | role
        1   | 1    | harmed
        2   | 1    | harming
    """,
}


def test_rows_that_share_the_holders_number_are_one_event(engine):
    with_concerns(engine, ONE_CRIME_IN_TWO_ROWS)
    assert told(engine, "event", "kind", "harm") == [("incident", "SYV")]
    assert told(engine, "event_party", "person_id", "role", "age_at_event") == [
        ("P1", "harmed", 14), ("P2", "harming", 15), ("P3", "unknown", None),
    ]  # fmt: skip


def test_a_number_of_one_authority_is_not_the_same_number_of_another(duckdb_engine):
    with_concerns(
        duckdb_engine,
        {
            "mention": "row | person\n1:1 | P1\n2:1 | P2",
            "event": "row | source_event_id\n1:1 | 7\n2:1 | 7",
            "extract": "receipt_no | layout | la_code\n1 | mash_log | 901\n2 | mash_log | 902",
        },
    )
    assert len(told(duckdb_engine, "event", "event_id")) == 2


def test_an_events_id_does_not_depend_on_the_order_of_receipt(engine, another_engine):
    row = "row | person\n{0}:1 | P1"
    for each, receipt in ((engine, 1), (another_engine, 2)):
        with_concerns(
            each,
            {
                "mention": row.format(receipt),
                "event": f"row | kind\n{receipt}:1 | incident",
                "extract": f"receipt_no | layout | name\n{receipt} | a_log | the_file.csv",
            },
        )
    assert told(engine, "event", "event_id") == told(another_engine, "event", "event_id")


def test_harmed_in_one_row_and_harming_in_another_is_both(duckdb_engine):
    rows = ONE_CRIME_IN_TWO_ROWS | {
        "mention": "row | person\n1 | P1\n2 | P1",
        "party": "row | role\n1 | harmed\n2 | harming",
    }
    with_concerns(duckdb_engine, rows)
    assert told(duckdb_engine, "event_party", "person_id", "role") == [("P1", "both")]


@pytest.mark.parametrize(
    ("harmed", "harming", "peer"),
    [
        ("2011-05-01", "2010-05-01", "peer"),
        ("2011-05-01", "1990-05-01", "adult"),
        ("2011-05-01", "", "unknown"),
        ("", "2010-05-01", "peer"),
        ("2016-05-01", "2009-05-01", "apart"),
    ],
)
def test_the_peer_test_tells_peers_adults_and_what_is_not_known_apart(duckdb_engine, harmed, harming, peer):
    people = f"row | person | dob\n1 | P1 | {harmed}\n2 | P2 | {harming}"
    with_concerns(duckdb_engine, ONE_CRIME_IN_TWO_ROWS | {"mention": people})
    assert told(duckdb_engine, "event", "peer") == [peer]


def test_a_person_in_an_event_has_a_concern_of_each_kind_of_harm_in_their_role(engine):
    rows = {
        "mention": "row | person\n1 | P1",
        "event": "row | harm | start_at\n1 | CSE & HSB | 2026-03-02T16:00",
        "party": "row | role\n1 | harmed",
    }
    with_concerns(engine, rows)
    assert told(engine, "concern", "person_id", "harm", "basis", "role", "start_on", "end_on") == [
        ("P1", "CSE", "event", "harmed", date(2026, 3, 2), None),
        ("P1", "HSB", "event", "harmed", date(2026, 3, 2), None),
    ]


def test_a_flag_about_a_row_and_no_person_is_the_events(duckdb_engine):
    rows = ONE_CRIME_IN_TWO_ROWS | {"flag": "row | slot | harm\n1 |  | CCE"}
    with_concerns(duckdb_engine, rows)
    assert told(duckdb_engine, "event", "harm") == ["CCE|SYV"]


def test_a_flag_taken_back_leaves_no_trace(engine):
    with_concerns(
        engine,
        {
            "mention": "row | person\n1 | P1\n2 | P2",
            "flag": "row | slot | harm | asserted_on | retracted_on\n1 | 1 | SYV | 2025-01-01 | 2026-01-01\n2 | 1 | SYV | 2025-01-01 |",
        },
    )
    assert told(engine, "concern", "person_id", "harm", "basis", "role") == [("P2", "SYV", "flag", "unknown")]


def test_a_listing_stands_until_its_last_day(engine):
    with_concerns(
        engine,
        {
            "mention": "row | person\n1 | P1\n2 | P2\n3 | P3\n4 | P4",
            "listing": """
                row | list  | harm | role    | start_on   | end_on
                1   | gangs | SYV  | harming | 2025-01-01 | 2026-03-01
                2   | gangs | SYV  |         | 2025-01-01 |
                3   | gangs | SYV  |         | 2025-01-01 | 2026-12-01
                4   | gangs |      |         | 2026-09-01 |
            """,
        },
    )
    assert told(engine, "concern", "person_id", "list", "role", "end_on") == [
        ("P1", "gangs", "harming", date(2026, 3, 1)),
        ("P2", "gangs", "unknown", None),
        ("P3", "gangs", "unknown", None),
    ]


def test_a_list_about_no_one_harm_is_still_a_list(duckdb_engine):
    with_concerns(duckdb_engine, {"mention": "row | person\n1 | P1", "listing": "row | list\n1 | MASH"})
    assert told(duckdb_engine, "concern", "list", "harm", "basis") == [("MASH", None, "list")]


def test_an_exclusion_and_a_panel_give_concerns_and_an_exclusion_says_no_role(duckdb_engine):
    with_concerns(
        duckdb_engine,
        {
            "mention": "row | person\n1 | P1\n2 | P2",
            "exclusion": "row | harm | start_on\n1 | HSB | 2026-02-01",
            "panel_item": "row | pop_harm | pop_role | meeting_on\n2 | TRA | both | 2026-02-01",
        },
    )
    assert told(duckdb_engine, "concern", "person_id", "harm", "basis", "role") == [
        ("P1", "HSB", "exclusion", "unknown"), ("P2", "TRA", "assessment", "both"),
    ]  # fmt: skip
