"""The marks that every figure shares: rows as data, a number beside its bar, an open mark for withheld."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from kithmap.governance.cells import Cell
from kithmap.products.svg import INK, QUIET, WHITE

# Room for one letter of 13 px text in the widest common sans serif (DejaVu Sans), so that
# nothing is cut off on a machine without Arial.
LETTER = 7.8


def room_for(texts: Sequence[str]) -> float:
    """The width the longest of these texts needs."""
    return max(map(len, texts), default=0) * LETTER + 8


def data(rows: Sequence[Mapping[str, object]]) -> alt.InlineData:
    """Rows held in the chart itself."""
    return alt.InlineData(values=[dict(row) for row in rows])


def open_marks(rows: Sequence[Mapping[str, object]], **places: Any) -> list[alt.Chart]:
    """An open, dashed box that says `[c]`, where a value is withheld."""
    held = alt.Chart(data(rows)).encode(**places)
    box = held.mark_point(shape="square", size=520, filled=True, fill=WHITE, stroke=QUIET, strokeDash=[3, 2])
    return [
        box,
        held.mark_text(fontSize=12, color=INK, baseline="middle", align="center").encode(text="words:N"),
    ]


def split(
    rows: Sequence[Mapping[str, object]],
) -> tuple[list[Mapping[str, object]], list[Mapping[str, object]]]:
    """Rows with a value, and rows whose value is withheld or not known."""
    return [row for row in rows if row["value"] is not None], [row for row in rows if row["value"] is None]


def number(cell: Cell) -> dict[str, object]:
    """A cell as a chart's data: its value, and the words printed for it."""
    return {"value": cell.value, "words": str(cell)}


def layered(*layers: alt.Chart, width: float | alt.Step, height: float | alt.Step) -> alt.LayerChart:
    """Marks drawn over each other on one pair of axes."""
    return alt.LayerChart(layer=list(layers), width=width, height=height)
