"""One question over two: a matrix of numbers, darker where there are more."""

from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.marks import data, layered, number, room_for
from kithmap.products.svg import EMPTY, FIGURE_WIDTH, INK, WHITE, WITHHELD_FILL
from kithmap.products.words import is_number, shown

_ROW = 40
_SHADES = ["#f2f7f9", "#12506a"]
_DARK = 0.55


def draw_matrix(release: Release) -> dict[str, Any]:
    """Draw the first text column across and the second down, each box with its number in it."""
    across, down = [c for c in release.columns if not is_number(release, c)][:2]
    count = release.counts[0]
    rows = [_box(row, across, down, count) for row in release.rows]
    most = max((box["value"] for box in rows if box["value"] is not None), default=0) or 1
    columns, lines = (list(dict.fromkeys(box[side] for box in rows)) for side in ("across", "down"))
    room = room_for(lines)
    x = alt.X(
        "across:N", scale=alt.Scale(domain=columns, padding=0), axis=alt.Axis(orient="top", **_QUIET_AXIS)
    )
    y = alt.Y(
        "down:N",
        scale=alt.Scale(domain=lines, padding=0),
        axis=alt.Axis(minExtent=room, maxExtent=room, **_QUIET_AXIS),
    )
    counted = [box for box in rows if box["value"] is not None]
    held = [box for box in rows if box["value"] is None]
    base = alt.Chart(data(counted)).encode(x=x, y=y)
    shade = alt.Scale(domain=[0, most], range=_SHADES, interpolate="lab")
    on_shade = alt.condition(f"datum.value > {_DARK * most}", alt.value(WHITE), alt.value(INK))
    return layered(
        base.mark_rect(stroke=WHITE, strokeWidth=2).encode(
            color=alt.Color("value:Q", scale=shade, legend=None)
        ),
        base.mark_text().encode(text="words:N", color=on_shade),
        alt.Chart(data(held)).mark_rect(fill=WITHHELD_FILL, stroke=EMPTY).encode(x=x, y=y),
        alt.Chart(data(held)).mark_text(color=INK).encode(x=x, y=y, text="words:N"),
        width=min(FIGURE_WIDTH - room - 12, 110 * len(columns)),
        height=alt.Step(_ROW),
    ).to_dict()


_QUIET_AXIS: dict[str, Any] = {
    "title": None,
    "domain": False,
    "ticks": False,
    "labelAngle": 0,
    "labelPadding": 8,
}


def _box(row: Any, across: str, down: str, count: str) -> dict[str, Any]:
    cell = row.get(count)
    words = number(cell) if isinstance(cell, Cell) else {"value": None, "words": ""}
    return {"across": shown(across, row.get(across)), "down": shown(down, row.get(down)), **words}
