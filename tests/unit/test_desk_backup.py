"""Backup and restore: all comes back but the key, and what is not whole is refused before anything is made."""

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from desk_made import (
    ANALYST,
    agree_to_all,
    files_with,
    make_small_world,
    make_workspace,
    names_in,
    some_extracts,
)
from django.db import connections
from postgres_made import registered

from kithmap.desk import audit, jobs
from kithmap.desk.backup import MANIFEST, SEAL, backup, seal_of
from kithmap.desk.build import build, list_builds
from kithmap.desk.links import links
from kithmap.desk.receive import list_receipts, receive
from kithmap.desk.residents import FILE as RESIDENTS
from kithmap.desk.restore import restore
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.engines import keys
from kithmap.errors import KeyMissing, MachineProblem, UnreadableFile, WorkspaceExists, WrongUse
from kithmap.register import ready
from kithmap.register.audit import Act
from kithmap.register.open import FILE


def receive_lists(workspace: Workspace, world: Path) -> None:
    agree_to_all(workspace)
    for file, layout in some_extracts(world)[2:4]:
        receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("backup")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield folder


@pytest.fixture(scope="module")
def workspace(home, tmp_path_factory) -> Iterator[Workspace]:
    """Two lists, linked into a build."""
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    with make_workspace(home / "workspace") as made:
        receive_lists(made, world)
        (made.folder / RESIDENTS).write_text("how many live where")
        (made.folder / "published" / "P1").mkdir(parents=True)
        (made.folder / "published" / "P1" / "Profile, R1 (Hartwell).html").write_text("a document")
        build(made, who=ANALYST)
        yield made


@pytest.fixture(scope="module")
def whole(workspace, home) -> Path:
    backup(workspace, home / "whole.kithmap", who=ANALYST)
    return home / "whole.kithmap"


def refused(file: Path, to: Path, fault: type[Exception] = UnreadableFile) -> str:
    """What is said of a file that is not restored; and nothing is left of trying."""
    before = sorted(to.parent.iterdir())
    with pytest.raises(fault) as told:
        restore(file, to, who=ANALYST)
    assert sorted(to.parent.iterdir()) == before
    assert str(told.value).count(".") >= 3
    return str(told.value)


def test_what_is_restored_is_what_was_backed_up(workspace, whole, tmp_path):
    made = restore(whole, tmp_path / "restored", who=ANALYST)
    assert (made.intact, made.extracts, made.builds, made.people) == (True, 2, 1, 11)
    with open_workspace(tmp_path / "restored") as opened:
        assert list_receipts(opened) == list_receipts(workspace)
        assert list_builds(opened) == list_builds(workspace)
        for name in (RESIDENTS, "published/P1/Profile, R1 (Hartwell).html"):
            assert (opened.folder / name).read_text() == (workspace.folder / name).read_text()
        asked = {"purpose": "quality", "who": ANALYST}
        assert links(opened, **asked) == links(workspace, **asked)
        assert audit.show(opened, who=ANALYST)[-2].verb == "restore"
        assert audit.verify(opened).intact
        assert build(opened, who=ANALYST).figures["people"] == 11
    # Trying a backup out beside the workspace that it is of disturbs nothing of it.
    assert audit.verify(workspace).intact


def test_a_backup_holds_no_key_and_names_nobody(workspace, whole, tmp_path):
    content = whole.read_bytes()
    assert workspace.key not in content
    assert workspace.key.hex().encode() not in content
    assert files_with(whole.parent / "nothing", frozenset()) == {}
    (tmp_path / "one").mkdir()
    shutil.copy(whole, tmp_path / "one")
    assert files_with(tmp_path / "one", names_in(workspace)) == {}
    assert whole.stat().st_mode & 0o077 == 0


