"""Templates to fill in: of a layout for the holder who sends extracts, of a register for whoever keeps it."""

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted
from kithmap.desk.authorities import known_authorities
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import Action
from kithmap.ingest.collection import layout_template
from kithmap.ingest.layouts import Layout
from kithmap.ingest.templates import Asked, Kind, Template, write_template
from kithmap.model.codes import read_rows
from kithmap.model.entries import PARTED, choices_of, said
from kithmap.model.registers import NO_NAMES, RegisterColumn, get_register
from kithmap.register.audit import Act

_KINDS: dict[str, Kind] = {
    "text": "text", "long": "text", "whole": "whole", "date": "date", "time": "time",
    "code": "one of", "authority": "one of", "codes": "some of",
}  # fmt: skip


def collection_tool(layout: Layout) -> bytes:
    """The workbook that a holder fills in and the layout reads: nothing of any person is in it."""
    return write_template(layout_template(layout), clock.now())


def register_template(workspace: Workspace, register: str, *, who: str) -> bytes:
    """The workbook to fill in for a register.

    Raises: NotPermitted, NotFound.
    """
    table = get_register(register)
    check_permitted(workspace, Act(who, "register template", ALLOW, table.name), Action.SEE_REGISTERS)
    authorities = dict(known_authorities(workspace))
    lines = (
        table.about,
        f"One row is {table.entry}. {NO_NAMES}",
        "Save it as a workbook (.xlsx) and send it in on the page of the register. The same file a second time changes nothing.",
    )
    columns = tuple(_asked(column, authorities) for column in table.columns)
    # A sheet's name in Excel has at most 31 characters.
    return write_template(Template(table.title[:31], table.title, lines, columns), clock.now())


def _asked(column: RegisterColumn, authorities: dict[str, str]) -> Asked:
    choices = choices_of(column, authorities)
    example = column.example
    if column.kind in ("code", "codes"):
        codes = [part.strip() for part in example.split(PARTED)]
        example = said(column, codes if column.kind == "codes" else codes[0], authorities) if example else ""
    return Asked(
        column.label, column.hint, column.required, _KINDS[column.kind], choices, example,
        _source(column), PARTED, column.least, column.most,
    )  # fmt: skip


def _source(column: RegisterColumn) -> str:
    if column.kind == "authority":
        return "the agreements of this workspace"
    listed = {row["source"] for row in read_rows(column.codes)} if column.codes else set[str]()
    return "; ".join(sorted(listed))
