"""What is sent is counted as it comes: nobody fills the memory of the machine before they are known."""

import asyncio

import pytest

from kithmap.web import settings as ours
from kithmap.web.bodies import limited

MEGABYTE = b"x" * 1024 * 1024


@pytest.fixture
def send(workspace):
    """Send so many megabytes to a page, with a cookie or none: the status, the page, and how many were taken."""
    from django.core.handlers.asgi import ASGIHandler

    def sent(megabytes: int, cookie: str = "") -> tuple[int, bytes, int]:
        told: list[dict] = []
        taken = 0

        async def receive():
            nonlocal taken
            if taken == megabytes:
                await asyncio.Event().wait()  # the line stays open until the answer has come
            taken += 1
            return {"type": "http.request", "body": MEGABYTE, "more_body": taken < megabytes}

        async def answer(message):
            told.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/sign-in", "query_string": b"", "http_version": "1.1",
            "headers": [(b"host", b"localhost"), (b"content-type", b"text/plain"), (b"cookie", cookie.encode())],
            "client": ("127.0.0.1", 1), "server": ("localhost", 80), "scheme": "http",
        }  # fmt: skip

        async def ask():
            await limited(ASGIHandler())(scope, receive, answer)

        asyncio.run(ask())
        body = b"".join(each.get("body", b"") for each in told)
        return told[0]["status"], body, taken

    return sent


def test_somebody_unknown_may_send_a_form_and_no_more(send):
    status, page, taken = send(1_000)
    assert status == 413
    assert b"larger than a form may be" in page
    assert taken * len(MEGABYTE) <= ours.MOST_TYPED_BYTES + len(MEGABYTE)


def test_a_cookie_of_no_session_opens_nothing(send):
    assert send(1_000, "kithmap=" + "a" * 32)[2] <= 3


def test_whoever_has_signed_in_may_send_a_file_as_large_as_is_allowed(send, browse, monkeypatch):
    monkeypatch.setattr(ours, "MOST_UPLOADED_BYTES", 4 * len(MEGABYTE))
    cookie = f"kithmap={browse('analyst').cookies['kithmap'].value}"
    status, _, taken = send(5, cookie)
    assert (status, taken) == (403, 5), "taken whole, and then refused for want of a form's token"
    status, _, taken = send(1_000, cookie)
    assert status == 413
    assert taken == 7
