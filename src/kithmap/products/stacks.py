"""What each source adds: one bar a source, in three parts that do not overlap."""

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.marks import (
    SMALL_TITLE,
    Spec,
    broken,
    draw,
    label_axis,
    layered,
    name_marks,
    open_marks,
    room_for,
)
from kithmap.products.svg import BAR, FIGURE_WIDTH, INK, MAIN, PALE
from kithmap.products.words import NO_NAMES, Names, heading, is_number, shown

PARTS = ("only_here", "first_here", "seen_before")
_SHADES = (MAIN, BAR, PALE)
_ROW = 22
_AFTER = 54


def has_parts(release: Release) -> bool:
    """Whether the release counts people in the three parts of a source."""
    return set(PARTS) <= set(release.counts)


def draw_parts(release: Release, names: Names = NO_NAMES) -> Spec:
    """Draw the parts end to end; a withheld part is an open mark after the parts that are known."""
    column = next(c for c in release.columns if not is_number(release, c))
    sources = [broken(shown(column, row.get(column), names)) for row in release.rows]
    pieces = [piece for at, row in enumerate(release.rows) for piece in _pieces(row, sources[at], at)]
    held = [
        {"key": f"{sources[at]}\t{at}", "end": _known(row), "words": "[c]"}
        for at, row in enumerate(release.rows)
        if any(isinstance(cell := row.get(part), Cell) and cell.value is None for part in PARTS)
    ]
    most = max((_known(row) for row in release.rows), default=0) or 1
    room = room_for(sources)
    scale = alt.Scale(domain=[0, most], nice=True)
    keys = [f"{text}\t{at}" for at, text in enumerate(sources)]
    y = alt.Y("key:N", scale=alt.Scale(domain=keys), axis=label_axis(room))
    x = alt.X("start:Q", scale=scale, axis=alt.Axis(title=None, tickCount=6, format=",d"))
    look = {"height": {"band": 0.66}, "stroke": "white", "strokeWidth": 1}
    aside = {"x": alt.X("end:Q", scale=scale), "xOffset": alt.XOffsetValue(16)}
    return layered(
        draw("bar", pieces, look, y=y, x=x, x2=alt.X2("end"), color=_shades()),
        *name_marks(keys, "key", y),
        *open_marks(held, y=y, **aside),
        width=FIGURE_WIDTH - room - _AFTER,
        height={"step": max(_ROW, 15 * (max(text.count("\n") for text in sources) + 1))},
        title={"text": "Young people", "offset": 4, "frame": "bounds", **SMALL_TITLE},
    )


def _shades() -> alt.Color:
    legend = alt.Legend(
        title=None, orient="top", direction="horizontal", labelFontSize=13, labelColor=INK, labelLimit=0,
        symbolType="square", symbolSize=140, offset=8,
    )  # fmt: skip
    return alt.Color(
        "part:N",
        scale=alt.Scale(domain=[heading(part) for part in PARTS], range=list(_SHADES)),
        legend=legend,
    )


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
