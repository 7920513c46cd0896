"""Export pairs that wait as a workbook: drop-downs to fill in, all else protected, nothing of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.queue import find_queue
from kithmap.desk.review import Case, cases_of
from kithmap.desk.review_sheet import (
    COLUMNS,
    CONTROL,
    HANDLING,
    HEAD_CELLS,
    HEADINGS_ROW,
    INSTRUCTIONS,
    LED_BY,
    LINES,
    LISTS,
    OTHERS,
    REVIEW,
    Head,
    begin_book,
    lines_of,
    seal_head,
    seal_row,
    told,
    write_private,
)
from kithmap.desk.sitting import people_in, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.judging import DECISIONS, MOST_NOTE, NO_NAMES, OTHER, REASONS
from kithmap.governance.permissions import Action
from kithmap.register import purposes
from kithmap.register.audit import Act

MOST_PAIRS = 500
WIDTHS = {"pair": 6, "record": 15, "holder and list": 30, "decision": 12, "reason": 24, "note": 40}
STEPS = (
    "What to do",
    "1. On the sheet 'Review', each pair has three rows: the first record, the second, and how they agree.",
    "2. In the yellow cells choose a decision: same (one person), different (two people), or not sure.",
    "3. Choose a reason. Where none fits, choose 'other' and say which in the note.",
    f"4. {NO_NAMES}",
    "5. The sheet 'Other records' has what else is held of the two, where there is more.",
    "6. Leave empty what you have not looked at; save the workbook, and have it imported.",
    "Numbers show their last digits only. What the computer made of a pair is not shown: decide for yourself.",
    "Nothing but the yellow cells can be changed: a workbook in which anything else was changed is refused.",
)


@dataclass(frozen=True)
class Exported:
    """What came of an export: the workbook's id, and how many pairs of those that wait are in it."""

    workbook: str
    file: str
    pairs: int
    waiting: int


def export_review(workspace: Workspace, file: Path, *, purpose: str, who: str, most: int = 50) -> Exported:
    """Write the first pairs that wait for a reviewer into a workbook, for that reviewer to fill in.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    done, content = make_review_workbook(workspace, str(file), purpose=purpose, who=who, most=most)
    write_private(file, content)
    return done


def make_review_workbook(
    workspace: Workspace, name: str, *, purpose: str, who: str, most: int = 50
) -> tuple[Exported, bytes]:
    """The same as bytes, for whoever hands the workbook on under a name: nothing of it is written here.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    file = Path(name)
    act = Act(who, "export review", ALLOW, file.name, purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    if file.suffix.lower() != ".xlsx" or not 0 < most <= MOST_PAIRS:
        raise WrongUse(
            f"A workbook of {most} pairs cannot be written to {file.name}.",
            f"A file that ends in .xlsx, and 1 to {MOST_PAIRS} pairs.",
            "Name such a file, or fewer pairs.",
        )
    queue = find_queue(sitting)
    cases = cases_of(sitting, [(each.one, each.other) for each in queue[:most]])
    at = clock.now()
    head = Head(clock.new_id(at), sitting.made.build_id, purpose, who, f"{at:%d/%m/%Y %H:%M} UTC", len(cases))
    question = purposes.get_purpose(workspace.register, purpose).question
    content = _written(workspace, head, cases, question)
    shown = sitting.borne([side for each in queue[:most] for side in (each.one, each.other)])
    told_of = {
        "workbook": head.workbook,
        "build": head.build,
        "pairs": len(cases),
        "waiting": len(queue),
        "people": people_in(shown.values()),
    }
    note(workspace, replace(act, details=told_of))
    return Exported(head.workbook, name, len(cases), len(queue)), content


def _written(workspace: Workspace, head: Head, cases: Sequence[Case], question: str) -> bytes:
    book, out = begin_book("Links to review")
    looks = {
        "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#D9E0E3"}),
        "told": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "words": book.add_format({"text_wrap": True, "valign": "top", "italic": True, "bottom": 1}),
        "filled": book.add_format({"locked": False, "bg_color": "#FFF3B0", "border": 1, "text_wrap": True, "num_format": "@"}),
        "line": book.add_format({"text_wrap": False}),
    }  # fmt: skip
    of = f"For purpose {head.purpose}: {question} Build {head.build}, made for {head.reviewer} on {head.made_at}."
    _write_instructions(book.add_worksheet(INSTRUCTIONS), looks, of)
    _write_review(book.add_worksheet(REVIEW), looks, cases, of)
    _write_others(book.add_worksheet(OTHERS), looks, cases)
    _write_lists(book)
    _write_control(book.add_worksheet(CONTROL), workspace, head, cases)
    book.close()
    return out.getvalue()


