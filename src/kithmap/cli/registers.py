"""Commands about what is filled in: the template of a layout, and the registers that the partnership keeps itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import UnknownOption, WrongUse

if TYPE_CHECKING:
    from kithmap.desk.entry_files import Looked
    from kithmap.desk.workspace import Workspace as Opened
    from kithmap.model.registers import RegisterTable
    from kithmap.register.entries import Kept

registers = typer.Typer(help="What the partnership writes down itself: provision in places.", no_args_is_help=True)  # fmt: skip
app.add_typer(registers, name="register")
MOST_REFUSALS_SHOWN = 20
Name = Annotated[str, typer.Argument(help="The register, by its name: see `kithmap register list`.")]
EntryId = Annotated[str, typer.Argument(help="The entry, by its id: see `kithmap register show`.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="The workbook to write (.xlsx).")]
Say = Annotated[
    list[str] | None, typer.Option("--set", help="What it says in a column: column=value, once for each.")
]


@app.command()
def template(
    layout: Annotated[str, typer.Argument(help="A built-in layout's name, or the path of a layout file.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Write the workbook that a holder fills in for a layout: headings, drop-downs, notes, an example."""
    from kithmap.desk.templates import collection_tool
    from kithmap.ingest.layouts import load_layout

    chosen = load_layout(layout)
    _write(out, collection_tool(chosen))
    data = {"layout": chosen.name, "file": str(out), "columns": list(chosen.columns)}
    show.say_either(
        as_json, data, f"Template of {chosen.name} with {len(chosen.columns)} columns written to {out}."
    )


