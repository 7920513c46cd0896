"""Records of an audit sample as a workbook to fill in: each beside all who may be the same person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_marks import Mark, Sheet, mark, read_sheets
from kithmap.desk.audit_sample import sit_at_sample
from kithmap.desk.audit_second import find_second, lookers
from kithmap.desk.review_sheet import (
    CONTROL,
    FIELDS,
    HANDLING,
    HEAD_CELLS,
    INSTRUCTIONS,
    Head,
    seal_head,
    seal_row,
)
from kithmap.desk.sitting import Sitting
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, NotPermitted, WrongUse
from kithmap.register.audit import Act
from kithmap.register.audit_samples import WAITING, AuditSample

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


@dataclass(frozen=True)
class Imported:
    """What came of an import: the sample, records marked, records left empty."""

    sample: str
    records: int
    left_empty: int


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
    act = Act(who, "audit-sample export", ALLOW, file.name, purpose)
    sitting, kept = sit_at_sample(workspace, act, sample)
    if file.suffix.lower() != ".xlsx":
        raise WrongUse(f"{file.name} is not a workbook.", "A file that ends in .xlsx.", "Name such a file.")
    sheets = read_sheets(sitting, kept, _waiting(sitting, kept, again=again)[:most])
    made_at = f"{clock.now():%d/%m/%Y %H:%M} UTC"
    _write(workspace, file, Head(kept.sample_id, kept.build_id, purpose, who, made_at, len(sheets)), sheets)
    note(
        workspace,
        replace(act, details={"sample": kept.sample_id, "records": [each.number for each in sheets]}),
    )
    return Exported(kept.sample_id, str(file), len(sheets))


def import_sheets(workspace: Workspace, file: Path, *, purpose: str, who: str) -> Imported:
    """Take in the marks of a workbook that this reviewer exported and filled in: all of them or none.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, UnreadableFile, DataProblem.
    """
    head, rows = _read(workspace, file)
    act = Act(who, "audit-sample import", ALLOW, file.name, purpose)
    with refusals_noted(workspace, act):
        if head.reviewer != who or head.purpose != purpose:
            raise NotPermitted(
                f"The workbook {file.name} was made for another reviewer or another purpose.",
                "A workbook imported by whoever it was exported for, for the purpose it names.",
                "Have that reviewer import it, or export one of your own.",
            )
    marks = [found for block in rows if (found := _marked(file, block)) is not None]
    mark(workspace, marks, purpose=purpose, who=who, sample=head.workbook)
    told = {"sample": head.workbook, "records": [each.number for each in marks]}
    note(workspace, replace(act, details=told))
    return Imported(head.workbook, len(marks), len(rows) - len(marks))


def _waiting(sitting: Sitting, sample: AuditSample, *, again: bool) -> list[Any]:
    if not again:
        return [record for record in sample.records if record.state == WAITING]
    asked = find_second(sitting.engine, sitting.made, sample)
    return [
        record for record in sample.records if record.number in asked and sitting.who not in lookers(record)
    ]


def _lines(sheet: Sheet) -> list[list[str]]:
    """The rows of a record: itself, then all that is shown beside it."""
    number = str(sheet.number)
    rows = [[number, THE_RECORD, sheet.source, *(sheet.said[field] or "" for field in FIELDS)]]
    for each in sheet.beside:
        many = f" ({each.records} records)" if each.records > 1 else ""
        said = (each.said[field] or "" for field in FIELDS)
        rows.append([number, str(each.place), f"{each.source}{many}", *said])
    return rows


def _write(workspace: Workspace, file: Path, head: Head, sheets: Sequence[Sheet]) -> None:
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    partial = file.with_name(f".{file.name}.part")
    # Nobody else reads it, not even while it is being written.
    partial.touch(mode=0o600)
    book: Any = xlsxwriter.Workbook(str(partial), {"strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": "Audit sample", "comments": HANDLING})
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
    _write_audit(book.add_worksheet(AUDIT), looks, [_lines(sheet) for sheet in sheets])
    _write_control(book.add_worksheet(CONTROL), workspace, head, sheets)
    book.close()
    partial.replace(file)


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
        lines = _lines(each)
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


def _read(workspace: Workspace, file: Path) -> tuple[Head, list[list[list[str]]]]:
    """What the workbook is, and its records as filled in, each row with its last cell; sealed ones only."""
    from kithmap.ingest.files import read_file
    from kithmap.ingest.workbooks import Workbook, cell_text

    book = Workbook(read_file(file))
    if not {AUDIT, CONTROL} <= set(book.sheets):
        raise _altered(file, "it has not the sheets of an audit workbook")
    audit, control = (
        [[cell_text(cell).strip() for cell in row] for row in book.rows(name)] for name in (AUDIT, CONTROL)
    )
    try:
        held = {row[0]: row[1] for row in control[: len(HEAD_CELLS)]}
        head = Head(**{**{name: held[name] for name in HEAD_CELLS}, "pairs": int(held["pairs"])})  # type: ignore[arg-type]
        first = len(HEAD_CELLS) + 1
        listed = [(row[0], int(row[1]), row[2]) for row in control[first : first + head.pairs]]
        seal = control[len(HEAD_CELLS)][1]
    except (IndexError, ValueError, KeyError) as fault:
        raise _altered(file, "rows or columns are missing") from fault
    blocks: list[list[list[str]]] = []
    row = HEADINGS_ROW
    for number, size, sealed in listed:
        block = [[*line, *[""] * len(COLUMNS)][: len(COLUMNS)] for line in audit[row : row + size]]
        shown = [line[: len(LED_BY)] for line in block]
        if sealed != seal_row(workspace, head, (head.workbook, number), shown):
            raise _altered(file, f"sheet '{AUDIT}', rows {row + 1} to {row + size} are not as exported")
        blocks.append(block)
        row += size
    if seal != seal_head(workspace, head, [sealed for _, _, sealed in listed]):
        raise _altered(file, "records were taken out or put in")
    return head, blocks


def _marked(file: Path, block: list[list[str]]) -> Mark | None:
    """What was filled in of one record; None where it was left empty."""
    record, *beside = block
    filled = {int(line[1]): line[-1].lower() for line in beside if line[-1]}
    word = record[-1].lower()
    if not word and not filled:
        return None
    unknown = set(filled.values()) - {SAME, NOT_SURE}
    if word not in (SEEN, TOO_LITTLE) or unknown or (word == TOO_LITTLE and filled):
        raise DataProblem(
            f"The workbook {file.name} cannot be taken in: record {record[0]} is not filled in as it must be.",
            f"'{SEEN}' or '{TOO_LITTLE}' beside the record, and '{SAME}' or '{NOT_SURE}' beside some of the others;"
            f" none beside a record that {TOO_LITTLE}.",
            "Put it right in the workbook, and import it again. Nothing was taken in.",
        )
    places = {
        chosen: frozenset(place for place, said in filled.items() if said == chosen)
        for chosen in (SAME, NOT_SURE)
    }
    return Mark(int(record[0]), places[SAME], places[NOT_SURE], says_too_little=word == TOO_LITTLE)


def _altered(file: Path, how: str) -> DataProblem:
    return DataProblem(
        f"The workbook {file.name} cannot be taken in: {how}.",
        "A workbook as `kithmap audit-sample export` wrote it, with nothing changed but the yellow cells.",
        "Export the records again, and copy the marks over.",
    )
