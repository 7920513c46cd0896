"""One question over two: a matrix of numbers, darker where there are more."""

from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.marks import (
    Spec,
    broken,
    draw,
    label_axis,
    layered,
    name_marks,
    number,
    room_for,
    split,
    words,
)
from kithmap.products.order import ordered
from kithmap.products.svg import EMPTY, FIGURE_WIDTH, WHITE, WITHHELD_FILL
from kithmap.products.words import NO_NAMES, WHOLES, Names, is_number, shown

_ROW = 44
# The darkest still carries dark text at 4.5:1, so every number is read the same way.
# "Any" counts whoever is in another column too: shading it would drown the others.
_TOP_AXIS = alt.Axis(title=None, domain=False, ticks=False, labelAngle=0, labelPadding=8, orient="top")
_SHADES = ["#f4f8fa", "#6ba3ba"]


def draw_matrix(release: Release, names: Names = NO_NAMES) -> Spec:
    """Draw the first text column across and the second down, each box with its number in it."""
    across, down = [c for c in release.columns if not is_number(release, c)][:2]
    rows = [_box(row, (across, down), release.counts[0], names) for row in ordered(release)]
    columns = sorted(dict.fromkeys(box["across"] for box in rows), key=lambda name: name in WHOLES)
    lines = list(dict.fromkeys(box["down"] for box in rows))
    room = room_for(lines)
    x = alt.X("across:N", scale=alt.Scale(domain=columns, padding=0), axis=_TOP_AXIS)
    y = alt.Y("down:N", scale=alt.Scale(domain=lines, padding=0), axis=label_axis(room))
    counted, held = split(rows)
    shaded = [box for box in counted if box["across"] not in WHOLES]
    wholes = [box for box in counted if box["across"] in WHOLES]
    most = max((float(str(box["value"])) for box in shaded), default=0) or 1
    scale = alt.Scale(domain=[0, most], range=_SHADES, interpolate="lab")
    shade = alt.Color("value:Q", scale=scale, legend=None)
    return layered(
        draw("rect", shaded, {"stroke": WHITE, "strokeWidth": 2}, x=x, y=y, color=shade),
        draw("rect", held, {"fill": WITHHELD_FILL, "stroke": EMPTY}, x=x, y=y),
        words([*shaded, *held], x=x, y=y),
        words(wholes, {"fontWeight": "bold"}, x=x, y=y),
        *name_marks(lines, "down", y),
        width=min(FIGURE_WIDTH - room - 20, 110 * len(columns)),
        height={"step": _ROW},
    )


def _box(row: Row, sides: tuple[str, str], count: str, names: Names) -> dict[str, Any]:
    cell = row.get(count)
    said = number(cell) if isinstance(cell, Cell) else {"value": None, "words": ""}
    across, down = (shown(side, row.get(side), names) for side in sides)
    return {"across": across, "down": broken(down), **said}
