"""A backup: one file that holds all of a workspace but its key, made while others go on working.

The register is copied as it stands at one moment; records and builds never change once they are there, so
those that it names are copied after it. The file ends with a manifest, the hash of every file in it, sealed
under the workspace's key: without the key nobody can make or change a backup unseen, nor read the records.
"""

import hmac
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from kithmap.desk import anchor, clock
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.residents import FILE as RESIDENTS
from kithmap.desk.workspace import COPIED, MARK, SIGNED, Workspace
from kithmap.engines import keys
from kithmap.errors import MachineProblem, WrongUse
from kithmap.register import audit, builds, receipts
from kithmap.register.audit import Act
from kithmap.register.copying import save_copy
from kithmap.register.open import FILE, open_file

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.seal"
HEAD, HEADS = "anchors/head", "anchors/dated"
# Documents made of answers already released, signed excerpts, and how many live where; all else in the folder passes.
ALSO = ("published", SIGNED, RESIDENTS)
ATTEMPTS = 3
PIECE = 2**20


@dataclass(frozen=True)
class Backup:
    """A backup that was made: where, how much is in it, to which line of the audit, and where the key is."""

    file: Path
    files: int
    bytes: int
    extracts: int
    builds: int
    audit_lines: int
    key_place: str

    def to_dict(self) -> dict[str, Any]:
        """It as plain values, for JSON."""
        return {**vars(self), "file": str(self.file)}


def backup(workspace: Workspace, file: Path, *, who: str) -> Backup:
    """Write all of a workspace but its key into one new file.

    Raises: WrongUse when there is such a file already, MachineProblem when it cannot be written.
    """
    file = file.absolute()
    if file.exists():
        raise WrongUse(
            f"There is already a file {file.name}.", "The name of a new file.", "Name another file."
        )
    aside = file.with_name(f"{file.name}.part")
    try:
        made = _write_whole(workspace, aside)
        aside.rename(file)
    finally:
        aside.unlink(missing_ok=True)
    found = Backup(
        file, len(made["files"]), file.stat().st_size, len(made["receipts"]), len(made["builds"]),
        made["audit"]["seq"], workspace.key_place,
    )  # fmt: skip
    details = {"files": found.files, "bytes": found.bytes, "audit_lines": found.audit_lines}
    note(workspace, Act(who, "backup", ALLOW, file.name, details=details))
    return found


def seal_of(manifest: bytes, key: bytes) -> str:
    """The seal of a manifest: only who has the workspace's key can make it."""
    return hmac.new(keys.derive(key, "backup"), manifest, sha256).hexdigest()


def _write_whole(workspace: Workspace, aside: Path) -> dict[str, Any]:
    """Write a backup; begin again where something was withdrawn or deleted while it was being copied."""
    for _ in range(ATTEMPTS):
        try:
            return _write(workspace, aside)
        except FileNotFoundError:
            continue
    raise MachineProblem(
        "Files of the workspace went while they were being copied, time and again.",
        "Every file that the register names, for as long as it takes to copy it.",
        "Wait until nothing is being withdrawn or deleted, and run `kithmap doctor`; then make the backup again.",
    )


def _write(workspace: Workspace, aside: Path) -> dict[str, Any]:
    handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        tempfile.TemporaryDirectory(dir=workspace.tmp, prefix=COPIED) as passing,
        os.fdopen(handle, "wb") as out,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        copy = Path(passing) / FILE
        # Before the register: a head of later than its last line would be of lines that it lacks.
        heads = {name: path.read_bytes() for name, path in _heads(workspace) if path.is_file()}
        save_copy(workspace.register, copy)
        manifest = _facts(copy)
        files: dict[str, dict[str, Any]] = {}
        for name, content in heads.items():
            files[name] = _add(archive, name, io.BytesIO(content), len(content))
        for name, path in [(FILE, copy), *_paths(workspace, manifest)]:
            with path.open("rb") as opened:
                files[name] = _add(archive, name, opened, os.fstat(opened.fileno()).st_size)
        manifest["files"] = files
        told = json.dumps(manifest, indent=1, sort_keys=True).encode()
        _add(archive, MANIFEST, io.BytesIO(told), len(told))
        seal = seal_of(told, workspace.key).encode()
        _add(archive, SEAL, io.BytesIO(seal), len(seal))
        archive.close()
        out.flush()
        os.fsync(out.fileno())
    return manifest


def _facts(copy: Path) -> dict[str, Any]:
    """What a copy of the register says there is."""
    register = open_file(copy)
    try:
        head = audit.head(register)
        return {
            "format": FORMAT,
            "kithmap": version("kithmap"),
            "made_at": clock.now().isoformat(timespec="seconds"),
            "audit": {"seq": head.seq, "hash": head.hash},
            "receipts": [each.receipt_no for each in receipts.kept_receipts(register)],
            "builds": [[each.build_id, each.path] for each in builds.list_builds(register)],
        }
    finally:
        register.close()


def _heads(workspace: Workspace) -> list[tuple[str, Path]]:
    path = anchor.head_path(workspace)
    return [(HEAD, path), (HEADS, path.with_suffix(".anchors"))]


def _paths(workspace: Workspace, manifest: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Every other file, by its name in the workspace.

    Raises: FileNotFoundError where something that the register names has gone since.
    """
    roots = [MARK, keys.ID_FILE, *(f"records/{number}" for number in manifest["receipts"])]
    for build_id, path in manifest["builds"]:
        roots += [f"builds/{path}", f"builds/{build_id}.json"]
    for root in [*roots, *(name for name in ALSO if (workspace.folder / name).exists())]:
        place = workspace.folder / root
        if not place.exists():
            raise FileNotFoundError(root)
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(workspace.folder).as_posix(), path


def _add(archive: tarfile.TarFile, name: str, opened: IO[bytes], size: int) -> dict[str, Any]:
    """Add a file of this size, and give its size and hash."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    read = _Hashed(opened)
    archive.addfile(entry, read)
    return {"bytes": size, "sha256": read.digest.hexdigest()}


class _Hashed(io.RawIOBase):
    """Reads a file through, and hashes what is read."""

    def __init__(self, opened: IO[bytes]) -> None:
        self._opened = opened
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._opened.read(size)
        self.digest.update(piece)
        return piece
