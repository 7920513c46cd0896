"""What gathering makes as a whole."""

import pytest
from small_records import gathered, told

from kithmap.contexts.gather import gather
from kithmap.errors import NothingToLink


def two_extracts(police: int, school: int) -> dict[str, str]:
    """A police log and a school census, received in the order of their numbers."""
    return {
        "mention": f"""
            row        | slot | person | dob        | la_code | source_household_id
            {police}:1 | 1    | P1     | 2011-01-01 |         |
            {police}:1 | 2    | P2     | 2011-02-01 |         |
            {police}:1 | 3    | P3     | 2011-03-01 |         |
            {school}:1 | 1    | P1     | 2011-01-01 | 901     | F1
            {school}:2 | 1    | P2     | 2011-02-01 | 901     | F1
        """,
        "event": f"row | source_event_id | harm | start_at\n{police}:1 | C/1 | SYV | 2026-03-02T16:00",
        "party": f"row | slot | role\n{police}:1 | 1 | harming\n{police}:1 | 2 | harming\n{police}:1 | 3 | harming",
        "place_mention": f"row | name_raw | type_raw | route_no\n{police}:1 | Hartwell Park | park | 21",
        "event_attr": f"row | value\n{police}:1 | Snapchat",
        "enrolment": f"row | urn | status_code\n{school}:1 | 900001 | C\n{school}:2 | 900001 | C",
        "extract": f"receipt_no | layout | name\n{police} | police | crimes.csv\n{school} | census | census.csv",
    }


def test_every_kind_of_context_is_gathered_with_a_code_that_tells_nothing(engine):
    report = gathered(engine, two_extracts(1, 2))
    assert told(engine, "context", "context_type", "code", "name", "place_type") == [
        ("family", "Family 001", None, None),
        ("online", "Online space 01", "snapchat", None),
        ("peer_group", "Group 001", None, None),
        ("public_space", "Place 001", "Hartwell Park", "park"),
        ("route", "Route 01", "21", None),
        ("school", "School 01", None, None),
    ]
    assert report.contexts == {
        "family": 1, "online": 1, "peer_group": 1, "public_space": 1, "route": 1, "school": 1,
    }  # fmt: skip
    assert sorted(set(told(engine, "membership", "context_type", "basis"))) == [
        ("family", "stated"), ("online", "event"), ("peer_group", "co-incident"), ("public_space", "event"),
        ("route", "event"), ("school", "roll"),
    ]  # fmt: skip


def test_the_order_in_which_extracts_came_changes_no_context(duckdb_engine, another_engine):
    gathered(duckdb_engine, two_extracts(1, 2))
    gathered(another_engine, two_extracts(2, 1))
    for name, columns in (
        ("context", ("context_id", "code", "name", "la_code", "roll")),
        ("membership", ("person_id", "context_id", "basis", "start_on", "end_on")),
        ("event", ("event_id", "harm", "la_code")),
        ("concern", ("person_id", "harm", "event_id")),
        ("person", ("person_id", "la_code", "age", "sources")),
    ):
        assert told(duckdb_engine, name, *columns) == told(another_engine, name, *columns)


def test_it_says_what_it_could_not_tell(duckdb_engine):
    report = gathered(
        duckdb_engine,
        {
            "mention": "row | person | la_code\n1 | P1 | 901\n2 | P2 | 901",
            "setting": "row | urn | la_estab | name | la_code\n3 | 900001 | 901/4001 | Hartwell Park School | 901",
            "event": "row\n1",
            "place_mention": "row | name_raw\n1 | unknown",
            "enrolment": "row | school_raw\n2 | Elsewhere",
        },
    )
    assert report.caveats == (
        "The age of 1 person is not known: not counted as young.",
        "1 of 1 ways of writing a school could not be matched to one school.",
        "1 of 1 ways of saying where do not say which place.",
    )


def test_a_member_of_a_group_has_it_from_the_first_event_shared(duckdb_engine):
    gathered(duckdb_engine, two_extracts(1, 2))
    members = told(duckdb_engine, "membership", "person_id", "start_on", context_type="peer_group")
    assert [str(day) for _, day in members] == ["2026-03-02"] * 3


def test_progress_is_told_from_nothing_to_all(duckdb_engine):
    from small_records import AS_AT, hold_records

    steps = []
    hold_records(duckdb_engine, two_extracts(1, 2))
    gather(duckdb_engine, as_at=AS_AT, progress=lambda step, done: steps.append((step, done)))
    assert steps[0] == ("people", 0.0)
    assert steps[-1][1] == 1.0
    assert [done for _, done in steps] == sorted(done for _, done in steps)


def test_nothing_received_is_nothing_to_gather(duckdb_engine):
    with pytest.raises(NothingToLink, match="nothing to gather"):
        gathered(duckdb_engine, {})
