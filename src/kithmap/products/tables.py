"""A release as a table: text for a terminal, CSV and JSON for machines, HTML for a page."""

import csv
import io
import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.maps import names_of
from kithmap.products.order import ordered
from kithmap.products.ranges import is_beside, range_words
from kithmap.products.words import (
    KINDS,
    NO_NAMES,
    UNKNOWN,
    WHOLES,
    WITHHELD,
    Names,
    heading,
    is_number,
    said,
    shown,
)

WIDTH = 80
_GAP = "  "
_NARROWEST = 10
_FEW = 3
_LONG, _WIDE = 24, 7
_ANYONE = KINDS["all"]
# A spreadsheet runs a text that begins with one of these (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Grid:
    """A release laid out for reading: headings, which columns are numbers, rows of words, asides."""

    headings: tuple[str, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    asides: tuple[tuple[str, str], ...] = ()

    @property
    def is_dense(self) -> bool:
        """Whether it is long or wide enough for smaller print."""
        return len(self.rows) > _LONG or len(self.headings) > _WIDE

    def is_whole(self, row: Sequence[str]) -> bool:
        """Whether a row counts everybody, so that it is printed apart from the others."""
        words = [text for text, number in zip(row, self.numbers, strict=True) if not number]
        return bool(words) and words[0] in WHOLES and all(word in (*WHOLES, "", _ANYONE) for word in words)

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """The marks this grid uses for values it does not show, each with its meaning."""
        used = {text.split("\n")[0] for row in self.rows for text in row} | {text for _, text in self.asides}
        return tuple(mark for mark in (("[c]", WITHHELD), ("[x]", UNKNOWN)) if mark[0] in used)


def grid(release: Release, rows: Sequence[Row] | None = None, names: Names = NO_NAMES) -> Grid:
    """Lay a release out for reading, all of it or some of its rows.

    A column that says the same in every row, or something in one row only, is said once beside
    the table: the seed of a test is no reason to scroll sideways.
    """
    chosen = ordered(release) if rows is None else rows
    names = {**names, **names_of(release)} if release.chart == "map" else names
    read = [name for name in release.columns if not is_beside(release, name)]
    once = {name: text for name in read if (text := _said_once(release, name, chosen)) is not None}
    if all(name in once or is_number(release, name) for name in read):
        once = {name: text for name, text in once.items() if is_number(release, name)}
    columns = [column for column in read if column not in once]
    return Grid(
        headings=tuple(heading(column) for column in columns),
        numbers=tuple(is_number(release, column) for column in columns),
        rows=tuple(tuple(_in_grid(row, column, names) for column in columns) for row in chosen),
        asides=tuple((heading(column), text) for column, text in once.items() if text not in (*WHOLES, "")),
    )


def _in_grid(row: Row, column: str, names: Names) -> str:
    """A value as a grid shows it: a count with its range."""
    text, ends = shown(column, row.get(column), names), range_words(row, column)
    return f"{text} ({ends})" if ends else text


def _said_once(release: Release, column: str, rows: Sequence[Row]) -> str | None:
    """What a column says when that is one thing only; None when it says more."""
    if column in release.counts or len(rows) <= _FEW:
        return None
    texts = [shown(column, row.get(column)) for row in rows]
    if not is_number(release, column):
        return texts[0] if len(set(texts)) == 1 else None
    known = [text for text in texts if text not in ("", "[x]")]
    if set(known) == {"[c]"} and len(known) < len(texts):
        # Of a column that nobody knows anything of, withholding some of it says nothing.
        return "[x]"
    if len(known) > 1 and set(texts) != {known[0]}:
        return None
    return known[0] if known else "[x]"


def to_text(release: Release) -> str:
    """Write a release for a terminal of 80 columns: sentence, table, caveats, where it comes from."""
    laid_out = grid(release)
    parts = [
        textwrap.fill(said(release.sentence), WIDTH),
        _text_table(laid_out),
        "\n".join(f"{head}: {text}" for head, text in laid_out.asides),
        "\n".join(f"{mark} {meaning}" for mark, meaning in laid_out.marks),
        "\n".join(
            textwrap.fill(caveat, WIDTH, initial_indent="- ", subsequent_indent=_GAP)
            for caveat in release.caveats
        ),
        textwrap.fill(
            f"Unit: {release.unit}. Level {release.level.value}. Build {release.build}. "
            f"Purpose {release.purpose}. Release {release.release_id}.",
            WIDTH,
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _text_table(laid_out: Grid) -> str:
    if not laid_out.rows:
        return "There are no rows."
    widths = _widths(laid_out)
    if widths is None:
        return _records(laid_out)
    lines = [*_wrapped_line(laid_out.headings, widths, laid_out.numbers), _GAP.join("-" * w for w in widths)]
    for row in laid_out.rows:
        lines += _wrapped_line(row, widths, laid_out.numbers)
    return "\n".join(lines)


def _widths(laid_out: Grid) -> list[int] | None:
    """Widths that fit the terminal, narrowing the widest text; None when nothing fits."""
    columns = list(zip(*laid_out.rows, strict=True))
    # A heading may break between its words, a number may not.
    least = [max(map(len, head.split())) for head in laid_out.headings]
    widths = [max(need, *map(len, column)) for need, column in zip(least, columns, strict=True)]
    room = WIDTH - len(_GAP) * (len(widths) - 1)
    text = [i for i, number in enumerate(laid_out.numbers) if not number]
    while sum(widths) > room:
        widest = max(text, key=lambda i: widths[i], default=None)
        if widest is None or widths[widest] <= max(_NARROWEST, least[widest]):
            return None
        widths[widest] -= 1
    spare = room - sum(widths)
    for i, head in enumerate(laid_out.headings):
        wanted = min(max(len(head) - widths[i], 0), spare)
        widths[i], spare = widths[i] + wanted, spare - wanted
    return widths


def _wrapped_line(texts: Sequence[str], widths: Sequence[int], numbers: Sequence[bool]) -> list[str]:
    wrapped = [textwrap.wrap(text, width) or [""] for text, width in zip(texts, widths, strict=True)]
    lines: list[str] = []
    for line in range(max(map(len, wrapped))):
        cells = [part[line] if line < len(part) else "" for part in wrapped]
        placed = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        ]
        lines.append(_GAP.join(placed).rstrip())
    return lines


def _records(laid_out: Grid) -> str:
    """One line a value, for a table with too many columns for a terminal."""
    width = max(map(len, laid_out.headings))
    return "\n\n".join(
        "\n".join(
            textwrap.fill(
                f"{head.ljust(width)}{_GAP}{text}", WIDTH, subsequent_indent=" " * (width + len(_GAP))
            )
            for head, text in zip(laid_out.headings, row, strict=True)
        )
        for row in laid_out.rows
    )


def to_csv(release: Release) -> str:
    """Write a release as CSV: a withheld value is empty, with its status in the next column."""
    header, lines = to_lines(release)
    out = io.StringIO()
    # RFC 4180; with a bare line feed, Python leaves a carriage return inside a value unquoted.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(name) for name in header])
    writer.writerows(lines)
    return out.getvalue()


def to_lines(release: Release) -> tuple[list[str], list[list[int | float | str | None]]]:
    """A release's headings and rows for a spreadsheet: beside each number, how it stands."""
    numbers = {column for column in release.columns if is_number(release, column)}
    header: list[str] = []
    for column in release.columns:
        header += [column, f"{column}_status"] if column in numbers else [column]
    lines: list[list[int | float | str | None]] = []
    for row in release.rows:
        line: list[int | float | str | None] = []
        for column in release.columns:
            value = row.get(column)
            if column in numbers:
                line += [value.value, value.status.value] if isinstance(value, Cell) else [value, ""]
            else:
                line.append(_plain(value))
        lines.append(line)
    return header, lines


def _plain(value: "Cell | str | None") -> int | float | str | None:
    if isinstance(value, Cell):
        return value.value
    return None if value is None else safe_text(value)


def safe_text(text: str) -> str:
    """A text that no spreadsheet will run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_data(release: Release) -> dict[str, Any]:
    """A release as plain values, for JSON: numbers in `rows`, how each stands in `status`."""
    return {
        "release": release.release_id,
        "measure": release.measure,
        "question": release.question,
        "unit": release.unit,
        "columns": list(release.columns),
        "rows": [{name: _value(row.get(name)) for name in release.columns} for row in release.rows],
        "status": [
            {name: cell.status.value for name in release.columns if isinstance(cell := row.get(name), Cell)}
            for row in release.rows
        ],
        "sentence": release.sentence,
        "caveats": list(release.caveats),
        "build": release.build,
        "purpose": release.purpose,
        "level": release.level.value,
        "to": release.to,
        "approved_by": list(release.approved_by),
        "released_at": release.released_at.isoformat(timespec="seconds"),
        "options": dict(release.options),
    }


def _value(value: "Cell | str | None") -> int | float | str | None:
    return value.value if isinstance(value, Cell) else value


def to_json(release: Release) -> str:
    """Write a release as JSON, the form of `kithmap ask --json`."""
    return json.dumps(to_data(release), ensure_ascii=False, indent=2, default=str)


def to_html(release: Release, *, caption: str = "") -> str:
    """Write a release as an HTML table: caption, scoped headings, `[c]` explained where it stands."""
    from kithmap.products.documents import render

    return render("table.html.j2", grid=grid(release), caption=caption or release.question)
