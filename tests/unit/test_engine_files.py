"""What the engines write: whole or not at all, and nothing of it readable without the key."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from kithmap.engines import duckdb, encrypted, keys
from kithmap.engines.records import RecordStore
from kithmap.errors import BuildDamaged, KeyMissing
from kithmap.model.records import MENTION

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
MENTIONS = pa.table(
    {
        "mention_id": pa.array([65, 129], pa.int64()),
        "row_id": pa.array([64, 128], pa.int64()),
        "forename": ["Quillonix", "Brambelwyn"],
        "dob": [dt.date(2009, 9, 3), None],
    }
)
NAMES = pa.table({"person_id": ["P1"], "forename": ["Quillonix"], "kind": ["legal"]})


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    return RecordStore(tmp_path / "records", KEY)


def saved_build(path: Path) -> Path:
    with duckdb.create_build(path, KEY) as build:
        build.save("person_name", NAMES)
        build.hold("aside", NAMES)
    return path


def test_a_build_keeps_texts_so_that_one_is_read_without_its_neighbours(tmp_path: Path) -> None:
    many = pa.table({"person_id": [f"P{number % 5000:016}" for number in range(200_000)]})
    with duckdb.create_build(tmp_path / "build.duckdb", KEY) as build:
        build.save("many", many)
        build.settle()
        kept = build._run("SELECT DISTINCT compression FROM pragma_storage_info('build.main.many')")

    assert kept
    assert ("DICT_FSST",) not in kept


def test_rows_in_memory_are_kept_in_their_order_in_whole_row_groups(tmp_path: Path) -> None:
    signature = pa.array(range(300_000), pa.int64())
    names = pa.table({"key": signature.cast(pa.string()), "signature": signature})
    pieces = pa.Table.from_batches(names.to_batches(max_chunksize=7_001))

    with duckdb.create_build(tmp_path / "build.duckdb", KEY) as engine:
        engine.save("linkage_name", pieces)
        engine.save("nothing", names.slice(0, 0))
    with duckdb.open_build(tmp_path / "build.duckdb", KEY) as engine:
        assert engine.fetch(engine.table("linkage_name").select("key", "signature")).equals(names)
        assert engine.fetch(engine.table("nothing")).num_rows == 0
        told = engine._run(
            "SELECT row_group_id, max(count) FROM pragma_storage_info('linkage_name') GROUP BY 1"
        )
    assert sorted(told) == [(0, 122_880), (1, 122_880), (2, 54_240)]


def test_what_a_build_has_written_is_let_go_from_memory_and_what_is_held_is_not(tmp_path: Path) -> None:
    def kept() -> dict[str, int]:
        return dict(engine._run("SELECT tag, memory_usage_bytes FROM duckdb_memory()"))

    numbers = np.random.default_rng(1).integers(0, 1 << 60, 1_000_000)
    rows = pa.table({"key": pa.array(numbers % 7).cast(pa.string()), "signature": numbers})
    with duckdb.create_build(tmp_path / "build.duckdb", KEY) as engine:
        engine.hold("held", rows.select(["signature"]))
        engine.save("linkage_name", rows)
        before, limit = kept(), engine._run("SELECT current_setting('memory_limit')")

        encrypted.let_go(engine._backend.con, kept=1 << 20)

        after = kept()
        assert before["BASE_TABLE"] > 1 << 22
        assert after["BASE_TABLE"] <= 1 << 20
        assert after["IN_MEMORY_TABLE"] == before["IN_MEMORY_TABLE"]
        assert engine._run("SELECT current_setting('memory_limit')") == limit
        assert engine.fetch(engine.table("linkage_name").select("key", "signature")).equals(rows)


def test_rows_of_records_are_looked_up_with_every_column_of_their_table(store: RecordStore) -> None:
    store.write(1, {"mention": MENTIONS})
    store.write(2, {"mention": MENTIONS.select(["mention_id", "row_id"]).slice(1)})

    found = store.lookup("mention", "mention_id", [129, 999], [1, 2])

    assert found.column_names == list(MENTION.names)
    assert found["forename"].to_pylist() == ["Brambelwyn", None]
    assert store.lookup("enrolment", "mention_id", [129], [1]).num_rows == 0


def test_records_come_back_with_every_column_of_their_table(store: RecordStore) -> None:
    store.write(1, {"mention": MENTIONS})
    store.write(2, {"event": pa.table({"row_id": pa.array([7], pa.int64())})})

    with duckdb.memory(KEY) as engine:
        rows = engine.fetch(engine.records("mention", store.paths("mention", [1, 2])).order_by("row_id"))

        assert engine.has("record_mention")
    assert rows.column_names == list(MENTION.names)
    assert rows["forename"].to_pylist() == ["Quillonix", "Brambelwyn"]
    assert rows["dob"].to_pylist() == [dt.date(2009, 9, 3), None]


def test_a_record_table_nobody_fed_is_empty_and_typed() -> None:
    with duckdb.memory() as engine:
        rows = engine.fetch(engine.records("mention", []))

    assert rows.num_rows == 0
    assert rows.schema.field("dob").type == pa.date32()


def test_record_files_of_an_older_shape_are_read_beside_newer_ones(
    store: RecordStore, tmp_path: Path
) -> None:
    store.write(1, {"mention": MENTIONS})
    (new,) = store.paths("mention", [1])
    older = tmp_path / "mention-00000000.parquet"
    with duckdb.memory(KEY) as engine:
        engine._run(
            f"COPY (SELECT 9 AS mention_id, 8 AS row_id) TO '{older}'"
            " (FORMAT parquet, ENCRYPTION_CONFIG {footer_key: 'records'})"
        )
        rows = engine.fetch(engine.records("mention", [older, new]).order_by("mention_id"))

    assert rows["mention_id"].to_pylist() == [9, 65, 129]
    assert rows["forename"].to_pylist() == [None, "Quillonix", "Brambelwyn"]


def test_a_column_the_record_table_does_not_have_is_a_fault(store: RecordStore) -> None:
    with pytest.raises(ValueError, match="no column"):
        store.write(1, {"mention": pa.table({"shoe_size": [4]})})

    assert not store.has(1)


def test_a_stopped_write_leaves_nothing_after_a_sweep(store: RecordStore, tmp_path: Path) -> None:
    store.write(1, {"mention": MENTIONS})
    store.write(2, {"mention": MENTIONS})
    (tmp_path / "records" / ".writing-3-99").mkdir()

    assert store.sweep({1}) == 2
    assert (store.has(1), store.has(2)) == (True, False)
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["1"]


def test_missing_records_are_said_to_be_missing(store: RecordStore) -> None:
    with pytest.raises(BuildDamaged, match="receipt 5"):
        store.paths("mention", [5])


def test_a_build_is_one_file_that_opens_again(tmp_path: Path) -> None:
    path = saved_build(tmp_path / "one.build")

    assert [left.name for left in tmp_path.iterdir()] == ["one.build"]
    with duckdb.open_build(path, KEY) as build:
        assert build.fetch(build.table("person_name"))["forename"].to_pylist() == ["Quillonix"]
        assert not build.has("aside")


def test_two_readers_may_open_one_build(tmp_path: Path) -> None:
    path = saved_build(tmp_path / "one.build")

    with duckdb.open_build(path, KEY) as first, duckdb.open_build(path, KEY) as second:
        assert first.has("person_name")
        assert second.has("person_name")


def test_no_name_can_be_read_in_any_file(store: RecordStore, tmp_path: Path) -> None:
    store.write(1, {"mention": MENTIONS})
    saved_build(tmp_path / "one.build")

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        content = path.read_bytes()
        assert b"Quillonix" not in content
        assert b"forename" not in content


@pytest.mark.parametrize("spoil", ["another key", "cut short", "gone"])
def test_a_build_that_cannot_be_read_says_so_and_no_more(tmp_path: Path, spoil: str) -> None:
    path = saved_build(tmp_path / "one.build")
    if spoil == "cut short":
        path.write_bytes(path.read_bytes()[:5000])
    if spoil == "gone":
        path.unlink()

    with pytest.raises(BuildDamaged) as told:
        duckdb.open_build(path, OTHER_KEY if spoil == "another key" else KEY)

    assert "one.build" in told.value.what
    assert told.value.__cause__ is None
    assert KEY.hex() not in str(told.value)


def test_a_new_build_never_overwrites_one(tmp_path: Path) -> None:
    path = saved_build(tmp_path / "one.build")

    with pytest.raises(FileExistsError):
        duckdb.create_build(path, KEY)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(keys.VARIABLE, raising=False)
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def test_a_new_key_is_kept_outside_the_workspace_for_its_owner_only(workspace: Path) -> None:
    key = keys.make_key(workspace)

    path = keys.key_file(workspace)
    assert keys.read_key(workspace) == key
    assert len(key) == 32
    assert not path.is_relative_to(workspace)
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(key.hex() not in file.read_text() for file in workspace.iterdir())


def test_a_key_that_others_can_read_is_refused(workspace: Path) -> None:
    keys.make_key(workspace)
    keys.key_file(workspace).chmod(0o640)

    with pytest.raises(KeyMissing, match="chmod 600"):
        keys.read_key(workspace)


def test_a_lost_key_is_said_to_be_lost(workspace: Path) -> None:
    keys.make_key(workspace)
    keys.key_file(workspace).unlink()

    with pytest.raises(KeyMissing, match="not there"):
        keys.read_key(workspace)


def test_the_environment_may_hold_the_key(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.VARIABLE, KEY.hex())

    assert keys.make_key(workspace) == KEY
    assert not keys.key_file(workspace).exists()

    monkeypatch.setenv(keys.VARIABLE, "swordfish")
    with pytest.raises(KeyMissing) as told:
        keys.read_key(workspace)
    assert "swordfish" not in str(told.value)


def test_each_use_has_a_key_of_its_own() -> None:
    assert len({keys.derive(KEY, use) for use in ("build", "records", "people")} | {KEY}) == 4


def test_what_does_not_fit_in_memory_is_spilled_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITHMAP_MEMORY", "40MB")
    names = pa.array(["Quillonix"] * 1_500_000).dictionary_encode()
    with duckdb.memory(KEY) as engine:
        held = engine.hold(
            "names", pa.table({"number": pa.array(range(len(names)), pa.int64()), "name": names})
        )
        engine.hold("spilled", held.mutate(whole=held.name + held.number.cast("string")))

        spilled = [path for path in engine._temp.rglob("*") if path.is_file()]
        assert spilled
        assert not any(b"Quillonix" in path.read_bytes() for path in spilled)
    assert not engine._temp.exists()


def test_what_splink_cannot_hold_is_spilled_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITHMAP_MEMORY", "150MB")
    with duckdb.memory() as engine, engine.splink() as database:
        database._con.execute(
            "CREATE TABLE wide AS SELECT 'Quillonix' || range AS name, md5(range::text) AS said"
            " FROM range(5_000_000) ORDER BY said"
        )

        spilled = [path for path in engine._temp.rglob("*") if path.is_file()]
        assert spilled
        assert not any(b"Quillonix" in path.read_bytes() for path in spilled)


def test_a_build_reads_the_tables_of_the_one_before_it(tmp_path: Path) -> None:
    key = b"k" * 32
    with duckdb.create_build(tmp_path / "one.duckdb", key) as engine:
        engine.save("numbers", pa.table({"n": [1, 2]}))
    with duckdb.open_build(tmp_path / "one.duckdb", key) as past:
        with duckdb.create_build(tmp_path / "two.duckdb", key) as engine:
            more = engine.hold("more", pa.table({"n": [3]}))
            engine.save("numbers", engine.borrow(past, "numbers").union(more))
        assert past.fetch(past.table("numbers")).num_rows == 2
    with duckdb.open_build(tmp_path / "two.duckdb", key) as engine:
        assert sorted(engine.fetch(engine.table("numbers"))["n"].to_pylist()) == [1, 2, 3]


def test_a_build_may_begin_from_the_one_before_it_and_change_it_in_place(tmp_path: Path) -> None:
    key = b"k" * 32
    kinds = pa.schema([("mention_id", pa.int64()), ("other_mention_id", pa.int64()), ("why", pa.string())])

    def pairs(*rows: tuple[int, int, str]) -> pa.Table:
        return pa.table(list(zip(*rows, strict=True)), schema=kinds)

    with duckdb.create_build(tmp_path / "one.duckdb", key) as engine:
        engine.save("link_contradiction", pairs((1, 2, "a"), (3, 4, "b"), (5, 6, "c")))
        engine.save("context_of_before", pa.table({"n": [1]}))
    for begins in (True, False):
        path = tmp_path / f"two-{begins}.duckdb"
        with (
            duckdb.open_build(tmp_path / "one.duckdb", key) as past,
            duckdb.create_build(path, key) as engine,
        ):
            held = engine.hold("held", pa.table({"n": [7]}))
            if begins:
                assert engine.take_over(past)
            gone = {"mention_id": pa.table({"key": [1]}), "other_mention_id": pa.table({"key": [4]})}
            engine.change("link_contradiction", past, gone, pairs((7, 8, "d")))
            assert engine.fetch(held)["n"].to_pylist() == [7]
            assert past.fetch(past.table("link_contradiction")).num_rows == 3
        with duckdb.open_build(path, key) as engine:
            found = engine.fetch(engine.table("link_contradiction").order_by("mention_id"))
            assert found["why"].to_pylist() == ["c", "d"]
            assert not engine.has("context_of_before")
