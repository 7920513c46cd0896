"""Whatever the file looks like, its rows come through: the same, or refused and counted."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.ingest.layouts import Layout
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.receive import Received, read_extract
from kithmap.model.times import parse_date, parse_moment

HEADINGS = ("Ref", "Name", "Note", "Place")
LAYOUT = parse_layout(
    'holder = "X"\nformat = { duplicates = "keep" }\n[event]\nkind = "report"\nid = "Ref"\ncategory = "Note"\n'
    '[text]\nbody = "Place"\n[attributes]\nname = "Name"\n'
)
# Words that no rule of ours takes for unknown, blank or a total.
WORDS = st.text(alphabet="abcdefgäéñŁ'\"-,;|\t\n .()", min_size=0, max_size=12).map(
    lambda text: "z" + text + "z"
)
ROWS = st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=25)
LATIN = WORDS.map(lambda text: text.replace("Ł", "L"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("extracts")


def read(folder: Path, data: bytes, layout: Layout = LAYOUT) -> Received:
    path = folder / "extract.csv"
    path.write_bytes(data)
    return read_extract(path, layout, receipt_no=1)


def written(rows: list[tuple[str, ...]], headings: tuple[str, ...], delimiter: str, newline: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue()


@settings(max_examples=30, deadline=None)
@given(
    rows=ROWS,
    order=st.permutations(range(4)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    titles=st.integers(0, 3),
)
def test_a_table_comes_back_the_same_whatever_its_form(
    folder: Path,
    rows: list[tuple[str, ...]],
    order: list[int],
    delimiter: str,
    newline: str,
    encoding: str,
    titles: int,
) -> None:
    mixed = [tuple(row[place] for place in order) for row in rows]
    text = f"A title{newline}" * titles + written(
        mixed, tuple(HEADINGS[place] for place in order), delimiter, newline
    )
    received = read(folder, text.encode(encoding))
    assert received.receipt.rows_in == received.receipt.rows_kept == len(rows)
    assert received.tables["event"]["source_event_id"].to_pylist() == [row[0] for row in rows]
    assert received.tables["event_attr"]["value"].to_pylist() == [row[1] for row in rows]
    assert received.tables["event"]["category_raw"].to_pylist() == [row[2] for row in rows]
    assert received.tables["event_text"]["body"].to_pylist() == [row[3] for row in rows]


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(LATIN, LATIN, LATIN, LATIN), min_size=1, max_size=10))
def test_windows_1252_is_told_from_utf_8(folder: Path, rows: list[tuple[str, ...]]) -> None:
    text = written([("zäz", *row[1:]) for row in rows], HEADINGS, ",", "\r\n")
    received = read(folder, text.encode("cp1252"))
    assert received.receipt.encoding == "cp1252"
    assert received.tables["event_attr"]["value"].to_pylist() == [row[1] for row in rows]


CELLS = st.sampled_from(
    ["", " ", "Total", "Grand total", "unk", "1", "2", "03/09/2009", "99/99/9999", "Jo Ash", "=1+1", "-", '"']
)
RAGGED = st.lists(st.lists(CELLS, min_size=0, max_size=6), min_size=1, max_size=25)
STRICT = parse_layout(
    'holder = "X"\n[person]\nid = "Ref"\nname = "Name"\ndob = { column = "Note", required = true }\n'
)


@settings(max_examples=40, deadline=None)
@given(rows=RAGGED, layout=st.sampled_from([LAYOUT, STRICT]))
def test_every_row_is_kept_or_refused_and_counted(
    folder: Path, rows: list[list[str]], layout: Layout
) -> None:
    good = ["1", "Jo Ash", "03/09/2009", "x"]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADINGS, *rows, good])
    receipt = read(folder, out.getvalue().encode(), layout).receipt
    assert receipt.rows_in == len(rows) + 1
    assert receipt.rows_in == receipt.rows_kept + receipt.rows_refused
    assert receipt.rows_refused == sum(one.count for one in receipt.summary if one.kind == "row")
    assert len({one.row for one in receipt.refusals if one.kind == "row"}) == receipt.rows_refused


DAYS = st.dates(date(1950, 1, 1), date(2039, 12, 31))
FORMS = st.sampled_from(
    [
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d.%m.%y",
        "%d %b %Y",
        "%d-%b-%y",
        "%d %B %Y",
        "%Y-%m-%d",
        "%A %d %B %Y",
        "%d%m%Y",
    ]
)


@given(day=DAYS, form=FORMS)
def test_a_date_written_day_first_is_read_as_that_day(day: date, form: str) -> None:
    if "%y" in form:
        day = day.replace(year=max(day.year, 1950), day=min(day.day, 28))
    assert parse_date(day.strftime(form)) == (day, "day")


@given(day=DAYS, separator=st.sampled_from("/-. "))
def test_a_date_is_never_read_month_first(day: date, separator: str) -> None:
    american = day.strftime(f"%m{separator}%d{separator}%Y")
    told = parse_date(american)
    # Read day first, an American date is another day, or none; it is the same only where both are.
    assert told is None or told[0] == date(day.year, day.day, day.month)


@given(day=DAYS, minutes=st.integers(0, 1439), form=st.sampled_from(["%H:%M", "%H%M", "%I.%M%p", "%H:%M:%S"]))
def test_a_date_and_time_are_read_to_the_minute(day: date, minutes: int, form: str) -> None:
    moment = parse_moment(f"{day:%d/%m/%Y}").__getitem__(0) + timedelta(minutes=minutes)  # type: ignore[union-attr]
    assert parse_moment(f"{day:%d/%m/%Y} {moment.strftime(form)}") == (moment, "minute", True)


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    parse_date(text)
    parse_moment(text)
