"""Signing in and out: name, password and code; an invitation to begin with; and again, before a step that matters."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from markupsafe import Markup

from kithmap.desk import accounts, clock
from kithmap.desk.policies import is_open
from kithmap.desk.workspace import Workspace
from kithmap.errors import KithmapError, NotPermitted
from kithmap.governance.permissions import User
from kithmap.web.failures import too_fast
from kithmap.web.kept import FIELD, Kept, read_kept
from kithmap.web.pace import is_too_fast
from kithmap.web.page import POST, page
from kithmap.web.render import answer, render
from kithmap.web.settings import provider_name
from kithmap.web.visit import FRESH, PURPOSE, SEEN, SINCE, STAMP, USER, Visit, find_purpose, purposes_open_to
from kithmap.web.workspaces import lent

BEFORE = "is how somebody who is not signed in comes to be"


@page("sign-in", is_open(BEFORE), methods=POST, anonymous=True)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a name, a password and a code."""
    token = request.POST.get(FIELD, "")
    values: dict[str, Any] = {
        "token": token,
        "refused": None,
        "provider_address": "/sign-in/provider?" + urlencode({"next": request.GET.get("next", "")}),
        "name": "",
        "errors": [],
        "provider": provider_name(),
    }
    if "password" not in request.POST:
        return HttpResponse(render(request, "sign_in.html.j2", **values))
    if is_too_fast(request.META.get("REMOTE_ADDR", "")):
        return too_fast(request)
    name = request.POST.get("name", "").strip()
    with lent() as workspace:
        try:
            user, stamp = accounts.sign_in(
                workspace, name, request.POST.get("password", ""), request.POST.get("code", "")
            )
        except NotPermitted as refused:
            values |= {"name": name, "errors": [{"text": refused.what, "href": "#name"}], "refused": refused}
            return HttpResponse(render(request, "sign_in.html.j2", **values), status=422)
        begin(request, workspace, user, stamp)
    return go_in(request, user, token, request.GET.get("next", ""))


def begin(request: HttpRequest, workspace: Workspace, user: User, stamp: str) -> None:
    """Begin a session: a new one, which keeps the purpose that the same user had chosen."""
    known = dict(request.session)
    request.session.flush()
    now = clock.now().timestamp()
    request.session.update({USER: user.name, STAMP: stamp, SINCE: now, SEEN: now, FRESH: now})
    open_to = purposes_open_to(workspace, user)
    if known.get(USER) == user.name and find_purpose(workspace, known) is not None:
        request.session[PURPOSE] = known[PURPOSE]
    elif len(open_to) == 1:
        request.session[PURPOSE] = open_to[0].id


def go_in(request: HttpRequest, user: User, token: str, to: str) -> HttpResponseBase:
    """Go on to where somebody was going when they had to sign in, with what they had typed."""
    kept = read_kept(token, user.name)
    if kept is not None:
        return go_on(request, kept)
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return HttpResponseRedirect(to if safe else "/")


def go_on(request: HttpRequest, kept: Kept) -> HttpResponse:
    """A page that sends a kept form on, at one press: it was typed by whoever has just said who they are."""
    return HttpResponse(render(request, "go_on.html.j2", kept=kept))


@page("sign-out", is_open("ends the session"), methods=("POST",))
def sign_out(visit: Visit) -> HttpResponseBase:
    """Sign out: the session ends, here and in the register."""
    accounts.sign_out(visit.workspace, who=visit.who)
    visit.session.flush()
    response = HttpResponseRedirect("/sign-in")
    # What the browser still holds of these pages goes with the session.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@page("confirm", is_open("asks for the password and the code again"), methods=POST)
def confirm(visit: Visit) -> HttpResponseBase:
    """Say again who one is, before a step that matters; then the step is taken."""
    token = visit.typed.get(FIELD, "")
    kept = read_kept(token, visit.who)
    errors = []
    if "password" in visit.typed:
        try:
            accounts.check_secrets(
                visit.workspace,
                visit.who,
                visit.typed["password"],
                visit.typed.get("code", ""),
                verb="confirm",
            )
        except NotPermitted as refused:
            errors = [{"text": refused.what, "href": "#password"}]
        else:
            visit.session.cycle_key()
            visit.session[FRESH] = clock.now().timestamp()
            return go_on(visit.request, kept) if kept is not None else HttpResponseRedirect("/")
    values = {"token": token, "errors": errors, "provider": provider_name()}
    return answer(visit, "confirm.html.j2", status=422 if errors else 200, **values)


@page("welcome/<str:token>", is_open("lets a made-up user into a demonstration"), anonymous=True)
def welcome(request: HttpRequest, token: str) -> HttpResponseBase:
    """Begin as a made-up user of a demonstration."""
    with lent() as workspace:
        user, stamp = accounts.welcome(workspace, token)
        begin(request, workspace, user, stamp)
    return HttpResponseRedirect("/")


@page("invitation/<str:token>", is_open(BEFORE), methods=POST, anonymous=True)
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Choose a password and set up codes, by an invitation."""
    with lent() as workspace:
        name = accounts.find_invited(workspace, token)
        secret = request.session.get("enrolling") or accounts.new_enrolment(name).secret
        request.session["enrolling"] = secret
        errors: list[dict[str, str]] = []
        if request.method == "POST":
            try:
                typed = request.POST
                accounts.accept(workspace, token, typed.get("password", ""), secret, typed.get("code", ""))
            except KithmapError as fault:
                field = "#code" if "code" in fault.what else "#password"
                errors = [{"text": fault.what, "href": field}]
            else:
                request.session.flush()
                return HttpResponse(render(request, "invited.html.j2", name=name))
        enrolment = accounts.enrolment_of(name, secret)
    values = {"name": name, "enrolment": enrolment, "picture": picture(enrolment.address), "errors": errors}
    return HttpResponse(render(request, "invitation.html.j2", **values), status=422 if errors else 200)


def picture(address: str) -> Markup:
    """An address as a square picture that a telephone reads, drawn here."""
    import segno

    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, svgclass=None, lineclass=None)
    named = drawn.replace("<svg ", '<svg role="img" aria-label="The secret as a picture" ', 1)
    return Markup(named)  # noqa: S704  drawn by segno from an address of our own making
