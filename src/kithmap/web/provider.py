"""Signing in by the council's identity provider: OpenID Connect, where one is set up."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import accounts, clock
from kithmap.desk.policies import is_open
from kithmap.errors import MachineProblem, NotPermitted
from kithmap.web.doors import FRESH_SECONDS
from kithmap.web.kept import FIELD, read_kept
from kithmap.web.page import POST, page
from kithmap.web.render import render
from kithmap.web.settings import CLIENT, ISSUER, SECRET, provider_name
from kithmap.web.sign_in import BEFORE, begin, go_in, go_on
from kithmap.web.visit import FRESH, find_user
from kithmap.web.workspaces import lent

# What a session carries over the way to the provider and back.
AGAIN = "again"


@page("sign-in/provider", is_open(BEFORE), methods=POST, anonymous=True)
def by_provider(request: HttpRequest) -> HttpResponseBase:
    """Go to the provider to sign in; or, with a kept form, to say again who one is."""
    client = _client()
    session = request.session
    if request.method == "POST":
        session[FIELD], session[AGAIN] = request.POST.get(FIELD, ""), AGAIN in request.POST
        # A form may not lead to another host, and a link may.
        return HttpResponse(render(request, "provider.html.j2", provider=provider_name()))
    session["next"] = request.GET.get("next", "")
    asked: dict[str, Any] = {"prompt": "login", "max_age": 0} if session.get(AGAIN) else {}
    with _answering():
        return client.authorize_redirect(
            request, request.build_absolute_uri("/sign-in/provider/back"), **asked
        )


@page("sign-in/provider/back", is_open(BEFORE), anonymous=True)
def back(request: HttpRequest) -> HttpResponseBase:
    """Come back from the provider, which has said who it is."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    client = _client()
    token, to = request.session.pop(FIELD, ""), request.session.pop("next", "")
    again = request.session.pop(AGAIN, False)
    try:
        with _answering():
            told = client.authorize_access_token(request)["userinfo"]
    except (AuthlibBaseError, JoseError, KeyError):
        return _not_in(request)
    with lent() as workspace:
        try:
            user, stamp = accounts.sign_in_as_subject(workspace, str(told["sub"]))
        except NotPermitted:
            return _not_in(request)
        if not again:
            begin(request, workspace, user, stamp)
            return go_in(request, user, token, to)
        known = find_user(workspace, request.session)
    if known is None or known.name != user.name or not _is_recent(told):
        return _not_in(request)
    request.session[FRESH] = clock.now().timestamp()
    kept = read_kept(token, user.name)
    return go_on(request, kept) if kept is not None else HttpResponseRedirect("/")


def _is_recent(told: dict[str, Any]) -> bool:
    """Whether the provider asked for the password just now, as it was asked to."""
    return clock.now().timestamp() - float(told.get("auth_time", 0)) < FRESH_SECONDS


def _not_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        render(
            request,
            "failure.html.j2",
            title="You could not be signed in",
            what="Your organisation's account is not one that Kithmap lets in, or signing in was broken off.",
            expected="",
            do="Try again, or ask whoever keeps users of Kithmap to let your account in.",
        ),
        status=403,
    )


@contextmanager
def _answering() -> Generator[None]:
    """Turn a provider that does not answer into words."""
    from requests.exceptions import RequestException

    try:
        yield
    except RequestException as fault:
        raise MachineProblem(
            "Your organisation's sign-in does not answer.",
            "The identity provider that is set up.",
            "Try again in a moment, or sign in with a password and a code.",
        ) from fault


def _client() -> Any:
    if not os.environ.get(ISSUER):
        raise NotPermitted("No identity provider is set up.")
    return _made(os.environ[ISSUER], os.environ.get(CLIENT, ""), os.environ.get(SECRET, ""))


@cache
def _made(issuer: str, client: str, secret: str) -> Any:
    from authlib.integrations.django_client import OAuth

    return OAuth().register(
        "provider",
        overwrite=True,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=client,
        client_secret=secret,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
