"""Workspaces: made whole or not at all, opened, shared between processes, swept."""

import gc
import subprocess
import sys
from multiprocessing import get_context

import pytest
from desk_made import ANALYST, KINDS, agree, agreement_file, make_workspace, purpose_file

from kithmap.desk import agreements, lock, purposes, users
from kithmap.desk.collecting import NEW_OBJECTS
from kithmap.desk.doctor import examine
from kithmap.desk.workspace import MARK, new_workspace, open_workspace
from kithmap.errors import (
    DataProblem,
    KeyMissing,
    NoPurpose,
    NotAWorkspace,
    NotFound,
    NotPermitted,
    UnreadableFile,
    WorkspaceBusy,
    WorkspaceExists,
    WrongUse,
)

pytestmark = pytest.mark.usefixtures("every_register")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def workspace(tmp_path):
    with make_workspace(tmp_path / "workspace") as made:
        yield made


def test_a_new_workspace_can_be_opened_again(workspace):
    with open_workspace(workspace.folder) as again:
        assert again.key == workspace.key
        assert {user.name for user in users.list_users(again)} == {"ann", "mo", "gil"}


def test_a_process_that_works_in_a_workspace_looks_for_circles_of_objects_seldom(workspace):
    before = gc.get_threshold()
    gc.set_threshold(700)
    try:
        open_workspace(workspace.folder).close()
        assert gc.get_threshold()[0] == NEW_OBJECTS
    finally:
        gc.set_threshold(*before)


def test_a_workspace_is_made_in_an_empty_folder_but_not_over_another(tmp_path):
    (tmp_path / "empty").mkdir()
    new_workspace(tmp_path / "empty").close()
    with pytest.raises(WorkspaceExists):
        new_workspace(tmp_path / "empty")
    assert {path.name for path in tmp_path.iterdir()} == {"config", "empty"}


def test_a_workspace_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("KITHMAP_KEY", "no key")
    with pytest.raises(KeyMissing):
        new_workspace(tmp_path / "workspace")
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_outside_the_workspace_and_only_its_owner_reads_it(workspace):
    key = next((workspace.folder.parent / "config").rglob("*.key"))
    assert key.stat().st_mode & 0o777 == 0o600
    assert workspace.key_place == str(key)
    assert workspace.key.hex() not in repr(workspace)
    for path in workspace.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert workspace.key not in content
            assert workspace.key.hex().encode() not in content


def test_a_folder_that_is_no_workspace_is_refused(tmp_path):
    with pytest.raises(NotAWorkspace):
        open_workspace(tmp_path)
    (tmp_path / MARK).write_text("not toml at all [")
    with pytest.raises(NotAWorkspace):
        open_workspace(tmp_path)


def test_without_its_key_a_workspace_does_not_open(workspace):
    next((workspace.folder.parent / "config").rglob("*.key")).unlink()
    with pytest.raises(KeyMissing):
        open_workspace(workspace.folder)


def test_only_one_writes_at_a_time(workspace):
    with lock.writing(workspace.folder):
        assert not lock.is_free(workspace.folder)
        with pytest.raises(WorkspaceBusy), lock.writing(workspace.folder, patience_seconds=0.1):
            pass
    assert lock.is_free(workspace.folder)


