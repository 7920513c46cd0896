"""Commands about ethnic groups on lists and releases: residents, disproportion."""

from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.answers import MEASURE_OPTIONS, measure_options
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

residents = typer.Typer(help="Residents by authority and ethnic group, as published.", no_args_is_help=True)
disproportion = typer.Typer(
    help="Ethnic groups recorded more, or less, often than chance would say.", no_args_is_help=True
)
app.add_typer(residents, name="residents")
app.add_typer(disproportion, name="disproportion")


@residents.command("load")
def load_residents(
    file: Annotated[Path, typer.Argument(help="CSV: authority, ethnic_group, residents, source, as_at.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Load residents of 10 to 17 by authority and ethnic group, in place of those loaded before."""
    from kithmap.desk.residents import load_residents as load
    from kithmap.desk.workspace import open_workspace

    loaded = load(open_workspace(find_workspace(workspace)), file, who=user_name(who)).to_dict()
    show.say_either(as_json, loaded, f"Loaded: {_loaded_text(loaded)}")


@residents.command("show")
def show_residents(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Say which residents are loaded."""
    from kithmap.desk.residents import find_residents
    from kithmap.desk.workspace import open_workspace

    found = find_residents(open_workspace(find_workspace(workspace)))
    text = _loaded_text(found.to_dict()) if found.rows else "None are loaded: `kithmap residents load FILE`."
    show.say_either(as_json, found.to_dict(), text)


def _loaded_text(loaded: dict[str, object]) -> str:
    sources = "; ".join(map(str, loaded["sources"]))  # type: ignore[call-overload]
    return (
        f"{loaded['residents']:,} residents of 10 to 17 in {loaded['authorities']} authorities ({sources})."
    )


@disproportion.command("show", context_settings=MEASURE_OPTIONS)
def show_disproportion(
    context: typer.Context,
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show who stands apart among just these young people, and whether a release of them needs a note."""
    from kithmap.desk.ask import ask
    from kithmap.desk.disproportion import MEASURE, find_disproportion
    from kithmap.desk.share import share_with_self
    from kithmap.desk.workspace import open_workspace
    from kithmap.products import tables

    opened = open_workspace(find_workspace(workspace))
    result = ask(opened, MEASURE, purpose=purpose, who=user_name(who), options=measure_options(context.args))
    release = share_with_self(opened, result)
    found = find_disproportion(opened, result, release.level)
    data = {**tables.to_data(release), "needs_note": found.needs_note, "note": found.note}
    show.say_either(
        as_json, data, "\n".join([_ratios_text(data), "", release.sentence, "", _note_text(found)])
    )


def _ratios_text(data: dict[str, object]) -> str:
    """The ratios in three small tables: as one they are wider than a terminal."""
    from kithmap.measures.disproportionality import DENOMINATORS, PARTS, column_of

    blocks: list[str] = []
    for name, words in DENOMINATORS.items():
        rows = [
            [
                row["group"],
                row["young_people"],
                row[name],
                *(_rounded(row.get(column_of(name, part))) for part in PARTS),
            ]
            for row in data["rows"]  # type: ignore[attr-defined]
        ]
        heads = ["ethnic group", "young people", "out of", "ratio", "low", "high", "lowest", "highest"]
        blocks.append(f"Against {words}:\n{show.columns(rows, heads)}")
    return "\n\n".join(blocks)


def _rounded(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, int | float) else ""


def _note_text(found: object) -> str:
    from kithmap.desk.disproportion import Finding

    assert isinstance(found, Finding)
    if found.note:
        return f"The note that goes with releases: {found.note}"
    if found.needs_note:
        return "A release of these young people needs a note: `kithmap disproportion note` with the same options."
    return "A release of these young people needs no note."


@disproportion.command("note", context_settings=MEASURE_OPTIONS)
def write_note(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What the partnership makes of the difference. Name nobody.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write the note that goes with every release of just these young people of the newest build."""
    from kithmap.desk.disproportion import write_note as write
    from kithmap.desk.workspace import open_workspace

    options = measure_options(context.args)
    write(open_workspace(find_workspace(workspace)), text, who=user_name(who), options=options)
    show.say_either(
        as_json, {"options": options, "note": text}, "The note is kept, and leaves with the releases."
    )
