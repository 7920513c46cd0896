"""What the range of a count of people means: small draws of linkage in, a small range out."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from small_tables import ARROW, as_cell, everybody, fill, read_rows

from kithmap.desk.asked import Asked
from kithmap.desk.movers import find_movers
from kithmap.desk.ranges import with_ranges
from kithmap.desk.scope import Scope
from kithmap.governance.cells import Cell, Status
from kithmap.measures import get_measure, registered
from kithmap.measures.population import people_in_words, range_in_words
from kithmap.model.tables import (
    CONCERN,
    DRAW_ALIKE,
    EXTRACT,
    IDENTITY,
    IDENTITY_DRAW,
    LINK,
    PERSON,
    PERSON_SOURCE,
)
from kithmap.register.builds import PUBLISHED, BuildRecord
from kithmap.stats.audit import AuditPosterior

EXTRACTS = "receipt_no | layout | holder\n1 | cse_list | Council\n2 | gangs_list | Police"
# A is published as one person of two parts, whose link is in doubt; B and C as two who may be one.
CONCERNS = """
    young_person | part_id | silo  | harm | holder  | receipt_no | layout
    A            | 11      | CSE   | CSE  | Council | 1          | cse_list
    A            | 12      | gangs | SYV  | Police  | 2          | gangs_list
    B            | 21      | CSE   | CSE  | Council | 1          | cse_list
    C            | 31      | gangs | SYV  | Police  | 2          | gangs_list
    D            |         | CSE   | CSE  | Council | 1          | cse_list
    D            |         | gangs | SYV  | Police  | 2          | gangs_list
"""
SOURCES = """
    young_person | part_id | receipt_no | layout
    A            | 11      | 1          | cse_list
    A            | 12      | 2          | gangs_list
    B            | 21      | 1          | cse_list
    C            | 31      | 2          | gangs_list
    D            |         | 1          | cse_list
    D            |         | 2          | gangs_list
