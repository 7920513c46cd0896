"""What `places` means."""

import pyarrow as pa
import pytest
from small_tables import ask, say

from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.measures import get_measure
from kithmap.measures.places import SIZES, larger_cell
from kithmap.model.denominators import RESIDENT
from kithmap.model.hexagons import hexagon_around
from kithmap.model.tables import CONTEXT, EVENT, EVENT_CONTEXT, PARTY

places = get_measure("places")

# PARK and SHOP lie in one larger cell, POND in the next.
TOWN = {
    CONTEXT: """
        context_id | context_type | code      | name      | la_code | h3_r9
        C1         | public_space | Place 001 | Bee Park  | 901     | 89194c635dbffff
        C2         | premises     | Place 002 | Bee Shop  | 901     | 89194c635d3ffff
        C3         | public_space | Place 003 | Far Pond  | 902     | 89194c7ad97ffff
        C4         | online       | Online 01 | a site    |         |
    """,
    EVENT: """
        event_id | harm      | start_at            | precision | la_code
        E1       | SYV       | 2026-07-01T16:10:00 | minute    | 901
        E2       | SYV & CSE | 2026-06-01T22:30:00 | minute    | 901
        E3       | TRA       | 2025-12-01T00:00:00 | day       | 902
        E4       | ASB       | 2026-06-01T16:00:00 | minute    | 901
        E5       | SYV       | 2026-06-20T16:00:00 | hour      | 901
    """,
    EVENT_CONTEXT: """
        event_id | context_id | context_type
        E1       | C1         | public_space
        E1       | C4         | online
        E2       | C2         | premises
        E3       | C3         | public_space
        E4       | C1         | public_space
        E5       | C4         | online
    """,
    PARTY: """
        event_id | young_person
        E1       | A
        E1       | B
        E2       | A
        E3       | C
    """,
}


def test_events_are_counted_in_the_larger_cell_of_their_place_and_a_label_is_no_harm(spec):
    spec(
        TOWN,
        places,
        """
        place             | events | young_people | recent | earlier | harms         | named
        88194c635dfffff   | 2      | 2            | 2      | 0       | CSE, SYV      | Bee Park
        88194c7ad9fffff   | 1      | 1            | 0      | 1       | TRA           | Far Pond
        No place recorded | 1      | 0            | 1      | 0       | SYV           |
        All               | 4      | 3            | 3      | 1       | CSE, SYV, TRA |
        """,
    )


def test_a_place_of_its_own_is_named_by_its_code(spec):
    spec(
        TOWN,
        places,
        """
        place             | events | named    | hexagon
        Place 001         | 1      | Bee Park | 88194c635dfffff
        Place 002         | 1      | Bee Shop | 88194c635dfffff
        Place 003         | 1      | Far Pond | 88194c7ad9fffff
        No place recorded | 1      |          |
        All               | 4      |          |
        """,
        by="place",
    )


def test_a_time_that_no_source_gives_is_not_midnight(spec):
    spec(
        TOWN,
        places,
        """
        place             | events
        16:00             | 2
        22:00             | 1
        Time not recorded | 1
        All               | 4
        """,
        by="hour",
    )


@pytest.mark.parametrize(
    ("asked", "events"),
    [
        ({"hours": "after school"}, 2), ({"hours": "night"}, 1), ({"hours": "not recorded"}, 1), ({"hours": "evening"}, 0),
        ({"harm": "SYV"}, 3), ({"harm": "CSE"}, 1), ({"harm": "ASB"}, 1), ({"period": "last 3 months"}, 3),
        ({"authority": "902"}, 1),
    ],
)  # fmt: skip
def test_a_part_of_the_day_a_harm_a_period_and_an_authority_can_be_asked_about(engine, asked, events):
    rows = ask(engine, TOWN, places, asked).to_pylist()
    assert [row["events"] for row in rows if row["place"] == "All"] == ([events] if events else [])


def test_an_event_at_two_places_is_counted_once(spec):
    twice = TOWN | {
        EVENT_CONTEXT: "event_id | context_id | context_type\nE1 | C1 | public_space\nE1 | C3 | public_space"
    }
    spec(twice, places, "place | events\n88194c635dfffff | 1\nNo place recorded | 3\nAll | 4")


def test_authorities_have_a_rate_where_residents_are_known(spec):
    residents = "la_code | ethnicity_group5 | residents\n901 | white | 800\n901 | black | 200"
    spec(
        TOWN | {RESIDENT: residents},
        places,
        """
        place | events | residents | rate_per_1000
        901   | 3      | 1000      | 3.0
        902   | 1      |           |
        All   | 4      |           |
        """,
        by="district",
    )


def test_the_larger_cells_are_those_that_the_reference_library_gives(engine):
    import h3

    cells = sorted(h3.grid_disk(h3.latlng_to_cell(51.72, 1.83, 9), 12))
    rows = engine.hold("cells", pa.table({"cell": cells}))
    larger = {str(size): larger_cell(rows.cell, size) for size in SIZES.values()}
    told = engine.fetch(rows.select("cell", **larger)).to_pylist()
    for size in SIZES.values():
        true = {cell: h3.cell_to_parent(cell, size) for cell in cells}
        assert {row["cell"]: row[str(size)] for row in told} == true
        assert {cell: hexagon_around(cell, size) for cell in cells} == true


def test_events_can_be_counted_in_larger_hexagons(engine):
    rows = ask(engine, TOWN, places, {"by": "cell of 20 km"}).to_pylist()
    assert {row["place"]: row["events"] for row in rows if row["place"].startswith("85")} == {
        "85194c63fffffff": 2,
        "85194c7bfffffff": 1,
    }


def test_the_sentence_says_how_few_places_hold_half(duckdb_engine):
    answer = ask(duckdb_engine, TOWN, places, {})
    assert say(places, answer) == (
        "4 events: half of the 3 whose place is known, or more, are in 1 of 2 cells."
    )
    assert say(places, ask(duckdb_engine, {}, places, {})) == "No event with a recorded harm has a place."


def test_at_a_level_outside_few_events_of_few_people_are_withheld_and_nobody_is_counted_beside_them(
    duckdb_engine,
):
    rows = ask(duckdb_engine, TOWN, places, {}).to_pylist()
    shown = protect(rows, places.rule, LEVELS[Level.R1])
    assert {str(row["events"]) for row in shown} == {"[c]"}
    assert not {"young_people", "recent", "earlier", "harms", "named"} & set(shown[0])
