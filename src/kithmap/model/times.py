"""Dates and times as agencies write them: day first, several forms, whole columns at once.

The local clock as written; no zone (docs/decisions/0002). A date is never read month first
unless a layout says so in words. Each text is parsed once, however often it occurs.
"""

from collections.abc import Callable, Sequence

import polars as pl

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBERS = {name: f"{number:02}" for number, name in enumerate(_MONTHS, start=1)}
_MONTH_WORD = r"(?i:(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_PIVOT = 40
"""Two-digit years below this are 20xx."""

_TIME = (
    r"(?i)^(?:(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?|(\d{1,2})(\d{2})|(\d{1,2}))"
    r"\s*(am|pm)?\s*(?:h|hrs?|hours?)?(?:z|[+-]\d{2}:?\d{2})?$"
)
_DATE_THEN_TIME = (
    r"(?i)^(.*?\d)(?:t|[\s,@]|\bat\b|-\s)+"
    r"(\d{1,2}(?:[:.]\d{2}){1,2}(?:\.\d+)?\s*(?:am|pm)?|\d{3,4}|\d{1,2}\s*(?:am|pm)|noon|midday|midnight)"
    r"\s*(?:hrs?|hours?|h)?(?:z|[+-]\d{2}:?\d{2})?$"
)
_FIRST_DATE = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ](?:\d{4}|\d{2}))\b"
DATES_IN_TEXT = _FIRST_DATE
"""Pattern of one whole date within other text."""


def parse_dates(texts: pl.Series, formats: Sequence[str] = ()) -> pl.DataFrame:
    """Read dates, day first; with `formats`, those in order and ISO dates only.

    Shape: one row per text, in order.
    Columns: `value` (date or null; the first day of a month or year), `precision` (day, month or year).

    >>> parse_dates(pl.Series(["03/04/2009", "Sep 2009", "04/25/2009"]))["value"].to_list()
    [datetime.date(2009, 4, 3), datetime.date(2009, 9, 1), None]
    """
    return _for_distinct(texts, lambda distinct: _read_dates(distinct, formats))


def parse_moments(texts: pl.Series, formats: Sequence[str] = ()) -> pl.DataFrame:
    """Read dates that may carry a time of day, day first.

    Shape: one row per text, in order.
    Columns: `value` (datetime or null), `precision` (minute, day or month), `time_read` (false where there
        is something after the date that could not be read as a time).
    """
    return _for_distinct(texts, lambda distinct: _read_moments(distinct, formats))


def parse_times(texts: pl.Series) -> pl.Series:
    """Read times of day as minutes after midnight; 24:00 is 1440, null where unreadable.

    >>> parse_times(pl.Series(["15:30", "1530", "24:00", "3.30pm", "25:00"])).to_list()
    [930, 930, 1440, 930, None]
    """
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
    distinct = column.drop_nulls().unique()
    parsed = read(distinct).with_columns(text=distinct)
    return column.to_frame().join(parsed, on="text", how="left", maintain_order="left").drop("text")


