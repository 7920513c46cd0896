"""What `peer_test` means."""

from small_tables import ask, say

from kithmap.measures import get_measure
from kithmap.model.tables import EVENT

peer_test = get_measure("peer_test")

FIVE_EVENTS = {
    EVENT: """
        event_id | harm      | peer    | la_code
        E1       | SYV       | peer    | 901
        E2       | SYV & CSE | adult   | 901
        E3       | CSE       | unknown | 902
        E4       | CSE       |         | 901
        E5       |           | peer    | 901
    """
}


def test_events_are_told_apart_by_the_age_of_those_recorded_as_harming(spec):
    spec(
        FIVE_EVENTS,
        peer_test,
        """
        harm | harmed_by | events
        Any  | All       | 3
        Any  | adult     | 1
        Any  | peer      | 1
        Any  | unknown   | 1
        CSE  | All       | 2
        CSE  | adult     | 1
        CSE  | unknown   | 1
        SYV  | All       | 2
        SYV  | adult     | 1
        SYV  | peer      | 1
        """,
    )


def test_an_authority_has_the_events_that_happened_there(spec):
    spec(
        FIVE_EVENTS,
        peer_test,
        "harm|harmed_by|events\nAny|All|1\nAny|unknown|1\nCSE|All|1\nCSE|unknown|1",
        authority="902",
    )


def test_the_sentence_says_what_nobody_can_tell(duckdb_engine):
    assert say(peer_test, ask(duckdb_engine, FIVE_EVENTS, peer_test, {})) == (
        "Of 3 events that name somebody as harming, 1 were by peers, 0 by young people more than five years apart "
        "in age, 1 by adults only; for 1 an age is missing."
    )


def test_no_events_are_said_to_be_none(duckdb_engine):
    assert (
        say(peer_test, ask(duckdb_engine, {}, peer_test, {})) == "No event of harm names anybody as harming."
    )
