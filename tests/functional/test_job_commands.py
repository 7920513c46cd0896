"""Long work and backups at the command line: as a person would use them, on a workspace that is new."""

import pytest

KEPT_APART = "Keep a copy of the key elsewhere"


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    made = tmp_path_factory.mktemp("jobs") / "workspace"
    assert run("new", made).code == 0
    return made


@pytest.fixture(scope="module")
def asked(folder) -> str:
    """A build that somebody asked for."""
    from kithmap.desk import jobs
    from kithmap.desk.workspace import open_workspace

    with open_workspace(folder) as workspace:
        return jobs.request_job(workspace, "build", who="alex").job_id


def test_a_job_is_listed_done_by_the_worker_and_shown_with_why_it_failed(run, folder, asked):
    (listed,) = run("jobs", "list", "-w", folder, "--json").json
    assert (listed["job_id"], listed["state"], listed["who"]) == (asked, "queued", "alex")
    assert run("worker", "--once", "-w", folder, "--json").json == {"done": 1}
    shown = run("jobs", "show", asked, "-w", folder)
    assert "failed" in shown.out
    assert "No extract has been received." in shown.out
    # What is over stays as it ended.
    assert run("jobs", "cancel", asked, "-w", folder, "--json").json["state"] == "failed"
    assert "Nothing waits." in run("worker", "--once", "-w", folder).out


def test_a_job_that_is_not_there_is_wrong_use(run, folder):
    for verb in ("show", "cancel"):
        done = run("jobs", verb, "01ABC", "-w", folder)
        assert (done.code, done.err.splitlines()[0]) == (2, "There is no job '01ABC'.")


def test_somebody_who_is_no_user_sees_no_jobs(run, folder):
    assert run("jobs", "list", "-w", folder, "--as", "nobody").code == 3


def test_a_backup_says_that_the_key_is_not_in_it_and_restoring_prints_the_proof(run, folder, tmp_path):
    file = tmp_path / "kept.kithmap"
    made = run("backup", file, "-w", folder)
    assert made.code == 0, made.err
    assert KEPT_APART in made.out
    assert run("backup", file, "-w", folder).code == 2
    restored = run("restore", file, tmp_path / "restored")
    assert restored.code == 0, restored.err
    assert "files are as they were when the backup was made" in restored.out
    assert "The audit is whole" in restored.out
    assert run("restore", file, tmp_path / "restored").code == 2
    file.write_bytes(file.read_bytes()[:3000])
    cut = run("restore", file, tmp_path / "again")
    assert (cut.code, len(cut.err.splitlines())) == (1, 3)
    assert not (tmp_path / "again").exists()
