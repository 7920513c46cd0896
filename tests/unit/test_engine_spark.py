"""What is Spark's own: builds in folders, records by way of DuckDB, and a word when it is missing."""

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kithmap.engines import spark
from kithmap.engines.records import RecordStore
from kithmap.errors import BuildDamaged, EngineNotInstalled

KEY = bytes(range(32))
IDENTITY = pa.table({"mention_id": pa.array([7], pa.int64()), "person_id": ["P1"], "decided_by": ["alone"]})

on_spark = [pytest.mark.spark, pytest.mark.usefixtures("spark_is_there")]


class TestBuilds:
    pytestmark = on_spark

    def test_a_spark_build_opens_again(self, tmp_path: Path) -> None:
        with spark.create_build(tmp_path / "one") as build:
            build.save("identity", IDENTITY)
            build.save(
                "identity", build.table("identity").mutate(person_id=build.table("identity").person_id + "x")
            )
            build.hold("aside", IDENTITY)

        with spark.open_build(tmp_path / "one") as build:
            assert build.fetch(build.table("identity"))["person_id"].to_pylist() == ["P1x"]
            assert not build.has("aside")

    def test_names_and_birthdays_are_encrypted_on_the_disk_and_read_back(self, tmp_path: Path) -> None:
        rows = pa.table(
            {
                "person_id": ["P1"],
                "forename": ["Zebedee"],
                "surname": [None],
                "dob": [date(2011, 3, 4)],
                "kind": ["legal"],
            },
            schema=pa.schema(
                [
                    ("person_id", pa.string()),
                    ("forename", pa.string()),
                    ("surname", pa.string()),
                    ("dob", pa.date32()),
                    ("kind", pa.string()),
                ]
            ),
        )
        with spark.create_build(tmp_path / "build", bytes(32)) as made:
            made.save("person_name", rows)
        with spark.open_build(tmp_path / "build", bytes(32)) as opened:
            assert opened.fetch(opened.table("person_name")).to_pylist() == rows.to_pylist()
        files = [path for path in (tmp_path / "build").rglob("*") if path.is_file()]
        assert not [path for path in files if b"Zebedee" in path.read_bytes() or b"2011" in path.read_bytes()]

    def test_spark_reads_the_encrypted_records(self, tmp_path: Path) -> None:
        store = RecordStore(tmp_path / "records", KEY)
        store.write(
            1,
            {
                "mention": pa.table(
                    {"mention_id": pa.array([65], pa.int64()), "age": pa.array([14], pa.int16())}
                )
            },
        )

        with spark.memory(KEY) as engine:
            rows = engine.fetch(engine.records("mention", store.paths("mention", [1])))

        assert rows["age"].to_pylist() == [14]
        assert rows.schema.field("dob").type == pa.date32()

    def test_the_session_serves_no_page_and_encrypts_what_it_spills(self) -> None:
        settings = spark.session().sparkContext.getConf()

        assert settings.get("spark.ui.enabled") == "false"
        assert settings.get("spark.io.encryption.enabled") == "true"
        assert settings.get("spark.driver.bindAddress") == "127.0.0.1"


def test_a_missing_spark_build_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BuildDamaged, match="not there"):
        spark.open_build(tmp_path / "none")


def test_without_java_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    spark.session.cache_clear()
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(EngineNotInstalled, match="openjdk-17"):
        spark.session()
