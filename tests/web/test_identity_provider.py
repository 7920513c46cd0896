"""Signing in by the council's identity provider: the certified `oidc-provider`, started here on loopback."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from conftest import PURPOSES, wait_for

from kithmap.desk.accounts import bind_subject
from kithmap.register import audit

FRONTEND = Path(__file__).parents[2] / "frontend"
BACK = "http://localhost/sign-in/provider/back"
KEPT = {"purpose": PURPOSES["quality"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider that knows one client: us."""
    if shutil.which("node") is None or not (FRONTEND / "node_modules" / "oidc-provider").is_dir():
        assert "CI" not in os.environ, "Node or oidc-provider is missing"
        pytest.skip("oidc-provider is not installed")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    words = ["node", "serve.mjs", str(port), "kithmap", "a secret of the test's", BACK, str(FRONTEND)]
    running = subprocess.Popen(
        words, cwd=Path(__file__).parent / "provider", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{issuer}/.well-known/openid-configuration")
        yield issuer
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture
def set_up(provider: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The pages, told of the provider."""
    monkeypatch.setenv("KITHMAP_OIDC_ISSUER", provider)
    monkeypatch.setenv("KITHMAP_OIDC_CLIENT", "kithmap")
    monkeypatch.setenv("KITHMAP_OIDC_SECRET", "a secret of the test's")
    monkeypatch.setenv("KITHMAP_OIDC_NAME", "Harbour Council")
    return provider


def through_provider(asked: str, subject: str, session: requests.Session | None = None) -> str:
    """Sign in at the provider as a person would, form by form: the address it sends them back to."""
    browser = session or requests.Session()
    answer = browser.get(asked, allow_redirects=False)
    for _ in range(20):
        if answer.is_redirect:
            to = urljoin(answer.url, answer.headers["Location"])
            if to.startswith(BACK):
                return to
            answer = browser.get(to, allow_redirects=False)
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
        assert action, answer.text[:500]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        typed = {"login": subject, "password": "any"} if 'name="login"' in answer.text else {}
        answer = browser.post(
            urljoin(answer.url, unescape(action[1])), data={**hidden, **typed}, allow_redirects=False
        )
    raise AssertionError("the provider never came back")


def back(client: Any, address: str) -> Any:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def test_a_user_whom_the_provider_knows_is_let_in(set_up, workspace, browse):
    bind_subject(workspace, "demo-analyst", "ana@harbour.example", who="demo-administrator")
    client = browse(None)
    assert b"Harbour Council" in client.get("/sign-in").content
    asked = client.get("/sign-in/provider?next=/help")
    assert asked.status_code == 302
    assert "code_challenge_method=S256" in asked["Location"]
    assert "nonce=" in asked["Location"]
    home = back(client, through_provider(asked["Location"], "ana@harbour.example"))
    assert (home.status_code, home["Location"]) == (302, "/help")
    assert b"demo-analyst" in client.get("/").content
    last = audit.last_lines(workspace.register, 1)[0]
    assert (last.actor, last.verb, last.details["by"]) == ("demo-analyst", "sign in", "identity provider")


def test_somebody_whom_only_the_provider_knows_is_not_let_in(set_up, workspace, browse):
    client = browse(None)
    asked = client.get("/sign-in/provider")
    refused = back(client, through_provider(asked["Location"], "nobody@harbour.example"))
    assert refused.status_code == 403
    assert client.get("/").status_code == 302
    last = audit.last_lines(workspace.register, 1)[0]
    assert (last.verb, last.outcome) == ("sign in", "deny")
    assert "nobody@" not in str(last)


def test_a_code_from_another_browser_lets_nobody_in(set_up, workspace, browse):
    bind_subject(workspace, "demo-analyst", "ana@harbour.example", who="demo-administrator")
    asked = browse(None).get("/sign-in/provider")
    address = through_provider(asked["Location"], "ana@harbour.example")
    stranger = browse(None)
    assert back(stranger, address).status_code == 403
    assert stranger.get("/").status_code == 302


def test_a_made_up_code_lets_nobody_in(set_up, browse):
    client = browse(None)
    client.get("/sign-in/provider")
    states = [name for name, _ in client.session.items() if name.startswith("_state_provider_")]
    state = states[0].removeprefix("_state_provider_")
    assert back(client, f"{BACK}?code=made-up&state={state}").status_code == 403
    assert client.get("/").status_code == 302


def test_saying_again_who_one_is_asks_the_provider_for_the_password_again(set_up, workspace, browse):
    bind_subject(workspace, "demo-analyst", "ana@harbour.example", who="demo-administrator")
    client, at_provider = browse(None), requests.Session()
    asked = client.get("/sign-in/provider")
    back(client, through_provider(asked["Location"], "ana@harbour.example", at_provider))
    session = client.session
    session["fresh"] = 0
    session.save()
    assert client.post("/sign-in/provider", {"again": "yes"}).status_code == 200
    again = client.get("/sign-in/provider")
    assert "prompt=login" in again["Location"]
    done = back(client, through_provider(again["Location"], "ana@harbour.example", at_provider))
    assert done.status_code == 302
    assert client.session["fresh"] > 0


def test_without_a_provider_there_is_no_such_page(browse):
    assert browse(None).get("/sign-in/provider").status_code == 404


def test_a_provider_that_does_not_answer_is_said_in_words(browse, monkeypatch):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        monkeypatch.setenv("KITHMAP_OIDC_ISSUER", f"http://127.0.0.1:{found.getsockname()[1]}")
    answer = browse(None).get("/sign-in/provider")
    assert answer.status_code == 503
    assert b"does not answer" in answer.content
