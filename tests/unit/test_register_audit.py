"""The audit: every kind of tampering is found, and said where."""

from datetime import UTC, datetime

import pytest
from desk_made import ANALYST, make_workspace
from django.db import connections

from kithmap.desk import anchor, audit, clock
from kithmap.errors import NotPermitted
from kithmap.register.audit import Act

pytestmark = pytest.mark.usefixtures("every_register")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        for number in range(5):
            audit.note(
                made, Act(ANALYST, "ask", "allow", f"question {number}", "profiling", {"rows": number})
            )
        yield made


def tamper(workspace, sql):
    with connections[workspace.register.alias].cursor() as cursor:
        cursor.execute(sql)


def last(workspace):
    return audit.verify(workspace).lines


def test_an_audit_left_alone_is_whole(workspace):
    proof = audit.verify(workspace)
    assert proof.intact
    assert "whole" in proof.sentence
    assert proof.to_dict()["intact"] is True


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE register_auditevent SET actor = 'eve' WHERE seq = 4", "Line 4 is not as"),
        ("UPDATE register_auditevent SET details = '{}' WHERE seq = 9", "Line 9 is not as"),
        ("DELETE FROM register_auditevent WHERE seq = 4", "Line 4 is missing"),
        ("DELETE FROM register_auditevent WHERE seq > 8", "The lines after line 8 are missing"),
        ("DELETE FROM register_auditevent", "The lines after line 0 are missing"),
    ],
)
def test_a_line_changed_taken_out_or_cut_off_is_found(workspace, sql, words):
    tamper(workspace, sql)
    proof = audit.verify(workspace)
    assert not proof.intact
    assert words in proof.sentence


def test_two_lines_that_change_places_are_found(workspace):
    tamper(workspace, "UPDATE register_auditevent SET seq = -4 WHERE seq = 4")
    tamper(workspace, "UPDATE register_auditevent SET seq = 4 WHERE seq = 5")
    tamper(workspace, "UPDATE register_auditevent SET seq = 5 WHERE seq = -4")
    assert audit.verify(workspace).faults == ("Lines 4 and 5 have changed places.",)


def test_a_line_put_at_the_end_without_the_key_is_found(workspace):
    tamper(
        workspace,
        "INSERT INTO register_auditevent SELECT seq + 1, at, actor, verb, outcome, what, purpose, details,"
        " hash, hash FROM register_auditevent ORDER BY seq DESC LIMIT 1",
    )
    assert not audit.verify(workspace).intact


def test_an_audit_begun_again_under_another_key_is_found(workspace):
    workspace.key = bytes(32)
    assert audit.verify(workspace).faults[0].startswith("No line fits the workspace's key")


def test_a_line_changed_is_told_once_and_no_other_line_with_it(workspace):
    tamper(workspace, "UPDATE register_auditevent SET actor = 'eve' WHERE seq = 4")
    assert audit.verify(workspace).faults == ("Line 4 is not as it was written.",)


def test_a_tail_that_is_cut_with_the_head_put_back_is_found_by_the_dated_heads(workspace):
    """Whoever kept an old head and cuts the register to it must also have the file of dated heads."""
    head = next((workspace.folder.parent / "config").rglob("*.audit"))
    before, lines = head.read_text(), last(workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: datetime(2099, 1, 1, tzinfo=UTC))
        audit.note(workspace, Act(ANALYST, "ask", "allow", "the next day"))
    tamper(workspace, f"DELETE FROM register_auditevent WHERE seq > {lines}")
    head.write_text(before)
    assert (
        f"The lines after line {lines} are missing; there were {lines + 1}." in audit.verify(workspace).faults
    )


def test_a_dated_head_that_was_changed_or_taken_out_is_found(workspace):
    with pytest.MonkeyPatch.context() as patch:
        for day in (1, 2):
            patch.setattr(clock, "now", lambda day=day: datetime(2099, 1, day, tzinfo=UTC))
            audit.note(workspace, Act(ANALYST, "ask", "allow", f"day {day}"))
    dated = next((workspace.folder.parent / "config").rglob("*.anchors"))
    lines = dated.read_text().splitlines(keepends=True)
    assert len(lines) == 3
    dated.write_text(lines[0] + lines[2])
    assert audit.verify(workspace).faults == (
        "The dated head 2 kept outside the register is not as it was written.",
    )
    dated.write_text("".join(lines))
    assert audit.verify(workspace).intact


def test_the_head_is_kept_where_the_setting_says(workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("KITHMAP_ANCHOR", str(tmp_path / "elsewhere"))
    audit.note(workspace, Act(ANALYST, "ask", "allow", "kept elsewhere"))
    assert {path.suffix for path in (tmp_path / "elsewhere").iterdir()} == {".audit", ".anchors"}
    tamper(workspace, f"DELETE FROM register_auditevent WHERE seq = {last(workspace)}")
    assert "are missing; there were" in audit.verify(workspace).sentence


def test_who_looked_at_a_person_is_told_by_pseudonym(workspace):
    audit.note(workspace, Act(ANALYST, "explain", "allow", "a link", "case", {"people": ["P-1", "P-2"]}))
    audit.note(workspace, Act(ANALYST, "explain", "allow", "a link", "case", {"people": ["P-11"]}))
    assert [line.verb for line in audit.who_looked(workspace, "P-1", who="gil")] == ["explain"]
    assert audit.who_looked(workspace, "P-3", who="gil") == ()
    with pytest.raises(NotPermitted):
        audit.who_looked(workspace, "P-1", who="nobody")


def test_many_acts_are_written_at_once_and_verified(workspace):
    acts = [Act(ANALYST, "ask", "allow", f"measure {number}") for number in range(500)]
    audit.note_all(workspace, acts)
    assert audit.verify(workspace).intact
    assert audit.count_lines(workspace) == last(workspace)


def test_lines_after_the_head_that_was_kept_apart_are_no_fault(workspace):
    # A run killed between the register's commit and the head leaves the head one line behind.
    head = next((workspace.folder.parent / "config").rglob("*.audit"))
    before = head.read_text()
    audit.note(workspace, Act(ANALYST, "ask", "allow", "one more"))
    head.write_text(before)
    assert audit.verify(workspace).intact


def test_a_head_that_names_another_line_is_found(workspace):
    head = next((workspace.folder.parent / "config").rglob("*.audit"))
    head.write_text(f"2026-01-01 {last(workspace)} {'0' * 64} {'0' * 64}\n")
    assert "The head kept outside the register is not as it was written." in audit.verify(workspace).faults


def test_a_line_and_what_it_tells_of_stand_or_fall_together(workspace):
    before = last(workspace)

    def fails():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        audit.note(workspace, Act(ANALYST, "receive", "allow", "a.csv"), fails)
    assert last(workspace) == before


def test_a_refusal_is_written_down_with_its_reason(workspace):
    with pytest.raises(NotPermitted):
        audit.show(workspace, who="nobody")
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.actor, line.verb, line.outcome) == ("nobody", "audit show", "deny")
    assert line.to_dict()["details"]["refused"] == "NotPermitted"


def test_the_last_lines_are_shown_the_newest_last(workspace):
    lines = audit.show(workspace, last=2, who=ANALYST)
    assert [line.what for line in lines] == ["question 3", "question 4"]


def test_where_the_key_is_in_the_environment_the_head_is_in_the_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("KITHMAP_KEY", "ab" * 32)
    with make_workspace(tmp_path / "workspace") as made:
        assert (made.folder / anchor.HEAD_FILE).is_file()
        assert audit.verify(made).intact
        (made.folder / anchor.HEAD_FILE).unlink()
        assert audit.verify(made).intact
