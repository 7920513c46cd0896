"""The application: its groups of commands, its common options, and errors as exit codes."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.errors import KithmapError, NotAWorkspace, from_machine

app = typer.Typer(
    name="kithmap",
    help="Contextual profiling of peer-on-peer abuse: receive, link, gather, ask, share, publish.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="The workspace (default: KITHMAP_WORKSPACE, or this folder).",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Who = Annotated[
    str | None,
    typer.Option(
        "--as", help="Act as this user (default: KITHMAP_USER, or who is signed in).", show_default=False
    ),
]
PurposeOption = Annotated[str, typer.Option("--purpose", "-p", help="The purpose this is for, by its id.")]


@app.callback()
def common(workspace: Workspace = None, who: Who = None) -> None:
    """Options that may stand before any command."""
    if workspace is not None:
        os.environ["KITHMAP_WORKSPACE"] = str(workspace)
    if who is not None:
        os.environ["KITHMAP_USER"] = who


def find_workspace(given: Path | None) -> Path:
    """The workspace's folder: as given, from KITHMAP_WORKSPACE, or this folder.

    The folder of a demonstration holds its workspace in `workspace`, and is taken for it.
    """
    folder = given or Path(os.environ.get("KITHMAP_WORKSPACE") or ".")
    for candidate in (folder, folder / "workspace"):
        if (candidate / "workspace.toml").is_file():
            return candidate
    raise NotAWorkspace(
        f"The folder {folder} is not a Kithmap workspace.",
        "A folder made by `kithmap new` or `kithmap demo`.",
        "Name one with -w, or set KITHMAP_WORKSPACE.",
    )


def user_name(given: str | None) -> str:
    """Who acts: as given, KITHMAP_USER, or the account signed in on this machine."""
    import getpass

    return given or os.environ.get("KITHMAP_USER") or getpass.getuser()


def run() -> None:
    """Run a command and turn what goes wrong into an exit code and three sentences."""
    import kithmap.cli.commands  # noqa: F401  registers every command on `app`

    as_json = "--json" in sys.argv
    try:
        app(standalone_mode=True)
    except KithmapError as error:
        _tell_error(error, as_json)
        sys.exit(error.exit_code)
    except OSError as error:
        problem = from_machine(error)
        _tell_error(problem, as_json)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        show.tell("Stopped. Nothing half-done is kept; run the command again to go on.")
        sys.exit(130)


def _tell_error(error: KithmapError, as_json: bool) -> None:
    if as_json:
        show.say_json(
            {"error": type(error).__name__, "what": error.what, "expected": error.expected, "do": error.do}
        )
    else:
        show.tell("\n".join(part for part in (error.what, error.expected, error.do) if part))
