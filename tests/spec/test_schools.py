"""What `schools` means."""

import pytest
from small_tables import as_cells, ask, say, withheld

from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.measures import get_measure
from kithmap.measures.schools import DERIVED
from kithmap.model.tables import CONCERN, CONTEXT, MEMBERSHIP

schools = get_measure("schools")

THREE_SCHOOLS = """
    context_id | context_type | code      | name          | roll
    S1         | school       | School 01 | Hartwell Park | 100
    S2         | school       | School 02 | Marsh Lane    | 100
    S3         | school       | School 03 | St Ide's      | 200
"""


def pupils(school: str, *people: str, basis: str = "roll") -> list[str]:
    return [f"{person} | {school} | school | {basis}" for person in people]


def members(*rows: list[str]) -> str:
    return "\n".join(
        ["young_person | context_id | context_type | basis", *(line for row in rows for line in row)]
    )


def concerned(*people: str) -> str:
    return "\n".join(["young_person | harm", *(f"{person} | SYV" for person in people)])


def test_each_school_is_set_against_what_its_roll_would_give(spec):
    spec(
        {
            CONCERN: concerned("A", "B", "C", "D"),
            CONTEXT: THREE_SCHOOLS,
            MEMBERSHIP: members(pupils("S1", "A", "B", "C"), pupils("S3", "D")),
        },
        schools,
        """
        school             | school_name   | roll | young_people | expected | rate_per_1000
        School 01          | Hartwell Park | 100  | 3            | 1.0      | 30.0
        School 02          | Marsh Lane    | 100  | 0            | 1.0      | 0.0
        School 03          | St Ide's      | 200  | 1            | 2.0      | 5.0
        No school recorded |               |      | 0            |          |
        All                |               | 400  | 4            |          | 10.0
        """,
    )


def test_a_person_with_two_schools_on_record_is_counted_at_the_one_whose_roll_holds_them(spec):
    spec(
        {
            CONCERN: concerned("A"),
            CONTEXT: THREE_SCHOOLS,
            MEMBERSHIP: members(pupils("S1", "A", basis="stated"), pupils("S3", "A")),
        },
        schools,
        """
        school             | young_people
        School 01          | 0
        School 02          | 0
        School 03          | 1
        No school recorded | 0
        All                | 1
        """,
    )


def test_those_with_no_school_on_record_are_counted_apart(spec):
    spec(
        {CONCERN: concerned("A", "B"), CONTEXT: THREE_SCHOOLS, MEMBERSHIP: members(pupils("S2", "B"))},
        schools,
        """
        school             | young_people
        School 01          | 0
        School 02          | 1
        School 03          | 0
        No school recorded | 1
        All                | 2
        """,
    )


def test_a_list_can_be_asked_about(spec):
    spec(
        {
            CONCERN: "young_person | silo | harm\nA | gangs | SYV\nB | CSE | CSE",
            CONTEXT: "context_id|context_type|code|roll\nS1|school|School 01|10",
            MEMBERSHIP: members(pupils("S1", "A", "B")),
        },
        schools,
        """
        school             | young_people
        School 01          | 1
        No school recorded | 0
        All                | 1
        """,
        list="Gangs",
    )


def test_an_authority_s_schools_count_all_their_pupils(spec):
    spec(
        {
            CONCERN: concerned("A", "B"),
            CONTEXT: """
                context_id | context_type | code      | roll | la_code
                S1         | school       | School 01 | 10   | 901
                S2         | school       | School 02 | 10   | 902
            """,
            MEMBERSHIP: members(pupils("S1", "A"), pupils("S2", "B")),
        },
        schools,
        """
        school             | young_people
        School 02          | 1
        No school recorded | 0
        All                | 1
        """,
        authority="902",
    )


