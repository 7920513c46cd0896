"""Headers of every answer: nothing from elsewhere, nothing kept, nothing framed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
YEAR_SECONDS = 31_536_000


def headers(answer: Answer) -> Answer:
    """Put the headers on every answer; a page is never kept by a browser or a proxy, a hashed file is."""

    def with_headers(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.SESSION_COOKIE_SECURE:
            response["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
        return response

    return with_headers
