"""Taking in a workbook of an audit sample that a reviewer filled in: all of it or nothing, a second time nothing new."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_marks import Mark, find_own, mark
from kithmap.desk.audit_sample import sit_at_sample
from kithmap.desk.audit_workbook import (
    AUDIT,
    COLUMNS,
    HEADINGS_ROW,
    LED_BY,
    NOT_SURE,
    SAME,
    SEEN,
    TOO_LITTLE,
)
from kithmap.desk.filled_sheet import (
    EMPTY,
    KNOWN,
    MISSING,
    NEW,
    REFUSED,
    Line,
    Looked,
    Refusal,
    check_none_refused,
    column_of,
    open_filled,
)
from kithmap.desk.review_sheet import Head, seal_head, seal_row
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, NotPermitted
from kithmap.register.audit import Act

if TYPE_CHECKING:
    from kithmap.ingest.files import SourceFile

DECIDED = COLUMNS[-1]


@dataclass(frozen=True)
class Imported:
    """What came of an import: the sample, records marked, marked so before, and left empty."""

    sample: str
    records: int
    already: int
    left_empty: int


@dataclass(frozen=True, repr=False)
class _Block:
    """One record of a workbook: its number, its first row in the sheet, and its rows with their last cell."""

    number: int
    at: int
    rows: list[list[str]]


def look_at_sheets(workspace: Workspace, file: "Path | SourceFile", *, purpose: str, who: str) -> Looked:
    """What importing a workbook would take in, and every cell that it would refuse; nothing is changed.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    act = Act(who, "audit-sample look at workbook", ALLOW, "a workbook", purpose)
    looked, _ = _looked(workspace, file, act)
    told = {"sample": looked.head.workbook, "new": looked.count(NEW), "refused": len(looked.refusals)}
    note(workspace, replace(act, details=told))
    return looked


def import_sheets(workspace: Workspace, file: "Path | SourceFile", *, purpose: str, who: str) -> Imported:
    """Take in the marks of a workbook that this reviewer exported and filled in: all of them or none.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    act = Act(who, "audit-sample import", ALLOW, "a workbook", purpose)
    looked, marks = _looked(workspace, file, act)
    check_none_refused(
        file.name,
        looked,
        f"'{SEEN}' or '{TOO_LITTLE}' beside each record looked at; '{SAME}', '{NOT_SURE}' or nothing below it.",
    )
    sample = looked.head.workbook
    if marks:
        mark(workspace, marks, purpose=purpose, who=who, sample=sample)
    told = {"sample": sample, "records": [each.number for each in marks]}
    note(workspace, replace(act, details=told))
    return Imported(sample, len(marks), looked.count(KNOWN), looked.count(EMPTY))


def _looked(workspace: Workspace, file: "Path | SourceFile", act: Act) -> tuple[Looked, list[Mark]]:
    """What becomes of every record of a workbook, and the marks to make."""
    head, blocks = _read(workspace, file)
    with refusals_noted(workspace, act):
        if head.reviewer != act.actor or head.purpose != act.purpose:
            raise NotPermitted(
                f"The workbook {file.name} was made for another reviewer or another purpose.",
                "A workbook imported by whoever it was exported for, for the purpose it names.",
                "Have that reviewer import it, or export one of your own.",
            )
    _, sample = sit_at_sample(workspace, act, head.workbook)
    before = {record.number: record for record in sample.records}
    lines: list[Line] = []
    marks: list[Mark] = []
    for block in blocks:
        marked = _marked(block)
        if marked is None:
            lines.append(Line(block.number, block.at, EMPTY))
        elif isinstance(marked, Refusal):
            lines.append(Line(block.number, block.at, REFUSED, refusal=marked))
        else:
            is_known = find_own(before[block.number], act.actor) == marked
            marks += [] if is_known else [marked]
            lines.append(Line(block.number, block.at, KNOWN if is_known else NEW, _decided(marked)))
    return Looked(head, tuple(lines)), marks


def _decided(mark: Mark) -> str:
    """What was marked of a record, in words."""
    if mark.says_too_little:
        return TOO_LITTLE
    unsure = f", {len(mark.not_sure)} not sure" if mark.not_sure else ""
    return f"{len(mark.same) or 'none'} the same{unsure}"


def _read(workspace: Workspace, file: "Path | SourceFile") -> tuple[Head, list[_Block]]:
    """What the workbook is, and its records as filled in; sealed ones only."""
    opened = open_filled(file, AUDIT, "an audit workbook", _altered)
    head = opened.head
    try:
        listed = [(int(row[0]), int(row[1]), row[2]) for row in opened.sealed[: head.pairs]]
    except (IndexError, ValueError) as fault:
        raise _altered(file.name, MISSING) from fault
    blocks: list[_Block] = []
    row = HEADINGS_ROW
    for number, size, sealed in listed:
        block = [[*line, *[""] * len(COLUMNS)][: len(COLUMNS)] for line in opened.rows[row : row + size]]
        shown = [line[: len(LED_BY)] for line in block]
        if sealed != seal_row(workspace, head, (head.workbook, str(number)), shown):
            raise _altered(file.name, f"sheet '{AUDIT}', rows {row + 1} to {row + size} are not as exported")
        blocks.append(_Block(number, row + 1, block))
        row += size
    if opened.seal != seal_head(workspace, head, [sealed for _, _, sealed in listed]):
        raise _altered(file.name, "records were taken out or put in")
    return head, blocks


def _marked(block: _Block) -> Mark | Refusal | None:
    """What was filled in of one record; None where it was left empty, a refusal where it says nothing whole."""
    record, *beside = block.rows
    filled = {int(line[1]): line[-1].casefold() for line in beside if line[-1]}
    word = record[-1].casefold()
    if not word and not filled:
        return None
    for down, line in enumerate(beside, 1):
        said = line[-1].casefold()
        if said and (said not in (SAME, NOT_SURE) or word == TOO_LITTLE):
            return _refusal(block, down, said)
    if word not in (SEEN, TOO_LITTLE):
        return Refusal(
            AUDIT, block.at, column_of(COLUMNS, DECIDED),
            f"Record {block.number} is not filled in as it must be.",
            f"'{SEEN}' or '{TOO_LITTLE}' beside the record, once you have been through all below it.",
            "Choose one of the two in this cell, or empty the cells below it.",
        )  # fmt: skip
    places = {
        chosen: frozenset(place for place, said in filled.items() if said == chosen)
        for chosen in (SAME, NOT_SURE)
    }
    return Mark(block.number, places[SAME], places[NOT_SURE], says_too_little=word == TOO_LITTLE)


def _refusal(block: _Block, down: int, said: str) -> Refusal:
    is_known = said in (SAME, NOT_SURE)
    return Refusal(
        AUDIT, block.at + down, column_of(COLUMNS, DECIDED),
        f"Record {block.number} is not filled in as it must be.",
        f"Nothing beside a record that {TOO_LITTLE}." if is_known else f"'{SAME}', '{NOT_SURE}', or nothing.",
        "Empty this cell, or choose another word beside the record."
        if is_known
        else "Choose one of the list, or empty the cell.",
    )  # fmt: skip


def _altered(file: str, how: str) -> DataProblem:
    return DataProblem(
        f"The workbook {file} cannot be taken in: {how}.",
        "A workbook as it was exported for the audit, with nothing changed but the yellow cells.",
        "Export the records again, and copy the marks over.",
    )
