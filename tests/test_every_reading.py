"""Whoever reads people's rows is written down: every function of the desk that a surface calls, by the source itself.

What reads is found from what a function calls, and what those call. A function that reads rows must reach a call
of `audit.note`, or be listed here with why it need not.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

import kithmap

SOURCE = Path(kithmap.__path__[0])
SURFACES = ("cli", "web", "products")
# What rows of people come from: a table of a build, or the records.
READS = {"table", "lookup", "records"}
OF_REFUSALS = frozenset({("audit", "refusals_noted"), ("audit", "check_permitted")})
# Finding what may be seen reads whom to leave out: the door itself, whoever comes through it.
DOOR = frozenset({("objected", "find_objected")})
PROPERTIES = {"property", "cached_property"}
NOTES = {("audit", "note"), ("audit", "note_all")}
# Reading that writes no line of its own: why.
EXCUSED = {
    ("encode", "encode_file"): "reads a file of the user's own, outside any workspace",
    ("doctor", "examine"): "draws a table of what works here; it opens no build",
    ("choices", "find_choices"): "offers the lists, harms and roles that rows name, of nobody",
    ("contexts", "find_ids"): "ids of schools and places by their codes, and nothing of who is there",
}
Name = tuple[str, str]


@dataclass
class Function:
    """A function of the desk: what it calls by name, the methods it calls and fields it asks for, and whether it reads rows itself."""

    calls: set[Name] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    is_property: bool = False
    reads: bool = False


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> dict[str, Name]:
    """What names of a module stand for, of the desk: a function, or a module (with no name of a function)."""
    found: dict[str, Name] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for each in node.names:
            if node.module == "kithmap.desk":
                found[each.asname or each.name] = (each.name, "")
            elif node.module.startswith("kithmap.desk."):
                found[each.asname or each.name] = (node.module.rpartition(".")[2], each.name)
    return found


def named_in(tree: ast.AST, known: dict[str, Name]) -> Iterator[Name]:
    """The functions of the desk that code names, whether it calls them or hands them on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known and known[node.id][1]:
            yield known[node.id]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            module, name = known[node.value.id]
            if not name:
                yield (module, node.attr)


@cache
def functions() -> dict[Name, Function]:
    """Every function of the desk, and every method by the name of its class and itself."""
    found: dict[Name, Function] = {}
    for path in sorted((SOURCE / "desk").glob("*.py")):
        tree = parsed(path)
        own = {
            each.name: (path.stem, each.name)
            for each in tree.body
            if isinstance(each, ast.FunctionDef | ast.ClassDef)
        }
        known = {**imported(tree), **own}
        for each in tree.body:
            parts = each.body if isinstance(each, ast.ClassDef) else [each]
            prefix = f"{each.name}." if isinstance(each, ast.ClassDef) else ""
            for part in parts:
                if isinstance(part, ast.FunctionDef):
                    found[path.stem, prefix + part.name] = read(part, known)
    return found


def read(body: ast.FunctionDef, known: dict[str, Name]) -> Function:
    marks = {each.id for each in body.decorator_list if isinstance(each, ast.Name)}
    made = Function(calls=set(named_in(body, known)), is_property=bool(marks & PROPERTIES))
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            name = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            made.methods.add(node.func.attr)
            made.reads |= node.func.attr in READS and name.strip("_") in ("engine", "scope", "records")
        elif isinstance(node, ast.Attribute):
            made.fields.add(node.attr)
    return made


@cache
def closure(start: Name, without: frozenset[Name] = frozenset()) -> frozenset[Name]:
    """Everything of the desk that a function reaches; a method by its name, whichever class has it."""
    methods: dict[str, list[Name]] = {}
    for module, name in functions():
        if "." in name:
            methods.setdefault(name.partition(".")[2], []).append((module, name))
    reached, waiting = {start}, [start]
    while waiting:
        one = functions().get(waiting.pop())
        if one is None:
            continue
        nearby = {module for module, _ in one.calls} | {start[0], "sitting", "scope", "asked"}
        inside = {
            each
            for name in one.methods | one.fields
            for each in methods.get(name, ())
            if each[0] in nearby and name in (one.fields if functions()[each].is_property else one.methods)
        }
        for each in (one.calls | inside) - reached - without:
            reached.add(each)
            waiting.append(each)
    return frozenset(reached)


def reads_rows(one: Name) -> bool:
    return any(each in functions() and functions()[each].reads for each in closure(one, DOOR))


def is_noted(one: Name) -> bool:
    """Whether it reaches a note; that a refusal is noted is no note of what was read."""
    return bool(closure(one, OF_REFUSALS) & NOTES)


@cache
def called_by_surfaces() -> tuple[Name, ...]:
    """The functions of the desk that commands, pages and products name."""
    found: set[Name] = set()
    for part in SURFACES:
        for path in sorted((SOURCE / part).rglob("*.py")):
            tree = parsed(path)
            found |= set(named_in(tree, imported(tree)))
    return tuple(sorted(found & functions().keys()))


def test_the_surfaces_call_many_functions_that_read():
    """The tests below could fail: there is something to look at, and the walk finds what is known to read."""
    reading = [each for each in called_by_surfaces() if reads_rows(each)]
    assert len(reading) >= 15
    assert {("ask", "ask"), ("subject", "view"), ("find", "find"), ("links", "links")} <= set(reading)


@pytest.mark.parametrize("one", called_by_surfaces(), ids="-".join)
def test_whatever_reads_rows_for_a_surface_writes_a_line_of_the_audit(one):
    if reads_rows(one):
        assert is_noted(one) or one in EXCUSED


def test_every_excuse_is_of_something_that_needs_one():
    assert not [one for one in EXCUSED if one in functions() and (is_noted(one) or not reads_rows(one))]


def test_a_function_that_only_reads_would_be_caught():
    source = "def look(sitting):\n    return sitting.engine.lookup('person', 'person_id', ['P1'])\n"
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.FunctionDef)
    assert read(body, {}).reads
