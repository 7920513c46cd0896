"""The pictures of the documentation: taken of the pages as they are, and looked at before they are kept.

KITHMAP_PICTURES=docs/images .venv/bin/pytest tests/web/test_pictures.py
"""

import os
from pathlib import Path

import pytest
from conftest import PURPOSES

# Name, role, kind of purpose, address, height: the head of each page, as a reader first sees it.
PICTURES = (
    ("page-start", "analyst", "profiling", "/", 1000),
    ("page-overlap", "analyst", "profiling", "/overlap", 1150),
    ("page-places", "analyst", "profiling", "/places", 1150),
    ("page-groups", "analyst", "profiling", "/groups", 1250),
    ("page-review", "analyst", "quality", "/review", 900),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture[0])
def test_a_picture_of_the_documentation_is_of_the_page_as_it_is(picture, site, chromium, tmp_path):
    name, role, purpose, path, height = picture
    address, links = site
    context = chromium.new_context(viewport={"width": 1100, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(links[role])
    page.goto(f"{address}/purpose")
    page.check(f"input[value='{PURPOSES[purpose]}']")
    page.get_by_role("button", name="Continue").click()
    assert page.goto(f"{address}{path}").status == 200
    folder = Path(os.environ.get("KITHMAP_PICTURES", tmp_path))
    page.screenshot(path=folder / f"{name}.png")
    content = (folder / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 1100
    context.close()
