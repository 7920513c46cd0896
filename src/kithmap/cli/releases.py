"""Commands about the road of a release: submit, approve, return, reject, send, recall, and who has what."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.answers import MEASURE_OPTIONS, LevelName, MeasureName, measure_options
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

releases = typer.Typer(help="Releases: what is to leave, what has left, and recalls.", no_args_is_help=True)
app.add_typer(releases, name="release")

Id = Annotated[str, typer.Argument(help="The release, by its id; `kithmap release list` shows them.")]
Note = Annotated[str, typer.Option(help="A few words, without any name of a young person.")]


def _open(workspace: Path | None) -> Any:
    from kithmap.desk.workspace import open_workspace

    return open_workspace(find_workspace(workspace))


@releases.command("submit", context_settings=MEASURE_OPTIONS)
def submit(
    context: typer.Context,
    measure: MeasureName,
    purpose: PurposeOption,
    level: LevelName,
    to: Annotated[str, typer.Option(help="Who receives it.")],
    handling: Annotated[str, typer.Option(help="How it may be handled, in the recipient's words.")] = "",
    expires: Annotated[str, typer.Option(help="The last day it may be used, such as 2026-12-31.")] = "",
    note: Note = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Ask, apply disclosure control, and submit the answer for two others to approve."""
    from kithmap.desk import releasing
    from kithmap.desk.ask import ask
    from kithmap.desk.retain import read_day
    from kithmap.desk.share import read_level

    opened = _open(workspace)
    terms = releasing.Terms(read_level(level), to, handling, read_day(expires) if expires else None)
    result = ask(opened, measure, purpose=purpose, who=user_name(who), options=measure_options(context.args))
    record = releasing.submit(opened, result, terms, said=note)
    text = f"Release {record.release_id} is {record.state.value}: two people who may approve must now look at it."
    show.say_either(as_json, _plain(record), text)


