"""The key of one project of private linkage: made once, handed to the holders, destroyed at the end.

Whoever compares the encodings never has it. It is not the key of a workspace.
"""

import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from kithmap.desk import clock
from kithmap.errors import KeyMissing, WorkspaceExists, WrongUse

KEY_BYTES = 32
EXPECTED = "A key file that `kithmap encode --new-key` made, which only its owner can read."


@dataclass(frozen=True, repr=False)
class ProjectKey:
    """The key of a project; its repr shows the project only."""

    project: str
    key: bytes

    @property
    def mark(self) -> str:
        """A code by which files made with the same key are known; it tells nothing of the key."""
        return hmac.digest(self.key, b"kithmap mark of the key", "sha256")[:8].hex()

    def __repr__(self) -> str:
        return f"<ProjectKey of {self.project}>"


def new_key(path: Path, project: str) -> ProjectKey:
    """Make the key of a new project, in a file that only its owner can read.

    Raises: WorkspaceExists when there is such a file, WrongUse without a project.
    """
    if not project.strip():
        raise WrongUse(
            "The project has no name.", "A name, such as the agreement's id.", "Name it with --project."
        )
    made = ProjectKey(project.strip(), secrets.token_bytes(KEY_BYTES))
    text = json.dumps({"project": made.project, "key": made.key.hex(), "mark": made.mark})
    try:
        # Never readable by others, not even between being made and being closed.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WorkspaceExists(
            f"There is already a file {path.name}.", "A new file for a new key.", "Name another file."
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def read_project_key(path: Path) -> ProjectKey:
    """The key in a file.

    Raises: KeyMissing when there is none, others can read it, or it is not such a key.
    """
    if not path.is_file():
        raise KeyMissing(f"There is no key file {path.name}.", EXPECTED, "Check its path.")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyMissing(
            f"Other users of this machine can read the key file {path.name}.",
            "A key file that only its owner can read (mode 600).",
            "Run `chmod 600` on it, and ask who could have read it; if anybody did, make a new key.",
        )
    try:
        said = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        found = ProjectKey(str(said["project"]), bytes.fromhex(said["key"]))
        whole = len(found.key) == KEY_BYTES and found.mark == said["mark"]
    except (OSError, ValueError, KeyError, TypeError):
        raise KeyMissing(
            f"{path.name} is not a project's key.", EXPECTED, "Ask for the file again."
        ) from None
    if not whole:
        raise KeyMissing(f"The key in {path.name} is not whole.", EXPECTED, "Ask for the file again.")
    return found


def destroy_key(path: Path, attestation: Path, *, who: str) -> dict[str, Any]:
    """Destroy a project's key, and write what was done for the file of the project.

    Raises: KeyMissing, WorkspaceExists when the attestation is already there.
    """
    known = read_project_key(path)
    if attestation.exists():
        raise WorkspaceExists(
            f"There is already a file {attestation.name}.",
            "A new file.",
            "Name another file for the attestation.",
        )
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    said = {
        "project": known.project,
        "mark_of_the_key": known.mark,
        "destroyed_at": clock.now().isoformat(timespec="seconds"),
        "destroyed_by": who,
        "done": "The file was written over with chance, brought to the disk, and removed.",
        "still_to_do": "Destroy every copy: other holders', in mail, in backups, on media that keep old blocks (SSD).",
    }
    attestation.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return said
