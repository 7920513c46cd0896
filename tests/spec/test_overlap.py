"""What `overlap` means."""

from small_tables import as_cells, ask, say, withheld

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, PERSON

overlap = get_measure("overlap")

THREE_ON_TWO_LISTS = {
    CONCERN: """
        young_person | silo  | harm
        -------------+-------+-----
        A            | CSE   | CSE
        A            | gangs | SYV
        B            | CSE   | CSE
        C            | gangs | SYV
    """
}


def test_a_person_on_two_lists_is_counted_once(spec):
    spec(
        THREE_ON_TWO_LISTS,
        overlap,
        """
        lists       | kind        | young_people
        ------------+-------------+-------------
        All         | all         | 3
        CSE         | combination | 1
        CSE + gangs | combination | 1
        gangs       | combination | 1
        CSE         | total       | 2
        gangs       | total       | 2
        """,
    )


def test_being_on_a_list_twice_counts_once(spec):
    spec(
        {
            CONCERN: """
                young_person | silo | la_code
                A            | CSE  | 901
                A            | CSE  | 902
            """
        },
        overlap,
        """
        lists | kind        | young_people
        All   | all         | 1
        CSE   | combination | 1
        CSE   | total       | 1
        """,
    )


def test_someone_taken_off_a_list_leaves_the_view(spec):
    spec(
        {
            CONCERN: """
                young_person | silo  | end_on
                A            | gangs | 2026-03-01
                B            | gangs |
            """
        },
        overlap,
        """
        lists | kind        | young_people
        All   | all         | 1
        gangs | combination | 1
        gangs | total       | 1
        """,
    )


def test_people_known_to_be_adults_are_not_counted_and_unknown_ages_only_when_asked_for(spec):
    inputs = {
        CONCERN: """
            young_person | silo
            A            | CSE
            B            | CSE
            C            | CSE
        """,
        PERSON: """
            person_id | is_young
            A         | yes
            B         | no
            C         |
        """,
    }
    spec(inputs, overlap, "lists | kind | young_people\nAll|all|1\nCSE|combination|1\nCSE|total|1")
    spec(
        inputs,
        overlap,
        "lists | kind | young_people\nAll|all|2\nCSE|combination|2\nCSE|total|2",
        ages="under 18 or not known",
    )


def test_only_the_lists_asked_for_are_compared(spec):
    spec(
        {
            CONCERN: """
                young_person | silo
                A            | CSE
                A            | gangs
                A            | MARAC
            """
        },
        overlap,
        """
        lists       | kind        | young_people
        All         | all         | 1
        CSE + gangs | combination | 1
        CSE         | total       | 1
        gangs       | total       | 1
        """,
        lists="cse, Gangs",
    )


def test_by_harm_compares_kinds_of_harm_wherever_they_are_recorded(spec):
    spec(
        {
            CONCERN: """
                young_person | silo | harm | basis
                A            | CSE  | CSE  | list
                A            |      | SYV  | event
                B            |      | SYV  | flag
                C            | MASH |      | list
            """
        },
        overlap,
        """
        lists     | kind        | young_people
        All       | all         | 2
        CSE + SYV | combination | 1
        SYV       | combination | 1
        CSE       | total       | 1
        SYV       | total       | 2
        """,
        by="harm",
    )


def test_an_authority_counts_its_own_young_people(spec):
    spec(
        THREE_ON_TWO_LISTS
        | {
            PERSON: """
                person_id | la_code | is_young
                A         | 901     | yes
                B         | 902     | yes
                C         | 902     | yes
            """
        },
        overlap,
        """
        lists | kind        | young_people
        All   | all         | 2
        CSE   | combination | 1
        gangs | combination | 1
        CSE   | total       | 1
        gangs | total       | 1
        """,
        authority="902",
    )


def two_lists(on_first: int, on_second: int, on_both: int) -> str:
    """Rows of two lists that share people."""
    first = [f"P{n} | CSE" for n in range(on_first)]
    second = [f"P{n} | gangs" for n in range(on_first - on_both, on_first - on_both + on_second)]
    return "\n".join(["young_person | silo", *first, *second])


def test_thirty_and_thirty_with_fifteen_on_both_are_forty_five_not_sixty(duckdb_engine):
    answer = ask(duckdb_engine, {CONCERN: two_lists(30, 30, 15)}, overlap, {})
    assert say(overlap, answer) == "30 + 30 = 45 young people, not 60: 15 are on both lists."


def test_thirty_and_another_thirty_are_sixty(duckdb_engine):
    answer = ask(duckdb_engine, {CONCERN: two_lists(30, 30, 0)}, overlap, {})
    assert say(overlap, answer) == "30 + 30 = 60 young people: none is on both lists."


def test_three_kinds_of_harm_are_said_with_their_names(duckdb_engine):
    inputs = {CONCERN: "young_person | harm\nA|CSE\nA|SYV\nB|HSB\nC|SYV"}
    answer = ask(duckdb_engine, inputs, overlap, {"by": "harm"})
    assert say(overlap, answer, by="harm") == (
        "1 + 1 + 2 (CSE, HSB, SYV) = 3 young people, not 4: 1 is recorded under more than one kind of harm."
    )


def test_a_withheld_count_is_said_to_be_withheld(duckdb_engine):
    rows = as_cells(ask(duckdb_engine, {CONCERN: two_lists(30, 4, 2)}, overlap, {}))
    withheld(rows, "young_people", where=lambda row: row["lists"] in ("gangs", "CSE + gangs"))
    assert overlap.sentence(rows, {"by": "list"}) == (
        "30 + [withheld] = 32 young people: how many are on both lists is withheld."
    )


def test_with_no_rows_the_sentence_says_so(duckdb_engine):
    answer = ask(duckdb_engine, {}, overlap, {})
    assert answer.to_pylist() == [{"lists": "All", "kind": "all", "young_people": 0}]
    assert say(overlap, answer) == "No young person is recorded under any list that was asked about."
