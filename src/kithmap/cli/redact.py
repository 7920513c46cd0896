"""Commands about narratives: what may leave of one, in facets or, signed by a person, as an excerpt."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

redaction = typer.Typer(
    help="Narratives: their facets, and excerpts that a person signs.", no_args_is_help=True
)
app.add_typer(redaction, name="redact")

Reference = Annotated[str, typer.Argument(help="The narrative, as FILE:ROW (row 1 is the first data row).")]
File = Annotated[Path, typer.Argument(help="The text file of the excerpt.")]


@redaction.command("propose")
def propose_redaction(
    reference: Reference,
    purpose: PurposeOption,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the redacted text here (.txt).")
    ] = None,
    show_people: Annotated[
        bool, typer.Option("--show-people", help="Print the narrative as it is recorded, too.")
    ] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Say what may leave of a narrative: its facets, and its text built again from rules."""
    from kithmap.desk.redact import propose
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    made = propose(opened, reference, purpose=purpose, who=user_name(who))
    if out is not None:
        out.write_text(made.redacted.text + "\n", encoding="utf-8")
    recorded = {"original": made.original} if show_people else {}
    show.say_either(as_json, {**made.to_dict(), **recorded}, _proposal_text(made, out, recorded))


def _proposal_text(made: Any, out: Path | None, recorded: dict[str, str]) -> str:
    facets = show.columns([[facet.name, facet.value] for facet in made.facets], ["facet", "recorded"])
    rows = [[label, why, times] for (label, why), times in made.replaced.items()]
    lines = [facets, ""] if made.facets else []
    if recorded:
        lines += ["As recorded (not to leave):", recorded["original"], ""]
    lines += ["Redacted:", made.redacted.text, ""]
    lines += [show.columns(rows, ["instead", "because it was", "times"]), ""] if rows else []
    if made.signature:
        return "\n".join([*lines, _signature_text(made.signature)])
    how = f"`kithmap redact sign {out or 'FILE'} --of {made.reference}`"
    return "\n".join([*lines, f"Nobody has signed it: read it beside the narrative, then {how}."])


@redaction.command("sign")
def sign_excerpt(
    file: File,
    of: Annotated[str, typer.Option("--of", help="The narrative it is of, as FILE:ROW.")],
    purpose: PurposeOption,
    level: Annotated[str, typer.Option("--level", help="The furthest level it may go to: R0 to R3.")] = "R0",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Sign a redacted text: you have read it beside its narrative, and it tells of nobody."""
    from kithmap.desk.redact import sign
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    signed = sign(opened, _read(file), of, purpose=purpose, who=user_name(who), level=level)
    show.say_either(as_json, signed.to_dict(), _signature_text(signed))


@redaction.command("unsign")
def unsign_excerpt(
    file: File, purpose: PurposeOption, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Take the signature of a text back: it may not leave any more."""
    from kithmap.desk.redact import unsign
    from kithmap.desk.workspace import open_workspace

    unsign(open_workspace(find_workspace(workspace)), _read(file), purpose=purpose, who=user_name(who))
    show.say_either(as_json, {"file": file.name, "signed": None}, f"{file.name} is signed no more.")


@redaction.command("show")
def show_signature(file: File, workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Show who signed a text as it now stands; exit code 3 where nobody did."""
    from kithmap.desk.redact import check_signed
    from kithmap.desk.workspace import open_workspace

    signed = check_signed(open_workspace(find_workspace(workspace)), _read(file))
    show.say_either(as_json, signed.to_dict(), _signature_text(signed))


def _signature_text(signed: Any) -> str:
    return (
        f"Signed by {signed.who} on {signed.at:%d/%m/%Y at %H:%M} (UTC), of {signed.reference}, up to level {signed.level.value}; "
        f"the fingerprint of the text begins {signed.sha256[:12]}."
    )


def _read(file: Path) -> str:
    from kithmap.errors import UnreadableFile

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(
            f"The file {file.name} cannot be read as text.",
            "A text file in UTF-8, as `kithmap redact propose -o` writes it.",
            "Write it again.",
        ) from None
