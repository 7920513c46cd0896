"""The guide to layouts is followed as a reader would, and the reference is what the code says."""

import re
from pathlib import Path

import pytest

from kithmap.ingest.layouts import load_layout
from kithmap.ingest.parse_layout import parse_layout
from kithmap.ingest.receipts import Receipt
from kithmap.ingest.receive import Received, read_extract
from kithmap.ingest.reference import layouts_page

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "how-to" / "write-a-layout.md").read_text(encoding="utf-8")
PIECES = re.findall(r"(?<!-->\n)^```toml\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)


def marked(mark: str) -> str:
    """The block of the guide under a mark."""
    found = re.search(rf"<!-- {re.escape(mark)}[^\n]*-->\n```\w+\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert found, mark
    return found[1]


@pytest.fixture
def received(tmp_path: Path) -> Received:
    extract, layout = tmp_path / "hartwell_leisure.csv", tmp_path / "hartwell_leisure.toml"
    extract.write_bytes(marked("extract: hartwell_leisure.csv").encode("cp1252"))
    layout.write_text(marked("layout: hartwell_leisure.toml"), encoding="utf-8")
    return read_extract(extract, load_layout(layout), receipt_no=1)


def in_words(receipt: Receipt) -> str:
    lines = [
        f"{receipt.rows_in} rows in, {receipt.rows_kept} kept, {receipt.rows_refused} refused; {receipt.mentions} people named",
        *receipt.notes,
    ]
    for refusal in receipt.refusals:
        where = f"row {refusal.row}" + (f", {refusal.column}" if refusal.column else "")
        lines.append(f"{where}: {refusal.what}")
    return "\n".join(lines) + "\n"


def test_the_receipt_in_the_guide_is_the_one_a_reader_gets(received: Received) -> None:
    assert in_words(received.receipt) == marked("receipt")


def test_the_example_comes_through_as_the_guide_says(received: Received) -> None:
    people = received.tables["mention"].to_pylist()
    assert [(one["forename"], one["surname"], str(one["dob"])) for one in people] == [
        ("Zoë", "Ashdown", "2010-09-03"),
        ("Kit", "Marlow", "None"),
        ("Tam", "Fenwick", "2009-12-30"),
        ("Idris", "ORBECK", "2011-07-19"),
        ("Zoe", "Ashdown", "None"),
        ("Kit", "Marlow", "None"),
    ]
    events = received.tables["event"].to_pylist()
    assert [(str(one["start_at"]), one["precision"], one["harm"]) for one in events] == [
        ("2026-01-14 16:40:00", "minute", "SYV"),
        ("2026-01-16 17:20:00", "minute", "SYV"),
        ("2026-01-20 00:00:00", "day", "HSB"),
        ("2026-01-23 00:00:00", "minute", None),
    ]
    assert [one["code"] for one in received.tables["flag"].to_pylist()] == [
        "weapon seen",
        "fight",
        "fight",
        "sexual",
    ]
    listed = received.tables["listing"].to_pylist()
    assert [(str(one["start_on"]), str(one["end_on"])) for one in listed] == [
        ("2026-01-15", "2026-04-15"),
        ("2026-01-21", "None"),
    ]
    assert len(received.tables["association"]) == 2
    assert received.tables["place_mention"]["h3_r9"].null_count == 1
    assert "Quill" not in str([table.to_pylist() for table in received.tables.values()])


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.splitlines()[0][:40])
def test_every_piece_of_the_guide_is_a_sound_layout(piece: str) -> None:
    assert parse_layout(f'holder = "X"\n{piece}').columns


def test_there_are_pieces_to_try() -> None:
    assert len(PIECES) > 10


def test_the_reference_of_layouts_is_what_the_code_says() -> None:
    page = (DOCS / "reference" / "layouts.md").read_text(encoding="utf-8")
    assert page == layouts_page().rstrip() + "\n"
