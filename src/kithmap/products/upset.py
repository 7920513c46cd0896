"""The overlap of any number of lists: a bar for each combination, a dot for each list in it."""

from dataclasses import dataclass

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.marks import (
    SMALL_TITLE,
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
from kithmap.products.ranges import find_ends
from kithmap.products.svg import FIGURE_WIDTH, GRID, INK, MAIN, PALE, STRIPE, WHITE
from kithmap.products.words import NO_NAMES, SEPARATOR, Names, heading, label

MOST_COMBINATIONS = 12
_ROW = 26
_SIZES_WIDTH = 96
_BARS_HEIGHT = 150
# An address as the drawing needs one, complete; no host has this name (RFC 2606).
PLACE = "http://here.invalid/"


@dataclass(frozen=True)
class Combination:
    """The young people on exactly these lists."""

    lists: tuple[str, ...]
    count: Cell
    ends: tuple[float, float] | None = None


@dataclass(frozen=True)
class Overlap:
    """What an overlap release says: combinations, largest first, and the size of each list."""

    combinations: tuple[Combination, ...]
    sizes: tuple[tuple[str, Cell], ...]
    column: str

    @property
    def drawn(self) -> tuple[Combination, ...]:
        return self.combinations[:MOST_COMBINATIONS]

    @staticmethod
    def split(name: str) -> tuple[str, ...]:
        """The lists that a combination's name joins."""
        return tuple(name.split(SEPARATOR))

    @property
    def left_out(self) -> tuple[Combination, ...]:
        return self.combinations[MOST_COMBINATIONS:]


def read_overlap(release: Release) -> Overlap:
    """Read the rows of an overlap release: which are combinations, which are whole lists."""
    column, count = names_column(release), release.counts[0]
    combinations: list[Combination] = []
    sizes: list[tuple[str, Cell]] = []
    for row in release.rows:
        name, cell = row.get(column), row.get(count)
        if not isinstance(name, str) or not isinstance(cell, Cell):
            continue
        if row.get("kind") == "combination":
            combinations.append(Combination(Overlap.split(name), cell, find_ends(row, count)))
        elif row.get("kind") == "total":
            sizes.append((name, cell))
    # Withheld counts are small, and stand last: their order must not say which is the larger.
    combinations.sort(key=lambda c: (c.count.value is None, -(c.count.value or 0), len(c.lists), c.lists))
    named = {name for name, _ in sizes}
    missing = sorted({name for c in combinations for name in c.lists} - named)
    known = sorted(sizes, key=lambda s: (s[1].value is None, -(s[1].value or 0), s[0]))
    return Overlap(tuple(combinations), (*known, *((name, Cell(0)) for name in missing if not sizes)), column)


def names_column(release: Release) -> str:
    """The column that names the lists: the first that is neither the kind nor a count."""
    return next(c for c in release.columns if c != "kind" and c not in release.counts)


def left_out_words(release: Release) -> str:
    """Say what the figure leaves to the table: empty when it shows every combination."""
    rest = read_overlap(release).left_out
    if not rest:
        return ""
    shown = [c.count.value for c in rest if c.count.value is not None]
    hidden = len(rest) - len(shown)
    young = f"{sum(shown):,} {heading(release.counts[0]).lower()} in {_counted(len(shown), 'smaller')}"
    parts = [young] if shown else []
    parts += [_counted(hidden, "withheld")] if hidden else []
    return (
        f"The figure shows the {MOST_COMBINATIONS} largest combinations; it leaves out {' and '.join(parts)}."
    )


def _counted(number: int, which: str) -> str:
    return f"{number} {which} {'combination' if number == 1 else 'combinations'}"


def draw_upset(release: Release, names: Names = NO_NAMES, *, linked: bool = False) -> Spec:
    """Draw bars over a matrix of dots, with the size of each list beside it.

    linked: each bar's column is a link to `PLACE` and its number, for `linked_upset` to fill in.
    """
    overlap = read_overlap(release)
    lists = [broken(label(overlap.column, name, names)) for name, _ in overlap.sizes]
    room = room_for(lists)
    space = FIGURE_WIDTH - room - _SIZES_WIDTH - 70
    step = max(20.0, min(48.0, space / max(len(overlap.drawn), 1)))
    bars = _bars(overlap, heading(release.counts[0]), step, room)
    if linked:
        bars["layer"].append(_links(overlap))
    below = {
        "hconcat": [_matrix(overlap, lists, step), _sizes(overlap, lists)],
        "spacing": 10,
        "bounds": "flush",
    }
    return {"vconcat": [bars, below], "spacing": 8, "bounds": "flush"}


def _bars(overlap: Overlap, unit: str, step: float, room: float) -> Spec:
    rows = [_bar(at, combination) for at, combination in enumerate(overlap.drawn)]
    counted, held = split(rows)
    ranged = [row for row in counted if row["low"] != row["high"]]
    x = alt.X("at:O", axis=None, scale=alt.Scale(domain=list(range(len(rows)))))
    axis = alt.Axis(title=None, tickCount=4, format=",d", tickMinStep=1, minExtent=room, maxExtent=room)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domainMin=0))
    ends = {"y": alt.Y("low:Q"), "y2": alt.Y2("high")}
    return layered(
        draw("bar", counted, {"color": MAIN, "width": {"band": 0.62}}, x=x, y=y),
        # Dark on a dark bar: a pale line beneath sets it off.
        *(
            draw("rule", ranged, {"color": color, "strokeWidth": width}, x=x, **ends)
            for color, width in ((WHITE, 4), (INK, 1.5))
        ),
        words(counted, {"baseline": "bottom", "dy": -4}, x=x, y=alt.Y("top:Q")),
        *open_marks(held, x=x, y=alt.YValue(_BARS_HEIGHT - 13)),
        width={"step": step},
        height=_BARS_HEIGHT,
        title={"text": f"{unit} on exactly these", "offset": 16, "frame": "bounds", **SMALL_TITLE},
    )


