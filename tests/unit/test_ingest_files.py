"""Files that cannot be received: one clear error, quickly, and nothing evaluated."""

import fcntl
import gzip
import os
import struct
import threading
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from ingest_made import PEOPLE, layout_of, page, raw_xlsx, receive, receive_text, workbook, write, zipped

from kithmap.errors import DataProblem, EmptyExtract, LayoutMismatch, NoAgreement, UnreadableFile
from kithmap.ingest.archives import SheetFacts, check_archive
from kithmap.ingest.inspect import inspect_file
from kithmap.ingest.receive import read_extract

HEAD = "Ref,Name,DOB\n"
CELL = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'
HEADINGS = (
    '<row r="1">' + CELL.format("A1", "Ref") + CELL.format("B1", "Name") + CELL.format("C1", "DOB") + "</row>"
)


def good_page(*rows: str) -> str:
    row = '<row r="2">' + CELL.format("A2", "1") + CELL.format("B2", "Jo Smith") + "</row>"
    return page(HEADINGS, row, *rows)


def ole(*words: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "".join(words).encode("utf-16-le") + bytes(512)


def lying_archive() -> bytes:
    """A page that says it is small and is not: 600 MB of zeros in 600 KB, declared as 1,000 bytes."""
    data = bytearray(raw_xlsx(b"0" * 30_000_000))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    size = struct.pack("<L", info.file_size)
    small = struct.pack("<L", 1_000)
    return bytes(data).replace(size, small)


BAD: dict[str, tuple[Callable[[], bytes], type[DataProblem], str]] = {
    "an empty file": (lambda: b"", EmptyExtract, "is empty"),
    "nothing but spaces": (lambda: b"\xef\xbb\xbf \n ,, \n", EmptyExtract, "is empty"),
    "headings alone": (lambda: b"Ref,Name,DOB\n", EmptyExtract, "no rows below"),
    "blank rows alone": (lambda: b"Ref,Name,DOB\n,,\n,,\n", EmptyExtract, "none of them can be kept"),
    "a PDF": (lambda: b"%PDF-1.7 rest", UnreadableFile, "is a PDF document"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n rest", UnreadableFile, "is a picture"),
    "a binary": (lambda: bytes(range(256)) * 100, UnreadableFile, "cannot be read as text|is not text|binary"),
    "a program": (lambda: b"\x7fELF" + bytes(100), UnreadableFile, "is a program"),
    "text with zeros in it": (lambda: HEAD.encode() + b"1,Jo\x00Smith,\n", UnreadableFile, "binary"),
    "another table": (lambda: b"a,b,c\n1,2,3\n", LayoutMismatch, "does not have the columns"),
    "a million columns": (lambda: b",".join(b"c%d" % n for n in range(1_000_000)), LayoutMismatch, "16,384 columns"),
    "a quote never closed": (lambda: b'Ref,Name,DOB\n1,"Jo Smith,\n2,Bo Ek,\n', UnreadableFile, "middle of a row"),
    "half a row at the end": (lambda: b"Ref,Name,DOB\n1,Jo Smith,\n2,Bo", UnreadableFile, "middle of a row"),
    "half a gzip": (lambda: gzip.compress(HEAD.encode() * 99)[:-12], UnreadableFile, "ends too early"),
    "a gzip bomb": (lambda: gzip.compress(b"0" * 20_000_000), UnreadableFile, "zip bomb"),
    "a zip that is no workbook": (lambda: zipped({"a.csv": HEAD}), UnreadableFile, "not a workbook"),
    "half a workbook": (lambda: raw_xlsx(good_page())[:-300], UnreadableFile, "damaged|written to its end"),
    "a zip bomb": (lambda: raw_xlsx(b"0" * 60_000_000), UnreadableFile, "zip bomb"),
    "a zip bomb that lies": (lying_archive, UnreadableFile, "damaged|zip bomb"),
    "3,000 parts": (lambda: raw_xlsx(good_page(), **{f"p{n}": "x" for n in range(3_000)}), UnreadableFile, "zip bomb"),
    "a laughing document": (
        lambda: raw_xlsx('<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + good_page()), UnreadableFile, "zip bomb"),
    "macros": (lambda: raw_xlsx(good_page(), **{"xl/vbaProject.bin": b"x"}), UnreadableFile, "macros"),
    "macros in an old workbook": (lambda: ole("_VBA_PROJECT"), UnreadableFile, "macros"),
    "a locked workbook": (lambda: ole("EncryptedPackage"), UnreadableFile, "locked with a password"),
    "an old workbook cut short": (lambda: ole("Workbook"), UnreadableFile, "damaged, locked or of another kind"),
    "too wide a sheet": (lambda: raw_xlsx(good_page('<row r="3"><c r="XFE3"><v>1</v></c></row>')), LayoutMismatch, "16,385 columns"),
    "cells far apart": (lambda: raw_xlsx(good_page('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), LayoutMismatch, "1,048,576 rows"),
    "a live formula": (
        lambda: raw_xlsx(good_page('<row r="3"><c r="A3"><f>1+1</f><v>2</v></c>' + CELL.format("B3", "Bo Ek") + "</row>")),
        UnreadableFile, "formulas in 1 cells that would be read, first in row 2 of column 'Ref'"),
    "an ods cut short": (
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a><b>"}),
        UnreadableFile, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_one_clear_error(kind: str, tmp_path: Path) -> None:
    make, error, words = BAD[kind]
    path = write(tmp_path, make(), "extract.any")
    started = time.perf_counter()
    with pytest.raises(error, match=words) as told:
        receive(path)
    assert time.perf_counter() - started < 5  # 1 second on a machine with nothing else to do
    assert "extract.any" in told.value.what
    assert told.value.expected.endswith(".")
    assert told.value.do.endswith(".")


@pytest.mark.parametrize(
    "kind", [kind for kind in BAD if kind not in ("another table", "blank rows alone", "a live formula")]
)
def test_inspect_refuses_what_receive_refuses(kind: str, tmp_path: Path) -> None:
    make, _, _ = BAD[kind]
    with pytest.raises(DataProblem):
        inspect_file(write(tmp_path, make(), "extract.any"))


def test_cells_far_apart_in_a_binary_workbook_are_refused() -> None:
    def record(kind: int, number: int) -> bytes:
        return bytes([kind, 8]) + number.to_bytes(4, "little") + bytes(4)

    far = record(0, 0) + record(1, 0) + record(0, 1_048_575) + record(5, 16_383)
    for content, is_far in ((far, True), (record(0, 9) + record(2, 9), False), (far[:7], False)):
        data = zipped({"xl/workbook.bin": b"x", "xl/worksheets/sheet1.bin": content})
        if is_far:
            with pytest.raises(LayoutMismatch, match="16,384 columns and 1,048,576 rows"):
                check_archive(data, "b.xlsb")
        else:
            assert check_archive(data, "b.xlsb").kind == "xlsb"


def test_no_error_holds_a_name_from_the_file(tmp_path: Path) -> None:
    for text in ('1,"Canary Quillfeather,\n', "1,Canary Quillfeather\n2", "=1,Canary\x00Quillfeather,\n"):
        with pytest.raises(DataProblem) as told:
            receive_text(tmp_path, HEAD + text)
        assert "Canary" not in repr(told.value) + str(told.value)


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file missing\.csv"):
        receive(tmp_path / "missing.csv")


def test_a_folder_is_not_an_extract(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is a folder"):
        receive(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD)
    path.chmod(0)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        receive(path)


@pytest.mark.parametrize("mark", ["~${}", ".~lock.{}#"])
def test_a_file_open_in_a_spreadsheet_program_is_refused(tmp_path: Path, mark: str) -> None:
    path = write(tmp_path, HEAD + "1,Jo Smith,\n")
    (tmp_path / mark.format(path.name)).write_text("")
    with pytest.raises(UnreadableFile, match="open in a spreadsheet program"):
        receive(path)


def test_a_file_locked_by_another_program_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "1,Jo Smith,\n")
    with path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(UnreadableFile, match="locked by another program"):
            receive(path)
    assert receive(path).receipt.rows_kept == 1


def receive_again_and_again(path: Path) -> None:
    for _ in range(30):
        receive(path)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "1,Jo Smith,\n" * 2_000_000)
    growing = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not growing.is_set():
                file.write(b"2,Bo Ek,\n")
                file.flush()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        # On a busy machine a whole read may fall between two writes; never so many in a row.
        with pytest.raises(UnreadableFile, match="changed while it was being read"):
            receive_again_and_again(path)
    finally:
        growing.set()
        thread.join()


def test_a_pipe_is_not_an_extract(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    try:
        with pytest.raises(UnreadableFile, match="is not a file"):
            receive(path)
    finally:
        os.close(writer)


def test_a_wrong_sheet_is_told_with_the_sheets_there_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", List=[["Ref", "Name", "DOB"], ["1", "Jo Smith", ""]], Notes=[["x"]])
    with pytest.raises(LayoutMismatch, match="has no sheet 'Data'") as told:
        receive(path, sheet="Data")
    assert "'List', 'Notes'" in told.value.expected
    with pytest.raises(LayoutMismatch, match="does not have the columns of layout people in sheet 'Notes'"):
        receive(path, sheet="Notes")


def test_a_column_the_agreement_does_not_name_stops_the_file_before_its_rows_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "1,Jo Smith,\n")
    with pytest.raises(NoAgreement, match="does not cover the columns 'DOB'"):
        receive(path, allowed_columns={"ref", " NAME "})
    assert receive(path, allowed_columns={"ref", " NAME ", "dob"}).receipt.rows_kept == 1


def test_an_optional_column_that_is_not_in_the_file_needs_no_agreement(tmp_path: Path) -> None:
    layout = layout_of(PEOPLE + 'sex = { column = "Sex", optional = true }\n')
    path = write(tmp_path, HEAD + "1,Jo Smith,\n")
    assert (
        read_extract(path, layout, receipt_no=1, allowed_columns=["Ref", "Name", "DOB"]).receipt.rows_kept
        == 1
    )


def test_formulas_outside_what_is_read_are_told_and_not_run(tmp_path: Path) -> None:
    rows = [["Ref", "Name", "DOB", "Age"], ["1", "Jo Smith", "", "=1+1"], ["Total", "=COUNTA(B2:B2)", "", ""]]
    received = receive(workbook(tmp_path / "b.xlsx", List=rows))
    assert received.receipt.rows_kept == 1
    assert "2 formulas stand outside the cells that were read; they were not run." in received.receipt.notes


def test_formulas_of_an_opendocument_sheet_are_found(tmp_path: Path) -> None:
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    head = "".join(
        f'<table:table-cell office:value-type="string"><p>{name}</p></table:table-cell>'
        for name in ("Ref", "Name", "DOB")
    )
    cell = '<table:table-cell office:value-type="float" office:value="2" table:formula="of:=1+1"/>'
    content = (
        f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="L"><table:table-row>{head}'
        f'</table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>{cell}'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    data = zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
    assert check_archive(data, "x.ods").sheets == {"L": SheetFacts(columns=3, rows=3, formulas={(2, 3)})}
