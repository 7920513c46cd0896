"""A workspace from a backup, with a proof that it is the one that was backed up.

Nothing is believed before it is checked: each name, each size and each hash against the manifest, the
manifest against its seal, the audit against the head kept when the backup was made. What is restored has an
id of its own, and a copy of the key under it: a backup tried out beside the workspace it is of disturbs nothing.
"""

import hmac
import json
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast

from kithmap.desk import anchor, audit, clock
from kithmap.desk.backup import ALSO, FORMAT, HEAD, HEADS, MANIFEST, PIECE, SEAL, seal_of
from kithmap.desk.build import get_build, list_builds
from kithmap.desk.publishing import open_engine
from kithmap.desk.receive import list_receipts
from kithmap.desk.workspace import Workspace, check_new_folder, open_workspace
from kithmap.engines import keys
from kithmap.errors import MachineProblem, UnreadableFile, WorkspaceExists
from kithmap.register.audit import Act
from kithmap.register.copying import load_copy
from kithmap.register.open import FILE, VARIABLE, open_register

ID = re.compile(r"[0-9a-f]{32}")
PART = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*")
ANCHORS = "anchors"
ROOTS = ("workspace.toml", keys.ID_FILE, FILE, "records", "builds", *ALSO, ANCHORS)
MOST_MANIFEST_BYTES = 2**28


@dataclass(frozen=True)
class Restored:
    """A workspace that was restored, and the proof: what was found to be as it was."""

    folder: Path
    made_at: str
    files: int
    extracts: int
    builds: int
    people: int | None
    intact: bool
    audit: str
    key_place: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """The proof in words."""
        opened = (
            f"the newest opens and holds {self.people:,} people" if self.people is not None else "none yet"
        )
        return (
            f"{self.files:,} files are as they were when the backup was made, at {self.made_at}.",
            f"{self.extracts:,} extracts have their records; builds: {self.builds:,}, {opened}.",
            self.audit,
            f"The key is in {self.key_place}.",
        )

    def to_dict(self) -> dict[str, Any]:
        """It as plain values, for JSON."""
        return {**vars(self), "folder": str(self.folder), "proof": list(self.sentences)}