@releases.command("change")
def change(
    release: Id, note: Note = "", workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Ask a release's question of the newest build and submit that answer in its place; approvals are gone."""
    from kithmap.desk import releasing

    _say(releasing.change(_open(workspace), release, who=user_name(who), said=note), as_json)


@releases.command("approve")
def approve(
    release: Id, note: Note = "", workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Approve a release as it stands; you may not be its author."""
    from kithmap.desk import releasing

    _say(releasing.approve(_open(workspace), release, who=user_name(who), said=note), as_json)


@releases.command("return")
def return_(
    release: Id, note: Note = "", workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Return a release to its author, with a note of what to change."""
    _turn_back("return", _open(workspace), release, (user_name(who), note), as_json)


@releases.command("reject")
def reject(
    release: Id, note: Note = "", workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Reject a release for good, with a note of why."""
    _turn_back("reject", _open(workspace), release, (user_name(who), note), as_json)


@releases.command("withdraw")
def withdraw(
    release: Id, note: Note = "", workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Take back a release of your own that has not left."""
    _turn_back("withdraw", _open(workspace), release, (user_name(who), note), as_json)


@releases.command("send")
def send(release: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Release what two people have approved, and print it as it leaves."""
    from kithmap.desk import releasing
    from kithmap.products import tables

    left = releasing.send(_open(workspace), release, who=user_name(who))
    show.say_either(as_json, tables.to_data(left), tables.to_text(left))


@releases.command("list")
def list_(
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for somebody.")] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """List releases: what each is, how it stands, and in whose hands it is."""
    from kithmap.desk import releasing
    from kithmap.governance.releasing import HANDS

    listed = releasing.look_over(_open(workspace), who=user_name(who), waiting=waiting)
    rows = [
        [r.release_id, r.state.value, r.level, r.measure, r.recipient, HANDS[r.state].value, _again(r)]
        for r in listed
    ]
    text = show.columns(rows, ["release", "state", "level", "measure", "to", "in the hands of", "again"])
    show.say_either(as_json, [_plain(record) for record in listed], text)


@releases.command("show")
def show_(release: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Show a release: every move of it, and what it says or would say."""
    from kithmap.desk import releasing

    record, steps = releasing.look(_open(workspace), release, who=user_name(who))
    rows = [[f"{s.at:%d/%m/%Y %H:%M}", s.move.value, s.who, s.after.value, s.note] for s in steps]
    head = show.fields({k: v for k, v in _plain(record).items() if k != "extracts"})
    moves = show.columns(rows, ["when (UTC)", "move", "who", "then", "note"])
    text = f"{head}\n\n{moves}\n\n{record.content['sentence']}"
    data = {**_plain(record), "steps": [step.to_dict() for step in steps], "content": dict(record.content)}
    show.say_either(as_json, data, text)


@releases.command("recall")
def recall(
    release: Id,
    reason: Annotated[str, typer.Option(help="Why, in words for its recipients.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Recall a release that has left, and print the notice that each recipient is owed."""
    from kithmap.desk import recall as desk_recall

    _say_notices(desk_recall.recall(_open(workspace), release, reason=reason, who=user_name(who)), as_json)


@releases.command("notices")
def notices(
    everything: Annotated[bool, typer.Option("--all", help="Also those acknowledged.")] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Print the recall notices that recipients are owed and have not acknowledged."""
    from kithmap.desk import recall as desk_recall

    _say_notices(desk_recall.notices(_open(workspace), who=user_name(who), everything=everything), as_json)


@releases.command("acknowledge")
def acknowledge(
    release: Id,
    to: Annotated[str, typer.Option(help="The recipient, as the release names them.")],
    by: Annotated[str, typer.Option(help="Who said so, on their side.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write down that a recipient has a release; once it is recalled, that they use it no more."""
    from kithmap.desk import recall as desk_recall

    had = desk_recall.acknowledge(_open(workspace), release, to=to, by=by, who=user_name(who))
    what = "knows that the release is recalled" if had.recalled_at else "has the release"
    show.say_either(as_json, had.to_dict(), f"{had.recipient} {what}.")


@releases.command("distribution")
def distribution(workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Show what went to whom: version, handling, last day, acknowledgement, recall."""
    from kithmap.desk import recall as desk_recall

    listed = desk_recall.distribution(_open(workspace), who=user_name(who))
    rows = [
        [d.release_id, d.recipient, d.version, d.handling, _day(d.sent_at), _day(d.expires_on), _day(d.acknowledged_at), _day(d.recalled_at), _day(d.recall_acknowledged_at)]
        for d in listed
    ]  # fmt: skip
    heads = ["release", "to", "version", "handling", "sent", "until", "acknowledged", "recalled", "recall acknowledged"]  # fmt: skip
    show.say_either(as_json, [each.to_dict() for each in listed], show.columns(rows, heads))


def _turn_back(move: str, opened: Any, release: str, by: tuple[str, str], as_json: bool) -> None:
    from kithmap.desk import releasing
    from kithmap.governance.releasing import Move

    _say(releasing.turn_back(opened, release, Move(move), who=by[0], said=by[1]), as_json)


def _say(record: Any, as_json: bool) -> None:
    from kithmap.governance.releasing import HANDS

    state = record.state
    show.say_either(
        as_json,
        _plain(record),
        f"Release {record.release_id} is {state.value}; it is in the hands of {HANDS[state].value}.",
    )


def _say_notices(listed: Any, as_json: bool) -> None:
    text = "\n\n".join(each.text for each in listed) or "No recipient is owed a notice."
    show.say_either(as_json, [each.to_dict() for each in listed], text)


def _again(record: Any) -> str:
    return f"since {_day(record.again_since)}" if record.again_since else ""


def _day(moment: Any) -> str:
    return f"{moment:%d/%m/%Y}" if moment else ""


def _plain(record: Any) -> dict[str, Any]:
    """A release without its content, for a list."""
    return {
        "release": record.release_id,
        "state": record.state.value,
        "measure": record.measure,
        "level": record.level,
        "to": record.recipient,
        "author": record.author,
        "approvals": list(record.approvals),
        "build": record.build_id,
        "purpose": record.purpose,
        "sha256": record.sha256,
        "handling": record.handling,
        "released_at": record.released_at.isoformat(timespec="seconds") if record.released_at else None,
        "expires_on": record.expires_on.isoformat() if record.expires_on else None,
        "extracts": list(record.extracts),
        "again": record.again_why or None,
    }


@app.command("retain")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is past its day.")] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Delete the extracts that may be kept no longer, and the builds that hold them, and prove it."""
    from kithmap.desk import retain as desk_retain

    opened = _open(workspace)
    if dry_run:
        due = desk_retain.find_due(opened)
        rows = [[each.receipt_no, each.name, each.agreement, _day(each.until)] for each in due]
        text = (
            show.columns(rows, ["receipt", "extract", "agreement", "until"])
            if due
            else "Nothing is past its day."
        )
        show.say_either(as_json, [each.to_dict() for each in due], text)
        return
    done = desk_retain.delete_due(opened, who=user_name(who))
    show.say_either(as_json, done.to_dict(), done.sentence)
    if done.left:
        raise typer.Exit(1)