def test_a_backup_is_whole_while_others_work(workspace, tmp_path):
    def work(number: int) -> None:
        with open_workspace(workspace.folder) as opened:
            for each in range(20):
                audit.note(opened, Act(ANALYST, "ask", "allow", f"{number}.{each}"))

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(work, number) for number in range(2)]
        made = [backup(workspace, tmp_path / f"{number}.kithmap", who=ANALYST) for number in range(3)]
        for each in working:
            each.result()
    for number, each in enumerate(made):
        found = restore(each.file, tmp_path / f"restored-{number}", who=ANALYST)
        assert found.intact, found.audit


def test_a_backup_that_would_lack_records_is_not_made(workspace, home, tmp_path):
    broken = home / "broken"
    shutil.copytree(workspace.folder, broken)
    shutil.rmtree(broken / "records" / "1")
    with (
        open_workspace(broken) as opened,
        pytest.raises(MachineProblem, match="went while they were being copied"),
    ):
        backup(opened, tmp_path / "b.kithmap", who=ANALYST)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(workspace, tmp_path):
    file = tmp_path / "b.kithmap"
    file.write_text("something else")
    with pytest.raises(WrongUse, match="already a file"):
        backup(workspace, file, who=ANALYST)
    assert file.read_text() == "something else"


def test_a_folder_that_holds_something_is_not_restored_over(whole, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()
    with pytest.raises(WorkspaceExists):
        restore(whole, tmp_path / "there", who=ANALYST)


def test_a_byte_changed_anywhere_is_found(whole, tmp_path):
    content = whole.read_bytes()
    file = tmp_path / "altered.kithmap"
    with tarfile.open(whole) as archive:
        members = archive.getmembers()
    for member in members:
        for place in {member.offset, member.offset_data, member.offset_data + member.size - 1}:
            file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            refused(file, tmp_path / "restored", (UnreadableFile, KeyMissing))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.99])
def test_a_file_that_was_cut_is_refused(whole, tmp_path, share):
    content = whole.read_bytes()
    file = tmp_path / "cut.kithmap"
    file.write_bytes(content[: int(share * len(content))])
    assert "is no backup of a workspace, or only a part of one" in refused(file, tmp_path / "restored")


def no_archive(file: Path) -> None:
    file.write_bytes(b"Surname,Forename\nA,B\n" * 100)


def another_archive(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, "{}")


def an_archive_of_something_else(file: Path) -> None:
    with tarfile.open(file, "w") as archive:
        add(archive, "notes.txt", b"nothing")


@pytest.mark.parametrize("make", [no_archive, another_archive, an_archive_of_something_else])
def test_a_file_that_is_no_backup_is_refused(home, workspace, tmp_path, make):
    make(tmp_path / "other.kithmap")
    assert "is no backup" in refused(tmp_path / "other.kithmap", tmp_path / "restored")


def add(archive: tarfile.TarFile, name: str, content: bytes, **also: object) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for key, value in also.items():
        setattr(entry, key, value)
    archive.addfile(entry, io.BytesIO(content))


def sealed_with(
    workspace: Workspace, file: Path, name: str, content: bytes = b"outside", **also: object
) -> None:
    """A backup with one more file, sealed as only who has the key can."""
    from hashlib import sha256

    identity = (workspace.folder / keys.ID_FILE).read_bytes()
    listed = {keys.ID_FILE: identity, name: content}
    files = {each: {"bytes": len(said), "sha256": sha256(said).hexdigest()} for each, said in listed.items()}
    told = json.dumps({"format": 1, "kithmap": "0", "files": files}).encode()
    with tarfile.open(file, "w") as archive:
        add(archive, keys.ID_FILE, identity)
        add(archive, name, content, **also)
        add(archive, MANIFEST, told)
        add(archive, SEAL, seal_of(told, workspace.key).encode())


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/tmp/outside",
        "records/../../outside",
        "records//x",
        ".ssh/config",
        "builds/.x",
        "other",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused_whoever_sealed_it(workspace, tmp_path, name):
    sealed_with(workspace, tmp_path / "b.kithmap", name)
    (tmp_path / "in").mkdir()
    assert "the name of a file" in refused(tmp_path / "b.kithmap", tmp_path / "in" / "restored")
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_what_is_no_plain_file_is_refused(workspace, tmp_path, kind):
    sealed_with(workspace, tmp_path / "b.kithmap", "records/1", b"", type=kind, linkname="/etc/passwd")
    refused(tmp_path / "b.kithmap", tmp_path / "restored")


