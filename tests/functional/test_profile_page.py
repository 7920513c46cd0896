"""The profile as somebody reads it: in a browser, on a phone, on paper, with the keyboard."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from products_made import make_facts, profile_releases

from kithmap.governance.levels import Level
from kithmap.products.profile import write_profile

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# Every text with the colour it is painted in and the first background painted behind it.
CONTRASTS = """
() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  const lum = ([r, g, b]) => {
    const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const poor = [];
  for (const el of document.querySelectorAll('body *:not(svg *)')) {
    const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || el.classList.contains('order')) continue;
    let behind = null;
    for (let up = el; up && !behind; up = up.parentElement) behind = parse(getComputedStyle(up).backgroundColor);
    behind = behind || [255, 255, 255];
    const style = getComputedStyle(el);
    const [light, dark] = [lum(parse(style.color)), lum(behind)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
    const least = size >= 24 || (size >= 18.66 && bold) ? 3 : 4.5;
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < least) poor.push([el.className || el.tagName, el.textContent.trim().slice(0, 30), ratio]);
  }
  return poor;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists() and "CI" not in os.environ:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module", params=[Level.R0, Level.R1], ids=lambda level: level.value)
def profile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    level: Level = request.param
    folder = tmp_path_factory.mktemp(f"profile-{level.value}")
    return write_profile(profile_releases(level), make_facts(level), folder).path


@pytest.fixture
def page(browser: Browser, profile: Path) -> Iterator[Page]:
    """The profile, open, in a browser that notes whatever it is asked to fetch or complains of."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    complaints: list[str] = []
    opened.route("**/*", lambda route: (asked.append(route.request.url), route.continue_())[1])
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(profile.as_uri())
    yield opened
    opened.close()
    assert asked == [profile.as_uri()]
    assert not complaints


def test_a_profile_asks_for_nothing_but_itself(page: Page) -> None:
    names = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert names == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nobody_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *:not(svg *)')].filter((el) => !el.closest('.scroll')
            && el.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((el) => el.tagName)"""
    )
    assert wide == []


def test_words_in_a_figure_are_as_large_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    heights = page.evaluate(
        "[...document.querySelectorAll('figure svg text')].map((text) => text.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 12


def test_headings_are_in_order_under_one_title(page: Page) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_each_figure_has_an_equal_table(page: Page) -> None:
    figures = page.evaluate(
        """() => [...document.querySelectorAll('figure[data-figure]')].map((figure) => {
            const ticks = [...figure.querySelectorAll('.role-axis-label text')].map((t) => t.textContent);
            const all = [...figure.querySelectorAll('text')].map((t) => t.textContent);
            const beside = document.querySelector(`[data-table="${figure.dataset.figure}"]`);
            const boxes = [...beside.querySelectorAll('tbody th, tbody td')];
            const cells = boxes.map((box) => (box.querySelector('abbr') || box).firstChild?.textContent ?? '');
            return {ticks, all, cells};
        })"""
    )
    assert len(figures) == 7
    for figure in figures:
        numbers = {text for text in figure["all"] if re.fullmatch(r"[\d,.]+", text)} - set(figure["ticks"])
        assert figure["cells"]
        assert numbers <= set(figure["cells"])


def test_every_table_has_a_caption_and_scoped_headings(page: Page) -> None:
    tables = page.evaluate(
        """() => [...document.querySelectorAll('table')].map((t) => [
            t.caption?.textContent ?? '', [...t.querySelectorAll('th')].every((th) => th.scope)])"""
    )
    assert tables
    assert all(caption and scoped for caption, scoped in tables)


def test_text_stands_out_from_what_is_behind_it(page: Page) -> None:
    assert page.evaluate(CONTRASTS) == []


def test_the_keyboard_reaches_the_findings_and_every_box_that_scrolls(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#findings"
    boxes = page.evaluate(
        "[...document.querySelectorAll('.scroll')].map((box) => [box.tabIndex, box.ariaLabel])"
    )
    assert all(index == 0 and label for index, label in boxes)


def test_printed_pages_carry_the_marking_and_their_number(page: Page, tmp_path: Path) -> None:
    out = tmp_path / "profile.pdf"
    page.pdf(path=str(out), prefer_css_page_size=True, print_background=True)
    assert out.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: the words of the printed pages are not looked at")
    text = subprocess.run(
        ["pdftotext", "-layout", out, "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert 15 <= len(pages) <= 40
    for number, printed in enumerate(pages[1:], start=2):
        assert "OFFICIAL-SENSITIVE" in printed
        assert f"{number} of {len(pages)}" in printed
