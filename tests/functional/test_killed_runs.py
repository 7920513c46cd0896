"""`kill -9` at any moment: the workspace opens, nothing is lost or doubled, the next run completes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pytest
from desk_made import (
    ANALYST,
    agree_to_all,
    files_with,
    make_small_world,
    make_workspace,
    names_in,
    receive_some,
    some_extracts,
)

from kithmap.desk import audit, jobs, lock
from kithmap.desk.build import list_builds
from kithmap.desk.links import links
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.engines import duckdb
from kithmap.engines.engine import Engine

TESTS = Path(__file__).resolve().parents[1]
MOMENTS = 10
KILLED = -9
FED = ("mention", "listing", "flag")  # what the extract of the test gives
GANGS = 3
BUILDS_KILLED = 5
ENOUGH = 6  # by the clock a run may be over before its moment, when the machine has less to do


class Runs:
    """A process that runs `receive` or `build`, whole or until it is killed."""

    def __init__(self, kind: str, errors: Path) -> None:
        self.errors = errors
        script = TESTS / "functional" / "runs_to_kill.py"
        self._log = errors.open("w")
        self._process = subprocess.Popen(
            [sys.executable, str(script), kind],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        assert self._read() == "ready"

    def run(self, folder: Path, file: Path | str = "-", moment: str = "whole", how_far: float = 0):
        """Run once: how it ended, how many calls it made, how long it took."""
        assert self._process.stdin
        far = f"{how_far:.3f}" if moment == "seconds" else str(int(how_far))
        self._process.stdin.write(f"{folder}\t{file}\t{moment}\t{far}\n")
        self._process.stdin.flush()
        code, calls, seconds = self._read().split()
        return int(code), int(calls), float(seconds)

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            process.kill()
        self._log.close()


def moments(calls: int, seconds: float) -> list[tuple[str, float]]:
    """Ten moments, drawn with a fixed seed: six by calls made, four by the clock.

    Calls strike between any two steps of ours; the clock strikes also within those of a library.
    """
    drawn = np.random.default_rng(9).uniform(0.02, 0.98, MOMENTS)
    return [
        ("calls", share * calls) if n % 5 > 1 else ("seconds", share * seconds)
        for n, share in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("killed")
        # The head of the audit is then kept in each copy of a workspace, and not once for all.
        patch.setenv("KITHMAP_KEY", "5a" * 32)
        yield folder


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    return make_small_world(tmp_path_factory.getbasetemp() / "world")


def copied(workspace: Path, to: Path) -> Path:
    """The same workspace, with the same key, as it was."""
    shutil.copytree(workspace, to)
    return to


def check_whole(workspace: Workspace) -> None:
    """Nothing half-done is left but of a build that waits to be gone on with; receipts and builds have their files."""
    assert lock.is_free(workspace.folder)
    numbers = {str(receipt.receipt_no) for receipt in list_receipts(workspace)}
    assert {path.name for path in (workspace.folder / "records").iterdir()} == numbers
    published = {made["build"] for made in list_builds(workspace)}
    waiting = {job.job_id for job in jobs.list_jobs(workspace, who=ANALYST) if job.state == "queued"}
    assert len(waiting) <= 1
    assert not waiting & published
    here = {path.name.split(".")[0] for path in workspace.builds.iterdir()}
    assert published <= here <= published | waiting
    assert {path.name.split(".")[0] for path in workspace.tmp.iterdir()} <= waiting
    assert audit.verify(workspace).intact


def records_of(workspace: Workspace, reader: Engine) -> dict[str, pa.Table]:
    """The records of every extract kept."""
    numbers = [receipt.receipt_no for receipt in list_receipts(workspace)]
    held = [(name, reader.records(name, workspace.records.paths(name, numbers))) for name in FED]
    return {name: reader.fetch(rows).sort_by(rows.columns[0]) for name, rows in held}


def test_receiving_killed_at_ten_moments_loses_and_doubles_nothing(home, world):
    file = some_extracts(world)[GANGS][0]
    base = home / "to-receive"
    with make_workspace(base) as workspace:
        agree_to_all(workspace)
    with Runs("receive", home / "receive.log") as runs, duckdb.memory(workspace.key) as reader:
        check_receiving(home, base, file, runs, reader)


def check_receiving(home: Path, base: Path, file: Path, runs: Runs, reader: Engine) -> None:
    whole = copied(base, home / "receive-whole")
    code, calls, _ = runs.run(whole, file)
    assert code == 0, runs.errors.read_text()
    _, _, seconds = runs.run(copied(base, home / "receive-again"), file, "plain")
    with open_workspace(whole) as workspace:
        expected, receipts = records_of(workspace, reader), list_receipts(workspace)
    killed = 0
    for number, (moment, how_far) in enumerate(moments(calls, seconds)):
        folder = copied(base, home / f"receive-{number}")
        code, _, _ = runs.run(folder, file, moment, how_far)
        killed += code == KILLED
        with open_workspace(folder) as workspace:
            check_whole(workspace)
            assert len(list_receipts(workspace)) <= 1
        assert runs.run(folder, file, "plain")[0] == 0, runs.errors.read_text()
        with open_workspace(folder) as workspace:
            check_whole(workspace)
            assert [r.sha256 for r in list_receipts(workspace)] == [r.sha256 for r in receipts]
            assert [r.receipt_no for r in list_receipts(workspace)] == [r.receipt_no for r in receipts]
            assert records_of(workspace, reader) == expected
    assert killed >= ENOUGH


def test_a_build_killed_at_five_moments_leaves_what_there_was(home, world):
    base = home / "to-build"
    with make_workspace(base) as workspace:
        receive_some(workspace, world)
    with Runs("build", home / "build.log") as runs:
        check_building(home, base, runs)


def check_building(home: Path, base: Path, runs: Runs) -> None:
    whole = copied(base, home / "build-whole")
    code, calls, _ = runs.run(whole)
    assert code == 0, runs.errors.read_text()
    _, _, seconds = runs.run(copied(base, home / "build-again"), "-", "plain")
    with open_workspace(whole) as workspace:
        names = names_in(workspace)
        expected, receipts = links(workspace, purpose="quality", who="ann"), list_receipts(workspace)
    folder = copied(base, home / "build-killed")
    killed = published = 0
    # Fewer than of the others: test_resumed_builds kills at each step.
    for moment, how_far in moments(calls, seconds)[:BUILDS_KILLED]:
        code, _, _ = runs.run(folder, "-", moment, how_far)
        killed += code == KILLED
        assert files_with(folder, names) == {}
        with open_workspace(folder) as workspace:
            check_whole(workspace)
            assert list_receipts(workspace) == receipts
            assert len(list_builds(workspace)) in (published, published + 1)
            published = len(list_builds(workspace))
    assert runs.run(folder, "-", "plain")[0] == 0, runs.errors.read_text()
    assert killed >= BUILDS_KILLED // 2
    with open_workspace(folder) as workspace:
        check_whole(workspace)
        assert len(list_builds(workspace)) == published + 1
        assert links(workspace, purpose="quality", who="ann") == expected


def test_withdrawing_killed_at_ten_moments_withdraws_it_or_not(home, world):
    base = home / "to-withdraw"
    with make_workspace(base) as workspace:
        agree_to_all(workspace)
        for file, layout in some_extracts(world)[2:4]:
            receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)
    with Runs("withdraw", home / "withdraw.log") as runs:
        check_withdrawing(home, base, runs)


def check_withdrawing(home: Path, base: Path, runs: Runs) -> None:
    code, calls, _ = runs.run(copied(base, home / "withdraw-whole"), "2")
    assert code == 0, runs.errors.read_text()
    _, _, seconds = runs.run(copied(base, home / "withdraw-again"), "2", "plain")
    killed = 0
    for number, (moment, how_far) in enumerate(moments(calls, seconds)):
        folder = copied(base, home / f"withdraw-{number}")
        code, _, _ = runs.run(folder, "2", moment, how_far)
        killed += code == KILLED
        with open_workspace(folder) as workspace:
            check_whole(workspace)
        assert runs.run(folder, "2", "plain")[0] == 0, runs.errors.read_text()
        with open_workspace(folder) as workspace:
            check_whole(workspace)
            assert [receipt.receipt_no for receipt in list_receipts(workspace)] == [1]
            told = [line.verb for line in audit.show(workspace, last=100, who=ANALYST)]
            assert (told.count("withdraw"), told.count("remove records")) == (1, 1)
    assert killed >= ENOUGH
