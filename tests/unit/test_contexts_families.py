"""What gathering says of families."""

from datetime import date

import pytest
from small_records import told, with_people

from kithmap.contexts.events import save_events
from kithmap.contexts.families import hold_families


def families(engine, given):
    """The families as sets of people, and their memberships."""
    with_people(engine, given)
    save_events(engine)
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


def moves(*homes: str) -> dict[str, str]:
    """P1 at these homes, a year apart, each with somebody else who lives there all along."""
    others = sorted(set(homes))
    mentions = [f"{n} | P1 | {home} | ZZ9 9AA" for n, home in enumerate(homes, 1)]
    mentions += [f"{n} | {home[0]} | {home} | ZZ9 9AA" for n, home in enumerate(others, 11)]
    events = [f"{n} | {2019 + n}-01-01T10:00" for n in range(1, len(homes) + 1)]
    return {
        "mention": "row | person | address_raw | postcode\n" + "\n".join(mentions),
        "event": "row | start_at\n" + "\n".join(events),
    }


def test_somebody_who_moved_away_and_back_has_two_spells_there(engine):
    families(engine, moves("1 Marsh Rd", "2 Hill Rd", "1 Marsh Rd", "1 Marsh Rd"))
    assert told(engine, "gather_family_membership", "start_on", "end_on", person_id="P1") == [
        (date(2020, 1, 1), date(2020, 1, 1)),
        (date(2021, 1, 1), date(2021, 1, 1)),
        (date(2022, 1, 1), None),
    ]


def test_a_move_into_a_childrens_home_ends_the_family_home_and_begins_no_family(duckdb_engine):
    given = moves("1 Marsh Rd", "Bramble Lodge Children's Home")
    assert families(duckdb_engine, given) == [["1", "P1"]]
    assert told(duckdb_engine, "gather_family_membership", "start_on", "end_on", person_id="P1") == [
        (date(2020, 1, 1), date(2020, 1, 1))
    ]


@pytest.mark.parametrize(
    ("address", "is_family"),
    [
        ("Bramble House Childrens Home, 3 Marsh Road", False),
        ("Hope Hostel, St Johns Road", False),
        ("Room 4, Harbour Women's Refuge", False),
        ("Unit 2, Semi-Independent, 3 Marsh Rd", False),
        ("The Grand Hotel", False),
        ("Hartwell General Hospital, Ward 4", False),
        ("Byron Student Halls, 4 College Road", False),
        ("Hartwell Park, Hill Rise", False),
        ("12 School Lane", True),
        ("3 Hospital Road, Hartwell", True),
        ("Flat 2, Hostel Court, 9 Hotel St", True),
        ("The Old School, Mill Lane", True),
    ],
)
def test_people_at_a_communal_address_are_no_family(duckdb_engine, address, is_family):
    given = {
        "mention": f"row | person | address_raw | postcode\n1 | P1 | {address} | ZZ9 9AA\n2 | P2 | {address} | ZZ9 9AA",
        "setting": "row | urn | la_estab | name\n3 | 900001 | 901/4001 | Hartwell Park",
    }
    assert families(duckdb_engine, given) == ([["P1", "P2"]] if is_family else [])


def test_homes_are_told_by_flat_number_and_postcode_wherever_they_stand(engine):
    given = {
        "mention": """
            row | person | address_raw                         | postcode
            1   | P1     | Flat 2, 12 Marsh Road, Hartwell     | ZZ9 9AA
            2   | P2     | 12 MARSCH RD FLAT 2 ZZ9 9AA         |
            3   | P3     | Flat 12, 2 Marsh Road               | ZZ9 9AA
            4   | P4     | 12 Hill Road                        | ZZ9 9AA
            5   | P5     | Flat 2, 12 Marsh Road               | ZZ9 9AB
        """
    }
    assert families(engine, given) == [["P1", "P2"]]


def test_a_property_number_joins_two_ways_to_write_a_home_and_parts_two_flats(duckdb_engine):
    given = {
        "mention": """
            row | person | address_raw     | postcode | uprn
            1   | P1     | Rose Cottage    | ZZ9 9AA  | 100990000001
            2   | P2     | The Cottage     | ZZ9 9AA  | 100990000001
            3   | P3     | Rose Cottage    | ZZ9 9AA  |
            4   | P4     | 1 Marsh Rd      | ZZ9 9AA  | 100990000002
            5   | P5     | 1 Marsh Rd      | ZZ9 9AA  | 100990000003
        """
    }
    assert families(duckdb_engine, given) == [["P1", "P2", "P3"]]


def test_children_listed_together_are_of_the_household_their_number_names(duckdb_engine):
    given = {
        "mention": """
            row | slot | person | source_household_id
            1   | 1    | MUM    |
            1   | 2    | P1     |
            1   | 3    | P2     |
            2   | 1    | P1     | F1
            3   | 1    | P2     | F1
            4   | 1    | P3     | F1
        """,
        "event": "row | source_event_id\n1 | MC/1",
        "party": "row | slot | role\n1 | 1 | harmed\n1 | 2 | exposed\n1 | 3 | exposed",
        "association": "row | slot | other_slot | kind\n1 | 1 | 2 | family\n1 | 1 | 3 | family",
    }
    assert families(duckdb_engine, given) == [["MUM", "P1", "P2", "P3"]]
