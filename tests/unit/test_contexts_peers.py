"""What gathering says of peer groups."""

import pytest
from small_records import told, with_concerns

from kithmap.contexts.peers import hold_peers


def records(
    *events: list[str], roles: dict[str, str] | None = None, born: dict[str, str] | None = None
) -> dict[str, str]:
    """Records of events, each a list of who took part; all are young unless `born` says otherwise."""
    mention, event, party = ["row|slot|person|dob"], ["row|start_at"], ["row|slot|role"]
    for row, people in enumerate(events, start=1):
        event.append(f"{row}|2026-01-{row:02}T16:00")
        for slot, person in enumerate(people, start=1):
            mention.append(f"{row}|{slot}|{person}|{(born or {}).get(person, '2011-01-01')}")
            party.append(f"{row}|{slot}|{(roles or {}).get(person, 'unknown')}")
    return {"mention": "\n".join(mention), "event": "\n".join(event), "party": "\n".join(party)}


def ties(engine) -> list[tuple[str, str, float, int]]:
    return told(
        engine, "person_association", "person_id", "other_person_id", "weight", "events", kind="co-incident"
    )


def peers(engine, *events: list[str], **more):
    with_concerns(engine, records(*events, **more))
    return hold_peers(engine)


def members(engine) -> list[list[str]]:
    pairs = told(engine, "gather_peer_membership", "context_id", "person_id")
    return sorted(
        sorted(person for found, person in pairs if found == each) for each in {pair[0] for pair in pairs}
    )


def test_an_event_of_n_ties_each_pair_by_one_over_n_less_one(engine):
    peers(engine, ["A", "B", "C"], ["A", "B"])
    assert ties(engine) == [("A", "B", pytest.approx(1.5), 2), ("A", "C", 0.5, 1), ("B", "C", 0.5, 1)]


def test_three_who_are_seen_together_are_a_group_and_two_are_not(engine):
    found = peers(engine, ["A", "B", "C"], ["D", "E"])
    assert members(engine) == [["A", "B", "C"]]
    assert found.groups == 1


def test_a_witness_and_the_other_side_say_less_of_who_belongs_together(engine):
    together = [["A", "B", "C"], ["A", "B", "C"], ["D", "E", "F"], ["D", "E", "F"]]
    fights = [["A", "D"], ["B", "E"], ["C", "F", "W"]]
    sides = dict.fromkeys("ABC", "harming") | dict.fromkeys("DEF", "harmed") | {"W": "witness"}
    peers(engine, *together, *fights, roles=sides)
    assert members(engine) == [["A", "B", "C"], ["D", "E", "F"]]
    assert ("F", "W", 0.5, 1) in ties(engine)


def test_an_event_of_thirteen_ties_nobody(duckdb_engine):
    peers(duckdb_engine, [f"P{n:02}" for n in range(13)])
    assert ties(duckdb_engine) == []


def test_adults_and_children_exposed_at_home_are_not_among_peers(duckdb_engine):
    peers(
        duckdb_engine,
        ["A", "B", "TEACHER", "CHILD"],
        roles={"CHILD": "exposed"},
        born={"TEACHER": "1980-01-01"},
    )
    assert ties(duckdb_engine) == [("A", "B", 1.0, 1)]


def test_whoever_was_young_then_counts_although_grown_up_now(duckdb_engine):
    peers(duckdb_engine, ["A", "B"], born={"A": "2008-03-01"})
    assert ties(duckdb_engine) == [("A", "B", 1.0, 1)]


def two_groups() -> list[list[str]]:
    first = [["A1", "A2", "A3"], ["A2", "A3", "A4"], ["A1", "A4"], ["A1", "A2", "A4"]]
    second = [["B1", "B2", "B3"], ["B2", "B3", "B4"], ["B1", "B4"], ["B1", "B3", "B4"]]
    return first * 2 + second * 2


def test_a_young_person_of_two_groups_is_in_both(engine):
    found = peers(engine, *two_groups(), ["X", "A1", "A2"], ["X", "A3"], ["X", "B1", "B2"])
    assert members(engine) == [["A1", "A2", "A3", "A4", "X"], ["B1", "B2", "B3", "B4", "X"]]
    assert found.in_two == 1


def test_the_order_of_rows_changes_nothing(duckdb_engine, another_engine):
    events = [*two_groups(), ["A1", "B1"]]
    peers(duckdb_engine, *events)
    peers(another_engine, *reversed(events))
    assert members(duckdb_engine) == members(another_engine)
    assert told(duckdb_engine, "gather_peer_context", "context_id") == told(
        another_engine, "gather_peer_context", "context_id"
    )


def test_a_stated_friend_is_an_association_and_not_a_shared_event(duckdb_engine):
    given = {
        "mention": "row | slot | person | dob\n1 | 1 | B | 2011-01-01\n1 | 2 | A | 2011-01-01",
        "association": "row | slot | other_slot | kind\n1 | 1 | 2 | stated friend",
    }
    with_concerns(duckdb_engine, given)
    hold_peers(duckdb_engine)
    assert told(duckdb_engine, "person_association", "person_id", "other_person_id", "kind") == [
        ("A", "B", "stated friend")
    ]


def test_it_says_how_many_events_each_young_person_shares(duckdb_engine):
    assert peers(duckdb_engine, ["A", "B"], ["A", "B"], ["A", "C"]).events_per_person == pytest.approx(2.0)
