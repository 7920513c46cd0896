"""Records of an audit sample as a workbook to fill in: each beside all who may be the same person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.audit_marks import Sheet, find_people, find_waiting, read_sheets
from kithmap.desk.audit_sample import sit_at_sample
from kithmap.desk.review_sheet import (
    CONTROL,
    FIELDS,
    HANDLING,
    HEAD_CELLS,
    INSTRUCTIONS,
    Head,
    begin_book,
    seal_head,
    seal_row,
    write_private,
)
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.register.audit import Act

AUDIT = "Audit"
LED_BY = ("record", "place", "source", *FIELDS)
COLUMNS = (*LED_BY, "same person?")
HEADINGS_ROW = 1
SEEN, TOO_LITTLE, SAME, NOT_SURE = "looked at", "says too little", "same", "not sure"
THE_RECORD = "the record"
WIDTHS = {"record": 7, "place": 11, "source": 30, "same person?": 16}
STEPS = (
    "What to do",
    "1. Each record stands in bold; below it, all who may be the same person, the likeliest first.",
    f"2. In the yellow cell of every row that is the same person, choose '{SAME}'; where nobody could tell, '{NOT_SURE}'.",
    (
        f"3. In the yellow cell of the record, choose '{SEEN}' when you have been through all of them, even if none is the"
        f" same person; or '{TOO_LITTLE}' where nobody could tell whose record it is."
    ),
    "4. Leave a record empty that you have not looked at; save the workbook, and have it imported.",
    "Numbers show their last digits only. What the computer decided is not shown: decide for yourself.",
    "Nothing but the yellow cells can be changed: a workbook in which anything else was changed is refused.",
)


@dataclass(frozen=True)
class Exported:
    """What came of an export: the sample, the file, and how many records are in it."""

    sample: str
    file: str
    records: int


def export_sheets(
    workspace: Workspace,
    file: Path,
    *,
    purpose: str,
    who: str,
    most: int = 50,
    again: bool = False,
    sample: str | None = None,
) -> Exported:
    """Write the first records that wait into a workbook; again: those that wait for a second look.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    done, content = make_audit_workbook(
        workspace, str(file), purpose=purpose, who=who, most=most, again=again, sample=sample
    )
    write_private(file, content)
    return done


def make_audit_workbook(
    workspace: Workspace,
    name: str,
    *,
    purpose: str,
    who: str,
    most: int = 50,
    again: bool = False,
    sample: str | None = None,
) -> tuple[Exported, bytes]:
    """The same as bytes, for whoever hands the workbook on under a name: nothing of it is written here.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    file = Path(name)
    act = Act(who, "audit-sample export", ALLOW, file.name, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    if file.suffix.lower() != ".xlsx":
        raise WrongUse(f"{file.name} is not a workbook.", "A file that ends in .xlsx.", "Name such a file.")
    records = find_waiting(sitting, kept, again=again)[:most]
    sheets = read_sheets(sitting, kept, records)
    made_at = f"{clock.now():%d/%m/%Y %H:%M} UTC"
    content = _written(
        workspace, Head(kept.sample_id, kept.build_id, purpose, who, made_at, len(sheets)), sheets
    )
    told = {
        "sample": kept.sample_id,
        "records": [each.number for each in sheets],
        "people": find_people(sitting, kept, records),
    }
    note(workspace, replace(act, details=told))
    return Exported(kept.sample_id, name, len(sheets)), content


def lines_of(sheet: Sheet) -> list[list[str]]:
    """The rows of a record: itself, then all that is shown beside it."""
    number = str(sheet.number)
    rows = [[number, THE_RECORD, sheet.source, *(sheet.said[field] or "" for field in FIELDS)]]
    for each in sheet.beside:
        many = f" ({each.records} records)" if each.records > 1 else ""
        said = (each.said[field] or "" for field in FIELDS)
        rows.append([number, str(each.place), f"{each.source}{many}", *said])
    return rows


def _written(workspace: Workspace, head: Head, sheets: Sequence[Sheet]) -> bytes:
    book, out = begin_book("Audit sample")
    told = {"text_wrap": True, "valign": "top", "num_format": "@"}
    looks = {
        "told": book.add_format(told),
        "record": book.add_format({**told, "bold": True, "top": 2, "bg_color": "#D9E0E3"}),
        "filled": book.add_format({**told, "locked": False, "bg_color": "#FFF3B0", "border": 1}),
    }
    steps = book.add_worksheet(INSTRUCTIONS)
    steps.set_column(0, 0, 110)
    for row, line in enumerate(
        (HANDLING, f"Build {head.build}, made for {head.reviewer} on {head.made_at}.", "", *STEPS)
    ):
        steps.write_string(row, 0, line, looks["told"])
    steps.protect()
    _write_audit(book.add_worksheet(AUDIT), looks, [lines_of(sheet) for sheet in sheets])
    _write_control(book.add_worksheet(CONTROL), workspace, head, sheets)
    book.close()
    return out.getvalue()


def _write_audit(sheet: Any, looks: dict[str, Any], blocks: Sequence[list[list[str]]]) -> None:
    sheet.set_landscape()
    sheet.set_header(f"&L{HANDLING.partition('.')[0]}&RPage &P of &N")
    for at, name in enumerate(COLUMNS):
        sheet.set_column(at, at, WIDTHS.get(name, 17))
        sheet.write_string(0, at, name, looks["record"])
    row, last = HEADINGS_ROW, len(LED_BY)
    for block in blocks:
        for down, line in enumerate(block):
            for at, text in enumerate(line):
                sheet.write_string(row, at, text, looks["told" if down else "record"])
            sheet.write_blank(row, last, None, looks["filled"])
            choices = [SAME, NOT_SURE] if down else [SEEN, TOO_LITTLE]
            sheet.data_validation(row, last, row, last, {"validate": "list", "source": choices})
            row += 1
    sheet.freeze_panes(HEADINGS_ROW, 3)
    sheet.repeat_rows(0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_control(sheet: Any, workspace: Workspace, head: Head, sheets: Sequence[Sheet]) -> None:
    seals: list[str] = []
    for place, each in enumerate(sheets, 1):
        lines = lines_of(each)
        seals.append(seal_row(workspace, head, (head.workbook, str(each.number)), lines))
        for at, text in enumerate((str(each.number), str(len(lines)), seals[-1])):
            sheet.write_string(len(HEAD_CELLS) + place, at, text)
    for row, name in enumerate(HEAD_CELLS):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, str(getattr(head, name)))
    sheet.write_string(len(HEAD_CELLS), 0, "seal")
    sheet.write_string(len(HEAD_CELLS), 1, seal_head(workspace, head, seals))
    sheet.protect()
    sheet.very_hidden()
