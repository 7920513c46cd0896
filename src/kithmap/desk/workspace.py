"""A workspace: one folder with a register, records and builds; its key is kept elsewhere.

workspace.toml      what this folder is
workspace.id        under which name its key is kept
register.sqlite3    agreements, receipts, builds, releases, audit (or DATABASE_URL)
records/NUMBER/     the records of one extract, encrypted
builds/ID.duckdb    one published build, encrypted (a folder for Spark), and ID.json, its manifest
tmp/                what is being written; swept after a run that was killed
"""

import os
import shutil
import tomllib
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kithmap.desk import clock, lock
from kithmap.engines import keys
from kithmap.errors import NotAWorkspace, WorkspaceBusy, WorkspaceExists
from kithmap.governance.permissions import Role, User
from kithmap.register import builds, receipts, users
from kithmap.register.open import Register, open_register

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine
    from kithmap.engines.records import RecordStore

MARK = "workspace.toml"
FORMAT = 1


class Workspace:
    """An open workspace. Its repr shows the folder, never the key.

    reading: the build last asked of, by its id, kept open: opening one takes longer than most questions.
    """

    def __init__(self, folder: Path, register: Register, key: bytes) -> None:
        self.folder = folder
        self.register = register
        self.key = key
        self.reading: tuple[str, Engine] | None = None

    def __repr__(self) -> str:
        return f"<Workspace {self.folder.name}>"

    @cached_property
    def records(self) -> "RecordStore":
        """The records of every extract received."""
        from kithmap.engines.records import RecordStore

        return RecordStore(self.folder / "records", self.key)

    @property
    def builds(self) -> Path:
        """Where builds are published."""
        return self.folder / "builds"

    @property
    def tmp(self) -> Path:
        """Where a build is written until it is whole."""
        return self.folder / "tmp"

    @property
    def key_place(self) -> str:
        """Where the key is kept, in words; never the key."""
        if keys.VARIABLE in os.environ:
            return f"the environment variable {keys.VARIABLE}"
        return str(keys.key_file(self.folder))

    def close(self) -> None:
        """Let go of the register, and of the build that was being read."""
        if self.reading is not None:
            self.reading[1].close()
            self.reading = None
        self.register.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def new_workspace(folder: Path, *, who: str | None = None) -> Workspace:
    """Make an empty workspace: register, key, settings; `who` makes it and may act in it as analyst.

    Raises: WorkspaceExists when the folder holds something.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceExists(
            f"The folder {folder.name} already holds something.",
            "A folder that does not exist yet, or is empty.",
            "Name another folder.",
        )
    # Made aside and moved in one step: a folder is a whole workspace or none.
    aside = folder.with_name(f".{folder.name}.making-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        keys.make_key(aside)
        _furnish(aside, who)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return open_workspace(folder)


def open_workspace(folder: Path) -> Workspace:
    """Open a workspace, and sweep away what runs that were killed left behind.

    Raises: NotAWorkspace; KeyMissing when its key cannot be read.
    """
    folder = folder.absolute()
    read_mark(folder)
    workspace = Workspace(folder, open_register(folder), keys.read_key(folder))
    if _has_leftovers(workspace):
        try:
            with lock.writing(folder, patience_seconds=0):
                sweep(workspace)
        except WorkspaceBusy:
            pass  # They belong to a run under way.
    return workspace


def read_mark(folder: Path) -> dict[str, Any]:
    """What the workspace says it is.

    Raises: NotAWorkspace.
    """
    path = folder / MARK
    try:
        mark = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        mark = {}
    if mark.get("format") != FORMAT:
        raise NotAWorkspace(
            f"The folder {folder.name} is not a Kithmap workspace.",
            f"A folder with a file {MARK}, as `kithmap new` makes it.",
            "Name the workspace with -w, or make one with `kithmap new`.",
        )
    return mark


def sweep(workspace: Workspace) -> None:
    """Remove what is no part of the workspace; whoever calls must hold its lock."""
    known = {receipt.receipt_no for receipt in receipts.kept_receipts(workspace.register)}
    workspace.records.sweep(known)
    for path in _stray_builds(workspace):
        _remove(path)
    for path in workspace.tmp.iterdir():
        _remove(path)
    builds.stop_unfinished(workspace.register, clock.now())


def _has_leftovers(workspace: Workspace) -> bool:
    known = {str(receipt.receipt_no) for receipt in receipts.kept_receipts(workspace.register)}
    records = workspace.folder / "records"
    return (
        any(path.name not in known for path in records.iterdir())
        or any(workspace.tmp.iterdir())
        or bool(_stray_builds(workspace))
        or builds.is_under_way(workspace.register)
    )


def _stray_builds(workspace: Workspace) -> list[Path]:
    known = {build.path for build in builds.list_builds(workspace.register)}
    known |= {f"{build.build_id}.json" for build in builds.list_builds(workspace.register)}
    return [path for path in workspace.builds.iterdir() if path.name not in known]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _furnish(folder: Path, who: str | None) -> None:
    for name in ("records", "builds", "tmp"):
        (folder / name).mkdir()
    at = clock.now()
    register = open_register(folder)
    try:
        if who:
            users.add_user(register, User(who, Role.ANALYST), at)
    finally:
        register.close()
    mark = (
        f'format = {FORMAT}\ncreated = {at.isoformat(timespec="seconds")}\nkithmap = "{version("kithmap")}"\n'
    )
    (folder / MARK).write_text(mark, encoding="utf-8")
