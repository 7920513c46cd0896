"""The audit sample in the browser: drawn by a worker, judged blindly record by record, twice by two people, and read."""

import re

import pytest
from addresses_made import sampled, samples
from books_made import change
from test_workbook_pages import send, text_of

from kithmap.desk import audit_sample
from kithmap.desk.audit_workbook import COLUMNS
from kithmap.desk.worker import RUNS, Orders, work
from kithmap.register import audit_samples
from kithmap.register import jobs as kept_jobs

WHO = {"purpose": "QA-2026-01", "who": "demo-analyst"}


@pytest.fixture(scope="module")
def sample(workspace) -> str:
    """A sample of twenty records."""
    return samples(workspace)[0].value


@pytest.fixture
def reviewer(browse):
    """An analyst with a quality purpose."""
    return browse("analyst", "quality")


def record(workspace, sample: str, number: int):
    kept = audit_samples.get_sample(workspace.register, sample)
    return next(each for each in kept.records if each.number == number)


def places(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="place-(\d+)"', page)))


def test_a_record_is_shown_beside_all_who_may_be_the_same_person_and_nothing_of_linkage(reviewer, sample):
    page = reviewer.get(f"/audit-sample/{sample}/1").content.decode()
    assert "Record 1 of 20" in page
    assert len(places(page)) > 1
    assert all(f'name="place-{place}" value="no" checked' in page for place in places(page))
    assert not re.search(r"\bP[A-Z2-7]{16}\b|probability|weight|bits", page)


def test_what_is_marked_is_kept_and_the_next_record_comes(reviewer, sample, workspace):
    one, other, *_ = places(reviewer.get(f"/audit-sample/{sample}/2").content.decode())
    said = {f"place-{one}": "same", f"place-{other}": "not-sure"}
    answer = reviewer.post(f"/audit-sample/{sample}/2", said, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"/audit-sample/{sample}/3")
    kept = record(workspace, sample, 2)
    assert kept.state == "searched"
    assert kept.details["looks"][-1]["same"] == [int(one)]
    assert kept.details["not_sure"] == [int(other)]
    again = reviewer.get(f"/audit-sample/{sample}/2").content.decode()
    assert "You have marked this record before" in again
    assert f'name="place-{one}" value="same" checked' in again


def test_a_record_of_which_nobody_could_tell_is_kept_apart_and_one_left_for_later_waits(reviewer, sample, workspace):  # fmt: skip
    reviewer.post(f"/audit-sample/{sample}/4", {"too-little": "yes"})
    assert record(workspace, sample, 4).state == "not sure"
    answer = reviewer.post(f"/audit-sample/{sample}/5", {"later": "yes"})
    assert answer["Location"] == f"/audit-sample/{sample}/next?after=5"
    assert record(workspace, sample, 5).state == "waiting"
    assert "/6" in reviewer.get(answer["Location"])["Location"]


def test_marks_that_do_not_fit_are_said_and_nothing_typed_is_lost(reviewer, sample, workspace):
    one = places(reviewer.get(f"/audit-sample/{sample}/7").content.decode())[0]
    answer = reviewer.post(f"/audit-sample/{sample}/7", {f"place-{one}": "same", "place-999": "same"})
    assert answer.status_code == 422
    assert "do not fit" in text_of(answer)
    assert f'name="place-{one}" value="same" checked' in answer.content.decode()
    assert record(workspace, sample, 7).state == "waiting"


def test_somebody_else_takes_the_second_look_and_is_not_shown_the_first(browse, reviewer, sample, workspace):
    for number in range(8, 21):
        reviewer.post(f"/audit-sample/{sample}/{number}", {})
    other = browse("social_care_analyst", "quality")
    page = text_of(other.get(f"/audit-sample/{sample}"))
    own = text_of(reviewer.get(f"/audit-sample/{sample}"))
    assert "None waits for you" in own, "nobody looks twice at their own"
    if "that somebody else has marked" not in page:
        pytest.fail("none of the records waits for a second look")
    where = other.get(f"/audit-sample/{sample}/next?again=yes")["Location"]
    shown = other.get(where).content.decode()
    assert "A second look" in shown
    assert all(f'name="place-{place}" value="no" checked' in shown for place in places(shown))
    number = int(re.findall(r"/(\d+)\?", where)[0])
    other.post(where.partition("?")[0], {"again": "yes"})
    looks = record(workspace, sample, number).details["looks"]
    assert [look["who"] for look in looks] == ["demo-analyst", "demo-social-care"]


def test_what_the_audit_says_is_read_by_pair_and_group_with_intervals_and_as_a_file(reviewer, sample):
    for number in range(1, 21):
        reviewer.post(f"/audit-sample/{sample}/{number}", {})
    page = text_of(reviewer.get("/audit-sample"))
    assert "In an audit of 20 records" in page
    assert re.search(r"Every link All sources \d+ \d+ % \(\d+ to \d+\)", page)
    assert "Recorded ethnic group" in page
    assert "fewer than 10 too few records to tell" in page
    assert "Every link" in reviewer.get("/audit-sample.csv").content.decode()


def test_a_worker_draws_the_sample_and_one_that_died_draws_it_once(reviewer, workspace):
    before = len(audit_sample.list_samples(workspace))
    assert reviewer.post("/audit-sample", {"records": "5"}).status_code == 422
    where = reviewer.post("/audit-sample", {"records": "20"})["Location"]
    assert work(workspace, Orders(RUNS, once=True)) == 1
    job = kept_jobs.get(workspace.register, where.rpartition("/")[2])
    assert "20 records are drawn" in text_of(reviewer.get(where))
    drawn = audit_sample.draw(workspace, records=20, sample=job.job_id, **WHO)
    assert drawn.sample == job.job_id
    assert len(audit_sample.list_samples(workspace)) == before + 1


def test_a_workbook_of_the_sample_is_taken_in_once(reviewer, workspace, tmp_path):
    newest = audit_samples.get_sample(workspace.register)
    book = tmp_path / "audit.xlsx"
    book.write_bytes(reviewer.get("/audit-sample/workbook.xlsx?most=20").content)
    # The sample was drawn by chance: the first row is a record, whatever stands beside it.
    change(book, "Audit", {(2, len(COLUMNS) - 1): "looked at"})
    where = send(reviewer, book, "/audit-sample/workbook")
    assert "none the same" in text_of(reviewer.get(where))
    assert "1 record marked" in text_of(reviewer.post(where, follow=True))
    waiting = next(each for each in newest.records if each.state == "waiting")
    assert record(workspace, newest.sample_id, waiting.number).state == "searched"


def test_the_audit_is_for_quality_purposes_alone(browse, sample):
    for path in ("/audit-sample", f"/audit-sample/{sample}/1"):
        answer = browse("analyst", "case").get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/purpose?for=")
    assert browse("manager", "quality").get("/audit-sample").status_code == 404


def test_a_record_of_another_authority_is_neither_shown_nor_marked(browse, sample, workspace):
    from kithmap.desk import accounts
    from kithmap.desk.users import add_user

    add_user(workspace, "only-here", "analyst", who="demo-administrator", authority="E09900001")
    client = browse(None)
    client.get(f"/welcome/{accounts.invite(workspace, 'only-here', who='demo-administrator')}")
    client.post("/purpose", {"purpose": WHO["purpose"]})
    others = [each for each in sampled(workspace) if each.authority not in (None, "E09900001")]
    assert others
    for each in others:
        before = record(workspace, sample, int(each.value))
        absent = client.get(f"/audit-sample/{sample}/999")
        for answer in (client.get(f"/audit-sample/{sample}/{each.value}"), client.post(f"/audit-sample/{sample}/{each.value}", {})):  # fmt: skip
            assert answer.status_code == absent.status_code == 404
        assert record(workspace, sample, int(each.value)) == before


def test_the_audit_says_who_was_looked_at_by_pseudonym(reviewer, sample, workspace):
    from kithmap.register import audit

    reviewer.get(f"/audit-sample/{sample}/3")
    line = audit.last_lines(workspace.register, 1)[-1]
    assert (line.verb, line.details["record"]) == ("audit-sample look", 3)
    assert line.details["people"]
    reviewer.get("/review/workbook.xlsx?most=20")
    line = audit.last_lines(workspace.register, 1)[-1]
    assert (line.verb, line.details["pairs"]) == ("export review", 20)
    assert line.details["people"]
