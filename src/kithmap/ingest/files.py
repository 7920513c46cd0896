"""Opening an extract: the bytes, their fingerprint, and what kind of file they are."""

import errno
import fcntl
import gzip
import hashlib
import os
import stat
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from kithmap.errors import EmptyExtract, UnreadableFile

FileKind = Literal["text", "zip", "ole"]

MAX_BYTES = 4 * 2**30
MAX_UNPACKED_TEXT = 4 * 2**30
MAX_RATIO = 100
SMALL = 10 * 2**20
"""Below this much unpacked, a high ratio is not a danger."""

_KNOWN_BINARIES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"PAR1": "a Parquet file",
    b"SQLite format": "a database",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}


@dataclass(frozen=True)
class SourceFile:
    """The bytes of an extract, read once, and what they are."""

    name: str
    sha256: str
    kind: FileKind
    data: bytes
    packed: bool = False

    def __repr__(self) -> str:
        return f"<SourceFile {self.name}: {len(self.data):,} bytes, {self.kind}>"


def read_file(path: Path | str) -> SourceFile:
    """Read an extract whole, refusing what is locked, changing, empty or not an extract.

    Raises: UnreadableFile; EmptyExtract when it holds nothing.
    """
    path = Path(path)
    _check_not_open_elsewhere(path)
    return source_of(path.name, _read_still(path))


def source_of(name: str, raw: bytes) -> SourceFile:
    """An extract from its bytes, such as one that was sent in and is never written in the clear.

    Raises: UnreadableFile; EmptyExtract when it holds nothing.
    """
    if not raw.strip(b"\x00\r\n\t ,;\xef\xbb\xbf"):
        raise EmptyExtract(
            f"{name} is empty.",
            "An extract has a row of headings and rows below it.",
            "Ask the sender for it again.",
        )
    fingerprint = hashlib.sha256(raw).hexdigest()
    packed = raw.startswith(b"\x1f\x8b")
    data = _unpack(raw, name) if packed else raw
    return SourceFile(name, fingerprint, _kind_of(data, name), data, packed)


def _check_not_open_elsewhere(path: Path) -> None:
    for mark in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if mark.exists():
            raise UnreadableFile(
                f"{path.name} is open in a spreadsheet program: its lock file {mark.name} is beside it.",
                "A file that nobody is changing.",
                "Close it there (or delete the lock file, if the program crashed) and try again.",
            )


def _read_still(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            before = _check_regular(path, file)
            _check_unlocked(path, file)
            raw = file.read()
            after = path.stat()
    except OSError as problem:
        raise _cannot_open(path, problem) from problem
    if len(raw) != before.st_size or (after.st_size, after.st_mtime_ns) != (
        before.st_size,
        before.st_mtime_ns,
    ):
        raise UnreadableFile(
            f"{path.name} changed while it was being read.",
            "A file that has been written to its end.",
            "Wait until it has been copied or saved, and try again.",
        )
    return raw


def _check_regular(path: Path, file: BinaryIO) -> os.stat_result:
    facts = os.fstat(file.fileno())
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableFile(f"{path.name} is not a file.", "One file of rows.", "Name the file itself.")
    if facts.st_size > MAX_BYTES:
        raise UnreadableFile(
            f"{path.name} is larger than 4 GiB.",
            "An extract of at most 4 GiB.",
            "Ask for it in parts, a year each.",
        )
    return facts


def _check_unlocked(path: Path, file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_UN)
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.lockf(file, fcntl.LOCK_UN)
    except OSError as problem:
        if problem.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK):
            raise UnreadableFile(
                f"{path.name} is locked by another program.",
                "A file that nobody is writing.",
                "Wait until that program has finished, or close it, and try again.",
            ) from problem
        # Some network drives know no locks: then there is nothing to respect.


def _cannot_open(path: Path, problem: OSError) -> UnreadableFile:
    if isinstance(problem, FileNotFoundError):
        return UnreadableFile(f"There is no file {path.name}.", "The path of an extract.", "Check the path.")
    if isinstance(problem, IsADirectoryError):
        return UnreadableFile(f"{path.name} is a folder.", "One file.", "Receive the files in it one by one.")
    return UnreadableFile(
        f"{path.name} cannot be opened: it is locked, or you may not read it.",
        "A file that this account may read.",
        "Close it elsewhere, or ask for the right to read it.",
    )


def _unpack(raw: bytes, name: str) -> bytes:
    """Unpack gzip in steps, so that a bomb is stopped before it fills memory."""
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=BytesIO(raw)) as stream:
            while chunk := stream.read(2**20):
                size += len(chunk)
                if size > MAX_UNPACKED_TEXT or (size > SMALL and size > MAX_RATIO * len(raw)):
                    raise UnreadableFile(
                        f"{name} unpacks to far more than it holds, as a zip bomb does.",
                        f"A packed file of at most {MAX_RATIO} times its size.",
                        "Ask the sender for the file unpacked.",
                    )
                parts.append(chunk)
    except (EOFError, OSError, zlib.error) as problem:
        raise UnreadableFile(
            f"{name} is a packed file that ends too early or is damaged.",
            "A whole .gz file.",
            "Copy or ask for it again.",
        ) from problem
    return b"".join(parts)


def _kind_of(data: bytes, name: str) -> FileKind:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    known = next((what for magic, what in _KNOWN_BINARIES.items() if data.startswith(magic)), None)
    if known:
        raise UnreadableFile(
            f"{name} is {known}, whatever its name says.",
            "A text file (CSV), an Excel workbook or an OpenDocument sheet.",
            "Ask the sender for the rows themselves.",
        )
    return "text"
