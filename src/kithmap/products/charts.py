"""A release as a figure: SVG drawn on the server, from the same cells as its table."""

import re
from collections.abc import Callable
from typing import Any

from kithmap.desk.answers import Release
from kithmap.products.svg import FONT, GRID, INK, QUIET, finish
from kithmap.products.words import NO_NAMES, Names

TEXT_SIZE = 13
# The stored chart language of the installed Altair; vl-convert carries several.
_VEGA_LITE = "6.4"

Drawing = Callable[[Release, Names], dict[str, Any]]

_AXIS: dict[str, Any] = {
    "labelFontSize": TEXT_SIZE,
    "titleFontSize": TEXT_SIZE,
    "titleFontWeight": "normal",
    "labelColor": INK,
    "titleColor": QUIET,
    "labelLimit": 0,
    "titleLimit": 0,
    "gridColor": GRID,
    "domainColor": QUIET,
    "tickColor": QUIET,
}
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "white",
    "padding": 4,
    "view": {"stroke": None},
    "axis": _AXIS,
    "text": {"fontSize": TEXT_SIZE, "color": INK},
    "header": {
        "labelFontSize": TEXT_SIZE,
        "labelFontWeight": "bold",
        "labelColor": INK,
        "labelLimit": 0,
        "title": None,
    },
}


def to_svg(release: Release, names: Names = NO_NAMES) -> str:
    """Draw a release as its measure's kind of chart; empty where it has none.

    The same release gives the same bytes. A withheld value is an open mark, never a zero.
    """
    drawn = _drawn(release, names) if release.rows else ""
    if not drawn:
        return ""
    return finish(
        drawn,
        name=figure_name(release),
        title=release.question,
        description=f"{release.sentence} The table with this figure holds the same numbers.",
    )


def _drawn(release: Release, names: Names) -> str:
    """A release drawn: by hand where it is a map, else by Vega; empty where it is not."""
    if release.chart == "map":
        from kithmap.products.maps import draw_map, is_cell

        if any(is_cell(row) for row in release.rows):
            return draw_map(release)
    if release.chart == "network":
        from kithmap.products.networks import draw_network

        return draw_network(release)
    draw = find_drawing(release)
    return render(draw(release, names)) if draw is not None else ""


def figure_name(release: Release) -> str:
    """A name for the figure's ids, its own in any document the release is printed in."""
    return "figure-" + re.sub(r"[^a-z0-9]+", "-", f"{release.measure}-{release.release_id}".lower()).strip(
        "-"
    )


def find_drawing(release: Release) -> Drawing | None:
    """How a release is drawn: a function from it and names of authorities to a chart; None where it is not."""
    # Altair takes half a second to import: only a figure pays for it.
    chart = release.chart
    if chart == "upset":
        from kithmap.products.upset import draw_upset

        return draw_upset
    if chart == "bar":
        from kithmap.products.bars import draw_bars
        from kithmap.products.stacks import draw_parts, has_parts

        return draw_parts if has_parts(release) else draw_bars
    if chart == "line":
        from kithmap.products.lines import draw_lines

        return draw_lines
    if chart == "matrix":
        from kithmap.products.matrix import draw_matrix

        return draw_matrix
    return None


def render(spec: dict[str, Any]) -> str:
    """A chart's specification drawn, before `svg.finish` makes it a document's own."""
    import vl_convert

    return vl_convert.vegalite_to_svg({**spec, "config": CONFIG}, vl_version=_VEGA_LITE)
