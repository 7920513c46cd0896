"""Reading cells by a layout's values: a column in, a typed column out, faults noted on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from kithmap.ingest.layouts import Layout, Value
from kithmap.ingest.words import find_mapped, split_text, yes_no_of
from kithmap.model.codes import words_of
from kithmap.model.times import parse_date_pairs, parse_dates, parse_moments, parse_times

ROW = "row"


@dataclass(frozen=True)
class CellFault:
    """Cells of one column that could not be read in one way, with the rows they stand in."""

    column: str
    what: str
    expected: str
    do: str
    rows: tuple[int, ...]


_DATES = ("is not a date that can be read", "A date, day first, such as 03/09/2009.",
          "Ask the sender to correct it, or say in the layout how dates are written.")  # fmt: skip
_NOT_NAMES = frozenset({"na", "nil", "none", "tba", "dk"})


class Reading:
    """The cells of an extract, and every value of its layout read from them."""

    def __init__(self, cells: pl.DataFrame, layout: Layout) -> None:
        """`cells` has `row`, and one text column for each of the layout's columns, named as there."""
        self.cells = cells
        self.layout = layout
        self.faults: list[CellFault] = []
        self.mended: dict[str, int] = {}
        self._unknown = frozenset(word for word, _ in words_of("unknown_word")) | frozenset(
            word.strip().casefold() for word in layout.format.unknown
        )

    @property
    def rows(self) -> pl.Series:
        return self.cells[ROW]

    @property
    def height(self) -> int:
        return self.cells.height

    def nothing(self, dtype: Any = pl.String) -> pl.Series:
        """A column of nulls."""
        return nothing(self.height, dtype)

    def raw(self, value: Value | None, *, is_name: bool = False) -> pl.Series:
        """The text of a value before any map: constant, first filled column, or columns joined."""
        if value is None:
            return self.nothing()
        if value.constant is not None:
            return pl.Series(values=[value.constant], dtype=pl.String).new_from_index(0, self.height)
        known = [
            self._known(column, is_name)
            for column in value.columns
            if column_key(column) in self.cells.columns
        ]
        if not known:
            return self.nothing()
        text = known[0]
        if len(known) > 1 or value.join is not None:
            cells = pl.DataFrame(known)
            joined = pl.concat_str(pl.all(), separator=value.join or "", ignore_nulls=True)
            either = pl.coalesce(pl.all()) if value.join is None else pl.when(joined != "").then(joined)
            text = cells.select(either.alias("text")).to_series()
        if value.part is not None:
            text = self._part(text, value)
        return text

    def _known(self, column: str, is_name: bool) -> pl.Series:
        """The cells of a column that say something."""
        cells = self.cells[column_key(column)]
        if cells.name not in self._doubtful:
            return cells
        words = self._unknown - _NOT_NAMES if is_name else self._unknown
        return cells.set(cells.str.to_lowercase().is_in(list(words)), None)

    @cached_property
    def _doubtful(self) -> frozenset[str]:
        """The columns in which any cell may be a word for not known; in most there is none."""
        # The pattern passes over the other cells in a sixth of the time that putting them in lower case takes.
        pattern = "(?i)^(?:" + "|".join(map(pl.escape_regex, self._unknown)) + ")$"
        found = self.cells.select(pl.col(pl.String).str.contains(pattern).any())
        return frozenset(name for name in found.columns if found[name][0])

    @staticmethod
    def _part(text: pl.Series, value: Value) -> pl.Series:
        return split_texts(text, value.split).list.get((value.part or 1) - 1, null_on_oob=True)

    def text(self, value: Value | None, *, is_name: bool = False) -> pl.Series:
        """Text, with the layout's map and default; what the map does not know stays as written."""
        raw = self.raw(value, is_name=is_name)
        if value is None:
            return raw
        if value.map:
            raw = translate(raw, lambda cell: _or_null(find_mapped(value, cell), cell))
        return raw.fill_null(value.default) if value.default is not None else raw

    def word(self, value: Value | None) -> pl.Series:
        """A word of ours: what the map does not know is a fault, and the default stands."""
        if value is None or value.constant is not None or not value.map:
            return self.text(value)
        raw = self.raw(value)
        mapped = translate(raw, lambda cell: find_mapped(value, cell) or None)
        allowed = {word for _, word in value.map}
        self.note(value, raw.is_not_null() & mapped.is_null() & ~raw.is_in(list(allowed)),
                  ("is not one of the words the layout maps", "One of the words in the layout's map.",
                   "Add the word to the map of this key."))  # fmt: skip
        return mapped.fill_null(value.default) if value.default is not None else mapped

    def _formats(self, value: Value) -> tuple[str, ...]:
        return value.dates or self.layout.format.dates

    def date(self, value: Value | None) -> pl.Series:
        """Dates; what cannot be read is a fault and null."""
        if value is None:
            return self.nothing(pl.Date)
        raw = self.text(value)
        parsed = parse_dates(raw, self._formats(value))["value"]
        self.note(value, raw.is_not_null() & parsed.is_null(), _DATES)
        return parsed

    def moment(self, value: Value | None, clock: Value | None = None) -> pl.DataFrame:
        """Moments with their precision: `value`, `precision`; `clock` is the time in its own column."""
        if value is None:
            return pl.DataFrame({"value": self.nothing(pl.Datetime("us")), "precision": self.nothing()})
        raw = self.text(value)
        parsed = parse_moments(raw, self._formats(value))
        self.note(value, raw.is_not_null() & parsed["value"].is_null(), _DATES)
        self.note(value, parsed["value"].is_not_null() & ~parsed["time_read"].fill_null(value=True),
                  ("has a time that cannot be read; the date is kept", "A time such as 15:30.",
                   "Ask the sender to correct it."))  # fmt: skip
        if clock is None:
            return parsed.select("value", "precision")
        minutes = self.time(clock)
        return parsed.with_columns(minutes=minutes).select(
            value=pl.when(minutes.is_not_null())
            .then(pl.col("value").dt.truncate("1d") + pl.duration(minutes="minutes"))
            .otherwise("value"),
            precision=pl.when(minutes.is_not_null() & pl.col("value").is_not_null())
            .then(pl.lit("minute"))
            .otherwise("precision"),
        )

    def time(self, value: Value) -> pl.Series:
        """Times of day as minutes after midnight; a date before the time is passed over."""
        raw = self.text(value).str.replace(r"^\d{4}-\d\d-\d\dT", "")
        parsed = parse_times(raw)
        self.note(value, raw.is_not_null() & parsed.is_null(),
                  ("is not a time that can be read", "A time such as 15:30 or 1530.", "Ask the sender to correct it."))  # fmt: skip
        return parsed

    def pair(self, value: Value | None) -> pl.DataFrame:
        """Two dates of one cell: `start`, `end`."""
        if value is None:
            return pl.DataFrame({"start": self.nothing(pl.Date), "end": self.nothing(pl.Date)})
        raw = self.text(value)
        parsed = parse_date_pairs(raw, self._formats(value))
        self.note(value, raw.is_not_null() & ~parsed["read"].fill_null(value=True),
                  ("does not hold dates that can be read", "One or two dates, such as 03/09/2025 - 01/02/2026.",
                   "Ask the sender to correct it."))  # fmt: skip
        return parsed.select("start", "end")

    def yes(self, value: Value | None) -> pl.Series:
        """Yes or no."""
        raw = self.text(value)
        said = translate(raw, yes_no_of, pl.Boolean)
        if value is not None:
            self.note(value, raw.is_not_null() & said.is_null(),
                      ("says neither yes nor no", "Yes or no, Y or N, 1 or 0.", "Map its words in the layout."))  # fmt: skip
        return said

    def number(self, value: Value | None) -> pl.Series:
        """Numbers, with the layout's decimal mark."""
        if value is None:
            return self.nothing(pl.Float64)
        raw = self.text(value)
        bare = raw.str.replace_all(r"[\s£]", "")
        if self.layout.format.decimal == ",":
            bare = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        else:
            bare = bare.str.replace_all(r",(\d{3})\b", "$1")
        parsed = bare.cast(pl.Float64, strict=False)
        parsed = parsed.set(~parsed.is_finite(), None)
        self.note(value, raw.is_not_null() & parsed.is_null(),
                  ("is not a number", "A number in digits.", "Ask the sender to correct it."))  # fmt: skip
        return parsed

    def whole(self, value: Value | None, dtype: Any = pl.Int32) -> pl.Series:
        """Whole numbers."""
        parsed = self.number(value)
        rounded = parsed.round()
        if value is not None:
            self.note(value, parsed.is_not_null() & (parsed != rounded),
                      ("is not a whole number", "A whole number.", "Ask the sender to correct it."))  # fmt: skip
        return rounded.set(parsed != rounded, None).cast(dtype, strict=False)

    def note(self, value: Value, wrong: pl.Series, why: tuple[str, str, str]) -> None:
        """Note the cells where `wrong` is true as a fault of this value's column."""
        if wrong.any():
            rows = tuple(self.rows.filter(wrong.fill_null(value=False)).to_list())
            self.faults.append(CellFault(" / ".join(value.columns), *why, rows))

    def mend(self, what: str, count: int) -> None:
        """Count cells that were put right, for the notes of the receipt."""
        if count:
            self.mended[what] = self.mended.get(what, 0) + count


