"""What receiving an extract found: the receipt, and every refusal on it."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

LISTED = 500
"""How many refusals a receipt lists in full; the counts are always complete."""


@dataclass(frozen=True)
class Refusal:
    """One row or cell that was not taken, where it stands, and what to do. Never the value itself."""

    kind: Literal["row", "cell"]
    sheet: str
    row: int
    line: int
    column: str
    what: str
    expected: str
    do: str


@dataclass(frozen=True)
class RefusalCount:
    """How often one thing was refused, and where first."""

    kind: Literal["row", "cell"]
    column: str
    what: str
    count: int
    first_row: int


@dataclass(frozen=True)
class Receipt:
    """What came in, what was kept, what was refused and why.

    `filled` is the share of rows kept in which a column is filled.
    `rows_in` is always `rows_kept` plus `rows_refused`. `refusals` lists the first 500 in full;
    `summary` counts them all.
    """

    name: str
    sha256: str
    layout: str
    holder: str
    receipt_no: int
    rows_in: int
    rows_kept: int
    rows_refused: int
    cells_refused: int
    mentions: int
    sheet: str
    header_line: int
    encoding: str
    refusals: tuple[Refusal, ...] = ()
    summary: tuple[RefusalCount, ...] = ()
    notes: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()
    first_on: date | None = None
    last_on: date | None = None
    tables: dict[str, int] = field(default_factory=dict)
    filled: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The receipt as plain values, for JSON."""
        plain = asdict(self)
        for name in ("first_on", "last_on"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        return plain
