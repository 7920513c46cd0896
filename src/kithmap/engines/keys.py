"""The key of a workspace: kept outside it, in a file only its owner can read, or in the environment."""

import hmac
import os
import secrets
import stat
from pathlib import Path

from kithmap.errors import KeyMissing

VARIABLE = "KITHMAP_KEY"
ID_FILE = "workspace.id"
KEY_BYTES = 32
EXPECTED = "A key of 64 hexadecimal digits."


def make_key(workspace_folder: Path, key: bytes | None = None) -> bytes:
    """Give a new workspace its id and its key, and return the key; a restored one has the key that it had.

    Where KITHMAP_KEY is set, that is the key, and no key file is written.
    Raises: KeyMissing when a key file is already there, or KITHMAP_KEY cannot be used.
    """
    identity = secrets.token_hex(16)
    (workspace_folder / ID_FILE).write_text(identity + "\n", encoding="ascii")
    if VARIABLE in os.environ:
        return read_key(workspace_folder)
    path = key_file(workspace_folder)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = key or secrets.token_bytes(KEY_BYTES)
    # Never readable by others, not even between being made and being closed.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(workspace_folder: Path) -> bytes:
    """The key of a workspace, from KITHMAP_KEY or from its key file.

    Raises: KeyMissing when there is none, others can read it, or it is not a key.
    """
    if VARIABLE in os.environ:
        return _parse_key(os.environ[VARIABLE], where=f"The environment variable {VARIABLE}")
    path = key_file(workspace_folder)
    if not path.is_file():
        raise KeyMissing(
            what="The workspace's key file is not there.",
            expected=f"A key file in {path.parent}, or the key in the environment variable {VARIABLE}.",
            do="Restore the key file from where you keep it safe; without it the workspace cannot be read.",
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyMissing(
            what="Other users of this machine can read the workspace's key file.",
            expected="A key file that only its owner can read (mode 600).",
            do=f"Run `chmod 600 '{path}'`, and ask who could have read it.",
        )
    return _parse_key(path.read_text(encoding="ascii", errors="replace"), where="The workspace's key file")


def key_file(workspace_folder: Path) -> Path:
    """Where a workspace's key file is kept: in the user's configuration, not in the workspace.

    Raises: KeyMissing when the folder has no workspace id.
    """
    marker = workspace_folder / ID_FILE
    if not marker.is_file():
        raise KeyMissing(
            what=f"The folder has no {ID_FILE}, so its key cannot be found.",
            expected="The folder of a workspace, whole.",
            do=f"Restore {ID_FILE} from a copy, or set {VARIABLE}.",
        )
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "kithmap" / "keys" / f"{marker.read_text(encoding='ascii').strip()}.key"


def derive(key: bytes, use: str) -> bytes:
    """A key for one use ("build", "records", "people"), so that no two uses share one."""
    return hmac.digest(key, b"kithmap " + use.encode("ascii"), "sha256")


def _parse_key(text: str, *, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyMissing(what=f"{where} does not hold a key.", expected=EXPECTED, do="Restore the key.")
    return key
