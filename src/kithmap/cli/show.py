"""How an answer is printed: results on standard output, progress on standard error, JSON on request."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, int, int], None]


def say(text: str = "") -> None:
    """Print a line of the result."""
    print(text)


def tell(text: str) -> None:
    """Print a line that is not the result: standard error."""
    print(text, file=sys.stderr)


def say_json(data: Any) -> None:
    """Print data for machines."""
    print(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def say_either(as_json: bool, data: Any, text: str) -> None:
    """Print `data` as JSON, or `text` for people."""
    if as_json:
        say_json(data)
    else:
        say(text)


def columns(rows: Sequence[Sequence[object]], headings: Sequence[str]) -> str:
    """Lay rows out in columns wide enough for their widest value; numbers to the right.

    >>> print(columns([["overlap", 3]], ["measure", "rows"]))
    measure  rows
    overlap     3
    """
    table = [[_word(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(headings), *table]) for i in range(len(headings))]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(headings))
    ]
    return "\n".join(_line(line, widths, right) for line in [list(headings), *table])


def _word(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _line(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = [
        text.rjust(width) if to_right else text.ljust(width)
        for text, width, to_right in zip(line, widths, right, strict=True)
    ]
    return "  ".join(cells).rstrip()


def fields(pairs: Mapping[str, object]) -> str:
    """Lay names and values out in two columns, leaving out what is empty."""
    kept = {name: value for name, value in pairs.items() if value not in (None, "", (), [])}
    width = max((len(name) for name in kept), default=0)
    return "\n".join(f"{name.ljust(width)}  {_joined(value)}" for name, value in kept.items())


def _joined(value: object) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return ", ".join(_word(item) for item in value)
    return _word(value)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on standard error while work goes on; nothing when it is not a terminal.

    The callback takes the step's name, how much is done and of how much.
    """
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    parts = (
        TextColumn("{task.fields[title]:<8}"),
        BarColumn(32),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Bar(*parts, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task("", title=title, total=None)

        def report(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total)

        yield report
