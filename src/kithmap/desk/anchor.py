"""The head of the audit, kept outside the register: what is cut off or written anew does not match it.

Two files, beside the key or in the folder that KITHMAP_ANCHOR names: `.audit`, the head after the last act,
and `.anchors`, to which the first head of every day is added and from which none is taken. Each line is
sealed under the workspace's key; where the folder is of another machine or owner, whoever can write the
register cannot write these.
"""

import fcntl
import hmac
import os
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.engines import keys
from kithmap.errors import KeyMissing
from kithmap.register.audit import START, Head

if TYPE_CHECKING:
    from kithmap.desk.workspace import Workspace

VARIABLE = "KITHMAP_ANCHOR"
HEAD_FILE = "audit.head"


def keep(workspace: "Workspace", head: Head, today: date) -> None:
    """Keep a head: in place of an earlier one and, the first of a day, with those of other days."""
    path = head_path(workspace)
    dated = path.with_suffix(".anchors")
    # One at a time: whoever wrote an earlier line may come to keep it later.
    with dated.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = _opened(workspace, _last_line(path))
        if known is None or known.seq < head.seq:
            _write_aside(path, _sealed(workspace, f"{today.isoformat()} {head.seq} {head.hash}"))
        last = _last_line(dated)
        if not last.startswith(today.isoformat()):
            file.write(_sealed(workspace, f"{today.isoformat()} {head.seq} {head.hash}", after=last) + "\n")
            file.flush()
            os.fsync(file.fileno())


def read(workspace: "Workspace") -> tuple[tuple[Head, ...], tuple[str, ...]]:
    """Every head kept, the newest first, and every fault of the files they are kept in."""
    path = head_path(workspace)
    heads: list[Head] = []
    faults: list[str] = []
    if path.is_file():
        found = _opened(workspace, path.read_text(encoding="ascii", errors="replace").strip())
        if found is None:
            faults.append("The head kept outside the register is not as it was written.")
        else:
            heads.append(found)
    last = ""
    dated = path.with_suffix(".anchors")
    lines = dated.read_text(encoding="ascii", errors="replace").splitlines() if dated.is_file() else []
    for number, line in enumerate(lines, 1):
        found = _opened(workspace, line, after=last)
        if found is None:
            faults.append(f"The dated head {number} kept outside the register is not as it was written.")
        else:
            heads.append(found)
        last = line
    return tuple(heads), tuple(faults)


def head_path(workspace: "Workspace") -> Path:
    """Where the head is kept: where the setting says, else beside the key, else within the workspace."""
    named = os.environ.get(VARIABLE)
    if named:
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{sha256(str(workspace.folder).encode()).hexdigest()[:16]}.audit"
    if keys.VARIABLE not in os.environ:
        try:
            return keys.key_file(workspace.folder).with_suffix(".audit")
        except KeyMissing:
            pass
    return workspace.folder / HEAD_FILE


def _sealed(workspace: "Workspace", said: str, *, after: str = "") -> str:
    key = keys.derive(workspace.key, "audit anchor")
    return f"{said} {hmac.new(key, f'{after}|{said}'.encode(), sha256).hexdigest()}"


def _opened(workspace: "Workspace", line: str, *, after: str = "") -> Head | None:
    """The head of a line; None where it is not as it was sealed."""
    said, _, _seal = line.rpartition(" ")
    parts = said.split(" ")
    if not hmac.compare_digest(_sealed(workspace, said, after=after), line) or len(parts) != 3:
        return None
    return Head(int(parts[1]), parts[2]) if parts[1] != "0" else Head(0, START)


def _write_aside(path: Path, line: str) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_text(line + "\n", encoding="ascii")
    aside.replace(path)


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="ascii", errors="replace").splitlines() if path.is_file() else []
    return lines[-1] if lines else ""
