"""Bars with their numbers and, where the release has them, the interval around each."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.marks import data, layered, number, open_marks, room_for, split
from kithmap.products.svg import FIGURE_WIDTH, INK, MAIN
from kithmap.products.words import heading, is_number, shown

_ROW = 24


@dataclass(frozen=True)
class Plan:
    """Which columns a bar chart draws: its value, the ends of its interval, its names."""

    value: str
    low: str | None
    high: str | None
    name: str
    panel: str | None


def plan_bars(release: Release) -> Plan:
    """Choose what to draw: a rate with its interval before a bare count.

    A rate says more than a count of children in groups of different size; its interval says how
    little a small group tells.
    """
    numbers = [c for c in release.columns if is_number(release, c)]
    names = [c for c in release.columns if c not in numbers]
    rate = next((c for c in numbers if c.startswith("rate") and not c.endswith(("low", "high"))), None)
    low = next((c for c in numbers if c.endswith("low")), None) if rate else None
    high = next((c for c in numbers if c.endswith("high")), None) if rate else None
    panel = names[0] if len(names) > 1 and _repeats(release, names[0]) else None
    name = next((c for c in names if c != panel), names[0])
    return Plan(rate or release.counts[0], low, high, name, panel)


def _repeats(release: Release, column: str) -> bool:
    values = [shown(column, row.get(column)) for row in release.rows]
    return 1 < len(set(values)) < len(values)


def draw_bars(release: Release) -> dict[str, Any]:
    """Draw one bar a row, in the release's own order, in a panel for each group of rows."""
    plan = plan_bars(release)
    rows = [_bar(plan, row) for row in release.rows]
    most = max((float(row["high"] or row["value"] or 0) for row in rows), default=0) or 1
    room = room_for([row["name"] for row in rows])
    panels = list(dict.fromkeys(row["panel"] for row in rows))
    charts = [
        _panel(
            [row for row in rows if row["panel"] == panel],
            room,
            most,
            heading(plan.value),
            panel == panels[-1],
        )
        for panel in panels
    ]
    return alt.vconcat(*charts, spacing=10, bounds="flush").to_dict()


def _bar(plan: Plan, row: Any) -> dict[str, Any]:
    ends = {
        end: cell.value if isinstance(cell := row.get(column), Cell) else None
        for end, column in (("low", plan.low), ("high", plan.high))
    }
    cell = row.get(plan.value)
    words = number(cell) if isinstance(cell, Cell) else {"value": None, "words": ""}
    panel = shown(plan.panel, row.get(plan.panel)) if plan.panel else ""
    return {"name": shown(plan.name, row.get(plan.name)), "panel": panel, **ends, **words}


def _panel(rows: list[dict[str, Any]], room: float, most: float, title: str, last: bool) -> alt.LayerChart:
    counted, held = split(rows)
    ranged = [row for row in counted if row["low"] is not None and row["high"] is not None]
    ends = [{**row, "end": row["high"] or row["value"]} for row in counted]
    y = alt.Y(
        "name:N",
        scale=alt.Scale(domain=[row["name"] for row in rows]),
        axis=alt.Axis(title=None, domain=False, ticks=False, minExtent=room, maxExtent=room),
    )
    scale = alt.Scale(domain=[0, most], nice=True)
    x = alt.X(
        "value:Q",
        scale=scale,
        axis=alt.Axis(title=title if last else None, labels=last, ticks=last, tickCount=6),
    )
    base = alt.Chart(data(counted)).encode(y=y, x=x)
    whisker = alt.Chart(data(ranged)).encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q")
    return layered(
        base.mark_bar(color=MAIN, height={"band": 0.6}),
        whisker.mark_rule(color=INK, strokeWidth=1.5),
        alt.Chart(data(ends))
        .mark_text(align="left", dx=6)
        .encode(y=y, x=alt.X("end:Q", scale=scale), text="words:N"),
        *open_marks(held, y=y, x=alt.value(14)),
        width=FIGURE_WIDTH - room - 70,
        height=alt.Step(_ROW),
    )