def _write_instructions(sheet: Any, looks: dict[str, Any], of: str) -> None:
    sheet.set_column(0, 0, 110)
    for row, line in enumerate((HANDLING, of, "", *STEPS, "", *_reasons())):
        sheet.write_string(row, 0, line, looks["told"])
    sheet.protect()


def _reasons() -> list[str]:
    return [f"Reasons for '{decision}': {'; '.join(REASONS[decision])}." for decision in DECISIONS]


def _write_review(sheet: Any, looks: dict[str, Any], cases: Sequence[Case], of: str) -> None:
    sheet.set_landscape()
    sheet.set_header(f"&L{HANDLING.partition('.')[0]}&RPage &P of &N")
    for row, line in enumerate((HANDLING, of)):
        sheet.write_string(row, 0, line, looks["line"])
    for at, name in enumerate(COLUMNS):
        sheet.set_column(at, at, WIDTHS.get(name, 17))
        sheet.write_string(HEADINGS_ROW - 1, at, name, looks["bold"])
    for number, case in enumerate(cases, 1):
        top = HEADINGS_ROW + (number - 1) * LINES
        for down, line in enumerate(lines_of(number, case)):
            for at, text in enumerate(line):
                sheet.write_string(top + down, at, text, looks["words" if down == LINES - 1 else "told"])
        _write_choice(sheet, looks, top)
    sheet.freeze_panes(HEADINGS_ROW, 2)
    sheet.repeat_rows(HEADINGS_ROW - 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_choice(sheet: Any, looks: dict[str, Any], row: int) -> None:
    first = len(LED_BY)
    for at in range(first, len(COLUMNS)):
        sheet.write_blank(row, at, None, looks["filled"])
    chosen = f"${chr(ord('A') + first)}{row + 1}"
    sheet.data_validation(
        row, first, row, first,
        {"validate": "list", "source": list(DECISIONS), "error_message": f"One of: {', '.join(DECISIONS)}."},
    )  # fmt: skip
    # The reasons offered are those for the decision chosen; the import checks them in any case.
    sheet.data_validation(
        row, first + 1, row, first + 1,
        {
            "validate": "list", "source": f'=INDIRECT("reasons_"&SUBSTITUTE({chosen}," ","_"))',
            "error_message": "Choose the decision first, then one of its reasons.",
        },
    )  # fmt: skip
    sheet.data_validation(
        row, first + 2, row, first + 2,
        {
            "validate": "length", "criteria": "<=", "value": MOST_NOTE, "input_title": "No names",
            "input_message": f"Needed for the reason '{OTHER}'. Name nobody.",
            "error_message": f"At most {MOST_NOTE} characters.",
        },
    )  # fmt: skip


def _write_others(sheet: Any, looks: dict[str, Any], cases: Sequence[Case]) -> None:
    for at, name in enumerate(LED_BY):
        sheet.set_column(at, at, WIDTHS.get(name, 17))
        sheet.write_string(0, at, name, looks["bold"])
    row = 1
    for number, case in enumerate(cases, 1):
        lines = [[str(number), *told(side, "other")] for side in case.others]
        if case.more_others:
            lines.append([str(number), "other", f"and {case.more_others} more, not shown"])
        for line in lines:
            for at, text in enumerate(line):
                sheet.write_string(row, at, text, looks["told"])
            row += 1
    sheet.freeze_panes(1, 2)
    sheet.protect()


def _write_lists(book: Any) -> None:
    sheet = book.add_worksheet(LISTS)
    for at, decision in enumerate(DECISIONS):
        for row, reason in enumerate(REASONS[decision]):
            sheet.write_string(row, at, reason)
        column, last = chr(ord("A") + at), len(REASONS[decision])
        book.define_name(f"reasons_{decision.replace(' ', '_')}", f"={LISTS}!${column}$1:${column}${last}")
    sheet.protect()
    sheet.hide()


def _write_control(sheet: Any, workspace: Workspace, head: Head, cases: Sequence[Case]) -> None:
    seals: list[str] = []
    for number, case in enumerate(cases, 1):
        pair = case.one.reference, case.other.reference
        seals.append(seal_row(workspace, head, pair, lines_of(number, case)))
        for at, text in enumerate((*pair, seals[-1])):
            sheet.write_string(len(HEAD_CELLS) + number, at, text)
    for row, name in enumerate(HEAD_CELLS):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, str(getattr(head, name)))
    sheet.write_string(len(HEAD_CELLS), 0, "seal")
    sheet.write_string(len(HEAD_CELLS), 1, seal_head(workspace, head, seals))
    sheet.protect()
    sheet.very_hidden()
