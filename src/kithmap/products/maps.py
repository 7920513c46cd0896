"""A release of places as a map: hexagons drawn on the server, darker and closer hatched where there is more.

Colour is never alone: each class has a hatching of its own, and the hexagons with most bear a number that the
table has too. The page's interactive map is given the same shapes, classes and numbers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.model.hexagons import is_hexagon, resolution_of
from kithmap.products.svg import FIGURE_WIDTH, INK, MAIN, QUIET, WHITE, WITHHELD_FILL

MOST_NUMBERED = 10
# How far a hexagon of each resolution is across.
ACROSS = {5: "20 km", 6: "7 km", 7: "3 km", 8: "1 km"}
CLASSES = 4
# The share of hexagons below the second class and those above it.
SHARES = (0.5, 0.8, 0.95)
# Ends of classes that are read easily.
ENDS = (1, 2, 3, 5, 10, 15, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000)
FILLS = ("#e3eef2", "#a9cbd6", "#5f9db3", MAIN)
HEIGHT, MARGIN, BADGE = 560.0, 26.0, 11.0
# Where a number may stand beside its hexagon, in turn; inside it where that is large enough.
BESIDE = ((0.0, -26.0), (26.0, 0.0), (0.0, 26.0), (-26.0, 0.0), (22.0, -22.0), (-22.0, 22.0), (22.0, 22.0), (-22.0, -22.0))  # fmt: skip
INSIDE, LARGE = (0.0, 0.0), 24.0
METRES_A_DEGREE = 111_320.0
# Of a degree: a tenth of a metre.
DECIMALS = 6
SCALES = (200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)

Point = tuple[float, float]


@dataclass(frozen=True)
class Hexagon:
    """One hexagon of a map.

    corners: longitude and latitude; of a larger one among smaller ones, the outline of the small ones it is
    made of, so that none lies over another. band: the class of its count, from 0; None where it is withheld.
    number: its place among those with most, which table and map share; 0 for the others.
    """

    cell: str
    corners: tuple[Point, ...]
    count: Cell
    band: int | None
    number: int
    named: str


@dataclass(frozen=True)
class PlaceMap:
    """A map: its hexagons, and the lowest and highest count of each class."""

    hexagons: tuple[Hexagon, ...]
    classes: tuple[tuple[int, int], ...]


def is_cell(row: Row) -> bool:
    """Whether a row of places is a cell of the map."""
    return is_hexagon(str(row.get("place") or ""))


def find_map(release: Release) -> PlaceMap:
    """The map of a release whose rows are cells; without hexagons where none is."""
    count = release.counts[0]
    rows = [row for row in release.rows if is_cell(row)]
    cells = {str(row["place"]): cell for row in rows if isinstance(cell := row[count], Cell)}
    known = {name: int(cell.value) for name, cell in cells.items() if cell.value}
    classes = find_classes(list(known.values()))
    most = sorted(known, key=lambda name: (-known[name], name))[:MOST_NUMBERED]
    corners = corners_of(list(cells))
    said = {str(row["place"]): str(row.get("named") or "") for row in rows}
    hexagons = [
        Hexagon(
            name, corners[name], cell, _band(cell, classes), most.index(name) + 1 if name in most else 0, said[name]
        )
        for name, cell in cells.items()
        if cell.value != 0
    ]  # fmt: skip
    return PlaceMap(tuple(sorted(hexagons, key=lambda each: each.cell)), classes)


def find_classes(counts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """At most four classes, the higher the fewer hexagons, their ends easily read.

    >>> find_classes([1, 1, 1, 2, 3, 9]), find_classes([])
    (((1, 1), (2, 2), (3, 4), (5, 9)), ())
    """
    if not counts:
        return ()
    ranked = sorted(counts)
    lows = {ranked[0]}
    for share in SHARES:
        quantile = ranked[min(len(ranked) - 1, int(len(ranked) * share))]
        lows.add(max(end for end in ENDS if end <= max(quantile, 1)))
    starts = sorted(low for low in lows if ranked[0] <= low <= ranked[-1])
    ends = [start - 1 for start in starts[1:]] + [ranked[-1]]
    return tuple(zip(starts, ends, strict=True))


def _band(cell: Cell, classes: Sequence[tuple[int, int]]) -> int | None:
    if cell.value is None:
        return None
    inside = [place for place, (low, _) in enumerate(classes) if cell.value >= low]
    # The darkest is always the highest, however many classes there are.
    return (inside[-1] if inside else 0) + CLASSES - len(classes)


def corners_of(cells: Sequence[str]) -> dict[str, tuple[Point, ...]]:
    """The corners of H3 cells, as longitude and latitude."""
    import polars as pl
    import polars_h3  # pyright: ignore[reportMissingTypeStubs]

    if not cells:
        return {}
    finest = max(map(resolution_of, cells))
    frame = pl.DataFrame({"cell": cells}).with_columns(parts=polars_h3.cell_to_children("cell", finest))
    outlines = frame.select(polars_h3.cells_to_multi_polygon_wkt("parts").alias("outline"))["outline"]
    return {cell: _ring(outline) for cell, outline in zip(cells, outlines.to_list(), strict=True)}


def _ring(outline: str) -> tuple[Point, ...]:
    """The corners of an outline without a hole, as text of the Open Geospatial Consortium, each once.

    >>> _ring("MULTIPOLYGON(((0 1,2 3,4 5,0 1)))")
    ((0.0, 1.0), (2.0, 3.0), (4.0, 5.0))
    """
    points = outline[outline.rindex("(") + 1 : outline.index(")")].split(",")
    return tuple(
        (round(float(x), DECIMALS), round(float(y), DECIMALS))
        for x, y in (point.split() for point in points[:-1])
    )


def to_geojson(release: Release) -> dict[str, Any]:
    """The hexagons as GeoJSON for the interactive map: what the picture shows, and nothing besides."""
    features = [
        {
            "type": "Feature",
            "id": place,
            "geometry": {"type": "Polygon", "coordinates": [[*each.corners, each.corners[0]]]},
            "properties": {
                "cell": each.cell, "band": -1 if each.band is None else each.band, "number": each.number,
                "said": words_of(each),
            },
        }
        for place, each in enumerate(find_map(release).hexagons)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def words_of(each: Hexagon) -> str:
    """What a hexagon says of itself."""
    counted = "number withheld" if each.count.value is None else _events(int(each.count.value))
    number = f"{each.number}. " if each.number else ""
    return f"{number}{each.named or _size(each.cell)}: {counted}"


def _size(cell: str) -> str:
    """How large a hexagon is, in words."""
    return f"Hexagon about {ACROSS[resolution_of(cell)]} across"


def names_of(release: Release) -> dict[str, str]:
    """What the table of a map calls its hexagons: by their number on the map, their size and their code."""
    return {
        each.cell: f"{f'{each.number}. ' if each.number else ''}{_size(each.cell)} ({each.cell.rstrip('f')})"
        for each in find_map(release).hexagons
    }


def _events(number: int) -> str:
    return f"{number:,} {'event' if number == 1 else 'events'}"


def draw_map(release: Release) -> str:
    """Draw a release of places by cell as SVG, for `svg.finish`; empty where no row is a cell."""
    found = find_map(release)
    if not found.hexagons:
        return ""
    place, height, metres = _projected(found.hexagons)
    shapes = "".join(_shape(each, [place(corner) for corner in each.corners]) for each in found.hexagons)
    numbered = _badges(found.hexagons, place)
    legend, below = _legend(found, height)
    whole = below + MARGIN
    return (
        f'<svg width="{FIGURE_WIDTH}" height="{whole:.0f}"><defs>{_patterns()}</defs>'
        f'<rect width="{FIGURE_WIDTH}" height="{whole:.0f}" fill="{WHITE}"/>'
        f"{shapes}{numbered}{_scale(metres, height)}{legend}</svg>"
    )


def _projected(hexagons: Sequence[Hexagon]) -> tuple[Any, float, float]:
    """Where a longitude and latitude are in the picture; the map's height; metres for each unit of it."""
    corners = [corner for each in hexagons for corner in each.corners]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    narrower = math.cos(math.radians((south + north) / 2))
    wide, high = (east - west) * narrower, north - south
    scale = min((FIGURE_WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    left = (FIGURE_WIDTH - wide * scale) / 2

    def place(corner: Point) -> Point:
        return left + (corner[0] - west) * narrower * scale, MARGIN + (north - corner[1]) * scale

    return place, high * scale + 2 * MARGIN, METRES_A_DEGREE / scale


def _patterns() -> str:
    """Hatching for the two classes between the palest and the darkest."""
    lines = (
        f'<path d="M0,8L8,0" stroke="{MAIN}" stroke-width="1"/>',
        '<path d="M0,8L8,0M0,0L8,8" stroke="#ffffff" stroke-width="1.2"/>',
    )
    return "".join(
        f'<pattern id="band-{band}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{FILLS[band]}"/>{line}</pattern>'
        for band, line in zip((1, 2), lines, strict=True)
    )


def fill_of(band: int | None) -> str:
    """The fill of a class."""
    if band is None:
        return WITHHELD_FILL
    return f"url(#band-{band})" if band in (1, 2) else FILLS[band]


def _shape(each: Hexagon, corners: Sequence[Point]) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    dashed = ' stroke-dasharray="3 2"' if each.band is None else ""
    return (
        f'<polygon points="{points}" fill="{fill_of(each.band)}" stroke="{INK}" stroke-width="1"{dashed}>'
        f"<title>{escape(words_of(each))}</title></polygon>"
    )


def _badges(hexagons: Sequence[Hexagon], place: Any) -> str:
    """The numbers of the hexagons with most, none over another."""
    middles = {each.cell: _middle([place(corner) for corner in each.corners]) for each in hexagons}
    # Of the smallest: in it, too, there must be room.
    first = max(hexagons, key=lambda each: resolution_of(each.cell))
    is_large = math.dist(middles[first.cell], place(first.corners[0])) >= LARGE
    taken: list[Point] = [] if is_large else list(middles.values())
    drawn: list[str] = []
    for each in sorted((each for each in hexagons if each.number), key=lambda each: each.number):
        x, y = middles[each.cell]
        ways = (INSIDE,) if is_large else BESIDE
        dx, dy = next((at for at in ways if _is_free((x + at[0], y + at[1]), taken)), ways[0])
        taken.append((x + dx, y + dy))
        drawn.append(_badge((x, y), (x + dx, y + dy), each.number))
    return "".join(drawn)


def _middle(corners: Sequence[Point]) -> Point:
    x, y = (sum(values) / len(corners) for values in zip(*corners, strict=True))
    return x, y


def _badge(of: Point, at: Point, number: int) -> str:
    """A number in a ring, with a line to its hexagon where it stands beside that."""
    leader = f'<path d="M{of[0]:.1f},{of[1]:.1f}L{at[0]:.1f},{at[1]:.1f}" stroke="{INK}" stroke-width="1.5"/>'
    return (
        f"{leader if of != at else ''}"
        f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{BADGE:g}" fill="{WHITE}" stroke="{INK}" stroke-width="1.5"/>'
        f'<text x="{at[0]:.1f}" y="{at[1] + 4.5:.1f}" font-size="13" font-weight="bold" text-anchor="middle"'
        f' fill="{INK}">{number}</text>'
    )


def _is_free(at: Point, taken: Sequence[Point]) -> bool:
    return all(math.dist(at, other) > 2 * BADGE for other in taken)


def _scale(metres: float, height: float) -> str:
    """A bar that says how far things are apart."""
    length = max((each for each in SCALES if each / metres <= FIGURE_WIDTH / 4), default=SCALES[0])
    wide = length / metres
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length} m"
    right, y = FIGURE_WIDTH - 8.0, height - 4
    return (
        f'<path d="M{right - wide:.1f},{y - 5:.1f}v5H{right:.1f}v-5" fill="none" stroke="{QUIET}" stroke-width="1.5"/>'
        f'<text x="{right:.1f}" y="{y - 10:.1f}" font-size="13" text-anchor="end" fill="{INK}">{words}</text>'
    )


def _legend(found: PlaceMap, top: float) -> tuple[str, float]:
    """What each hatching means, and what the numbers are; where it ends."""
    entries: list[tuple[str, str]] = [
        (fill_of(place + CLASSES - len(found.classes)), _between(low, high))
        for place, (low, high) in enumerate(found.classes)
    ]
    if any(each.band is None for each in found.hexagons):
        entries.append((WITHHELD_FILL, "number withheld"))
    drawn: list[str] = []
    x, y = 8.0, top + 24
    for fill, words in entries:
        wide = 34 + 8 * len(words)
        if x + wide > FIGURE_WIDTH:
            x, y = 8.0, y + 26
        drawn.append(
            f'<rect x="{x:g}" y="{y - 14:g}" width="22" height="18" fill="{fill}" stroke="{INK}"/>'
            f'<text x="{x + 28:g}" y="{y:g}" font-size="13" fill="{INK}">{words}</text>'
        )
        x += wide + 14
    notes = ["Numbers: the hexagons with most events, as in the table. North is at the top."]
    if len({resolution_of(each.cell) for each in found.hexagons}) > 1:
        notes.append(
            "A larger shape: its parts have too few people behind them to be shown. Larger is not busier."
        )
    for words in notes:
        y += 28 if words is notes[0] else 20
        drawn.append(f'<text x="8" y="{y:g}" font-size="13" fill="{QUIET}">{words}</text>')
    return "".join(drawn), y


def _between(low: int, high: int) -> str:
    if low == high:
        return _events(low)
    return f"{low:,} to {high:,} events"


def numbers_of(release: Release) -> Mapping[str, int]:
    """The numbers on the map by cell, for the table beside it."""
    return {each.cell: each.number for each in find_map(release).hexagons if each.number}
