"""What an engine is handed, it hands back: the same values and types on every engine."""

import datetime as dt
import gc

import ibis
import pyarrow as pa
import pytest

from kithmap.engines.engine import Engine
from kithmap.errors import NotFound
from kithmap.model.tables import IDENTITY

at = dt.datetime.fromisoformat

ROWS = pa.table(
    {
        "key": pa.array([1, 2, 3], pa.int64()),
        "large": pa.array([2**60 + 1, None, -5], pa.int64()),
        "age": pa.array([14, None, 17], pa.int16()),
        "name": pa.array(["Zoë", None, ""], pa.string()),
        "dob": pa.array([dt.date(2009, 3, 29), None, dt.date(1899, 12, 31)]),
        # 01:30 on a day the clocks go forward: a zone would lose it.
        "at": pa.array([at("2009-03-29T01:30"), None, at("1850-01-01T23:59")], pa.timestamp("us")),
        "yes": pa.array([True, None, False]),
        "share": pa.array([0.5, None, 1.0]),
    }
)


def test_rows_held_come_back_unchanged(engine: Engine) -> None:
    held = engine.hold("rows", ROWS)

    assert engine.fetch(held.order_by("key")).equals(ROWS)


def test_text_of_any_arrow_width_comes_back_as_plain_text(engine: Engine) -> None:
    held = engine.hold("rows", pa.table({"name": pa.array(["a"], pa.large_string())}))

    assert engine.fetch(held).schema.field("name").type == pa.string()


def test_rows_are_looked_up_by_a_few_values_of_a_column(engine: Engine) -> None:
    engine.hold("rows", ROWS)
    engine.save("saved", ROWS)

    assert engine.lookup("rows", "key", [2, 9]).equals(ROWS.slice(1, 1))
    assert engine.lookup("saved", "name", ["Zoë"]).equals(ROWS.slice(0, 1))
    assert engine.lookup("saved", "key", []).equals(ROWS.slice(0, 0))
    assert engine.lookup("saved", "key", [2], ["age", "name"]).equals(
        ROWS.slice(1, 1).select(["age", "name"])
    )
    assert engine.lookup("saved", "key", [3, *range(10, 2000)]).equals(ROWS.slice(2, 1))


def test_rows_that_share_any_of_several_numbers_are_found_together(engine: Engine) -> None:
    rows = pa.table({"name": ["A", "B", "C", "D"], "first": [1, 2, None, 2], "second": [7, 8, 9, None]})
    engine.save("keyed", rows)

    found = engine.sharing("keyed", pa.table({"first": [2, None, 5], "second": [9, 8, 8]}), ["name"])

    assert sorted(tuple(row.values()) for row in found.to_pylist()) == [
        ("B", 0, 2),
        ("B", 1, 8),
        ("C", 1, 9),
        ("D", 0, 2),
    ]


def test_every_value_of_several_columns_is_counted(engine: Engine) -> None:
    engine.save("said", pa.table({"town": ["A", "A", None, "B"], "school": [None, "X", "X", "X"]}))

    found = engine.counts("said", ["town", "school"])

    assert sorted(tuple(row.values()) for row in found.to_pylist()) == [(0, "A", 2), (0, "B", 1), (1, "X", 3)]
    assert engine.counts("said", ["school"]).to_pylist() == [{"place": 0, "value": "X", "count": 3}]


def test_a_table_with_no_rows_keeps_its_columns(engine: Engine) -> None:
    held = engine.hold("rows", ROWS.slice(0, 0))

    assert engine.fetch(held).schema.equals(ROWS.schema)
    assert engine.fetch(held.count()).to_pydict() == {held.count().get_name(): [0]}


def test_counts_and_sums_are_whole_numbers(engine: Engine) -> None:
    held = engine.hold("rows", ROWS)

    answer = engine.fetch(held.aggregate(rows=held.count(), ages=held.age.sum(), people=held.name.nunique()))

    assert answer.schema.types == [pa.int64()] * 3
    assert answer.to_pylist() == [{"rows": 3, "ages": 31, "people": 2}]


def test_a_day_becomes_a_time_without_a_zone(engine: Engine) -> None:
    held = engine.hold("rows", ROWS)

    answer = engine.fetch(
        held.filter(held.key == 1).select(at=held.dob.cast("timestamp"), on=held["at"].date())
    )

    assert answer.to_pylist() == [{"at": at("2009-03-29"), "on": dt.date(2009, 3, 29)}]
    assert answer.schema.types == [pa.timestamp("us"), pa.date32()]


