"""The counts of a measure against the same counts made with Python's sets."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import fill

from kithmap.engines import duckdb
from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, MEMBERSHIP, PERSON

PEOPLE = st.sampled_from("ABCDEFGH")
concerns = st.lists(
    st.fixed_dictionaries(
        {
            "person_id": PEOPLE,
            "list": st.sampled_from(["CSE", "gangs", "MARAC", ""]),
            "harm": st.sampled_from(["CSE", "SYV", "HSB", "GANG", ""]),
            "role": st.sampled_from(["harmed", "harming", "unknown"]),
            "end_on": st.sampled_from(["", "2026-01-01"]),
        }
    ),
    max_size=20,
)
people = st.fixed_dictionaries({person: st.sampled_from(["yes", "no", ""]) for person in "ABCDEFGH"})


@pytest.fixture(scope="module")
def one_engine():
    """One engine for many examples: each holds its own tables under the same names."""
    with duckdb.memory() as engine:
        yield engine


def answer(engine, measure, rows, ages, **options):
    persons = [{"person_id": person, "is_young": age} for person, age in ages.items()]
    given = {CONCERN: rows, PERSON: persons, MEMBERSHIP: []}
    held = [engine.hold(table.name, fill(table, given[table])) for table in measure.inputs]
    return engine.fetch(measure.build(*held, **options)).to_pylist()


@settings(max_examples=25, deadline=None)
@given(concerns, people)
def test_overlap_counts_as_sets_do(one_engine, rows, ages):
    lists = defaultdict(set)
    for row in rows:
        if row["list"] and not row["end_on"] and ages.get(row["person_id"]) == "yes":
            lists[row["person_id"]].add(row["list"])
    exact = Counter(" + ".join(sorted(names)) for names in lists.values())
    told = answer(one_engine, get_measure("overlap"), rows, ages)
    assert {row["lists"]: row["young_people"] for row in told if row["kind"] == "combination"} == dict(exact)
    assert next(row["young_people"] for row in told if row["kind"] == "all") == len(lists)
    totals = {row["lists"]: row["young_people"] for row in told if row["kind"] == "total"}
    assert totals == dict(Counter(name for names in lists.values() for name in names))


@settings(max_examples=25, deadline=None)
@given(concerns, people)
def test_prevalence_counts_each_person_once_and_in_one_role(one_engine, rows, ages):
    harms = defaultdict(set)
    for row in rows:
        young = ages.get(row["person_id"]) == "yes"
        if young and not row["end_on"] and row["harm"] not in ("", "GANG"):
            harms[row["harm"]].add(row["person_id"])
            harms["Any"].add(row["person_id"])
    told = answer(one_engine, get_measure("prevalence"), rows, ages, by="role")
    whole = {row["harm"]: row["young_people"] for row in told if row["group"] == "All"}
    assert whole == {harm: len(persons) for harm, persons in harms.items()}
    parts = Counter()
    for row in told:
        parts[row["harm"]] += row["young_people"] if row["group"] != "All" else 0
    assert parts == whole
