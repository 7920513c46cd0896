"""Writes the pages of docs/reference that come from the code; with --check, only compares.

`make docs` fails when a page differs from what the code says, so the reference is never stale.
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer.main

from kithmap import errors
from kithmap.cli import commands  # noqa: F401  registers every command
from kithmap.cli.app import app
from kithmap.cli.policies import COMMANDS
from kithmap.governance import releasing
from kithmap.governance.policy import OPERATIONS, Action, Kind, grants, level_grants
from kithmap.governance.purposes import Purpose
from kithmap.ingest.reference import layouts_page
from kithmap.measures import registered
from kithmap.model.columns import Table
from kithmap.model.records import RECORD_TABLES
from kithmap.model.tables import BUILD_TABLES, LINKAGE_TABLES

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Made from the code by scripts/make_docs.py; do not edit. -->\n"
PERMISSIONS = "docs/explanation/permissions.md"
TABLES_BEGIN, TABLES_END = "<!-- tables: made by scripts/make_docs.py -->", "<!-- end of tables -->"
EXIT_CODES = {
    0: "done",
    1: "a problem in the data",
    2: "wrong use",
    3: "not permitted",
    4: "engine or machine",
}


def table_of(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    headings = list(headings)
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def commands_page() -> str:
    """Every command: what it does, its arguments and options, and the exit codes."""
    found = list(_walk(typer.main.get_command(app), "kithmap"))
    overview = table_of(
        ("command", "does"), ((f"[`{name}`](#{_anchor(name)})", _first(command)) for name, command in found)
    )
    codes = table_of(("exit code", "means"), EXIT_CODES.items())
    parts = [
        f"{NOTE}\n# Commands\n",
        "Results go to standard output, progress to standard error. `--json` works on every command.",
        (
            "`-w DIR` names the workspace (default: `KITHMAP_WORKSPACE`, or the current folder); `--as USER` says who acts "
            "(default: `KITHMAP_USER`, or the account signed in).\n"
        ),
        overview,
        f"\n{codes}\n",
        *(_command(name, command) for name, command in found),
    ]
    return "\n".join(parts)


def _walk(command: Any, name: str) -> Iterable[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in sorted(children.items()):
        yield from _walk(child, f"{name} {child_name}")


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _first(command: Any) -> str:
    return (command.help or "").strip().splitlines()[0]


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join([name, *(_usage(p) for p in arguments), "[OPTIONS]" if options else ""]).strip()
    extra = (
        " [--OPTION VALUE of the measure ...]"
        if command.context_settings.get("ignore_unknown_options")
        else ""
    )
    rows = [
        *((f"`{p.name.upper()}`", p.help or "", "yes" if p.required else "no") for p in arguments),
        *(
            (", ".join(f"`{o}`" for o in p.opts), p.help or "", "yes" if p.required else "no")
            for p in options
        ),
    ]
    return f"## {name}\n\n{command.help}\n\n```\n{usage}{extra}\n```\n\n{table_of(('argument or option', 'meaning', 'needed'), rows)}\n"


def _usage(parameter: Any) -> str:
    return parameter.name.upper() if parameter.required else f"[{parameter.name.upper()}]"


def measures_page() -> str:
    """Every measure: question, unit, options, purposes, and its own description."""
    rows = (
        (f"[`{m.name}`](#{m.name})", m.question, m.unit, ", ".join(sorted(p.value for p in m.purposes)))
        for m in registered()
    )
    parts = [
        f"{NOTE}\n# Measures\n",
        "A measure is a question asked of linked records, for a stated purpose; its answer leaves only as a release.\n",
        table_of(("measure", "question", "unit", "purposes"), rows),
        *(_measure(m) for m in registered()),
    ]
    return "\n".join(parts)


def _measure(measure: Any) -> str:
    options = [
        (f"`--{name}`", _type_name(p.annotation), f"`{p.default!r}`") for name, p in measure.options.items()
    ]
    listed = table_of(("option", "values", "default"), options) if options else "No options."
    inputs = ", ".join(f"`{table.name}`" for table in measure.inputs)
    counts = ", ".join(f"`{name}`" for name in measure.rule.counts)
    described = f"```text\n{measure.description}\n```"
    return (
        f"\n## {measure.name}\n\n*{measure.question}*\n\n{described}\n\n{listed}\n\n"
        f"Reads {inputs}. Guarded counts: {counts}. Drawn as: {measure.chart}.\n"
    )


def _type_name(annotation: Any) -> str:
    values = getattr(annotation, "__args__", None)
    return ", ".join(f"`{v}`" for v in values) if values else getattr(annotation, "__name__", str(annotation))


def tables_page() -> str:
    """Every record table and canonical table, column by column."""
    parts = [
        f"{NOTE}\n# Tables\n",
        "Record tables hold what an extract said; canonical tables are what a build makes of them.\n",
    ]
    kinds = (
        ("Record tables", RECORD_TABLES),
        ("Canonical tables of a build", BUILD_TABLES),
        ("What linking keeps besides", LINKAGE_TABLES),
    )
    for title, tables in kinds:
        parts += [f"# {title}\n", *(_table(table) for table in tables)]
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = ((f"`{c.name}`", c.type, c.unit, c.meaning, c.sensitivity.value) for c in table.columns)
    return f"## {table.name}\n\n{table.grain[0].upper()}{table.grain[1:]}.\n\n{table_of(('column', 'type', 'unit', 'meaning', 'sensitivity'), rows)}\n"


def errors_page() -> str:
    """Every error a user may meet, with its exit code."""
    found = [
        cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, errors.KithmapError)
    ]
    rows = (
        (f"`{cls.__name__}`", cls.exit_code, inspect.getdoc(cls))
        for cls in sorted(found, key=lambda c: (c.exit_code, c.__name__))
    )
    return f"{NOTE}\n# Errors\n\nEach says what is wrong, what was expected and what to do; never a person's data.\n\n{table_of(('error', 'exit code', 'means'), rows)}\n"


def releases_page() -> str:
    """The states of a release, whose hands each is in, and the moves, as a diagram and as tables."""
    states = (
        (
            state.value,
            releasing.HANDS[state].value,
            ", ".join(m.value for m in releasing.moves_from(state)) or "none",
        )
        for state in releasing.State
    )
    moves = (
        (move.value, state.value, end.value, releasing.MOVERS[move].value)
        for (state, move), end in releasing.TABLE.items()
    )
    parts = [
        f"{NOTE}\n# The states of a release\n",
        "Drawn from the one table that the program obeys; [Releases](../explanation/releases.md) explains it.\n",
        f"```mermaid\n{releasing.diagram()}\n```\n",
        table_of(("state", "in the hands of", "moves"), states),
        "\n## Moves\n",
        table_of(("move", "from", "to", "made by"), moves),
    ]
    return "\n".join(parts)


def permissions_page() -> str:
    """The explanation of permissions, its tables put in anew between their marks."""
    before, rest = (ROOT / PERMISSIONS).read_text(encoding="utf-8").split(TABLES_BEGIN)
    _, after = rest.split(TABLES_END)
    return f"{before}{TABLES_BEGIN}\n{permission_tables()}\n{TABLES_END}{after}"


def permission_tables() -> str:
    """What each role may do, what each level of agreement allows, and what each action needs."""
    roles = (
        (g.role.words, g.action.value, _words(Purpose, g.purposes), _words(Kind, g.data), g.whose.value)
        for g in grants()
    )
    levels = (
        (
            line.level.words,
            "; ".join(a.value for a in Action if a in line.actions),
            _words(Purpose, line.purposes),
        )
        for line in level_grants().values()
    )
    needs = ((action.value, needed.value if needed else "none") for action, needed in OPERATIONS.items())
    declared = (
        (name, p.action.value if p.action else "open", p.purpose, p.why)
        for name, p in sorted(COMMANDS.items())
    )
    titled = {
        "What a role may do": table_of(("role", "action", "purposes", "data", "whose"), roles),
        "What a level of agreement allows": table_of(("level", "actions", "purposes"), levels),
        "What an action needs of the agreement": table_of(
            ("action that needs an agreement", "operation"), needs
        ),
        "What a command needs": table_of(("command", "action", "purpose", "why it is open"), declared),
    }
    return "\n\n".join(f"## {title}\n\n{table}" for title, table in titled.items())


def _words(kind: Any, values: Iterable[Any]) -> str:
    given = set(values)
    return ", ".join(each.value for each in kind if each in given) or "none needed"


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/commands.md": commands_page,
    "docs/reference/layouts.md": layouts_page,
    "docs/reference/measures.md": measures_page,
    "docs/reference/releases.md": releases_page,
    "docs/reference/tables.md": tables_page,
    "docs/errors.md": errors_page,
    PERMISSIONS: permissions_page,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    only_compare = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page().rstrip() + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not only_compare:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if only_compare and stale:
        print(
            f"Not as the code says: {', '.join(stale)}. Run: .venv/bin/python scripts/make_docs.py",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
