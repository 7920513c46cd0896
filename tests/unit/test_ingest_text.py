"""Text files: any delimiter, encoding and place of the headings; every row kept or told."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from ingest_made import PEOPLE, receive, receive_text, refused, rows_of, write

from kithmap.errors import LayoutMismatch

ROWS = "Ref{0}Name{0}DOB\n1{0}Zoë O'Neil{0}03/09/2009\n2{0}Ali Khan{0}4 Oct 2010\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_delimiter_and_the_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    received = receive_text(tmp_path, ROWS.format(delimiter).encode(encoding))
    assert rows_of(received, "mention", "forename", "surname") == [("Zoë", "O'Neil"), ("Ali", "Khan")]
    assert rows_of(received, "mention", "dob") == [date(2009, 9, 3), date(2010, 10, 4)]


def test_the_encoding_and_how_it_was_found_are_on_the_receipt(tmp_path: Path) -> None:
    received = receive_text(tmp_path, ROWS.format(";").encode("cp1252"))
    assert received.receipt.encoding == "cp1252"
    assert received.receipt.notes[0] == "Read as cp1252, as it is not UTF-8; columns parted by semicolons."


def test_an_encoding_the_layout_states_is_used(tmp_path: Path) -> None:
    layout = 'format = { encoding = "cp850" }' + PEOPLE
    received = receive_text(tmp_path, ROWS.format(",").encode("cp850"), layout)
    assert rows_of(received, "mention", "forename") == ["Zoë", "Ali"]


def test_any_other_delimiter_can_be_stated(tmp_path: Path) -> None:
    received = receive_text(tmp_path, ROWS.format("^"), 'format = { delimiter = "^" }' + PEOPLE)
    assert rows_of(received, "mention", "surname") == ["O'Neil", "Khan"]


def test_titles_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    text = 'Panel list,,\n"Produced for\nthe partnership",,\n,,\n' + ROWS.format(",")
    received = receive_text(tmp_path, text)
    assert received.receipt.header_line == 4
    assert received.receipt.rows_in == received.receipt.rows_kept == 2


def test_headings_are_found_whatever_their_case_spaces_and_order(tmp_path: Path) -> None:
    received = receive_text(tmp_path, " dob,EXTRA,NAME ,  R e f\n03/09/2009,x,Jo Smith,7\n")
    assert rows_of(received, "mention", "source_person_id", "surname") == [("7", "Smith")]
    assert received.receipt.not_read == ("EXTRA",)


def test_a_stated_row_of_headings_is_used(tmp_path: Path) -> None:
    received = receive_text(
        tmp_path, "Ref,Name,DOB\n" + ROWS.format(","), "format = { header_row = 2 }" + PEOPLE
    )
    assert received.receipt.rows_kept == 2


def test_headings_in_two_rows_are_joined(tmp_path: Path) -> None:
    text = "Victim,,Suspect\nName,DOB,Name\nJo Smith,03/09/2009,Al Jones\n"
    layout = 'holder = "X"\nformat = { header_rows = 2 }\n[[person]]\nas = "v"\nname = "Victim Name"\ndob = "Victim DOB"\n[[person]]\nas = "s"\nname = "Suspect Name"'
    assert rows_of(receive_text(tmp_path, text, layout), "mention", "surname") == ["Smith", "Jones"]


def test_a_heading_that_comes_twice_is_told_apart_by_its_number(tmp_path: Path) -> None:
    layout = 'holder = "X"\n[[person]]\nas = "a"\nname = "Name"\n[[person]]\nas = "b"\nname = "Name (2)"'
    received = receive_text(tmp_path, "Name,Name\nJo Smith,Al Jones\n", layout)
    assert rows_of(received, "mention", "surname") == ["Smith", "Jones"]


def test_a_missing_column_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(LayoutMismatch) as told:
        receive_text(tmp_path, "Ref,Nmae,DOB\n1,Jo Smith,03/09/2009\n")
    assert told.value.what == "Layout people: column 'Name' is not in extract.csv; did you mean 'Nmae'?"


def test_an_optional_column_may_be_missing(tmp_path: Path) -> None:
    layout = PEOPLE + 'sex = { column = "Sex", optional = true }\n'
    assert rows_of(receive_text(tmp_path, ROWS.format(","), layout), "mention", "sex") == [None, None]


def test_line_breaks_and_quotes_within_cells_are_text(tmp_path: Path) -> None:
    text = 'Ref,Name,DOB\r\n1,"Jo ""JJ"" Smith",03/09/2009\r\n2,"Ali\r\nKhan",\r\n3,6" Bob,\r\n'
    received = receive_text(tmp_path, text)
    assert rows_of(received, "mention", "surname") == ["Smith", "Khan", "Bob"]
    assert rows_of(received, "mention", "alias")[0] == "JJ"


def test_a_ragged_row_is_refused_and_the_others_are_kept(tmp_path: Path) -> None:
    received = receive_text(
        tmp_path, "Ref,Name,DOB\n1,Jo Smith,\n2,Ali,Khan,04/10/2010\n3,Bo Ek,\n4,Al\n5,Di Ax,\n"
    )
    assert refused(received) == [
        (2, "The row has 4 cells where there are 3 headings."),
        (4, "The row has 2 cells where there are 3 headings."),
    ]
    assert rows_of(received, "mention", "source_person_id") == ["1", "3", "5"]
    assert [row >> 6 & 0x3FFFFFFF for row in rows_of(received, "mention", "row_id")] == [1, 3, 5]


def test_empty_lines_count_as_rows_and_are_refused(tmp_path: Path) -> None:
    received = receive_text(tmp_path, "Ref,Name,DOB\n1,Jo Smith,\n\n,,\n  , ,\n2,Bo Ek,\n\n\n")
    assert refused(received) == [(2, "The row is blank."), (3, "The row is blank."), (4, "The row is blank.")]
    assert received.receipt.rows_in == 5


def test_a_row_of_totals_is_refused_but_a_person_called_total_is_kept(tmp_path: Path) -> None:
    received = receive_text(
        tmp_path, "Name,Ref,DOB\nTotal Ann,7,03/09/2009\nBo Ek,8,\nTotal,,2\nGrand total: 2,,\n"
    )
    assert rows_of(received, "mention", "source_person_id") == ["7", "8"]
    assert [row for row, _ in refused(received)] == [3, 4]


def test_the_same_row_twice_is_refused_with_the_row_it_repeats(tmp_path: Path) -> None:
    text = "Ref,Name,DOB,Note\n1,Jo Smith,,a\n1,Jo Smith,,b\n1,Jo Smith,,a\n"
    assert refused(receive_text(tmp_path, text)) == [(3, "The row is the same as row 1.")]


def test_the_same_row_twice_is_kept_where_the_layout_says_so(tmp_path: Path) -> None:
    received = receive_text(
        tmp_path, "Ref,Name,DOB\n1,Jo Smith,\n1,Jo Smith,\n", 'format = { duplicates = "keep" }' + PEOPLE
    )
    assert received.receipt.rows_kept == 2


def test_an_empty_cell_can_mean_the_same_as_above(tmp_path: Path) -> None:
    layout = 'format = { blank_means_previous = ["School"] }' + PEOPLE + '[school]\nname = "School"\n'
    text = "School,Ref,Name,DOB\nPark School,1,Jo Smith,\n,2,Bo Ek,\nMill School,3,Al Ax,\n"
    assert rows_of(receive_text(tmp_path, text, layout), "enrolment", "school_raw") == [
        "Park School", "Park School", "Mill School",
    ]  # fmt: skip


def test_excels_quoted_text_is_the_text(tmp_path: Path) -> None:
    received = receive_text(tmp_path, 'Ref,Name,DOB\n"=""0042""",Jo Smith,\n')
    assert rows_of(received, "mention", "source_person_id") == ["0042"]