def restore(file: Path, folder: Path, *, who: str) -> Restored:
    """Make a workspace in a new folder from a backup, and prove that it is whole.

    The workspace's key must be on this machine: where it was, or in KITHMAP_KEY.
    Raises: UnreadableFile for a file that is no whole backup, KeyMissing, WorkspaceExists, MachineProblem.
    """
    folder = folder.absolute()
    check_new_folder(folder)
    aside = folder.with_name(f".{folder.name}.restoring-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True, mode=0o700)
    try:
        manifest = _unpack(file, aside)
        _give_own_id(aside)
        _load_register(aside)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    with open_workspace(folder) as workspace:
        return _prove(workspace, manifest, who)


def _unpack(file: Path, aside: Path) -> dict[str, Any]:
    """Write every file of a backup, each checked against the sealed manifest; what the manifest says."""
    try:
        with tarfile.open(file, mode="r:") as archive:
            members = _members(archive)
            identity = _read(archive, members, keys.ID_FILE, 100).decode("ascii").strip()
            if not ID.fullmatch(identity):
                raise _no_backup(file)
            (aside / keys.ID_FILE).write_text(identity + "\n", encoding="ascii")
            told = _read(archive, members, MANIFEST, MOST_MANIFEST_BYTES)
            seal = _read(archive, members, SEAL, 100).decode("ascii")
            if not hmac.compare_digest(seal, seal_of(told, keys.read_key(aside))):
                raise _altered(file, MANIFEST)
            manifest = _parse(file, told)
            _check_names(file, members, manifest)
            for name, known in manifest["files"].items():
                place = aside / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with cast("IO[bytes]", archive.extractfile(members[name])) as source:
                    if _write(source, place) != known["sha256"]:
                        raise _altered(file, name)
    except (tarfile.TarError, UnicodeDecodeError, EOFError) as fault:
        raise _no_backup(file) from fault
    except FileNotFoundError as fault:
        raise UnreadableFile(f"There is no file {file.name}.", "A backup.", "Check the path.") from fault
    for name in ("records", "builds", "tmp"):
        (aside / name).mkdir(exist_ok=True)
    return manifest


def _members(archive: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    """The files of an archive by name; a name twice, or anything but a file, makes it no backup.

    Raises: TarError, also for a file that was cut.
    """
    found: dict[str, tarfile.TarInfo] = {}
    for member in archive:
        if not member.isreg() or member.name in found:
            raise tarfile.TarError("not a plain file, or one twice")
        found[member.name] = member
    return found


def _read(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], name: str, most: int) -> bytes:
    if name not in members or members[name].size > most:
        raise tarfile.TarError(f"no {name}")
    with cast("IO[bytes]", archive.extractfile(members[name])) as opened:
        return opened.read()


def _parse(file: Path, told: bytes) -> dict[str, Any]:
    manifest = json.loads(told)
    if manifest["format"] > FORMAT:
        raise UnreadableFile(
            f"The backup {file.name} was made by a newer Kithmap ({manifest['kithmap']}).",
            "A backup of this version or an older one.",
            "Install that version of Kithmap, then restore it.",
        )
    return manifest


def _check_names(file: Path, members: dict[str, tarfile.TarInfo], manifest: dict[str, Any]) -> None:
    """Refuse a file that the manifest does not name, one of another size, and one that leads elsewhere."""
    listed = manifest["files"]
    if set(members) != {*listed, MANIFEST, SEAL}:
        raise _altered(file, "the list of files")
    for name, known in listed.items():
        parts = name.split("/")
        if parts[0] not in ROOTS or not all(PART.fullmatch(part) for part in parts):
            raise _altered(file, "the name of a file")
        if members[name].size != known["bytes"]:
            raise _altered(file, name)


def _write(source: IO[bytes], place: Path) -> str:
    """Write a file to the disk, and give the hash of what was written."""
    digest = sha256()
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as out:
        while piece := source.read(PIECE):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _give_own_id(aside: Path) -> None:
    """Give the restored workspace an id of its own, and a copy of the key under it."""
    keys.make_key(aside, keys.read_key(aside))


def _load_register(aside: Path) -> None:
    """Where the register is to be in PostgreSQL, put it there.

    Raises: WorkspaceExists when that database is a register already.
    """
    if not os.environ.get(VARIABLE):
        return
    register = open_register(aside)
    if not register.holds_nothing:
        raise WorkspaceExists(
            "The database that DATABASE_URL names is the register of a workspace.",
            "An empty database.",
            "Make another database, or unset DATABASE_URL to keep the register in the workspace.",
        )
    load_copy(aside / FILE, register)
    register.close()
    for path in aside.glob(f"{FILE}*"):
        path.unlink()


def _keep_heads(workspace: Workspace) -> int:
    """Keep the heads that the backup holds where heads are kept, and those that were there apart from them.

    The number of the last line that was known there.
    """
    before = max((head.seq for head in anchor.read(workspace)[0]), default=0)
    path = anchor.head_path(workspace)
    for name, kept in ((HEAD, path), (HEADS, path.with_suffix(".anchors"))):
        if kept.is_file():
            kept.rename(kept.with_name(f"{kept.name}.before-{clock.new_id(clock.now())}"))
        if (workspace.folder / name).is_file():
            kept.write_bytes((workspace.folder / name).read_bytes())
    shutil.rmtree(workspace.folder / ANCHORS, ignore_errors=True)
    return before


def _prove(workspace: Workspace, manifest: dict[str, Any], who: str) -> Restored:
    """Find out that all is there and opens, and write down that it was restored.

    Raises: MachineProblem, BuildDamaged.
    """
    known = _keep_heads(workspace)
    proof = audit.verify(workspace)
    kept, made = list_receipts(workspace), list_builds(workspace)
    missing = [receipt.name for receipt in kept if not workspace.records.has(receipt.receipt_no)]
    if missing:
        raise MachineProblem(
            f"The records of {len(missing)} extracts are not in the backup.",
            "A backup of a whole workspace.",
            "Restore an older backup, or receive these extracts again.",
        )
    people = None
    if made:
        newest = get_build(workspace)
        rows: Any = open_engine(workspace, newest).table("person")
        people = int(open_engine(workspace, newest).fetch(rows.aggregate(n=rows.count()))["n"][0].as_py())
    details = {"made_at": manifest["made_at"], "audit_lines": manifest["audit"]["seq"], "known_before": known}
    audit.note(
        workspace, Act(who, "restore", audit.ALLOW, f"files: {len(manifest['files'])}", details=details)
    )
    return Restored(
        workspace.folder, manifest["made_at"], len(manifest["files"]), len(kept), len(made), people,
        proof.intact, proof.sentence, workspace.key_place,
    )  # fmt: skip


def _no_backup(file: Path) -> UnreadableFile:
    return UnreadableFile(
        f"The file {file.name} is no backup of a workspace, or only a part of one.",
        "A file that `kithmap backup` made, whole.",
        "Copy it again from where it is kept, or restore another one.",
    )


def _altered(file: Path, name: str) -> UnreadableFile:
    return UnreadableFile(
        f"The backup {file.name} is not as it was made: {name} differs.",
        "A backup that nobody has changed, made with the key that is on this machine.",
        "Copy it again from where it is kept, or restore another one; find out who could have changed it.",
    )
