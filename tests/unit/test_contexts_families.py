"""What gathering says of families."""

from datetime import date

from small_records import told, with_people

from kithmap.contexts.families import hold_families


def families(engine, given):
    """The families as sets of people, and their memberships."""
    with_people(engine, given)
    hold_families(engine)
    members = told(engine, "gather_family_membership", "context_id", "person_id")
    ids = {context_id for context_id, _ in members}
    return sorted(sorted({person for found, person in members if found == each}) for each in ids)


def test_a_household_number_makes_a_family(engine):
    given = {
        "mention": """
            row | person | source_household_id
            1   | P1     | F1
            2   | P2     | F1
            3   | P3     | F2
        """
    }
    assert families(engine, given) == [["P1", "P2"]]


def test_a_household_number_of_another_authority_is_another_household(duckdb_engine):
    given = {
        "mention": "row | person | source_household_id\n1:1 | P1 | F1\n2:1 | P2 | F1",
        "extract": "receipt_no | layout | la_code\n1 | register | 901\n2 | register | 902",
    }
    assert families(duckdb_engine, given) == []


def test_an_address_written_in_two_ways_is_one_home(engine):
    given = {
        "mention": """
            row | person | address_raw                  | postcode
            1   | P1     | 12 Marsh Road, Hartwell      | ZZ9 9AA
            2   | P2     | 12 MARSH RD HARTWELL ZZ9 9AA | ZZ99AA
            3   | P3     | 14 Marsh Road, Hartwell      | ZZ9 9AA
        """
    }
    assert families(engine, given) == [["P1", "P2"]]


def test_an_address_without_its_postcode_is_not_enough(duckdb_engine):
    given = {"mention": "row | person | address_raw\n1 | P1 | 1 High Street\n2 | P2 | 1 High Street"}
    assert families(duckdb_engine, given) == []


def test_an_address_of_more_than_twelve_is_no_family(duckdb_engine):
    rows = "\n".join(f"{n} | P{n} | Hostel | ZZ9 9AA" for n in range(1, 14))
    assert families(duckdb_engine, {"mention": f"row | person | address_raw | postcode\n{rows}"}) == []


def test_an_address_where_half_are_of_one_household_is_that_household(engine):
    given = {
        "mention": """
            row | person | source_household_id | address_raw | postcode
            1   | P1     | F1                  | 1 Marsh Rd  | ZZ9 9AA
            2   | P2     | F1                  |             |
            3   | P3     |                     | 1 Marsh Rd  | ZZ9 9AA
        """
    }
    assert families(engine, given) == [["P1", "P2", "P3"]]


def test_an_old_address_ends_when_a_later_record_gives_another(duckdb_engine):
    given = {
        "mention": """
            row | person | address_raw | postcode
            1   | P1     | 1 Marsh Rd  | ZZ9 9AA
            2   | P2     | 1 Marsh Rd  | ZZ9 9AA
            3   | P1     | 9 Hill Rd   | ZZ9 9BB
            4   | P3     | 9 Hill Rd   | ZZ9 9BB
        """,
        "event": "row | start_at\n1 | 2024-01-01T10:00\n2 | 2024-01-01T10:00\n3 | 2026-01-01T10:00\n4 | 2026-01-01T10:00",
    }
    assert families(duckdb_engine, given) == [["P1", "P2"], ["P1", "P3"]]
    assert told(duckdb_engine, "gather_family_membership", "start_on", "end_on", person_id="P1") == [
        (date(2024, 1, 1), date(2024, 1, 1)),
        (date(2026, 1, 1), None),
    ]
