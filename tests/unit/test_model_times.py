"""Dates and times as people write them: day first, in several forms."""

# ruff: noqa: DTZ001  times are local clock times, decision 0002

from datetime import date, datetime

import polars as pl
import pytest

from kithmap.model import times
from kithmap.model.times import (
    parse_date,
    parse_date_pairs,
    parse_dates,
    parse_moment,
    parse_moments,
    parse_time,
    parse_times,
)

THIRD_OF_SEPTEMBER = (
    "03/09/2009", "3/9/2009", "3/9/09", "03-09-2009", "03.09.2009", "03.09.09", "2009-09-03", "2009/09/03", "3 Sep 2009",
    "3rd September 2009", "3 of Sept 2009", "03-Sep-09", "03-SEP-2009", "Thu 3 Sep 2009", "Thursday, 3 September 2009",
    "20090903", "03092009", "40059", "40059.0", " 03/09/2009 ",
)  # fmt: skip


@pytest.mark.parametrize("text", THIRD_OF_SEPTEMBER)
def test_a_date_is_read_in_every_usual_form(text: str) -> None:
    assert parse_date(text) == (date(2009, 9, 3), "day")


@pytest.mark.parametrize(
    "text", ["04/25/2009", "31/02/2009", "03/09/20O9", "00/00/0000", "32/01/2009", "abc", "3/9", "99999"]
)
def test_what_is_no_date_day_first_is_not_read(text: str) -> None:
    assert parse_date(text) is None


def test_a_month_or_a_year_is_read_for_what_it_is() -> None:
    assert parse_date("Sep 2009") == (date(2009, 9, 1), "month")
    assert parse_date("09/2009") == (date(2009, 9, 1), "month")
    assert parse_date("2023-05") == (date(2023, 5, 1), "month")
    assert parse_date("2009") == (date(2009, 1, 1), "year")


def test_two_figures_are_this_century_until_40() -> None:
    assert parse_date("01/01/26") == (date(2026, 1, 1), "day")
    assert parse_date("01/01/79") == (date(1979, 1, 1), "day")


@pytest.mark.parametrize(("text", "minutes"), [
    ("15:30", 930), ("15.30", 930), ("1530", 930), ("930", 570), ("3.30pm", 930), ("3pm", 900), ("12am", 0), ("12pm", 720),
    ("24:00", 1440), ("2400", 1440), ("15:30:59", 930), ("1530hrs", 930), ("noon", 720), ("midnight", 0), ("0.5", 720),
    ("25:00", None), ("15:75", None), ("15", None), ("13pm", None), ("late", None),
])  # fmt: skip
def test_times_of_day(text: str, minutes: int | None) -> None:
    assert parse_time(text) == minutes


@pytest.mark.parametrize(("text", "moment", "precision"), [
    ("03/09/2009 15:30", datetime(2009, 9, 3, 15, 30), "minute"),
    ("03/09/2009 1530", datetime(2009, 9, 3, 15, 30), "minute"),
    ("03/09/2009 2400", datetime(2009, 9, 4), "minute"),
    ("03/09/2009, 3.30pm", datetime(2009, 9, 3, 15, 30), "minute"),
    ("3 Sep 2009 at 15:30", datetime(2009, 9, 3, 15, 30), "minute"),
    ("3 Sep 2009 2015", datetime(2009, 9, 3, 20, 15), "minute"),
    ("2009-09-03T15:30:00", datetime(2009, 9, 3, 15, 30), "minute"),
    ("2009-09-03T15:30:00+01:00", datetime(2009, 9, 3, 15, 30), "minute"),
    ("40059.5", datetime(2009, 9, 3, 12), "minute"),
    ("03/09/2009", datetime(2009, 9, 3), "day"),
    ("Sep 2009", datetime(2009, 9, 1), "month"),
])  # fmt: skip
def test_moments(text: str, moment: datetime, precision: str) -> None:
    assert parse_moment(text) == (moment, precision, True)


def test_a_time_that_cannot_be_read_leaves_the_day_and_says_so() -> None:
    assert parse_moment("03/09/2009 unk") == (datetime(2009, 9, 3), "day", False)
    assert parse_moment("03/09/2009 late evening") == (datetime(2009, 9, 3), "day", False)


def test_a_bare_year_is_no_moment() -> None:
    assert parse_moment("2009") is None


def test_many_moments_are_read_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series([*THIRD_OF_SEPTEMBER, "03/09/2009 15:30", "03/09/2009 2400", "2009-09-03T08:05:00", "03/09/2009 unk",
                       "no date", None, "Sep 2009", "04/25/2009 10:00", "03/09/2009 25:00"])  # fmt: skip
    one_by_one = parse_moments(texts)
    monkeypatch.setattr(times, "_FEW", 0)
    assert parse_moments(texts).equals(one_by_one)


def test_columns_keep_their_order_and_their_empty_cells() -> None:
    told = parse_dates(pl.Series(["03/09/2009", None, "01/01/2010", "03/09/2009"]))["value"]
    assert told.to_list() == [date(2009, 9, 3), None, date(2010, 1, 1), date(2009, 9, 3)]
    assert parse_dates(pl.Series([None], dtype=pl.String))["value"].to_list() == [None]
    assert parse_times(pl.Series([], dtype=pl.String)).to_list() == []


def test_a_date_with_a_time_is_a_date_where_a_date_is_asked_for() -> None:
    assert parse_dates(pl.Series(["03/09/2009 15:30"]))["value"].to_list() == [date(2009, 9, 3)]


def test_a_layout_may_state_several_forms_and_then_only_those_are_read() -> None:
    told = parse_moments(
        pl.Series(["09/03/2009", "2009.09.03 15:30", "3 Sep 2009", "2009-09-03"]),
        ["%m/%d/%Y", "%Y.%m.%d %H:%M"],
    )
    assert told["value"].to_list() == [
        datetime(2009, 9, 3),
        datetime(2009, 9, 3, 15, 30),
        None,
        datetime(2009, 9, 3),
    ]
    assert told["precision"].to_list() == ["day", "minute", None, "day"]


@pytest.mark.parametrize(("text", "start", "end"), [
    ("03/09/2025 - 01/02/2026", date(2025, 9, 3), date(2026, 2, 1)),
    ("03/09/2025-01/02/2026", date(2025, 9, 3), date(2026, 2, 1)),
    ("03-Sep-2025 to 01-Feb-2026", date(2025, 9, 3), date(2026, 2, 1)),
    ("2025-09-03 / 2026-02-01", date(2025, 9, 3), date(2026, 2, 1)),
    ("03/09/2025 -", date(2025, 9, 3), None),
    ("03/09/2025", date(2025, 9, 3), None),
    ("/ 01/02/2026", None, date(2026, 2, 1)),
    ("unk to 01/02/2026", None, date(2026, 2, 1)),
])  # fmt: skip
def test_two_dates_in_a_cell(text: str, start: date | None, end: date | None) -> None:
    told = parse_date_pairs(pl.Series([text])).row(0)
    assert told == (start, end, True)


@pytest.mark.parametrize("text", ["current", "03/09/2025 to 31/02/2026", "1/1/20 2/2/20 3/3/20"])
def test_a_cell_without_one_or_two_dates_is_told(text: str) -> None:
    assert parse_date_pairs(pl.Series([text]))["read"].to_list() == [False]
