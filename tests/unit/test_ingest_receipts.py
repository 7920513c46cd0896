"""Receipts account for every row and cell; record tables are exactly those of the model."""

import json
from datetime import date
from pathlib import Path

import pytest
from ingest_made import PEOPLE, layout_of, receive_text, write

from kithmap.ingest.assemble import arrow_schema
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.ingest.receive import read_extract
from kithmap.model.keys import receipt_no_of, row_of, slot_of
from kithmap.model.records import RECORD_TABLES

REAL = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "city_of_london_street_2023-05_2025-05.csv.gz"
)
MESSY = (
    "Ref,Name,DOB,Note\n1,Jo Ash,31/02/2009,\n2,Bo Elm,04/25/2009,x\n,,,\n1,Jo Ash,31/02/2009,\n,,,only a note\n3,Cy Oak,03/09/2009,a,b\n"
    "4,Di Fir,03/09/2009,\nTotal,3,,\n"
)


def test_rows_in_are_rows_kept_and_rows_refused(tmp_path: Path) -> None:
    receipt = receive_text(tmp_path, MESSY).receipt
    assert (receipt.rows_in, receipt.rows_kept, receipt.rows_refused) == (8, 3, 5)
    assert sum(one.count for one in receipt.summary if one.kind == "row") == 5
    assert sum(one.count for one in receipt.summary if one.kind == "cell") == receipt.cells_refused == 2


def test_each_refusal_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    for refusal in receive_text(tmp_path, MESSY).receipt.refusals:
        assert refusal.line == refusal.row + 1
        assert all(text.endswith(".") for text in (refusal.what, refusal.expected, refusal.do))


def test_no_value_of_the_file_is_on_the_receipt(tmp_path: Path) -> None:
    text = MESSY.replace("Bo Elm", "Canary Quillfeather").replace("04/25/2009", "99/99/1999")
    told = json.dumps(receive_text(tmp_path, text).receipt.to_dict()) + repr(receive_text(tmp_path, text))
    assert "Canary" not in told
    assert "99/99" not in told


def test_many_refusals_are_counted_in_full_and_listed_in_part(tmp_path: Path) -> None:
    rows = "".join(f"{number},Jo Ash,no date,\n" for number in range(1_000))
    receipt = receive_text(tmp_path, "Ref,Name,DOB,Note\n" + rows).receipt
    assert receipt.cells_refused == 1_000
    assert len(receipt.refusals) == 500
    assert [(one.count, one.first_row) for one in receipt.summary] == [(1_000, 1)]


def test_the_receipt_knows_the_file_the_layout_and_the_days_it_spans(tmp_path: Path) -> None:
    layout = PEOPLE + '[event]\nkind = "report"\nstart = "When"\n'
    receipt = receive_text(
        tmp_path, "Ref,Name,DOB,When\n1,Jo Ash,03/09/2009,01/03/2026\n2,Bo Elm,,15/04/2026 10:00\n", layout
    ).receipt
    assert len(receipt.sha256) == 64
    assert (receipt.first_on, receipt.last_on) == (date(2026, 3, 1), date(2026, 4, 15))
    assert "Dates were read day first: the first, in row 1 of 'When', is 1 March 2026." in receipt.notes
    assert receipt.tables == {"mention": 2, "event": 2, "party": 2}


def test_of_a_date_of_birth_only_the_place_is_told(tmp_path: Path) -> None:
    notes = receive_text(tmp_path, "Ref,Name,DOB\n1,Jo Ash,03/09/2009\n").receipt.notes
    assert "Dates were read day first; the first is in row 1 of 'DOB'." in notes


def test_keys_tell_the_receipt_the_row_and_the_slot(tmp_path: Path) -> None:
    tables = receive_text(tmp_path, MESSY, receipt_no=12).tables
    keys = tables["mention"]["mention_id"].to_pylist()
    assert [(receipt_no_of(key), row_of(key), slot_of(key)) for key in keys] == [
        (12, 1, 1),
        (12, 2, 1),
        (12, 7, 1),
    ]


@pytest.mark.parametrize("name", builtin_layouts())
def test_every_built_in_layout_fills_its_tables_exactly_as_the_model_has_them(
    name: str, tmp_path: Path
) -> None:
    layout = load_layout(name)
    cells = {
        column: _cell(column) for column in layout.columns
    }  # one plausible row, by the words of each heading
    text = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    received = read_extract(write(tmp_path, text), layout, receipt_no=1, la_code="901")
    assert set(received.tables) <= set(layout.feeds) | {"party"}
    for table in RECORD_TABLES:
        if table.name in received.tables:
            made = received.tables[table.name]
            assert made.schema == arrow_schema(table)
            for column in table.columns:
                if column.required:
                    assert made[column.name].null_count == 0, column.name


def _cell(heading: str) -> str:
    words = heading.casefold()
    if "name" in words or words in ("pupil", "alleged perpetrator", "pupils involved"):
        return "ASH, Jo"
    if any(
        part in words
        for part in (
            "date",
            "dob",
            "start",
            "from",
            "seen",
            "month",
            "reported",
            "withdrawn",
            "opened",
            "time",
        )
    ):
        return "03/09/2025"
    return {
        "upn": "H801200001001",
        "easting": "530000",
        "northing": "180000",
        "e": "530000",
        "n": "180000",
    }.get(words, "1")


def test_the_same_file_gives_the_same_tables(tmp_path: Path) -> None:
    one, other = (receive_text(tmp_path, MESSY) for _ in range(2))
    assert one.tables["mention"].equals(other.tables["mention"])
    assert one.receipt == other.receipt


def test_columns_the_layout_does_not_name_are_in_no_table(tmp_path: Path) -> None:
    received = receive_text(tmp_path, "Ref,Name,DOB,Worker\n1,Jo Ash,,Canary Quillfeather\n")
    assert all("Canary" not in str(table.to_pylist()) for table in received.tables.values())
    assert received.receipt.not_read == ("Worker",)


def test_the_real_street_file_is_read_directly() -> None:
    if not REAL.exists():
        pytest.skip("the real police.uk file is not on this machine")
    received = read_extract(REAL, "police_uk_street", receipt_no=1)
    receipt = received.receipt
    assert (receipt.rows_in, receipt.rows_kept, receipt.cells_refused) == (19_950, 19_950, 0)
    assert set(received.tables) == {"event", "place_mention"}
    assert received.tables["event"]["precision"].unique().to_pylist() == ["month"]
    assert (receipt.first_on, receipt.last_on) == (date(2023, 5, 1), date(2025, 5, 1))
    # A few reports of the City were far away: the middle one is in it.
    east = sorted(filter(None, received.tables["place_mention"]["easting"].to_pylist()))
    assert 530_000 < east[len(east) // 2] < 535_000


def test_a_layout_may_be_given_by_name_or_made(tmp_path: Path) -> None:
    path = write(tmp_path, "Ref,Name,DOB\n1,Jo Ash,\n")
    assert read_extract(path, layout_of(PEOPLE), receipt_no=1).receipt.layout == "people"
