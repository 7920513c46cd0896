"""A workbook that came back filled in: what would become of each row before anything is taken in, and every refusal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk.review_sheet import CONTROL, HEAD_CELLS, Head
from kithmap.errors import DataProblem

if TYPE_CHECKING:
    from kithmap.ingest.files import SourceFile

Cells = list[list[str]]

NEW, KNOWN, EMPTY, REFUSED = "new", "known already", "left empty", "refused"
MISSING = "rows or columns are missing"
# How many refusals an error names; a page lists them all.
MOST_FAULTS = 20


@dataclass(frozen=True)
class Refusal:
    """One cell that cannot be taken in: where it is, what is wrong, what belongs there, what to do."""

    sheet: str
    row: int
    column: str
    what: str
    expected: str
    do: str

    @property
    def where(self) -> str:
        """The cell, in words."""
        return f"sheet '{self.sheet}', row {self.row}, column {self.column}"


@dataclass(frozen=True)
class Line:
    """What would become of one question of a workbook: its number, its first row, its state, what was decided."""

    number: int
    row: int
    state: str
    decided: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Looked:
    """A workbook before it is taken in: what it is of, and what would become of everything in it."""

    head: Head
    lines: tuple[Line, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every cell that keeps the workbook from being taken in."""
        return tuple(each.refusal for each in self.lines if each.refusal)

    def count(self, state: str) -> int:
        """How many are in a state."""
        return sum(each.state == state for each in self.lines)


@dataclass(frozen=True, repr=False)
class Opened:
    """What a workbook holds: what it is of, its sheet as filled in, a sealed line for each question, and its seal."""

    head: Head
    rows: Cells
    sealed: Cells
    seal: str


def open_filled(
    file: "Path | SourceFile", sheet: str, kind: str, altered: Callable[[str, str], DataProblem]
) -> Opened:
    """Read a workbook that was exported to be filled in; whether it is as exported its seals must say.

    kind: what it should be, in words. altered: the error of a file that is not, for a reason.
    Raises: UnreadableFile, DataProblem.
    """
    from kithmap.ingest.files import read_file
    from kithmap.ingest.workbooks import Workbook, cell_text

    book = Workbook(read_file(file) if isinstance(file, Path) else file)
    if not {sheet, CONTROL} <= set(book.sheets):
        raise altered(file.name, f"it has not the sheets of {kind}")
    rows, control = (
        [[cell_text(cell).strip() for cell in row] for row in book.rows(name)] for name in (sheet, CONTROL)
    )
    first = len(HEAD_CELLS) + 1
    try:
        held = {row[0]: row[1] for row in control[: len(HEAD_CELLS)]}
        said = {name: held[name] for name in HEAD_CELLS if name != "pairs"}
        head, seal = Head(**said, pairs=int(held["pairs"])), control[len(HEAD_CELLS)][1]
    except (IndexError, ValueError, KeyError) as fault:
        raise altered(file.name, MISSING) from fault
    return Opened(head, rows, control[first:], seal)


def check_none_refused(file: str, looked: Looked, expected: str) -> None:
    """Refuse a workbook with any fault, naming each by sheet, row and column.

    Raises: DataProblem.
    """
    refusals = looked.refusals
    if refusals:
        more = f" And {len(refusals) - MOST_FAULTS} more." if len(refusals) > MOST_FAULTS else ""
        raise DataProblem(
            f"{file} has {len(refusals)} faults, and nothing was taken in. {_shown(refusals)}{more}",
            expected,
            "Correct these cells, and import the workbook again.",
        )


def column_of(columns: Sequence[str], name: str) -> str:
    """A column of a sheet as a spreadsheet and a reader name it.

    >>> column_of(("pair", "decision"), "decision")
    'B (decision)'
    """
    return f"{chr(ord('A') + columns.index(name))} ({name})"


def _shown(refusals: Sequence[Refusal]) -> str:
    return " ".join(f"{each.where}: {each.what}" for each in refusals[:MOST_FAULTS])
