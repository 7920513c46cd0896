"""Files sent in: sealed on the disk, seen by their sender alone."""

import pytest
from desk_made import ANALYST, make_workspace

from kithmap.desk import uploads
from kithmap.engines.sealed import PIECE, read_sealed, write_sealed
from kithmap.errors import NotFound, UnreadableFile

NAMES = b"Surname,Forename\nMarrowbone,Philippa\n"
KEY = b"k" * 32


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "w") as made:
        yield made


def send(workspace, who=ANALYST):
    incoming = uploads.Incoming(workspace)
    incoming.write(NAMES)
    return uploads.keep_incoming(workspace, incoming, "C:\\lists\\panel.csv", who=who)


def test_no_name_of_a_file_sent_in_is_on_the_disk(workspace):
    kept = send(workspace)
    uploads.changed(workspace, kept, looked={"samples": ["Marrowbone"]})
    for path in workspace.folder.rglob("*"):
        assert not path.is_file() or b"Marrowbone" not in path.read_bytes(), path
    source = uploads.read_upload(workspace, kept.upload_id)
    assert (source.name, source.data) == ("panel.csv", NAMES)


def test_a_file_sent_in_is_seen_by_its_sender_alone(workspace):
    kept = send(workspace)
    assert [each.upload_id for each in uploads.list_uploads(workspace, who=ANALYST)] == [kept.upload_id]
    assert uploads.list_uploads(workspace, who="mo") == ()
    with pytest.raises(NotFound):
        uploads.get_upload(workspace, kept.upload_id, who="mo")


def test_a_file_that_did_not_arrive_whole_is_nowhere(workspace):
    incoming = uploads.Incoming(workspace)
    incoming.write(NAMES)
    assert uploads.list_uploads(workspace, who=ANALYST) == ()
    incoming.drop()
    assert list(workspace.tmp.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_sealed_file_is_read_as_it_was_written(tmp_path, size):
    data = b"x" * size
    write_sealed(tmp_path / "f", data, KEY, "uploads")
    assert read_sealed(tmp_path / "f", KEY, "uploads") == data


@pytest.mark.parametrize(
    "way", ["cut at a piece", "cut inside", "a bit turned", "pieces exchanged", "another key"]
)
def test_a_sealed_file_that_was_tampered_with_is_refused(tmp_path, way):
    path, head, piece = tmp_path / "f", 25, 4 + PIECE + 16
    write_sealed(path, bytes(PIECE) + bytes([1]) * PIECE + b"end", KEY, "uploads")
    data = path.read_bytes()
    first, second = data[head : head + piece], data[head + piece : head + 2 * piece]
    ways = {
        "cut at a piece": data[: head + 2 * piece],
        "cut inside": data[:-3],
        "a bit turned": data[:-1] + bytes([data[-1] ^ 1]),
        "pieces exchanged": data[:head] + second + first + data[head + 2 * piece :],
        "another key": data,
    }
    path.write_bytes(ways[way])
    with pytest.raises(UnreadableFile):
        read_sealed(path, b"j" * 32 if way == "another key" else KEY, "uploads")
