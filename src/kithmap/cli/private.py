"""Commands of private linkage: encode, compare-encodings."""

from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name
from kithmap.errors import WrongUse


@app.command()
def encode(
    file: Annotated[
        Path | None, typer.Argument(help="The list, at its holder's.", show_default=False)
    ] = None,
    layout: Annotated[str, typer.Option(help="A built-in layout's name, or the path of a layout file.")] = "",
    key_file: Annotated[Path | None, typer.Option(help="The project's key file.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The file to write.")] = None,
    made_up: Annotated[
        float, typer.Option(min=0, max=1, help="Made-up people among them, as a share.")
    ] = 0.1,
    new_key: Annotated[Path | None, typer.Option(help="Make a project's key in this file instead.")] = None,
    project: Annotated[str, typer.Option(help="The project a new key is for.")] = "",
    destroy_key: Annotated[Path | None, typer.Option(help="Destroy the key in this file instead.")] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Encode a list with a project's key, so that it can be compared and not read; make or destroy a key."""
    if new_key is not None:
        _new_key(new_key, project, as_json)
    elif destroy_key is not None:
        _destroy_key(destroy_key, out, user_name(who), as_json)
    elif file is None or key_file is None or out is None or not layout:
        raise WrongUse(
            "A list, a layout, a key file or a file to write is not named.",
            "kithmap encode FILE --layout L --key-file K -o OUT",
            "Make the key once with `kithmap encode --new-key K --project NAME`.",
        )
    else:
        _encode(file, layout, key_file, out, made_up, as_json)


def _new_key(path: Path, project: str, as_json: bool) -> None:
    from kithmap.desk.project_keys import new_key

    made = new_key(path, project)
    text = (
        f"The key of project {made.project} is in {path}. Hand it to the holders, each by a safe way, and never to"
        " whoever compares the encodings; destroy it with --destroy-key when the last list is encoded."
    )
    show.say_either(as_json, {"project": made.project, "mark": made.mark, "file": str(path)}, text)


def _destroy_key(path: Path, out: Path | None, who: str, as_json: bool) -> None:
    from kithmap.desk.project_keys import destroy_key

    attestation = out or path.with_name(f"{path.name}.destroyed.json")
    said = destroy_key(path, attestation, who=who)
    text = f"{show.fields(said)}\nWritten to {attestation}."
    show.say_either(as_json, {**said, "file": str(attestation)}, text)


def _encode(file: Path, layout: str, key_file: Path, out: Path, made_up: float, as_json: bool) -> None:
    from kithmap.desk.encode import encode_file

    report = encode_file(file, out, layout=layout, key_file=key_file, made_up_share=made_up)
    text = (
        f"{report.people:,} people encoded for project {report.project}: {out}. It is still personal data: anyone with"
        f" the key can find a person in it.\n{_left_out(report.to_dict())}"
    )
    show.say_either(as_json, report.to_dict(), text.rstrip())


def _left_out(report: dict[str, int]) -> str:
    said = {
        "rows": report["rows"],
        "rows refused": report["refused_rows"] or None,
        "rows without consent, left out": report["without_consent"] or None,
        "people of whom too little is known to be found": report["too_little_known"] or None,
    }
    return show.fields(said)


@app.command("compare-encodings")
def compare_encodings(
    files: Annotated[list[Path], typer.Argument(help="Two files of encodings or more.")],
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Count the people that encoded lists have in common; a count only, blurred and rounded."""
    from kithmap.desk.compare_encodings import CAVEATS
    from kithmap.desk.compare_encodings import compare_encodings as compare
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    answers = compare(opened, files, purpose=purpose, who=user_name(who))
    lines = [f"{each.sentence}{' Answered before.' if each.again else ''}" for each in answers]
    data = {"comparisons": [each.to_dict() for each in answers], "caveats": list(CAVEATS)}
    show.say_either(as_json, data, "\n".join([*lines, *CAVEATS]))
