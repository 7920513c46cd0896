"""How much may be sent at once, before anything reads it: a form by anybody, a file only by whoever has signed in.

Django takes the whole of what is sent before it asks who sends it; here it is counted as it comes.
"""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async

from kithmap.web import settings as ours
from kithmap.web.visit import USER

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def limited(application: Application) -> Application:
    """The application, which stops taking what somebody sends when it grows too large for them."""

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        taken, most, is_too_much = 0, ours.MOST_TYPED_BYTES, False

        async def counted() -> dict[str, Any]:
            nonlocal taken, most, is_too_much
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most and most == ours.MOST_TYPED_BYTES and await sync_to_async(_is_known)(scope):
                most = ours.MOST_UPLOADED_BYTES + ours.MOST_TYPED_BYTES
            is_too_much = taken > most
            # As though the line had broken off: what was taken so far is let go of.
            return {"type": "http.disconnect"} if is_too_much else message

        await application(scope, counted, send)
        if is_too_much:
            for message in await sync_to_async(_refusal)(scope):
                await send(message)

    return answer


def _is_known(scope: dict[str, Any]) -> bool:
    """Whether what is sent comes with a session in which somebody has signed in."""
    from django.conf import settings
    from django.http import parse_cookie

    from kithmap.register.web_sessions import SessionStore

    cookies = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    key = parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")
    return bool(SessionStore(key).get(USER)) if key else False


def _refusal(scope: dict[str, Any]) -> list[dict[str, Any]]:
    """The page that says so, as a server sends it."""
    from django.core.handlers.asgi import ASGIRequest

    from kithmap.web.failures import too_large
    from kithmap.web.security import headers

    page: Any = headers(too_large)(ASGIRequest(scope, BytesIO()))
    told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in page.items()]
    start = {"type": "http.response.start", "status": 413, "headers": [*told, (b"connection", b"close")]}
    return [start, {"type": "http.response.body", "body": page.content}]
