"""Who linkage says the people of an audit sample are: as decided, and over its draws."""

import pyarrow as pa
import pytest

from kithmap.desk.audited_people import People
from kithmap.engines import duckdb
from kithmap.engines.engine import Engine

# Mentions 1 and 2 are surely one person. 3 and 4 are two parts that one of four draws joins, and linkage does not.
IDENTITY = {
    "mention_id": [1, 2, 3, 4, 5],
    "person_id": ["P1", "P1", "P3", "P4", "P5"],
    "part_id": [None, None, 3, 4, None],
    "signature": [1, 2, 3, 4, 1],
}
DRAWS = {"draw": [1, 1, 2, 2], "part_id": [3, 4] * 2, "drawn_id": [3, 3, 3, 4], "group_id": [3] * 4}
ALIKE = {"draw": [1, 2, 3, 4], "group_id": [3] * 4, "same_as": [1, 2, 2, 2]}
PEOPLE = {
    "person_id": ["P1", "P3", "P4", "P5"],
    "ethnicity_group5": ["asian", None, "white", "unknown"],
}


@pytest.fixture
def engine():
    with duckdb.memory() as made:
        made.hold("identity", pa.table(IDENTITY))
        made.hold("identity_draw", pa.table(DRAWS))
        made.hold("draw_alike", pa.table(ALIKE))
        made.hold("person", pa.table(PEOPLE))
        yield made


def people(engine: Engine, *records: int, marked: tuple[int, ...] = (), drawn: bool) -> People:
    return People(engine, records, marked, drawn=drawn)


def test_as_decided_a_mention_is_with_its_persons_others(engine: Engine) -> None:
    found = people(engine, 1, 3, drawn=False)

    assert (found.together(1), found.together(3)) == ({2}, set())
    assert (found.share(1, {2}), found.share(1, set())) == (1.0, 0.0)


def test_as_drawn_a_mention_in_doubt_is_with_others_in_a_share_of_the_draws(engine: Engine) -> None:
    found = people(engine, 1, 3, drawn=True)

    assert found.together(3) == {4}
    assert found.share(3, {4}) == pytest.approx(0.25)
    assert (found.together(1), found.share(1, {2})) == ({2}, 1.0)


def test_a_build_without_draws_is_as_decided() -> None:
    with duckdb.memory() as plain:
        plain.hold("identity", pa.table(IDENTITY))
        assert people(plain, 3, drawn=True).together(3) == set()


def test_the_group_is_that_of_all_the_persons_records_together(engine: Engine) -> None:
    found = people(engine, 3, 5, marked=(4,), drawn=False)

    assert found.group_of({3, 4}) == "white"
    assert found.group_of({3}) == found.group_of({5}) == "not recorded"


def test_a_mention_that_says_the_same_stands_for_the_one_that_was_shown(engine: Engine) -> None:
    assert people(engine, 5, drawn=False).standing_for(5) == {1, 5}


def test_a_record_that_is_not_in_the_build_is_with_nobody(engine: Engine) -> None:
    assert people(engine, 99, drawn=True).together(99) == set()
