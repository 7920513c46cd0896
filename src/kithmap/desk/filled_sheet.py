"""A workbook that came back filled in: what would become of each row before anything is taken in, and every refusal."""

from collections.abc import Sequence
from dataclasses import dataclass

from kithmap.desk.review_sheet import Head
from kithmap.errors import DataProblem

NEW, KNOWN, EMPTY, REFUSED = "new", "known already", "left empty", "refused"
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
