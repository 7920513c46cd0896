"""A release of groups as a network: groups as marks sized by their members, lines where two groups meet.

Places are computed here, with a fixed seed: the same release gives the same picture. The page's interactive
network is given the same places, sizes and lines. A size has a colour and a shape; neither stands alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.measures.peer_groups import ITSELF
from kithmap.products.svg import FIGURE_WIDTH, INK, MAIN, QUIET, WHITE

MOST_DRAWN = 300
MARGIN, LETTERING, LETTER_WIDTH = 60.0, 13, 6.8
# From how many members; the words; fill; shape.
BANDS = (
    (0, "number withheld", WHITE, "ellipse"),
    (1, "5 to 9 young people", "#e3eef2", "ellipse"),
    (10, "10 to 19", "#8fbccb", "rectangle"),
    (20, "20 to 49", "#5f9db3", "diamond"),
    (50, "50 or more", MAIN, "hexagon"),
)


@dataclass(frozen=True)
class Node:
    """A group in the picture: where it is, how large, in which band."""

    name: str
    count: Cell
    band: int
    radius: float
    x: float
    y: float


@dataclass(frozen=True)
class Link:
    """Two groups that meet, and how wide the line between them is."""

    one: Node
    other: Node
    wide: float


@dataclass(frozen=True)
class Network:
    """The groups drawn, the lines, the height of the picture, and how many groups are only in the table."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    height: float
    left_out: int


def find_network(release: Release) -> Network:
    """The network of a release of groups, the largest first where there are too many to draw."""
    import numpy as np

    from kithmap.stats.layout import lay_out

    groups = sorted((row for row in release.rows if row["linked_to"] == ITSELF), key=_place)
    drawn = groups[:MOST_DRAWN]
    at = {str(row["peer_group"]): number for number, row in enumerate(drawn)}
    pairs = [
        row
        for row in release.rows
        if row["linked_to"] != ITSELF and {str(row["peer_group"]), str(row["linked_to"])} <= set(at)
    ]
    radii = np.array([_radius(row["young_people"]) for row in drawn], dtype=float)
    ends, others = (
        np.array([at[str(row[name])] for row in pairs], dtype=np.int64)
        for name in ("peer_group", "linked_to")
    )
    # Room for the name under each mark as well.
    places, height = _fitted(lay_out(ends, others, radii + 34.0))
    nodes = tuple(
        Node(str(row["peer_group"]), _cell(row["young_people"]), _band(row["young_people"]), float(radius), *place)
        for row, radius, place in zip(drawn, radii, places, strict=True)
    )  # fmt: skip
    links = tuple(
        Link(nodes[at[str(row["peer_group"])]], nodes[at[str(row["linked_to"])]], _width(row))
        for row in pairs
    )
    return Network(nodes, links, height, len(groups) - len(drawn))


def _place(row: Row) -> tuple[float, str]:
    return -float(_cell(row["young_people"]).value or 0), str(row["peer_group"])


def _cell(value: object) -> Cell:
    if not isinstance(value, Cell):
        raise TypeError("A count of a release is a cell.")
    return value


def _radius(value: object) -> float:
    return 8.0 + 2.4 * math.sqrt(float(_cell(value).value or 0))


def _band(value: object) -> int:
    count = _cell(value).value
    return 0 if count is None else max(place for place, each in enumerate(BANDS) if each[0] <= max(count, 1))


def _width(row: Row) -> float:
    shared = row.get("events") or row["young_people"]
    many = shared.value if isinstance(shared, Cell) else None
    return round(1.5 + math.sqrt(float(many or 1)), 1)


def _fitted(places: Any) -> tuple[list[tuple[float, float]], float]:
    """Places in the picture, as wide as it is; and how high that makes it."""
    if not len(places):
        return [], 0.0
    low, high = places.min(axis=0), places.max(axis=0)
    if high[1] - low[1] > high[0] - low[0]:
        # The longer side lies across.
        places, low, high = places[:, ::-1], low[::-1], high[::-1]
    scale = min((FIGURE_WIDTH - 2 * MARGIN) / max(high[0] - low[0], 1.0), 1.4)
    wide = (high[0] - low[0]) * scale
    across = (FIGURE_WIDTH - wide) / 2
    moved = (places - low) * scale
    return [(float(x) + across, float(y) + MARGIN) for x, y in moved], float(moved[:, 1].max()) + 2 * MARGIN


