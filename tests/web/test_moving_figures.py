"""The map and the network that move, in a real browser: they show what their tables show, to the mouse and to the keys."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import PURPOSES

DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# The faintest sign that a badge of the map is not where it was.
MOVED = "(at) => document.querySelector('.kith-badge').getBoundingClientRect().{side} !== at"


@pytest.fixture(scope="module")
def analyst(site, chromium) -> Iterator[SimpleNamespace]:
    """An analyst at work in one browser, with whatever went wrong and whatever was asked of another machine."""
    address, links = site
    context = chromium.new_context(viewport={"width": 1100, "height": 1400}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    wrong: list[str] = []
    # A warning may be of the machine's drawing; whatever the page's policy stops is an error.
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: wrong.append(sent.url) if is_foreign(sent.url, address) else None)
    page.goto(links["analyst"])
    page.goto(f"{address}/purpose")
    page.check(f"input[value='{PURPOSES['profiling']}']")
    page.get_by_role("button", name="Continue").click()
    yield SimpleNamespace(page=page, address=address, wrong=wrong)
    context.close()


def is_foreign(url: str, address: str) -> bool:
    return urlsplit(url).scheme in ("http", "https", "ws", "wss") and not url.startswith(f"{address}/")


def moving(analyst: SimpleNamespace, path: str, box: str) -> tuple[Any, Any]:
    """A page whose figure moves, and the figure."""
    page = analyst.page
    page.goto(f"{analyst.address}{path}")
    page.locator("[data-show-figure]").press("Enter")
    figure = page.locator(f"#{box}[data-ready]")
    figure.wait_for()
    return page, figure


def pressed(page: Any) -> list[str]:
    return [
        each.get_attribute("data-choose") for each in page.locator("tr button[aria-pressed='true']").all()
    ]


def test_the_map_that_moves_has_the_hexagons_of_the_table_and_says_what_is_chosen(analyst):
    page, figure = moving(analyst, "/places", "moving-map")
    rows = page.locator("tr[data-cell]")
    assert (
        figure.get_attribute("data-hexagons")
        == str(rows.count())
        == str(page.locator("figure polygon, .kith-figure polygon").count())
    )
    for row in (rows.nth(0), rows.nth(rows.count() - 1)):
        row.locator("button[data-choose]").click()
        assert pressed(page) == [figure.get_attribute("data-chosen")] == [row.get_attribute("data-cell")]
        named, events = (row.locator("td").nth(at).inner_text() for at in (0, 1))
        said = page.locator("#map-said").inner_text()
        assert said.endswith(f"{named}: {events} {'event' if events == '1' else 'events'}")
    assert analyst.wrong == []


def test_the_map_is_moved_and_a_hexagon_is_chosen_by_keys_alone(analyst):
    page, figure = moving(analyst, "/places?harm=SYV", "moving-map")
    second = page.locator("tr button[data-choose]").nth(1)
    second.focus()
    page.keyboard.press("Enter")
    assert pressed(page) == [second.get_attribute("data-choose")] == [figure.get_attribute("data-chosen")]
    figure.locator("canvas").focus()
    for key, side in (("ArrowRight", "x"), ("ArrowDown", "y"), ("+", "x")):
        at = page.evaluate(f"document.querySelector('.kith-badge').getBoundingClientRect().{side}")
        page.keyboard.press(key)
        page.wait_for_function(MOVED.format(side=side), arg=at)
    assert analyst.wrong == []


def test_a_hexagon_that_is_clicked_is_chosen_in_the_table(analyst):
    page, figure = moving(analyst, "/places", "moving-map")
    row = page.locator("tr[data-cell]").nth(2)
    # What is chosen comes to the middle of the map; then nothing is chosen, and the middle is clicked.
    row.locator("button[data-choose]").click()
    figure.evaluate("(box) => delete box.dataset.chosen")
    row.evaluate("(row) => row.classList.remove('kith-chosen')")
    figure.locator("canvas").click()
    page.locator("#moving-map[data-chosen]").wait_for()
    assert figure.get_attribute("data-chosen") == row.get_attribute("data-cell")
    assert page.locator("tr.kith-chosen").get_attribute("data-cell") == row.get_attribute("data-cell")
    assert analyst.wrong == []


def test_the_network_that_moves_has_the_groups_of_the_table_and_says_what_is_chosen(analyst):
    page, figure = moving(analyst, "/groups", "moving-network")
    rows = page.locator("tr[data-group]")
    assert figure.get_attribute("data-nodes") == str(rows.count())
    row = rows.nth(rows.count() - 1)
    row.locator("button[data-choose]").press("Enter")
    assert pressed(page) == [figure.get_attribute("data-chosen")] == [row.get_attribute("data-group")]
    members = row.locator("td").nth(1).inner_text()
    assert (
        page.locator("#network-said").inner_text()
        == f"{row.get_attribute('data-group')}: {members} young people"
    )
    assert analyst.wrong == []


def test_the_network_is_moved_by_keys_and_its_picture_is_another_then(analyst):
    page, figure = moving(analyst, "/groups", "moving-network")
    figure.focus()
    looks = [figure.screenshot()]
    for key in ("ArrowLeft", "+", "ArrowUp"):
        page.keyboard.press(key)
        page.evaluate(DRAWN)
        looks.append(figure.screenshot())
    assert len(set(looks)) == len(looks)
    assert analyst.wrong == []


def test_without_scripts_the_picture_and_the_table_are_there_and_nothing_offers_to_move(
    site, chromium, analyst
):
    context = chromium.new_context(
        java_script_enabled=False, storage_state=analyst.page.context.storage_state()
    )
    page = context.new_page()
    for path, marks in (("/places", "polygon"), ("/groups", "line")):
        page.goto(f"{analyst.address}{path}")
        assert page.locator(f".kith-figure {marks}").count() > 3
        assert page.locator("tr[data-cell], tr[data-group]").count() > 3
        assert not page.locator("[data-show-figure]").is_visible()
    context.close()
