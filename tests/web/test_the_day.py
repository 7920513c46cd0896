"""An analyst's whole day in a browser: by the keyboard alone, and again with scripts off."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from conftest import PURPOSES
from hands import Keys, Plain

from kithmap.desk import accounts, clock
from kithmap.desk.workspace import open_workspace

PASSWORD = "three blue wolves running"


@dataclass
class Day:
    """A day's work: the browser, its hands, and where the pages are."""

    page: Any
    hands: Any
    address: str
    links: dict[str, str]

    def go(self, path: str) -> None:
        """Open a page by its address, as from a bookmark."""
        self.page.goto(f"{self.address}{path}")

    def says(self, words: str) -> None:
        """What the page must say."""
        assert words in self.page.locator("main").inner_text(), self.page.locator("main").inner_text()[:2000]

    def wait_until(self, words: str) -> None:
        """Wait until the page of a job says so: a script shows it anew, and without scripts a person does."""
        for _ in range(240):
            if words in self.page.locator("main").inner_text():
                return
            self.page.wait_for_timeout(500)
            if isinstance(self.hands, Plain):
                self.page.reload()
        self.says(words)

    def with_purpose(self, kind: str) -> None:
        """Choose another purpose."""
        self.go("/purpose")
        self.hands.choose(PURPOSES[kind])
        self.hands.press("Continue")


@pytest.fixture(params=["by keyboard alone", "with scripts off"])
def day(request: pytest.FixtureRequest, site: tuple[str, dict[str, str]], chromium: Any) -> Iterator[Day]:
    """A browser, and a way of using it."""
    address, links = site
    by_keyboard = request.param == "by keyboard alone"
    context = chromium.new_context(java_script_enabled=by_keyboard)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Day(page, (Keys if by_keyboard else Plain)(page), address, links)
    context.close()


def test_signing_in_with_a_password_and_a_code(day, site_folder):
    # Playwright keeps an event loop in this thread, and Django refuses a database beside one.
    with ThreadPoolExecutor() as aside:
        token = aside.submit(invited, site_folder).result()
    day.go(f"/invitation/{token}")
    secret = re.search(r"Secret: (\w+)", day.page.locator("main").inner_text())[1]
    day.hands.fill("New password", PASSWORD)
    day.hands.fill("The code that it shows now", code_of(secret))
    day.hands.press("Finish")
    day.says("You can sign in now")
    day.hands.follow("sign in")
    day.hands.fill("User name", "demo-coordinator")
    day.hands.fill("Password", PASSWORD)
    day.hands.fill("Code from your authenticator", code_of(secret, 1))
    day.hands.press("Sign in")
    assert day.page.get_by_role("button", name="Sign out").is_visible()


def invited(folder: Path) -> str:
    with open_workspace(folder) as workspace:
        return accounts.invite(workspace, "demo-coordinator", who="demo-administrator")


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def test_from_an_extract_to_an_answer(day, made, tmp_path):
    day.page.goto(day.links["analyst"])
    day.with_purpose("quality")
    # The quarter's file of one school holder, with one row fewer than the one that is known.
    sent = made / "world" / "extracts" / "calderwick_edu_exclusions.csv"
    lines = sent.read_bytes().splitlines(keepends=True)
    again = tmp_path / f"{type(day.hands).__name__.lower()}-{sent.name}"
    again.write_bytes(b"".join(lines[: -1 if isinstance(day.hands, Keys) else -2]))
    day.go("/extracts")
    day.hands.press("Send in an extract")
    day.hands.pick("The agreement", agreement_of(made, sent))
    day.hands.send("The file", again)
    day.hands.press("Send in")
    day.says("How the file is read")
    day.hands.press("Continue to columns")
    day.says("reads this file")
    day.hands.press(f"Use {layout_of(made, sent)}")
    day.hands.press("Receive")
    day.says(again.name)

    day.go("/builds")
    day.hands.press("Make a new build")
    day.hands.press("Start the build")
    day.wait_until("The build is published")

    day.with_purpose("profiling")
    day.hands.follow("Overlap")
    day.says("young people")
    day.hands.pick("Show by", "Harm")
    day.hands.press("Apply", in_place=True)
    day.page.get_by_text("more than one kind of harm").first.wait_for()
    assert day.page.locator("main svg").count()
    for words in ("Places", "Groups", "Questions"):
        day.hands.follow(words)
    day.hands.follow("What is known to protect young people here?")
    day.says("something is recorded that protects them")


def agreement_of(made: Path, sent: Path) -> str:
    return _known(made, sent)["agreement"]


def layout_of(made: Path, sent: Path) -> str:
    return _known(made, sent)["layout"]


def _known(made: Path, sent: Path) -> dict[str, str]:
    import json

    extracts = json.loads((made / "world" / "manifest.json").read_text())["extracts"]
    return next(
        each for each in extracts if each["file"] == str(sent.relative_to(made / "world" / "extracts"))
    )


def test_reviewing_links(day):
    day.page.goto(day.links["analyst"])
    day.with_purpose("quality")
    day.hands.follow("Review")
    before = day.page.locator("main").inner_text()
    day.hands.press("Begin")
    day.hands.choose("Same")
    day.hands.press("Keep and go on")
    assert before


def test_a_profile_is_written_signed_by_two_released_and_recalled(day, chromium):
    day.page.goto(day.links["analyst"])
    day.with_purpose("profiling")
    day.hands.follow("Profiles")
    day.hands.press("Begin a profile")
    day.hands.fill("Title", f"Autumn, {type(day.hands).__name__.lower()}")
    day.hands.fill("Who receives it", "The partnership")
    day.hands.choose("R0")
    day.hands.press("Begin the profile")
    day.hands.fill("Note on disproportionality", "Everybody here is made up, and so is the difference.")
    day.hands.press("Save")
    day.says("Your answers are saved")
    profile = re.search(r"/profiles/([^/]+)", day.page.url)[1]
    day.go(f"/profiles/{profile}/sign-off")
    day.hands.press("Submit the profile")
    day.wait_until("Done")
    for role in ("manager", "information_governance"):
        with another(day, chromium, role) as signer:
            signer.go(f"/profiles/{profile}/sign-off")
            signer.hands.press("Sign the profile")
            signer.says("Signed by")
    day.go(f"/profiles/{profile}/release")
    day.hands.press("Release the profile")
    day.wait_until("Done")
    day.go(f"/profiles/{profile}/release")
    day.says("It left on")
    with another(day, chromium, "information_governance") as keeper:
        keeper.go(f"/profiles/{profile}")
        keeper.says("Fingerprint")
        keeper.hands.fill("Why, in words for its recipients", "A source was withdrawn.")
        keeper.hands.press("Recall it from everybody")
        keeper.go(f"/profiles/{profile}")
        keeper.says("is recalled")
        keeper.go("/audit")
        keeper.says("release")


@contextmanager
def another(day: Day, chromium: Any, role: str) -> Iterator[Day]:
    """Somebody else, in a browser of their own."""
    context = chromium.new_context(java_script_enabled=isinstance(day.hands, Keys))
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(day.links[role])
    yield Day(page, type(day.hands)(page), day.address, day.links)
    context.close()


def test_no_request_left_for_another_host(day):
    asked: list[str] = []
    day.page.on("request", lambda request: asked.append(request.url))
    day.page.goto(day.links["analyst"])
    day.with_purpose("profiling")
    for path in ("/overlap", "/places", "/groups"):
        day.go(path)
    assert asked
    assert {url for url in asked if not url.startswith((day.address, "data:", "blob:"))} == set()
