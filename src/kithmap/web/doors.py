"""The one door of the pages: signed in, of a role that may, with a purpose, and lately known where it matters."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import clock
from kithmap.desk.audit import note_kept_out
from kithmap.errors import NotPermitted
from kithmap.web.kept import keep_typed
from kithmap.web.page import Page
from kithmap.web.settings import ABSOLUTE_SECONDS, IDLE_SECONDS
from kithmap.web.visit import FRESH, SEEN, SINCE, Visit, find_purpose, find_user
from kithmap.web.workspaces import lent

FRESH_SECONDS = 5 * 60
# Looked at by a script while a page is open: being open is no work, and must not keep a session alive.
UNSEEN = {"job_part", "metrics"}


def let_in(page: Page, request: HttpRequest, named: dict[str, Any]) -> HttpResponseBase:
    """Show a page to whoever may see it; send the others where they can get what they lack."""
    if page.anonymous:
        return page.view(request, **named)
    with lent(reads=page.reads) as workspace:
        user = find_user(workspace, request.session) if _is_alive(request) else None
        if user is None:
            return _to_sign_in(request)
        if page.name not in UNSEEN:
            request.session[SEEN] = clock.now().timestamp()
        visit = Visit(request, workspace, user, find_purpose(workspace, request.session))
        request.visit = visit  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        if not page.is_for(user):
            note_kept_out(workspace, page.name, who=user.name)
            raise NotPermitted("This role may not see the page.")
        if not page.serves(visit):
            return HttpResponseRedirect("/purpose?" + urlencode({"for": page.name, "next": _where(request)}))
        if page.step_up and request.method == "POST" and not is_fresh(request):
            return keep_typed(request, "/confirm", user.name)
        return page.view(visit, **named)


def recognise(request: HttpRequest) -> None:
    """Know who asks for a page that is not there, so that it looks like one that is not for them."""
    if hasattr(request, "visit") or not hasattr(request, "session") or not _is_alive(request):
        return
    with lent() as workspace:
        user = find_user(workspace, request.session)
        if user is not None:
            purpose = find_purpose(workspace, request.session)
            request.visit = Visit(request, workspace, user, purpose)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def is_fresh(request: HttpRequest) -> bool:
    """Whether password and code were typed within the last five minutes."""
    return clock.now().timestamp() - float(request.session.get(FRESH, 0)) < FRESH_SECONDS


def _is_alive(request: HttpRequest) -> bool:
    """Whether the session is neither idle nor old."""
    now = clock.now().timestamp()
    seen, since = float(request.session.get(SEEN, 0)), float(request.session.get(SINCE, 0))
    return now - seen < IDLE_SECONDS and now - since < ABSOLUTE_SECONDS


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request") == "true":
        # A part of a page cannot show a whole one: the browser is sent to sign in.
        from django.http import HttpResponse

        return HttpResponse(status=204, headers={"HX-Redirect": "/sign-in"})
    if request.method == "POST":
        return keep_typed(request, "/sign-in", str(request.session.get("user", "")))
    return HttpResponseRedirect("/sign-in?" + urlencode({"next": _where(request)}))


def _where(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else request.path
