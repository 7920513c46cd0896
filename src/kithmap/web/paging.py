"""Long lists a page at a time: which rows are on the page asked for, and the links to the others.

The links keep whatever else the address asks, and lead to the list. Files hold the whole list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kithmap.web.visit import Visit

A_PAGE = 100
# A list hardly longer than a page is not worth a second one.
A_LITTLE_MORE = 20
PAGE = "page"
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Leaf:
    """The rows of one page of a list; where the list has no other, `links` is None.

    name: of the list in the address. first, last: which rows these are, from 1. total: how many there are.
    """

    rows: Sequence[Any]
    name: str
    first: int
    last: int
    total: int
    links: Mapping[str, Any] | None = None

    @property
    def words(self) -> str:
        """Which rows these are, in words; nothing where they are all.

        >>> Leaf([], "page", 101, 200, 3215, {}).words, Leaf([], "page", 1, 3, 3).words
        ('Rows 101 to 200 of 3,215', '')
        """
        return "" if self.links is None else f"Rows {self.first:,} to {self.last:,} of {self.total:,}"


def leaf(visit: Visit | None, rows: Sequence[Any], words: str, name: str = PAGE) -> Leaf:
    """The page of a list that the address asks for; the last one where it asks for more than there are.

    words: what the list is, for who hears the links. name: of the list in the address, its own on a page of several.
    """
    if visit is None or visit.request.method != "GET" or len(rows) <= A_PAGE + A_LITTLE_MORE:
        # What a form asked for cannot be had by a link.
        return Leaf(rows, name, min(1, len(rows)), len(rows), len(rows))
    pages = -(-len(rows) // A_PAGE)
    number = min(number_of(visit.asked, name), pages)
    first = (number - 1) * A_PAGE
    shown = rows[first : first + A_PAGE]
    links = make_links(visit, number, pages, words, name=name)
    return Leaf(shown, name, first + 1, first + len(shown), len(rows), links)


def number_of(asked: Mapping[str, str], name: str = PAGE) -> int:
    """The page that an address asks for, from 1.

    >>> number_of({"page": "7"}), number_of({"page": "-1"}), number_of({})
    (7, 1, 1)
    """
    said = asked.get(name, "")
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER else 1


def make_links(
    visit: Visit, number: int, pages: int, words: str, *, name: str = PAGE
) -> dict[str, Any] | None:
    """The links to the pages of a list, as GOV.UK's component takes them; None where there is one page."""
    if pages == 1:
        return None
    asked = {key: said for key, said in visit.request.GET.lists() if key != name}

    def address(page: int) -> str:
        return f"{visit.request.path}?{urlencode({**asked, name: page}, doseq=True)}#{name}-list"

    near = sorted({1, number - 1, number, number + 1, pages} & set(range(1, pages + 1)))
    items: list[dict[str, Any]] = []
    for at, each in enumerate(near):
        if at and each - near[at - 1] > 1:
            items.append({"ellipsis": True})
        items.append({"number": str(each), "href": address(each), "current": each == number})
    shown: dict[str, Any] = {"items": items, "landmarkLabel": f"Pages: {words}"}
    if number > 1:
        shown["previous"] = {"href": address(number - 1)}
    if number < pages:
        shown["next"] = {"href": address(number + 1)}
    return shown
