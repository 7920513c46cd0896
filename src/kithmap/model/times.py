"""Dates and times as agencies write them: day first, in several forms, whole columns at once.

The local clock as written; no zone (docs/decisions/0002). A date is never read month first
unless a layout says so in words. Each distinct text is parsed once, however often it occurs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import polars as pl

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = r"(?P<w>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_PIVOT = 40
"""Two-digit years below this are 20xx."""
_YEARS = range(1880, 2121)
_SERIAL_DAYS = range(10_000, 60_001)
"""Excel's day numbers, after 30 December 1899: from 1927 to 2064."""
_SERIAL_ZERO = date(1899, 12, 30)
_FEW = 5_000
"""Up to this many distinct texts are parsed one by one; beyond it, dates and times apart."""

_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (precision, re.compile(pattern, re.IGNORECASE))
    for precision, pattern in (
        ("day", r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
        ("day", r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})"),
        (
            "day",
            rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[-/. ]*{_MONTH_WORD}[-/., ]*(?P<y>\d{{4}}|\d{{2}})",
        ),
        ("day", r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
        ("day", r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})"),
        ("day", r"(?P<serial>\d{5})(?:\.\d+)?"),
        ("month", r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
        ("month", r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})"),
        ("month", rf"{_MONTH_WORD}[-/., ]*(?P<y>\d{{4}})"),
        ("year", r"(?P<y>(?:19|20)\d{2})"),
    )
)
_CLOCK = re.compile(
    r"(?:(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.]\d{2}(?:\.\d+)?)?|(?P<h4>\d{1,2})(?P<m4>\d{2})|(?P<bare>\d{1,2}))"
    r"\s*(?P<half>am|pm)?\s*(?:h|hrs?|hours?)?(?:z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_CLOCK_WORDS = {"noon": 720, "midday": 720, "midnight": 0}
_DATE_THEN_TIME = re.compile(
    r"(?P<date>.*?\d)(?:t|[\s,@]|\bat\b|-\s)+"
    r"(?P<time>\d{1,2}(?:[:.]\d{2}){1,2}(?:\.\d+)?\s*(?:am|pm)?|\d{3,4}|\d{1,2}\s*(?:am|pm)|noon|midday|midnight)"
    r"\s*(?:hrs?|hours?|h)?(?:z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_PLAIN_MOMENT = r"^(\d{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ]\d{1,4})[ T](\d{1,2}:?\d{2})(?::\d{2})?$"
DATES_IN_TEXT = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ](?:\d{4}|\d{2}))\b"
"""Pattern of one whole date within other text."""
_DATES_IN_TEXT = re.compile(DATES_IN_TEXT)
_NO_FIRST = re.compile(r"\s*(?:[-/\u2013>]|unk|n/k|not known|\?|to\b|until\b)", re.IGNORECASE)

Dated = tuple[date, str]
Moment = tuple[datetime, str, bool]


@lru_cache(maxsize=2**17)
def parse_date(text: str) -> Dated | None:
    """A date, day first, and how exact it is: day, month or year. None where it is no date.

    >>> parse_date("03/04/2009")
    (datetime.date(2009, 4, 3), 'day')
    >>> parse_date("04/25/2009") is None
    True
    """
    bare = _WEEKDAY.sub("", text.strip())
    for precision, form in _FORMS:
        found = form.fullmatch(bare)
        value = _date_of(found.groupdict()) if found else None
        if value is not None:
            return value, precision
    return None


def _date_of(parts: Mapping[str, str | None]) -> date | None:
    serial = parts.get("serial")
    if serial is not None:
        days = int(serial)
        return _SERIAL_ZERO + timedelta(days=days) if days in _SERIAL_DAYS else None
    year = int(parts["y"] or 0)
    if len(parts["y"] or "") == 2:
        year += 2000 if year < _PIVOT else 1900
    word = parts.get("w")
    month = _MONTHS.index(word[:3].casefold()) + 1 if word else int(parts.get("m") or 1)
    try:
        return date(year, month, int(parts.get("d") or 1)) if year in _YEARS else None
    except ValueError:
        return None


