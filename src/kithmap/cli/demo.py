"""The demonstration: a made-up world, the whole road, and the profiles at the end of it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, Who, app, user_name
from kithmap.cli.builds import score_against_truth, truth_text
from kithmap.errors import WorkspaceExists

APPROVERS = ("demo-manager", "demo-governance")
PROFILING = "PP-2026-01"
LEVELS = ("R0", "R1")
NOTE = "Made up, as everybody here is: a real partnership says what it makes of the difference, and what it will do."
TITLE = "Peer-on-peer abuse across seven authorities"


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    young: Annotated[
        int, typer.Option(min=300, max=1_000_000, help="Young people in the made-up world.")
    ] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 1,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make a world of seven authorities, receive, link, gather, ask, and publish its profiles."""
    from kithmap.world import make_world

    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceExists(
            f"The folder {folder} already holds something.",
            "A folder that does not exist yet, or is empty.",
            "Name another folder, or remove this one.",
        )
    analyst = user_name(who)
    with show.progress_bar("world") as progress:
        make_world(folder / "world", young=young, seed=seed, progress=progress)
    with show.progress_bar("receive") as progress:
        workspace, refused = receive_world(folder, progress, analyst)
    from kithmap.desk.build import build

    with show.progress_bar("build") as progress:
        report = build(workspace, who=analyst, progress=progress)
    truth = score_against_truth(workspace, analyst)
    answers = _ask_and_publish(workspace, folder, analyst)
    data = {
        "folder": str(folder),
        "build": report.to_dict(),
        "truth": truth,
        "rows_refused": refused,
        **answers,
    }
    show.say_either(as_json, data, _demo_text(data))


def receive_world(folder: Path, progress: show.Progress, who: str) -> tuple[Any, int]:
    """Make the workspace of a world and receive every extract of it; the rows refused are counted."""
    from kithmap.desk import agreements, purposes, users
    from kithmap.desk.receive_all import Sent, receive_all
    from kithmap.desk.residents import load_residents
    from kithmap.desk.workspace import new_workspace

    world = folder / "world"
    workspace = new_workspace(folder / "workspace", who=who)
    users.add_user(workspace, APPROVERS[0], "manager", who=who)
    users.add_user(workspace, APPROVERS[1], "information_governance", who=who)
    for file in sorted((world / "agreements").glob("*.toml")):
        agreements.add_agreement(workspace, file, who=who)
    for file in sorted((world / "purposes").glob("*.toml")):
        purposes.add_purpose(workspace, file, who=who)
    load_residents(workspace, world / "residents.csv", who=who)
    extracts = json.loads((world / "manifest.json").read_text(encoding="utf-8"))["extracts"]
    sent = [Sent(world / "extracts" / e["file"], e["layout"], e["agreement"]) for e in extracts]
    received = receive_all(workspace, sent, who=who, progress=progress)
    progress("every extract received", len(extracts), len(extracts))
    return workspace, sum(receipt.rows_refused for receipt in received)


def _ask_and_publish(workspace: Any, folder: Path, who: str) -> dict[str, Any]:
    from kithmap.desk.ask import ask
    from kithmap.desk.share import share_with_self
    from kithmap.products.publish import publish_profile
    from kithmap.world.truth import read_question

    question = read_question(folder / "world" / "truth")
    options = {"lists": ", ".join(question["lists"]), "authority": question["authority"]}
    headline = share_with_self(
        workspace, ask(workspace, "overlap", purpose=PROFILING, who=who, options=options)
    )
    profiles = {}
    for level in LEVELS:
        with show.progress_bar("publish") as progress:
            written = publish_profile(
                workspace, folder / "profiles", purpose=PROFILING, level=level, who=who, approved_by=APPROVERS,
                to="The partnership", title=TITLE, note=NOTE, progress=progress,
            )  # fmt: skip
        profiles[level] = str(written.path)
    return {"headline": headline.sentence, "question": question, "profiles": profiles}


def _demo_text(data: dict[str, Any]) -> str:
    question = data["question"]
    lines = [
        truth_text(data["truth"]),
        "",
        f"{question['place']}: {data['headline']}",
        f"(In the made-up world the truth is {question['people']}.)",
        "",
        *(f"Profile at {level}: {path}" for level, path in data["profiles"].items()),
        "",
        f"Ask on:  kithmap ask schools --harm CSE --purpose {PROFILING} -w {data['folder']}",
    ]
    return "\n".join(lines)
