"""Make a world: people, lives, extracts, agreements, and the truth."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kithmap.errors import UnknownOption, WorkspaceExists
from kithmap.world import agreed, truth_files
from kithmap.world.cases import Listing
from kithmap.world.catalogue import count_extracts, make_extracts
from kithmap.world.geography import AUTHORITIES, CODES
from kithmap.world.people import AS_AT
from kithmap.world.residents import write_residents
from kithmap.world.worlds import World, make_parts
from kithmap.world.writers import write_extract

Progress = Callable[[str, int, int], None]
SMALLEST, LARGEST = 300, 1_000_000


@dataclass(frozen=True)
class WorldSummary:
    """What was made."""

    folder: Path
    young: int
    seed: int
    people: int
    extracts: int
    rows: int
    mentions: int


def make_world(
    folder: Path, *, young: int = 3000, seed: int = 1, progress: Progress | None = None
) -> WorldSummary:
    """Make a world of made-up young people and write what each agency would hold of them.

    Shape: `extracts/` (one file each), `agreements/`, `purposes/`, `residents.csv`, `manifest.json`, `truth/`.
    Unit: young people of 10 to 17. The same seed and number give the same bytes.
    Raises: UnknownOption outside 300 to 1,000,000; WorkspaceExists where the folder is not empty.
    """
    folder = Path(folder)
    _check(folder, young)
    tell = progress or (lambda _step, _done, _total: None)
    tell("people and lives", 0, 1)
    world = make_parts(seed, young)
    extracts, truth = folder / "extracts", folder / "truth"
    for made in (extracts, truth):
        made.mkdir(parents=True, exist_ok=True)
    written = _write_extracts(world, extracts, truth, tell)
    agreed.write_agreements(folder / "agreements", written.columns)
    agreed.write_purposes(folder / "purposes")
    write_residents(folder / "residents.csv", world)
    authorities = [{"code": code, "name": name} for code, name in zip(CODES, AUTHORITIES, strict=True)]
    manifest = {"as_at": AS_AT.isoformat(), "authorities": authorities, "extracts": written.manifest}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    truth_files.write_overlaps(truth, written.listed)
    truth_files.write_people(truth, world)
    truth_files.write_contexts(truth, world)
    truth_files.write_patterns(truth, world)
    return WorldSummary(
        folder, young, seed, len(world.people), len(written.manifest), written.rows, written.mentions
    )


def _check(folder: Path, young: int) -> None:
    if not SMALLEST <= young <= LARGEST:
        raise UnknownOption(
            f"A world of {young:,} young people cannot be made.",
            f"From {SMALLEST:,} to {LARGEST:,} young people.",
            "Choose a number between these.",
        )
    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceExists(
            f"The folder {folder} already holds something.",
            "A folder that does not exist yet, or is empty.",
            "Name another folder, or remove this one.",
        )


@dataclass
class _Written:
    manifest: list[dict[str, str]]
    columns: dict[str, list[str]]
    listed: list[tuple[str, Listing]]
    faults: list[tuple[object, ...]]
    rows: int = 0
    mentions: int = 0


def _write_extracts(world: World, folder: Path, truth: Path, tell: Progress) -> _Written:
    written = _Written([], {}, [], [])
    mentions = truth_files.Mentions(truth, world)
    total = count_extracts(world)
    for number, draft in enumerate(make_extracts(world)):
        tell(draft.name, number, total)
        written.columns[draft.layout] = draft.cells.columns
        if not len(draft):
            continue  # An agency with nothing to tell sends no file.
        file = write_extract(folder, draft).name
        mentions.add(file, draft)
        written.manifest.append(
            {
                "file": file,
                "layout": draft.layout,
                "agreement": agreed.agreement_id(draft.layout, draft.authority),
            }
        )
        written.rows += len(draft)
        written.faults.append(
            (file, len(draft), *(draft.faults.get(k, 0) for k in ("duplicates", "blank", "totals")))
        )
        if draft.listed is not None:
            written.listed.append((draft.layout, draft.listed))
    mentions.close()
    written.mentions = mentions.count
    truth_files.write_rows(
        truth / "faults.parquet", written.faults, ["extract", "rows", "duplicates", "blank", "totals"]
    )
    tell("extracts", total, total)
    return written
