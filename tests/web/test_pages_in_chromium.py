"""Pages whose scripts matter, in a real browser: progress that follows a worker, and reviewing by keyboard alone."""

import os
import signal
from pathlib import Path


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
