"""Reviewing links in a workbook: downloaded, filled in, sent in, looked at, taken in."""

from typing import Any

from django.http.response import HttpResponseBase

from kithmap.desk.export_review import make_review_workbook
from kithmap.desk.import_review import import_review, look_at_review
from kithmap.desk.pairs import look_at_queue
from kithmap.web.filled_books import Book, as_workbook, asked_size, preview, show_or_take
from kithmap.web.page import POST, page
from kithmap.web.review import REVIEWS
from kithmap.web.visit import Visit


def _told(done: Any) -> str:
    return (
        f"{PAIRS.words(done.added)} judged. They count from the next build on."
        if done.added
        else "Nothing was new: nothing was changed."
    )


PAIRS = Book(
    one="pair",
    many="pairs",
    address="/review/workbook",
    sent="/review/workbook",
    look=look_at_review,
    take=import_review,
    told=_told,
    after="/review/judgements",
)


@page("review/workbook.xlsx", REVIEWS)
def review_book(visit: Visit) -> HttpResponseBase:
    """The first pairs that wait, as a workbook to fill in."""
    _, content = make_review_workbook(
        visit.workspace, "review.xlsx", purpose=visit.purpose_id, who=visit.who, most=asked_size(visit)
    )
    return as_workbook("review.xlsx", content)


@page("review/workbook", REVIEWS, methods=POST)
def review_workbook(visit: Visit) -> HttpResponseBase:
    """Downloading a workbook of pairs, and sending it in filled."""
    queue = look_at_queue(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return show_or_take(
        visit,
        PAIRS,
        title="Review in a workbook",
        back=("/review", "Review"),
        waiting=queue.waiting,
        download="/review/workbook.xlsx",
        extra={},
    )


@page("review/workbook/<str:upload>", REVIEWS, methods=POST)
def review_sent(visit: Visit, upload: str) -> HttpResponseBase:
    """What a workbook would change, and taking it in."""
    return preview(visit, PAIRS, upload)
