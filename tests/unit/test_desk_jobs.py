"""Long work: asked for once, done by a worker, cancelled, handed back, and failed in words that tell of nobody."""

import threading
from datetime import timedelta

import pytest
from desk_made import ANALYST, agree_to_all, make_small_world, make_workspace, some_extracts, take_upload

from kithmap.desk import alive, audit, clock, jobs, users
from kithmap.desk.receive import list_receipts
from kithmap.desk.running import running
from kithmap.desk.worker import RUNS, Orders, kept_alive, start, take, work
from kithmap.desk.workspace import tidy
from kithmap.errors import NoPurpose, NotPermitted, WorkspaceBusy, WorkStopped, WrongUse
from kithmap.register import jobs as kept

pytestmark = pytest.mark.usefixtures("every_register")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


def orders(run, **given):
    return Orders({"build": run}, once=True, **given)


def failing(fault):
    def run(_running):
        raise fault

    return run


def test_what_is_asked_for_twice_while_it_waits_is_one_job(workspace):
    first = jobs.request_job(workspace, "build", who=ANALYST)
    assert jobs.request_job(workspace, "build", {"engine": "duckdb"}, who=ANALYST) == first
    assert [job.job_id for job in jobs.list_jobs(workspace, who=ANALYST)] == [first.job_id]
    assert [line.verb for line in audit.show(workspace, who=ANALYST)].count("request job") == 1


def test_who_may_not_build_may_not_ask_for_a_build_nor_see_or_cancel_one(workspace):
    users.add_user(workspace, "lee", "school_lead", who=ANALYST)
    asked = jobs.request_job(workspace, "build", who=ANALYST)
    with pytest.raises(NotPermitted, match="may not make a build"):
        jobs.request_job(workspace, "build", who="lee")
    with pytest.raises(NotPermitted):
        jobs.get_job(workspace, asked.job_id, who="lee")
    with pytest.raises(NotPermitted):
        jobs.cancel_job(workspace, asked.job_id, who="lee")
    assert jobs.list_jobs(workspace, who="lee") == ()
    refused = [
        (line.verb, line.outcome) for line in audit.show(workspace, who=ANALYST) if line.actor == "lee"
    ]
    assert refused == [("request job", "deny"), ("cancel job", "deny")]


def test_a_profile_is_asked_for_with_a_purpose_that_is_there(workspace):
    with pytest.raises(NoPurpose):
        jobs.request_job(workspace, "profile", {"profile": "P1"}, who=ANALYST, purpose="none")
    asked = {"profile": "P1", "do": "submit"}
    job = jobs.request_job(workspace, "profile", asked, who=ANALYST, purpose="profiling")
    assert job.purpose == "profiling"


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("dig", {}),
        ("build", {"engine": "abacus"}),
        ("build", {"as_at": "yesterday"}),
        ("receive", {"upload": "..", "file": "register.sqlite3"}),
        ("receive", {"upload": "A1", "file": "../../register.sqlite3"}),
    ],
)
def test_work_that_there_is_not_is_refused(workspace, kind, params):
    with pytest.raises(WrongUse):
        jobs.request_job(workspace, kind, params, who=ANALYST)
    assert jobs.list_jobs(workspace, who=ANALYST) == ()


def test_the_one_who_has_waited_longest_goes_first_and_one_of_a_kind_at_a_time(workspace):
    first = jobs.request_job(workspace, "build", who=ANALYST)
    second = jobs.request_job(workspace, "build", {"as_at": "2026-07-31"}, who=ANALYST)
    assert take(workspace, Orders(RUNS)).job_id == first.job_id
    assert take(workspace, Orders(RUNS)) is None
    assert jobs.get_job(workspace, second.job_id, who=ANALYST).state == "queued"