@registers.command("list")
def list_registers(workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """List the registers, and how many entries stand in each."""
    from kithmap.desk import registers as desk

    listed = desk.list_registers(_open(workspace), who=user_name(who))
    rows = [[table.name, table.title, count] for table, count in listed]
    data = [
        {"register": table.name, "title": table.title, "entries": count, "columns": [each.name for each in table.columns]}
        for table, count in listed
    ]  # fmt: skip
    show.say_either(as_json, data, show.columns(rows, ["register", "title", "entries"]))


@registers.command("show")
def show_entries(name: Name, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Show the entries that stand in a register."""
    from kithmap.desk import registers as desk
    from kithmap.model.registers import get_register

    opened, table = _open(workspace), get_register(name)
    listed = desk.list_entries(opened, name, who=user_name(who))
    rows = [[each.entry_id, *_words(opened, table, each).values()] for each in listed]
    text = show.columns(rows, ["entry", *(column.label for column in table.columns)])
    show.say_either(
        as_json, [_data(each) for each in listed], text if rows else "Nothing stands in the register."
    )


@registers.command("versions")
def show_versions(
    name: Name, entry: EntryId, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Show every version of an entry, who wrote it and when, the oldest first."""
    from kithmap.desk import registers as desk

    listed = desk.list_versions(_open(workspace), name, entry, who=user_name(who))
    rows = [
        [each.version, _was(each.terms), each.added_by, f"{each.added_at:%d/%m/%Y %H:%M}"]
        for each in listed
    ]  # fmt: skip
    text = show.columns(rows, ["version", "was", "by", "at"])
    show.say_either(as_json, [each.to_dict() for each in listed], text)


@registers.command("add")
def add_entry(
    name: Name, said: Say = None, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Put an entry into a register. Name no young person."""
    from kithmap.desk import registers as desk

    made = desk.add_entry(_open(workspace), name, _written(name, said), who=user_name(who))
    show.say_either(as_json, _data(made), f"Entry {made.entry_id} is in the register {name}.")


@registers.command("change")
def change_entry(
    name: Name,
    entry: EntryId,
    said: Say = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Change an entry in the columns that are named; the others stay. Name no young person."""
    from kithmap.desk import registers as desk
    from kithmap.model.registers import get_register

    opened = _open(workspace)
    found = desk.get_entry(opened, name, entry, who=user_name(who))
    written = {**_words(opened, get_register(name), found), **_written(name, said)}
    made = desk.change_entry(opened, name, entry, written, version=found.version, who=user_name(who))
    same = " Nothing has changed." if made.version == found.version else ""
    show.say_either(as_json, _data(made), f"Entry {entry} stands as version {made.version}.{same}")


@registers.command("remove")
def remove_entry(
    name: Name,
    entry: EntryId,
    erase: Annotated[
        bool, typer.Option("--erase", help="Erase what any version of it said, such as a name.")
    ] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Remove an entry from a register; its history stays, unless it is erased."""
    from kithmap.desk import registers as desk

    opened, by = _open(workspace), user_name(who)
    if erase:
        gone = desk.erase_entry(opened, name, entry, who=by)
    else:
        found = desk.get_entry(opened, name, entry, who=by)
        gone = desk.remove_entry(opened, name, entry, version=found.version, who=by)
    how = "erased" if erase else "removed"
    show.say_either(as_json, _data(gone), f"Entry {entry} is {how} from the register {name}.")


@registers.command("template")
def write_template(
    name: Name, out: Out, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Write the workbook to fill in for a register."""
    from kithmap.desk.templates import register_template

    _write(out, register_template(_open(workspace), name, who=user_name(who)))
    show.say_either(as_json, {"register": name, "file": str(out)}, f"Template of {name} written to {out}.")


@registers.command("import")
def import_entries(
    name: Name,
    file: Annotated[Path, typer.Argument(help="The template, filled in (.xlsx).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take in a filled-in template: every row of it, or none where one cell is refused."""
    from kithmap.desk import entry_files
    from kithmap.ingest.files import read_file

    opened, source = _open(workspace), read_file(file)
    looked = entry_files.look_at_file(opened, name, source, who=user_name(who))
    taken = not dry_run and not looked.refusals
    if taken:
        looked = entry_files.import_file(opened, name, source, who=user_name(who))
    show.say_either(as_json, {**looked.to_dict(), "taken": taken}, _looked_text(looked, taken=taken))
    if looked.refusals:
        raise typer.Exit(1)


def _looked_text(looked: "Looked", *, taken: bool) -> str:
    lines = [f"{looked.file}, sheet '{looked.sheet}': {looked.sentence}"]
    lines += [f"Column '{each}' is not of this register, and was not read." for each in looked.unread]
    lines += [
        f"  row {each.row}, {each.column}: {each.what} {each.expected} {each.do}"
        for each in looked.refusals[:MOST_REFUSALS_SHOWN]
    ]
    if len(looked.refusals) > MOST_REFUSALS_SHOWN:
        lines.append(f"  and {len(looked.refusals) - MOST_REFUSALS_SHOWN:,} more: see --json.")
    lines.append("All of it is in the register." if taken else "Nothing was taken.")
    return "\n".join(lines)


def _open(workspace: Path | None) -> "Opened":
    from kithmap.desk.workspace import open_workspace

    return open_workspace(find_workspace(workspace))


def _written(name: str, said: list[str] | None) -> dict[str, str]:
    """What `--set` says, by column.

    Raises: NotFound, UnknownOption.
    """
    from kithmap.model.registers import get_register

    columns = {column.name for column in get_register(name).columns}
    written: dict[str, str] = {}
    for text in said or []:
        column, mark, value = text.partition("=")
        if not mark or column not in columns:
            raise UnknownOption(
                "A --set does not name a column of the register.",
                f"--set column=value, with one of: {', '.join(sorted(columns))}.",
                "Name such a column.",
            )
        written[column] = value
    return written


def _words(opened: "Opened", table: "RegisterTable", entry: "Kept") -> Mapping[str, str]:
    from kithmap.desk.registers import in_words

    return in_words(opened, table, entry.values)


def _was(terms: Mapping[str, Any]) -> str:
    if not terms["values"]:
        return "erased"
    return "removed" if terms["removed"] else "written"


def _data(entry: "Kept") -> dict[str, Any]:
    return {
        "entry": entry.entry_id, "version": entry.version, "at": entry.at, "by": entry.by,
        "removed": entry.is_removed, "values": dict(entry.values),
    }  # fmt: skip


def _write(out: Path, body: bytes) -> None:
    if out.suffix.lower() != ".xlsx":
        raise WrongUse(f"{out.name} is not a workbook.", "A file that ends in .xlsx.", "Name such a file.")
    out.write_bytes(body)
