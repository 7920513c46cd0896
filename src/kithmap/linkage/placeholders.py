"""Values that stand for "not known", listed or found in the data.

A list of such values is never whole: one agency types its own postcode, another 1 January, a third
its own number into every row. What far more people share than can is not what it says.
"""

import datetime as dt

import polars as pl

from kithmap.linkage.packed import joined_to

# Days that spreadsheets, databases and people write where there is none; not even the year is true.
NO_DAYS = tuple(
    dt.date.fromisoformat(day)
    for day in (
        "1899-12-30",
        "1899-12-31",
        "1900-01-01",
        "1901-01-01",
        "1904-01-01",
        "1911-11-11",
        "1970-01-01",
    )
)
BIRTH_YEARS = (1901, 2099)
# A day of the year is a source's "not known" when so many times the expected number of its people, so
# many standard deviations more, and no fewer than these, were born on it.
DAY_TIMES, DAY_DEVIATIONS, DAY_FEWEST = 4, 5, 5
DAYS_A_YEAR = 365.25
# A postcode has 100 addresses at most, and most have 15: more people of our records share none.
MOST_AT_HOME = 100
# Of one source: so many people, and so many times as many as share a postcode there on average.
HOME_FEWEST, HOME_TIMES = 10, 10
# A number under which so many birthdays, and as many surnames, are written is nobody's.
NUMBER_PEOPLE = 4
SOURCE = ("holder", "la_code")
PERSON = ("forename", "surname", "dob")
POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$"
NOWHERE = "ZZ99"


def with_known_births(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `born`, the date of birth where its day is known, and fill `birth_year` where the year is.

    A source that writes 1 January where it knows no day tells the year only. A child who was truly
    born on that day keeps the day in all sources that do not.
    """
    sane = ~pl.col("dob").is_in(list(NO_DAYS)) & pl.col("dob").dt.year().is_between(*BIRTH_YEARS)
    dated = frame.with_columns(dob=pl.when(sane).then("dob"))
    dated = dated.with_columns(
        birth_year=pl.coalesce(pl.col("dob").dt.year().cast(pl.Int32), "birth_year"),
        born=pl.when(pl.col("dob_precision") == "day").then("dob"),
    ).with_columns(day=pl.col("born").dt.to_string("%m-%d"))
    people = dated.filter(pl.col("day").is_not_null()).select(*SOURCE, *PERSON, "day").unique()
    counted = people.group_by(*SOURCE, "day").len().with_columns(every=pl.col("len").sum().over(*SOURCE))
    expected = pl.col("every") / DAYS_A_YEAR
    most = (DAY_TIMES * expected + DAY_DEVIATIONS * expected.sqrt()).clip(lower_bound=DAY_FEWEST)
    known = ~_among(dated, counted.filter(pl.col("len") >= most), (*SOURCE, "day"))
    return dated.with_columns(born=pl.when(known).then("born")).drop("day")


def with_homes(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `home` and its `sector`: the postcode in place of `postcode`, unless nobody lives there."""
    plain = pl.col("postcode").cast(pl.String).str.replace_all(r"[^A-Z0-9]", "")
    sane = plain.str.contains(POSTCODE) & ~plain.str.starts_with(NOWHERE)
    sector = plain.str.slice(0, plain.str.len_chars() - 2)
    homes = frame.select("postcode").unique().drop_nulls().with_columns(
        pl.when(sane).then(said).cast(pl.Categorical).alias(name) for name, said in (("home", plain), ("sector", sector))
    )  # fmt: skip
    homed = frame.with_columns(joined_to(frame, homes, "postcode"))
    people = homed.filter(pl.col("home").is_not_null()).select(*SOURCE, *PERSON, "home").unique()
    crowded = people.select(*PERSON, "home").unique().group_by("home").len()
    counted = people.group_by(*SOURCE, "home").len().with_columns(usual=pl.col("len").mean().over(*SOURCE))
    default = (pl.col("len") >= HOME_FEWEST) & (pl.col("len") >= HOME_TIMES * pl.col("usual"))
    nobodys = _among(homed, crowded.filter(pl.col("len") > MOST_AT_HOME), ("home",)) | _among(
        homed, counted.filter(default), (*SOURCE, "home")
    )
    kept = (pl.when(~nobodys).then(name).alias(name) for name in ("home", "sector"))
    return homed.with_columns(kept).drop("postcode")


def without_shared_numbers(frame: pl.DataFrame, number: str, within: tuple[str, ...] = ()) -> pl.DataFrame:
    """The identities, without a number that many unlike people bear."""
    people = frame.filter(pl.col(number).is_not_null()).group_by(*within, number)
    borne = people.agg(
        days=pl.col("d_day").drop_nulls().n_unique(), names=pl.col("s_name").drop_nulls().n_unique()
    )
    shared = borne.filter((pl.col("days") >= NUMBER_PEOPLE) & (pl.col("names") >= NUMBER_PEOPLE))
    return frame.with_columns(pl.when(~_among(frame, shared, (*within, number))).then(number).alias(number))


def _among(frame: pl.DataFrame, some: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    """Whether each row's values are among some."""
    if some.is_empty():
        return pl.repeat(value=False, n=frame.height, eager=True, dtype=pl.Boolean)
    marked = frame.select(columns).join(
        some.select(columns).unique().with_columns(among=pl.lit(value=True)),
        on=list(columns), how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return marked["among"].fill_null(value=False)
