"""Residents by authority and ethnic group: published counts that a workspace loads, and answers are set beside.

They are of no extract and name nobody: one file in the workspace, replaced when another is loaded.
"""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, UnreadableFile
from kithmap.governance.permissions import Action
from kithmap.ingest.words import ethnic_group_of
from kithmap.model.denominators import RESIDENT
from kithmap.register.audit import Act

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

FILE = "residents.csv"
COLUMNS = ("authority", "ethnic_group", "residents", "source", "as_at")
GROUPS = frozenset({"white", "mixed", "asian", "black", "other", "unknown"})
MOST_FAULTS = 10


@dataclass(frozen=True)
class Residents:
    """What was loaded: rows as `model.denominators.RESIDENT` has them."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Who published them, and the day they speak of."""
        return tuple(sorted({f"{row['source']}, {row['as_at']:%d/%m/%Y}" for row in self.rows}))

    def to_dict(self) -> dict[str, Any]:
        """What was loaded, in figures."""
        return {
            "authorities": len({row["la_code"] for row in self.rows}),
            "residents": sum(row["residents"] for row in self.rows),
            "sources": list(self.sources),
        }


def load_residents(workspace: Workspace, file: Path, *, who: str) -> Residents:
    """Load residents of 10 to 17 by authority and ethnic group, in place of those loaded before.

    Raises: NotPermitted; UnreadableFile, DataProblem for a file with faults, all of them said at once.
    """
    act = Act(who, "load residents", ALLOW, file.name)
    check_permitted(workspace, act, Action.BUILD)
    read = read_residents(file)
    aside = workspace.folder / f".{FILE}.{os.getpid()}"
    with aside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in read.rows:
            writer.writerow(
                (row["la_code"], row["ethnicity_group5"], row["residents"], row["source"], row["as_at"])
            )
    aside.replace(workspace.folder / FILE)
    note(workspace, Act(who, act.verb, ALLOW, file.name, details=read.to_dict()))
    return read


def find_residents(workspace: Workspace) -> Residents:
    """The residents loaded; none where nothing was."""
    path = workspace.folder / FILE
    return read_residents(path) if path.is_file() else Residents(())


def digest_of(workspace: Workspace) -> str:
    """The hash of the residents loaded; empty where nothing was."""
    path = workspace.folder / FILE
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def hold_residents(workspace: Workspace, engine: "Engine") -> None:
    """Make the residents loaded known to an engine, for the measures that read them."""
    import pyarrow as pa

    kinds = {"string": pa.string(), "int64": pa.int64(), "date": pa.date32()}
    schema = pa.schema([(column.name, kinds[column.type]) for column in RESIDENT.columns])
    rows = [dict(row) for row in find_residents(workspace).rows]
    engine.hold(RESIDENT.name, pa.Table.from_pylist(rows, schema=schema))


def read_residents(file: Path) -> Residents:
    """Read a file of residents: authority, ethnic_group, residents, source, as_at.

    An ethnic group is one of the five, `unknown`, or any code or words that extracts may use for one.
    Raises: UnreadableFile, DataProblem.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            heads = [(name or "").strip().lower() for name in reader.fieldnames or ()]
            given = [dict(zip(heads, row.values(), strict=False)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UnreadableFile(
            f"The file {file.name} cannot be read.", "A CSV file in UTF-8.", "Save it as CSV (UTF-8)."
        ) from None
    missing = [name for name in COLUMNS if name not in heads]
    if missing:
        raise DataProblem(
            f"The file {file.name} has no column {', '.join(missing)}.",
            f"The columns {', '.join(COLUMNS)}.",
            "See docs/how-to/check-disproportionality.md for an example.",
        )
    return Residents(_checked(file, given))


def _checked(file: Path, given: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    rows: list[Mapping[str, Any]] = []
    faults: list[str] = []
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(given, 1):
        try:
            read = _row(row)
        except ValueError as fault:
            faults.append(f"row {number}: {fault}")
            continue
        key = (read["la_code"], str(row["ethnic_group"]).strip().casefold())
        if key in seen:
            faults.append(f"row {number}: this authority and group stand in an earlier row")
        seen.add(key)
        rows.append(read)
    if faults or not rows:
        more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise DataProblem(
            f"{file.name} has {len(faults)} faults: {'; '.join(faults[:MOST_FAULTS])}{more}." if faults else f"{file.name} has no rows.",
            "In each row an authority, an ethnic group, a whole number, who published it, and the day as 2026-06-30.",
            "Correct these rows and load the file again; nothing was loaded.",
        )  # fmt: skip
    return tuple(rows)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row, read.

    Raises: ValueError in words.
    """
    said = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    empty = [name for name in COLUMNS if not said[name]]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")
    if not said["residents"].replace(",", "").isdecimal():
        raise ValueError("residents is not a whole number")
    group = said["ethnic_group"].casefold()
    group = group if group in GROUPS else ethnic_group_of(said["ethnic_group"])
    if group == "unknown" and said["ethnic_group"].casefold() != "unknown":
        raise ValueError("ethnic_group is not a group that is known here")
    try:
        as_at = date.fromisoformat(said["as_at"])
    except ValueError:
        raise ValueError("as_at is not a day such as 2026-06-30") from None
    return {
        "la_code": said["authority"], "ethnicity_group5": group, "residents": int(said["residents"].replace(",", "")),
        "source": said["source"], "as_at": as_at,
    }  # fmt: skip
