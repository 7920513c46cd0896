"""What `shared_contexts` means."""

from small_tables import ask, say

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, EVENT, EVENT_CONTEXT, MEMBERSHIP, PARTY

shared_contexts = get_measure("shared_contexts")

TWO_SCHOOLS = {
    CONCERN: """
        young_person | harm
        A            | SYV
        B            | CSE
        C            | SYV
    """,
    MEMBERSHIP: """
        young_person | context_id | context_type | basis
        A            | S1         | school       | roll
        B            | S1         | school       | roll
        C            | S2         | school       | roll
    """,
}


def test_a_school_whose_pupils_suffer_two_harms_is_shared(spec):
    spec(
        TWO_SCHOOLS,
        shared_contexts,
        """
        harm | context_type | young_people | contexts | shared_contexts
        Any  | school       | 3            | 2        | 1
        CSE  | school       | 1            | 1        | 1
        SYV  | school       | 2            | 2        | 1
        """,
    )


def test_a_place_holds_the_harm_that_happened_there_not_all_that_is_known_of_who_was_there(spec):
    spec(
        {
            CONCERN: """
                young_person | harm | basis
                A            | SYV  | event
                A            | CSE  | list
            """,
            MEMBERSHIP: """
                young_person | context_id | context_type | basis
                A            | PARK       | public_space | event
            """,
            EVENT: """
                event_id | harm
                E1       | SYV
            """,
            PARTY: """
                event_id | young_person | role
                E1       | A            | harmed
            """,
            EVENT_CONTEXT: """
                event_id | context_id | context_type
                E1       | PARK       | public_space
            """,
        },
        shared_contexts,
        """
        harm | context_type | young_people | contexts | shared_contexts
        Any  | public_space | 1            | 1        | 0
        SYV  | public_space | 1            | 1        | 0
        """,
    )


def test_an_event_of_two_harms_makes_its_place_shared(spec):
    spec(
        {
            EVENT: "event_id | harm\nE1 | CSE & HSB",
            PARTY: "event_id | young_person\nE1 | A",
            EVENT_CONTEXT: "event_id | context_id | context_type\nE1 | PARK | public_space",
        },
        shared_contexts,
        """
        harm | context_type | young_people | contexts | shared_contexts
        Any  | public_space | 1            | 1        | 1
        CSE  | public_space | 1            | 1        | 1
        HSB  | public_space | 1            | 1        | 1
        """,
    )


def test_a_school_left_long_ago_is_not_counted(spec):
    spec(
        {
            CONCERN: "young_person | harm\nA | SYV",
            MEMBERSHIP: """
                young_person | context_id | context_type | basis | end_on
                A            | S1         | school       | roll  | 2024-07-20
            """,
        },
        shared_contexts,
        "harm | context_type | young_people | contexts | shared_contexts",
    )


def test_the_sentence_counts_contexts_shared_by_harms(duckdb_engine):
    answer = ask(duckdb_engine, TWO_SCHOOLS, shared_contexts, {})
    assert say(shared_contexts, answer) == "Of 2 schools 1 holds two or more kinds of harm."


def test_no_contexts_make_no_rows_but_a_sentence(duckdb_engine):
    answer = ask(duckdb_engine, {}, shared_contexts, {})
    assert answer.num_rows == 0
    assert say(shared_contexts, answer) == "No context holds a young person with a recorded concern."
