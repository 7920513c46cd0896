"""Who the drawn people are: each told once, whoever may see what they may, and no table of another's."""

import pyarrow as pa
import pytest
from small_tables import ARROW, fill, read_rows

from kithmap.desk.drawn_tables import DrawnTables, find_drawn_tables
from kithmap.desk.scope import Scope
from kithmap.model.tables import CONCERN, DRAW_ALIKE, IDENTITY_DRAW, MEMBERSHIP, PERSON, PERSON_SOURCE

BOTH = Scope(frozenset({1, 2}), {})
ONE = Scope(frozenset({1}), {"extract withdrawn": 1})
# A is published as one person of three parts; in some draws the first is another's, in some all three are apart.
SOURCES = """
    young_person | part_id | receipt_no | layout
    A            | 11      | 2          | gangs_list
    A            | 12      | 1          | cse_list
    A            | 13      | 1          | cse_list
"""
CONCERNS = """
    young_person | part_id | silo | harm | receipt_no | layout
    A            | 12      | CSE  | CSE  | 1          | cse_list
    A            | 13      | CSE  | CSE  | 1          | cse_list
"""
MEMBERSHIPS = """
    young_person | part_id | context_id | context_type | basis
    A            |         | F1         | family       | household
    A            | 13      | S1         | school       | roll
"""
APART, TOGETHER = 1, 2
DRAWN = [
    (APART, 11, 11), (APART, 12, 12), (APART, 13, 13),
    (TOGETHER, 11, 11), (TOGETHER, 12, 12), (TOGETHER, 13, 12),
]  # fmt: skip
ALIKE = [(1, APART), (2, TOGETHER), (3, APART), (4, TOGETHER), (5, TOGETHER)]


def hold(engine, declared, rows):
    columns = list(zip(*rows, strict=True)) or [[] for _ in declared.columns]
    schema = pa.schema([(column.name, ARROW[column.type]) for column in declared.columns])
    engine.hold(
        declared.name, pa.table([pa.array(each) for each in columns], names=declared.names).cast(schema)
    )


@pytest.fixture
def drawn(engine):
    given = {PERSON_SOURCE: SOURCES, CONCERN: CONCERNS, MEMBERSHIP: MEMBERSHIPS, PERSON: "young_person\nA"}
    for table, text in given.items():
        engine.hold(table.name, fill(table, read_rows(text)))
    hold_draws(engine, DRAWN)
    return engine


def hold_draws(engine, drawn):
    hold(engine, IDENTITY_DRAW, [(draw, part, person, 11) for draw, part, person in drawn])
    hold(engine, DRAW_ALIKE, [(draw, 11, same_as) for draw, same_as in ALIKE])


def find(engine, scope=BOTH, seen_in=("concern",)) -> DrawnTables:
    return find_drawn_tables(engine, scope, seen_in, 5)


def parts_of(tables: DrawnTables) -> dict[int, list[int]]:
    """The parts of each person who counts."""
    found: dict[int, list[int]] = {}
    for person, part in tables.people.has.iter_rows():
        found.setdefault(person, []).append(part)
    return {person: sorted(parts) for person, parts in found.items()}


def made_by(tables: DrawnTables, draw: int) -> list[tuple[int, list[int]]]:
    """Whom a draw makes, 1, and who is published in their place, -1."""
    way, people, parts = tables.arranged.by_draw[0, draw - 1], tables.people, parts_of(tables)
    pairs = zip(people.way, people.person, people.times, strict=True)
    return sorted((int(times), parts[person]) for its, person, times in pairs if its == way)


def test_a_person_whom_several_draws_make_is_told_once(drawn):
    tables = find(drawn, seen_in=())
    assert sorted(parts_of(tables).values()) == [[11], [11, 12, 13], [12], [12, 13], [13]]
    assert made_by(tables, 3) == made_by(tables, 1) == [(-1, [11, 12, 13]), (1, [11]), (1, [12]), (1, [13])]
    assert made_by(tables, 5) == [(-1, [11, 12, 13]), (1, [11]), (1, [12, 13])]


def test_nobody_counts_of_whom_no_part_has_a_concern(drawn):
    tables = find(drawn)
    assert sorted(parts_of(tables).values()) == [[11, 12, 13], [12], [12, 13], [13]]
    assert made_by(tables, 1) == [(-1, [11, 12, 13]), (1, [12]), (1, [13])]


def test_what_rests_on_a_person_as_a_whole_goes_with_the_least_of_their_parts_that_counts(drawn):
    tables = find(drawn)
    rows = drawn.fetch(tables.table(MEMBERSHIP)).to_pylist()
    parts = parts_of(tables)
    places = sorted((row["context_id"], parts[row["person_id"]]) for row in rows)
    assert places == [
        ("F1", [11, 12, 13]), ("F1", [12]), ("F1", [12, 13]),
        ("S1", [11, 12, 13]), ("S1", [12, 13]), ("S1", [13]),
    ]  # fmt: skip
    assert all(row["draw"] == row["person_id"] for row in rows)


def test_questions_that_say_alike_who_counts_share_the_drawn_people(drawn):
    first = find(drawn)
    assert find(drawn, seen_in=()).people is not first.people
    assert find(drawn).people is first.people


def test_whoever_may_see_less_is_told_of_other_people(drawn):
    before = parts_of(find(drawn))
    narrow = find(drawn, ONE)
    assert sorted(parts_of(narrow).values()) == [[12], [12, 13], [13]]
    held = drawn.fetch(narrow.has).to_pylist()
    assert {row["part_id"] for row in held} == {12, 13}
    assert parts_of(find(drawn)) == before


def test_a_build_without_those_draws_is_told_of_no_such_people(drawn):
    find(drawn)
    hold_draws(drawn, [])
    assert find(drawn).people.has.is_empty()
