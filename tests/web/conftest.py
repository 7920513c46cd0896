"""A demonstration served to test clients and to a real browser: every role has a made-up user."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyotp.totp import TOTP

from kithmap.cli.demo import receive_world
from kithmap.desk import accounts, clock
from kithmap.desk.build import build
from kithmap.desk.demo_users import NAMES, make_demo_users
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.governance.policy import Role
from kithmap.world import make_world

WHO = "alex"
PURPOSES = {
    "case": "CASE-2026-01",
    "profiling": "PP-2026-01",
    "quality": "QA-2026-01",
    "sharing": "SH-2026-01",
}
Browse = Callable[..., Any]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a demonstration of 300 young people, received and built; nobody writes to it."""
    folder = tmp_path_factory.mktemp("web")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "home"))
        patch.delenv("KITHMAP_KEY", raising=False)
        make_world(folder / "demo" / "world", young=300, seed=1)
        workspace, _ = receive_world(folder / "demo", lambda *_: None, WHO)
        build(workspace, who=WHO)
        make_demo_users(workspace, who=WHO)
        workspace.close()
        yield folder / "demo"


def copied(made: Path, to: Path) -> Path:
    """A copy of the demonstration that a test may write to."""
    shutil.copytree(made / "world" / "truth", to / "world" / "truth")
    shutil.copytree(made / "workspace", to / "workspace")
    return to / "workspace"


@pytest.fixture(scope="module")
def workspace(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The demonstration's workspace, a copy for each module of tests, served to test clients."""
    from kithmap.web.settings import settle
    from kithmap.web.workspaces import Lending, serve

    folder = copied(made, tmp_path_factory.mktemp("served"))
    with open_workspace(folder) as opened:
        settle(opened)
        serve(Lending(folder, opened))
        yield opened


@pytest.fixture(scope="module")
def links(workspace: Workspace) -> dict[str, str]:
    """For each role, the path by which its made-up user begins."""
    return {user.role.value: f"/welcome/{token}" for user, token in make_demo_users(workspace, who=WHO)}


@pytest.fixture
def browse(workspace: Workspace, links: dict[str, str]) -> Browse:
    """Give a client signed in as a role's user, for a purpose of a kind; `role=None` is nobody."""
    from django.test import Client

    def client(role: str | Role | None = "analyst", purpose: str | None = "profiling") -> Any:
        visitor = Client(HTTP_HOST="localhost", raise_request_exception=True)
        if role is None:
            return visitor
        assert visitor.get(links[Role(role).value]).status_code == 302
        if purpose is not None:
            visitor.post("/purpose", {"purpose": PURPOSES[purpose]})
        return visitor

    return client


@pytest.fixture(scope="module")
def site_folder(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy of the demonstration that `site` serves."""
    return copied(made, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(site_folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A copy of the demonstration served by its own process: its address, and each role's link."""
    folder = site_folder
    with open_workspace(folder) as opened:
        tokens = {user.role.value: token for user, token in make_demo_users(opened, who=WHO)}
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    served = subprocess.Popen(
        [sys.executable, "-m", "kithmap.web", "127.0.0.1", str(port)],
        env={**os.environ, "KITHMAP_WORKSPACE": str(folder)},
    )
    try:
        wait_for(f"{address}/healthz")
        yield address, {role: f"{address}/welcome/{token}" for role, token in tokens.items()}
    finally:
        served.terminate()
        served.wait(20)


def accept_before(workspace: Workspace, token: str, password: str, secret: str) -> None:
    """Accept an invitation with the code of the step before, so that the codes of now are all unused.

    The clock stands meanwhile: a step that ends between making the code and checking it would make it too old.
    """
    now = clock.now()
    moment = now - timedelta(seconds=now.timestamp() % 30)
    with pytest.MonkeyPatch.context() as still:
        still.setattr(clock, "now", lambda: moment)
        accounts.accept(workspace, token, password, secret, TOTP(secret).at(moment - timedelta(seconds=30)))


def wait_for(address: str, seconds: float = 60) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser; skipped where Playwright or Chromium is missing, which CI never allows."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        assert "CI" not in os.environ, "Chromium is missing"
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as playing:
        # A container gives /dev/shm 64 MB, and the superuser no sandbox.
        browser = playing.chromium.launch(
            executable_path=path,
            args=["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )
        yield browser
        browser.close()


assert set(NAMES) == set(Role), "every role has a made-up user"
