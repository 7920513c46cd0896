"""A strip of time: one column for each hour of the day, or each month, its number above it."""

from collections.abc import Mapping, Sequence
from html import escape

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.charts import figure_name
from kithmap.products.svg import FIGURE_WIDTH, HATCH, INK, MAIN, QUIET, WHITE, finish

TALL, TOP, SIDE = 120.0, 22.0, 8.0
HOURS = tuple(f"{hour:02}:00" for hour in range(24))
LABELS_AT_MOST, LETTER = 8, 7.6


def to_hours_svg(release: Release) -> str:
    """Draw how many events fall in each hour of the day; empty where the time of none is known."""
    counts = {str(row["place"]): cell for row in release.rows if isinstance(cell := row[release.counts[0]], Cell)}  # fmt: skip
    if not set(HOURS) & set(counts):
        return ""
    return draw_strip(HOURS, counts, name=f"{figure_name(release)}-hours", title="Events by hour of the day")


def draw_strip(labels: Sequence[str], counts: Mapping[str, Cell], *, name: str, title: str) -> str:
    """Draw counts as columns in the order of their labels; a label without a count has none."""
    wide = (FIGURE_WIDTH - 2 * SIDE) / len(labels)
    most = max((counts[label].value or 0 for label in labels if label in counts), default=0) or 1
    base = TOP + TALL
    every = -(-len(labels) // LABELS_AT_MOST)
    columns = "".join(
        _column(SIDE + at * wide, wide, counts[label], most) for at, label in enumerate(labels) if label in counts
    )  # fmt: skip
    marks = "".join(
        f'<text x="{SIDE + at * wide + 2:.1f}" y="{base + 18:g}" font-size="13" fill="{INK}">{escape(labels[at])}</text>'
        for at in range(0, len(labels), every)
        # The last one may find no room.
        if SIDE + at * wide + LETTER * len(labels[at]) < FIGURE_WIDTH
    )
    drawn = (
        f'<svg width="{FIGURE_WIDTH}" height="{base + 26:g}">{columns}'
        f'<path d="M{SIDE:g},{base:g}H{FIGURE_WIDTH - SIDE:g}" stroke="{QUIET}"/>{marks}</svg>'
    )
    return finish(
        drawn, name=name, title=title, description="The table with this figure holds the same numbers."
    )


def _column(x: float, wide: float, cell: Cell, most: float) -> str:
    middle = x + wide / 2
    if cell.value is None:
        box = (
            f'<rect x="{x + 2:.1f}" y="{TOP + TALL - 18:.1f}" width="{wide - 4:.1f}" height="18" fill="{WHITE}"'
            f' stroke="{HATCH}" stroke-dasharray="3 2"/>'
        )
        return f"{box}{_number(middle, TOP + TALL - 24, '[c]')}"
    tall = TALL * cell.value / most
    bar = f'<rect x="{x + 2:.1f}" y="{TOP + TALL - tall:.1f}" width="{wide - 4:.1f}" height="{tall:.1f}" fill="{MAIN}"/>'
    return f"{bar}{_number(middle, TOP + TALL - tall - 5, str(cell))}"


def _number(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="middle" fill="{INK}">{words}</text>'
