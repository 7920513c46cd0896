"""Templates to fill in: a workbook with headings, drop-downs from code lists, notes, an example row.

The example stands above the headings, so that nobody's example is ever read as a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Literal

Kind = Literal["text", "one of", "offered", "some of", "date", "time", "whole", "number"]
"""What a cell takes: `offered` may be chosen or left for other words, `some of` are several in one cell."""

NOTES, CODES = "Notes", "Codes"
HEAD = 5
ROWS = 2_000
MOST_HEADING, MOST_MESSAGE = 32, 255
_FORMATS = {"date": "dd/mm/yyyy", "time": "hh:mm", "whole": "0", "number": "0.######"}
_NAMED = {";": "a semicolon", ",": "a comma", " ": "a space", "/": "a stroke"}
_FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class Asked:
    """One column of a template: what is asked, how it is written, what may be chosen, an example.

    choices: what may be written, each after its code or its meaning. source: where the code list comes from.
    parted: what stands between several in one cell.
    """

    heading: str
    note: str = ""
    needed: bool = False
    kind: Kind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    source: str = ""
    parted: str = ";"
    least: int = 0
    most: int = 10**9

    @property
    def message(self) -> str:
        """What is shown beside a cell that is being filled in."""
        several = f"Several in one cell are parted by {_NAMED.get(self.parted, self.parted)}."
        how = {"some of": several, "date": "A date, day first."}.get(self.kind, "")
        note = self.note if not self.note or self.note.endswith(".") else f"{self.note}."
        return " ".join(part for part in ("Needed." if self.needed else "", note, how) if part)


@dataclass(frozen=True)
class Template:
    """A workbook to fill in: the name of its sheet, its title, lines that tell how, and its columns.

    head: the row of its headings, 1 for the first; hints and the example stand above them where there is room.
    """

    sheet: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Asked, ...]
    head: int = HEAD


def write_template(template: Template, at: datetime) -> bytes:
    """The workbook (.xlsx): the sheet to fill in, the notes, the codes.

    at: when it is made.
    """
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    out = BytesIO()
    book: Any = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": template.title, "created": at.replace(tzinfo=None)})
    looks = _looks(book)
    page = book.add_worksheet(template.sheet)
    notes, codes = book.add_worksheet(NOTES), book.add_worksheet(CODES)
    ranges = _write_codes(codes, template.columns, looks)
    _write_sheet(page, template, looks, ranges)
    _write_notes(notes, template, looks)
    book.close()
    return out.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    told = {"text_wrap": True, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "told": book.add_format(told),
        "hint": book.add_format({**told, "font_color": "#505A5F", "font_size": 9}),
        "example": book.add_format({**told, "italic": True, "bg_color": "#F3F2F1"}),
        "head": book.add_format({**told, "bold": True, "bottom": 2, "bg_color": "#D9E0E3"}),
        "needed": book.add_format({**told, "bold": True, "bottom": 2, "bg_color": "#FFF3B0"}),
        # Text, so that no number loses its zeros and nothing that is typed becomes a formula.
        "text": book.add_format({"num_format": "@"}),
        **{kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()},
    }


def _write_sheet(page: Any, template: Template, looks: dict[str, Any], ranges: dict[str, str]) -> None:
    """Title and instruction, hints, the example, the headings; below them the rows to fill in."""
    head = template.head - 1
    for at, column in enumerate(template.columns):
        look = looks.get(column.kind, looks["text"])
        page.set_column(at, at, _width(column), look)
        page.write_string(head, at, column.heading, looks["needed" if column.needed else "head"])
        rule = _rule(column, ranges.get(column.heading, ""))
        page.data_validation(head + 1, at, head + ROWS, at, rule)
    if template.head >= HEAD:
        _write_above(page, template, looks)
    page.freeze_panes(head + 1, 1)
    page.set_landscape()
    page.repeat_rows(head)


def _write_above(page: Any, template: Template, looks: dict[str, Any]) -> None:
    page.write_string(0, 0, template.title, looks["title"])
    told = f"The row in grey is an example and is not read. Fill in below the headings; yellow ones are needed. See {NOTES}."
    page.write_string(1, 0, told)
    page.set_row(2, 75)
    for at, column in enumerate(template.columns):
        page.write_string(2, at, column.note, looks["hint"])
        page.write_string(3, at, column.example, looks["example"])


def _rule(column: Asked, chosen_from: str) -> dict[str, Any]:
    """What Excel checks as a cell is filled in; whoever takes the file checks it all again."""
    title, message = column.heading[:MOST_HEADING], column.message[:MOST_MESSAGE]
    told = {"error_title": title, **({"input_title": title, "input_message": message} if message else {})}
    if column.kind in ("one of", "offered") and chosen_from:
        # Other words are let through where the list is not all there is.
        strict = {"error_type": "stop" if column.kind == "one of" else "information"}
        return {
            "validate": "list",
            "source": chosen_from,
            "error_message": "Not in the list.",
            **strict,
            **told,
        }
    if column.kind == "date":
        return {"validate": "date", "criteria": ">=", "value": _FIRST_DAY, "error_message": "A date, such as 01/09/2025.", **told}  # fmt: skip
    if column.kind == "whole":
        bounds = {"criteria": "between", "minimum": column.least, "maximum": column.most}
        wrong = f"A whole number from {column.least:,} to {column.most:,}."
        return {"validate": "integer", **bounds, "error_message": wrong, **told}
    return {"validate": "any", **told}


def _width(column: Asked) -> int:
    longest = max((len(written) for _, written in column.choices), default=0)
    return min(max(12, len(column.heading) + 2, len(column.example) + 2, longest + 2), 36)


def _write_codes(page: Any, columns: Sequence[Asked], looks: dict[str, Any]) -> dict[str, str]:
    """What may be chosen, each beside its code or meaning; and where the choices of each heading are."""
    from xlsxwriter.utility import xl_range_abs

    ranges: dict[str, str] = {}
    listed = [column for column in columns if column.choices]
    page.write_string(0, 0, "What may be chosen, by heading; beside each, its code or what it means.")
    for number, column in enumerate(listed):
        at = 3 * number
        page.write_string(2, at, column.heading, looks["head"])
        page.write_string(2, at + 1, "Code or meaning", looks["head"])
        page.set_column(at, at, 44)
        for down, (beside, written) in enumerate(column.choices, start=3):
            page.write_string(down, at, written)
            page.write_string(down, at + 1, beside)
        ranges[column.heading] = f"='{CODES}'!{xl_range_abs(3, at, 2 + len(column.choices), at)}"
    return ranges


def _write_notes(page: Any, template: Template, looks: dict[str, Any]) -> None:
    """What it is for, then each column: what it means, whether it is needed, how it is written."""
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 90)
    page.set_column(2, 4, 24)
    page.write_string(0, 0, template.title, looks["title"])
    for row, line in enumerate(template.lines, start=1):
        page.write_string(row, 0, line)
    head = len(template.lines) + 2
    for at, name in enumerate(("Heading", "What to write", "Example", "Needed", "Source of its code list")):
        page.write_string(head, at, name, looks["head"])
    for row, column in enumerate(template.columns, start=head + 1):
        needed = "yes" if column.needed else "no"
        said = (column.heading, column.message, column.example, needed, column.source)
        for at, text in enumerate(said):
            page.write_string(row, at, text, looks["told"])
