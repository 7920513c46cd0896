"""Every page declares who may see it, and shows itself to nobody else."""

import pytest

from kithmap.governance.permissions import User
from kithmap.governance.policy import Action, Role, purposes_for, roles_for
from kithmap.web.page import Page
from kithmap.web.urls import GROUPS, PAGES, urlpatterns

SIGN_IN = "/sign-in"


def test_every_address_is_a_declared_page():
    assert [pattern.callback.page for pattern in urlpatterns] == list(PAGES)
    assert len({page.path for page in PAGES}) == len(PAGES)
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_declares_its_policy(page: Page):
    declared = page.policy
    if declared.action is None:
        assert declared.why, "a page that needs no permission says why"
    else:
        assert isinstance(declared.action, Action)
        assert roles_for(declared.action)
        assert (declared.purpose == "needed") == bool(purposes_for(declared.action)), (
            "serves a purpose, or none"
        )
    assert not (page.anonymous and declared.action), "what a role may do is never done by nobody"


def test_no_view_stands_outside_the_table():
    for group in GROUPS:
        assert any(isinstance(each, Page) for each in vars(group).values()), group.__name__


def plain(page: Page) -> str:
    """The page's address, where it names nothing."""
    return f"/{page.path}"


NAMELESS = [page for page in PAGES if "<" not in page.path]


@pytest.mark.parametrize("page", [p for p in NAMELESS if not p.anonymous], ids=lambda page: page.name)
def test_nobody_sees_a_page_without_signing_in(page: Page, browse):
    answer = browse(None).get(plain(page))
    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_page_that_is_not_for_a_role_looks_like_one_that_is_not_there(role: Role, browse):
    client = browse(role, None)
    absent = client.get("/no-such-page")
    assert absent.status_code == 404
    for page in NAMELESS:
        action = page.policy.action
        if action is None or page.anonymous or "GET" not in page.methods:
            continue
        answer = client.get(plain(page))
        if not page.is_for(User("somebody", role)):
            assert answer.status_code == 404, page.name
            assert without_token(answer.content) == without_token(absent.content), page.name
        else:
            assert answer.status_code != 500, page.name


def without_token(content: bytes) -> bytes:
    import re

    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", content)
