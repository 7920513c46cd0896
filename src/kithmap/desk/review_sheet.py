"""The workbook a reviewer fills in: its sheets and columns, and the seals that keep it as it was exported."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from kithmap.desk.review import Case, Side
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys

INSTRUCTIONS, REVIEW, OTHERS, LISTS, CONTROL = "Instructions", "Review", "Other records", "Lists", "Control"
SHEETS = (INSTRUCTIONS, REVIEW, OTHERS, LISTS, CONTROL)
HANDLING = "OFFICIAL-SENSITIVE. Personal data of young people: keep it on the secure side, delete it once it is imported."
FIELDS = (
    "forename", "surname", "also known as", "date of birth", "sex", "school", "home postcode", "NHS number",
    "unique pupil number", "holder's number",
)  # fmt: skip
LED_BY = ("pair", "record", "holder and list", *FIELDS)
FILLED = ("decision", "reason", "note")
COLUMNS = (*LED_BY, *FILLED)
# The first rows of the sheet say what it is for; then the headings, then three rows a pair.
HEADINGS_ROW = 4
LINES = 3
HEAD_CELLS = ("workbook", "build", "purpose", "reviewer", "made_at", "pairs")


@dataclass(frozen=True)
class Head:
    """What a workbook is: of which build, for which purpose, whose, when it was made, how many pairs."""

    workbook: str
    build: str
    purpose: str
    reviewer: str
    made_at: str
    pairs: int


def begin_book(title: str) -> tuple[Any, BytesIO]:
    """A workbook to write, and where its bytes will be once it is closed: in memory, and nowhere in the clear."""
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    out = BytesIO()
    how = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book: Any = xlsxwriter.Workbook(out, how)
    book.set_properties({"title": title, "comments": HANDLING})
    return book, out


def write_private(file: Path, content: bytes) -> None:
    """Write a workbook that nobody else reads, not even while it is being written."""
    partial = file.with_name(f".{file.name}.part")
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    partial.replace(file)


def lines_of(number: int, case: Case) -> list[list[str]]:
    """The three rows of a pair: both records, and how they agree, as the sheet shows them."""
    agreement = ["how they agree", "", *(case.agreement[field] for field in FIELDS)]
    return [
        [str(number), *told(case.one, "first")],
        [str(number), *told(case.other, "second")],
        [str(number), *agreement],
    ]


def told(side: Side, which: str) -> list[str]:
    """A record as a row shows it."""
    alike = f" (and {side.alike} that say the same)" if side.alike else ""
    where = f"{side.holder}, list {side.list}" if side.list else side.holder
    return [which, f"{where}{alike}", *(side.said[field] or "" for field in FIELDS)]


def seal_row(workspace: Workspace, head: Head, pair: tuple[str, str], lines: Sequence[Sequence[str]]) -> str:
    """The seal of one pair: nobody without the key can name other records, or change what is shown."""
    shown = [[" ".join(cell.split()) for cell in line] for line in lines]
    return _seal(workspace, [asdict(head), list(pair), shown])


def seal_head(workspace: Workspace, head: Head, rows: Sequence[str]) -> str:
    """The seal of the whole: no pair can be taken out, put in or brought from another workbook."""
    return _seal(workspace, [asdict(head), list(rows)])


def _seal(workspace: Workspace, values: object) -> str:
    key = keys.derive(workspace.key, "workbooks")
    return hmac.digest(key, json.dumps(values, ensure_ascii=False).encode(), sha256).hex()
