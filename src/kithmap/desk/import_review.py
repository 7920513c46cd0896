"""Import a workbook that a reviewer filled in: all of it or nothing, and a second time nothing new."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.judgements import prepare
from kithmap.desk.review_sheet import (
    COLUMNS,
    CONTROL,
    FILLED,
    HEAD_CELLS,
    HEADINGS_ROW,
    LED_BY,
    LINES,
    REVIEW,
    Head,
    place,
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

MOST_FAULTS = 20


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


def import_review(workspace: Workspace, file: Path, *, purpose: str, who: str) -> Imported:
    """Take in the judgements of a workbook that this reviewer exported and filled in.

    Every fault is named by sheet, row and column, and then nothing is taken in. The same workbook a
    second time adds only what was filled in since.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    act = Act(who, "import review", ALLOW, file.name, purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    head, rows, seal = _read(file)
    with refusals_noted(workspace, act):
        _check_head(sitting, file, head)
    _check_seals(workspace, file, head, rows, seal)
    made, already = _judged(sitting, file, head, rows)
    told = {"workbook": head.workbook, "added": len(made), "already": already}
    note(workspace, replace(act, details=told), lambda: judgements.add_judgements(workspace.register, made))
    return Imported(head.workbook, len(made), already, sum(not any(row.filled) for row in rows))


def _read(file: Path) -> tuple[Head, list[_Row], str]:
    """What the workbook is, its pairs, and the seal of the whole."""
    from kithmap.ingest.files import read_file
    from kithmap.ingest.workbooks import Workbook, cell_text

    book = Workbook(read_file(file))
    if not {REVIEW, CONTROL} <= set(book.sheets):
        raise _altered(file, "it has not the sheets of a workbook for review")
    review, control = (
        [[cell_text(cell).strip() for cell in row] for row in book.rows(sheet)] for sheet in (REVIEW, CONTROL)
    )
    try:
        head = _head_of(control)
        first = len(HEAD_CELLS) + 1
        rows = [_row_of(review, control[first + number], number) for number in range(head.pairs)]
        return head, rows, control[len(HEAD_CELLS)][1]
    except (IndexError, ValueError, KeyError) as fault:
        raise _altered(file, "rows or columns are missing") from fault


def _head_of(control: Sequence[Sequence[str]]) -> Head:
    held = {row[0]: row[1] for row in control[: len(HEAD_CELLS)]}
    return Head(
        workbook=held["workbook"],
        build=held["build"],
        purpose=held["purpose"],
        reviewer=held["reviewer"],
        made_at=held["made_at"],
        pairs=int(held["pairs"]),
    )


def _row_of(review: Sequence[Sequence[str]], control: Sequence[str], number: int) -> _Row:
    top = HEADINGS_ROW + number * LINES
    lines = [list(review[top + down][: len(LED_BY)]) for down in range(LINES)]
    decision, reason, said = [*review[top][len(LED_BY) : len(COLUMNS)], "", "", ""][: len(FILLED)]
    return _Row(top + 1, (control[0], control[1]), control[2], lines, (decision, reason, said))


def _check_head(sitting: Sitting, file: Path, head: Head) -> None:
    if head.reviewer != sitting.who:
        raise NotPermitted(
            f"The workbook {file.name} was made for another reviewer.",
            "A workbook imported by whoever it was exported for: a judgement is somebody's own.",
            "Have that reviewer import it, or export one of your own.",
        )
    if head.build != sitting.made.build_id:
        raise DataProblem(
            f"The workbook {file.name} is of the build {head.build}, and there is a newer one.",
            f"A workbook of the newest build, {sitting.made.build_id}.",
            "Export the pairs again: some may have changed, and what was decided is not asked twice.",
        )
    if head.purpose != sitting.purpose:
        raise DataProblem(
            f"The workbook {file.name} was exported for another purpose.",
            f"The purpose it names, {head.purpose}.",
            f"Import it with --purpose {head.purpose}.",
        )


def _check_seals(workspace: Workspace, file: Path, head: Head, rows: Sequence[_Row], seal: str) -> None:
    # Row by row first: that says where; the seal of the whole finds what was taken out or put in.
    for row in rows:
        if row.seal != seal_row(workspace, head, row.pair, row.lines):
            raise _altered(
                file, f"sheet '{REVIEW}', rows {row.at} to {row.at + LINES - 1} are not as exported"
            )
    if seal != seal_head(workspace, head, [row.seal for row in rows]):
        raise _altered(file, "pairs were taken out or put in")


def _judged(sitting: Sitting, file: Path, head: Head, rows: Sequence[_Row]) -> tuple[list[Judgement], int]:
    """The judgements to add, and how many were there already.

    Raises: DataProblem that names every fault by sheet, row and column.
    """
    made: list[Judgement] = []
    faults: list[str] = []
    already = 0
    for row in rows:
        if not any(row.filled):
            continue
        try:
            found = _judgement(sitting, head, row)
        except KithmapError as fault:
            faults.append(f"{_where(row, fault)}: {fault.what}")
            continue
        if found is None:
            already += 1
        else:
            made.append(found)
    if faults:
        shown = " ".join(faults[:MOST_FAULTS])
        more = f" And {len(faults) - MOST_FAULTS} more." if len(faults) > MOST_FAULTS else ""
        raise DataProblem(
            f"{file.name} has {len(faults)} faults, and nothing was taken in. {shown}{more}",
            "For each pair a decision, and a reason of its list, or nothing at all.",
            "Correct these cells, and import the workbook again.",
        )
    return made, already


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


def _where(row: _Row, fault: KithmapError) -> str:
    """The cell a fault is in."""
    decision, reason, _ = (text.casefold() for text in row.filled)
    if decision not in REASONS:
        return place(row.at, "decision")
    if reason not in REASONS[decision]:
        return place(row.at, "reason")
    return place(row.at, "note" if "note" in fault.what else "decision")


def _altered(file: Path, how: str) -> DataProblem:
    return DataProblem(
        f"The workbook {file.name} cannot be taken in: {how}.",
        "A workbook as `kithmap review export` wrote it, with nothing changed but the yellow cells.",
        "Export the pairs again, and copy the decisions over.",
    )
