"""Binary workbooks (XLSB): the extent of a sheet, found before a reader lays out every cell."""

from kithmap.ingest.archives import SheetFacts, check_extent

_ROW = 0
_CELLS = range(1, 12)


def scan_page(page: bytes, facts: SheetFacts, name: str) -> None:
    """Widen the facts of a sheet by its rows and cells; a page cut short ends where it ends.

    Raises: LayoutMismatch when it is too large.
    Source: [MS-XLSB] 2.1.4, records: a type and a size in steps of seven bits, then the content.
    """
    at, end = 0, len(page)
    while at < end:
        kind, at = _number(page, at, 2)
        size, at = _number(page, at, 4)
        if kind == _ROW:
            facts.rows = max(facts.rows, int.from_bytes(page[at : at + 4], "little") + 1)
        elif kind in _CELLS:
            facts.columns = max(facts.columns, int.from_bytes(page[at : at + 4], "little") + 1)
        at += size
    check_extent(facts.columns, facts.rows, name)


def _number(page: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        if at >= len(page):
            break
        byte = page[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at
