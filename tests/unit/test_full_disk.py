"""A disk that is full: told in three sentences, nothing half-done is kept, and all goes on when there is room."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts

from kithmap.desk import audit
from kithmap.desk.backup import backup
from kithmap.desk.build import build, list_builds
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.workspace import Workspace
from kithmap.errors import MachineProblem
from kithmap.register.audit import Act

SIZE, NO_LIMIT = "24m", resource.RLIM_INFINITY


@pytest.fixture(params=["a disk of its own", "a limit to files"])
def small(request, tmp_path) -> Iterator[tuple[Path, Callable]]:
    """A folder, and a way to leave it only so many bytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "a limit to files":
        yield folder, limited
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk of its own")
    try:
        yield folder, lambda left: filled(folder, left)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    filler = folder / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - left)))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def limited(left: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: what a process may write where it has no disk of its own."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, NO_LIMIT))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (NO_LIMIT, NO_LIMIT))


def told(act: Callable[[], object]) -> str:
    with pytest.raises(MachineProblem) as problem:
        act()
    assert all((problem.value.what, problem.value.expected, problem.value.do))
    assert "full" in problem.value.what
    return problem.value.what


def test_a_full_disk_is_told_and_all_goes_on_when_there_is_room(small, tmp_path_factory, monkeypatch):
    folder, full = small
    monkeypatch.setenv("KITHMAP_KEY", "5a" * 32)
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    (cse, _), (gangs, layout) = some_extracts(world)[2:4]
    with make_workspace(folder / "workspace") as workspace:
        agree_to_all(workspace)
        receive(workspace, gangs, layout=layout, agreement=layout, who=ANALYST)
        cse_layout = "cse_panel_list"
        acts = {
            "receive": (
                4096,
                lambda: receive(workspace, cse, layout=cse_layout, agreement=cse_layout, who=ANALYST),
            ),
            "note": (0, lambda: audit.note(workspace, Act(ANALYST, "ask", "allow", "x" * 50_000))),
            "build": (300_000, lambda: build(workspace, who=ANALYST)),
            "backup": (40_000, lambda: backup(workspace, folder / "b.kithmap", who=ANALYST)),
        }
        for left, act in acts.values():
            with full(left):
                told(act)
            check_nothing_changed(workspace)
        assert not list(folder.glob("b.kithmap*"))
        for _, act in acts.values():
            act()
        assert (len(list_receipts(workspace)), len(list_builds(workspace))) == (2, 1)
        # What is there already is copied, and not written anew.
        with full(300_000):
            told(lambda: build(workspace, who=ANALYST))
        assert len(list_builds(workspace)) == 1
        assert list(workspace.tmp.iterdir()) == []


def check_nothing_changed(workspace: Workspace) -> None:
    assert [receipt.receipt_no for receipt in list_receipts(workspace)] == [1]
    assert list_builds(workspace) == []
    assert list(workspace.builds.iterdir()) == []
    assert audit.verify(workspace).intact
