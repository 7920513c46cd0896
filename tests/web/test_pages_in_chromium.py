"""Pages whose scripts matter, in a real browser: progress that follows a worker, and reviewing by keyboard alone."""

import os
import signal
from pathlib import Path

from conftest import PURPOSES


def test_a_build_asked_for_in_the_browser_outlives_its_worker(site, chromium):
    address, links = site
    page = chromium.new_page()
    page.goto(links["analyst"])
    page.goto(f"{address}/builds/new")
    page.get_by_role("button", name="Start the build").click()
    page.get_by_text("Step ", exact=False).first.wait_for(timeout=60_000)
    os.kill(worker_of(address), signal.SIGKILL)
    page.get_by_text("The build is published").wait_for(timeout=120_000)
    assert page.get_by_text("It was stopped before its end and went on where it was").is_visible()
    assert page.locator("[data-announcer]").inner_text().startswith("Done")
    page.goto(f"{address}/jobs")
    assert page.get_by_role("link", name="Make a build").count() == 2, (
        "the one of the demonstration, and this"
    )
    page.close()


def test_pairs_are_reviewed_by_keyboard_alone_without_a_page_being_loaded_again(site, chromium):
    address, links = site
    page = reviewing(chromium, address, links)
    page.get_by_label("Let me decide with the keys").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Pair 1 of 10").wait_for()
    page.evaluate("window.loadedOnce = true")
    for number in (2, 3):
        # The key of the decision, the first letter of the reason, and go on.
        for key in ("1", "n", "Enter"):
            page.keyboard.press(key)
        page.get_by_role("heading", name=f"Pair {number} of 10").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "H1", "what is new is read first"
    assert page.evaluate("window.loadedOnce"), "the pairs came without another page"
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert "Choose why" in page.get_by_role("alert").inner_text()
    page.close()


def test_keys_decide_nothing_for_whoever_did_not_ask_for_them(site, chromium):
    address, links = site
    page = reviewing(chromium, address, links)
    page.get_by_role("button", name="Begin").press("Enter")
    page.get_by_role("heading", name="Pair 1 of 10").wait_for()
    page.keyboard.press("1")
    assert page.get_by_role("radio", checked=True).count() == 0
    page.close()


def reviewing(chromium, address: str, links: dict[str, str]):
    """A page at the start of a review, for a quality purpose."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(links["analyst"])
    page.goto(f"{address}/purpose")
    page.check(f"input[value='{PURPOSES['quality']}']")
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{address}/review")
    return page


def worker_of(address: str) -> int:
    """The worker of a server, by its number."""
    port = address.rpartition(":")[2]
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = each.read_bytes().split(b"\0")
            parent = Path("/proc", said[said.index(b"--parent") + 1].decode(), "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if b"worker" in said and parent.split(b"\0")[-2] == port.encode():
            return int(each.parent.name)
    raise AssertionError("the server has no worker")
