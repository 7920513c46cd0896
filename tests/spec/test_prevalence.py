"""What `prevalence` means."""

import pytest
from small_tables import as_cells, ask, say, withheld

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, MEMBERSHIP, PERSON

prevalence = get_measure("prevalence")

SOME = {
    CONCERN: """
        young_person | harm | role    | basis
        -------------+------+---------+------
        A            | SYV  | harmed  | event
        A            | SYV  | harming | event
        A            | CSE  | harmed  | list
        B            | SYV  | harming | event
        C            | SYV  | unknown | flag
        D            |      | unknown | list
    """,
    PERSON: """
        person_id | is_young | la_code | age | sex | ethnicity_group5
        A         | yes      | 901     | 15  | F   | black
        B         | yes      | 901     | 16  | M   |
        C         | yes      | 902     |     | M   | white
        D         | yes      | 902     | 12  | F   | white
    """,
}


def test_each_harm_counts_people_not_records_and_any_counts_each_once(spec):
    spec(
        SOME,
        prevalence,
        """
        harm | group | young_people
        Any  | All   | 3
        CSE  | All   | 1
        SYV  | All   | 3
        """,
    )


def test_a_person_harmed_and_harming_is_both_and_a_party_without_role_stays_unknown(spec):
    spec(
        SOME,
        prevalence,
        """
        harm | group   | young_people
        Any  | All     | 3
        Any  | both    | 1
        Any  | harming | 1
        Any  | unknown | 1
        CSE  | All     | 1
        CSE  | harmed  | 1
        SYV  | All     | 3
        SYV  | both    | 1
        SYV  | harming | 1
        SYV  | unknown | 1
        """,
        by="role",
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("authority", "harm|group|young_people\nAny|901|2\nAny|902|1\nAny|All|3"),
        ("age", "harm|group|young_people\nAny|14-15|1\nAny|16-17|1\nAny|All|3\nAny|not known|1"),
        ("sex", "harm|group|young_people\nAny|All|3\nAny|F|1\nAny|M|2"),
        ("ethnicity", "harm|group|young_people\nAny|All|3\nAny|black|1\nAny|not known|1\nAny|white|1"),
    ],
)
def test_groups_add_up_to_all_and_what_is_not_known_is_a_group(duckdb_engine, by, expected):
    answer = ask(duckdb_engine, SOME, prevalence, {"by": by})
    told = [(row["harm"], row["group"], str(row["young_people"])) for row in answer.to_pylist()]
    wanted = [tuple(line.split("|")) for line in expected.splitlines()[1:]]
    assert sorted(row for row in told if row[0] == "Any") == sorted(wanted)


def test_the_rate_is_per_thousand_on_a_school_roll(spec):
    answer = spec(
        {
            CONCERN: "young_person | harm\nP1 | SYV",
            MEMBERSHIP: "\n".join(
                [
                    "young_person | context_id | context_type | basis",
                    *(f"P{n} | S1 | school | roll" for n in range(1, 21)),
                    "P21 | S1 | school | stated",
                ]
            ),
        },
        prevalence,
        """
        harm | group | young_people | roll | rate_per_1000
        Any  | All   | 1            | 20   | 50.0
        SYV  | All   | 1            | 20   | 50.0
        """,
    )
    # Garwood's limits of 1 are 0.0253 and 5.5716.
    assert answer["low"].to_pylist()[0] == pytest.approx(0.025318 / 20 * 1000, rel=1e-4)
    assert answer["high"].to_pylist()[0] == pytest.approx(5.571643 / 20 * 1000, rel=1e-4)


def test_without_a_roll_there_is_no_rate(spec):
    spec(
        {CONCERN: "young_person | harm\nA | SYV"},
        prevalence,
        "harm|group|young_people|roll|rate_per_1000\nAny|All|1||\nSYV|All|1||",
    )


def test_one_role_alone_can_be_asked_for(spec):
    spec(
        SOME,
        prevalence,
        "harm|group|young_people\nAny|All|1\nCSE|All|1\nSYV|All|1",
        role="harmed",
    )


def test_the_sentence_says_the_whole_then_each_harm(duckdb_engine):
    answer = ask(duckdb_engine, SOME, prevalence, {})
    assert say(prevalence, answer) == "3 young people have a recorded concern: 1 of CSE, 3 of SYV."


def test_the_sentence_keeps_what_is_withheld(duckdb_engine):
    rows = as_cells(ask(duckdb_engine, SOME, prevalence, {}))
    withheld(rows, "young_people", where=lambda row: row["harm"] == "CSE")
    assert "[withheld] of CSE" in prevalence.sentence(rows, {})


def test_no_concerns_make_no_rows_but_a_sentence(duckdb_engine):
    answer = ask(duckdb_engine, {}, prevalence, {})
    assert say(prevalence, answer) == "No young person has a recorded concern of any kind of harm."


def test_labels_and_indicators_are_not_harms_unless_asked_for_by_name(spec):
    inputs = {CONCERN: "young_person | harm\nA | GANG\nB | ASB\nC | SYV"}
    spec(inputs, prevalence, "harm|group|young_people\nAny|All|1\nSYV|All|1")
    spec(inputs, prevalence, "harm|group|young_people\nAny|All|2\nGANG|All|1\nSYV|All|1", harm="gang, syv")
