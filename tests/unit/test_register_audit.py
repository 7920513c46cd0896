"""The audit: every kind of tampering is found, and said where."""

import sqlite3

import pytest
from desk_made import ANALYST, make_workspace

from kithmap.desk import audit
from kithmap.errors import NotPermitted
from kithmap.register.audit import Act
from kithmap.register.open import FILE


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
    workspace.close()
    with sqlite3.connect(workspace.folder / FILE) as database:
        database.execute(sql)
    database.close()


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
    assert not audit.verify(workspace).intact


def test_a_line_put_at_the_end_without_the_key_is_found(workspace):
    tamper(
        workspace,
        "INSERT INTO register_auditevent SELECT seq + 1, at, actor, verb, outcome, what, purpose, details,"
        " hash, hash FROM register_auditevent ORDER BY seq DESC LIMIT 1",
    )
    assert not audit.verify(workspace).intact


def test_an_audit_begun_again_under_another_key_is_found(workspace):
    workspace.key = bytes(32)
    assert "Line 1 is not as it was written." in audit.verify(workspace).faults


def test_lines_after_the_head_that_was_kept_apart_are_no_fault(workspace):
    # A run killed between the register's commit and the head leaves the head one line behind.
    head = next((workspace.folder.parent / "config").rglob("*.audit"))
    before = head.read_text()
    audit.note(workspace, Act(ANALYST, "ask", "allow", "one more"))
    head.write_text(before)
    assert audit.verify(workspace).intact


def test_a_head_that_names_another_line_is_found(workspace):
    head = next((workspace.folder.parent / "config").rglob("*.audit"))
    head.write_text(f"{last(workspace)} {'0' * 64}\n")
    assert "not the one that was written" in audit.verify(workspace).sentence


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
        assert (made.folder / audit.HEAD_FILE).is_file()
        assert audit.verify(made).intact
        (made.folder / audit.HEAD_FILE).unlink()
        assert audit.verify(made).intact
