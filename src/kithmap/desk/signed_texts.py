"""Signed excerpts as they lie in a workspace: sealed under its key, in a folder for each extract, gone with it."""

from pathlib import Path

from kithmap.desk.workspace import SIGNED, Workspace
from kithmap.governance.redaction import canonical, fingerprint

USE = "excerpts"


def keep_text(workspace: Workspace, text: str, receipt_no: int) -> str:
    """Keep a text that is about to be signed, under its fingerprint; the fingerprint."""
    from kithmap.engines.sealed import write_sealed

    folder = workspace.folder / SIGNED / str(receipt_no)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sha256 = fingerprint(text)
    write_sealed(folder / sha256, canonical(text).encode(), workspace.key, USE)
    return sha256


def read_text(workspace: Workspace, sha256: str, receipt_no: int) -> str | None:
    """The text of a fingerprint; None where it is not there, as of one signed before texts were kept.

    Raises: UnreadableFile where it was altered.
    """
    from kithmap.engines.sealed import read_sealed

    path = _path(workspace, sha256, receipt_no)
    if not path.is_file():
        return None
    text = read_sealed(path, workspace.key, USE).decode()
    # A sealed file put in another's place opens too: it is not the text that was signed.
    return text if fingerprint(text) == sha256 else None


def _path(workspace: Workspace, sha256: str, receipt_no: int) -> Path:
    return workspace.folder / SIGNED / str(receipt_no) / sha256
