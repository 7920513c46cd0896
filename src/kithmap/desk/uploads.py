"""Files sent up to be received by a worker: kept apart until their job is over, then removed."""

from pathlib import Path

from kithmap.desk import clock
from kithmap.desk.workspace import Workspace, remove, upload_folder


def take_upload(workspace: Workspace, file: Path, name: str) -> str:
    """Move a file that was sent up to where its job finds it, under the name its sender gave it; the upload's id.

    The job that receives it is then asked for with this id; where it is not within an hour, the file is swept.
    """
    upload = clock.new_id(clock.now())
    folder = upload_folder(workspace, upload)
    folder.mkdir(mode=0o700)
    # Of a path of the sender's machine only the last part counts.
    kept = folder / (Path(name.replace("\\", "/")).name or "upload")
    file.rename(kept)
    kept.chmod(0o600)
    return upload


def drop_upload(workspace: Workspace, upload: str) -> None:
    """Remove a file that was sent up."""
    remove(upload_folder(workspace, upload))