def test_a_job_is_not_taken_from_a_process_whose_lease_runs(workspace):
    jobs.request_job(workspace, "build", who=ANALYST)
    now, minute = clock.now(), timedelta(minutes=1)
    held = kept.claim(workspace.register, ["build"], "elsewhere:1:1", now, minute)
    assert held
    assert kept.claim(workspace.register, ["build"], "here:2:2", now + minute, minute) is None
    taken = kept.claim(workspace.register, ["build"], "here:2:2", now + 2 * minute, minute)
    assert taken
    assert (taken.job_id, taken.attempt, taken.worker) == (held.job_id, 2, "here:2:2")
    assert kept.renew(workspace.register, held, now, minute) is None
    assert not kept.finish(workspace.register, held, {}, now)
    assert kept.finish(workspace.register, taken, {}, now)


def test_who_lost_a_job_writes_nothing_more_of_it(workspace):
    jobs.request_job(workspace, "build", who=ANALYST)
    long_ago = clock.now() - timedelta(hours=1)
    job = kept.claim(workspace.register, ["build"], alive.this_process(), long_ago, timedelta(minutes=1))
    with pytest.raises(WorkStopped, match="Another process"), running(workspace, job) as run:  # noqa: PT012
        other = kept.claim(workspace.register, ["build"], "here:2:2", clock.now(), timedelta(minutes=1))
        run.tell("read records", 0, 1)
    assert kept.get(workspace.register, job.job_id) == other


def test_a_lease_is_kept_while_a_step_takes_long(workspace):
    jobs.request_job(workspace, "build", who=ANALYST)
    renewed = threading.Event()
    seen = []

    def long_step(run):
        first = kept.get(workspace.register, run.job.job_id).lease_until
        while not renewed.is_set():
            lease = kept.get(workspace.register, run.job.job_id).lease_until
            seen.append(lease)
            if lease > first:
                renewed.set()

    assert work(workspace, orders(long_step, lease=timedelta(seconds=0.2))) == 1
    assert seen[-1] > seen[0]


