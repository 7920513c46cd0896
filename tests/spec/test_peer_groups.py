"""What `peer_groups` means."""

from small_tables import ask, say

from kithmap.measures import get_measure
from kithmap.model.tables import CONTEXT, EVENT, MEMBERSHIP, PARTY

peer_groups = get_measure("peer_groups")

FIRST, SECOND, SMALL = "ABCDE", "EFGHIJ", "KLMN"


def members(**groups: str) -> str:
    rows = [
        f"{person} | {group} | peer_group | co-incident"
        for group, people in groups.items()
        for person in people
    ]
    return "\n".join(["young_person | context_id | context_type | basis", *rows])


def parties(**events: str) -> str:
    return "\n".join(["event_id | young_person", *(f"{event} | {person}" for event, people in events.items() for person in people)])  # fmt: skip


TOWN = {
    CONTEXT: """
        context_id | context_type | code      | la_code
        G1         | peer_group   | Group 001 | 901
        G2         | peer_group   | Group 002 | 902
        G3         | peer_group   | Group 003 | 901
    """,
    MEMBERSHIP: members(G1=FIRST, G2=SECOND, G3=SMALL),
    EVENT: "event_id\nE1\nE2\nE3\nE4",
    PARTY: parties(E1="AB", E2="AF", E3="FGH", E4="KL"),
}


def test_groups_are_counted_with_the_events_that_bring_them_together_and_small_ones_are_in_no_row(spec):
    spec(
        TOWN,
        peer_groups,
        """
        peer_group | linked_to | authority | young_people | events | behind
        Group 001  | itself    | 901       | 5            | 1      |
        Group 001  | Group 002 |           | 1            | 1      | 3
        Group 002  | itself    | 902       | 6            | 1      |
        """,
    )


def test_somebody_in_two_groups_does_not_make_the_groups_meet_at_an_event_alone(spec):
    spec(
        TOWN | {PARTY: parties(E1="E")},
        peer_groups,
        """
        peer_group | linked_to | young_people | events
        Group 001  | itself    | 5            | 0
        Group 001  | Group 002 | 1            | 0
        Group 002  | itself    | 6            | 0
        """,
    )


def test_the_groups_of_one_authority_can_be_asked_about(spec):
    spec(TOWN, peer_groups, "peer_group | linked_to\nGroup 002 | itself", authority="902")


def test_the_sentence_says_how_large_groups_are_and_how_many_meet(duckdb_engine):
    answer = ask(duckdb_engine, TOWN, peer_groups, {})
    assert say(peer_groups, answer) == (
        "2 groups of 5 or more young people turn up together, of 5 to 6 young people; 1 pair of groups meets."
    )
    assert "No group of 5 or more" in say(peer_groups, ask(duckdb_engine, {}, peer_groups, {}))
