"""What each source adds: one bar a source, in three parts that do not overlap."""

from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.marks import (
    SMALL_TITLE,
    broken,
    data,
    label_axis,
    layered,
    name_marks,
    open_marks,
    room_for,
)
from kithmap.products.svg import BAR, FIGURE_WIDTH, INK, MAIN, PALE
from kithmap.products.words import heading, is_number, shown

PARTS = ("only_here", "first_here", "seen_before")
_SHADES = (MAIN, BAR, PALE)
_ROW = 22
_AFTER = 54


def has_parts(release: Release) -> bool:
    """Whether the release counts people in the three parts of a source."""
    return set(PARTS) <= set(release.counts)


def draw_parts(release: Release) -> dict[str, Any]:
    """Draw the parts end to end; a withheld part is an open mark after the parts that are known."""
    name = next(c for c in release.columns if not is_number(release, c))
    names = [broken(shown(name, row.get(name))) for row in release.rows]
    pieces = [piece for at, row in enumerate(release.rows) for piece in _pieces(row, names[at], at)]
    held = [
        {"key": f"{names[at]}\t{at}", "end": _known(row), "words": "[c]"}
        for at, row in enumerate(release.rows)
        if any(isinstance(cell := row.get(part), Cell) and cell.value is None for part in PARTS)
    ]
    most = max((_known(row) for row in release.rows), default=0) or 1
    room = room_for(names)
    x_scale = alt.Scale(domain=[0, most], nice=True)
    y = alt.Y(
        "key:N",
        scale=alt.Scale(domain=[f"{text}\t{at}" for at, text in enumerate(names)]),
        axis=label_axis(room),
    )
    words = [heading(part) for part in PARTS]
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=words, range=list(_SHADES)),
        legend=alt.Legend(
            title=None, orient="top", direction="horizontal", labelFontSize=13, labelColor=INK,
            labelLimit=0, symbolType="square", symbolSize=140, offset=8,
        ),
    )  # fmt: skip
    x = alt.X("start:Q", scale=x_scale, axis=alt.Axis(title=None, tickCount=6, format=",d"))
    title = alt.TitleParams("Young people", offset=4, frame="bounds", **SMALL_TITLE)
    bars = alt.Chart(data(pieces), title=title).mark_bar(height={"band": 0.66}, stroke="white", strokeWidth=1)
    return layered(
        bars.encode(y=y, x=x, x2="end:Q", color=color),
        *name_marks([f"{text}\t{at}" for at, text in enumerate(names)], "key", y),
        *open_marks(held, size=20, y=y, x=alt.X("end:Q", scale=x_scale), xOffset=alt.value(16)),
        width=FIGURE_WIDTH - room - _AFTER,
        height=alt.Step(max(_ROW, 15 * (max(text.count("\n") for text in names) + 1))),
    ).to_dict()


def _known(row: Row) -> float:
    values = [cell.value for part in PARTS if isinstance(cell := row.get(part), Cell)]
    return sum(value for value in values if value is not None)


def _pieces(row: Row, name: str, at: int) -> list[dict[str, object]]:
    start, found = 0.0, list[dict[str, object]]()
    for part in PARTS:
        cell = row.get(part)
        if isinstance(cell, Cell) and cell.value:
            found.append(
                {"key": f"{name}\t{at}", "part": heading(part), "start": start, "end": start + cell.value}
            )
            start += cell.value
    return found
