"""What gathering says of what protects young people."""

from datetime import date

import pytest
from small_records import gathered, told

from kithmap.contexts.strengths import kinds_of
from kithmap.model.codes import get_codes, words_of

STRENGTHS = {
    "mention": """
        row | person | part
        1   | P1     | 11
        2   | P2     |
    """,
    "protective_factor": """
        row | slot | code                            | observed_on
        1   | 1    | boxing club; supportive nan     | 2026-05-01
        2   | 1    | faith group                     |
        2   | 1    | her uncle Tobias                |
        3   |      | park warden                     | 2026-06-01
    """,
    "listing": "row | start_on\n2 | 2026-04-01",
    "event": "row\n3",
    "place_mention": "row | name_raw | type_raw\n3 | Hartwell Park | park",
}


def test_strengths_of_people_and_of_places_are_kept_by_kind_with_their_day(engine):
    gathered(engine, STRENGTHS)
    of_people = ("person_id", "part_id", "code", "observed_on")
    assert [row for row in told(engine, "strength", *of_people) if row[0]] == [
        ("P1", 11, "activity", date(2026, 5, 1)),
        ("P1", 11, "family", date(2026, 5, 1)),
        ("P2", None, "faith", date(2026, 4, 1)),
        ("P2", None, "family", date(2026, 4, 1)),
    ]
    of_contexts = ("context_type", "code", "observed_on")
    assert told(engine, "strength", *of_contexts, person_id=None) == [
        ("public_space", "guardian", date(2026, 6, 1))
    ]
    contexts = told(engine, "context", "context_id", place_type="park")
    assert told(engine, "strength", "context_id", person_id=None) == contexts


def test_no_word_of_the_source_is_kept_with_a_strength(duckdb_engine):
    gathered(duckdb_engine, STRENGTHS)
    rows = duckdb_engine.fetch(duckdb_engine.table("strength")).to_pylist()
    assert "Tobias" not in str(rows)


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("good relationship with YJ worker", {"trusted_adult"}),
        ("part-time work", {"work"}),
        ("Strong family support", {"family"}),
        ("creative - music", {"activity"}),
        ("artful", {"other"}),
        ("own_wish", {"own_wish"}),
    ],
)
def test_the_words_of_a_source_tell_the_kind_of_strength(written, kinds):
    assert kinds_of(written) == kinds


def test_every_word_for_a_strength_means_one_of_the_list():
    assert {kind for _, kind in words_of("strength_by_word")} <= {code.code for code in get_codes("strength")}
