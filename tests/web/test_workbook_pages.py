"""A review in a workbook, in the browser: downloaded, filled in, looked at before it is taken in, and taken in once."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from books_made import cells, change
from conftest import PURPOSES

from kithmap.desk.export_review import make_review_workbook
from kithmap.desk.review_sheet import COLUMNS, HEADINGS_ROW, LINES
from kithmap.register import judgements as kept

DECISION = COLUMNS.index("decision")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def reviewer(browse):
    """An analyst with a quality purpose."""
    return browse("analyst", "quality")


@pytest.fixture(scope="module")
def downloaded(workspace) -> bytes:
    """A workbook of twenty pairs."""
    how = {"purpose": PURPOSES["quality"], "who": "demo-analyst"}
    return make_review_workbook(workspace, "review.xlsx", **how, most=20)[1]


@pytest.fixture
def book(downloaded, tmp_path) -> Path:
    """That workbook, as its reviewer has it, with nothing filled in."""
    file = tmp_path / "review.xlsx"
    file.write_bytes(downloaded)
    return file


def fill(file: Path, number: int, *filled: str) -> None:
    row = HEADINGS_ROW + 1 + (number - 1) * LINES
    change(file, "Review", {(row, DECISION + at): text for at, text in enumerate(filled)})


def send(client, file: Path, to: str = "/review/workbook", **typed: str) -> str:
    """Send a workbook in; the address of what it would change."""
    sent = BytesIO(file.read_bytes())
    sent.name = file.name
    answer = client.post(to, {"file": sent, "whole": "yes", **typed})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_what_would_be_taken_in_is_shown_first_and_then_taken_in_once(reviewer, book, workspace):
    fill(book, 1, "same", "changed name")
    fill(book, 2, "not sure", "says too little")
    before = len(kept.list_judgements(workspace.register))
    where = send(reviewer, book)
    shown = text_of(reviewer.get(where))
    assert "To be taken in 2 pairs" in shown
    assert "Left empty 18 pairs" in shown
    assert "same: changed name" in shown
    assert len(kept.list_judgements(workspace.register)) == before, "looking changes nothing"
    done = reviewer.post(where, follow=True)
    assert "2 pairs judged" in text_of(done)
    assert len(kept.list_judgements(workspace.register)) == before + 2
    assert reviewer.get(where).status_code == 404, "the file is not kept"
    again = text_of(reviewer.get(send(reviewer, book)))
    assert "To be taken in 0 pairs" in again
    assert "Taken in before, and left as they are 2 pairs" in again
    assert "Take in " not in again


def test_a_refused_cell_is_named_with_what_belongs_there_and_nothing_is_taken_in(reviewer, book, workspace):
    fill(book, 3, "perhaps", "changed name")
    fill(book, 4, "same", "changed name")
    before = len(kept.list_judgements(workspace.register))
    where = send(reviewer, book)
    shown = text_of(reviewer.get(where))
    row = HEADINGS_ROW + 1 + 2 * LINES
    assert f"Review {row} N (decision)" in shown
    assert "One of same, different, not sure." in shown
    assert "Decide in one of these words." in shown
    assert "perhaps" not in shown
    assert "Take in " not in shown
    assert reviewer.post(where).status_code == 422
    assert len(kept.list_judgements(workspace.register)) == before


def test_a_workbook_that_is_let_go_of_changes_nothing_and_is_not_kept(reviewer, book, workspace):
    fill(book, 5, "same", "changed name")
    before = len(kept.list_judgements(workspace.register))
    where = send(reviewer, book)
    told = reviewer.post(where, {"drop": "yes"}, follow=True)
    assert "Nothing was taken in" in text_of(told)
    assert reviewer.get(where).status_code == 404
    assert len(kept.list_judgements(workspace.register)) == before


def test_another_persons_workbook_is_not_there_and_cannot_be_sent_in_by_somebody_else(browse, reviewer, book):
    where = send(reviewer, book)
    other = browse("social_care_analyst", "quality")
    assert other.get(where).status_code == 404
    assert other.post(where).status_code == 404
    theirs = other.get(send(other, book))
    assert theirs.status_code == 422
    assert "made for another reviewer" in text_of(theirs)


def test_a_workbook_is_no_extract_and_an_extract_no_workbook(reviewer, book):
    upload = send(reviewer, book).rpartition("/")[2]
    assert reviewer.get(f"/extracts/new/{upload}/read").status_code == 404
    assert upload not in reviewer.get("/extracts").content.decode()


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04 broken"])
def test_a_file_of_another_kind_is_refused_in_words(reviewer, tmp_path, content):
    file = tmp_path / "other.xlsx"
    file.write_bytes(content)
    answer = reviewer.get(send(reviewer, file))
    assert answer.status_code == 422
    assert "It cannot be taken in" in text_of(answer)


def test_a_workbook_that_breaks_off_or_is_missing_is_said_at_its_field(reviewer, book):
    sent = BytesIO(book.read_bytes())
    sent.name = "review.xlsx"
    assert "did not arrive whole" in text_of(reviewer.post("/review/workbook", {"file": sent}))
    assert "Choose a workbook" in text_of(reviewer.post("/review/workbook", {"whole": "yes"}))


def test_the_workbook_is_downloaded_for_whoever_reviews(reviewer, tmp_path):
    answer = reviewer.get("/review/workbook.xlsx?most=20")
    assert answer["Content-Type"] == XLSX
    file = tmp_path / "page.xlsx"
    file.write_bytes(answer.content)
    rows = cells(file)
    assert rows[HEADINGS_ROW - 1] == list(COLUMNS)
    assert len(rows) == HEADINGS_ROW + 20 * LINES