@lru_cache(maxsize=2**12)
def parse_time(text: str) -> int | None:
    """A time of day as minutes after midnight; 24:00 is 1440. None where it is no time.

    >>> [parse_time(text) for text in ("15:30", "1530", "24:00", "3.30pm", "25:00")]
    [930, 930, 1440, 930, None]
    """
    bare = text.strip()
    if bare.casefold() in _CLOCK_WORDS:
        return _CLOCK_WORDS[bare.casefold()]
    if re.fullmatch(r"0\.\d+", bare):  # a spreadsheet's fraction of a day
        return round(float(bare) * 1440)
    found = _CLOCK.fullmatch(bare)
    if found is None or (found["bare"] and not found["half"]):
        return None
    hours = int(found["h"] or found["h4"] or found["bare"])
    minutes = int(found["m"] or found["m4"] or 0)
    half = (found["half"] or "").casefold()
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0) if 1 <= hours <= 12 else 99
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= 1440 else None


def parse_moment(text: str) -> Moment | None:
    """A date with or without a time: the moment, its precision, and whether all of it was read.

    >>> parse_moment("03/04/2009 2400")
    (datetime.datetime(2009, 4, 4, 0, 0), 'minute', True)
    """
    bare = text.strip()
    whole = parse_date(bare)
    if whole is not None:
        fraction = re.fullmatch(r"\d{5}(\.\d+)", bare)
        if fraction:
            return _at(whole[0], round(float(fraction[1]) * 1440)), "minute", True
        return None if whole[1] == "year" else (_at(whole[0], 0), whole[1], True)
    found = _DATE_THEN_TIME.fullmatch(bare)
    day = parse_date(found["date"].strip(" ,-")) if found else None
    minutes = parse_time(found["time"]) if found else None
    if day is not None and minutes is not None and day[1] == "day":
        return _at(day[0], minutes), "minute", True
    leading = _DATES_IN_TEXT.match(bare)
    day = parse_date(leading[1]) if leading else None
    return (_at(day[0], 0), "day", False) if day is not None else None


def _at(day: date, minutes: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001  decision 0002


def parse_dates(texts: pl.Series, formats: Sequence[str] = ()) -> pl.DataFrame:
    """Read dates, day first; with `formats`, those in order, and ISO dates.

    A time of day after the date is passed over.

    Shape: one row per text, in order.
    Columns: `value` (date or null; the first day of a month or year), `precision` (day, month or year).
    """
    if formats:
        stated = parse_moments(texts, formats)
        precision = pl.when(pl.col("value").is_not_null()).then(pl.lit("day"))
        return stated.select(pl.col("value").cast(pl.Date), precision=precision)
    return _for_distinct(texts, _read_dates)


def parse_moments(texts: pl.Series, formats: Sequence[str] = ()) -> pl.DataFrame:
    """Read dates that may carry a time of day, day first; with `formats`, those in order, and ISO.

    Shape: one row per text, in order.
    Columns: `value` (datetime or null), `precision` (minute, day or month), `time_read` (false where there
        is something after the date that could not be read as a time).
    """
    if formats:
        return _for_distinct(texts, lambda distinct: _read_stated(distinct, formats))
    return _for_distinct(texts, _read_moments)


def parse_times(texts: pl.Series) -> pl.Series:
    """Read times of day as minutes after midnight; null where unreadable."""
    return _for_distinct(texts, _read_times)["value"]


def parse_date_pairs(texts: pl.Series, formats: Sequence[str] = ()) -> pl.DataFrame:
    """Read cells that hold a first and a last date, such as `03/09/2025 - 01/02/2026`.

    A cell that opens with its separator, or with a word, has no first date.

    Shape: one row per text, in order.
    Columns: `start`, `end` (dates or null), `read` (false where the cell holds no date that can be read).
    """
    return _for_distinct(texts, lambda distinct: _read_pairs(distinct, formats))


def _for_distinct(texts: pl.Series, read: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    column = texts.cast(pl.String).rename("text")
    if column.null_count() == len(column):
        return read(column.clear()).clear(len(column))
    distinct = column.unique().drop_nulls()
    parsed = read(distinct).hstack([distinct])
    return column.to_frame().join(parsed, on="text", how="left", maintain_order="left").drop("text")


def _read_dates(texts: pl.Series) -> pl.DataFrame:
    read = [parse_date(text) or _date_of_moment(text) for text in texts.to_list()]
    return pl.DataFrame(
        {"value": [found[0] if found else None for found in read], "precision": [found[1] if found else None for found in read]},
        schema={"value": pl.Date, "precision": pl.String},
    )  # fmt: skip


def _date_of_moment(text: str) -> Dated | None:
    moment = parse_moment(text)
    return (moment[0].date(), "day") if moment is not None and moment[1] == "minute" else None


def _read_moments(texts: pl.Series) -> pl.DataFrame:
    if len(texts) > _FEW:
        return _read_many_moments(texts)
    read = [parse_moment(text) or (None, None, True) for text in texts.to_list()]
    schema = {"value": pl.Datetime("us"), "precision": pl.String, "time_read": pl.Boolean}
    return pl.DataFrame(read, schema=schema, orient="row")


def _read_many_moments(texts: pl.Series) -> pl.DataFrame:
    """Many distinct moments have few distinct dates and few distinct times: those are parsed apart."""
    parts = texts.to_frame("text").select(
        "text",
        date=pl.col("text").str.extract(_PLAIN_MOMENT, 1),
        time=pl.col("text").str.extract(_PLAIN_MOMENT, 2),
    )
    dates = parse_dates(parts["date"])
    day = dates["value"].set(dates["precision"] != "day", None)
    frame = parts.with_columns(day=day, minutes=parse_times(parts["time"]))
    plain = pl.col("day").is_not_null() & pl.col("minutes").is_not_null()
    moment = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes="minutes")
    done = frame.with_columns(value=moment, precision=pl.lit("minute"), time_read=pl.lit(value=True))
    rest = frame.filter(~plain).select("text")
    odd = [parse_moment(text) or (None, None, True) for text in rest["text"].to_list()]
    columns = {"value": pl.Datetime("us"), "precision": pl.String, "time_read": pl.Boolean}
    read = rest.hstack(pl.DataFrame(odd, schema=columns, orient="row"))
    every = pl.concat([done.filter(plain).select("text", *columns), read])
    return texts.to_frame("text").join(every, on="text", how="left", maintain_order="left").drop("text")


def _read_times(texts: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"value": [parse_time(text) for text in texts.to_list()]}, schema={"value": pl.Int32})


