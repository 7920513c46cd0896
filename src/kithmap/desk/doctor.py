"""What works on this machine: Python, engines, browser, fonts, keys, disk, and the workspace."""

import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kithmap.errors import KithmapError

ROOM_BYTES = 2 * 2**30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it works, what was found, and what to do where it does not."""

    name: str
    ok: bool
    detail: str
    do: str = ""
    needed: bool = True


def examine(folder: Path | None = None) -> tuple[Check, ...]:
    """Look at the machine, and at a workspace where one is named."""
    checks = [_python(), _duckdb(), _encryption(), _java(), _spark(), _browser(), _fonts(), _disk(folder)]
    if folder is not None:
        checks += [_key(folder), _register(folder), _records(folder), _lock(folder)]
    return tuple(checks)


def _python() -> Check:
    return Check(
        "Python",
        sys.version_info >= (3, 11),
        platform.python_version(),
        "Install Python 3.11 or later.",
    )


def _duckdb() -> Check:
    return _attempt("DuckDB engine", _count_one, "Run `pip install kithmap` again in this environment.")


def _encryption() -> Check:
    return _attempt(
        "encryption at rest",
        _write_encrypted,
        "Run `pip install kithmap` again: it brings the part of DuckDB that encrypts.",
    )


def _java() -> Check:
    found = shutil.which("java")
    detail = found or "not found"
    return Check(
        "Java, for Spark", bool(found), detail, "Install Java 17: openjdk-17-jre-headless.", needed=False
    )


def _spark() -> Check:
    found = find_spec("pyspark") is not None
    detail = "pyspark is installed" if found else "pyspark is not installed"
    return Check("Spark engine", found, detail, "Run `pip install 'kithmap[spark]'`.", needed=False)


def _browser() -> Check:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    do = "Install Chromium, to look at documents and to run the tests of pages."
    return Check("browser", bool(found), found or "not found", do, needed=False)


def _fonts() -> Check:
    lister = shutil.which("fc-list")
    families = ""
    if lister:
        listed = subprocess.run(  # noqa: S603  a fixed program, found on the path
            [lister, ":", "family"], capture_output=True, text=True, timeout=30, check=False
        )
        families = listed.stdout
    count = len(set(families.splitlines()))
    do = "Install a font with wide cover, such as fonts-dejavu-core."
    return Check("fonts", count > 0, f"{count} families", do, needed=False)


def _disk(folder: Path | None) -> Check:
    place = folder if folder is not None and folder.exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    do = "Make room: a build needs about as much again as the records take."
    return Check("disk", free >= ROOM_BYTES, f"{free / 2**30:.1f} GiB free", do)


def _key(folder: Path) -> Check:
    from kithmap.engines import keys

    def look() -> str:
        keys.read_key(folder)
        if keys.VARIABLE in os.environ:
            return f"in the environment variable {keys.VARIABLE}"
        path = keys.key_file(folder)
        return f"{path}, mode {stat.S_IMODE(path.stat().st_mode):o}"

    return _attempt("key", look, "Restore the key from where it is kept safe, with mode 600.")


def _register(folder: Path) -> Check:
    from kithmap.desk.audit import verify
    from kithmap.desk.workspace import open_workspace

    def look() -> str:
        with open_workspace(folder) as workspace:
            proof = verify(workspace)
        if not proof.intact:
            raise _NotRight(proof.sentence)
        return f"{proof.lines:,} lines of audit, whole"

    return _attempt("register", look, "Find out who changed the register; restore it from a copy.")


def _records(folder: Path) -> Check:
    from kithmap.desk.workspace import open_workspace
    from kithmap.register import builds, receipts

    def look() -> str:
        with open_workspace(folder) as workspace:
            kept = receipts.kept_receipts(workspace.register)
            missing = [r.name for r in kept if not workspace.records.has(r.receipt_no)]
            made = builds.list_builds(workspace.register)
            missing += [b.build_id for b in made if not (workspace.builds / b.path).exists()]
        if missing:
            raise _NotRight(f"{len(missing)} are missing, among them {missing[0]}")
        return f"{len(kept)} extracts and {len(made)} builds, all there"

    return _attempt("records and builds", look, "Restore the folders records and builds from a copy.")


def _lock(folder: Path) -> Check:
    from kithmap.desk.lock import is_free

    free = is_free(folder)
    detail = "nobody is writing" if free else "another process is writing"
    return Check("workspace lock", free, detail, "Wait until it has ended.", needed=False)


class _NotRight(KithmapError):
    """Something was found not to be right."""


def _attempt(name: str, look: Callable[[], str], do: str) -> Check:
    try:
        return Check(name, True, look())
    except KithmapError as fault:
        return Check(name, False, fault.what, fault.do or do)
    except (ImportError, OSError, RuntimeError) as fault:
        return Check(name, False, type(fault).__name__, do)


def _count_one() -> str:
    from importlib.metadata import version

    from kithmap.engines import duckdb

    with duckdb.memory() as engine:
        import pyarrow as pa

        engine.fetch(engine.hold("one", pa.table({"n": [1]})))
    return version("duckdb")


def _write_encrypted() -> str:
    from kithmap.engines import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.duckdb"
        duckdb.create_build(path, bytes(32)).close()
        duckdb.open_build(path, bytes(32)).close()
    return "a file was written and read back, encrypted"