def test_a_backup_of_another_key_is_refused(whole, tmp_path, monkeypatch):
    monkeypatch.setenv(keys.VARIABLE, "7b" * 32)
    assert "is not as it was made" in refused(whole, tmp_path / "restored")


def test_without_its_key_a_backup_is_not_restored(whole, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    refused(whole, tmp_path / "restored", KeyMissing)


def test_lines_written_after_the_backup_are_known_to_be_gone(workspace, whole, tmp_path, monkeypatch):
    heads = tmp_path / "heads"
    monkeypatch.setenv("KITHMAP_ANCHOR", str(heads))
    restore(whole, tmp_path / "restored", who=ANALYST)
    with open_workspace(tmp_path / "restored") as opened:
        for number in range(5):
            audit.note(opened, Act(ANALYST, "ask", "allow", str(number)))
        known = audit.verify(opened).lines
    shutil.rmtree(tmp_path / "restored")
    assert restore(whole, tmp_path / "restored", who=ANALYST).intact
    with open_workspace(tmp_path / "restored") as opened:
        assert audit.show(opened, who=ANALYST)[-1].details["known_before"] == known
    assert len(list(heads.glob("*.before-*"))) == 2


def rows_of(workspace: Workspace) -> dict[str, list[dict[str, object]]]:
    """Every row of the register but sessions, the audit, and how far jobs are."""
    from django.apps import apps

    models = [each for each in apps.get_app_config("register").get_models() if each is not ready.WebSession]
    kept = (model for model in models if model is not ready.AuditEvent)
    return {
        model.__name__: list(model.objects.using(workspace.register.alias).order_by("pk").values())
        for model in kept
    }


@pytest.mark.parametrize(("before", "after"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_register_moves_between_a_file_and_a_database(
    postgresql, tmp_path, tmp_path_factory, monkeypatch, before, after
):
    from contextlib import ExitStack, nullcontext

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    with ExitStack() as open_till_the_end:
        url = open_till_the_end.enter_context(postgresql.database())
        places = {"postgresql": lambda: registered(url), "sqlite": nullcontext}
        with places[before](), make_workspace(tmp_path / "workspace") as made:
            receive_lists(made, world)
            jobs.request_job(made, "build", who=ANALYST)
            ready.WebSession.objects.using(made.register.alias).create(
                session_key="signed in", session_data="x", expire_date="2099-01-01T00:00Z", user_name=ANALYST
            )
            backup(made, tmp_path / "b.kithmap", who=ANALYST)
            expected = rows_of(made)
        with places[after]():
            assert restore(tmp_path / "b.kithmap", tmp_path / "restored", who=ANALYST).intact
            with open_workspace(tmp_path / "restored") as opened:
                assert connections[opened.register.alias].vendor == after
                assert (opened.folder / FILE).exists() == (after == "sqlite")
                assert rows_of(opened) == expected
                assert not ready.WebSession.objects.using(opened.register.alias).exists()
                # What numbers itself goes on counting after the last.
                agree_to_all(opened)
                assert audit.verify(opened).intact


def test_a_database_that_is_a_register_already_is_not_restored_into(whole, postgresql, tmp_path):
    with postgresql.database() as url, registered(url):
        restore(whole, tmp_path / "restored", who=ANALYST)
        assert "is the register of a workspace" in refused(whole, tmp_path / "second", WorkspaceExists)