def _read_dates(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    if not formats:
        return _read_day_first(texts)
    value = pl.coalesce([pl.col("text").str.to_date(form, strict=False) for form in (*formats, "%Y-%m-%d")])
    precision = pl.when(pl.col("value").is_not_null()).then(pl.lit("day")).alias("precision")
    return (
        pl.DataFrame({"text": texts})
        .select(pl.when(value.dt.year().is_between(1880, 2120)).then(value).alias("value"))
        .with_columns(precision)
    )


def _read_day_first(texts: pl.Series) -> pl.DataFrame:
    weekday = r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+"
    text = pl.col("text").str.strip_chars().str.replace(weekday, "")
    patterns = {
        "day": (
            (r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})$", ""),
            (r"^(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})$", ""),
            (
                rf"^(?P<d>\d{{1,2}})(?i:st|nd|rd|th)?(?:\s+of)?[-/. ]*(?P<m>{_MONTH_WORD})[-/., ]*(?P<y>\d{{4}}|\d{{2}})$",
                "",
            ),
            (r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})$", ""),
            (r"^(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})$", ""),
        ),
        "month": (
            (r"^(?P<m>\d{1,2})[-/.](?P<y>\d{4})$", "01"),
            (r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$", "01"),
            (rf"^(?P<m>{_MONTH_WORD})[-/., ]*(?P<y>\d{{4}})$", "01"),
        ),
        "year": ((r"^(?P<y>(?:19|20)\d{2})$", "01"),),
    }
    frame = pl.DataFrame({"text": texts}).with_columns(text)
    columns: list[pl.Expr] = []
    for precision, forms in patterns.items():
        columns.append(pl.coalesce([_date_of(form, day) for form, day in forms]).alias(precision))
    frame = frame.with_columns(columns).with_columns(day=pl.coalesce("day", _date_of_serial()))
    return frame.select(
        value=pl.coalesce("day", "month", "year"),
        precision=pl.coalesce(
            pl.when(pl.col(word).is_not_null()).then(pl.lit(word)) for word in ("day", "month", "year")
        ),
    )


def _date_of(pattern: str, day: str) -> pl.Expr:
    parts = pl.col("text").str.extract_groups(_without_inner_groups(pattern))
    year = parts.struct.field("y")
    century = pl.when(year.cast(pl.Int32, strict=False) < _PIVOT).then(pl.lit("20")).otherwise(pl.lit("19"))
    year = pl.when(year.str.len_chars() == 2).then(century + year).otherwise(year)
    month = _month_number(parts.struct.field("m")) if "<m>" in pattern else pl.lit("01")
    day_part = pl.lit(day) if day else parts.struct.field("d")
    value = (year + "-" + month + "-" + day_part).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(value.dt.year().is_between(1880, 2120)).then(value)


def _without_inner_groups(pattern: str) -> str:
    return pattern.replace("(jan|", "(?:jan|")


def _month_number(month: pl.Expr) -> pl.Expr:
    word = month.str.slice(0, 3).str.to_lowercase()
    return pl.coalesce(word.replace_strict(_MONTH_NUMBERS, default=None, return_dtype=pl.String), month)


def _date_of_serial() -> pl.Expr:
    """Excel's day number: days after 30 December 1899; 20,000 to 60,000 is 1954 to 2064."""
    number = pl.col("text").str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int32, strict=False)
    value = pl.date(1899, 12, 30) + pl.duration(days=number)
    return pl.when(number.is_between(10_000, 60_000)).then(value)


def _read_times(texts: pl.Series) -> pl.DataFrame:
    words = {"noon": 720, "midday": 720, "midnight": 0}
    text = pl.col("text").str.strip_chars()
    parts = text.str.extract_groups(_TIME)
    hour, minute, bare = (
        pl.coalesce(parts.struct.field(a), parts.struct.field(b))
        for a, b in (("1", "4"), ("2", "5"), ("6", "6"))
    )
    half = parts.struct.field("7").str.to_lowercase()
    hours = pl.coalesce(hour, pl.when(half.is_not_null()).then(bare)).cast(pl.Int32, strict=False)
    minutes = minute.cast(pl.Int32, strict=False).fill_null(0)
    hours = (
        pl.when((half == "pm") & (hours < 12))
        .then(hours + 12)
        .when((half == "am") & (hours == 12))
        .then(0)
        .otherwise(hours)
    )
    total = hours * 60 + minutes
    fraction = text.str.extract(r"^(0\.\d+)$").cast(pl.Float64, strict=False) * 1440
    known = pl.when((minutes < 60) & (total <= 1440)).then(total)
    word = text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Int32)
    value = pl.coalesce(word, fraction.round().cast(pl.Int32), known.cast(pl.Int32))
    return pl.DataFrame({"text": texts}).select(value=value)


