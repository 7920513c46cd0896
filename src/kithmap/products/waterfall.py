"""The explanation of a link as a figure: each piece of evidence a step, towards one person or two."""

from typing import Any

from kithmap.desk.explain import Evidence, Explanation, weight_of
from kithmap.products.svg import FIGURE_WIDTH, INK, MAIN, QUIET, finish

AGAINST = "#a4512a"
TOTAL = "the whole"
FIGURE = "figure-link"
_TITLE = "weight of the evidence, in bits: to the right for one person, to the left for two"
_ROW = 26
_NUMBER_ROOM = 64


def to_svg(explanation: Explanation) -> str:
    """Draw an explanation as steps that add up to its weight; empty where the two were not compared.

    The table of the explanation holds the same numbers; nothing is told by colour alone.
    """
    if not explanation.rows:
        return ""
    from kithmap.products.charts import render

    return finish(
        render(draw_waterfall(explanation)),
        name=FIGURE,
        title="How the evidence for a link adds up",
        description=f"{explanation.sentence} The table with this figure holds the same numbers.",
    )


def draw_waterfall(explanation: Explanation) -> dict[str, Any]:
    """The steps from nought over each comparison to the whole, and the line from which records are joined."""
    # Altair takes half a second to import: only a figure pays for it.
    import altair as alt

    from kithmap.products.marks import draw, label_axis, layered, name_marks, room_for, words

    steps = steps_of(explanation.rows)
    keys = [step["key"] for step in steps]
    room = room_for(keys)
    reach = [value for step in steps for value in (step["start"], step["end"])]
    line = weight_of(explanation.line)
    scale = alt.Scale(domain=[min(*reach, 0.0), max(*reach, line)], nice=True)
    y = alt.Y("key:N", scale=alt.Scale(domain=keys), axis=label_axis(room))
    x = alt.X("start:Q", scale=scale, axis=alt.Axis(title=_TITLE, tickCount=6))
    shade = alt.Color("shade:N", scale=None)
    right = alt.X("right:Q", scale=scale)
    joined = [{"line": line, "words": f"joined from here ({explanation.line:g})"}]
    at_line = alt.X("line:Q", scale=scale)
    return layered(
        draw("bar", steps, {"height": {"band": 0.62}}, x=x, x2=alt.X2("end"), y=y, color=shade),
        draw("rule", joined, {"color": INK, "strokeDash": [4, 3]}, x=at_line),
        words(joined, {"align": "left", "dx": 4, "dy": -8, "color": QUIET}, x=at_line, y=alt.YValue(0)),
        words(steps, {"align": "left", "dx": 6}, x=right, y=y),
        *name_marks(keys, "key", y),
        width=FIGURE_WIDTH - room - _NUMBER_ROOM,
        height={"step": _ROW},
    )


def steps_of(rows: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    """One step a piece of evidence, from where the one before it ended; the last is the whole."""
    steps: list[dict[str, Any]] = []
    reached = 0.0
    for row in rows:
        steps.append(_step(row.compared, reached, reached + row.weight))
        reached += row.weight
    return [*steps, {**_step(TOTAL, 0.0, reached), "shade": INK}]


def _step(name: str, start: float, end: float) -> dict[str, Any]:
    weight = end - start
    # A minus sign as wide as the plus; nought has neither.
    said = f"{weight:+.1f}".replace("-", "\N{MINUS SIGN}") if abs(weight) >= 0.05 else "0"
    shade = MAIN if weight > 0 else AGAINST
    return {"key": name, "start": start, "end": end, "right": max(start, end), "shade": shade, "words": said}
