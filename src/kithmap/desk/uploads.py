"""Files sent in to be received: sealed as they arrive, kept until they are received, removed or a day old.

An extract names people, so nothing of it is ever written in the clear: not the file, not what was seen in it.
Whoever sent a file in sees it, and nobody else.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.workspace import SENT, Workspace, remove, upload_folder
from kithmap.errors import NotFound

if TYPE_CHECKING:
    from kithmap.ingest.files import SourceFile

USE = "uploads"
CONTENT, FACTS = "content", "facts"
# What a file may be sent in as: to be received, or to be taken in where a sheet was to be filled in.
EXTRACT, FILLED = "extract", "filled"


@dataclass(frozen=True, repr=False)
class Upload:
    """A file that was sent in and is not received yet, and how far its sender has come with it.

    how: the sheet, the row of headings and the encoding, where the sender chose them. looked: what was seen in it.
    layout: what it is to be read with: a layout's name, or a recipe's id. draft: what each column was said to be.
    checked: what reading it with that layout gave. kind: what it was sent in as; nothing else reads it.
    """

    upload_id: str
    name: str
    size: int
    who: str
    at: datetime
    agreement: str = ""
    how: Mapping[str, Any] = field(default_factory=dict[str, Any])
    looked: Mapping[str, Any] = field(default_factory=dict[str, Any])
    layout: str = ""
    draft: Mapping[str, Any] = field(default_factory=dict[str, Any])
    checked: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kind: str = EXTRACT

    def __repr__(self) -> str:
        return f"<Upload {self.upload_id}>"


class Incoming:
    """A file that is being sent in, sealed piece by piece."""

    def __init__(self, workspace: Workspace) -> None:
        from kithmap.engines.sealed import Sealing

        self.upload_id = clock.new_id(clock.now())
        self._folder = upload_folder(workspace, self.upload_id)
        self._folder.mkdir(mode=0o700)
        self._sealing = Sealing(self._folder / CONTENT, workspace.key, USE)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add a piece of the file."""
        self.size += len(data)
        self._sealing.write(data)

    def close(self) -> None:
        """End the file: it arrived whole."""
        self._sealing.close()

    def drop(self) -> None:
        """Stop, and keep nothing of it."""
        self._sealing.abandon()
        remove(self._folder)


def keep_upload(workspace: Workspace, upload: Upload) -> Upload:
    """Keep how far the sender of a file has come with it."""
    from kithmap.engines.sealed import write_sealed

    told = {**asdict(upload), "at": upload.at.isoformat()}
    path = upload_folder(workspace, upload.upload_id) / FACTS
    write_sealed(path, json.dumps(told).encode(), workspace.key, USE)
    return upload


def keep_incoming(
    workspace: Workspace, incoming: Incoming, name: str, *, who: str, kind: str = EXTRACT
) -> Upload:
    """Keep a file that arrived whole, under the name its sender gave it."""
    incoming.close()
    # Of a path of the sender's machine only the last part counts.
    kept = Path(name.replace("\\", "/")).name or "upload"
    return keep_upload(
        workspace, Upload(incoming.upload_id, kept, incoming.size, who, clock.now(), kind=kind)
    )


def get_upload(workspace: Workspace, upload: str, *, who: str, kind: str = EXTRACT) -> Upload:
    """A file that somebody sent in and has not received.

    Raises: NotFound, also for what another sent in, or sent in as something else.
    """
    found = _find(workspace, upload)
    if found is None or (found.who, found.kind) != (who, kind):
        raise NotFound(
            "There is no such file waiting to be received.",
            "A file that you sent in within the last day.",
            "Send the file in again.",
        )
    return found


def list_uploads(workspace: Workspace, *, who: str) -> tuple[Upload, ...]:
    """The files that somebody has sent in and not received, the newest first."""
    names = sorted((path.name for path in workspace.tmp.glob(f"{SENT}*")), reverse=True)
    found = (_find(workspace, name.removeprefix(SENT)) for name in names)
    return tuple(each for each in found if each is not None and (each.who, each.kind) == (who, EXTRACT))


def has_upload(workspace: Workspace, upload: str) -> bool:
    """Whether a file that was sent in is there."""
    return (upload_folder(workspace, upload) / FACTS).is_file()


def read_upload(workspace: Workspace, upload: str) -> "SourceFile":
    """The file that was sent in, opened in memory alone.

    Raises: NotFound; UnreadableFile, EmptyExtract where it is no extract.
    """
    from kithmap.engines.sealed import read_sealed
    from kithmap.ingest.files import source_of

    found = _find(workspace, upload)
    if found is None:
        raise NotFound("There is no such upload.", "A file that was sent in.", "Send the file in again.")
    content = read_sealed(upload_folder(workspace, upload) / CONTENT, workspace.key, USE)
    return source_of(found.name, content)


def drop_upload(workspace: Workspace, upload: str) -> None:
    """Remove a file that was sent in, and all that was seen in it."""
    remove(upload_folder(workspace, upload))


def changed(workspace: Workspace, upload: Upload, **values: Any) -> Upload:
    """Keep an upload with other values."""
    return keep_upload(workspace, replace(upload, **values))


def _find(workspace: Workspace, upload: str) -> Upload | None:
    from kithmap.engines.sealed import read_sealed

    path = upload_folder(workspace, upload) / FACTS
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(read_sealed(path, workspace.key, USE))
    at = datetime.fromisoformat(told.pop("at"))
    return Upload(at=at, **told)
