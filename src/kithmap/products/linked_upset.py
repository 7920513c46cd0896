"""An overlap's figure whose bars lead on: to the page of just these lists."""

from collections.abc import Callable
from html import escape

from kithmap.desk.answers import Release
from kithmap.products.charts import figure_name, render
from kithmap.products.svg import finish
from kithmap.products.upset import PLACE, draw_upset, read_overlap
from kithmap.products.words import NO_NAMES, Names, label

Address = Callable[[tuple[str, ...]], str]


def to_linked_svg(release: Release, address: Address, names: Names = NO_NAMES) -> str:
    """Draw an overlap with a link on every bar; empty where there is nothing to draw.

    A picture is one thing to a screen reader; this is a group of links, each with its lists and their number.
    """
    if not release.rows:
        return ""
    svg = finish(
        render(draw_upset(release, names, linked=True)),
        name=figure_name(release),
        title=release.question,
        description=f"{release.sentence} The table with this figure holds the same numbers.",
    ).replace('role="img"', 'role="group"', 1)
    overlap = read_overlap(release)
    for at, each in enumerate(overlap.drawn):
        said = f"{label(overlap.column, ' + '.join(each.lists), names)}: {each.count}"
        svg = svg.replace(
            f'xlink:href="{PLACE}{at}"',
            f'href="{escape(address(each.lists))}" aria-label="{escape(said)}"',
        )
    return svg
