"""Whatever is typed into an address or a form, a page says what is wrong: it never breaks."""

import re
from urllib.parse import quote, urlencode

import pytest
from addresses_made import PARAMETER, made_up, real
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from kithmap.web import pace
from kithmap.web.page import Page
from kithmap.web.urls import PAGES

ODD = (
    "", " ", "\0", "a\0b", "²²²²²²", "١٢٣", "-1", "1e309", "9" * 30, "9" * 5_000, "0x10", "NaN", "31-02-2026",
    "x" * 20_000, "<script>alert(1)</script>", "' OR 1=1 --", "{{ 7 * 7 }}", "${7*7}", "%s%n", "=cmd|' /C calc'!A0",
    "../../etc/passwd", "..%2f..%2f", "file.csv\r\nSet-Cookie: a=b", "\u202ereversed", "é\u0301", "👩‍👩‍👧", "\uffff",
    "[]", '{"a": {"b": [1]}}', "None", "true", "undefined", "csv", "\ud800",
)  # fmt: skip
# Parts of addresses that a server takes as they are: bytes that are no UTF-8, and an escape that is none.
RAW = ("%ff%fe", "%00", "%", "%zz", "a%2fb", "%ed%a0%80", "9" * 30, "%c2%b2", "x" * 2_000, "..", "%0d%0a")
NAME = re.compile(r'name="([^"\[\]]+)"')
# They end the session of whoever asks, or its purpose.
ENDING = {"sign_out", "end_own_sessions"}
READ = [page for page in PAGES if "GET" in page.methods]
SENT = [page for page in PAGES if "POST" in page.methods and page.name not in ENDING]
few = settings(
    max_examples=4,
    deadline=None,
    derandomize=False,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
odd = st.one_of(st.sampled_from(ODD), st.text(max_size=40))


@pytest.fixture(scope="module")
def visitor(workspace, links):
    """An analyst for a case, who may see most pages; with no limit on how often they try to sign in."""
    from conftest import PURPOSES
    from django.test import Client

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "TRIES", 100_000)
        patch.setattr(pace, "_tries", {})
        client = Client(HTTP_HOST="localhost", raise_request_exception=True)
        client.get(links["analyst"])
        client.post("/purpose", {"purpose": PURPOSES["case"]})
        yield client


def address_of(workspace, page: Page) -> str:
    return next((address for address, _ in real(workspace, page)), made_up(page))


def encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="surrogatepass")


def fields_of(visitor, address: str) -> list[str]:
    """The fields that a page's own forms and links have."""
    answer = visitor.get(address)
    content = b"" if answer.streaming else answer.content
    return sorted({*NAME.findall(content.decode("utf-8", errors="replace")), "next", "for"})


@pytest.mark.parametrize("page", READ, ids=lambda page: page.name)
def test_an_odd_question_in_an_address_breaks_no_page(page, visitor, workspace):
    address = address_of(workspace, page)
    names = fields_of(visitor, address)

    @seed(1)
    @few
    @given(st.lists(st.tuples(st.sampled_from(names) | odd, odd), min_size=1, max_size=5))
    def ask(pairs):
        answer = visitor.get(address, QUERY_STRING=encoded(pairs))
        assert answer.status_code < 500, page.name
        assert "\n" not in answer.get("Location", ""), page.name

    ask()


@pytest.mark.parametrize("page", SENT, ids=lambda page: page.name)
def test_an_odd_form_breaks_no_page(page, visitor, workspace):
    address = address_of(workspace, page)
    names = fields_of(visitor, address) if "GET" in page.methods else ["reason", "sure", "note", "said"]

    @seed(1)
    @few
    @given(st.lists(st.tuples(st.sampled_from(names), odd), max_size=2 * len(names)))
    def send(pairs):
        kind = "application/x-www-form-urlencoded"
        answer = visitor.post(address, encoded(pairs), content_type=kind)
        assert answer.status_code < 500, page.name

    send()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if PARAMETER.search(page.path)], ids=lambda p: p.name
)
def test_an_odd_name_in_an_address_is_not_there(page, visitor):
    for text in (*RAW, *(quote(each, errors="surrogatepass") for each in ODD[1:20])):
        address = "/" + PARAMETER.sub(lambda _, text=text: text, page.path)
        method = visitor.get if "GET" in page.methods else visitor.post
        answer = method(address)
        assert answer.status_code < 500, page.name
        assert answer.status_code in (302, 400, 403, 404, 413, 200, 422), page.name


def test_a_null_character_goes_no_further_than_the_door(visitor):
    assert visitor.get("/purpose", {"next": "/\0"}).status_code == 400
    assert visitor.post("/sign-in", {"name": "a\0b", "password": "x"}).status_code == 400
    assert visitor.get("/jobs/%00").status_code == 400


def test_a_form_with_more_fields_than_any_page_has_is_refused(visitor):
    many = "&".join(f"a{n}=1" for n in range(2_500))
    answer = visitor.post("/purpose", many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])
def test_a_form_that_is_no_form_is_refused_in_words(visitor, kind):
    for page in SENT[:4]:
        answer = visitor.post(f"/{page.path}", b"--x\r\nnonsense", content_type=kind)
        assert answer.status_code < 500
