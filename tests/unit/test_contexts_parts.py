"""What gathering makes of a person whose linkage is in doubt: their parts, kept apart."""

import pyarrow as pa
import pytest
from small_records import gathered, told

from kithmap.engines.engine import Engine
from kithmap.engines.records import ARROW
from kithmap.measures import registered
from kithmap.model.denominators import RESIDENT

# Jo in two parts: 11 tells of a crime and a home, 22 of the same crime, a list, a school and a home.
JO_IN_TWO_PARTS = {
    "mention": """
        row | slot | person | part | dob        | address_raw | postcode | la_code
        1   | 1    | P1     | 11   | 2011-05-01 | 1 Marsh Rd  | ZZ9 9AA  | 901
        1   | 2    | P2     |      | 2010-05-01 | 1 Marsh Rd  | ZZ9 9AA  | 901
        2   | 1    | P1     | 22   | 2011-05-01 |             |          | 901
        2   | 2    | P3     |      | 2010-05-01 |             |          | 901
        2:1 | 1    | P1     | 22   | 2011-05-01 | 1 Marsh Rd  | ZZ9 9AA  | 901
    """,
    "event": """
        row | source_event_id | kind     | harm | start_at
        1   | C/1             | incident | SYV  | 2026-03-02T16:00
        2   | C/1             | incident | SYV  | 2026-03-02T16:00
    """,
    "party": """
        row | slot | role
        1   | 1    | harmed
        1   | 2    | harmed
        2   | 1    | harming
        2   | 2    | harming
    """,
    "place_mention": "row | name_raw | type_raw\n1 | Hartwell Park | park",
    "listing": "row | list | harm | start_on\n2:1 | CSE | CSE | 2026-01-01",
    "enrolment": "row | urn | status_code\n2:1 | 900001 | C",
    "extract": "receipt_no | layout\n1 | police\n2 | panel",
}


def without_parts(given: dict[str, str]) -> dict[str, str]:
    """The same records, with nothing in doubt."""
    heads, *rows = given["mention"].strip().splitlines()
    at = [head.strip() for head in heads.split("|")].index("part")
    kept = (" | ".join(cell for n, cell in enumerate(line.split("|")) if n != at) for line in (heads, *rows))
    return given | {"mention": "\n".join(kept)}


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """What every measure answers to the gathered tables."""
    given = {}
    # Published counts, of no extract: gathering makes none of them.
    nobody = pa.schema([(name, ARROW[kind]) for name, kind in RESIDENT.schema.items()]).empty_table()
    engine.hold(RESIDENT.name, nobody)
    for measure in registered():
        tables = [engine.table(table.name) for table in measure.inputs]
        answer = engine.fetch(measure.build(*tables))
        given[measure.name] = (measure.finish(answer) if measure.finish else answer).to_pylist()
    return given


def test_a_person_in_doubt_has_one_row_for_each_part_and_others_have_one(engine):
    gathered(engine, JO_IN_TWO_PARTS)
    assert told(engine, "person_source", "person_id", "part_id", "receipt_no", "mentions") == [
        ("P1", 11, 1, 1), ("P1", 22, 1, 1), ("P1", 22, 2, 1), ("P2", None, 1, 1), ("P3", None, 1, 1),
    ]  # fmt: skip
    assert told(engine, "event_party", "person_id", "part_id", "role") == [
        ("P1", 11, "both"), ("P1", 22, "both"), ("P2", None, "harmed"), ("P3", None, "harming"),
    ]  # fmt: skip
    assert told(engine, "concern", "person_id", "part_id", "basis", "harm") == [
        ("P1", 11, "event", "SYV"), ("P1", 22, "event", "SYV"), ("P1", 22, "list", "CSE"),
        ("P2", None, "event", "SYV"), ("P3", None, "event", "SYV"),
    ]  # fmt: skip
    assert told(engine, "membership", "person_id", "part_id", "receipt_no", context_type="family") == [
        ("P1", 11, 1), ("P1", 22, 2), ("P2", None, 1),
    ]  # fmt: skip
    assert told(engine, "membership", "person_id", "part_id", context_type="school") == [("P1", 22)]
    assert told(engine, "membership", "person_id", "part_id", context_type="public_space") == [
        ("P1", 11), ("P1", 22), ("P2", None), ("P3", None),
    ]  # fmt: skip
    assert set(told(engine, "membership", "part_id", context_type="peer_group")) <= {None}
    assert told(engine, "person", "person_id", "mentions", "sources") == [
        ("P1", 3, 2), ("P2", 1, 1), ("P3", 1, 1),
    ]  # fmt: skip


def test_parts_change_no_answer(duckdb_engine, another_duckdb_engine):
    gathered(duckdb_engine, JO_IN_TWO_PARTS)
    gathered(another_duckdb_engine, without_parts(JO_IN_TWO_PARTS))
    assert answers(duckdb_engine) == answers(another_duckdb_engine)
    assert told(duckdb_engine, "event", "event_id", "peer") == told(
        another_duckdb_engine, "event", "event_id", "peer"
    )
    assert told(duckdb_engine, "person_association", "person_id", "other_person_id", "events") == told(
        another_duckdb_engine, "person_association", "person_id", "other_person_id", "events"
    )


@pytest.mark.parametrize("has_column", [True, False])
def test_without_doubt_every_part_is_null(duckdb_engine, has_column):
    from small_records import AS_AT, hold_records

    from kithmap.contexts.gather import gather

    hold_records(duckdb_engine, without_parts(JO_IN_TWO_PARTS))
    if not has_column:
        duckdb_engine.hold("identity", duckdb_engine.table("identity").drop("part_id"))
    gather(duckdb_engine, as_at=AS_AT)
    for name in ("concern", "event_party", "membership", "person_source"):
        assert set(told(duckdb_engine, name, "part_id")) == {None}
