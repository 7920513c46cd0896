"""Many extracts at once: read ahead by others, kept exactly as one by one."""

import polars as pl
import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts

from kithmap.desk import receive_all as many
from kithmap.desk.receive import list_receipts, receive
from kithmap.engines import duckdb
from kithmap.errors import NoAgreement
from kithmap.model.records import RECORD_TABLES


@pytest.fixture(scope="session")
def extracts(tmp_path_factory):
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    return [many.Sent(file, layout, layout) for file, layout in some_extracts(world)]


@pytest.fixture
def workspaces(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with make_workspace(tmp_path / "one" / "w") as one, make_workspace(tmp_path / "two" / "w") as two:
        agree_to_all(one)
        agree_to_all(two)
        yield one, two


def records(workspace):
    numbers = [receipt.receipt_no for receipt in list_receipts(workspace)]
    with duckdb.memory(workspace.key) as engine:
        held = {
            t.name: engine.records(t.name, workspace.records.paths(t.name, numbers)) for t in RECORD_TABLES
        }
        frames = {name: pl.DataFrame(pl.from_arrow(engine.fetch(rows))) for name, rows in held.items()}
    return {name: frame.sort(frame.columns).rows() for name, frame in frames.items()}


def test_read_ahead_or_one_by_one_the_records_are_the_same(workspaces, extracts, monkeypatch):
    monkeypatch.setattr(many, "FEW_BYTES", 0)
    one, two = workspaces
    alone = [receive(one, s.file, layout=s.layout, agreement=s.agreement, who=ANALYST) for s in extracts]
    together = many.receive_all(two, extracts, who=ANALYST)
    assert [(r.receipt_no, r.name, r.rows_kept, r.sha256) for r in together] == [
        (r.receipt_no, r.name, r.rows_kept, r.sha256) for r in alone
    ]
    assert records(two) == records(one)


def test_what_is_refused_stops_there_and_what_came_before_is_kept(workspaces, extracts, monkeypatch):
    monkeypatch.setattr(many, "FEW_BYTES", 0)
    one, _ = workspaces
    wrong = many.Sent(extracts[2].file, extracts[2].layout, extracts[1].agreement)
    with pytest.raises(NoAgreement):
        many.receive_all(one, [*extracts[:2], wrong, *extracts[3:]], who=ANALYST)
    assert len(list_receipts(one)) == 2


def test_a_second_time_every_receipt_says_already(workspaces, extracts):
    one, _ = workspaces
    many.receive_all(one, extracts, who=ANALYST)
    again = many.receive_all(one, extracts, who=ANALYST)
    assert all(receipt.already for receipt in again)
