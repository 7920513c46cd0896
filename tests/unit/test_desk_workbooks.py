"""Workbooks for review: what leaves, what comes back, and everything that is refused on the way."""

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from books_made import cells, change
from desk_made import ANALYST
from linked_made import add_build, make_linked
from test_desk_review import LINKS, PEOPLE

from kithmap.desk import audit
from kithmap.desk.export_review import export_review
from kithmap.desk.import_review import import_review, look_at_review
from kithmap.desk.judgements import undo
from kithmap.desk.review_sheet import COLUMNS, CONTROL, FIELDS, HANDLING, INSTRUCTIONS, OTHERS, REVIEW
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, NotPermitted, PurposeNotAgreed, WrongUse
from kithmap.register import judgements

DECISION = COLUMNS.index("decision")


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_linked(tmp_path, PEOPLE, LINKS) as made:
        yield made


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "review.xlsx"


def export(workspace, file, who=ANALYST):
    return export_review(workspace, file, purpose="quality", who=who)


def take_in(workspace, file, who=ANALYST, purpose="quality"):
    done = import_review(workspace, file, purpose=purpose, who=who)
    return done.added, done.already, done.left_empty


def fill(file, number, decision, reason, note=""):
    """Fill in the pair of this number, as a reviewer does."""
    row = 5 + 3 * (number - 1)
    given = {DECISION: decision, DECISION + 1: reason, DECISION + 2: note}
    change(file, REVIEW, {(row, column): text for column, text in given.items() if text})


def parts_of(file) -> dict[str, str]:
    with zipfile.ZipFile(file) as book:
        return {name: book.read(name).decode(errors="replace") for name in book.namelist()}


# What leaves


def test_a_workbook_says_its_purpose_and_its_handling_and_shows_pairs_side_by_side(workspace, file):
    done = export(workspace, file)
    assert (done.pairs, done.waiting) == (3, 3)
    rows = cells(file)
    assert rows[0][0] == HANDLING
    assert rows[1][0].startswith("For purpose quality: Are the young people on our lists")
    assert rows[3] == list(COLUMNS)
    assert [row[1] for row in rows[4:7]] == ["first", "second", "how they agree"]
    assert HANDLING in cells(file, INSTRUCTIONS)[0][0]
    assert any("must not name anybody" in row[0] for row in cells(file, INSTRUCTIONS))
    assert cells(file, OTHERS)[0][0] == "pair"


def test_a_workbook_tells_nothing_of_what_the_model_made_of_a_pair(workspace, file):
    export(workspace, file)
    said = " ".join(parts_of(file).values())
    for told in ("probab", "weight", "PT1", "PT2", "PC<", "0.93", "1 in 2"):
        assert told not in said


def test_numbers_are_masked_in_a_workbook(workspace, file):
    export(workspace, file)
    assert "9990001243" not in " ".join(parts_of(file).values())
    at = COLUMNS.index("NHS number")
    assert any(row[at].endswith("243") for row in cells(file)[4:])


def test_a_workbook_offers_lists_and_protects_all_else(workspace, file):
    export(workspace, file)
    parts = parts_of(file)
    review = parts["xl/worksheets/sheet2.xml"]
    assert review.count("<dataValidation ") == 9
    assert '"same,different,not sure"' in review
    assert "INDIRECT" in review
    assert all(
        "<sheetProtection" in text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")
    )
    assert 'name="Control" sheetId="5" state="veryHidden"' in parts["xl/workbook.xml"]
    assert "reasons_not_sure" in parts["xl/workbook.xml"]


def test_only_its_owner_can_read_a_workbook(workspace, file):
    export(workspace, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize(("name", "most"), [("review.csv", 5), ("review.xlsx", 0), ("review.xlsx", 501)])
def test_a_workbook_ends_in_xlsx_and_has_so_many_pairs(workspace, tmp_path, name, most):
    with pytest.raises(WrongUse, match="cannot be written"):
        export_review(workspace, tmp_path / name, purpose="quality", who=ANALYST, most=most)


def test_an_export_needs_the_purpose_and_is_written_down(workspace, file):
    with pytest.raises(PurposeNotAgreed):
        export_review(workspace, file, purpose="profiling", who=ANALYST)
    assert not file.exists()
    export(workspace, file)
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.verb, line.details["pairs"]) == ("export review", 3)


# What comes back


def test_what_was_filled_in_is_taken_in_and_the_rest_left(workspace, file):
    export(workspace, file)
    fill(file, 1, "Different", "another name")
    fill(file, 3, "not sure", "other", "the handwriting is poor")
    assert take_in(workspace, file) == (2, 0, 1)
    made = judgements.list_judgements(workspace.register)
    assert {(each.decision, each.reason, each.who, each.blind) for each in made} == {
        ("different", "another name", ANALYST, True), ("not sure", "other", ANALYST, True),
    }  # fmt: skip
    assert {each.workbook for each in made} == {made[0].workbook} != {""}


def test_the_same_workbook_a_second_time_changes_nothing(workspace, file):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    take_in(workspace, file)
    before = judgements.list_judgements(workspace.register)
    assert take_in(workspace, file) == (0, 1, 2)
    assert judgements.list_judgements(workspace.register) == before


