"""What an answer was in the build before, and what became of it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kithmap.desk.answers import Release
from kithmap.desk.workspace import Workspace
from kithmap.governance.cells import Cell
from kithmap.register import builds
from kithmap.register.builds import BuildRecord

Key = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A count now and then; None where there was no such row."""

    now: Cell | None
    then: Cell | None

    @property
    def words(self) -> str:
        """What became of it.

        >>> Change(Cell(11), Cell(9)).words, Change(Cell(11), Cell(11)).words, Change(Cell(2), None).words
        ('2 more', 'the same', 'new')
        """
        if self.then is None:
            return "new"
        now, then = (self.now or Cell(0)).value, self.then.value
        if now is None or then is None:
            return "not known"
        if now == then:
            return "the same"
        apart = Cell(abs(now - then))
        return f"{apart} {'more' if now > then else 'fewer'}"


def previous_build(workspace: Workspace, build_id: str) -> BuildRecord | None:
    """The build published before one; None for the first."""
    before: BuildRecord | None = None
    for made in builds.list_builds(workspace.register):
        if made.build_id == build_id:
            return before
        before = made
    return None


def find_changes(now: Release, then: Release) -> Mapping[Key, Change]:
    """Every row of an answer and of the one before, by what it is of: its count now and then."""
    count = now.counts[0]
    keys = [name for name in now.columns if not any(isinstance(row.get(name), Cell) for row in now.rows)]
    held = (_by_key(now, keys, count), _by_key(then, keys, count))
    every = dict.fromkeys((*held[0], *held[1]))
    return {key: Change(held[0].get(key), held[1].get(key)) for key in every}


def _by_key(release: Release, keys: Sequence[str], count: str) -> dict[Key, Cell]:
    return {
        tuple(str(row.get(name) or "") for name in keys): cell
        for row in release.rows
        if isinstance(cell := row.get(count), Cell)
    }
