"""Commands about what is agreed and what was done: agreement, purpose, audit."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name

agreements = typer.Typer(help="Information-sharing agreements.", no_args_is_help=True)
purposes = typer.Typer(
    help="Purposes: the agreed reasons for which a question may be asked.", no_args_is_help=True
)
audit = typer.Typer(help="The log of everything asked, received, built and released.", no_args_is_help=True)
app.add_typer(agreements, name="agreement")
app.add_typer(purposes, name="purpose")
app.add_typer(audit, name="audit")

File = Annotated[Path, typer.Argument(help="The TOML file; see docs/how-to/agree-what-is-shared.md.")]
Id = Annotated[str, typer.Argument(help="Its id.")]


@agreements.command("add")
def add_agreement(file: File, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Put an agreement into the register; a changed file under the same id becomes a new version."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace
    from kithmap.governance.written_agreements import agreement_to_dict

    opened = open_workspace(find_workspace(workspace))
    added = desk_agreements.add_agreement(opened, file, who=user_name(who))
    version = desk_agreements.get_versions(opened, added.id)[-1].version
    text = (
        f"Agreement {added.id} with {added.holder}, version {version}, is {added.state}, in force"
        f" {added.start:%d/%m/%Y} to {added.end:%d/%m/%Y}."
    )
    show.say_either(as_json, {**agreement_to_dict(added), "version": version}, text)


@agreements.command("list")
def list_agreements(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the agreements."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace
    from kithmap.governance.gaps import find_gaps
    from kithmap.governance.written_agreements import agreement_to_dict

    listed = desk_agreements.list_agreements(open_workspace(find_workspace(workspace)))
    rows = [
        [a.id, a.state, a.holder, a.authority, f"{a.end:%d/%m/%Y}", len(find_gaps(a)) or "none"]
        for a in listed
    ]
    text = show.columns(rows, ["id", "state", "holder", "authority", "until", "gaps"])
    show.say_either(as_json, [agreement_to_dict(a) for a in listed], text)


@agreements.command("show")
def show_agreement(
    agreement: Id,
    toml: Annotated[bool, typer.Option("--toml", help="As its TOML file.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Show one agreement in full, and what it does not say that it should."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace
    from kithmap.governance.gaps import find_gaps
    from kithmap.governance.written_agreements import agreement_to_dict, agreement_to_toml

    found = desk_agreements.get_agreement(open_workspace(find_workspace(workspace)), agreement)
    if toml and not as_json:
        show.say(agreement_to_toml(found).rstrip("\n"))
        return
    data = {**agreement_to_dict(found), "gaps": list(find_gaps(found))}
    show.say_either(as_json, data, show.fields(_in_brief(data)))


def _in_brief(data: dict[str, Any]) -> dict[str, Any]:
    """An agreement's fields for a terminal: tables in words, and nothing that is empty."""
    items = [
        f"{item['layout']} ({len(item['columns'])} {item['sensitivity']}): {', '.join(item['operations'])}"
        for item in data["items"]
    ]
    listed = {"parties": "organisation", "roles": "role", "refusals": "what"}
    short = {key: [each[name] for each in data[key]] for key, name in listed.items()}
    tables = {
        key: [f"{name} {value}" for name, value in data[key].items() if value not in (None, "", [], False)]
        for key in ("lawful", "subjects", "retention", "handling")
    }
    shown = {**data, **short, **tables, "items": items}
    return {key: value for key, value in shown.items() if value not in (None, "", [], {}, False)}


