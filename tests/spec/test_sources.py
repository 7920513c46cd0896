"""What `sources` means."""

from small_tables import ask, say

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, EXTRACT, MEMBERSHIP, PERSON_SOURCE

sources = get_measure("sources")

TWO_SOURCES = {
    EXTRACT: """
        receipt_no | layout        | holder | rows_in | rows_refused
        1          | police_crimes | Police | 20      | 2
        2          | cse_panel     | Panel  | 5       | 0
        3          | police_crimes | Police | 10      | 1
    """,
    PERSON_SOURCE: """
        young_person | source        | receipt_no
        A            | police_crimes | 1
        A            | cse_panel     | 2
        B            | cse_panel     | 2
        C            | police_crimes | 3
    """,
    CONCERN: """
        young_person | source        | harm
        A            | police_crimes | SYV
        A            | cse_panel     | CSE
        B            | cse_panel     | CSE
    """,
    MEMBERSHIP: """
        young_person | context_id | context_type | basis | source
        A            | PARK       | public_space | event | police_crimes
        C            | PARK       | public_space | event | police_crimes
        A            | G1         | peer_group   | co-incident |
    """,
}


def test_each_source_says_who_it_alone_holds(spec):
    spec(
        TWO_SOURCES,
        sources,
        """
        source        | holder | place_in_order | rows | refused | only_here | first_here | seen_before
        police_crimes | Police | 1              | 30   | 3       | 1         | 1          | 0
        cse_panel     | Panel  | 2              | 5    | 0       | 1         | 0          | 1
        """,
    )


def test_each_source_says_what_concerns_and_contexts_it_brings(spec):
    spec(
        TWO_SOURCES,
        sources,
        """
        source        | young_people_of_concern | concerns_only_here | contexts | linked_percent
        police_crimes | 1                       | 0                  | 1        | 50.0
        cse_panel     | 2                       | 1                  | 0        | 50.0
        """,
    )


def test_a_source_that_names_nobody_is_still_listed(spec):
    spec(
        {EXTRACT: "receipt_no | layout\n1 | street_crimes"},
        sources,
        "source | only_here | linked_percent\nstreet_crimes | 0 | ",
    )


def test_the_sentence_names_the_source_that_adds_most(duckdb_engine):
    answer = ask(duckdb_engine, TWO_SOURCES, sources, {})
    assert say(sources, answer) == (
        "2 sources are linked; the one that adds most is cse_panel: 1 young person has a recorded "
        "concern there and in no other source."
    )


def test_no_sources_are_said_to_be_none(duckdb_engine):
    assert say(sources, ask(duckdb_engine, {}, sources, {})) == "No source has been received."
