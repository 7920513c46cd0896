"""What goes wrong, as a page that says what happened and what to do; what is forbidden looks like what is absent."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.http.response import HttpResponseBase

from kithmap.errors import (
    DataProblem,
    KithmapError,
    MachineProblem,
    NotFound,
    NotPermitted,
    Refused,
    WorkspaceBusy,
    WrongUse,
)
from kithmap.web.render import render
from kithmap.web.security import Answer

log = logging.getLogger("kithmap.web")

# The nearest kind decides, so the narrower stand first.
STATUS: tuple[tuple[type[KithmapError], int], ...] = (
    (NotPermitted, 404), (NotFound, 404), (Refused, 403), (WrongUse, 400), (DataProblem, 422),
    (WorkspaceBusy, 503), (MachineProblem, 503),
)  # fmt: skip
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent)
TITLES = {
    400: "This cannot be done as it was asked", 403: "You cannot do this", 404: "Page not found",
    413: "The file is too large", 422: "There is a problem with the data", 429: "Try again in a few minutes",
    503: "Try again in a moment", 500: "Something has gone wrong",
}  # fmt: skip


def told(answer: Answer) -> Answer:
    """Answer every error with a page."""

    def with_page(request: HttpRequest) -> HttpResponseBase:
        return answer(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return explain(request, error)

    with_page.process_exception = process_exception  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    return with_page


def explain(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
    """The page for an error; None for what Django itself answers."""
    if isinstance(error, SuspiciousOperation) and not isinstance(error, TOO_MUCH):
        return None
    for kinds, page in ANSWERS:
        if isinstance(error, kinds):
            return page(request, error)
    # The kind of the error and where it is from are logged; its words may hold somebody's data and are not.
    log.error(
        "unforeseen",
        extra={"error": type(error).__name__, "page": _name(request)},
        exc_info=_only_places(error),
    )
    return failed(request)


def of_ours(request: HttpRequest, error: KithmapError) -> HttpResponseBase:
    """The page for an error of ours: its three sentences; what is forbidden and what is absent look alike."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    if status == 404:
        return not_found(request)
    response = _page(request, status, error.what, error.expected, error.do)
    if status == 503:
        response["Retry-After"] = "10"
    return response


def not_found(request: HttpRequest, exception: object = None) -> HttpResponseBase:
    """The page for what is not there, or not for this role."""
    from kithmap.web.doors import recognise

    recognise(request)
    return _page(
        request, 404, "There is no such page, or it is not for your role or your purpose.", "",
        "Check the address, go back to the start, or choose another purpose.",
    )  # fmt: skip


def failed(request: HttpRequest) -> HttpResponseBase:
    """The page for what nobody foresaw."""
    return _page(
        request, 500, "Kithmap could not answer. Nothing half-done is kept.", "",
        "Try again. If it happens again, tell whoever keeps the machine when it happened.",
    )  # fmt: skip


def broken_off(request: HttpRequest, exception: object = None) -> HttpResponseBase:
    """The page for a form or file that did not arrive whole."""
    return _page(
        request, 400, "What you sent did not arrive whole. Nothing of it was kept.", "",
        "Check your connection and send it again.",
    )  # fmt: skip


def too_large(request: HttpRequest, exception: object = None) -> HttpResponseBase:
    """The page for more than a form may hold."""
    return _page(request, 413, "What was sent is larger than a form may be.", "", "Send less at once.")


def too_fast(request: HttpRequest) -> HttpResponseBase:
    """The page for an address from which too many have tried to sign in."""
    log.warning("too many tries", extra={"page": _name(request)})
    response = _page(
        request, 429, "There were too many tries to sign in from where you are.", "",
        "Wait five minutes, then try again.",
    )  # fmt: skip
    response["Retry-After"] = "300"
    return response


def of_machine(request: HttpRequest, error: OSError) -> HttpResponseBase:
    """The page for a full disk and the like."""
    import errno

    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    what = "The disk is full." if full else "The machine could not read or write."
    return _page(
        request, 503, f"{what} Nothing half-done is kept.", "",
        "Tell whoever keeps the machine; then try again.",
    )  # fmt: skip


def form_not_ours(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """The page for a form that did not come from a page of ours, or from one that was open too long."""
    log.warning("form not ours", extra={"page": _name(request)})
    return _page(
        request, 403, "The form came from a page that no longer serves. Nothing was changed.", "",
        "Open the page again and send the form from there. Cookies must be allowed.",
    )  # fmt: skip


def _page(request: HttpRequest, status: int, what: str, expected: str, do: str) -> HttpResponse:
    values: dict[str, Any] = {
        "title": TITLES[status],
        "what": what,
        "expected": expected,
        "do": do,
        "here": "",
    }
    return HttpResponse(render(request, "failure.html.j2", **values), status=status)


ANSWERS: tuple[tuple[tuple[type[Exception], ...], Callable[..., HttpResponseBase]], ...] = (
    ((KithmapError,), of_ours),
    ((Http404,), not_found),
    (TOO_MUCH, too_large),
    ((UnreadablePostError, RawPostDataException, MultiPartParserError), broken_off),
    ((OSError,), of_machine),
)


def _name(request: HttpRequest) -> str:
    found = request.resolver_match
    return found.url_name or "" if found else ""


def _only_places(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    if settings.DEBUG:
        return type(error), error, error.__traceback__
    return type(error), type(error)("not told: it may hold somebody's data"), error.__traceback__
