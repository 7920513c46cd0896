"""The web application: serve it, and let its users in."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name
from kithmap.cli.workspace import users

Host = Annotated[
    str, typer.Option(help="The address to listen on; beyond this machine, put a proxy with TLS before it.")
]


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    demo_users: Annotated[
        bool,
        typer.Option("--demo-users", help="Make a made-up user for each role, and print a link for each."),
    ] = False,
    workspace: Workspace = None,
    who: Who = None,
) -> None:
    """Serve the pages, with a worker for long work, until stopped."""
    folder = find_workspace(workspace).absolute()
    address = f"http://{host}:{port}"
    if demo_users:
        _print_demo_users(folder, user_name(who), address)
    show.tell(f"Kithmap is at {address}/ (stop it with Ctrl-C).")
    sys.stdout.flush()
    sys.stderr.flush()
    # The pages are another surface, with its own imports: this process becomes its program, so that whoever
    # stops the one has stopped the other.
    environment = {**os.environ, "KITHMAP_WORKSPACE": str(folder)}
    os.execve(sys.executable, [sys.executable, "-m", "kithmap.web", host, str(port)], environment)  # noqa: S606  our own program


@users.command("invite")
def invite(
    name: Annotated[str, typer.Argument(help="A user of the workspace.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Let a user choose a password and set up codes, by a link that serves once, for three days."""
    from kithmap.desk import accounts
    from kithmap.desk.workspace import open_workspace

    token = accounts.invite(open_workspace(find_workspace(workspace)), name, who=user_name(who))
    path = f"/invitation/{token}"
    show.say_either(
        as_json, {"user": name, "path": path}, f"{name} sets up how to sign in at {path}, within three days."
    )


def _print_demo_users(folder: Path, who: str, address: str) -> None:
    from kithmap.desk.demo_users import make_demo_users
    from kithmap.desk.workspace import open_workspace

    made = make_demo_users(open_workspace(folder), who=who)
    rows = [[user.name, user.role.words, f"{address}/welcome/{token}"] for user, token in made]
    show.tell(show.columns(rows, ["user", "role", "open this to begin"]))