"""


def draws_of(parted, joined, number):
    """Draws in the first `parted` of which A is two people, and in the first `joined` B and C are one."""
    rows = [(1, part, part, 11) for part in (11, 12) if parted]
    rows += [(1, part, 21, 21) for part in (21, 31) if joined]
    alike = [(draw, group, 1) for group, most in ((11, parted), (21, joined)) for draw in range(1, most + 1)]
    return {IDENTITY_DRAW: as_table(IDENTITY_DRAW, rows), DRAW_ALIKE: as_table(DRAW_ALIKE, alike)}


def as_table(declared, rows):
    columns = list(zip(*rows, strict=True)) or [[] for _ in declared.columns]
    schema = pa.schema([(column.name, ARROW[column.type]) for column in declared.columns])
    return pa.table([pa.array(values) for values in columns], names=declared.names).cast(schema)


def build_of(number):
    day = datetime(2026, 11, 21, tzinfo=UTC)
    figures = {"draws": {"number": number}} if number else {}
    return BuildRecord("B1", "duckdb", PUBLISHED, "B1.duckdb", day, day, {"figures": figures})


def ranged(engine, measure, drawn, number, posterior=None, **options):
    """The rows of a measure with its ranges, on the tables above and these draws."""
    given = {CONCERN: CONCERNS, PERSON_SOURCE: SOURCES, EXTRACT: EXTRACTS}
    rows = {table: read_rows(text) for table, text in given.items()}
    rows[PERSON] = everybody(rows)
    for table in {*measure.inputs, *rows}:
        engine.hold(table.name, fill(table, rows.get(table, [])))
    for table, drawn_rows in drawn.items():
        engine.hold(table.name, drawn_rows)
    asked = Asked(engine, Scope(frozenset({1, 2}), {}), build_of(number), measure, options)
    tables = [engine.table(table.name) for table in measure.inputs]
    answer = engine.fetch(measure.build(*tables, **options))
    answer = measure.finish(answer) if measure.finish else answer
    return with_ranges(asked, answer, posterior).to_pylist()


def ends(rows, count="young_people", **where):
    row = next(row for row in rows if all(row[name] == value for name, value in where.items()))
    return row[f"{count}_low"], row[count], row[f"{count}_high"]


overlap = get_measure("overlap")


def test_without_draws_an_answer_is_as_it_was(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(0, 0, 0), 0)
    assert set(rows[0]) == {"lists", "kind", "young_people"}


def test_where_no_draw_changes_anything_the_range_is_the_count(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(0, 0, 20), 20)
    assert all(row["young_people_low"] == row["young_people"] == row["young_people_high"] for row in rows)


def test_a_link_that_may_be_wrong_makes_one_more_of_one(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(8, 0, 20), 20)
    assert ends(rows, kind="all") == (4, 4, 5)
    assert ends(rows, lists="CSE + gangs") == (1, 2, 2)
    assert ends(rows, lists="CSE", kind="combination") == (1, 1, 2)
    # On a list they are in either case.
    assert ends(rows, lists="CSE", kind="total") == (3, 3, 3)


def test_a_link_that_may_have_been_missed_makes_one_of_two(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(0, 8, 20), 20)
    assert ends(rows, kind="all") == (3, 4, 4)
    assert ends(rows, lists="CSE + gangs") == (2, 2, 3)


def test_a_draw_that_changes_two_people_changes_both_at_once(duckdb_engine):
    # In the same draws one person becomes two and two become one: there are four all along.
    rows = ranged(duckdb_engine, overlap, draws_of(8, 8, 20), 20)
    assert ends(rows, kind="all") == (4, 4, 4)


def seen_to_be(shift):
    """What a sample says that found nothing missed or wrong, but doubtful links likelier or less so."""
    all_right = np.ones(100)
    return AuditPosterior(
        (), np.ones((100, 0)), np.ones((100, 0)), all_right, all_right, records=200, shift=shift
    )


@pytest.mark.parametrize(("shift", "all_of_them"), [(-5.0, (4, 4, 4)), (0.0, (3, 4, 4)), (5.0, (3, 4, 3))])
def test_a_doubtful_link_counts_for_as_much_as_a_sample_finds_such_links_right(
    duckdb_engine, shift, all_of_them
):
    rows = ranged(duckdb_engine, overlap, draws_of(0, 8, 20), 20, seen_to_be(shift))
    assert ends(rows, kind="all") == all_of_them
    # That nobody has confirmed the link is so all the same.
    rows = ranged(duckdb_engine, overlap, draws_of(8, 0, 20), 20, seen_to_be(shift))
    told = {row["lists"]: row["young_people_unsure"] for row in rows if row["kind"] == "combination"}
    assert told["CSE + gangs"] == 1


def test_published_links_that_prove_right_are_parted_by_no_draw(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(8, 0, 20), 20, seen_to_be(5.0))
    assert ends(rows, kind="all") == (4, 4, 4)
    rows = ranged(duckdb_engine, get_measure("prevalence"), draws_of(8, 0, 20), 20, seen_to_be(5.0))
    assert ends(rows, harm="Any") == (4, 4, 4)


def test_what_one_draw_in_forty_does_is_not_in_the_range(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(4, 0, 200), 200)
    assert ends(rows, kind="all") == (4, 4, 4)
    rows = ranged(duckdb_engine, overlap, draws_of(6, 0, 200), 200)
    assert ends(rows, kind="all") == (4, 4, 5)


def test_those_who_rest_on_a_link_that_may_be_wrong_are_counted(duckdb_engine):
    for parted, unsure in ((9, 0), (10, 1)):
        rows = ranged(duckdb_engine, overlap, draws_of(parted, 30, 200), 200)
        told = {row["lists"]: row["young_people_unsure"] for row in rows if row["kind"] == "combination"}
        assert told == {"CSE": None, "gangs": None, "CSE + gangs": unsure}


def test_a_combination_that_nobody_is_published_under_changes_the_others_all_the_same(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(0, 20, 20), 20, lists="CSE, gangs")
    assert ends(rows, lists="CSE", kind="combination") == (0, 1, 0)


def test_prevalence_of_one_harm_does_not_change_where_two_of_different_harms_are_one(duckdb_engine):
    rows = ranged(duckdb_engine, get_measure("prevalence"), draws_of(8, 0, 20), 20)
    assert ends(rows, harm="Any") == (4, 4, 5)
    assert ends(rows, harm="CSE") == (3, 3, 3)


def test_a_source_gains_those_whom_it_shares_with_no_other(duckdb_engine):
    rows = ranged(duckdb_engine, get_measure("sources"), draws_of(8, 0, 20), 20)
    assert ends(rows, "only_here", source="cse_list") == (1, 1, 2)
    assert ends(rows, "seen_before", source="gangs_list") == (1, 2, 2)


@pytest.mark.parametrize("measure", registered(), ids=lambda measure: measure.name)
def test_every_measure_of_people_has_a_range_of_each_count_of_them(measure, duckdb_engine):
    rows = ranged(duckdb_engine, measure, draws_of(8, 8, 20), 20)
    for count in measure.rule.people:
        assert all(f"{count}_low" in row and f"{count}_high" in row for row in rows)
    # Events are no people: a draw changes who took part, not how many there are. Groups are found once, of the
    # people as published, and their being large enough to be shown is no sum of what a draw changes.
    assert bool(measure.rule.people) == (measure.name not in ("peer_test", "places", "peer_groups"))


@pytest.mark.parametrize("measure", registered(), ids=lambda measure: measure.name)
def test_drawn_as_published_every_measure_counts_as_published(measure, duckdb_engine):
    """The measure built on drawn rows, and on published ones, is one and the same measure."""
    from kithmap.desk.ranges import find_drawn

    # A draw that parts A, and one that joins nobody: the second must leave every count as it is.
    ranged(duckdb_engine, measure, draws_of(1, 0, 2), 2)
    asked = Asked(duckdb_engine, Scope(frozenset({1, 2}), {}), build_of(2), measure, {})
    if not measure.rule.people:
        return
    tables = [duckdb_engine.table(table.name) for table in measure.inputs]
    answer = duckdb_engine.fetch(measure.build(*tables))
    for name, drawn in find_drawn(asked, answer).items():
        assert drawn.counts[1, : answer.num_rows].tolist() == answer[name].to_pylist()
        assert np.isin(drawn.counts[1, answer.num_rows :], [0]).all()


def test_the_sentence_says_ranges_and_how_many_rest_on_doubtful_links(duckdb_engine):
    rows = ranged(duckdb_engine, overlap, draws_of(20, 8, 200), 200)
    cells = [{name: as_cell(value) for name, value in row.items()} for row in rows]
    assert overlap.sentence(cells, {"by": "list"}) == (
        "3 + 3 = 4 young people (4 to 5), not 6: 2 are on both lists (1 to 2); "
        "1 of them rests on links nobody has confirmed."
    )


def test_a_count_outside_its_range_is_said_to_be_less_likely():
    row = {"young_people": Cell(49), "young_people_low": Cell(43), "young_people_high": Cell(48)}
    assert people_in_words(row, "young_people") == "49 young people (more likely 43 to 48)"


def test_a_withheld_count_has_no_range_in_words():
    row = dict.fromkeys(("n", "n_low", "n_high"), Cell(None, Status.WITHHELD))
    assert range_in_words(row, "n") == ""


IDENTITIES = """
    mention_id | person_id | decided_by | part_id
    110        | A         | model      | 11
    120        | A         | model      | 12
    210        | B         | alone      | 21
    310        | C         | alone      | 31
    311        | C         | identical  | 31
