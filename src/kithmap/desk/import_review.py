"""Import a workbook that a reviewer filled in: all of it or nothing, and a second time nothing new."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
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
from kithmap.desk.judgements import prepare
from kithmap.desk.review_sheet import (
    COLUMNS,
    FILLED,
    HEADINGS_ROW,
    LED_BY,
    LINES,
    REVIEW,
    Head,
    seal_head,
    seal_row,
)
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, KithmapError, NotPermitted
from kithmap.governance.judging import REASONS, Verdict
from kithmap.governance.permissions import Action
from kithmap.register import judgements
from kithmap.register.audit import Act
from kithmap.register.judgements import Judgement

if TYPE_CHECKING:
    from kithmap.ingest.files import SourceFile


@dataclass(frozen=True)
class Imported:
    """What came of an import: judgements added, judgements that were there already, pairs left empty."""

    workbook: str
    added: int
    already: int
    left_empty: int


@dataclass(frozen=True, repr=False)
class _Row:
    """One pair of a workbook: where it stands in the sheet, its records, its seal, what is shown and filled in."""

    at: int
    pair: tuple[str, str]
    seal: str
    lines: list[list[str]]
    filled: tuple[str, str, str]


def look_at_review(workspace: Workspace, file: "Path | SourceFile", *, purpose: str, who: str) -> Looked:
    """What importing a workbook would take in, and every cell that it would refuse; nothing is changed.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    act = Act(who, "look at a review", ALLOW, "a workbook", purpose)
    sitting, head, rows = _opened(workspace, file, act)
    _, lines = _judged(sitting, head, rows)
    looked = Looked(head, lines)
    told = {"workbook": head.workbook, "new": looked.count(NEW), "refused": len(looked.refusals)}
    note(workspace, replace(act, details=told))
    return looked


