"""Promises every measure keeps, whatever it asks."""

import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from small_tables import ask, say

import kithmap.measures
from kithmap.errors import NotFound, WouldDisclose
from kithmap.governance.cells import Cell
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.rules import Sets, Sums
from kithmap.governance.vocabulary import Described, check_known, describe
from kithmap.measures import get_measure, registered
from kithmap.measures.measure import Measure
from kithmap.model.columns import Sensitivity
from kithmap.model.tables import CONCERN, EXTRACT, IDENTITY, LINK, PERSON_NAME

PARTS = {"measure", "population"}
SOMEBODY = {
    CONCERN: """
        young_person | silo  | harm | role
        A            | CSE   | CSE  | harmed
        A            | gangs | SYV  | harming
        B            | gangs | SYV  | unknown
    """,
    EXTRACT: "receipt_no | layout\n1 | a_list",
}

every_measure = pytest.mark.parametrize("measure", registered(), ids=lambda measure: measure.name)


def documented_columns(measure: Measure) -> list[str]:
    return re.findall(r"`([a-z0-9_]+)`", measure.get_part("Columns"))


def test_a_file_in_measures_is_a_registered_measure_and_the_reverse():
    folder = Path(kithmap.measures.__path__[0])
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"} - PARTS
    assert files == {measure.name for measure in registered()}


def test_an_unknown_measure_is_not_found_and_the_near_one_is_offered():
    with pytest.raises(NotFound, match="Did you mean 'overlap'"):
        get_measure("overlaps")


@every_measure
def test_it_asks_a_question_in_words(measure):
    assert measure.question.endswith("?")
    assert measure.question[0].isupper()


@every_measure
def test_its_docstring_has_the_parts_in_their_order(measure):
    headings = [name for name in ("Shape", "Unit", "Columns", "Raises", "Source") if measure.get_part(name)]
    assert {"Shape", "Unit", "Columns", "Source"} <= set(headings)
    places = [measure.description.index(f"{name}:") for name in headings]
    assert places == sorted(places)
    first = measure.description.splitlines()[0]
    assert len(first) < 100
    assert first.endswith(".")


@every_measure
def test_it_says_its_unit(measure):
    assert any(word in measure.unit for word in ("young people", "contexts", "events"))


@every_measure
def test_it_reads_no_table_that_names_a_person(measure):
    assert not {IDENTITY, LINK, PERSON_NAME} & set(measure.inputs)


@every_measure
def test_no_input_it_reads_is_identifying(measure):
    columns = [column for table in measure.inputs for column in table.columns]
    assert not [column.name for column in columns if column.sensitivity is Sensitivity.IDENTIFYING]


@every_measure
def test_its_options_have_types_and_defaults(measure):
    for option in measure.options.values():
        assert option.annotation is not inspect.Parameter.empty
        assert option.default is not inspect.Parameter.empty


@every_measure
def test_it_runs_on_no_rows(measure, duckdb_engine):
    answer = ask(duckdb_engine, {}, measure, {})
    assert say(measure, answer).endswith(".")


@every_measure
def test_its_answer_has_the_columns_its_docstring_names(measure, duckdb_engine):
    answer = ask(duckdb_engine, SOMEBODY, measure, {})
    assert set(answer.column_names) <= set(documented_columns(measure))


@every_measure
def test_its_rule_covers_every_number(measure, duckdb_engine):
    answer = ask(duckdb_engine, SOMEBODY, measure, {})
    rule = measure.rule
    guarded = {*rule.counts, *rule.hidden, *(name for name, _ in rule.derived)}
    assert guarded <= set(answer.column_names)
    about_people = set(answer.column_names) - guarded
    # What is left tells of schools, files and settings, never of the young people counted.
    assert about_people <= {
        "lists", "kind", "harm", "harmed_by", "group", "roll", "school", "school_name", "authority", "context_type",
        "recorded", "strength", "residents", "permutations", "seed", "source", "holder", "place_in_order", "rows", "refused",
        "place", "peer_group", "linked_to", "quarter", "changes",
    }  # fmt: skip


def choices(measure: Measure) -> list[dict[str, str]]:
    """The default options, and each choice of every option that has a list of them."""
    defaults = {name: option.default for name, option in measure.options.items()}
    return [defaults] + [
        {**defaults, name: choice}
        for name, option in measure.options.items()
        for choice in get_args(option.annotation)
        if choice != option.default
    ]


@every_measure
def test_the_ledger_of_releases_knows_whom_each_of_its_counts_is_of(measure, duckdb_engine):
    """Whatever is asked of it: what the ledger cannot read meets no earlier release, and so is refused."""
    for options in choices(measure):
        rows = ask(duckdb_engine, SOMEBODY, measure, options).to_pylist()
        shown = [
            {name: Cell(value) if name in measure.rule.counts else value for name, value in row.items()}
            for row in rows
        ]
        said = describe(
            Described(measure.name, options, measure.rule, "people"), rows, shown, LEVELS[Level.R1]
        )
        counts = [row[name] for row in rows for name in measure.rule.counts if row[name] is not None]
        assert len([each for each in said if each.row >= 0]) == len(counts)


@every_measure
def test_a_column_a_count_or_an_option_that_the_ledger_does_not_know_is_refused_at_release(measure):
    defaults = {name: option.default for name, option in measure.options.items()}
    labels = {"harm": "CSE", **dict.fromkeys(measure.rule.counts, 9)}
    check_known(Described(measure.name, defaults, measure.rule, "people"), [labels])
    for row, options, rule in (
        ({**labels, "shoe_size": "38"}, defaults, measure.rule),
        (labels, {**defaults, "shoe_size": 38}, measure.rule),
        (labels, {**defaults, "by": "shoe_size"}, measure.rule),
        (labels, defaults, replace(measure.rule, counts=(*measure.rule.counts, "shoe_size"))),
    ):
        with pytest.raises(WouldDisclose, match="shoe_size") as refused:
            check_known(Described(measure.name, options, rule, "people"), [row])
        assert "governance/vocabulary.py" in refused.value.do


@every_measure
def test_no_answer_has_a_row_for_a_person_or_a_score(measure, duckdb_engine):
    answer = ask(duckdb_engine, SOMEBODY, measure, {})
    assert not [name for name in answer.column_names if re.search(r"person_id|mention|score|rank|risk", name)]
    assert not {"A", "B"} & {value for row in answer.to_pylist() for value in row.values()}


@every_measure
def test_its_rows_add_up_as_its_rule_says(measure, duckdb_engine):
    rows = ask(duckdb_engine, SOMEBODY, measure, {}).to_pylist()
    match measure.rule.adds_up:
        case Sums(columns=(column,), total=total):
            labels = [name for name in ("harm", "strength") if rows and name in rows[0]]
            for whole in (row for row in rows if row[column] == total):
                parts = [
                    row for row in rows if row[column] != total and all(row[k] == whole[k] for k in labels)
                ]
                for count in measure.rule.counts if parts else ():
                    assert sum(row[count] for row in parts) == whole[count]
        case Sets(column=column, kind_column=kind):
            exact = [row for row in rows if row[kind] == "combination"]
            for whole in (row for row in rows if row[kind] == "total"):
                holding = [row for row in exact if whole[column] in row[column].split(" + ")]
                assert sum(row["young_people"] for row in holding) == whole["young_people"]
        case None:
            pass


@every_measure
def test_the_same_question_twice_gives_the_same_answer(measure, duckdb_engine):
    first, second = (ask(duckdb_engine, SOMEBODY, measure, {}) for _ in range(2))
    assert first.equals(second)
