"""A person whose linkage is in doubt has a row for each part, and is counted once all the same."""

from kithmap.measures import get_measure
from kithmap.model.tables import (
    CONCERN,
    CONTEXT,
    EVENT,
    EVENT_CONTEXT,
    EXTRACT,
    MEMBERSHIP,
    PARTY,
    PERSON_SOURCE,
)

CONCERNS = """
    young_person | part_id | silo  | harm | role   | source
    A            | 11      | CSE   | CSE  | harmed | cse_panel
    A            | 22      | CSE   | CSE  | harmed | cse_panel
    A            | 22      | gangs | SYV  | harmed | gangs_panel
    B            |         | gangs | SYV  | harmed | gangs_panel
"""
MEMBERSHIPS = """
    young_person | part_id | context_id | context_type | basis  | source
    A            | 11      | S1         | school       | roll   | census
    A            | 22      | S1         | school       | roll   | census
    B            |         | S1         | school       | roll   | census
    A            | 11      | F1         | family       | stated | census
    A            | 22      | F1         | family       | stated | census
"""


def test_overlap_counts_them_once(spec):
    spec(
        {CONCERN: CONCERNS},
        get_measure("overlap"),
        """
        lists       | kind        | young_people
        All         | all         | 2
        CSE + gangs | combination | 1
        gangs       | combination | 1
        CSE         | total       | 1
        gangs       | total       | 2
        """,
    )


def test_prevalence_counts_them_once_and_once_on_the_roll(spec):
    spec(
        {CONCERN: CONCERNS, MEMBERSHIP: MEMBERSHIPS},
        get_measure("prevalence"),
        """
        harm | group | young_people | roll
        Any  | All   | 2            | 2
        CSE  | All   | 1            | 2
        SYV  | All   | 2            | 2
        """,
    )


def test_schools_counts_them_at_one_school(spec):
    spec(
        {
            CONCERN: CONCERNS,
            MEMBERSHIP: MEMBERSHIPS,
            CONTEXT: "context_id | context_type | code | roll\nS1 | school | School 01 | 100",
        },
        get_measure("schools"),
        """
        school             | young_people
        School 01          | 2
        No school recorded | 0
        All                | 2
        """,
    )


def test_shared_contexts_counts_them_once_by_membership_and_by_event(spec):
    spec(
        {
            CONCERN: CONCERNS,
            MEMBERSHIP: MEMBERSHIPS,
            EVENT: "event_id | harm\nE1 | SYV",
            PARTY: "event_id | young_person | part_id | role\nE1 | A | 11 | harmed\nE1 | A | 22 | harmed",
            EVENT_CONTEXT: "event_id | context_id | context_type\nE1 | PARK | public_space",
        },
        get_measure("shared_contexts"),
        """
        harm | context_type | young_people | contexts | shared_contexts
        Any  | family       | 1            | 1        | 1
        CSE  | family       | 1            | 1        | 1
        SYV  | family       | 1            | 1        | 1
        Any  | public_space | 1            | 1        | 0
        SYV  | public_space | 1            | 1        | 0
        Any  | school       | 2            | 1        | 1
        CSE  | school       | 1            | 1        | 1
        SYV  | school       | 2            | 1        | 1
        """,
    )


def test_sources_counts_them_once_a_source(spec):
    spec(
        {
            EXTRACT: "receipt_no | layout\n1 | cse_panel\n2 | gangs_panel",
            PERSON_SOURCE: """
                young_person | part_id | source      | receipt_no
                A            | 11      | cse_panel   | 1
                A            | 22      | cse_panel   | 1
                A            | 22      | gangs_panel | 2
                B            |         | gangs_panel | 2
            """,
            CONCERN: CONCERNS,
        },
        get_measure("sources"),
        """
        source      | only_here | first_here | seen_before | young_people_of_concern | concerns_only_here
        cse_panel   | 0         | 1          | 0           | 1                       | 0
        gangs_panel | 1         | 0          | 1           | 2                       | 1
        """,
    )