def test_what_would_be_taken_in_is_told_before_and_changes_nothing(workspace, file):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    looked = look_at_review(workspace, file, purpose="quality", who=ANALYST)
    assert [(line.state, line.decided) for line in looked.lines] == [
        ("new", "same: changed name"), ("left empty", ""), ("left empty", ""),
    ]  # fmt: skip
    assert judgements.list_judgements(workspace.register) == ()
    take_in(workspace, file)
    again = look_at_review(workspace, file, purpose="quality", who=ANALYST)
    assert [line.state for line in again.lines] == ["known already", "left empty", "left empty"]


def test_a_judgement_undone_since_does_not_come_back_with_its_workbook(workspace, file):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    take_in(workspace, file)
    made = judgements.list_judgements(workspace.register)[0]
    undo(workspace, made.id, reason="wrong row", purpose="quality", who=ANALYST)
    assert take_in(workspace, file) == (0, 1, 2)
    assert not judgements.get_judgement(workspace.register, made.id).stands


def test_what_was_filled_in_since_is_added(workspace, file):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    take_in(workspace, file)
    fill(file, 2, "different", "twins")
    assert take_in(workspace, file) == (1, 1, 1)


def test_every_fault_is_named_by_sheet_row_and_column_and_nothing_is_taken_in(workspace, file):
    export(workspace, file)
    fill(file, 1, "perhaps", "changed name")
    fill(file, 2, "same", "twins")
    fill(file, 3, "same", "other", "her name is Tamsin")
    with pytest.raises(DataProblem) as refused:
        take_in(workspace, file)
    looked = look_at_review(workspace, file, purpose="quality", who=ANALYST)
    assert [each.row for each in looked.refusals] == [5, 8, 11]
    assert all(each.expected and each.do for each in looked.refusals)
    said = str(refused.value)
    for where in ("row 5, column N (decision)", "row 8, column O (reason)", "row 11, column P (note)"):
        assert f"sheet 'Review', {where}" in said
    assert "3 faults" in said
    assert not any(word in said for word in ("perhaps", "amsin"))
    assert judgements.list_judgements(workspace.register) == ()


def test_another_decision_than_was_taken_in_before_is_a_fault(workspace, file):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    take_in(workspace, file)
    fill(file, 1, "different", "another name")
    with pytest.raises(DataProblem, match="has judged this pair already"):
        take_in(workspace, file)


@pytest.mark.parametrize(
    ("sheet", "cell", "text", "fault"),
    [
        (REVIEW, (5, COLUMNS.index("forename")), "Somebody", "rows 5 to 7 are not as exported"),
        (REVIEW, (7, COLUMNS.index(FIELDS[3])), "the same", "rows 5 to 7 are not as exported"),
        (CONTROL, (8, 0), "register.csv:1:1", "rows 5 to 7 are not as exported"),
        (CONTROL, (3, 1), "case", "another purpose"),
        (CONTROL, (6, 1), "2", "not as exported"),
        (CONTROL, (6, 1), "many", "rows or columns are missing"),
        (CONTROL, (6, 1), "4", "rows or columns are missing"),
        (CONTROL, (1, 1), "01ABC", "not as exported"),
        (CONTROL, (7, 1), "0" * 64, "taken out or put in"),
    ],
)
def test_a_workbook_that_was_tampered_with_is_refused(workspace, file, sheet, cell, text, fault):
    export(workspace, file)
    fill(file, 1, "same", "changed name")
    change(file, sheet, {cell: text})
    with pytest.raises(DataProblem, match=fault):
        take_in(workspace, file)
    assert judgements.list_judgements(workspace.register) == ()


def test_a_pair_of_another_workbook_cannot_be_brought_in(workspace, file, tmp_path):
    export(workspace, file)
    other = tmp_path / "other.xlsx"
    export(workspace, other)
    seal = cells(other, CONTROL)[7][2]
    change(file, CONTROL, {(8, 2): seal})
    with pytest.raises(DataProblem, match="not as exported"):
        take_in(workspace, file)


def test_a_workbook_of_an_earlier_build_is_refused(workspace, file):
    export(workspace, file)
    add_build(workspace, "B2", PEOPLE, LINKS)
    with pytest.raises(DataProblem, match="there is a newer one"):
        take_in(workspace, file)


def test_nobody_imports_anothers_workbook_and_the_refusal_is_written_down(workspace, file):
    export(workspace, file)
    with pytest.raises(NotPermitted, match="another reviewer"):
        take_in(workspace, file, who="bea")
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.actor, line.verb, line.outcome) == ("bea", "import review", "deny")


def test_a_workbook_of_another_kind_is_refused(workspace, file):
    import xlsxwriter

    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("Data").write_string(0, 0, "x")
    with pytest.raises(DataProblem, match="not the sheets"):
        take_in(workspace, file)


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path, monkeypatch, file):
    from linked_made import Link, Person

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    people = (
        Person((1, 1), "P1", {"forename": "=1+1", "surname": "@SUM(A1)"}),
        Person((2, 1), "P2", {"forename": "https://example.org", "surname": "Hale"}),
    )
    with make_linked(tmp_path, people, [Link((1, 1), (2, 1), 0.7, {"forename": (0, 4.0)})]) as workspace:
        export(workspace, file)
    assert cells(file)[4][3:5] == ["=1+1", "@SUM(A1)"]
    assert "<f>" not in parts_of(file)["xl/worksheets/sheet2.xml"]
