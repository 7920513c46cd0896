"""Receiving: what is refused, what is kept, and that a second time changes nothing."""

import shutil

import pytest
from desk_made import ANALYST, LAYOUTS, agree, agree_to_all, make_small_world, make_workspace, some_extracts

from kithmap.desk import agreements, audit, lock, purposes
from kithmap.desk.receive import list_receipts, receive
from kithmap.errors import (
    EmptyExtract,
    LayoutMismatch,
    NoAgreement,
    NotFound,
    NotPermitted,
    UnreadableFile,
    WorkspaceBusy,
)
from kithmap.ingest.layouts import read_layout_text

GANGS = "gangs_panel_list"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        agree_to_all(made)
        yield made


@pytest.fixture(scope="session")
def extracts(tmp_path_factory):
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    return {layout: file for file, layout in some_extracts(world)}


def state(workspace):
    """All that receiving may change."""
    return list_receipts(workspace), sorted(path.name for path in (workspace.folder / "records").iterdir())


def receive_gangs(workspace, file, **changes):
    given = {"layout": GANGS, "agreement": GANGS, "who": ANALYST}
    return receive(workspace, file, **{**given, **changes})


def test_every_row_is_kept_or_refused(workspace, extracts):
    for layout in LAYOUTS:
        receipt = receive(workspace, extracts[layout], layout=layout, agreement=layout, who=ANALYST)
        assert receipt.rows_in == receipt.rows_kept + receipt.rows_refused
        assert not receipt.already
    assert [receipt.receipt_no for receipt in list_receipts(workspace)] == [1, 2, 3, 4, 5, 6]


def test_a_receipt_says_what_list_it_is_and_where_it_belongs(workspace, extracts):
    receipt = receive_gangs(workspace, extracts[GANGS])
    said = receipt.to_dict()
    assert (said["list"], said["la_code"], said["agreement"]) == ("gangs", "X01", GANGS)
    assert list_receipts(workspace)[0].to_dict() == said


def test_a_corrected_layout_takes_the_place_of_the_first(workspace, extracts, tmp_path):
    first = receive_gangs(workspace, extracts[GANGS])
    corrected = tmp_path / "corrected.toml"
    corrected.write_text(read_layout_text(GANGS) + "\n# corrected\n", encoding="utf-8")
    second = receive_gangs(workspace, extracts[GANGS], layout=str(corrected))
    assert (second.already, second.receipt_no) == (False, first.receipt_no + 1)
    kept, records = state(workspace)
    assert [receipt.receipt_no for receipt in kept] == [second.receipt_no]
    assert records == [str(second.receipt_no)]


def test_the_same_file_twice_changes_nothing_and_says_so(workspace, extracts, tmp_path):
    first = receive_gangs(workspace, extracts[GANGS])
    before = state(workspace)
    renamed = tmp_path / f"copy{extracts[GANGS].suffix}"
    shutil.copy(extracts[GANGS], renamed)
    for file in (extracts[GANGS], renamed):
        again = receive_gangs(workspace, file)
        assert again.already
        assert again.receipt_no == first.receipt_no
    assert state(workspace) == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"agreement": "cse_panel_list"}, NoAgreement),
        ({"agreement": "none"}, NotFound),
        ({"layout": "none"}, NotFound),
        ({"who": "nobody"}, NotPermitted),
        ({"who": "gil"}, NotPermitted),
    ],
)
def test_what_is_not_agreed_or_not_permitted_is_refused(workspace, extracts, changes, error):
    with pytest.raises(error):
        receive_gangs(workspace, extracts[GANGS], **changes)
    assert state(workspace) == ((), [])


def test_a_refusal_is_written_down(workspace, extracts):
    with pytest.raises(NoAgreement):
        receive_gangs(workspace, extracts[GANGS], agreement="cse_panel_list")
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.verb, line.outcome, line.what) == ("receive", "deny", extracts[GANGS].name)


def test_nothing_is_received_under_a_suspended_agreement(workspace, extracts):
    agreements.suspend_agreement(workspace, GANGS, who=ANALYST)
    with pytest.raises(NoAgreement, match="suspended"):
        receive_gangs(workspace, extracts[GANGS])


def test_nothing_is_received_without_a_purpose_in_force(workspace, extracts):
    agree(workspace, "cases only", "Gangs panel", [GANGS], kinds=["case"])
    purposes.suspend_purpose(workspace, "case", who=ANALYST)
    with pytest.raises(NoAgreement, match="No purpose in force"):
        receive_gangs(workspace, extracts[GANGS], agreement="cases only")


def test_a_column_that_is_not_agreed_is_not_received(workspace, extracts):
    file = workspace.folder.parent / "agreement-few.toml"
    file.write_text(
        'id = "few"\nholder = "Gangs panel"\npurposes = ["profiling"]\nstart = 2020-01-01\nend = 2099-01-01\n'
        '[columns]\ngangs_panel_list = ["Name", "DOB"]\n'
    )
    agreements.add_agreement(workspace, file, who=ANALYST)
    with pytest.raises(NoAgreement, match="Street name"):
        receive_gangs(workspace, extracts[GANGS], agreement="few")
    assert state(workspace) == ((), [])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", (EmptyExtract, UnreadableFile)),
        (b"\x00\x01\x02\x03" * 100, UnreadableFile),
        (b"Colour;Weight\nred;4\n", LayoutMismatch),
    ],
)
def test_a_file_that_cannot_be_received_leaves_the_workspace_as_it_was(workspace, tmp_path, content, error):
    before = state(workspace), (workspace.folder / "register.sqlite3-wal").read_bytes()
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(error):
        receive_gangs(workspace, tmp_path / "bad.csv")
    assert (state(workspace), (workspace.folder / "register.sqlite3-wal").read_bytes()) == before


def test_a_file_that_is_not_there_is_told(workspace, tmp_path):
    with pytest.raises(UnreadableFile):
        receive_gangs(workspace, tmp_path / "none.csv")


def test_nothing_is_received_while_another_writes(workspace, extracts, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.1)
    with lock.writing(workspace.folder), pytest.raises(WorkspaceBusy):
        receive_gangs(workspace, extracts[GANGS])


def test_what_a_killed_run_left_under_the_next_number_is_not_received(workspace, extracts):
    left = workspace.folder / "records" / "1"
    left.mkdir()
    (left / "half.parquet").write_bytes(b"half")
    receive_gangs(workspace, extracts[GANGS])
    assert "half.parquet" not in {path.name for path in left.iterdir()}
