"""A Result is an exact answer, kept inside; a Release has passed disclosure control and may leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, final

import pyarrow as pa

from kithmap.governance.cells import Cell
from kithmap.governance.levels import Level
from kithmap.measures.measure import Measure


@dataclass(frozen=True, repr=False)
class Result:
    """The exact answer to a measure, with everything needed to judge and repeat it.

    extracts: the receipts of the extracts that it rests on. inside: its rows as whoever asked may see them.
    Its repr shows the shape, never the rows.
    """

    measure: Measure
    options: Mapping[str, Any]
    table: pa.Table
    sentence: str
    unit: str
    caveats: tuple[str, ...]
    build: str
    purpose: str
    asked_by: str
    extracts: tuple[int, ...] = ()
    inside: "tuple[Mapping[str, Cell | str | None], ...]" = ()

    def __repr__(self) -> str:
        return f"<Result {self.measure.name}: {self.table.num_rows} rows, {len(self.table.column_names)} columns>"


@final
@dataclass(frozen=True, repr=False)
class Release:
    """An answer that may leave: counts are cells, withheld where they must be.

    Built only by `desk.release_content`, from what passed disclosure control.
    """

    release_id: str
    measure: str
    question: str
    unit: str
    columns: tuple[str, ...]
    counts: tuple[str, ...]
    rows: tuple[Mapping[str, "Cell | str | None"], ...]
    sentence: str
    caveats: tuple[str, ...]
    chart: str
    level: Level
    build: str
    purpose: str
    to: str
    approved_by: tuple[str, ...]
    released_at: datetime
    options: Mapping[str, Any]

    def __init__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("A Release is made only by desk.share, after disclosure control.")

    def __repr__(self) -> str:
        return f"<Release {self.release_id} {self.measure} at {self.level.value}: {len(self.rows)} rows>"
