"""Commands about builds and the people in them: build, builds, compare, links, history."""

import csv
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

QUALITY = "QA-2026-01"


class EngineName(StrEnum):
    """The engines a build can be made on."""

    duckdb = "duckdb"
    spark = "spark"


@app.command()
def build(
    engine: Annotated[EngineName, typer.Option(help="Where to link and gather.")] = EngineName.duckdb,
    in_full: Annotated[
        bool,
        typer.Option("--in-full", help="Link everything again, not only what is new since the last build."),
    ] = False,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Link and gather everything received into a new build; print the quality of linkage."""
    from kithmap.desk.build import build as make_build
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    with show.progress_bar("build") as progress:
        report = make_build(
            opened, engine=engine.value, in_full=in_full, who=user_name(who), progress=progress
        )
    data = report.to_dict()
    truth = score_against_truth(opened, user_name(who))
    if truth is not None:
        data["truth"] = truth
    show.say_either(as_json, data, build_text(data))


def score_against_truth(workspace: Any, who: str) -> dict[str, Any] | None:
    """How the links compare with the world's truth, where the workspace is a demonstration.

    None where the records are not from a made-up world. It sees links, so it needs a purpose of
    the quality kind in force, as anybody would.
    """
    folder = workspace.folder.parent / "world" / "truth"
    if not folder.is_dir():
        return None
    from kithmap.desk.links import links as read_links
    from kithmap.world.truth import score

    return score(read_links(workspace, purpose=QUALITY, who=who), folder).to_dict()


def build_text(data: dict[str, Any]) -> str:
    """The quality of a build in words."""
    from kithmap.desk.linking import say_linking

    figures = {
        name: value
        for name, value in data["figures"].items()
        if value is not None and not isinstance(value, dict | list | bool) and name != "why_in_full"
    }
    lines = [
        f"Build {data['build']} is published. {say_linking(data['figures'])}",
        show.fields(figures),
        *data["lost"],
        *data["figures"].get("drift", ()),
    ]
    if "truth" in data:
        lines.append(truth_text(data["truth"]))
    return "\n".join(lines)


def truth_text(truth: dict[str, Any]) -> str:
    """How linkage did against the known truth: overall, and for the worst name groups."""
    overall = f"Against the world's truth: F1 {truth['f1']:.4f}, precision {truth['precision']:.4f}, recall {truth['recall']:.4f}."
    groups = sorted(truth["groups"].items(), key=lambda item: item[1]["recall"])
    rows = [
        [name, group["people"], f"{group['recall']:.3f}", f"{group['precision']:.3f}"]
        for name, group in groups
    ]
    return f"{overall}\n{show.columns(rows, ['name group', 'people', 'recall', 'precision'])}"


@app.command()
def builds(workspace: Workspace = None, as_json: AsJson = False) -> None:
    """List the builds, the newest last."""
    from kithmap.desk.build import list_builds
    from kithmap.desk.workspace import open_workspace

    listed = list_builds(open_workspace(find_workspace(workspace)))
    rows = [[b["build"], b["engine"], b["linked"], b["state"], b["finished"], b["people"]] for b in listed]
    names = ["build", "engine", "linked", "state", "finished (UTC)", "people"]
    show.say_either(as_json, listed, show.columns(rows, names))


@app.command()
def compare(
    then: Annotated[
        str | None, typer.Argument(help="A build by its id (default: the one before the other).")
    ] = None,
    now: Annotated[str | None, typer.Argument(help="Another build (default: the newest).")] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two builds: extracts that came and went, and the figures of linking."""
    from kithmap.desk.compare_builds import compare_builds
    from kithmap.desk.workspace import open_workspace

    data = compare_builds(open_workspace(find_workspace(workspace)), then, now).to_dict()
    figures = [[each["name"], each["then"], each["now"], each["change"]] for each in data["figures"]]
    lines = [
        f"Build {data['then']}, and {data['now']} beside it.",
        show.columns(figures, ["figure", "then", "now", "change"]),
        *(f"Came: {each['layout']} (receipt {each['receipt_no']})" for each in data["came"]),
        *(f"Went: {each['layout']} (receipt {each['receipt_no']})" for each in data["went"]),
    ]
    show.say_either(as_json, data, "\n".join(lines))


@app.command()
def links(
    out: Annotated[Path, typer.Option("-o", "--out", help="The CSV file to write.")],
    purpose: PurposeOption,
    at: Annotated[
        str | None,
        typer.Option(
            help="As it stood on a date or at a moment (UTC), such as 2026-07-31.", show_default=False
        ),
    ] = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write one row per mention of a person: extract, row, person_id. Needs a case or quality purpose."""
    from kithmap.desk.history import read_moment
    from kithmap.desk.links import links as read_links
    from kithmap.desk.workspace import open_workspace

    moment = read_moment(at) if at else None
    opened = open_workspace(find_workspace(workspace))
    table = read_links(opened, purpose=purpose, who=user_name(who), at=moment)
    kept = table.select(["extract", "row", "person_id"])
    partial = out.with_name(f"{out.name}.part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(kept.column_names)
        for batch in kept.to_batches():
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    partial.replace(out)
    show.say_either(
        as_json, {"file": str(out), "rows": table.num_rows}, f"{table.num_rows:,} mentions written to {out}."
    )


@app.command()
def history(
    person_id: Annotated[str, typer.Argument(help="The person's pseudonym.")],
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Tell what befell a person's identity: created, merged, split, judged, undone, withdrawn. Needs a case or quality purpose."""
    from kithmap.desk.history import history as read_history
    from kithmap.desk.workspace import open_workspace

    told = read_history(
        open_workspace(find_workspace(workspace)), person_id, purpose=purpose, who=user_name(who)
    )
    show.say_either(as_json, told.to_dict(), _history_text(told.to_dict()))


def _history_text(data: dict[str, Any]) -> str:
    names = ("event_no", "at", "kind", "person_id", "other_person_id", "actor", "evidence")
    rows = [
        [
            *(event[name] for name in names[:-1]),
            ", ".join(f"{key} {value}" for key, value in event["evidence"].items()),
        ]
        for event in data["events"]
    ]
    table = show.columns(rows, ["no", "at (UTC)", "what", "person", "other", "who", "evidence"])
    if data["now"] == data["person_id"]:
        return table
    return f"{table}\n" + (f"Now {data['now']}." if data["now"] else "Not in the newest build.")
