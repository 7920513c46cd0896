"""Commands that keep a workspace from being lost: backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import DataProblem

NOT_IN_IT = (
    "The workspace's key is not in it: it is in {place}. Keep a copy of the key elsewhere, apart from the "
    "backup: without the key nobody can read the backup, and with both anybody can."
)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write all of a workspace but its key into one file, while others go on working."""
    from kithmap.desk.backup import backup as make_backup
    from kithmap.desk.workspace import open_workspace

    made = make_backup(open_workspace(find_workspace(workspace)), file, who=user_name(who))
    text = (
        f"{made.files:,} files ({made.bytes / 2**20:,.1f} MiB) are in {made.file}: {made.extracts:,} extracts, "
        f"{made.builds:,} builds, {made.audit_lines:,} lines of audit.\n{NOT_IN_IT.format(place=made.key_place)}"
    )
    show.say_either(as_json, made.to_dict(), text)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `kithmap backup` made.")],
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make a workspace in a new folder from a backup, and prove that it is whole; the key must be at hand."""
    from kithmap.desk.restore import restore as make_workspace

    made = make_workspace(file, folder, who=user_name(who))
    text = "\n".join([f"Workspace {made.folder} is restored.", *made.sentences])
    show.say_either(as_json, made.to_dict(), text)
    if not made.intact:
        raise typer.Exit(DataProblem.exit_code)
