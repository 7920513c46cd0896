"""The marks that every figure shares: rows as data, a number beside its bar, an open mark for withheld."""

import textwrap
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from kithmap.governance.cells import Cell
from kithmap.products.svg import INK, QUIET, WHITE

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, object]]

# Room for one letter of 13 px text in a wide common sans serif (DejaVu Sans), so that
# nothing is cut off on a machine without Arial.
LETTER = 7.6
_LONGEST_LINE = 24
# As high as the closest rows are apart, as wide as its three letters need.
_BOX = "M-1.1,-0.75h2.2v1.5h-2.2z"
SMALL_TITLE: dict[str, Any] = {"fontSize": 13, "fontWeight": "normal", "color": QUIET, "anchor": "start"}
PANEL_TITLE: dict[str, Any] = {"fontSize": 13, "fontWeight": "bold", "color": INK, "anchor": "start"}


def broken(text: str, longest: int = _LONGEST_LINE) -> str:
    """A label broken over lines, so that a long one leaves room for the figure."""
    return "\n".join(textwrap.wrap(text, longest, break_long_words=False)) or text


def room_for(texts: Sequence[str]) -> float:
    """The width the longest line of these labels needs."""
    return max((len(line) for text in texts for line in text.split("\n")), default=0) * LETTER + 8


def label_axis(room: float) -> alt.Axis:
    """An axis on the left that keeps the same room for names whatever fonts the machine has."""
    return alt.Axis(title=None, domain=False, ticks=False, labels=False, minExtent=room, maxExtent=room)


def draw(kind: str, rows: Rows, look: Mapping[str, object] | None = None, **channels: alt.SchemaBase) -> Spec:
    """One mark a row, placed by channels.

    Charts are put together as plain specifications: Altair's own composition copies every chart
    many times over, which took longer than drawing it.
    """
    encoding = {name: channel.to_dict(validate=False) for name, channel in channels.items()}
    return {"data": {"values": list(rows)}, "mark": {"type": kind, **(look or {})}, "encoding": encoding}


def layered(*layers: Spec, width: object, height: object, title: Spec | None = None) -> Spec:
    """Marks drawn over each other on one pair of axes."""
    named = {"title": title} if title else {}
    return {"layer": list(layers), "width": width, "height": height, **named}


def words(rows: Rows, look: Mapping[str, object] | None = None, **channels: alt.SchemaBase) -> Spec:
    """The words of each row, printed where the channels put them."""
    return draw("text", rows, look, text=alt.Text("words:N"), **channels)


def name_marks(keys: Sequence[str], field: str, y: alt.Y) -> list[Spec]:
    """The names along such an axis, each of one or several lines, centred on its row.

    An axis of Vega's hangs the second line of a name below its row. What follows a tab in a key
    keeps two equal names apart, and is not printed.
    """
    lines = defaultdict[float, list[Mapping[str, object]]](list)
    for key in keys:
        parts = key.split("\t")[0].split("\n")
        for at, part in enumerate(parts):
            lines[(at - (len(parts) - 1) / 2) * 15].append({field: key, "words": part})
    return [
        words(rows, {"align": "right", "dy": down}, x=alt.XValue(-7), y=y)
        for down, rows in sorted(lines.items())
    ]


def open_marks(rows: Rows, **channels: alt.SchemaBase) -> list[Spec]:
    """An open, dashed box that says `[c]`, where a value is withheld."""
    box = {"shape": _BOX, "size": 400, "filled": True, "fill": WHITE, "stroke": QUIET, "strokeDash": [3, 2]}
    return [
        draw("point", rows, box, **channels),
        words(rows, {"fontSize": 12, "align": "center"}, **channels),
    ]


def split(rows: Rows) -> tuple[list[Mapping[str, object]], list[Mapping[str, object]]]:
    """Rows with a value, and rows whose value is withheld or not known."""
    return [row for row in rows if row["value"] is not None], [row for row in rows if row["value"] is None]


def number(cell: Cell) -> dict[str, object]:
    """A cell as a chart's data: its value, and the words printed for it."""
    return {"value": cell.value, "words": str(cell)}