def _links(overlap: Overlap) -> Spec:
    """A see-through column over each bar, its number and its room: a bar of one person is too low to press."""
    rows = [{"at": at, "href": f"{PLACE}{at}"} for at in range(len(overlap.drawn))]
    look = {"opacity": 0, "color": WHITE, "width": {"band": 1}}
    x = alt.X("at:O", axis=None)
    return draw(
        "bar", rows, look, x=x, y=alt.YValue(0), y2=alt.Y2Value(_BARS_HEIGHT), href=alt.Href("href:N")
    )


def _bar(at: int, combination: Combination) -> dict[str, object]:
    """A bar as a chart's data, with the ends of its range; its number stands above them both."""
    value = float(combination.count.value or 0)
    low, high = combination.ends or (value, value)
    return {"at": at, **number(combination.count), "low": low, "high": high, "top": max(value, high)}


def _matrix(overlap: Overlap, names: list[str], step: float) -> Spec:
    dots = [
        {"at": at, "name": shown, "on": name in c.lists}
        for at, c in enumerate(overlap.drawn)
        for shown, (name, _) in zip(names, overlap.sizes, strict=True)
    ]
    lines = [
        {"at": at, "first": names[min(on)], "last": names[max(on)]}
        for at, c in enumerate(overlap.drawn)
        if len(on := [i for i, (name, _) in enumerate(overlap.sizes) if name in c.lists]) > 1
    ]
    x = alt.X("at:O", axis=None, scale=alt.Scale(domain=list(range(len(overlap.drawn)))))
    y = alt.Y("name:N", scale=alt.Scale(domain=names), axis=label_axis(room_for(names)))
    on_or_off = alt.Color("on:N", legend=None, scale=alt.Scale(domain=[False, True], range=[GRID, INK]))
    return layered(
        draw("rect", [{"name": name} for name in names[::2]], {"color": STRIPE}, y=y),
        draw("circle", dots, {"size": 130, "opacity": 1}, x=x, y=y, color=on_or_off),
        draw("rule", lines, {"color": INK, "strokeWidth": 2.5}, x=x, y=alt.Y("first:N"), y2=alt.Y2("last")),
        *name_marks(names, "name", y),
        width={"step": step},
        height={"step": _row(names)},
    )


def _row(names: list[str]) -> int:
    return _ROW + 15 * max((name.count("\n") for name in names), default=0)


def _sizes(overlap: Overlap, names: list[str]) -> Spec:
    rows = [{"name": name, **number(cell)} for name, (_, cell) in zip(names, overlap.sizes, strict=True)]
    counted, held = split(rows)
    largest = max((float(cell.value or 0) for _, cell in overlap.sizes), default=0) or 1
    y = alt.Y("name:N", axis=None, scale=alt.Scale(domain=names))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, largest * 1.5]))
    return layered(
        draw("bar", counted, {"color": PALE, "height": {"band": 0.62}}, x=x, y=y),
        words(counted, {"align": "left", "dx": 5}, x=x, y=y),
        *open_marks(held, x=alt.XValue(13), y=y),
        width=_SIZES_WIDTH,
        height={"step": _row(names)},
        title={"text": "In all", "offset": 4, **SMALL_TITLE},
    )
