"""Bars with their numbers and, where the release has them, the interval around each."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.marks import (
    LETTER,
    PANEL_TITLE,
    Spec,
    broken,
    draw,
    label_axis,
    layered,
    name_marks,
    number,
    open_marks,
    room_for,
    split,
    words,
)
from kithmap.products.order import ordered
from kithmap.products.ranges import is_beside
from kithmap.products.svg import BAR, FIGURE_WIDTH, INK, MAIN
from kithmap.products.words import NO_NAMES, WHOLES, Names, heading, in_full, is_number, is_told, label, shown

_ROW = 24
_TALLEST = 560
_MANY = 20
_CLOSE_ROW = 16
_NUMBER_ROOM = 64
_SHORT, _LONG = 12, 24
_NARROW = 130
_BETWEEN = 36


@dataclass(frozen=True)
class Plan:
    """Which columns a bar chart draws: its value, the ends of its interval, its panels and names."""

    value: str
    low: str | None
    high: str | None
    panel: str | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """What every panel of one figure shares: room for names, the scale, its size, its title."""

    room: float
    scale: alt.Scale
    row: int
    width: float
    title: str


def plan_bars(release: Release) -> Plan:
    """Choose what to draw: a rate with its interval before a bare count.

    A rate says more than a count of children in groups of different size; its interval says how
    little a small group tells.
    """
    numbers = [c for c in release.columns if is_number(release, c) and not is_beside(release, c)]
    texts = [c for c in release.columns if not is_number(release, c)]
    varied = [c for c in texts if len({row.get(c) for row in release.rows}) > 1] or texts[:1]
    rate = next((c for c in numbers if c.startswith("rate") and is_told(release, c)), None)
    ends = ("low", "high") if rate else (f"{release.counts[0]}_low", f"{release.counts[0]}_high")
    low, high = (end if end in release.columns else None for end in ends)
    panel = next(
        (c for c in varied if len(varied) > 1 and _values(release, c) * 2 <= len(release.rows)), None
    )
    names = tuple(c for c in varied if c != panel)
    # Of many rows the figure prints the first name, a school's code; the table has the others.
    return Plan(
        rate or release.counts[0], low, high, panel, names[:1] if len(release.rows) > _MANY else names
    )


def _values(release: Release, column: str) -> int:
    return len({row.get(column) for row in release.rows})


def draw_bars(release: Release, names: Names = NO_NAMES) -> Spec:
    """Draw one bar a row, in the order of their names, in a panel for each group of rows."""
    plan = plan_bars(release)
    # A figure must fit on a page: many rows with short names stand in two columns.
    panels = _values(release, plan.panel) if plan.panel else 1
    tall = len(release.rows) * _ROW + panels * _BETWEEN
    narrow = _read(plan, release, names, _SHORT)
    columns = (
        2 if tall > _TALLEST and plan.panel and room_for([row["name"] for row in narrow]) < _NARROW else 1
    )
    rows = narrow if columns == 2 else _read(plan, release, names, _LONG)
    room = room_for([row["name"] for row in rows])
    most = max((float(row["high"] or row["value"] or 0) for row in rows), default=0) or 1
    frame = Frame(
        room=room,
        scale=alt.Scale(domain=[0, most], nice=True),
        row=_CLOSE_ROW if tall > _TALLEST else _ROW,
        width=FIGURE_WIDTH / columns - room - _NUMBER_ROOM,
        title=heading(plan.value),
    )
    groups = list(dict.fromkeys(row["panel"] for row in rows))
    # One scale for every panel, so bars may be compared down the page; its words stand once a column.
    charts = [
        _panel([row for row in rows if row["panel"] == group], _title(plan, group, columns, names), frame,
               last=at >= len(groups) - columns)
        for at, group in enumerate(groups)
    ]  # fmt: skip
    spacing = {"row": _BETWEEN, "column": room + _NUMBER_ROOM}
    return {"concat": charts, "columns": columns, "spacing": spacing, "bounds": "flush"}


def _title(plan: Plan, group: str, columns: int, names: Names) -> str:
    """What a panel is of; in full where there is room for it."""
    words = in_full(plan.panel or "", group, names)
    return words if len(words) * LETTER < FIGURE_WIDTH / columns else label(plan.panel or "", group, names)


def _read(plan: Plan, release: Release, names: Names, longest: int) -> list[dict[str, Any]]:
    return [_bar(plan, row, at, longest, names) for at, row in enumerate(ordered(release))]


def _bar(plan: Plan, row: Row, at: int, longest: int, names: Names) -> dict[str, Any]:
    ends = {
        end: cell.value if column and isinstance(cell := row.get(column), Cell) else None
        for end, column in (("low", plan.low), ("high", plan.high))
    }
    cell = row.get(plan.value)
    said = number(cell) if isinstance(cell, Cell) else {"value": None, "words": ""}
    name = " ".join(filter(None, (shown(column, row.get(column), names) for column in plan.names)))
    panel = row.get(plan.panel) if plan.panel else None
    # The place in the release keeps two rows of one name apart; it is not printed.
    lines = broken(name, longest)
    return {
        "key": f"{lines}\t{at}",
        "name": lines,
        "panel": panel if isinstance(panel, str) else "",
        "shade": MAIN if name in WHOLES else BAR,
        **ends,
        **said,
    }


def _panel(rows: list[dict[str, Any]], panel: str, frame: Frame, *, last: bool) -> Spec:
    counted, held = split(rows)
    ranged = [row for row in counted if row["low"] is not None and row["high"] is not None]
    ends = [{**row, "end": row["high"] or row["value"]} for row in counted]
    y = alt.Y("key:N", scale=alt.Scale(domain=[row["key"] for row in rows]), axis=label_axis(frame.room))
    below = alt.Axis(
        title=frame.title if last else None, labels=last, ticks=last, tickCount=4, labelOverlap="greedy"
    )
    x = alt.X("value:Q", scale=frame.scale, axis=below)
    low, end = (alt.X(f"{name}:Q", scale=frame.scale) for name in ("low", "end"))
    shade = alt.Color("shade:N", scale=None)
    lines = max(row["name"].count("\n") for row in rows) + 1
    return layered(
        draw("bar", counted, {"height": {"band": 0.62}}, x=x, y=y, color=shade),
        draw("rule", ranged, {"color": INK, "strokeWidth": 1.5}, y=y, x=low, x2=alt.X2("high")),
        words(ends, {"align": "left", "dx": 6}, x=end, y=y),
        *name_marks([row["key"] for row in rows], "key", y),
        *open_marks(held, y=y, x=alt.XValue(14)),
        width=frame.width,
        height={"step": max(frame.row, 15 * lines)},
        title={"text": panel, "offset": 6, **PANEL_TITLE},
    )
