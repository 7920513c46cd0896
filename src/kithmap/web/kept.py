"""What was typed into a form, kept while whoever typed it signs in again: nothing typed is lost.

It is kept by the browser that typed it, signed, in the pages of signing in; the server keeps none of it.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

FIELD = "kept"
SALT = "kithmap.kept"
# Files cannot be kept so: they are chosen again.
_NOT_KEPT = {"csrfmiddlewaretoken", FIELD}
_HOURS = 12


@dataclass(frozen=True)
class Kept:
    """A form as it was sent: where to, by whom, and every field with every value."""

    path: str
    user: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    had_file: bool = False

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field with each of its values, in order."""
        return [(name, value) for name, values in self.fields for value in values]


def keep_typed(request: HttpRequest, to: str, user: str) -> HttpResponseBase:
    """Answer a form that cannot be taken yet with a page that carries it on to where that can be put right."""
    from kithmap.web.render import render

    fields: list[Any] = [[name, request.POST.getlist(name)] for name in request.POST if name not in _NOT_KEPT]
    token = signing.dumps(
        [request.get_full_path(), user, fields, bool(request.FILES)], salt=SALT, compress=True
    )
    return HttpResponse(
        render(request, "kept.html.j2", to=to, token=token), status=401 if to == "/sign-in" else 403
    )


def read_kept(token: str, user: str) -> Kept | None:
    """A kept form of this user's; None where it is another's, too old, or not ours."""
    if not token:
        return None
    try:
        path, whose, fields, had_file = signing.loads(token, salt=SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        return None
    if whose and whose != user:
        return None
    return Kept(path, whose, tuple((name, tuple(values)) for name, values in fields), had_file)
