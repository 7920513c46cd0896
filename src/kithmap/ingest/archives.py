"""Workbooks are zip archives: checked for bombs, macros and damage before anything reads them."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from kithmap.errors import LayoutMismatch, UnreadableFile
from kithmap.ingest.headings import MAX_COLUMNS

MAX_MEMBERS = 2_000
MAX_UNPACKED = 500 * 2**20
MAX_RATIO = 100
SMALL = 10 * 2**20
MAX_CELLS = 50_000_000
"""The widest row times the last row: what a reader must hold in memory."""

_CHUNK = 2**18
_OVERLAP = 256
_FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[ >/]')
_COLUMN = re.compile(rb'<c [^>]*?r="([A-Z]{1,4})\d')
_ROW = re.compile(rb'<row [^>]*?r="(\d{1,8})"')


@dataclass
class SheetFacts:
    """What the pages of one sheet hold: its extent, and the cells that are formulas."""

    columns: int = 0
    rows: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Archive:
    """A workbook that is safe to read: its kind, and facts of its sheets by name."""

    kind: Literal["xlsx", "xlsb", "ods"]
    sheets: dict[str, SheetFacts]


def check_archive(data: bytes, name: str) -> Archive:
    """Refuse an archive that is a bomb, locked, damaged, with macros, or not a workbook.

    Declared sizes can lie, so every page is also unpacked in small steps and counted.

    Raises: UnreadableFile; LayoutMismatch for a sheet that is too wide or too large.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            _check_declared(members, len(data), name)
            kind = _kind_of({member.filename for member in members}, archive, name)
            return Archive(kind, _scan(archive, members, kind, name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as problem:
        raise UnreadableFile(
            f"{name} is a workbook that is damaged or was not written to its end.",
            "A whole workbook.",
            "Wait until it has been copied or saved, or ask for it again.",
        ) from problem


def _bomb(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} unpacks to far more than a workbook of its size can hold, as a zip bomb does.",
        f"At most {MAX_UNPACKED // 2**20} MB unpacked, {MAX_RATIO} times its size and {MAX_MEMBERS:,} parts.",
        "Ask the sender for the rows as CSV.",
    )


def _check_declared(members: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > MAX_MEMBERS
        or unpacked > MAX_UNPACKED
        or (unpacked > SMALL and unpacked > MAX_RATIO * size)
    ):
        raise _bomb(name)
    if any(member.flag_bits & 1 for member in members):
        raise _locked(name)


def _locked(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is locked with a password.",
        "A workbook without a password.",
        "Save it without one, on the secure side.",
    )


def _kind_of(names: set[str], archive: zipfile.ZipFile, name: str) -> Literal["xlsx", "xlsb", "ods"]:
    if any(part.casefold().endswith("vbaproject.bin") for part in names):
        raise UnreadableFile(
            f"{name} holds macros, which are programs.",
            "A workbook without macros (.xlsx).",
            "Save it as .xlsx and send that.",
        )
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
        return "ods"
    raise UnreadableFile(
        f"{name} is a packed archive, not a workbook.",
        "A text file (CSV), an Excel workbook or an OpenDocument sheet.",
        "Unpack it and receive the files in it one by one.",
    )


def _scan(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], kind: str, name: str
) -> dict[str, SheetFacts]:
    budget = [MAX_UNPACKED]
    facts: dict[str, SheetFacts] = {}
    for member in members:
        is_page = member.filename.startswith("xl/worksheets/")
        page = SheetFacts()
        for chunk in _chunks(archive, member, budget, name):
            if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                raise _bomb(name)
            if is_page and kind == "xlsx":
                _scan_page(chunk, page, name)
        if is_page:
            facts[member.filename] = page
    if kind == "xlsx":
        return _by_sheet_name(archive, facts)
    return _scan_content(archive, name) if kind == "ods" else _scan_binary(archive, facts, name)


def _scan_content(archive: zipfile.ZipFile, name: str) -> dict[str, SheetFacts]:
    from kithmap.ingest.opendocument import scan_content

    return scan_content(archive, name)


def _scan_binary(archive: zipfile.ZipFile, facts: dict[str, SheetFacts], name: str) -> dict[str, SheetFacts]:
    from kithmap.ingest.binary_workbooks import scan_page

    for member, page in facts.items():
        if member.endswith(".bin"):
            scan_page(archive.read(member), page, name)
    return {}


def _chunks(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: list[int], name: str
) -> Iterator[bytes]:
    tail = b""
    with archive.open(member) as page:
        while chunk := page.read(_CHUNK):
            budget[0] -= len(chunk)
            if budget[0] < 0:
                raise _bomb(name)
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _scan_page(chunk: bytes, page: SheetFacts, name: str) -> None:
    for letters in set(_COLUMN.findall(chunk)):
        page.columns = max(page.columns, column_number(letters))
    rows = _ROW.findall(chunk)
    if rows:
        page.rows = max(page.rows, *(int(row) for row in (rows[0], rows[-1])))
    if b"<f" in chunk:
        page.formulas.update((int(row), column_number(letters)) for letters, row in _FORMULA.findall(chunk))
    check_extent(page.columns, page.rows, name)


def check_extent(columns: int, rows: int, name: str) -> None:
    """Refuse a sheet too wide or too large to hold.

    Raises: LayoutMismatch.
    """
    if columns > MAX_COLUMNS or columns * rows > MAX_CELLS:
        raise LayoutMismatch(
            f"{name} has a sheet of {columns:,} columns and {rows:,} rows.",
            f"At most {MAX_COLUMNS:,} columns, and {MAX_CELLS:,} cells from the first to the last.",
            "Clear stray cells far from the table, or ask for the rows as CSV.",
        )


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, AA is 27.

    >>> column_number(b"XFD")
    16384
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _by_sheet_name(archive: zipfile.ZipFile, facts: dict[str, SheetFacts]) -> dict[str, SheetFacts]:
    from html import unescape

    try:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets: dict[str, str] = {}
    for link in re.findall(r"<Relationship [^>]*>", links):
        identity, target = re.search(r'\bId="([^"]*)"', link), re.search(r'\bTarget="([^"]*)"', link)
        if identity and target:
            path = target[1].lstrip("/")
            targets[identity[1]] = path if path.startswith("xl/") else f"xl/{path}"
    found: dict[str, SheetFacts] = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet [^>]*>", book):
        title, link = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\br?:?id="([^"]*)"', sheet)
        if title and link:
            found[unescape(title[1])] = facts.get(targets.get(link[1], ""), SheetFacts())
    return found
