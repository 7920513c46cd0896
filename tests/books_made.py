"""Workbooks as a spreadsheet program saves them: their cells, and other text written into some of them."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path


def cells(file: Path, sheet: str = "Review") -> list[list[str]]:
    """What a sheet says, row by row."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [[str(cell) for cell in row] for row in rows]


def change(file: Path, sheet: str, changes: Mapping[tuple[int, int], str]) -> None:
    """Write other text into cells, as a spreadsheet program saves it: (row from 1, column from 0) -> text."""
    names = re.findall(r'<sheet name="([^"]+)"', zipfile.ZipFile(file).read("xl/workbook.xml").decode())
    page = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    parts = {}
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    text = parts[page].decode()
    for (row, column), value in changes.items():
        at = f"{chr(ord('A') + column)}{row}"
        cell = f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
        text, done = re.subn(rf'<c r="{at}"(?: [^>/]*)?(?:/>|>.*?</c>)', cell, text)
        assert done == 1, at
    parts[page] = text.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