def _read_moments(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    if formats:
        return _read_stated_moments(texts, formats)
    whole = _read_day_first(texts)
    parts = pl.DataFrame({"text": texts.str.strip_chars()}).select(
        date=pl.col("text").str.extract(_DATE_THEN_TIME, 1).str.strip_chars(" ,-"),
        time=pl.col("text").str.extract(_DATE_THEN_TIME, 2),
        leading=pl.col("text").str.extract("^" + _FIRST_DATE),
        serial=pl.col("text").str.extract(r"^\d{5}(\.\d+)$"),
    )
    dated = _read_day_first(parts["date"])["value"]
    minutes = parse_times(parts["time"])
    fraction = (("0" + parts["serial"]).cast(pl.Float64, strict=False) * 1440).round().cast(pl.Int32)
    frame = pl.DataFrame(
        {
            "day": whole["value"],
            "day_precision": whole["precision"],
            "dated": pl.select(pl.when(minutes.is_not_null()).then(dated)).to_series(),
            "minutes": minutes.fill_null(fraction) if whole.height else minutes,
            "leading": _read_day_first(parts["leading"])["value"],
        }
    )
    return _moments_of(frame)


def _moments_of(frame: pl.DataFrame) -> pl.DataFrame:
    exact = pl.col("dated").is_not_null() | (pl.col("day").is_not_null() & pl.col("minutes").is_not_null())
    day = pl.coalesce("day", "dated", "leading")
    day = pl.when(pl.col("day_precision") == "year").then(None).otherwise(day)
    minutes = pl.when(exact).then("minutes").otherwise(0)
    value = day.cast(pl.Datetime("us")) + pl.duration(minutes=minutes)
    precision = (
        pl.when(value.is_null())
        .then(None)
        .when(exact)
        .then(pl.lit("minute"))
        .when(pl.col("day_precision") == "month")
        .then(pl.lit("month"))
        .otherwise(pl.lit("day"))
    )
    time_read = exact | pl.col("day").is_not_null() | pl.col("leading").is_null()
    return frame.select(value=value, precision=precision, time_read=time_read)


def _read_stated_moments(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    forms = (*formats, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
    frame = pl.DataFrame({"text": texts})
    columns: list[pl.Expr] = []
    for number, form in enumerate(forms):
        timed = any(part in form for part in ("%H", "%I", "%R", "%T"))
        parsed = (
            pl.col("text").str.to_datetime(form, strict=False, time_unit="us")
            if timed
            else pl.col("text").str.to_date(form, strict=False).cast(pl.Datetime("us"))
        )
        columns.append(parsed.alias(f"{number}{'t' if timed else 'd'}"))
    parsed_frame = frame.select(columns)
    precision = pl.coalesce(
        pl.when(pl.col(name).is_not_null()).then(pl.lit("minute" if name.endswith("t") else "day"))
        for name in parsed_frame.columns
    )
    return parsed_frame.select(
        value=pl.coalesce(parsed_frame.columns), precision=precision, time_read=pl.lit(value=True)
    )


def _read_pairs(texts: pl.Series, formats: Sequence[str]) -> pl.DataFrame:
    found = pl.DataFrame({"text": texts}).select(
        dates=pl.col("text").str.extract_all(_FIRST_DATE),
        no_first=pl.col("text").str.contains(r"^\s*(?i:[-/\u{2013}>]|unk|n/k|not known|\?|to\b|until\b)"),
    )
    frame = found.with_columns(
        first=pl.col("dates").list.get(0, null_on_oob=True),
        second=pl.col("dates").list.get(1, null_on_oob=True),
    )
    first, second = (_read_dates(frame[name], formats)["value"] for name in ("first", "second"))
    frame = frame.with_columns(first=first, second=second)
    start = pl.when(pl.col("no_first") & pl.col("second").is_null()).then(None).otherwise("first")
    end = pl.when(pl.col("no_first") & pl.col("second").is_null()).then("first").otherwise("second")
    read = (pl.col("first").is_not_null()) & (pl.col("dates").list.len() <= 2)
    read = read & (pl.col("second").is_not_null() | (pl.col("dates").list.len() < 2))
    return frame.select(start=start, end=end, read=read.fill_null(value=False))
