"""Keys of rows and mentions: whole numbers that say where a record came from."""

from typing import NamedTuple

ROW_SHIFT = 6
RECEIPT_SHIFT = 36
MAX_SLOT = (1 << ROW_SHIFT) - 1
MAX_ROW = (1 << (RECEIPT_SHIFT - ROW_SHIFT)) - 1


def row_id(receipt_no: int, row: int) -> int:
    """The key of one row of one extract.

    >>> row_id(2, 3)
    137438953664
    """
    return (receipt_no << RECEIPT_SHIFT) + (row << ROW_SHIFT)


def receipt_no_of(key: int) -> int:
    """The receipt a row or mention key belongs to."""
    return key >> RECEIPT_SHIFT


def row_of(key: int) -> int:
    """The data row (1 for the first) a row or mention key belongs to."""
    return (key >> ROW_SHIFT) & MAX_ROW


def slot_of(key: int) -> int:
    """The slot of a mention within its row; 0 for the row itself."""
    return key & MAX_SLOT


class Origin(NamedTuple):
    """Where a mention stands, whatever receipt its file has now: the file's hash, the row, the slot."""

    sha256: str
    row: int
    slot: int
