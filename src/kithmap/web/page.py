"""What a page is: a path, a view, and the policy under which it is seen; a page without one fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from kithmap.desk.policies import Policy
from kithmap.governance.permissions import User
from kithmap.governance.policy import roles_for
from kithmap.web.visit import Visit

View = Callable[..., HttpResponseBase]
GET, POST = ("GET",), ("GET", "POST")


@dataclass(frozen=True)
class Page:
    """One page: where it is, what shows it, who may see it.

    anonymous: seen without signing in. step_up: its forms need the password and a code typed again, lately.
    menu: the word under which it stands in the navigation, where it does.
    """

    path: str
    name: str
    view: View
    policy: Policy
    methods: tuple[str, ...]
    anonymous: bool = False
    step_up: bool = False
    menu: str = ""

    @property
    def reads(self) -> bool:
        """Whether it may ask of a build, which takes its time; the start asks its first questions."""
        return self.policy.purpose == "needed" or not self.path

    def is_for(self, user: User) -> bool:
        """Whether a role may see the page at all."""
        actions = self.policy.actions
        return not actions or any(user.role in roles_for(action) for action in actions)

    def serves(self, visit: Visit) -> bool:
        """Whether the purpose that was chosen is one under which this role may see the page."""
        if self.policy.purpose != "needed":
            return True
        return visit.purpose is not None and visit.purpose.kind in self.policy.purposes_for(visit.user.role)


def page(
    path: str,
    policy: Policy,
    *,
    methods: tuple[str, ...] = GET,
    anonymous: bool = False,
    step_up: bool = False,
    menu: str = "",
) -> Callable[[View], Page]:
    """Declare a page: its view takes a Visit (or, of an anonymous one, the request), and what the path names."""

    def declare(view: View) -> Page:
        return Page(path, view.__name__, view, policy, methods, anonymous, step_up, menu)

    return declare


def shown(declared: Page) -> View:
    """The page as Django calls it: whoever asks is known, may see it and has a purpose, or is sent to get one."""
    from kithmap.web.doors import let_in
    from kithmap.web.failures import broken_off

    @wraps(declared.view)
    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if request.method not in (*declared.methods, "HEAD"):
            return HttpResponse(status=405, headers={"Allow": ", ".join(declared.methods)})
        if _has_null(request, named):
            return broken_off(request)
        return let_in(declared, request, named)

    view.page = declared  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    return view


def _has_null(request: HttpRequest, named: dict[str, Any]) -> bool:
    """Whether anything typed holds a null character: no form sends one, and no database keeps it."""
    sent = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    typed = [text for each in sent for name, texts in each.lists() for text in (name, *texts)]
    return any("\0" in str(text) for text in (*typed, *named.values()))
