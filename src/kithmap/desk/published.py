"""Documents that left, as they lie in a workspace: sealed under its key, for the desk alone to open.

At level R0 a document holds small counts and names schools, so no copy lies there to be read by whoever has the
folder. A file opens only under the document and the name that it was sealed for. Who may have one is for those
who call this to decide, and to write down.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, UnreadableFile, WrongUse

HOME, SUFFIX = "published", ".sealed"


def keep_published(workspace: Workspace, document: str, files: Mapping[str, bytes]) -> None:
    """Keep the files of a document by their names, in place of what was kept of it before."""
    from kithmap.engines.sealed import write_sealed

    folder = workspace.folder / HOME / document
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / f"{name}{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_sealed(path, content, workspace.key, _use(document, name))


def list_published(workspace: Workspace, document: str) -> tuple[str, ...]:
    """The names of a document's files, in the order of the alphabet."""
    folder = workspace.folder / HOME / document
    return tuple(sorted(path.relative_to(folder).as_posix().removesuffix(SUFFIX) for path in _files(folder)))


def read_published(workspace: Workspace, document: str, name: str) -> bytes:
    """One file of a document, as it was kept.

    Raises: NotFound; WrongUse where it is not as it was kept.
    """
    from kithmap.engines.sealed import read_sealed

    if name not in list_published(workspace, document):
        raise NotFound("There is no such file.", "A file of the profile.", "Open the profile again.")
    path = workspace.folder / HOME / document / f"{name}{SUFFIX}"
    try:
        return read_sealed(path, workspace.key, _use(document, name))
    except UnreadableFile:
        raise WrongUse(
            "The file is not as it was released: it does not open under the workspace's key.",
            "The file as it was sealed when the document was released.",
            "Tell whoever keeps the machine; restore it from a backup, or release the profile anew.",
        ) from None


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(f"*{SUFFIX}") if path.is_file()]


def _use(document: str, name: str) -> str:
    """What a file's key is for: another document's file, or another of this one, does not open in its place."""
    return f"published {document}/{name}".encode("ascii", "backslashreplace").decode("ascii")
