"""The overlap of any number of lists: a bar for each combination, a dot for each list in it."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.products.marks import (
    SMALL_TITLE,
    broken,
    data,
    label_axis,
    layered,
    name_marks,
    number,
    open_marks,
    room_for,
    split,
)
from kithmap.products.svg import FIGURE_WIDTH, GRID, INK, MAIN, PALE, STRIPE
from kithmap.products.words import SEPARATOR, heading, label

MOST_COMBINATIONS = 12
_ROW = 26
_SIZES_WIDTH = 96
_BARS_HEIGHT = 150


@dataclass(frozen=True)
class Combination:
    """The young people on exactly these lists."""

    lists: tuple[str, ...]
    count: Cell


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
            combinations.append(Combination(Overlap.split(name), cell))
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
    parts = (
        [f"{sum(shown):,} {heading(release.counts[0]).lower()} in {len(shown)} smaller combinations"]
        if shown
        else []
    )
    parts += [f"{hidden} withheld combinations"] if hidden else []
    return f"The figure shows the {MOST_COMBINATIONS} largest combinations; the table also has {' and '.join(parts)}."


def draw_upset(release: Release) -> dict[str, Any]:
    """Draw bars over a matrix of dots, with the size of each list beside it."""
    overlap = read_overlap(release)
    names = [broken(label(overlap.column, name)) for name, _ in overlap.sizes]
    room = room_for(names)
    space = FIGURE_WIDTH - room - _SIZES_WIDTH - 70
    step = max(20.0, min(48.0, space / max(len(overlap.drawn), 1)))
    below = alt.hconcat(_matrix(overlap, names, step), _sizes(overlap, names), spacing=10, bounds="flush")
    return alt.vconcat(
        _bars(overlap, heading(release.counts[0]), step, room), below, spacing=8, bounds="flush"
    ).to_dict()


def _bars(overlap: Overlap, unit: str, step: float, room: float) -> alt.LayerChart:
    rows = [{"at": at, **number(c.count)} for at, c in enumerate(overlap.drawn)]
    counted, held = split(rows)
    x = alt.X("at:O", axis=None, scale=alt.Scale(domain=list(range(len(rows)))))
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, tickCount=4, format=",d", tickMinStep=1, minExtent=room, maxExtent=room),
        scale=alt.Scale(domainMin=0),
    )
    title = alt.TitleParams(f"{unit} on exactly these", offset=16, frame="bounds", **SMALL_TITLE)
    base = alt.Chart(data(counted), title=title).encode(x=x, y=y)
    return layered(
        base.mark_bar(color=MAIN, width={"band": 0.62}),
        base.mark_text(baseline="bottom", dy=-4).encode(text="words:N"),
        *open_marks(held, x=x, y=alt.value(_BARS_HEIGHT - 13)),
        width=alt.Step(step),
        height=_BARS_HEIGHT,
    )


def _matrix(overlap: Overlap, names: list[str], step: float) -> alt.LayerChart:
    rows = [
        {"at": at, "name": shown, "on": name in c.lists}
        for at, c in enumerate(overlap.drawn)
        for shown, (name, _) in zip(names, overlap.sizes, strict=True)
    ]
    y_scale = alt.Scale(domain=names)
    x = alt.X("at:O", axis=None, scale=alt.Scale(domain=list(range(len(overlap.drawn)))))
    y = alt.Y("name:N", scale=y_scale, axis=label_axis(room_for(names)))
    base = alt.Chart(data(rows)).encode(x=x, y=y)
    joined = [
        {"at": at, "first": min(on), "last": max(on)}
        for at, c in enumerate(overlap.drawn)
        if len(on := [i for i, (name, _) in enumerate(overlap.sizes) if name in c.lists]) > 1
    ]
    lines = [{"at": row["at"], "first": names[row["first"]], "last": names[row["last"]]} for row in joined]
    stripes = alt.Chart(data([{"name": name} for name in names[::2]])).mark_rect(color=STRIPE)
    return layered(
        stripes.encode(y=y),
        base.mark_circle(size=130, opacity=1).encode(
            color=alt.Color("on:N", legend=None, scale=alt.Scale(domain=[False, True], range=[GRID, INK]))
        ),
        alt.Chart(data(lines))
        .mark_rule(color=INK, strokeWidth=2.5)
        .encode(x=x, y=alt.Y("first:N"), y2="last:N"),
        *name_marks(names, "name", y),
        width=alt.Step(step),
        height=alt.Step(_row(names)),
    )


def _row(names: list[str]) -> int:
    return _ROW + 15 * max(name.count("\n") for name in names)


def _sizes(overlap: Overlap, names: list[str]) -> alt.LayerChart:
    rows = [{"name": name, **number(cell)} for name, (_, cell) in zip(names, overlap.sizes, strict=True)]
    counted, held = split(rows)
    largest = max((float(cell.value or 0) for _, cell in overlap.sizes), default=0) or 1
    y = alt.Y("name:N", axis=None, scale=alt.Scale(domain=names))
    x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, largest * 1.5]))
    base = alt.Chart(data(counted), title=alt.TitleParams("In all", offset=4, **SMALL_TITLE)).encode(x=x, y=y)
    return layered(
        base.mark_bar(color=PALE, height={"band": 0.62}),
        base.mark_text(align="left", dx=5).encode(text="words:N"),
        *open_marks(held, x=alt.value(13), y=y),
        width=_SIZES_WIDTH,
        height=alt.Step(_row(names)),
    )
