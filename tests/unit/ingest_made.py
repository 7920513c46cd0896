"""Small extracts and layouts for the tests of receiving."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from kithmap.ingest.layouts import Layout
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.receive import Received, read_extract

PEOPLE = """
name = "people"
holder = "A school"
[person]
id = "Ref"
name = "Name"
dob = "DOB"
"""


def layout_of(text: str) -> Layout:
    return parse_layout(text)


def write(folder: Path, text: str | bytes, name: str = "extract.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def receive(path: Path, layout: str = PEOPLE, **options: Any) -> Received:
    return read_extract(path, layout_of(layout), **({"receipt_no": 1} | options))


def receive_text(folder: Path, text: str | bytes, layout: str = PEOPLE, **options: Any) -> Received:
    return receive(write(folder, text), layout, **options)


def rows_of(received: Received, table: str, *columns: str) -> list[Any]:
    """The rows of a record table: values where one column is asked for, else tuples."""
    rows = received.tables[table].to_pylist()
    if len(columns) == 1:
        return [row[columns[0]] for row in rows]
    return [tuple(row[column] for column in columns) for row in rows]


def refused(received: Received, kind: str = "row") -> list[tuple[int, str]]:
    return [(one.row, one.what) for one in received.receipt.refusals if one.kind == kind]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook; dates are typed cells, and text beginning with = is a live formula."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": True, "default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()
    return path


def zipped(parts: dict[str, bytes | str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def raw_xlsx(sheet_xml: str | bytes, **more: str | bytes) -> bytes:
    """A workbook of one sheet, 'Data', with the given page."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped(
        {
            "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet_xml,
            **more,
        }
    )


def page(*rows: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
