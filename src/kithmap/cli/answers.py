"""Commands about questions and answers: measures, ask, share, publish."""

from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import UnknownOption

publishing = typer.Typer(help="Write documents from releases.", no_args_is_help=True)
app.add_typer(publishing, name="publish")

MeasureName = Annotated[str, typer.Argument(help="The measure; `kithmap measures` lists them.")]
Approvers = Annotated[list[str], typer.Option("--approved-by", help="A user who approves; give it twice.")]
LevelName = Annotated[str, typer.Option(help="R0 internal, R1 partnership, R2 health, R3 public.")]
MEASURE_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}


def measure_options(words: list[str]) -> dict[str, str]:
    """Read `--by list --authority=E1` into names and values.

    >>> measure_options(["--by", "list", "--harm=CSE"])
    {'by': 'list', 'harm': 'CSE'}
    """
    options: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if not name.startswith("--") or not (equals or left):
            raise UnknownOption(
                f"The words '{word}' are not an option of a measure.",
                "Options as --name value.",
                "See `kithmap measures` for the options of each measure.",
            )
        options[name[2:].replace("-", "_")] = value if equals else left.pop(0)
    return options


@app.command()
def measures(as_json: AsJson = False) -> None:
    """List every question that can be asked, with its options."""
    from kithmap.desk.ask import describe_measures

    listed = describe_measures()
    blocks = [
        f"{m['name']}\n  {m['question']}\n  counts: {m['unit']}\n  options: "
        + (", ".join(f"--{o['name']} {o['values'] or 'TEXT'}" for o in m["options"]) or "none")
        + f"\n  purposes: {', '.join(m['purposes'])}"
        for m in listed
    ]
    show.say_either(as_json, listed, "\n\n".join(blocks))


@app.command(context_settings=MEASURE_OPTIONS)
def ask(
    context: typer.Context,
    measure: MeasureName,
    purpose: PurposeOption,
    build: Annotated[str | None, typer.Option(help="A build by its id (default: the newest).")] = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question and print the answer; options of the measure follow as --name value."""
    from kithmap.desk.ask import ask as ask_desk
    from kithmap.desk.share import share_with_self
    from kithmap.desk.workspace import open_workspace
    from kithmap.products import tables

    opened = open_workspace(find_workspace(workspace))
    options = measure_options(context.args)
    result = ask_desk(opened, measure, purpose=purpose, who=user_name(who), build=build, options=options)
    release = share_with_self(opened, result)
    show.say_either(as_json, tables.to_data(release), tables.to_text(release))


@app.command(context_settings=MEASURE_OPTIONS)
def share(
    context: typer.Context,
    measure: MeasureName,
    purpose: PurposeOption,
    level: LevelName,
    to: Annotated[str, typer.Option(help="Who receives it.")],
    approved_by: Approvers,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Ask, apply disclosure control, and release to a recipient; needs two approvers."""
    from kithmap.desk.ask import ask as ask_desk
    from kithmap.desk.share import share as share_result
    from kithmap.desk.workspace import open_workspace
    from kithmap.products import tables

    opened = open_workspace(find_workspace(workspace))
    result = ask_desk(
        opened, measure, purpose=purpose, who=user_name(who), options=measure_options(context.args)
    )
    release = share_result(opened, result, level=level, to=to, approved_by=approved_by)
    show.say_either(as_json, tables.to_data(release), tables.to_text(release))


@publishing.command("profile")
def publish_profile(
    purpose: PurposeOption,
    level: LevelName,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")],
    approved_by: Approvers,
    to: Annotated[str, typer.Option(help="Who receives it.")] = "The partnership",
    title: Annotated[str, typer.Option(help="The title on the cover.")] = "Problem profile",
    note: Annotated[
        str, typer.Option(help="On ethnic groups that stand apart, where a release needs it. Name nobody.")
    ] = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write the problem profile: every measure asked, released at the level, and set out as a document."""
    from kithmap.desk.workspace import open_workspace
    from kithmap.products.publish import publish_profile as publish

    opened = open_workspace(find_workspace(workspace))
    written = publish(
        opened,
        out,
        purpose=purpose,
        level=level,
        who=user_name(who),
        approved_by=approved_by,
        to=to,
        title=title,
        note=note,
    )
    data = {"profile": str(written.path), "level": level, "releases": list(written.releases)}
    show.say_either(as_json, data, f"Profile at {level} written to {written.path}.")
