"""Every answer: nothing from elsewhere, nothing kept; and every bad day a page that says what to do."""

import errno
import json
import logging
import re

import pytest

from kithmap.errors import BuildDamaged, WorkspaceBusy
from kithmap.web import failures
from kithmap.web.logs import Lines
from kithmap.web.settings import STATIC
from kithmap.web.urls import PAGES

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)
OPEN = [
    f"/{page.path}"
    for page in PAGES
    if page.anonymous and "<" not in page.path and page.name != "by_provider"
]


@pytest.mark.parametrize("path", [*OPEN, "/nothing-here", "/"])
def test_every_answer_bears_the_headers(path, browse):
    answer = browse().get(path)
    assert answer["Content-Security-Policy"] == CSP
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"


def test_built_files_are_kept_for_ever_and_never_named_alike(browse):
    manifest = json.loads((STATIC / "manifest.json").read_text())
    for name in manifest.values():
        answer = browse(None).get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer["Cache-Control"], name
        b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_nothing_that_is_sent_names_another_host():
    for path in STATIC.iterdir():
        if path.suffix in (".css", ".js", ".mjs"):
            text = path.read_text(encoding="utf-8")
            assert "GDS Transport" not in text
            assert "govuk-crest" not in text
            # What is fetched by a style or a script; names of XML and links in messages fetch nothing.
            assert not re.findall(r"(?:url\(|@import|import\(|fetch\()\s*[\"']?https?://", text), path.name


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(browse):
    client = browse()
    session = client.cookies["kithmap"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_another_name_for_this_machine_is_refused(browse):
    assert browse().get("/", HTTP_HOST="elsewhere.example").status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_a_method_that_a_page_does_not_have_is_refused(method, browse):
    assert getattr(browse(), method)("/").status_code == 405


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 503, "The disk is full"),
        (OSError(errno.EIO, "Input/output error"), 503, "could not read or write"),
        (
            WorkspaceBusy("Somebody else is writing.", "", "Try again in a moment."),
            503,
            "Somebody else is writing",
        ),
        (BuildDamaged("The build is gone.", "", "Ask the newest build."), 503, "The build is gone"),
        (ValueError("Daisy Fellowship-Canary was born"), 500, "could not answer"),
    ],
    ids=["full disk", "broken disk", "locked", "deleted build", "unforeseen"],
)
def test_a_bad_day_has_a_page_that_says_what_to_do(fault, status, said, browse, rf_visit):
    answer = failures.explain(rf_visit, fault)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert "Canary" not in answer.content.decode()
    assert answer.status_code != 503 or "again" in answer.content.decode()


@pytest.fixture
def rf_visit(workspace):
    """A request that nobody has signed in for."""
    from django.test import RequestFactory

    request = RequestFactory().get("/", HTTP_HOST="localhost")
    request.session = {}
    request.resolver_match = None
    return request


def test_logs_say_where_and_never_what(caplog, rf_visit):
    with caplog.at_level(logging.ERROR, "kithmap.web"):
        try:
            int("Daisy Fellowship-Canary was born")
        except ValueError as fault:
            failures.explain(rf_visit, fault)
    line = json.loads(Lines().format(caplog.records[-1]))
    assert line["error"] == "ValueError"
    assert any("test_headers_and_failures.py" in place for place in line["places"])
    assert "Canary" not in json.dumps(line)


def test_metrics_count_pages_by_name_and_only_for_this_machine(browse):
    client = browse()
    client.get("/help")
    told = client.get("/metrics").content.decode()
    assert 'kithmap_requests_total{method="GET",page="help_page",status="200"}' in told
    assert "demo-analyst" not in told
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.7").status_code == 404


def test_the_health_check_asks_the_register(browse):
    answer = browse(None).get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_more_than_a_form_may_hold_is_refused(browse):
    answer = browse().post("/purpose", {"purpose": "x" * 3_000_000})
    assert answer.status_code == 413
    assert b"larger than a form may be" in answer.content