def _read_stated(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    """Dates as a layout says they are written; the dates of spreadsheets come in ISO."""
    columns: list[pl.Expr] = []
    precisions: list[pl.Expr] = []
    for number, form in enumerate((*formats, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")):
        timed = any(part in form for part in ("%H", "%I", "%R", "%T"))
        text = pl.col("text").str
        parsed = (
            text.to_datetime(form, strict=False, time_unit="us")
            if timed
            else text.to_date(form, strict=False).cast(pl.Datetime("us"))
        )
        in_range = parsed.dt.year().is_between(_YEARS[0], _YEARS[-1])
        columns.append(pl.when(in_range).then(parsed).alias(str(number)))
        precisions.append(
            pl.when(pl.col(str(number)).is_not_null()).then(pl.lit("minute" if timed else "day"))
        )
    frame = texts.to_frame("text").select(columns)
    value = pl.coalesce(frame.columns)
    return frame.select(value=value, precision=pl.coalesce(precisions), time_read=pl.lit(value=True))


def _read_pairs(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    found = [_DATES_IN_TEXT.findall(text) for text in texts.to_list()]
    ends = [
        pl.Series("", [dates[place] if len(dates) > place else None for dates in found], pl.String)
        for place in (0, 1)
    ]
    first, second = (parse_dates(end, formats)["value"] for end in ends)
    frame = pl.DataFrame(
        {
            "first": first,
            "second": second,
            "count": pl.Series([len(dates) for dates in found], dtype=pl.Int32),
            "no_first": pl.Series(
                [bool(_NO_FIRST.match(text)) for text in texts.to_list()], dtype=pl.Boolean
            ),
        }
    )
    only_last = pl.col("no_first") & (pl.col("count") == 1)
    read = (
        pl.col("first").is_not_null()
        & (pl.col("second").is_not_null() | (pl.col("count") < 2))
        & (pl.col("count") <= 2)
    )
    return frame.select(
        start=pl.when(~only_last).then("first"),
        end=pl.when(only_last).then("first").otherwise("second"),
        read=read,
    )
