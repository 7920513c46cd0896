"""What `strengths` means."""

from small_tables import ask, say

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, PERSON, STRENGTH

strengths = get_measure("strengths")

HARM_AND_SAFETY = {
    CONCERN: """
        young_person | harm | role
        A            | CSE  | harmed
        A            | SYV  | harming
        B            | SYV  | harming
        C            | SYV  | harmed
        D            | GANG | unknown
    """,
    STRENGTH: """
        young_person | context_id | code     | layout | receipt_no
        A            |            | family   | a_list | 1
        A            |            | activity | a_list | 1
        B            |            | family   | a_list | 1
        D            |            | faith    | a_list | 1
        E            |            | faith    | a_list | 1
                     | PARK       | guardian | a_list | 1
    """,
    PERSON: "young_person\nA\nB\nC\nD\nE",
}


def test_harm_and_what_protects_stand_side_by_side(spec):
    answer = spec(
        HARM_AND_SAFETY,
        strengths,
        """
        harm | recorded  | strength                   | young_people
        Any  | Something | Family or carer who supports | 2
        Any  | Something | Sport, arts, clubs         | 1
        Any  | All       | All                        | 3
        Any  | Nothing   | All                        | 1
        Any  | Something | All                        | 2
        CSE  | Something | Family or carer who supports | 1
        CSE  | Something | Sport, arts, clubs         | 1
        CSE  | All       | All                        | 1
        CSE  | Something | All                        | 1
        SYV  | Something | Family or carer who supports | 2
        SYV  | Something | Sport, arts, clubs         | 1
        SYV  | All       | All                        | 3
        SYV  | Nothing   | All                        | 1
        SYV  | Something | All                        | 2
        """,
    )
    assert say(strengths, answer) == (
        "3 young people have a recorded concern: of 2 something is recorded that protects them "
        "(2 family or carer who supports, 1 sport, arts, clubs), of 1 nothing, which does not say that nothing does."
    )


def test_a_person_in_two_parts_is_counted_once(spec):
    spec(
        {
            CONCERN: "young_person | part_id | harm\nA | 11 | CSE\nA | 22 | CSE",
            STRENGTH: """
                young_person | part_id | code   | layout | receipt_no
                A            | 11      | family | a_list | 1
                A            | 22      | family | a_list | 1
            """,
        },
        strengths,
        """
        harm | recorded  | strength                   | young_people
        Any  | Something | Family or carer who supports | 1
        Any  | All       | All                        | 1
        Any  | Something | All                        | 1
        CSE  | Something | Family or carer who supports | 1
        CSE  | All       | All                        | 1
        CSE  | Something | All                        | 1
        """,
    )


def test_only_those_asked_about_are_counted(duckdb_engine):
    rows = ask(duckdb_engine, HARM_AND_SAFETY, strengths, {"role": "harmed", "harm": "SYV"}).to_pylist()
    assert {(row["recorded"], row["young_people"]) for row in rows if row["harm"] == "SYV"} == {
        ("All", 1), ("Nothing", 1),
    }  # fmt: skip


def test_without_a_concern_there_is_nothing_to_say(duckdb_engine):
    answer = ask(duckdb_engine, {}, strengths, {})
    assert say(strengths, answer) == "No young person has a recorded concern of any kind of harm."
