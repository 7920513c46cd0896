"""What gathering says of places, routes and online spaces."""

from datetime import date

import h3
import polars as pl
import pytest
from small_records import told, with_concerns

from kithmap.contexts.events import place_events
from kithmap.contexts.gazetteer import find_places
from kithmap.contexts.places import hold_happenings, hold_online, hold_places, hold_routes
from kithmap.contexts.school_names import COLUMNS as COLUMNS_OF_REGISTER
from kithmap.contexts.school_names import Register

HERE = h3.latlng_to_cell(51.51, -0.10, 9)
NEXT = sorted(h3.grid_ring(HERE, 1))[0]
FAR = sorted(h3.grid_ring(HERE, 9))[0]
NO_SCHOOLS = Register.read(pl.DataFrame(schema=COLUMNS_OF_REGISTER))
COLUMNS = ("stop_code", "name_raw", "h3_r9", "uprn", "postcode", "type_code", "type_raw", "la_code")


def said(*ways: dict) -> pl.DataFrame:
    rows = [
        {"reference": str(at), "times": 1, "la_code": "901"} | dict.fromkeys(set(COLUMNS) - {"la_code"}) | way
        for at, way in enumerate(ways)
    ]
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(COLUMNS, pl.String))


def groups(*ways: dict, schools: Register = NO_SCHOOLS) -> list[list[int]]:
    """Which ways of saying where mean one place, as their numbers."""
    found = find_places(said(*ways), schools).references
    return sorted(sorted(int(at) for at in part["reference"]) for _, part in found.group_by("context_id"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name_raw": "Hartwell Park", "h3_r9": HERE}, {"name_raw": "HARTWELL PK", "h3_r9": NEXT}),
        ({"name_raw": "Hartwell Park", "h3_r9": HERE}, {"name_raw": "outside Hartwell Park"}),
        ({"stop_code": "99001", "name_raw": "Marsh Rd"}, {"stop_code": "99001", "h3_r9": FAR}),
        ({"name_raw": "Marsh Rd"}, {"name_raw": "marsh road"}),
        ({"h3_r9": HERE}, {"h3_r9": HERE}),
        ({"uprn": "100012345678"}, {"uprn": "100012345678", "h3_r9": FAR}),
        (
            {"name_raw": "Hartwell Park", "h3_r9": HERE, "times": 20},
            {"name_raw": "Hartwel Park", "h3_r9": NEXT},
        ),
    ],
)
def test_two_ways_of_saying_one_place(one, other):
    assert groups(one, other) == [[0, 1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name_raw": "High Street", "h3_r9": HERE}, {"name_raw": "High Street", "h3_r9": FAR}),
        ({"name_raw": "High Street"}, {"name_raw": "High Street", "la_code": "902"}),
        ({"name_raw": "12 Marsh Road", "times": 20}, {"name_raw": "14 Marsh Road"}),
        (
            {"name_raw": "Hartwell Park", "h3_r9": HERE, "times": 20},
            {"name_raw": "Hartwel Park", "h3_r9": FAR},
        ),
        ({"h3_r9": HERE}, {"h3_r9": NEXT}),
    ],
)
def test_two_ways_of_saying_two_places(one, other):
    assert groups(one, other) == [[0], [1]]


def test_a_name_without_a_cell_that_two_places_have_is_neither():
    ways = [
        {"name_raw": "High Street", "h3_r9": HERE}, {"name_raw": "High Street", "h3_r9": FAR}, {"name_raw": "High St"},
    ]  # fmt: skip
    assert groups(*ways) == [[0], [1], [2]]


def test_a_kind_of_place_alone_says_too_little():
    assert groups({"type_raw": "park"}) == []


@pytest.mark.parametrize(
    ("name_raw", "type_raw"),
    [("Outside Hartwell Pk Sch", None), ("Hartwell Park", "School"), ("HARTWELL PARK HIGH SCHOOL", None)],
)
def test_what_happened_at_a_school_happened_in_that_context(name_raw, type_raw):
    row = {"urn": "900001", "name": "Hartwell Park School", "la_code": "901"}
    register = Register.read(
        pl.DataFrame([dict.fromkeys(COLUMNS_OF_REGISTER) | row], schema=COLUMNS_OF_REGISTER)
    )
    found = find_places(said({"name_raw": name_raw, "type_raw": type_raw}), register)
    assert found.references["context_id"].to_list() == register.schools["context_id"].to_list()
    assert found.references["context_type"].to_list() == ["school"]
    assert found.places.is_empty()


def test_a_park_with_a_schools_name_is_a_park():
    row = {"urn": "900001", "name": "Hartwell Park School", "la_code": "901"}
    register = Register.read(
        pl.DataFrame([dict.fromkeys(COLUMNS_OF_REGISTER) | row], schema=COLUMNS_OF_REGISTER)
    )
    found = find_places(said({"name_raw": "Hartwell Park", "type_raw": "Park"}), register)
    assert found.references["context_type"].to_list() == ["public_space"]


