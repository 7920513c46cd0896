"""Commands about extracts: inspect, layouts, receive, withdraw."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import NoPurpose

MOST_REFUSALS_SHOWN = 20


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="The extract.")],
    layout_out: Annotated[Path | None, typer.Option(help="Write the proposed layout here.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet to look at, in a spreadsheet.")] = None,
    show_people: Annotated[
        bool, typer.Option("--show-people", help="Show names and numbers; needs a case purpose.")
    ] = False,
    purpose: Annotated[
        str | None, typer.Option("--purpose", "-p", help="The purpose that allows --show-people.")
    ] = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show how a file would be read: sheet, header row, encoding, columns, and a guess for each."""
    from kithmap.ingest.inspect import inspect_file

    if show_people:
        _check_may_see_people(workspace, purpose, user_name(who))
    found = inspect_file(file, sheet=sheet)
    if layout_out:
        layout_out.write_text(found.to_toml(), encoding="utf-8")
    data = found.to_dict(show_people=show_people)
    show.say_either(as_json, data, _inspection_text(data))
    if layout_out:
        show.tell(
            f"Proposed layout written to {layout_out}. Read it, correct the guesses, then receive with --layout {layout_out}."
        )


def _check_may_see_people(workspace: Path | None, purpose: str | None, who: str) -> None:
    from kithmap.desk.links import check_may_see_people
    from kithmap.desk.workspace import open_workspace

    if purpose is None:
        raise NoPurpose(
            "Names were asked for without a purpose.",
            "A case purpose in force, named with --purpose.",
            "Leave out --show-people, or name the purpose.",
        )
    check_may_see_people(open_workspace(find_workspace(workspace)), purpose=purpose, who=who)


def _inspection_text(data: dict[str, Any]) -> str:
    rows = [[c["column"], c["guess"], " | ".join(c["samples"])] for c in data["columns"]]
    head = show.fields({name: value for name, value in data.items() if name != "columns"})
    return f"{head}\n\n{show.columns(rows, ['column', 'guess', 'samples'])}"


@app.command()
def layouts(
    name: Annotated[str | None, typer.Argument(help="A layout, to see it in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the built-in layouts, or show one in full."""
    from kithmap.ingest.layouts import builtin_layouts, load_layout, read_layout_text

    if name is not None:
        text = read_layout_text(name)
        show.say_either(as_json, {"layout": name, "toml": text}, text)
        return
    listed = [load_layout(each) for each in builtin_layouts()]
    rows = [[each.name, each.holder, each.grain] for each in listed]
    data = [{"layout": each.name, "holder": each.holder, "grain": each.grain} for each in listed]
    show.say_either(as_json, data, show.columns(rows, ["layout", "holder", "grain"]))


@app.command()
def receive(
    file: Annotated[Path, typer.Argument(help="The extract.")],
    layout: Annotated[str, typer.Option(help="A built-in layout's name, or the path of a layout file.")],
    agreement: Annotated[str, typer.Option(help="The agreement it is received under, by its id.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Check, read, standardise and store an extract; print its receipt."""
    from kithmap.desk.receive import receive as receive_extract
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    receipt = receive_extract(opened, file, layout=layout, agreement=agreement, who=user_name(who))
    data = receipt.to_dict()
    show.say_either(as_json, data, _receipt_text(data))


def _receipt_text(data: dict[str, Any]) -> str:
    if data.get("already"):
        return f"{data['name']} was received before, as receipt {data['receipt_no']}. Nothing has changed."
    refusals = data["refusals"]
    lines = [
        f"{data['name']}: receipt {data['receipt_no']}",
        show.fields(
            {
                "rows in": data["rows_in"],
                "rows kept": data["rows_kept"],
                "rows refused": data["rows_refused"],
                "people named": data["mentions"],
                "dates": " to ".join(str(data[key]) for key in ("first_on", "last_on") if data.get(key)),
            }
        ),
        *data["notes"],
    ]
    for refusal in refusals[:MOST_REFUSALS_SHOWN]:
        place = ", ".join(f"{key} {refusal[key]}" for key in ("sheet", "row", "column") if refusal.get(key))
        lines.append(f"  {place}: {refusal['what']} {refusal['expected']} {refusal['do']}".rstrip())
    if len(refusals) > MOST_REFUSALS_SHOWN:
        lines.append(f"  and {len(refusals) - MOST_REFUSALS_SHOWN:,} more: see --json.")
    return "\n".join(lines)


@app.command()
def withdraw(
    extract: Annotated[str, typer.Argument(help="The name of the file, or the number of its receipt.")],
    reason: Annotated[str, typer.Option(help="holder, mistake, faults, objection, retention or other.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw an extract: answers leave it out at once, its records are removed; the next build splits what only it joined."""
    from kithmap.desk.withdraw import withdraw as withdraw_extract
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    done = withdraw_extract(opened, extract, reason=reason, who=user_name(who))
    show.say_either(as_json, done.to_dict(), _withdrawal_text(done.to_dict(), done.reason.value))


def _withdrawal_text(data: dict[str, Any], reason: str) -> str:
    if data["already"]:
        return f"{data['name']} (receipt {data['receipt_no']}) was withdrawn before. Nothing has changed."
    lines = [
        f"{data['name']} (receipt {data['receipt_no']}) is withdrawn: {reason}.",
        f"The records of {data['mentions']:,} people named in it are removed. No answer rests on it from now on.",
    ]
    if data["builds"]:
        lines.append(f"Builds that still hold it: {', '.join(data['builds'])}. Run `kithmap build`.")
    lines += [f"\n{each['text']}" for each in data["notices"]]
    return "\n".join(lines)


__all__ = ["PurposeOption", "inspect", "layouts", "receive", "withdraw"]
