"""Commands about the workspace and its users: new, doctor, user."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import MachineProblem

if TYPE_CHECKING:
    from kithmap.governance.permissions import User

users = typer.Typer(help="People who may act in the workspace.", no_args_is_help=True)
app.add_typer(users, name="user")


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty workspace: register, key, settings."""
    from kithmap.desk.workspace import new_workspace

    workspace = new_workspace(folder, who=user_name(who))
    text = f"Workspace {workspace.folder} is ready.\nIts key is {workspace.key_place}: keep a copy elsewhere; without it nothing here can be read."
    show.say_either(as_json, {"workspace": str(workspace.folder), "key": str(workspace.key_place)}, text)


@app.command()
def doctor(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Say what works here: Python, engines, fonts, browser, keys, disk."""
    from kithmap.desk.doctor import examine
    from kithmap.errors import NotAWorkspace

    try:
        folder = find_workspace(workspace)
    except NotAWorkspace:
        if workspace is not None:
            raise
        folder = None
    checks = examine(folder)
    rows = [["yes" if check.ok else "no", check.name, check.detail] for check in checks]
    advice = [f"{check.name}: {check.do}" for check in checks if not check.ok and check.do]
    data = [
        {"name": c.name, "works": c.ok, "needed": c.needed, "detail": c.detail, "do": c.do} for c in checks
    ]
    show.say_either(as_json, data, "\n".join([show.columns(rows, ["works", "what", "detail"]), *advice]))
    if any(check.needed and not check.ok for check in checks):
        raise typer.Exit(MachineProblem.exit_code)


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="The user's name: a work account, not a person of concern.")],
    role: Annotated[str, typer.Option(help="A role of docs/explanation/permissions.md, such as analyst.")],
    organisation: Annotated[
        str, typer.Option(help="Kind of organisation they work for (default: as the role has it).")
    ] = "",
    authority: Annotated[
        str, typer.Option(help="Code of the one authority whose rows they may see (default: every one).")
    ] = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Let a user act in the workspace, in a role."""
    from kithmap.desk import users as desk_users
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    added = desk_users.add_user(
        opened, name, role, who=user_name(who), organisation=organisation, authority=authority
    )
    where = f" in {added.authority}" if added.authority else ""
    text = f"{added.name} may now act as {added.role.words} of the organisation {added.organisation.words}{where}."
    show.say_either(as_json, _user(added), text)


@users.command("list")
def list_users(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the users and their roles."""
    from kithmap.desk import users as desk_users
    from kithmap.desk.workspace import open_workspace

    listed = desk_users.list_users(open_workspace(find_workspace(workspace)))
    rows = [[u.name, u.role.words, u.organisation.words, u.authority or "every one"] for u in listed]
    text = show.columns(rows, ["user", "role", "organisation", "authority"])
    show.say_either(as_json, [_user(user) for user in listed], text)


def _user(user: "User") -> dict[str, object]:
    organisation = user.organisation.value
    return {
        "user": user.name,
        "role": user.role.value,
        "organisation": organisation,
        "authority": user.authority,
    }