"""
LINKS = """
    mention_id | other_mention_id | match_weight | match_probability
    110        | 120              | 5.0          | 0.97
    210        | 310              | -1.0         | 0.30
    210        | 311              | -2.0         | 0.20
"""


def test_the_link_that_moves_an_answer_most_comes_first(duckdb_engine):
    ranged(duckdb_engine, overlap, draws_of(20, 80, 200), 200)
    for table, text in ((IDENTITY, IDENTITIES), (LINK, LINKS)):
        duckdb_engine.hold(table.name, fill(table, read_rows(text)))
    asked = Asked(duckdb_engine, Scope(frozenset({1, 2}), {}), build_of(200), overlap, {})
    movers = find_movers(asked)
    assert [(mover.mention_id, mover.other_mention_id) for mover in movers] == [(210, 310), (110, 120)]
    # Each pair alone explains all its group does: four cells move by one person, with p (1 - p).
    assert [mover.effect for mover in movers] == pytest.approx([4 * 0.4 * 0.6, 4 * 0.1 * 0.9])


def test_nothing_moves_an_answer_that_has_no_range(duckdb_engine):
    ranged(duckdb_engine, overlap, draws_of(0, 0, 200), 200)
    asked = Asked(duckdb_engine, Scope(frozenset({1, 2}), {}), build_of(200), overlap, {})
    assert find_movers(asked) == ()