def test_a_table_in_memory_can_be_joined(engine: Engine) -> None:
    held = engine.hold("rows", ROWS)
    words = ibis.memtable(pa.table({"key": pa.array([1, None], pa.int64()), "word": ["one", "none"]}))

    joined = held.left_join(words, "key").select("key", "word").order_by("key")

    assert engine.fetch(joined)["word"].to_pylist() == ["one", None, None]


def test_holding_again_replaces_even_from_itself(engine: Engine) -> None:
    engine.hold("rows", ROWS)
    engine.hold("rows", engine.table("rows").filter(ibis._.key > 1))
    engine.hold("rows", engine.table("rows").mutate(more=ibis._.key + 1))

    assert engine.fetch(engine.table("rows").more.sum()).to_pydict().popitem()[1] == [7]


def test_what_is_let_go_is_held_no_longer(engine: Engine) -> None:
    engine.hold("rows", ROWS)
    engine.let_go("rows")
    engine.let_go("never_held")

    assert not engine.has("rows")
    engine.hold("rows", ROWS.slice(1))
    assert engine.fetch(engine.table("rows")).num_rows == 2


def test_a_table_saved_in_parts_is_their_rows_in_order(engine: Engine) -> None:
    parts = (pa.table({"key": [word], "signature": [number]}) for number, word in enumerate("cab"))

    saved = engine.save_parts("linkage_name", parts)

    assert engine.fetch(saved.order_by("signature"))["key"].to_pylist() == ["c", "a", "b"]
    assert engine.fetch(saved.home.count()).to_pydict().popitem()[1] == [0]


def test_a_part_is_let_go_before_the_next_is_made(duckdb_engine: Engine) -> None:
    def part(number: int) -> pa.Table:
        rows = pa.table({"key": pa.array(range(100_000)).cast(pa.string())})
        held.append(pa.total_allocated_bytes())
        return rows.append_column("signature", pa.array([number] * rows.num_rows))

    held: list[int] = []
    duckdb_engine.save_parts("linkage_name", map(part, range(4)))

    assert max(held) - held[0] < held[0] / 2


def test_a_part_without_rows_takes_none_from_the_others(duckdb_engine: Engine) -> None:
    many = pa.table({"key": ["a"] * 300_000, "signature": range(300_000)})
    none = many.slice(0, 0)

    for parts in ([none, many, many], [many, none, many], [none]):
        saved = duckdb_engine.save_parts("linkage_name", parts)
        assert duckdb_engine.fetch(saved).num_rows == sum(part.num_rows for part in parts)


def test_rows_that_were_saved_are_not_kept_in_memory_besides(duckdb_engine: Engine) -> None:
    rows = pa.table({"key": pa.array(range(100_000)).cast(pa.string())})
    before = pa.total_allocated_bytes()
    rows = rows.append_column("signature", pa.array(range(100_000)))

    duckdb_engine.save("linkage_name", rows)
    duckdb_engine.hold("rows", rows)
    del rows
    gc.collect()

    assert pa.total_allocated_bytes() < before


def test_a_saved_table_has_the_columns_the_model_declares(engine: Engine) -> None:
    engine.save(
        "identity",
        pa.table({"person_id": ["P1"], "mention_id": pa.array([7], pa.int32()), "decided_by": ["alone"]}),
    )

    answer = engine.fetch(engine.table("identity"))

    assert answer.column_names == list(IDENTITY.names)
    said = {"mention_id": 7, "person_id": "P1", "decided_by": "alone"}
    assert answer.to_pylist() == [dict.fromkeys(IDENTITY.names) | said]
    assert answer.schema.field("mention_id").type == pa.int64()


def test_a_saved_table_may_not_bring_columns_of_its_own(engine: Engine) -> None:
    with pytest.raises(ValueError, match="not declared"):
        engine.save(
            "identity",
            pa.table({"mention_id": [1], "person_id": ["P1"], "decided_by": ["alone"], "name": ["x"]}),
        )


def test_a_table_that_is_not_there_is_said_to_be_missing(engine: Engine) -> None:
    assert not engine.has("rows")
    with pytest.raises(NotFound, match="no table named 'rows'"):
        engine.table("rows")


def test_two_engines_do_not_see_each_others_tables(engine: Engine, another_engine: Engine) -> None:
    another_engine.hold("rows", ROWS)

    assert not engine.has("rows")


def test_what_lies_elsewhere_is_borrowed_as_a_copy(engine: Engine, duckdb_engine: Engine) -> None:
    duckdb_engine.hold("numbers", pa.table({"n": [1, 2]}))
    borrowed = engine.borrow(duckdb_engine, "numbers")
    assert sorted(engine.fetch(borrowed)["n"].to_pylist()) == [1, 2]
