"""Ways on from a page: links only to pages that there are, and that a role may see."""

from kithmap.errors import NotFound
from kithmap.web.page import Page
from kithmap.web.visit import Visit


def find_page(path: str) -> Page | None:
    """The page at an address; None where there is none."""
    from django.urls import Resolver404, resolve

    try:
        found = resolve(path)
    except Resolver404:
        return None
    page = getattr(found.func, "page", None)
    return page if isinstance(page, Page) else None


def is_open_to(visit: Visit, path: str) -> bool:
    """Whether there is a page at an address that this visit's role may see."""
    page = find_page(path)
    return page is not None and page.is_for(visit.user)


def check_file_kind(kind: str) -> None:
    """Refuse the address of a file that is neither a CSV nor a workbook.

    Raises: NotFound.
    """
    if kind not in ("csv", "xlsx"):
        raise NotFound("There is no such file.", "A file of the kind csv or xlsx.", "See the list.")
