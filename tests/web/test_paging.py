"""Long lists are a page at a time; the links keep what else is asked, and the files hold every row."""

import csv
import html
import io
import re

import pytest
from django.test import RequestFactory

from kithmap.web.paging import A_LITTLE_MORE, A_PAGE, leaf

ROWS = list(range(1, 3216))


class Visiting:
    """Whoever asks an address, as much as paging looks at."""

    def __init__(self, address: str, method: str = "GET") -> None:
        self.request = RequestFactory().generic(method, address)
        self.asked = {name: str(value) for name, value in self.request.GET.items()}


def paged(address: str, rows=ROWS, **named):
    return leaf(Visiting(address), rows, "groups", **named)  # type: ignore[arg-type]


def test_a_list_that_fits_is_whole_and_has_no_links():
    few = ROWS[: A_PAGE + A_LITTLE_MORE]
    part = paged("/groups?page=2", few)
    assert (part.rows, part.links, part.words) == (few, None, "")


@pytest.mark.parametrize(("asked", "first"), [("", 1), ("2", 101), ("33", 3201), ("99", 3201), ("0", 1), ("-3", 1), ("two", 1), ("²", 1), ("9" * 40, 1)])  # fmt: skip
def test_the_page_asked_for_is_shown_and_what_is_no_page_is_the_first_or_the_last(asked, first):
    part = paged(f"/groups?page={asked}")
    assert (part.rows[0], part.first, part.total) == (first, first, 3215)
    assert len(part.rows) == min(A_PAGE, 3215 - first + 1)


def test_every_row_is_on_one_page_and_links_lead_through_them_all():
    address, seen = "/groups", []
    while address:
        part = paged(address)
        seen += part.rows
        address = part.links.get("next", {}).get("href", "").partition("#")[0]
    assert seen == ROWS


def test_links_keep_what_else_is_asked_and_lead_to_the_list():
    part = paged("/groups?authority=E1&harm=CSE&harm=SYV&page=2&pairs=4", name="pairs")
    assert part.links["next"]["href"] == "/groups?authority=E1&harm=CSE&harm=SYV&page=2&pairs=5#pairs-list"
    assert part.words == "Rows 301 to 400 of 3,215"


def test_what_a_form_asked_for_is_shown_whole():
    part = leaf(Visiting("/people", "POST"), ROWS, "people")  # type: ignore[arg-type]
    assert (part.rows, part.links) == (ROWS, None)


def test_a_long_list_of_a_page_is_turned_by_its_links_and_its_file_is_whole(browse):
    client = browse("analyst", "quality")
    first = client.get("/extracts").content.decode()
    received = re.compile(r'href="/extracts/(\d+)"')
    onward = html.unescape(re.search(r'href="([^"]+)"[^>]*rel="next"', first)[1])
    assert onward == "/extracts?page=2#page-list"
    second = client.get(onward).content.decode()
    one, other = set(received.findall(first)), set(received.findall(second))
    assert len(one) == A_PAGE
    assert other
    assert not one & other
    lines = list(csv.reader(io.StringIO(client.get("/extracts.csv").content.decode("utf-8-sig"))))
    assert len([line for line in lines if line and line[0].isdigit()]) >= len(one | other)