def test_cells_that_begin_like_a_formula_stay_text_and_are_told(tmp_path: Path) -> None:
    received = receive_text(tmp_path, "Ref,Name,DOB\n=1+1,@SUM(A1) Smith,\n-5,+Bo Ek,\n")
    assert rows_of(received, "mention", "source_person_id") == ["=1+1", "-5"]
    assert (
        "1 cells of 'Ref' begin like a formula; they are kept as text and never run."
        in received.receipt.notes
    )
    assert (
        "2 cells of 'Name' begin like a formula; they are kept as text and never run."
        in received.receipt.notes
    )


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(ROWS.format(",").encode()), "extract.csv.gz")
    assert receive(path).receipt.rows_kept == 2


def test_a_byte_order_mark_before_titles_does_not_hide_the_headings(tmp_path: Path) -> None:
    assert receive_text(tmp_path, b"\xef\xbb\xbf" + ROWS.format(",").encode()).receipt.rows_kept == 2


def test_numbers_with_a_decimal_comma_are_read_where_the_layout_says_so(tmp_path: Path) -> None:
    layout = 'holder = "X"\nformat = { decimal = "," }\n[event]\nkind = "asb"\n[place]\neasting = "E"\nnorthing = "N"'
    received = receive_text(tmp_path, "E;N\n530.000,5;180.000\n", layout)
    assert rows_of(received, "place_mention", "easting", "northing") == [(530_000.5, 180_000.0)]
