"""Commands for those whom records tell of: what is held, and what they ask of it."""

from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

subjects = typer.Typer(help="What is held on one person, and what they ask of it.", no_args_is_help=True)
app.add_typer(subjects, name="subject")

Person = Annotated[str, typer.Argument(help="The person, by pseudonym; `kithmap find` gives it.")]


@subjects.command("show")
def show_subject(
    person: Person,
    purpose: PurposeOption,
    reason: Annotated[str, typer.Option(help="Why it is looked at.")] = "to know what is held",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show what is held on a person: mentions, agreements, facts, releases they count in, requests."""
    from kithmap.desk import subject
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    held = subject.view(opened, person, purpose=purpose, reason=reason, who=user_name(who)).to_dict()
    parts = [f"{held['person_id']} in build {held['build']}"]
    for title, rows in (
        ("mentions", held["mentions"]),
        *held["facts"].items(),
        ("releases", held["releases"]),
    ):
        listed = show.columns([list(row.values()) for row in rows], list(rows[0])) if rows else "none"
        parts.append(f"{title}\n{listed}")
    parts.append(f"requests\n{_requests(held['requests'])}")
    show.say_either(as_json, held, "\n\n".join(parts))


@subjects.command("request")
def request(
    person: Person,
    kind: Annotated[str, typer.Argument(help="access, objection, correction or dispute.")],
    reason: Annotated[str, typer.Option(help="One of the reasons of the list.")],
    purpose: PurposeOption,
    mention: Annotated[str, typer.Option(help="The mention meant, such as panel.csv:14:1.")] = "",
    harm: Annotated[str, typer.Option(help="The harm meant, such as CSE.")] = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write down what somebody asks about what is held on them; a dispute is marked at once."""
    from kithmap.desk import subject
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    wish = subject.Wish(kind, reason, mention, harm)
    made = subject.ask_for(opened, person, wish, purpose=purpose, who=user_name(who))
    text = f"Request {made.request_id} ({made.kind}) is {made.state}: whoever may approve decides it."
    show.say_either(as_json, made.to_dict(), text)


@subjects.command("decide")
def decide(
    request_id: Annotated[str, typer.Argument(help="The request, by its id.")],
    decision: Annotated[str, typer.Argument(help="upheld or declined.")],
    recall: Annotated[bool, typer.Option("--recall", help="Recall the releases that rest on it.")] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Uphold or decline a request: what is upheld leaves later answers, and marks releases to be made again."""
    from kithmap.desk import subject
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    decided = subject.decide(opened, request_id, decision, who=user_name(who), recall=recall)
    parts = [f"Request {request_id} is {decided.request.state}. Releases to be made again: {decided.marked}."]
    parts += [
        f"{release} rests on it: `kithmap release recall {release}` recalls it."
        for release in decided.resting
    ]
    parts += [each.text for each in decided.notices]
    show.say_either(as_json, decided.to_dict(), "\n".join(parts))


@subjects.command("list")
def list_(workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """List every request, by pseudonym, and how it stands."""
    from kithmap.desk import subject
    from kithmap.desk.workspace import open_workspace

    listed = subject.list_requests(open_workspace(find_workspace(workspace)), who=user_name(who))
    data = [each.to_dict() for each in listed]
    show.say_either(as_json, data, _requests(data))


def _requests(data: list[dict[str, object]]) -> str:
    names = ("request_id", "kind", "reason", "harm", "state", "made_at")
    return show.columns([[each[name] for name in names] for each in data], names) if data else "none"
