"""One writer at a time: a lock that the system lets go when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kithmap.errors import WorkspaceBusy

FILE = ".lock"
PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.05


@contextmanager
def writing(folder: Path, *, patience_seconds: float | None = None) -> Generator[None]:
    """Hold the workspace for writing; readers need not ask.

    Raises: WorkspaceBusy when another process keeps it for longer than the patience.
    """
    # Opened anew each time: a lock belongs to an open file, so two workspaces in one process exclude
    # each other as two processes do.
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, time.monotonic() + (PATIENCE_SECONDS if patience_seconds is None else patience_seconds))
        yield
    finally:
        os.close(handle)


def is_free(folder: Path) -> bool:
    """Whether nobody is writing just now."""
    try:
        with writing(folder, patience_seconds=0):
            return True
    except WorkspaceBusy:
        return False


def _take(handle: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise WorkspaceBusy(
                    "Another process is writing to this workspace.",
                    "One `kithmap receive` or `kithmap build` at a time.",
                    "Wait until it has ended, then run this again.",
                ) from None
            time.sleep(PAUSE_SECONDS)
        else:
            return
