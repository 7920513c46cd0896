"""What a build remembers of those before it, and that it says when it cannot."""

import datetime as dt
import shutil

import pyarrow as pa
import pytest
from desk_made import make_workspace

from kithmap.desk.manifest import fingerprint
from kithmap.desk.past import read_past
from kithmap.desk.publishing import create_engine
from kithmap.linkage.ledger import Past
from kithmap.register import builds
from kithmap.register.builds import PUBLISHED, BuildRecord

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


def history(person: str) -> pa.Table:
    moment = pa.array([AT.replace(tzinfo=None)], pa.timestamp("us"))
    return pa.table(
        {"mention_id": pa.array([65], pa.int64()), "person_id": [person], "from_at": moment,
         "to_at": pa.array([None], pa.timestamp("us"))}
    )  # fmt: skip


def events(person: str) -> pa.Table:
    return pa.table(
        {"event_no": pa.array([1], pa.int64()), "at": pa.array([AT.replace(tzinfo=None)], pa.timestamp("us")),
         "build_id": ["B"], "kind": ["created"], "person_id": [person], "actor": ["ann"], "model_version": ["m"],
         "evidence": ["{}"]}
    )  # fmt: skip


def publish(workspace, name: str, person: str, *, kind: str = "duckdb", ledger: bool = True):
    """A published build that holds a ledger, or only `identity` as builds did before there was one."""
    path = workspace.builds / f"{name}.{kind}"
    with create_engine(kind, path, workspace.key) as engine:
        if ledger:
            engine.save("identity_history", history(person))
            engine.save("identity_event", events(person))
        else:
            identity = history(person).select(["mention_id", "person_id"])
            engine.save("identity", identity.append_column("decided_by", pa.array(["alone"])))
    number = len(builds.list_builds(workspace.register))
    at = AT + dt.timedelta(days=number)
    builds.add_build(
        workspace.register, BuildRecord(name, kind, PUBLISHED, path.name, at, at, {"print": fingerprint({})})
    )
    return path


def remembered(workspace) -> Past:
    past = read_past(workspace)
    assert past is not None
    return past


def people(past: Past) -> list[str | None]:
    return past.history["person_id"].to_pylist()


def test_before_the_first_build_there_is_no_past(workspace):
    assert read_past(workspace) is None


def test_the_newest_build_is_what_is_remembered(workspace):
    publish(workspace, "B1", "P1")
    publish(workspace, "B2", "P2")
    past = remembered(workspace)
    assert (people(past), past.build_id, past.lost) == (["P2"], "B2", ())
    assert past.events["kind"].to_pylist() == ["created"]


def damage(path):
    whole = path.read_bytes()
    middle = len(whole) // 3
    path.write_bytes(whole[:middle] + bytes(len(whole) - middle))


@pytest.mark.parametrize(
    "harm", [lambda path: path.unlink(), damage, lambda path: path.write_bytes(b"nothing")]
)
def test_a_damaged_build_is_passed_over_and_never_in_silence(workspace, harm):
    publish(workspace, "B1", "P1")
    harm(publish(workspace, "B2", "P2"))
    past = remembered(workspace)
    assert (people(past), past.build_id) == (["P1"], "B1")
    assert len(past.lost) == 1
    assert past.lost[0].startswith("Build B2 could not be read")


def test_where_no_build_can_be_read_the_past_is_empty_and_says_so(workspace):
    publish(workspace, "B1", "P1").unlink()
    past = remembered(workspace)
    assert (past.history.num_rows, past.events.num_rows, past.build_id) == (0, 0, None)
    assert "B1" in past.lost[0]


def test_of_a_build_without_a_ledger_its_people_are_remembered(workspace):
    publish(workspace, "B1", "P1", ledger=False)
    past = remembered(workspace)
    assert people(past) == ["P1"]
    assert past.history["from_at"].to_pylist() == [AT.replace(tzinfo=None)]
    assert past.events.num_rows == 0


@pytest.mark.spark
@pytest.mark.usefixtures("spark_is_there")
def test_what_spark_wrote_duckdb_remembers(workspace):
    path = publish(workspace, "B1", "P1", kind="spark")
    assert remembered(workspace).history.equals(history("P1"))
    workspace.reading[1].close()
    workspace.reading = None
    for file in path.rglob("*.parquet"):
        file.write_bytes(b"nothing")
    assert "B1" in remembered(workspace).lost[0]
    shutil.rmtree(path)