def import_review(workspace: Workspace, file: "Path | SourceFile", *, purpose: str, who: str) -> Imported:
    """Take in the judgements of a workbook that this reviewer exported and filled in.

    Every fault is named by sheet, row and column, and then nothing is taken in. The same workbook a
    second time adds only what was filled in since.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    act = Act(who, "import review", ALLOW, "a workbook", purpose)
    sitting, head, rows = _opened(workspace, file, act)
    made, lines = _judged(sitting, head, rows)
    looked = Looked(head, lines)
    check_none_refused(
        file.name, looked, "For each pair a decision, and a reason of its list, or nothing at all."
    )
    told = {"workbook": head.workbook, "added": len(made), "already": looked.count(KNOWN)}
    note(workspace, replace(act, details=told), lambda: judgements.add_judgements(workspace.register, made))
    return Imported(head.workbook, len(made), looked.count(KNOWN), looked.count(EMPTY))


def _opened(workspace: Workspace, file: "Path | SourceFile", act: Act) -> tuple[Sitting, Head, list[_Row]]:
    """The sitting, and what a workbook says, once nothing about it speaks against taking it in."""
    sitting = sit(workspace, Action.REVIEW, act)
    head, rows, seal = _read(file)
    with refusals_noted(workspace, act):
        _check_head(sitting, file.name, head)
    _check_seals(workspace, file.name, head, rows, seal)
    return sitting, head, rows


def _read(file: "Path | SourceFile") -> tuple[Head, list[_Row], str]:
    """What the workbook is, its pairs, and the seal of the whole."""
    opened = open_filled(file, REVIEW, "a workbook for review", _altered)
    try:
        rows = [_row_of(opened.rows, opened.sealed[number], number) for number in range(opened.head.pairs)]
    except (IndexError, ValueError, KeyError) as fault:
        raise _altered(file.name, MISSING) from fault
    return opened.head, rows, opened.seal


def _row_of(review: Sequence[Sequence[str]], control: Sequence[str], number: int) -> _Row:
    top = HEADINGS_ROW + number * LINES
    lines = [list(review[top + down][: len(LED_BY)]) for down in range(LINES)]
    decision, reason, said = [*review[top][len(LED_BY) : len(COLUMNS)], "", "", ""][: len(FILLED)]
    return _Row(top + 1, (control[0], control[1]), control[2], lines, (decision, reason, said))


def _check_head(sitting: Sitting, file: str, head: Head) -> None:
    if head.reviewer != sitting.who:
        raise NotPermitted(
            f"The workbook {file} was made for another reviewer.",
            "A workbook imported by whoever it was exported for: a judgement is somebody's own.",
            "Have that reviewer import it, or export one of your own.",
        )
    if head.build != sitting.made.build_id:
        raise DataProblem(
            f"The workbook {file} is of the build {head.build}, and there is a newer one.",
            f"A workbook of the newest build, {sitting.made.build_id}.",
            "Export the pairs again: some may have changed, and what was decided is not asked twice.",
        )
    if head.purpose != sitting.purpose:
        raise DataProblem(
            f"The workbook {file} was exported for another purpose.",
            f"The purpose it names, {head.purpose}.",
            f"Import it with --purpose {head.purpose}.",
        )


def _check_seals(workspace: Workspace, file: str, head: Head, rows: Sequence[_Row], seal: str) -> None:
    # Row by row first: that says where; the seal of the whole finds what was taken out or put in.
    for row in rows:
        if row.seal != seal_row(workspace, head, row.pair, row.lines):
            raise _altered(
                file, f"sheet '{REVIEW}', rows {row.at} to {row.at + LINES - 1} are not as exported"
            )
    if seal != seal_head(workspace, head, [row.seal for row in rows]):
        raise _altered(file, "pairs were taken out or put in")


def _judged(sitting: Sitting, head: Head, rows: Sequence[_Row]) -> tuple[list[Judgement], tuple[Line, ...]]:
    """The judgements to add, and what becomes of every pair."""
    made: list[Judgement] = []
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        decision, reason, _ = (text.casefold() for text in row.filled)
        line = Line(number, row.at, EMPTY)
        if any(row.filled):
            try:
                found = _judgement(sitting, head, row)
            except KithmapError as fault:
                line = replace(line, state=REFUSED, refusal=_refusal(row, fault))
            else:
                line = replace(line, state=NEW if found else KNOWN, decided=f"{decision}: {reason}")
                made += [found] if found else []
        lines.append(line)
    return made, tuple(lines)


def _judgement(sitting: Sitting, head: Head, row: _Row) -> Judgement | None:
    """The judgement of one row; None where it is known already, even if it was undone since."""
    decision, reason, said = row.filled
    verdict = Verdict(decision.casefold(), reason.casefold(), said)
    pair = sitting.find_pair(*row.pair)
    places = sorted(sitting.extracts.origin_of(each.mention_id) for each in pair)
    for known in judgements.judgements_of(sitting.workspace.register, places[0], places[1]):
        same = (known.decision, known.reason, known.note) == (verdict.decision, verdict.reason, said)
        if known.who == sitting.who and same and (known.stands or known.workbook == head.workbook):
            return None
    return prepare(sitting, pair, verdict, at=clock.now(), workbook=head.workbook)


def _refusal(row: _Row, fault: KithmapError) -> Refusal:
    """The cell that a fault is in."""
    decision, reason, _ = (text.casefold() for text in row.filled)
    if decision not in REASONS:
        name = "decision"
    elif reason not in REASONS[decision]:
        name = "reason"
    else:
        name = "note" if "note" in fault.what else "decision"
    return Refusal(REVIEW, row.at, column_of(COLUMNS, name), fault.what, fault.expected, fault.do)


def _altered(file: str, how: str) -> DataProblem:
    return DataProblem(
        f"The workbook {file} cannot be taken in: {how}.",
        "A workbook as it was exported for review, with nothing changed but the yellow cells.",
        "Export the pairs again, and copy the decisions over.",
    )
