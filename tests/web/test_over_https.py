"""Behind a proxy that speaks HTTPS; what every answer says of itself; and what the log says of the worst."""

import json
import logging
import re
from pathlib import Path

import pytest

from kithmap.web import settings as ours
from kithmap.web.logs import Lines
from kithmap.web.settings import STATIC
from kithmap.web.urls import PAGES

HOST = "kithmap.council.example"
OPEN = [
    p for p in PAGES if p.anonymous and "<" not in p.path and "GET" in p.methods and p.name != "by_provider"
]
SCRIPTS = Path(__file__).resolve().parents[2] / "frontend" / "scripts"


@pytest.fixture
def over_https(workspace, links):
    """A client of the pages as a proxy asks for them, signed in; all is settled back afterwards."""
    from django.conf import settings
    from django.test import Client

    ours.settle(workspace, hosts=(HOST,), over_https=True)
    try:
        assert settings.SESSION_COOKIE_SECURE
        client = Client(HTTP_HOST=HOST, HTTP_X_FORWARDED_PROTO="https", enforce_csrf_checks=True)
        assert client.get(links["analyst"], secure=True).status_code == 302
        yield client
    finally:
        ours.settle(workspace)


def test_over_https_cookies_are_secure_and_of_this_host_alone(over_https):
    over_https.get("/", secure=True)
    assert set(over_https.cookies) == {"__Host-kithmap", "__Host-kithmap-form"}
    for name, same_site in (("__Host-kithmap", "Lax"), ("__Host-kithmap-form", "Strict")):
        cookie = over_https.cookies[name]
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == same_site, name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), "the prefix __Host- asks for it"


def test_over_https_every_answer_asks_for_it_for_a_year(over_https):
    for path in ("/", "/help", "/nothing-here", "/static/nothing-here"):
        told = over_https.get(path, secure=True)["Strict-Transport-Security"]
        assert int(told.split("max-age=")[1].split(";")[0]) >= 31_536_000, path
        assert "includeSubDomains" in told, path


def test_over_https_a_form_from_another_origin_is_refused(over_https):
    page = over_https.get("/purpose", secure=True).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    sent = {"csrfmiddlewaretoken": token, "purpose": "PP-2026-01"}
    for origin, status in ((f"https://{HOST}", 302), ("https://elsewhere.example", 403), ("null", 403)):
        assert over_https.post("/purpose", sent, secure=True, HTTP_ORIGIN=origin).status_code == status, (
            origin
        )


@pytest.mark.parametrize("header", ["X_FORWARDED_PROTO", "X_FORWARDED_FOR", "FORWARDED", "VIA", "X_REAL_IP"])
def test_a_proxy_shows_the_counts_to_nobody(header, browse):
    client = browse(None)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", **{f"HTTP_{header}": "https"}).status_code == 404


def test_without_https_nothing_promises_it(browse):
    assert "Strict-Transport-Security" not in browse().get("/help")


def test_built_files_and_failures_bear_the_headers_too(browse):
    manifest = json.loads((STATIC / "manifest.json").read_text())
    client = browse()
    paths = [*(f"/static/{name}" for name in manifest.values()), "/nothing-here", "/static/nothing-here"]
    for path in paths:
        answer = client.get(path)
        assert "object-src 'none'" in answer["Content-Security-Policy"], path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert client.get("/", HTTP_HOST="elsewhere.example")["X-Content-Type-Options"] == "nosniff"
    assert client.post("/help")["X-Content-Type-Options"] == "nosniff"


def test_no_answer_lets_another_origin_read_it(browse):
    client = browse()
    for path in ("/", "/help", "/nothing-here", "/questions"):
        answer = client.get(path, HTTP_ORIGIN="https://elsewhere.example")
        assert not [name for name in answer.headers if name.startswith("Access-Control")], path
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin", path


@pytest.mark.parametrize("page", OPEN, ids=lambda page: page.name)
def test_every_answer_says_what_it_is_and_how_it_is_written(page, browse):
    kind = browse().get(f"/{page.path}")["Content-Type"]
    assert "charset=" in kind or not kind.startswith("text/"), kind


def test_no_other_file_is_served(browse):
    client = browse()
    for path in ("/static/", "/static/../settings.py", "/static/%2e%2e/settings.py", "/.git/config", "/static/manifest.json/", "/register.sqlite3"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_pages_are_never_served_in_debug_mode(workspace, monkeypatch):
    from django.conf import settings

    monkeypatch.setenv("DJANGO_DEBUG", "1")
    ours.settle(workspace)
    assert settings.DEBUG is False


def test_a_line_of_the_log_is_one_line_whatever_is_in_it():
    forged = 'fine"}\n{"at": "2026-01-01", "event": "forged\r\n\u2028'
    record = logging.LogRecord("kithmap.web", logging.ERROR, __file__, 1, forged, None, None)
    record.page = "a\nb"
    line = Lines().format(record)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["event"] == forged


def test_a_form_from_elsewhere_is_logged_by_its_page_alone(browse, caplog):
    from django.test import Client

    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.cookies = browse().cookies
    with caplog.at_level(logging.WARNING, "kithmap.web"):
        client.post("/purpose?next=/secret-path", {"purpose": "typed-words"})
    line = next(json.loads(Lines().format(each)) for each in caplog.records if each.name == "kithmap.web")
    assert (line["event"], line["page"]) == ("form not ours", "choose_purpose")
    assert "secret-path" not in json.dumps(line)
    assert "typed-words" not in json.dumps(line)


def test_no_script_of_ours_keeps_anything_in_the_browser():
    for path in SCRIPTS.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML", text), (
            path.name
        )