def test_a_job_that_waits_is_cancelled_at_once(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    assert jobs.cancel_job(workspace, job.job_id, who=ANALYST).state == "cancelled"
    assert take(workspace, Orders(RUNS)) is None
    assert jobs.cancel_job(workspace, job.job_id, who=ANALYST).state == "cancelled"


def test_a_job_under_way_stops_at_its_next_step_when_it_is_cancelled(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    reached = []

    def two_steps(run):
        run.tell("one", 0, 2)
        reached.append("one")
        assert jobs.cancel_job(workspace, job.job_id, who=ANALYST).cancel_asked
        run.tell("two", 1, 2)
        reached.append("two")

    assert work(workspace, orders(two_steps)) == 1
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert (found.state, found.step, reached) == ("cancelled", "two", ["one"])


def test_why_a_job_failed_is_kept_in_three_sentences(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    assert work(workspace, Orders(RUNS, once=True)) == 1
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert found.state == "failed"
    assert found.message["what"] == "No extract has been received."
    assert set(found.message) == {"what", "expected", "do"}


@pytest.mark.parametrize(
    "fault", [ValueError("Kayleigh Okafor"), OSError(28, "No space left on device", "Kayleigh")]
)
def test_a_fault_that_was_not_foreseen_tells_of_nobody(workspace, fault):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    assert work(workspace, orders(failing(fault))) == 1
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert found.state == "failed"
    assert "Kayleigh" not in str(found)


def test_a_job_that_finds_the_workspace_busy_waits_on_and_loses_no_attempt(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    assert work(workspace, orders(failing(WorkspaceBusy("Another process is writing.")))) == 0
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert (found.state, found.attempt) == ("queued", 0)


def test_a_worker_that_is_told_to_stop_hands_its_job_back(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)

    def one_step_then_stop(run):
        run.pass_step("one", found=3)
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        work(workspace, orders(one_step_then_stop))
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert (found.state, found.attempt, found.passed) == ("queued", 0, ("one",))


def test_a_job_at_which_three_processes_died_is_not_begun_a_fourth_time(workspace):
    job = jobs.request_job(workspace, "build", who=ANALYST)
    for attempt in (1, 2, 3):
        held = kept.claim(
            workspace.register, ["build"], "gone", clock.now() - timedelta(hours=1), timedelta(0)
        )
        assert held
        assert held.attempt == attempt
    assert take(workspace, Orders(RUNS)) is None
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert (found.state, found.message["what"]) == ("failed", kept.STOPPED_TOO_OFTEN.what)


def test_a_role_taken_away_while_the_job_waits_is_taken_away(workspace):
    job = jobs.request_job(workspace, "build", who="ann")
    users.add_user(workspace, "ann", "school_lead", who="ann")
    assert work(workspace, Orders(RUNS, once=True)) == 1
    assert "may not make a build" in kept.get(workspace.register, job.job_id).message["what"]


def test_what_is_told_of_a_job_says_nothing_of_its_inside(workspace):
    told = jobs.to_dict(jobs.request_job(workspace, "build", who=ANALYST))
    assert told["state"] == "queued"
    assert not {"kept", "worker", "lease_until"} & set(told)


def test_a_process_is_known_dead_only_where_it_can_be_seen(workspace):
    here = alive.this_process()
    machine = here.rpartition(":")[0].rpartition(":")[0]
    assert not alive.is_known_dead(here)
    assert alive.is_known_dead(f"{here}1")
    assert not alive.is_known_dead(f"elsewhere.1{here.removeprefix(machine)}1")
    assert not alive.is_known_dead("")


def sent_up(workspace, content: bytes = b"Surname,Forename\n", name: str = "list.csv") -> str:
    file = workspace.folder / "sent"
    file.write_bytes(content)
    return take_upload(workspace, file, name)


def test_a_file_sent_up_is_received_by_the_worker_and_then_removed(workspace, tmp_path):
    world = make_small_world(tmp_path.parent / "world")
    agree_to_all(workspace)
    file, layout = some_extracts(world)[3]
    upload = sent_up(workspace, file.read_bytes(), f"C:\\panel\\{file.name}")
    params = {"upload": upload, "file": file.name, "layout": layout, "agreement": layout}
    job = jobs.request_job(workspace, "receive", params, who=ANALYST)
    tidy(workspace)
    assert work(workspace, Orders(RUNS, once=True)) == 1
    found = jobs.get_job(workspace, job.job_id, who=ANALYST)
    assert found.outcome == {"receipt_no": 1, "already": False}
    assert [receipt.name for receipt in list_receipts(workspace)] == [file.name]
    assert list(workspace.tmp.iterdir()) == []


def test_a_file_sent_up_that_cannot_be_received_is_removed_and_the_job_says_why(workspace):
    upload = sent_up(workspace)
    params = {"upload": upload, "file": "list.csv", "layout": "gangs_panel_list", "agreement": "none"}
    job = jobs.request_job(workspace, "receive", params, who=ANALYST)
    assert work(workspace, Orders(RUNS, once=True)) == 1
    assert jobs.get_job(workspace, job.job_id, who=ANALYST).message["what"]
    assert list(workspace.tmp.iterdir()) == []


def test_a_file_sent_up_that_nobody_asks_to_receive_is_swept_after_a_day(workspace, monkeypatch):
    sent_up(workspace)
    tidy(workspace)
    assert len(list(workspace.tmp.iterdir())) == 1
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    tidy(workspace)
    assert list(workspace.tmp.iterdir()) == []


def test_a_cancelled_job_leaves_no_file_that_was_sent_up(workspace):
    params = {"upload": sent_up(workspace), "file": "list.csv", "layout": "a", "agreement": "a"}
    job = jobs.request_job(workspace, "receive", params, who=ANALYST)
    jobs.cancel_job(workspace, job.job_id, who=ANALYST)
    assert list(workspace.tmp.iterdir()) == []


def test_a_worker_beside_does_what_is_asked_and_is_started_again_when_it_dies(workspace):
    started = []

    def begin(folder):
        started.append(start(folder))
        begun.release()
        return started[-1]

    begun = threading.Semaphore(0)
    with kept_alive(workspace.folder, begin):
        assert begun.acquire(timeout=60)
        job = jobs.request_job(workspace, "build", who=ANALYST)
        started[0].kill()
        assert begun.acquire(timeout=60)
        while not jobs.get_job(workspace, job.job_id, who=ANALYST).is_over:
            assert started[-1].poll() is None
    assert jobs.get_job(workspace, job.job_id, who=ANALYST).state == "failed"
    assert next(child.wait() for child in started) == -9