def to_elements(release: Release) -> dict[str, Any]:
    """The network for the interactive page: what the picture shows, and nothing besides."""
    found = find_network(release)
    return {
        "nodes": [
            {
                "id": each.name, "label": f"{each.name}: {each.count}", "said": words_of(each), "x": each.x, "y": each.y,
                "size": 2 * each.radius, "fill": BANDS[each.band][2], "shape": BANDS[each.band][3],
            }
            for each in found.nodes
        ],
        "links": [
            {"source": each.one.name, "target": each.other.name, "wide": each.wide} for each in found.links
        ],
    }  # fmt: skip


def words_of(each: Node) -> str:
    """What a group says of itself."""
    return f"{each.name}: {'number withheld' if each.count.value is None else f'{each.count} young people'}"


def draw_network(release: Release) -> str:
    """Draw a release of groups as SVG, for `svg.finish`; empty where there is no group."""
    found = find_network(release)
    if not found.nodes:
        return ""
    lines = "".join(
        f'<line x1="{each.one.x:.1f}" y1="{each.one.y:.1f}" x2="{each.other.x:.1f}" y2="{each.other.y:.1f}"'
        f' stroke="{QUIET}" stroke-width="{each.wide:g}"/>'
        for each in found.links
    )
    marks = "".join(_mark(each) for each in found.nodes)
    legend, below = _legend(found)
    return (
        f'<svg width="{FIGURE_WIDTH}" height="{below:.0f}">'
        f'<rect width="{FIGURE_WIDTH}" height="{below:.0f}" fill="{WHITE}"/>{lines}{marks}{legend}</svg>'
    )


def _mark(each: Node) -> str:
    fill, shape = BANDS[each.band][2:]
    said = f"<title>{escape(words_of(each))}</title>"
    words, below = f"{each.name}: {each.count}", each.y + each.radius + 16
    # White behind the words: a line that runs under them must not cross them out.
    wide = LETTER_WIDTH * len(words)
    name = (
        f'<rect x="{each.x - wide / 2:.1f}" y="{below - LETTERING:.1f}" width="{wide:.1f}" height="{LETTERING + 4}"'
        f' fill="{WHITE}"/><text x="{each.x:.1f}" y="{below:.1f}" font-size="{LETTERING}" text-anchor="middle"'
        f' fill="{INK}">{escape(words)}</text>'
    )
    return _shape((each.x, each.y), each.radius, (fill, shape), said, dashed=each.band == 0) + name


def _shape(at: tuple[float, float], radius: float, look: tuple[str, str], said: str, *, dashed: bool) -> str:
    x, y = at
    fill, shape = look
    drawn = f'fill="{fill}" stroke="{INK}" stroke-width="1.5"' + (' stroke-dasharray="3 2"' if dashed else "")
    if shape == "ellipse":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {drawn}>{said}</circle>'
    corners, first = {"rectangle": (4, 45.0), "diamond": (4, 0.0), "hexagon": (6, 0.0)}[shape]
    turns = [math.radians(first + 360 / corners * turn) for turn in range(corners)]
    points = " ".join(f"{x + radius * math.cos(t):.1f},{y + radius * math.sin(t):.1f}" for t in turns)
    return f'<polygon points="{points}" {drawn}>{said}</polygon>'


def _legend(found: Network) -> tuple[str, float]:
    """What each shape means, and the lines; where it ends."""
    used: Sequence[int] = sorted({each.band for each in found.nodes})
    x, y = 14.0, found.height + 10
    drawn: list[str] = []
    for band in used:
        _, words, fill, shape = BANDS[band]
        wide = 46 + 8 * len(words)
        if x + wide > FIGURE_WIDTH:
            x, y = 14.0, y + 28
        drawn.append(_shape((x + 4, y - 4), 10.0, (fill, shape), "", dashed=band == 0))
        drawn.append(f'<text x="{x + 22:g}" y="{y:g}" font-size="{LETTERING}" fill="{INK}">{words}</text>')
        x += wide
    y += 28
    more = f" {found.left_out:,} smaller groups are only in the table." if found.left_out else ""
    words = f"The number beside a name is of young people. A line: the groups share events or members; wider, more.{more}"
    drawn.append(f'<text x="8" y="{y:g}" font-size="{LETTERING}" fill="{QUIET}">{words}</text>')
    return "".join(drawn), y + 16