def test_twenty_at_one_of_three_schools_are_concentrated(duckdb_engine):
    people = [f"P{n}" for n in range(20)]
    inputs = {CONCERN: concerned(*people), CONTEXT: THREE_SCHOOLS, MEMBERSHIP: members(pupils("S1", *people))}
    answer = ask(duckdb_engine, inputs, schools, {})
    assert say(schools, answer) == "Concentrated: 1 of 3 schools holds 100% of 20 young people (p = 0.001)."
    whole = answer.to_pylist()[-1]
    assert whole["statistic"] == pytest.approx(1.0)
    assert (whole["permutations"], whole["seed"]) == (999, 1)


def test_a_spread_as_the_rolls_are_is_said_to_be_so(duckdb_engine):
    inputs = {
        CONCERN: concerned(*(f"P{n}" for n in range(20))),
        CONTEXT: THREE_SCHOOLS,
        MEMBERSHIP: members(
            pupils("S1", *(f"P{n}" for n in range(5))),
            pupils("S2", *(f"P{n}" for n in range(5, 10))),
            pupils("S3", *(f"P{n}" for n in range(10, 20))),
        ),
    }
    sentence = say(schools, ask(duckdb_engine, inputs, schools, {}))
    assert sentence.startswith("Spread as the rolls alone would give: 1 of 3 schools holds 50%")


def test_the_same_seed_gives_the_same_p_value(duckdb_engine):
    inputs = {
        CONCERN: concerned("A", "B", "C"),
        CONTEXT: THREE_SCHOOLS,
        MEMBERSHIP: members(pupils("S1", "A", "B"), pupils("S3", "C")),
    }
    first, second = (ask(duckdb_engine, inputs, schools, {"seed": 7}) for _ in range(2))
    assert first.equals(second)


def test_the_shares_are_not_said_when_a_school_is_withheld(duckdb_engine):
    people = [f"P{n}" for n in range(20)]
    inputs = {CONCERN: concerned(*people), CONTEXT: THREE_SCHOOLS, MEMBERSHIP: members(pupils("S1", *people))}
    rows = as_cells(ask(duckdb_engine, inputs, schools, {}))
    withheld(rows, "young_people", where=lambda row: row["school"] == "School 02")
    assert schools.sentence(rows, {}) == (
        "20 young people in 3 schools, concentrated (p = 0.001); some schools' counts are withheld."
    )


def test_neither_rates_nor_the_test_tell_how_many_have_no_school_on_record(duckdb_engine):
    """25 of 28 are at schools, 62.5 in a thousand of 400 on roll: that rate would tell the other 3."""
    people = [f"P{n}" for n in range(28)]
    inputs = {
        CONCERN: concerned(*people),
        CONTEXT: THREE_SCHOOLS,
        MEMBERSHIP: members(pupils("S1", *people[:15]), pupils("S2", *people[15:20]), pupils("S3", *people[20:25])),
    }  # fmt: skip
    answer = ask(duckdb_engine, inputs, schools, {})
    rows = answer.to_pylist()
    assert [row["rate_per_1000"] for row in rows if row["school"] == "All"] == [62.5]
    shown = protect(rows, schools.rule, LEVELS[Level.R1])
    assert {str(row[name]) for row in shown for name in DERIVED} == {"[c]"}
    assert schools.sentence(shown, {}) == (
        "28 young people in 3 schools, with the test of their spread withheld; some schools' counts are withheld."
    )


def test_no_rows_are_said_to_be_none(duckdb_engine):
    answer = ask(duckdb_engine, {}, schools, {})
    assert [row["young_people"] for row in answer.to_pylist()] == [0, 0]
    assert say(schools, answer) == "No young person with the concern has a school on record."


def test_a_pupil_of_another_authoritys_school_is_not_counted_at_a_school_they_left(duckdb_engine):
    inputs = {
        CONCERN: concerned("A"),
        CONTEXT: """
            context_id | context_type | code      | roll | la_code
            S1         | school       | School 01 | 10   | 901
            S2         | school       | School 02 | 10   | 902
        """,
        MEMBERSHIP: members(pupils("S1", "A"), pupils("S2", "A", basis="stated")),
    }
    answer = ask(duckdb_engine, inputs, schools, {"authority": "902"})
    assert answer["young_people"].to_pylist() == [0, 0, 0]
