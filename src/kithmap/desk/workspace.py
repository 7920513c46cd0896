"""A workspace: one folder with a register, records and builds; its key is kept elsewhere.

workspace.toml      what this folder is
workspace.id        under which name its key is kept
register.sqlite3    agreements, receipts, builds, releases, audit (or DATABASE_URL)
records/NUMBER/     the records of one extract, encrypted
builds/ID.duckdb    one published build, encrypted (a folder for Spark), and ID.json, its manifest
excerpts/NUMBER/    the signed excerpts of one extract, sealed; gone with it
tmp/                what is being written; after a run that was killed, what the next cannot go on with is swept
"""

import os
import shutil
import tomllib
from collections.abc import Collection
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kithmap.desk import anchor, clock, lock
from kithmap.desk.alive import AT_WORK, is_known_dead, this_process
from kithmap.desk.collecting import collect_seldom
from kithmap.engines import keys
from kithmap.errors import MachineProblem, NotAWorkspace, NotFound, WorkspaceBusy, WorkspaceExists
from kithmap.governance.permissions import Role, User
from kithmap.register import audit, builds, jobs, receipts, users
from kithmap.register.open import Register, open_register

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine
    from kithmap.engines.records import RecordStore

MARK = "workspace.toml"
FORMAT = 1
# What passes through tmp and belongs to no job yet: files sent up, and copies of the register for a backup.
SENT, COPIED, PASSING_SECONDS = "upload-", "backup-", 24 * 3600
LONGEST_ID = 40
# Signed excerpts, in a folder for each extract.
SIGNED = "excerpts"


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
    check_new_folder(folder)
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


def check_new_folder(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises: WorkspaceExists.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceExists(
            f"The folder {folder.name} already holds something.",
            "A folder that does not exist yet, or is empty.",
            "Name another folder.",
        )


def open_workspace(folder: Path) -> Workspace:
    """Open a workspace, and sweep away what runs that were killed left behind.

    Raises: NotAWorkspace; KeyMissing when its key cannot be read.
    """
    collect_seldom()
    folder = folder.absolute()
    read_mark(folder)
    workspace = Workspace(folder, open_register(folder, must_exist=True), keys.read_key(folder))
    tidy(workspace)
    return workspace


def tidy(workspace: Workspace) -> None:
    """Sweep away what runs that were killed left behind, unless somebody is writing."""
    settle(workspace)
    if _has_leftovers(workspace):
        try:
            with lock.writing(workspace.folder, patience_seconds=0):
                sweep(workspace)
        except WorkspaceBusy:
            pass  # They belong to a run under way.


def settle(workspace: Workspace) -> None:
    """Let the jobs wait again whose process has died, and end those that are not to be begun again."""
    held = jobs.list_jobs(workspace.register, (jobs.RUNNING,))
    if held:
        left = [job.job_id for job in held if is_known_dead(job.worker) or _was_left(job)]
        jobs.let_go(workspace.register, left, clock.now())
        jobs.settle(workspace.register, clock.now())


def _was_left(job: jobs.Job) -> bool:
    """Whether this process was at a job and is no more: how it ended could not be written down."""
    return job.worker == this_process() and job.job_id not in AT_WORK


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
    """Remove what is no part of the workspace; whoever calls must hold its lock.

    Raises: MachineProblem where the register is another workspace's, to which all of this one is no part.
    """
    check_ours(workspace)
    known = {receipt.receipt_no for receipt in receipts.kept_receipts(workspace.register)}
    workspace.records.sweep(known)
    for path in _leftovers(workspace, known):
        remove(path)


def check_ours(workspace: Workspace) -> None:
    """Refuse a register that another workspace was used with: the oldest head kept apart is no line of it.

    Raises: MachineProblem.
    """
    kept, _ = anchor.read(workspace)
    oldest = min(kept, key=lambda head: head.seq, default=None)
    if oldest is not None and oldest.seq and audit.hash_of(workspace.register, oldest.seq) != oldest.hash:
        raise MachineProblem(
            "The register is not the one that this workspace was last used with.",
            "The register whose audit holds the line that was kept apart from it.",
            "Check DATABASE_URL, and run `kithmap audit verify`; restore the register from a backup if it is lost.",
        )


def upload_folder(workspace: Workspace, upload: str) -> Path:
    """Where an uploaded file lies until the job that receives it is over; then it is swept.

    Raises: NotFound for what is no id of an upload.
    """
    if not (upload.isascii() and upload.isalnum() and len(upload) <= LONGEST_ID):
        raise NotFound("There is no such upload.", "The id of an upload.", "Upload the file again.")
    return workspace.tmp / f"{SENT}{upload}"


def spared(workspace: Workspace, kept: Collection[int]) -> dict[str, frozenset[int]]:
    """What jobs that wait need: names of files, and the extracts in them.

    They are what a build that was stopped has written and can still go on with, and files sent up to be received.

    kept: the extracts kept now. With any other, or after another build, it would have to begin anew.
    """
    waiting = jobs.list_jobs(workspace.register, jobs.WAITING)
    if not waiting:
        return {}
    newest = builds.newest_build_id(workspace.register)
    sent = {upload_folder(workspace, job.params["upload"]).name for job in waiting if "upload" in job.params}
    return dict.fromkeys(sent, frozenset[int]()) | {
        name: frozenset(job.kept["receipts"])
        for job in waiting
        if job.kept and set(job.kept["receipts"]) == set(kept) and job.kept["after"] == newest
        for name in (job.kept["file"], f"{job.kept['file']}.wal", f"{job.job_id}.json")
    }


def _has_leftovers(workspace: Workspace) -> bool:
    known = {receipt.receipt_no for receipt in receipts.kept_receipts(workspace.register)}
    records = workspace.folder / "records"
    names = {str(number) for number in known}
    return any(path.name not in names for path in records.iterdir()) or bool(_leftovers(workspace, known))


def _leftovers(workspace: Workspace, kept: Collection[int]) -> list[Path]:
    """What lies among the builds and in tmp that is neither published nor to be gone on with."""
    waiting = spared(workspace, kept)
    published = builds.list_builds(workspace.register)
    known = {name for made in published for name in (made.path, f"{made.build_id}.json")}
    of_extracts = {str(number) for number in kept}
    return [
        *(path for path in (workspace.folder / SIGNED).glob("*") if path.name not in of_extracts),
        *(path for path in workspace.builds.iterdir() if path.name not in known and path.name not in waiting),
        *(path for path in workspace.tmp.iterdir() if path.name not in waiting and not is_passing(path)),
    ]


def is_passing(path: Path) -> bool:
    """Whether something was put there so lately that whoever put it there may be at it."""
    try:
        age = clock.now().timestamp() - path.stat().st_mtime
    except FileNotFoundError:
        return False
    return path.name.startswith((SENT, COPIED)) and age < PASSING_SECONDS


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
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
        if not register.holds_nothing:
            raise WorkspaceExists(
                "The database that DATABASE_URL names is the register of a workspace.",
                "A database for each workspace.",
                "Make another database, or unset DATABASE_URL to keep the register in the workspace.",
            )
        if who:
            users.add_user(register, User(who, Role.ANALYST), at)
    finally:
        register.close()
    mark = (
        f'format = {FORMAT}\ncreated = {at.isoformat(timespec="seconds")}\nkithmap = "{version("kithmap")}"\n'
    )
    (folder / MARK).write_text(mark, encoding="utf-8")
