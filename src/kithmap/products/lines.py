"""Counts over time: one panel a kind of harm, so that no line is told from another by colour."""

from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.marks import PANEL_TITLE, Spec, draw, layered, number, split, words
from kithmap.products.order import ordered
from kithmap.products.svg import BAR, MAIN, QUIET, WHITE
from kithmap.products.words import NO_NAMES, Names, shown

_WIDTH, _HEIGHT = 280, 90
_UNDATED = ("All", "Not dated")
_STRAIGHT_UP_FROM = 14


def draw_lines(release: Release, names: Names = NO_NAMES) -> Spec:
    """Draw each harm's quarters from left to right; a withheld quarter is an open mark, and breaks the line."""
    rows = [row for row in ordered(release) if row.get("quarter") not in _UNDATED]
    quarters = sorted({str(row["quarter"]) for row in rows})
    harms = list(dict.fromkeys(str(row["harm"]) for row in rows))
    most = max((cell.value or 0 for row in rows if isinstance(cell := row["young_people"], Cell)), default=0)
    panels = [_panel(rows, harm, quarters, 1.15 * (most or 1), names) for harm in harms]
    return {"concat": panels, "columns": 2, "spacing": {"row": 26, "column": 36}}


def _panel(rows: list[Any], harm: str, quarters: list[str], most: float, names: Names) -> Spec:
    cells = {str(row["quarter"]): row["young_people"] for row in rows if row["harm"] == harm}
    # A quarter without a row is one in which nobody came to notice: none, and not unknown.
    marks = [{"quarter": quarter, "piece": 0, **number(cells.get(quarter, Cell(0)))} for quarter in quarters]
    known, held = split(marks)
    x = alt.X(
        "quarter:N",
        scale=alt.Scale(domain=quarters, padding=0.5),
        axis=alt.Axis(title=None, labelAngle=-90, labelFontSize=12, grid=False, ticks=False),
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[0, most], nice=True),
        axis=alt.Axis(title=None, tickCount=3, format=",d"),
    )
    flat = {"y": alt.YValue(_HEIGHT - 6)}
    box = {"shape": "square", "size": 110, "fill": WHITE, "stroke": QUIET, "strokeDash": [3, 2]}
    harm_label = "Any kind of harm" if harm == "Any" else shown("harm", harm, names)
    return layered(
        draw(
            "line", _pieces(marks), {"stroke": BAR, "strokeWidth": 2}, x=x, y=y, detail=alt.Detail("piece:N")
        ),
        draw("point", known, {"filled": True, "size": 36, "color": MAIN, "opacity": 1}, x=x, y=y),
        *([] if len(quarters) > _STRAIGHT_UP_FROM else [words(known, {"dy": -10, "fontSize": 12}, x=x, y=y)]),
        draw("point", held, box, x=x, **flat),
        words(held, {"fontSize": 12, "dy": -12}, x=x, **flat),
        width=_WIDTH,
        height=_HEIGHT,
        title={"text": harm_label, "offset": 14, **PANEL_TITLE},
    )


def _pieces(marks: list[dict[str, object]]) -> list[dict[str, object]]:
    """The quarters that are known, in pieces without a gap: a line drawn over a gap would guess what is withheld."""
    piece, found = 0, list[dict[str, object]]()
    for mark in marks:
        if mark["value"] is None:
            piece += 1
        else:
            found.append({**mark, "piece": piece})
    return found
