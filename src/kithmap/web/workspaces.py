"""The workspace that the pages serve: opened a few times, and lent to one request at a time."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue

from kithmap.desk.workspace import Workspace, open_workspace

# A build that is being read has one connection, which one request uses at a time; more than these wait.
MOST = 4


class Lending:
    """A few openings of one workspace: the one given back last is lent first, for it reads what was just read."""

    def __init__(self, folder: Path, first: Workspace | None = None) -> None:
        self.folder = folder
        self._waiting: LifoQueue[Workspace | None] = LifoQueue()
        for _ in range(MOST - 1):
            self._waiting.put(None)
        self._waiting.put(first)

    @contextmanager
    def lend(self) -> Generator[Workspace]:
        """A workspace for as long as a request takes."""
        lent = self._waiting.get()
        try:
            if lent is None:
                lent = open_workspace(self.folder)
            yield lent
        finally:
            self._waiting.put(lent)


_serving: list[Lending] = []


def serve(lending: Lending) -> None:
    """Serve one workspace from now on."""
    _serving[:] = [lending]


@contextmanager
def lent() -> Generator[Workspace]:
    """The workspace that the pages serve, for as long as a request takes."""
    with _serving[0].lend() as workspace:
        yield workspace
