"""What gathering says of kin: what a source states before what is inferred, and what is never inferred."""

from datetime import date

from small_records import told, with_people

from kithmap.contexts.events import save_events
from kithmap.contexts.families import hold_families
from kithmap.contexts.kin import save_kin

COLUMNS = ("person_id", "other_person_id", "relation", "basis", "rank")
A_MARAC_CASE = {
    "mention": """
        row | slot | person | dob        | age
        1   | 1    | MUM    | 1985-01-01 |
        1   | 2    | MAN    | 1980-01-01 |
        1   | 3    | P1     | 2011-01-01 |
        1   | 4    | P2     | 2013-01-01 |
    """,
    "event": "row | source_event_id | start_at\n1 | MC/1 | 2026-03-02T10:00",
    "party": """
        row | slot | role
        1   | 1    | harmed
        1   | 2    | harming
        1   | 3    | exposed
        1   | 4    | exposed
    """,
    "association": """
        row | slot | other_slot | kind     | kind_raw
        1   | 1    | 2          | intimate | ex-partner
        1   | 1    | 3          | family   |
        1   | 1    | 4          | family   |
    """,
}


def kin(engine, given, *columns):
    with_people(engine, given)
    save_events(engine)
    hold_families(engine)
    save_kin(engine)
    return told(engine, "kin", *(columns or COLUMNS))


def test_a_child_list_states_parent_partner_and_siblings(engine):
    assert kin(engine, A_MARAC_CASE) == [
        ("MAN", "MUM", "partner", "stated", 1),
        ("MUM", "P1", "parent or carer", "stated", 1),
        ("MUM", "P2", "parent or carer", "stated", 1),
        ("P1", "P2", "sibling", "child list", 2),
    ]
    members = told(engine, "gather_family_membership", "person_id", "basis")
    # The alleged perpetrator is listed, and not as of the household.
    assert members == [("MUM", "stated"), ("P1", "stated"), ("P2", "stated")]


def test_former_partners_are_partners_until_the_day_it_was_said(duckdb_engine):
    columns = ("relation", "start_on", "end_on")
    assert ("partner", None, date(2026, 3, 2)) in kin(duckdb_engine, A_MARAC_CASE, *columns)


def test_a_young_person_with_children_listed_is_of_their_family_and_nobodys_parent(duckdb_engine):
    young_victim = {**A_MARAC_CASE, "mention": A_MARAC_CASE["mention"].replace("1985-01-01", "2009-01-01")}
    stated = [row[:3] for row in kin(duckdb_engine, young_victim) if row[4] == 1]
    assert ("MUM", "P1", "family") in stated
    assert "parent or carer" not in {relation for _, _, relation in stated}


def test_young_people_of_one_household_number_are_siblings(engine):
    given = {
        "mention": """
            row | person | dob        | source_household_id
            1   | P1     | 2011-01-01 | F1
            2   | P2     | 2013-01-01 | F1
            3   | P3     | 1999-01-01 | F1
            4   | P4     | 2013-01-01 | F2
        """
    }
    assert kin(engine, given) == [
        ("P1", "P2", "sibling", "household number", 3),
        ("P1", "P3", "family", "household number", 3),
        ("P2", "P3", "family", "household number", 3),
    ]


def test_an_address_alone_and_a_surname_alone_make_nobody_kin(engine):
    given = {
        "mention": """
            row | person | forename | surname  | dob        | address_raw | postcode
            1   | P1     | Jo       | Marsh    | 2011-01-01 | 1 Marsh Rd  | ZZ9 9AA
            2   | P2     | Sam      | Quillan  | 2012-01-01 | 1 Marsh Rd  | ZZ9 9AA
            3   | P3     | Kim      | Quillan  | 2013-01-01 | 9 Hill Rd   | ZZ9 9BB
        """
    }
    assert kin(engine, given) == []
    assert told(engine, "gather_family_membership", "person_id", "basis") == [
        ("P1", "address"),
        ("P2", "address"),
    ]


def test_address_and_surname_together_rank_last(engine):
    given = {
        "mention": """
            row | person | forename | surname       | dob        | address_raw | postcode | source_household_id
            1   | P1     | Anna     | Kowalska      | 2011-01-01 | 1 Marsh Rd  | ZZ9 9AA  | F1
            2   | P2     | Jan      | Kowalski      | 2012-01-01 | 1 Marsh Rd  | ZZ9 9AA  | F1
            3   | P3     | Ola      | Nowak-Kowalska | 2013-01-01 | 1 Marsh Rd  | ZZ9 9AA  |
        """
    }
    assert kin(engine, given) == [
        ("P1", "P2", "sibling", "address and surname", 4),
        ("P1", "P2", "sibling", "household number", 3),
        ("P1", "P3", "sibling", "address and surname", 4),
        ("P2", "P3", "sibling", "address and surname", 4),
    ]


def test_how_the_harmed_and_the_harming_are_related_is_stated_by_an_events_rows(duckdb_engine):
    given = {
        "mention": """
            row | slot | person | dob
            1   | 1    | P1     | 2010-01-01
            2   | 1    | P2     | 2009-01-01
            3   | 1    | P3     | 2009-01-01
            4   | 1    | P4     | 2009-01-01
        """,
        "event": """
            row | source_event_id | start_at
            1   | C/1             | 2026-03-02T10:00
            2   | C/1             | 2026-03-02T10:00
            3   | C/2             | 2026-03-02T10:00
            4   | C/2             | 2026-03-02T10:00
        """,
        "party": """
            row | role    | relationship_raw
            1   | harmed  | brother
            2   | harming |
            3   | harmed  | stranger
            4   | harming | stranger
        """,
    }
    assert kin(duckdb_engine, given) == [("P1", "P2", "sibling", "stated", 1)]


def test_kin_of_two_extracts_rest_on_neither_alone(duckdb_engine):
    given = {
        "mention": """
            row | person | dob        | source_household_id
            1:1 | P1     | 2011-01-01 | F1
            2:1 | P2     | 2013-01-01 | F1
        """,
        "extract": "receipt_no | layout | holder\n1 | register | Care\n2 | register | Care",
    }
    assert kin(duckdb_engine, given, "relation", "layout", "receipt_no") == [("sibling", None, None)]