@pytest.mark.parametrize("name_raw", ["friend's house", "Returned on own", "UNK", "Police station", "n/k"])
def test_words_that_say_no_place_are_none(name_raw):
    assert groups({"name_raw": name_raw}) == []


def test_a_force_that_names_no_authority_speaks_of_the_place_the_council_names():
    ways = [
        {"name_raw": "Marsh Rd (Stop B)", "stop_code": "99001", "h3_r9": HERE, "times": 9},
        {"name_raw": "marsh road (stop b)", "h3_r9": NEXT, "la_code": None},
        {"name_raw": "Marsh Road (Stop B)", "la_code": None},
    ]
    assert groups(*ways) == [[0, 1, 2]]


def test_a_stop_of_one_name_on_each_side_of_the_road_leaves_the_name_on_its_own():
    stop = {"name_raw": "Marsh Rd (Stop B)", "h3_r9": HERE}
    assert groups(stop | {"stop_code": "99001"}, stop | {"stop_code": "99002"}, stop) == [[0], [1], [2]]


def test_a_home_has_a_kind_and_no_name_and_a_take_away_is_premises():
    ways = [
        {"name_raw": "4 Marsh Road", "type_raw": "Dwelling"},
        {"name_raw": "Lucky Fried Chicken", "type_raw": "Take-away", "h3_r9": HERE},
        {"name_raw": "The Sedge Centre", "type_raw": "Shopping centre"},
        {"name_raw": "Hartwell Park", "type_raw": "Park"},
    ]
    places = find_places(said(*ways), NO_SCHOOLS).places
    assert sorted(places.select("place_type", "context_type", "name").rows(), key=str) == [
        ("dwelling", "premises", None),
        ("park", "public_space", "Hartwell Park"),
        ("shopping centre", "public_space", "The Sedge Centre"),
        ("take-away", "premises", "Lucky Fried Chicken"),
    ]


def test_a_places_larger_cell_is_the_parent_of_its_own():
    place = find_places(said({"h3_r9": HERE}), NO_SCHOOLS).places
    assert place["h3_r8"].to_list() == [h3.cell_to_parent(HERE, 8)]


def happen(engine, given):
    with_concerns(engine, given)
    hold_places(engine, NO_SCHOOLS)
    hold_routes(engine)
    hold_online(engine)
    hold_happenings(engine)


def test_who_took_part_in_an_event_was_where_it_happened(engine):
    happen(
        engine,
        {
            "mention": "row | person | la_code\n1 | P1 | 901\n2 | P1 | 901",
            "event": "row | start_at\n1 | 2026-01-05T16:00\n2 | 2026-03-05T16:00",
            "place_mention": f"""
                row | place_no | name_raw      | h3_r9  | route_no
                1   | 1        | Hartwell Park | {HERE} |
                2   | 1        | Hartwell Pk   |        | n21
            """,
            "event_attr": "row | value\n1 | Snapchat; WhatsApp",
        },
    )
    assert told(
        engine, "gather_place_membership", "person_id", "context_type", "basis", "start_on", "end_on"
    ) == [
        ("P1", "online", "event", date(2026, 1, 5), date(2026, 1, 5)),
        ("P1", "online", "event", date(2026, 1, 5), date(2026, 1, 5)),
        ("P1", "public_space", "event", date(2026, 1, 5), date(2026, 3, 5)),
        ("P1", "route", "event", date(2026, 3, 5), date(2026, 3, 5)),
    ]
    assert len(told(engine, "event_context", "event_id")) == 5
    assert told(engine, "gather_route_context", "name") == ["N21"]
    assert told(engine, "gather_online_context", "name") == ["snapchat", "whatsapp"]


def test_a_list_that_names_a_place_says_that_its_people_go_there(engine):
    happen(
        engine,
        {
            "mention": "row | person\n1 | P1",
            "listing": "row | start_on\n1 | 2026-02-01",
            "place_mention": "row | name_raw\n1 | Hartwell Park",
        },
    )
    assert told(engine, "gather_place_membership", "person_id", "basis", "start_on", "end_on") == [
        ("P1", "stated", date(2026, 2, 1), None)
    ]
    assert told(engine, "event_context", "event_id") == []


def test_an_event_of_no_authority_has_that_of_its_place(engine):
    happen(
        engine,
        {
            "mention": "row | person | la_code\n1 | P1 | 901\n2 | P2 |",
            "event": "row | la_code\n1 | 901\n2 |",
            "place_mention": f"row | name_raw | h3_r9\n1 | Hartwell Park | {HERE}\n2 | Hartwell Park | {NEXT}",
        },
    )
    engine.hold("gather_school_context", engine.table("gather_place_context"))
    place_events(engine)
    assert told(engine, "event", "la_code") == ["901", "901"]
