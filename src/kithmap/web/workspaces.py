"""The workspace that the pages serve: opened a few times, and lent to one request at a time."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue

from kithmap.desk.workspace import Workspace, open_workspace

# A build that is being read has one connection, which one request uses at a time. Two are worked out at once, on as
# many processors; what reads no build is not kept waiting by them.
MOST_READING, MOST_BESIDES = 2, 2


class Lending:
    """A few openings of one workspace: the one given back last is lent first, for it reads what was just read."""

    def __init__(self, folder: Path, first: Workspace | None = None) -> None:
        self.folder = folder
        self._reading, self._besides = _lane(MOST_READING, first), _lane(MOST_BESIDES, None)

    @contextmanager
    def lend(self, *, reads: bool = False) -> Generator[Workspace]:
        """A workspace for as long as a request takes; `reads` is whether it may ask of a build."""
        lane = self._reading if reads else self._besides
        lent = lane.get()
        try:
            if lent is None:
                lent = open_workspace(self.folder)
            yield lent
        finally:
            lane.put(lent)


def _lane(most: int, first: Workspace | None) -> "LifoQueue[Workspace | None]":
    lane: LifoQueue[Workspace | None] = LifoQueue()
    for each in (*[None] * (most - 1), first):
        lane.put(each)
    return lane


_serving: list[Lending] = []


def serve(lending: Lending) -> None:
    """Serve one workspace from now on."""
    _serving[:] = [lending]


@contextmanager
def lent(*, reads: bool = False) -> Generator[Workspace]:
    """The workspace that the pages serve, for as long as a request takes."""
    with _serving[0].lend(reads=reads) as workspace:
        yield workspace