@agreements.command("versions")
def show_versions(agreement: Id, workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List every version of an agreement, the newest last: who put it in, and when."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace

    found = desk_agreements.get_versions(open_workspace(find_workspace(workspace)), agreement)
    rows = [
        [
            v.version,
            f"{v.added_at:%d/%m/%Y %H:%M}",
            v.added_by,
            f"replaced by {v.replaced_by}" if v.replaced_at else "stands",
        ]
        for v in found
    ]
    text = show.columns(rows, ["version", "when (UTC)", "who", ""])
    show.say_either(as_json, [version.to_dict() for version in found], text)


@agreements.command("suspend")
def suspend_agreement(
    agreement: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Suspend an agreement: nothing more is received or asked under it."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace

    desk_agreements.suspend_agreement(
        open_workspace(find_workspace(workspace)), agreement, who=user_name(who)
    )
    show.say_either(as_json, {"id": agreement, "state": "suspended"}, f"Agreement {agreement} is suspended.")


@agreements.command("resume")
def resume_agreement(
    agreement: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Let a suspended agreement stand again, as its newest version says."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk.workspace import open_workspace

    stands = desk_agreements.resume_agreement(
        open_workspace(find_workspace(workspace)), agreement, who=user_name(who)
    )
    show.say_either(
        as_json, {"id": agreement, "state": stands.state}, f"Agreement {agreement} is {stands.state}."
    )


@purposes.command("add")
def add_purpose(file: File, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Put a purpose into the register."""
    from kithmap.desk import purposes as desk_purposes
    from kithmap.desk.workspace import open_workspace

    added = desk_purposes.add_purpose(open_workspace(find_workspace(workspace)), file, who=user_name(who))
    text = (
        f"Purpose {added.id} ({added.kind.value}) is in force {added.start:%d/%m/%Y} to {added.end:%d/%m/%Y}."
    )
    show.say_either(as_json, added.to_dict(), text)


@purposes.command("list")
def list_purposes(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the purposes."""
    from kithmap.desk import purposes as desk_purposes
    from kithmap.desk.workspace import open_workspace

    listed = desk_purposes.list_purposes(open_workspace(find_workspace(workspace)))
    rows = [[p.id, p.kind.value, p.state, f"{p.end:%d/%m/%Y}", p.question] for p in listed]
    text = show.columns(rows, ["id", "kind", "state", "until", "question"])
    show.say_either(as_json, [p.to_dict() for p in listed], text)


@purposes.command("show")
def show_purpose(purpose: Id, workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Show one purpose in full."""
    from kithmap.desk import purposes as desk_purposes
    from kithmap.desk.workspace import open_workspace

    data = desk_purposes.get_purpose(open_workspace(find_workspace(workspace)), purpose).to_dict()
    show.say_either(as_json, data, show.fields(data))


@purposes.command("suspend")
def suspend_purpose(
    purpose: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Suspend a purpose: no question is answered under it."""
    from kithmap.desk import purposes as desk_purposes
    from kithmap.desk.workspace import open_workspace

    desk_purposes.suspend_purpose(open_workspace(find_workspace(workspace)), purpose, who=user_name(who))
    show.say_either(as_json, {"id": purpose, "state": "suspended"}, f"Purpose {purpose} is suspended.")


@purposes.command("resume")
def resume_purpose(
    purpose: Id, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Let a suspended purpose stand again."""
    from kithmap.desk import purposes as desk_purposes
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    found = desk_purposes.resume_purpose(opened, purpose, who=user_name(who))
    show.say_either(as_json, {"id": purpose, "state": found.state}, f"Purpose {purpose} stands again.")


@audit.command("show")
def show_audit(
    last: Annotated[int, typer.Option(help="How many lines, the newest last.")] = 20,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show the last lines of the audit log."""
    from kithmap.desk import audit as desk_audit
    from kithmap.desk.workspace import open_workspace

    lines = desk_audit.show(open_workspace(find_workspace(workspace)), last=last, who=user_name(who))
    rows = [[f"{line.at:%d/%m/%Y %H:%M}", line.actor, line.verb, line.outcome, line.what] for line in lines]
    text = show.columns(rows, ["when (UTC)", "who", "verb", "outcome", "what"])
    show.say_either(as_json, [line.to_dict() for line in lines], text)


@audit.command("who")
def who_looked(
    person: Annotated[str, typer.Argument(help="The person, by pseudonym.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show who looked at a person: every act whose line names the pseudonym."""
    from kithmap.desk import audit as desk_audit
    from kithmap.desk.workspace import open_workspace

    lines = desk_audit.who_looked(open_workspace(find_workspace(workspace)), person, who=user_name(who))
    rows = [
        [f"{line.at:%d/%m/%Y %H:%M}", line.actor, line.verb, line.outcome, line.purpose] for line in lines
    ]
    text = show.columns(rows, ["when (UTC)", "who", "verb", "outcome", "purpose"])
    show.say_either(as_json, [line.to_dict() for line in lines], text if lines else "Nobody has looked.")


@audit.command("verify")
def verify_audit(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Prove that no line of the audit log was changed, removed or put in between."""
    from kithmap.desk import audit as desk_audit
    from kithmap.desk.workspace import open_workspace

    proof = desk_audit.verify(open_workspace(find_workspace(workspace)))
    show.say_either(as_json, proof.to_dict(), proof.sentence)
    if not proof.intact:
        raise typer.Exit(1)