def nothing(size: int, dtype: Any = pl.String) -> pl.Series:
    """A column of nulls."""
    return pl.Series(values=[None], dtype=dtype).new_from_index(0, size)


def number_within_rows(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """What is found in each row of the extract, numbered from 1 in a column of this name, in the order of rows."""
    ordered = frame if frame[ROW].is_sorted() else frame.sort(ROW, maintain_order=True)
    place = pl.int_range(1, pl.len() + 1)
    # Rows stand together: counting from the first of each takes a tenth of the time that grouping them does.
    before = pl.when(pl.col(ROW) != pl.col(ROW).shift()).then(place - 1).forward_fill().fill_null(0)
    return ordered.with_columns((place - before).alias(name))


def column_key(column: str) -> str:
    """The name of a source column within `Reading.cells`, apart from `row`."""
    return f"s:{column}"


def translate(texts: pl.Series, say: Callable[[str], Any], dtype: Any = pl.String) -> pl.Series:
    """A column put through a function of one text, called once for each distinct text."""
    if texts.null_count() == len(texts):
        return nothing(len(texts), dtype)
    distinct = texts.unique()
    meanings = [None if text is None else say(text) for text in distinct.to_list()]
    return texts.replace_strict(distinct, pl.Series(meanings, dtype=dtype), default=None, return_dtype=dtype)


def split_texts(texts: pl.Series, separators: tuple[str, ...]) -> pl.Series:
    """The parts of every cell of a column as a list, without empty ones; null where there is none."""
    distinct = texts.unique().drop_nulls().to_list()
    parts = [(text, part) for text in distinct for part in split_text(text, separators)]
    # Lists made of rows: Polars would make a series of its own of every list it is given.
    lists = pl.DataFrame(parts, schema=dict.fromkeys(("text", "part"), pl.String), orient="row")
    lists = lists.group_by("text", maintain_order=True).agg("part")
    return texts.to_frame("text").join(lists, on="text", how="left", maintain_order="left")["part"]


def _or_null(mapped: str | None, cell: str) -> str | None:
    """What the map says; an empty word of the map means nothing; no word, the cell itself."""
    return cell if mapped is None else (mapped or None)
