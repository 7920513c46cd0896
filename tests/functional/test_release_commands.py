"""The road of a release at a terminal, and that every command about people's rows is written down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from running import Run

from kithmap.cli import commands  # noqa: F401  registers every command
from kithmap.cli.app import app

PURPOSE = "PP-2026-01"
FIRST, SECOND = "demo-manager", "demo-governance"
OUTSIDER = "outsider"


@pytest.fixture(scope="module")
def submitted(demo: Path, run: Run) -> str:
    """A release that waits for two people."""
    done = run(
        "release", "submit", "overlap", "--purpose", PURPOSE, "--level", "R1", "--to", "Hartwell MASH",
        "--handling", "Not for enforcement", "--expires", "2099-12-31", "-w", demo, "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    return str(done.json["release"])


def state_of(run: Run, demo: Path, release: str) -> str:
    return run("release", "show", release, "-w", demo, "--json").json["state"]


def test_a_release_goes_from_hand_to_hand_and_is_recalled(demo: Path, run: Run, submitted: str) -> None:
    waiting = run("release", "list", "--waiting", "-w", demo)
    assert submitted in waiting.out
    assert run("release", "approve", submitted, "-w", demo).code == 3, "its author may not approve it"
    assert run("release", "send", submitted, "-w", demo).code in (2, 3), "nobody has approved it"
    assert run("release", "approve", submitted, "-w", demo, "--as", FIRST).code == 0
    assert run("release", "approve", submitted, "-w", demo, "--as", FIRST).code in (2, 3), "not twice"
    assert run("release", "approve", submitted, "-w", demo, "--as", SECOND).code == 0
    assert state_of(run, demo, submitted) == "approved"
    sent = run("release", "send", submitted, "-w", demo)
    assert sent.code == 0, sent.err
    assert "young people" in sent.out

    listed = run("release", "distribution", "-w", demo, "--json").json
    (mine,) = [each for each in listed if submitted in each.values()]
    assert "Not for enforcement" in mine.values()
    words = (
        "release",
        "acknowledge",
        submitted,
        "--to",
        "Hartwell MASH",
        "--by",
        "Their analyst",
        "-w",
        demo,
    )
    assert "has the release" in run(*words).out
    recalled = run(
        "release", "recall", submitted, "--reason", "a count was wrong", "-w", demo, "--as", SECOND
    )
    assert recalled.code == 0, recalled.err
    assert "Recall notice for Hartwell MASH" in recalled.out
    assert submitted in run("release", "notices", "-w", demo).out
    assert "recalled" in run(*words).out
    assert submitted not in run("release", "notices", "-w", demo).out
    assert state_of(run, demo, submitted) == "recalled"


def test_a_release_is_returned_changed_and_taken_back(demo: Path, run: Run) -> None:
    made = run("release", "submit", "prevalence", "--purpose", PURPOSE, "--level", "R1", "--to", "Hartwell MASH", "-w", demo, "--json")  # fmt: skip
    assert made.code == 0, made.err
    release = made.json["release"]
    assert run("release", "return", release, "-w", demo, "--as", FIRST).code == 2, "nothing says why"
    back = run("release", "return", release, "--note", "By age, please", "-w", demo, "--as", FIRST)
    assert (back.code, state_of(run, demo, release)) == (0, "returned")
    assert run("release", "change", release, "-w", demo).code == 0
    assert (
        run("release", "reject", release, "--note", "Not this quarter", "-w", demo, "--as", SECOND).code == 0
    )
    assert run("release", "withdraw", release, "-w", demo).code == 2, "it was rejected for good"
    assert state_of(run, demo, release) == "rejected"


def test_what_may_be_kept_no_longer_is_only_told_of_in_a_dry_run(demo: Path, run: Run) -> None:
    assert "Nothing is past its day" in run("retain", "--dry-run", "-w", demo).out
    assert run("retain", "-w", demo, "--as", SECOND, "--json").json == {
        "extracts": [],
        "builds": [],
        "left": [],
    }


def commands_with_a_purpose() -> Iterator[tuple[str, Any]]:
    """Every command that takes a purpose for itself; `inspect` reads a file of the user's own."""

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        for child, each in sorted(getattr(command, "commands", {}).items()):
            yield from walk(each, f"{name} {child}".strip())
        if not hasattr(command, "commands") and "purpose" in {p.name for p in command.params if p.param_type_name == "option"}:  # fmt: skip
            yield name, command

    return ((name, each) for name, each in walk(typer.main.get_command(app), "") if name != "inspect")


# What a command needs besides its purpose, where any word would not do.
GIVEN = {"measure": "overlap", "level": "R1", "number": "1", "approved_by": FIRST, "decision": "same", "kind": "access"}  # fmt: skip
GIVEN |= {"one": "police_missing.csv:1:1", "other": "police_missing.csv:2:1", "of": "police_missing.csv:1"}
GIVEN |= {"reference": "police_missing.csv:1", "judgement": "1", "to": "Hartwell MASH"}


def words_for(command: Any, file: Path, out: Path) -> list[object]:
    words: list[object] = []
    for parameter in command.params:
        if parameter.name == "purpose" or not (parameter.required or parameter.param_type_name == "argument"):
            continue
        value = GIVEN.get(parameter.name, {"file": file, "files": file, "out": out}.get(parameter.name, "P1"))
        words += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return words


@pytest.mark.parametrize(
    ("name", "command"), list(commands_with_a_purpose()), ids=lambda each: str(each)[:40]
)
def test_whoever_tries_a_command_about_people_without_a_right_to_it_is_refused_and_written_down(
    demo: Path, run: Run, tmp_path: Path, name: str, command: Any
) -> None:
    run("user", "add", OUTSIDER, "--role", "administrator", "-w", demo)
    file = demo / "world" / "extracts" / "police_missing.csv"
    before = last_line(run, demo)
    words = words_for(command, file, tmp_path / "out")
    done = run(*name.split(), *words, "--purpose", PURPOSE, "-w", demo, "--as", OUTSIDER)
    after = last_line(run, demo)
    # What is no workbook is told before anything of the workspace is.
    assert done.code == (1 if name == "audit-sample import" else 3), done.err
    if name == "audit-sample import":
        return
    assert after["seq"] > before["seq"] + 1
    told = run("audit", "show", "--last", "2", "-w", demo, "--as", SECOND, "--json").json
    assert not (tmp_path / "out").exists()
    assert any(line["actor"] == OUTSIDER and line["outcome"] == "deny" for line in told)


def last_line(run: Run, demo: Path) -> dict[str, Any]:
    return run("audit", "show", "--last", "1", "-w", demo, "--as", SECOND, "--json").json[-1]
