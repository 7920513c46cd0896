"""Who the people of an audit sample are, draw by draw: a draw without a row leaves them as decided."""

import pytest
from small_tables import fill, read_rows

from kithmap.desk.audited_people import People
from kithmap.model.tables import IDENTITY, IDENTITY_DRAW

IDENTITIES = """
    mention_id | person_id | decided_by | part_id
    110        | A         | model      | 11
    120        | A         | model      | 12
    210        | B         | alone      | 21
    310        | C         | alone      |
"""
# Of four draws the first parts A; the second parts A and gives the one part to B; the fourth is B's alone.
DRAWS = """
    draw | part_id | drawn_id | group_id
    1    | 11      | 11       | 11
    1    | 12      | 12       | 11
    2    | 11      | 11       | 11
    2    | 12      | 12       | 11
    2    | 21      | 12       | 11
    4    | 90      | 90       | 90
"""


@pytest.fixture
def people(duckdb_engine):
    for table, text in ((IDENTITY, IDENTITIES), (IDENTITY_DRAW, DRAWS)):
        duckdb_engine.hold(table.name, fill(table, read_rows(text)))
    return lambda *records: People(duckdb_engine, records, (), drawn=True)


def test_a_record_is_with_another_in_the_share_of_draws_that_leave_or_put_them_together(people):
    found = people(120)
    assert found.together(120) == {110, 210}
    assert found.share(120, {110}) == 0.5
    assert found.share(120, {210}) == 0.25


def test_a_person_in_no_draw_is_as_decided(people):
    found = people(310)
    assert found.together(310) == set()
    assert found.share(310, set()) == 0.0
