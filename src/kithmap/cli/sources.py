"""Commands about where data comes from and what is done with it: source, access, fields, gateways, agreement use."""

from pathlib import Path
from typing import Annotated

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, Workspace, app, find_workspace, user_name
from kithmap.cli.governance import agreements

sources = typer.Typer(help="Who holds what, and whom to ask for it.", no_args_is_help=True)
gateways = typer.Typer(help="Legal gateways, as a list: no legal advice.", no_args_is_help=True)
app.add_typer(sources, name="source")
app.add_typer(gateways, name="gateways")
File = Annotated[Path, typer.Argument(help="The TOML file; see docs/how-to/agree-what-is-shared.md.")]


@sources.command("add")
def add_source(file: File, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Put a source into the register: its single point of contact, its backup, the road its data comes by."""
    from kithmap.desk import sources as desk_sources
    from kithmap.desk.workspace import open_workspace

    added = desk_sources.add_source(open_workspace(find_workspace(workspace)), file, who=user_name(who))
    text = f"Source {added.id}: ask {added.contact} at {added.holder}."
    show.say_either(as_json, added.to_dict(), text)


@sources.command("list")
def list_sources(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the sources with their single points of contact, and the agreements whose holder has none."""
    from kithmap.desk import agreements as desk_agreements
    from kithmap.desk import sources as desk_sources
    from kithmap.desk.workspace import open_workspace
    from kithmap.governance.sources import holders_without_contact

    opened = open_workspace(find_workspace(workspace))
    listed = desk_sources.list_sources(opened)
    without = holders_without_contact(desk_agreements.list_agreements(opened), listed)
    rows = [
        [s.id, s.holder, s.authority, s.contact, s.backup, s.route.value, s.last_contact, s.renewal]
        for s in listed
    ]
    headings = ["id", "holder", "authority", "contact", "backup", "route", "last contact", "renewal"]
    lines = [show.columns(rows, headings)] if rows else ["No source is in the register."]
    if without:
        lines.append(f"Agreements whose holder has no contact: {', '.join(without)}.")
    data = {"sources": [s.to_dict() for s in listed], "agreements_without_contact": list(without)}
    show.say_either(as_json, data, "\n".join(lines))


@app.command()
def access(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Show, for every authority and data set, whether it is held, could be, is refused, or nothing is known."""
    from kithmap.desk import sources as desk_sources
    from kithmap.desk.workspace import open_workspace

    found = desk_sources.find_access(open_workspace(find_workspace(workspace)))
    authorities = list(dict.fromkeys(held.authority for held in found))
    layouts = list(dict.fromkeys(held.layout for held in found))
    known = {(held.authority, held.layout): held.access.value for held in found}
    rows = [[layout, *(known[authority, layout] for authority in authorities)] for layout in layouts]
    text = show.columns(rows, ["data set", *(authority or "region" for authority in authorities)])
    data = [{**vars(held), "access": held.access.value} for held in found]
    show.say_either(as_json, data, text)


@app.command()
def fields(
    agreement: Annotated[str | None, typer.Argument(help="Of one agreement (default: of all).")] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Show the columns asked for against the columns used: what a partner need not send."""
    from kithmap.desk import sources as desk_sources
    from kithmap.desk.workspace import open_workspace

    found = desk_sources.find_fields_used(open_workspace(find_workspace(workspace)), agreement)
    used = sum(field.verdict == "used" for field in found)
    rows = [
        [field.agreement, field.layout, field.column, field.verdict, ", ".join(field.used_by)]
        for field in found
        if agreement or field.verdict != "used"
    ]
    told = f"{used:,} of {len(found):,} columns asked for are used."
    text = "\n".join([show.columns(rows, ["agreement", "layout", "column", "verdict", "used by"]), told])
    show.say_either(as_json, [field.to_dict() for field in found], text)


@agreements.command("use")
def use(workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Count the extracts, questions and releases under each agreement: what it was used for."""
    from kithmap.desk import sources as desk_sources
    from kithmap.desk.workspace import open_workspace

    found = desk_sources.find_use(open_workspace(find_workspace(workspace)), who=user_name(who))
    rows = [[u.agreement, u.extracts, u.questions, u.releases, ", ".join(u.measures)] for u in found]
    text = show.columns(rows, ["agreement", "extracts", "questions", "releases", "measures"])
    show.say_either(as_json, [u.to_dict() for u in found], text)


@gateways.command("list")
def list_gateways(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the legal gateways an agreement may name, with their sources and dates."""
    from kithmap.desk.gateways import list_gateways as known_gateways
    from kithmap.desk.workspace import open_workspace
    from kithmap.errors import NotAWorkspace
    from kithmap.governance.gateways import NO_ADVICE, shipped_gateways

    try:
        listed = known_gateways(open_workspace(find_workspace(workspace)))
    except NotAWorkspace:
        if workspace is not None:
            raise
        listed = shipped_gateways()
    rows = [[g.id, g.kind.value, g.law, f"{g.as_at:%d/%m/%Y}", "yes" if g.checked else "no"] for g in listed]
    text = show.columns(rows, ["id", "kind", "law", "as at", "checked"])
    data = {"note": NO_ADVICE, "gateways": [g.to_dict() for g in listed]}
    show.say_either(as_json, data, f"{text}\n{NO_ADVICE}")


@gateways.command("add")
def add_gateway(file: File, workspace: Workspace = None, who: Who = None, as_json: AsJson = False) -> None:
    """Put a gateway into this workspace's list, in place of the one that has its id."""
    from kithmap.desk.gateways import add_gateway as put_gateway
    from kithmap.desk.workspace import open_workspace

    added = put_gateway(open_workspace(find_workspace(workspace)), file, who=user_name(who))
    show.say_either(as_json, added.to_dict(), f"Gateway {added.id} is in the list: {added.law}.")
