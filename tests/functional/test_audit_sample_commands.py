"""The audit sample, from the command line: drawn, looked at, marked, looked at again."""

from pathlib import Path

import pytest
from running import Run

PURPOSE = ("--purpose", "QA-2026-01")


@pytest.fixture(scope="module")
def drawn(demo: Path, run: Run) -> dict[str, object]:
    done = run("audit-sample", "draw", "--records", "30", "--seed", "5", *PURPOSE, "-w", demo, "--json")
    assert done.code == 0, done.err
    return done.json


def test_a_sample_is_drawn_with_its_seed(drawn: dict[str, object]) -> None:
    assert drawn["states"] == {"waiting": 30}
    assert drawn["seed"] == 5


def test_a_record_is_shown_beside_others_and_marked(demo: Path, run: Run, drawn: dict[str, object]) -> None:
    shown = run("audit-sample", "next", *PURPOSE, "-w", demo)
    assert shown.code == 0, shown.err
    assert "Record 1 of 30" in shown.out
    marked = run("audit-sample", "mark", "1", "--same", "1", *PURPOSE, "-w", demo, "--json")

    assert marked.json["states"] == {"searched": 1, "waiting": 29}
    assert "Record 2 of 30" in run("audit-sample", "next", *PURPOSE, "-w", demo).out


def test_a_sample_hardly_marked_corrects_nothing(demo: Path, run: Run, drawn: dict[str, object]) -> None:
    assert "no audit sample has been done" in run("audit-sample", "status", "-w", demo).out


def test_places_are_numbers(demo: Path, run: Run, drawn: dict[str, object]) -> None:
    assert run("audit-sample", "mark", "2", "--same", "the first", *PURPOSE, "-w", demo).code == 2


def test_a_case_purpose_is_refused(demo: Path, run: Run, drawn: dict[str, object]) -> None:
    assert run("audit-sample", "next", "--purpose", "CASE-2026-01", "-w", demo).code == 3


def test_nobody_looks_again_at_a_record_of_their_own(demo: Path, run: Run, drawn: dict[str, object]) -> None:
    done = run("audit-sample", "next", "--again", *PURPOSE, "-w", demo)

    assert done.code == 2
    assert "waits for you to look at it too" in done.err


def test_a_workbook_comes_and_goes(demo: Path, run: Run, drawn: dict[str, object], tmp_path: Path) -> None:
    book = tmp_path / "sample.xlsx"
    assert (
        run("audit-sample", "export", "-o", book, "--most", "2", *PURPOSE, "-w", demo, "--json").json[
            "records"
        ]
        == 2
    )
    assert run("audit-sample", "import", book, *PURPOSE, "-w", demo, "--json").json["left_empty"] == 2
