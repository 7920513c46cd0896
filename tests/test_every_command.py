"""Promises every way in keeps: each command and library function declares its policy, and none goes round the door."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import kithmap
from kithmap.cli import commands  # noqa: F401  registers every command
from kithmap.cli.app import app
from kithmap.cli.policies import COMMANDS
from kithmap.desk.policies import LIBRARY, Policy
from kithmap.governance.policy import Action, purposes_for, roles_for

SOURCE = Path(kithmap.__file__).parent
# Nouns and errors have no way to data.
# A release bears the purpose it was asked for, and its note that of the list it is about.
OF_A_RELEASE = ("release ", "disproportion ")
NOUNS = {"KithmapError", "Layout", "Level", "Measure", "Purpose", "Release", "Result", "Workspace"}
# Modules of the desk that open a build's tables themselves: they make builds, or sit down at one within a scope.
# Each is here with what keeps it to what may be seen.
AT_THE_BUILD = {
    "scope.py": "the door itself",
    "sitting.py": "asked about references that the scope allows", "find.py": "filters by the scope's extracts",
    "explain.py": "of two mentions that the scope allows", "chains.py": "of mentions that the scope allows",
    "queue.py": "of pairs that the scope allows", "review.py": "of pairs that the scope allows",
    "links.py": "the names of extracts", "history.py": "pseudonyms alone",
    "compared.py": "of the scope's extracts", "audit_sample.py": "the holders of extracts",
    "audited_people.py": "marked records of a sample", "corrected.py": "the lists and holders of concerns, for odds",
    "drawn_people.py": "draws of the people in the scope", "drawn_tables.py": "draws of the people in the scope", "movers.py": "draws of the people in the scope",
    "making.py": "makes builds", "linking.py": "makes builds", "taken.py": "makes builds", "past.py": "makes builds", "drift.py": "makes builds", "manifest.py": "makes builds",
    "encode.py": "a list of the user's own", "compare_encodings.py": "encodings, never names", "doctor.py": "no build",
    "timeline.py": "of one person's rows in the extracts that the scope allows",
    "subject.py": "of extracts that the scope allows", "objected.py": "whom the scope leaves out", "audit_frame.py": "draws a sample", "registry_names.py": "names that an excerpt must not hold",
}  # fmt: skip


def every_command() -> Iterator[tuple[str, Any]]:
    yield from _walk(typer.main.get_command(app), "")


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child, each in sorted(children.items()):
        yield from _walk(each, f"{name} {child}".strip())


@pytest.mark.parametrize(("name", "command"), list(every_command()))
def test_every_command_declares_its_policy(name, command):
    declared = COMMANDS[name]
    if declared.action is None:
        assert declared.why, "an open command says why"
        return
    options = {parameter.name for parameter in command.params}
    assert "who" in options, "whoever acts is known"
    assert roles_for(declared.action)
    if declared.purpose == "needed":
        assert "purpose" in options
        assert purposes_for(declared.action)
    elif not name.startswith(OF_A_RELEASE):
        assert not purposes_for(declared.action), "an action that serves a purpose names it"


@pytest.mark.parametrize(("name", "command"), list(every_command()))
def test_no_command_takes_a_purpose_that_its_policy_does_not_tell_of(name, command):
    # What suspends or shows a purpose has it for an argument; `inspect` reads a file of the user's own.
    if "purpose" in {p.name for p in command.params if p.param_type_name == "option"} and name != "inspect":
        assert COMMANDS[name].purpose == "needed"


def test_no_policy_is_of_a_command_that_is_not_there():
    assert set(COMMANDS) == {name for name, _ in every_command()}


def test_every_public_function_declares_its_policy():
    assert set(LIBRARY) == set(kithmap.__all__) - NOUNS
    assert all(isinstance(declared.action, Action) or declared.why for declared in LIBRARY.values())


def test_a_policy_of_nothing_says_why_or_it_is_a_fault():
    assert Policy(Action.ASK).why == ""


def calls_in(path: Path) -> set[str]:
    """The methods called in a file, as `of.method` where what it is called on has a name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            name = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            found.add(f"{name.strip('_')}.{node.func.attr}")
    return found


TO_DATA = {"engine.table", "engine.lookup", "engine.query", "engine.records"}


@pytest.mark.parametrize("path", sorted((SOURCE / "desk").glob("*.py")), ids=lambda path: path.name)
def test_nothing_of_the_desk_opens_a_build_but_what_says_why(path):
    if calls_in(path) & TO_DATA:
        assert path.name in AT_THE_BUILD


@pytest.mark.parametrize(
    "path", sorted(p for part in ("cli", "products", "measures") for p in (SOURCE / part).rglob("*.py")), ids=str
)  # fmt: skip
def test_no_surface_product_or_measure_reaches_data_by_itself(path):
    assert not calls_in(path) & (TO_DATA | {"engine.fetch", "workspace.records"})


@pytest.mark.parametrize(
    "path", sorted(p for part in ("cli", "products", "measures", "desk") for p in (SOURCE / part).rglob("*.py")), ids=str
)  # fmt: skip
def test_there_is_no_sql_of_a_users(path):
    """Only the engines speak SQL, and linkage its own conditions: a user's words never become any."""
    assert not {call.partition(".")[2] for call in calls_in(path)} & {
        "sql",
        "raw_sql",
        "execute",
        "executemany",
    }


def test_the_list_of_modules_at_the_build_is_exact():
    there = {path.name for path in (SOURCE / "desk").glob("*.py") if calls_in(path) & TO_DATA}
    assert there <= set(AT_THE_BUILD)
