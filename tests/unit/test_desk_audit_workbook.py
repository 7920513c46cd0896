"""An audit sample filled in as a workbook: nothing of what linkage decided, and nothing changed unseen."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_made import ANALYST, make_small_world, make_workspace, receive_some

from kithmap.desk import audit_sample, users
from kithmap.desk.audit_import import import_sheets, look_at_sheets
from kithmap.desk.audit_workbook import AUDIT, COLUMNS, Exported, export_sheets
from kithmap.desk.build import build
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, NotPermitted, WrongUse
from kithmap.register import audit_samples

FILLED = chr(ord("A") + len(COLUMNS) - 1)
SHEET = "xl/worksheets/sheet2.xml"
HOW = {"purpose": "quality", "who": ANALYST}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    world = make_small_world(tmp_path_factory.getbasetemp() / "small-world")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("keys")))
        with make_workspace(tmp_path_factory.mktemp("books") / "workspace") as made:
            receive_some(made, world)
            build(made, who=ANALYST)
            users.add_user(made, "bea", "analyst", who=ANALYST)
            audit_sample.draw(made, purpose="quality", who=ANALYST, records=20, seed=1)
            yield made


@pytest.fixture
def exported(workspace: Workspace, tmp_path: Path) -> Exported:
    return export_sheets(workspace, tmp_path / "sample.xlsx", most=3, **HOW)


def rewrite(file: str, change: dict[str, str]) -> Path:
    """Change the text of some cells of the sheet, as a spreadsheet program would."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    text = parts[SHEET].decode()
    for cell, said in change.items():
        inline = rf'<c r="{cell}" s="\1" t="inlineStr"><is><t>{said}</t></is></c>'
        text, found = re.subn(rf'<c r="{cell}" s="(\d+)"(?:/>| t="s"><v>\d+</v></c>)', inline, text)
        assert found == 1
    parts[SHEET] = text.encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return Path(file)


def record_rows(file: str) -> list[int]:
    """The rows of the sheet in which a record stands, counted from 1."""
    from kithmap.ingest.files import read_file
    from kithmap.ingest.workbooks import Workbook, cell_text

    rows = Workbook(read_file(Path(file))).rows(AUDIT)
    return [at for at, row in enumerate(rows, 1) if cell_text(row[1]) == "the record"]


def test_what_was_filled_in_is_marked(workspace: Workspace, exported: Exported) -> None:
    first, second, third = record_rows(exported.file)
    filled = {
        f"{FILLED}{first}": "looked at",
        f"{FILLED}{first + 1}": "same",
        f"{FILLED}{second}": "says too little",
    }
    done = import_sheets(workspace, rewrite(exported.file, filled), **HOW)
    kept = {record.number: record for record in audit_samples.get_sample(workspace.register).records}

    assert (done.records, done.left_empty) == (2, 1)
    assert kept[1].state == "searched"
    assert len(kept[1].matches) >= 1
    assert (kept[2].state, kept[3].state) == ("not sure", "waiting")
    assert third > second


def test_the_workbook_says_nothing_of_linkage(exported: Exported) -> None:
    from kithmap.ingest.files import read_file
    from kithmap.ingest.workbooks import Workbook, cell_text

    book = Workbook(read_file(Path(exported.file)))
    said = " ".join(cell_text(cell) for name in book.sheets for row in book.rows(name) for cell in row)

    assert not re.search(r"\bP[A-Z2-7]{16}\b|probability|weight", said)


@pytest.mark.parametrize("cell", ["C2", "D3"], ids=["the record", "one beside it"])
def test_a_workbook_changed_outside_the_yellow_cells_is_refused(
    workspace: Workspace, exported: Exported, cell: str
) -> None:
    with pytest.raises(DataProblem, match="not as exported"):
        import_sheets(workspace, rewrite(exported.file, {cell: "Somebody else"}), **HOW)


@pytest.mark.parametrize(
    "filled",
    [{1: "same"}, {0: "looked at", 1: "perhaps"}, {0: "says too little", 1: "same"}],
    ids=["not said to be looked at", "another word", "too little, and the same"],
)
def test_a_record_half_filled_in_is_refused(
    workspace: Workspace, exported: Exported, filled: dict[int, str]
) -> None:
    first = record_rows(exported.file)[0]
    half = rewrite(exported.file, {f"{FILLED}{first + down}": said for down, said in filled.items()})
    with pytest.raises(DataProblem, match=f"sheet 'Audit', row {first}.*not filled in|row {first + 1}"):
        import_sheets(workspace, half, **HOW)
    (refusal,) = look_at_sheets(workspace, half, **HOW).refusals
    assert refusal.column.startswith(FILLED)
    assert refusal.expected
    assert refusal.do


def test_the_same_workbook_a_second_time_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    exported = export_sheets(workspace, tmp_path / "twice.xlsx", most=2, **HOW)
    filled = rewrite(exported.file, {f"{FILLED}{record_rows(exported.file)[0]}": "looked at"})
    looked = look_at_sheets(workspace, filled, **HOW)
    assert [line.state for line in looked.lines] == ["new", "left empty"]
    assert import_sheets(workspace, filled, **HOW).records == 1
    before = audit_samples.get_sample(workspace.register)
    done = import_sheets(workspace, filled, **HOW)
    assert (done.records, done.already, done.left_empty) == (0, 1, 1)
    assert audit_samples.get_sample(workspace.register) == before
    assert [line.state for line in look_at_sheets(workspace, filled, **HOW).lines] == [
        "known already", "left empty",
    ]  # fmt: skip


def test_nobody_imports_somebody_elses_workbook(workspace: Workspace, exported: Exported) -> None:
    with pytest.raises(NotPermitted):
        import_sheets(workspace, Path(exported.file), purpose="quality", who="bea")


def test_only_a_workbook_is_written(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        export_sheets(workspace, tmp_path / "sample.csv", **HOW)


def test_second_looks_are_exported_for_somebody_else(workspace: Workspace, tmp_path: Path) -> None:
    own = export_sheets(workspace, tmp_path / "own.xlsx", again=True, **HOW)
    other = export_sheets(workspace, tmp_path / "other.xlsx", again=True, purpose="quality", who="bea")

    assert own.records == 0
    assert other.records <= 2