def test_the_lock_of_a_process_that_was_killed_is_free(workspace):
    code = (
        "import os, sys; from pathlib import Path; from kithmap.desk import lock\n"
        "with lock.writing(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(workspace.folder)], check=False)
    assert done.returncode == -9
    assert lock.is_free(workspace.folder)


def test_leftovers_are_swept_when_a_workspace_opens(workspace):
    (workspace.folder / "records" / "7").mkdir()
    (workspace.builds / "lost.duckdb").write_bytes(b"half")
    (workspace.tmp / "half.spark").mkdir()
    (workspace.tmp / "half.duckdb").write_bytes(b"half")
    open_workspace(workspace.folder).close()
    for folder in ("records", "builds", "tmp"):
        assert list((workspace.folder / folder).iterdir()) == []


def test_what_a_run_under_way_has_written_is_not_swept(workspace):
    (workspace.tmp / "half.duckdb").write_bytes(b"half")
    with lock.writing(workspace.folder):
        open_workspace(workspace.folder).close()
    assert (workspace.tmp / "half.duckdb").exists()


def test_an_agreement_added_twice_is_there_once(workspace):
    for _ in range(2):
        agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
    assert len(agreements.list_agreements(workspace)) == 1


def test_a_changed_agreement_is_a_new_version_and_the_old_one_is_kept(workspace):
    agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
    agree(workspace, "a", "Hartwell Police", ["gangs_panel_list"])
    former, stands = agreements.get_versions(workspace, "a")
    assert (former.version, former.terms["holder"], former.added_by) == (1, "Hartwell Council", ANALYST)
    assert (former.replaced_by, former.replaced_at is not None) == (ANALYST, True)
    assert (stands.version, stands.terms["holder"], stands.replaced_at) == (2, "Hartwell Police", None)
    assert agreements.get_agreement(workspace, "a").holder == "Hartwell Police"


def test_a_changed_purpose_is_a_new_version_and_the_old_one_is_kept(workspace, tmp_path):
    purposes.add_purpose(workspace, purpose_file(tmp_path, "case", end="2030-01-01"), who=ANALYST)
    assert [each.terms["end"] for each in purposes.get_versions(workspace, "case")] == [
        "2099-12-31",
        "2030-01-01",
    ]


def test_a_suspended_agreement_can_stand_again(workspace):
    agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
    with pytest.raises(WrongUse, match="not suspended"):
        agreements.resume_agreement(workspace, "a", who=ANALYST)
    agreements.suspend_agreement(workspace, "a", who=ANALYST)
    assert agreements.resume_agreement(workspace, "a", who=ANALYST).state == "active"


def test_a_suspended_agreement_stays_suspended_when_it_is_added_again(workspace):
    agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
    agreements.suspend_agreement(workspace, "a", who=ANALYST)
    agree(workspace, "a", "Hartwell Council", ["gangs_panel_list"])
    assert agreements.get_agreement(workspace, "a").state == "suspended"


def test_a_draft_gives_way_to_what_was_agreed(workspace, tmp_path):
    file = agreement_file(tmp_path, "a", "Hartwell Council", ["gangs_panel_list"])
    agreed = file.read_text()
    file.write_text(f'state = "draft"\n{agreed}')
    assert agreements.add_agreement(workspace, file, who=ANALYST).state == "draft"
    file.write_text(agreed)
    assert agreements.add_agreement(workspace, file, who=ANALYST).state == "active"
    file.write_text(f'state = "draft"\n{agreed}')
    assert agreements.add_agreement(workspace, file, who=ANALYST).state == "active"


def test_a_purpose_added_twice_is_there_once(workspace, tmp_path):
    again = purposes.add_purpose(workspace, purpose_file(tmp_path, "case"), who=ANALYST)
    assert (again.id, len(purposes.list_purposes(workspace))) == ("case", len(KINDS))


def test_an_agreement_that_is_not_there_is_not_found(workspace):
    with pytest.raises(NotFound):
        agreements.get_agreement(workspace, "a")


def test_purposes_are_listed_shown_and_suspended(workspace):
    assert [purpose.id for purpose in purposes.list_purposes(workspace)] == sorted(KINDS)
    purposes.suspend_purpose(workspace, "sharing", who=ANALYST)
    assert purposes.get_purpose(workspace, "sharing").state == "suspended"
    with pytest.raises(NoPurpose):
        purposes.get_purpose(workspace, "nothing")


@pytest.mark.parametrize(
    ("content", "error"), [(b"id = ", DataProblem), (b"\xff\xfe\x00", UnreadableFile), (b"", DataProblem)]
)
def test_a_file_that_is_no_agreement_is_told(workspace, tmp_path, content, error):
    file = tmp_path / "agreement.toml"
    file.write_bytes(content)
    with pytest.raises(error):
        agreements.add_agreement(workspace, file, who=ANALYST)


def test_a_file_that_is_not_there_is_told(workspace, tmp_path):
    with pytest.raises(UnreadableFile):
        agreements.add_agreement(workspace, tmp_path / "none.toml", who=ANALYST)


def test_a_user_who_is_not_registered_may_do_nothing(workspace, tmp_path):
    with pytest.raises(NotPermitted):
        purposes.add_purpose(workspace, purpose_file(tmp_path, "case", name="more"), who="nobody")


def test_once_there_is_an_administrator_only_they_add_users(workspace):
    users.add_user(workspace, "adam", "administrator", who=ANALYST)
    with pytest.raises(NotPermitted):
        users.add_user(workspace, "zoe", "analyst", who=ANALYST)
    users.add_user(workspace, "zoe", "analyst", who="adam")


@pytest.mark.parametrize(("name", "role"), [("zoe", "director"), ("  ", "analyst")])
def test_a_user_needs_a_name_and_a_role_there_is(workspace, name, role):
    with pytest.raises(WrongUse):
        users.add_user(workspace, name, role, who=ANALYST)


def test_several_processes_write_to_the_register_at_once(workspace):
    with get_context("spawn").Pool(3) as pool:
        pool.map(_note_often, [str(workspace.folder)] * 3)
    from kithmap.desk.audit import verify

    proof = verify(workspace)
    assert proof.intact
    assert proof.lines >= 30


def _note_often(folder):
    from pathlib import Path

    from kithmap.desk.audit import note
    from kithmap.register.audit import Act

    with open_workspace(Path(folder)) as opened:
        for number in range(10):
            note(opened, Act(ANALYST, "ask", "allow", str(number)))


def test_the_doctor_finds_a_sound_workspace_sound(workspace):
    checks = {check.name: check for check in examine(workspace.folder)}
    for name in ("Python", "DuckDB engine", "encryption at rest", "key", "register", "records and builds"):
        assert checks[name].ok, checks[name]


def test_the_doctor_says_what_to_do_about_a_lost_key(workspace):
    workspace.close()
    next((workspace.folder.parent / "config").rglob("*.key")).unlink()
    checks = {check.name: check for check in examine(workspace.folder)}
    assert not checks["key"].ok
    assert "Restore the key" in checks["key"].do


def test_the_migrations_are_those_of_the_models():
    from kithmap.register.settings import configure

    configure()
    from django.core.management import call_command

    call_command("makemigrations", "register", check=True, dry_run=True, verbosity=0)
