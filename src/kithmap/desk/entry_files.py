"""Filled-in templates of a register: looked at first, then taken whole or not at all; a second time nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.authorities import known_authorities
from kithmap.desk.filled_sheet import MOST_FAULTS, Refusal
from kithmap.desk.registers import find_own
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem
from kithmap.governance.permissions import Action
from kithmap.model.entries import Values, key_of, read_entry
from kithmap.model.registers import RegisterTable, get_register
from kithmap.register import entries
from kithmap.register.audit import Act
from kithmap.register.entries import Kept

if TYPE_CHECKING:
    from kithmap.ingest.entry_sheets import EntryRow, EntrySheet
    from kithmap.ingest.files import SourceFile

NEW, CHANGED, SAME = "new", "changed", "same"
DO = "Correct the cell, save the workbook, and send it in again."


@dataclass(frozen=True)
class Line:
    """One row that can be taken: what it would do, and which entry it speaks of where that is there already."""

    row: int
    state: str
    values: Values
    entry_id: str = ""


@dataclass(frozen=True)
class Looked:
    """What taking a filled-in template would do: every row either a line or refused, and what was not read."""

    register: str
    file: str
    sheet: str
    lines: tuple[Line, ...]
    refusals: tuple[Refusal, ...]
    unread: tuple[str, ...]

    def count(self, state: str) -> int:
        """How many lines are new, changed or the same."""
        return sum(line.state == state for line in self.lines)

    @property
    def sentence(self) -> str:
        """What it would do, in words."""
        refused = len({each.row for each in self.refusals})
        found = f"{self.count(NEW):,} new, {self.count(CHANGED):,} changed, {self.count(SAME):,} the same as before"
        return f"{len(self.lines) + refused:,} rows: {found}, {refused:,} refused."

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain values, for JSON."""
        counts = {state: self.count(state) for state in (NEW, CHANGED, SAME)}
        return {
            "register": self.register, "file": self.file, "sheet": self.sheet, **counts,
            "refusals": [vars(each) for each in self.refusals], "columns_not_read": list(self.unread),
        }  # fmt: skip


def look_at_file(workspace: Workspace, register: str, source: "SourceFile", *, who: str) -> Looked:
    """What taking a filled-in template would do; nothing is taken.

    Raises: NotPermitted, NotFound, UnreadableFile, LayoutMismatch, EmptyExtract.
    """
    table = get_register(register)
    act = Act(who, "register import", ALLOW, table.name, details={"file": source.name, "looked": True})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    return _look(workspace, table, source, who)


def import_file(workspace: Workspace, register: str, source: "SourceFile", *, who: str) -> Looked:
    """Take a filled-in template: every row of it, or none where one cell is refused.

    The same file a second time changes nothing, and what is in the register but not in the file stays.
    Raises: NotPermitted, NotFound, UnreadableFile, LayoutMismatch, EmptyExtract; DataProblem where a cell is refused.
    """
    table = get_register(register)
    act = Act(who, "register import", ALLOW, table.name, details={"file": source.name})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    with workspace.register.transaction():
        looked = _look(workspace, table, source, who)
        _check_taken_whole(looked)
        at = clock.now()
        made = [line.values for line in looked.lines if line.state == NEW]
        # Ids sort by their moment, a thousandth of a second each: entries stay in the order of the file.
        new = {clock.new_id(at + timedelta(milliseconds=nth)): values for nth, values in enumerate(made)}
        entries.add_entries(workspace.register, table.name, new, at, who)
        for line in looked.lines:
            if line.state == CHANGED:
                entries.put_entry(workspace.register, line.entry_id, table.name, line.values, at, who)
        counts = {state: looked.count(state) for state in (NEW, CHANGED, SAME)}
        note(workspace, replace(act, details={**act.details, **counts}))
    return looked


def _look(workspace: Workspace, table: RegisterTable, source: "SourceFile", who: str) -> Looked:
    from kithmap.ingest.entry_sheets import read_entry_sheet

    sheet = read_entry_sheet(source, table)
    standing = {
        key_of(table, each.values): each for each in entries.list_entries(workspace.register, table.name)
    }
    names = known_authorities(workspace)
    own = find_own(workspace, table, who=who)
    first: dict[tuple[str, ...], int] = {}
    lines: list[Line] = []
    refusals: list[Refusal] = []
    for row in sheet.rows:
        values, faults = _read_row(table, sheet, row, names)
        key = key_of(table, values)
        if not faults and key in first:
            faults = [_twice(table, sheet, row, first[key])]
        if not faults and not all(own(each) for each in (values, *_values_of(standing.get(key)))):
            faults = [_not_own(table, sheet, row)]
        if faults:
            refusals += faults
            continue
        first[key] = row.number
        lines.append(_line(row.number, values, standing.get(key)))
    return Looked(table.name, source.name, sheet.sheet, tuple(lines), tuple(refusals), sheet.unread)


def _values_of(known: Kept | None) -> tuple[Values, ...]:
    return (known.values,) if known is not None else ()


def _read_row(
    table: RegisterTable, sheet: "EntrySheet", row: "EntryRow", authorities: Mapping[str, str]
) -> tuple[Values, list[Refusal]]:
    values, faults = read_entry(table, row.written, authorities)
    found = [
        Refusal(sheet.sheet, row.number, table.get_column(each.column).label, each.what, each.expected, DO)
        for each in faults
        if each.column not in row.formulas
    ]
    labels = [table.get_column(name).label for name in row.formulas]
    found += [
        Refusal(sheet.sheet, row.number, label, f"'{label}' holds a formula.", "A value written there.", DO)
        for label in labels
    ]
    return values, found


def _not_own(table: RegisterTable, sheet: "EntrySheet", row: "EntryRow") -> Refusal:
    label = next(column.label for column in table.columns if column.kind == "authority")
    what = "The row is of an authority that is not your own."
    return Refusal(sheet.sheet, row.number, label, what, "The authority that you work for.", DO)


def _twice(table: RegisterTable, sheet: "EntrySheet", row: "EntryRow", first: int) -> Refusal:
    label = table.get_column(table.key[0]).label
    same = ", ".join(f"'{table.get_column(name).label}'" for name in table.key)
    return Refusal(
        sheet.sheet, row.number, label, f"The row says the same as row {first} of {same}.",
        "One row for each entry.", "Take one of the rows out, and send the workbook in again.",
    )  # fmt: skip


def _line(row: int, values: Values, known: Kept | None) -> Line:
    if known is None:
        return Line(row, NEW, values)
    return Line(row, SAME if dict(known.values) == dict(values) else CHANGED, values, known.entry_id)


def _check_taken_whole(looked: Looked) -> None:
    if not looked.refusals:
        return
    told = [f"Row {each.row}, {each.column}: {each.what}" for each in looked.refusals]
    more = f" And {len(told) - MOST_FAULTS:,} more." if len(told) > MOST_FAULTS else ""
    raise DataProblem(
        f"Nothing of {looked.file} was taken: {len(told):,} cells are refused. {' '.join(told[:MOST_FAULTS])}{more}",
        "A workbook in which every filled row can be read.",
        "Correct these cells, save the workbook, and send it in again.",
    )
