"""OpenDocument sheets: their extent and formulas, found before a reader unfolds repeated cells."""

import zipfile
from xml.etree import ElementTree as ET  # the pages were searched for entities and document types before

from kithmap.errors import UnreadableFile
from kithmap.ingest.archives import SheetFacts, check_extent

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def scan_content(archive: zipfile.ZipFile, name: str) -> dict[str, SheetFacts]:
    """Facts of every sheet, counting filled cells as often as they are repeated.

    Raises: UnreadableFile, LayoutMismatch.
    """
    sheets: dict[str, SheetFacts] = {}
    current, row, column, filled = SheetFacts(), 0, 0, 0
    try:
        with archive.open("content.xml") as page:
            for moment, element in ET.iterparse(page, events=("start", "end")):  # noqa: S314  checked above
                if element.tag == f"{_TABLE}table" and moment == "start":
                    current = sheets.setdefault(element.get(f"{_TABLE}name", ""), SheetFacts())
                    row = 0
                elif element.tag == f"{_TABLE}table-row" and moment == "start":
                    row, column, filled = row + 1, 0, 0
                elif element.tag == f"{_TABLE}table-cell" and moment == "start":
                    column, filled = _scan_cell(element, current, row, column, filled)
                elif element.tag == f"{_TABLE}table-row":
                    times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                    row += times - 1
                    if filled:
                        current.rows = max(current.rows, row)
                        check_extent(current.columns, current.rows, name)
                    element.clear()
    except (KeyError, ET.ParseError, ValueError) as problem:
        raise UnreadableFile(
            f"{name} is an OpenDocument sheet that is damaged or was not written to its end.",
            "A whole sheet.",
            "Wait until it has been copied or saved, or ask for it again.",
        ) from problem
    return sheets


def _scan_cell(element: ET.Element, sheet: SheetFacts, row: int, column: int, filled: int) -> tuple[int, int]:
    times = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
    if element.get(f"{_OFFICE}value-type"):
        filled = column + times
        sheet.columns = max(sheet.columns, filled)
    if element.get(f"{_TABLE}formula"):
        sheet.formulas.add((row, column + 1))
    return column + times, filled
