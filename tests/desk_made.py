"""Workspaces made for tests: an analyst, two who approve, an agreement and purposes in force."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent

from kithmap.desk import agreements, purposes, users
from kithmap.desk.uploads import Incoming, keep_incoming
from kithmap.desk.workspace import Workspace, new_workspace

ANALYST, APPROVERS = "ann", ("mo", "gil")
KINDS = ("case", "profiling", "sharing", "quality")


def make_workspace(folder: Path) -> Workspace:
    """A workspace with users and a purpose of each kind, named by its kind."""
    workspace = new_workspace(folder, who=ANALYST)
    users.add_user(workspace, "mo", "manager", who=ANALYST)
    users.add_user(workspace, "gil", "information governance", who=ANALYST)
    for kind in KINDS:
        purposes.add_purpose(workspace, purpose_file(folder.parent, kind), who=ANALYST)
    return workspace


def purpose_file(folder: Path, kind: str, *, name: str = "", end: str = "2099-12-31") -> Path:
    """The TOML file of a purpose."""
    path = folder / f"purpose-{name or kind}.toml"
    path.write_text(
        dedent(f"""
            id = "{name or kind}"
            kind = "{kind}"
            question = "Are the young people on our lists the same young people?"
            approver = "Director of children's services"
            start = 2020-01-01
            end = {end}
        """),
        encoding="utf-8",
    )
    return path


def agreement_file(
    folder: Path,
    name: str,
    holder: str,
    layouts: Sequence[str],
    *,
    kinds: Sequence[str] = KINDS,
    end: str = "2099-12-31",
) -> Path:
    """The TOML file of an agreement on every column of some layouts."""
    columns = "\n".join(f'{layout} = ["*"]' for layout in layouts)
    path = folder / f"agreement-{name}.toml"
    path.write_text(
        f'id = "{name}"\nholder = "{holder}"\nauthority = "X01"\npurposes = {list(kinds)!r}\n'
        f"start = 2020-01-01\nend = {end}\n[columns]\n{columns}\n",
        encoding="utf-8",
    )
    return path


def agree(workspace: Workspace, name: str, holder: str, layouts: Sequence[str], **terms: object) -> None:
    """Put an agreement into the register."""
    file = agreement_file(workspace.folder.parent, name, holder, layouts, **terms)  # type: ignore[arg-type]
    agreements.add_agreement(workspace, file, who=ANALYST)


LAYOUTS = (
    "gias_schools",
    "csc_person_register",
    "cse_panel_list",
    "gangs_panel_list",
    "police_crime_party",
    "edu_exclusions",
)


@cache
def make_small_world(folder: Path) -> Path:
    """A world of 300 young people, made once in a test session."""
    from kithmap.world import make_world

    if not folder.exists():
        make_world(folder, young=300, seed=1)
    return folder


def some_extracts(world: Path) -> list[tuple[Path, str]]:
    """The first extract of each of a few layouts, with the layout."""
    listed = json.loads((world / "manifest.json").read_text(encoding="utf-8"))["extracts"]
    first: dict[str, Path] = {}
    for extract in listed:
        first.setdefault(extract["layout"], world / "extracts" / extract["file"])
    return [(first[layout], layout) for layout in LAYOUTS]


def agree_to_all(workspace: Workspace) -> None:
    """One agreement for each of those layouts, with the layout's holder, named by the layout."""
    from kithmap.ingest.layouts import load_layout

    for layout in LAYOUTS:
        agree(workspace, layout, load_layout(layout).holder, [layout])


def receive_some(workspace: Workspace, world: Path) -> None:
    """Receive those extracts, each under its agreement."""
    from kithmap.desk.receive import receive

    agree_to_all(workspace)
    for file, layout in some_extracts(world):
        receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)


# Shorter words turn up by chance in megabytes of encrypted bytes once capitals are folded.
LETTERS = 6


def names_in(workspace: Workspace) -> frozenset[bytes]:
    """Every forename, surname, UPN and NHS number of the records, in lower case."""
    from kithmap.desk.receive import list_receipts
    from kithmap.engines import duckdb

    numbers = [receipt.receipt_no for receipt in list_receipts(workspace)]
    columns = ("forename", "surname", "full_raw", "alias", "upn", "nhs_number")
    with duckdb.memory(workspace.key) as engine:
        mentions = engine.fetch(engine.records("mention", workspace.records.paths("mention", numbers)))
    words = {
        word for column in columns for text in mentions[column].to_pylist() if text for word in text.split()
    }
    return frozenset(word.lower().encode() for word in words if len(word) >= LETTERS and word.isalnum())


def files_with(folder: Path, names: frozenset[bytes]) -> dict[str, bytes]:
    """The files under a folder that hold one of the names, as UTF-8 or UTF-16, and which."""
    found: dict[str, bytes] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes().lower()
        narrow = content.replace(b"\x00", b"")
        for name in names:
            if name in content or name in narrow:
                found[path.name] = name
    return found


def take_upload(workspace: Workspace, file: Path, name: str, *, who: str = ANALYST) -> str:
    """Send a file in as the pages do, without looking at it; the upload's id, by which a job may receive it."""
    incoming = Incoming(workspace)
    incoming.write(file.read_bytes())
    file.unlink()
    return keep_incoming(workspace, incoming, name, who=who).upload_id
