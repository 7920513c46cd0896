"""One question over two: a matrix of numbers, darker where there are more."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.marks import broken, data, label_axis, layered, name_marks, number, room_for, split
from kithmap.products.svg import EMPTY, FIGURE_WIDTH, WHITE, WITHHELD_FILL
from kithmap.products.words import WHOLES, is_number, shown

_ROW = 44
# The darkest still carries dark text at 4.5:1, so every number is read the same way.
# "Any" counts whoever is in another column too: shading it would drown the others.
_TOP_AXIS = alt.Axis(title=None, domain=False, ticks=False, labelAngle=0, labelPadding=8, orient="top")
_SHADES = ["#f4f8fa", "#6ba3ba"]


def draw_matrix(release: Release) -> dict[str, Any]:
    """Draw the first text column across and the second down, each box with its number in it."""
    across, down = [c for c in release.columns if not is_number(release, c)][:2]
    rows = [_box(row, across, down, release.counts[0]) for row in release.rows]
    columns = sorted(dict.fromkeys(box["across"] for box in rows), key=lambda name: name in WHOLES)
    lines = list(dict.fromkeys(box["down"] for box in rows))
    room = room_for(lines)
    x = alt.X("across:N", scale=alt.Scale(domain=columns, padding=0), axis=_TOP_AXIS)
    y = alt.Y("down:N", scale=alt.Scale(domain=lines, padding=0), axis=label_axis(room))
    counted, held = split(rows)
    shaded = [box for box in counted if box["across"] not in WHOLES]
    wholes = [box for box in counted if box["across"] in WHOLES]
    most = max((float(str(box["value"])) for box in shaded), default=0) or 1
    shade = alt.Color(
        "value:Q", scale=alt.Scale(domain=[0, most], range=_SHADES, interpolate="lab"), legend=None
    )
    return layered(
        _at(shaded, x, y).mark_rect(stroke=WHITE, strokeWidth=2).encode(color=shade),
        _at(shaded, x, y).mark_text().encode(text="words:N"),
        _at(wholes, x, y).mark_text(fontWeight="bold").encode(text="words:N"),
        _at(held, x, y).mark_rect(fill=WITHHELD_FILL, stroke=EMPTY),
        _at(held, x, y).mark_text().encode(text="words:N"),
        *name_marks(lines, "down", y),
        width=min(FIGURE_WIDTH - room - 20, 110 * len(columns)),
        height=alt.Step(_ROW),
    ).to_dict()


def _at(rows: Sequence[Mapping[str, object]], x: alt.X, y: alt.Y) -> alt.Chart:
    return alt.Chart(data(rows)).encode(x=x, y=y)


def _box(row: Row, across: str, down: str, count: str) -> dict[str, Any]:
    cell = row.get(count)
    words = number(cell) if isinstance(cell, Cell) else {"value": None, "words": ""}
    return {"across": shown(across, row.get(across)), "down": broken(shown(down, row.get(down))), **words}
