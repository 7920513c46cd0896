"""Somebody's own account: a new password, and the sessions that are open in their name."""

import re
from datetime import timedelta

import pytest
from conftest import accept_before
from pyotp.totp import TOTP

from kithmap.desk import accounts, clock
from kithmap.register import audit
from kithmap.register.accounts import is_password
from kithmap.web import pace

PASSWORD, NEWER = "three blue wolves running", "four grey herons wading"
KEEPER = "demo-administrator"
NAME = "demo-coordinator"


def code_of(secret: str, steps: int = 0) -> str:
    return TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


@pytest.fixture
def secret(workspace) -> str:
    """The coordinator has set up a password and codes; the secret of the codes."""
    token = accounts.invite(workspace, NAME, who=KEEPER)
    made = accounts.new_enrolment(NAME).secret
    accept_before(workspace, token, PASSWORD, made)
    return made


@pytest.fixture
def signed_in(secret, browse):
    """Give a client signed in with the password, and a code of a step that was not used."""
    used = iter(range(2))

    def client():
        visitor = browse(None)
        typed = {"name": NAME, "password": PASSWORD, "code": code_of(secret, next(used))}
        assert visitor.post("/sign-in", typed).status_code == 302
        return visitor

    return client


def change(client, secret, **wrong):
    typed = {"old": PASSWORD, "new": NEWER, "code": code_of(secret, 1)}
    return client.post("/account/password", {**typed, **wrong})


def marks(client) -> list[str]:
    return re.findall(r'name="session" value="([0-9a-f]{16})"', client.get("/account").content.decode())


def test_the_old_password_and_a_code_set_a_new_one(signed_in, secret, browse):
    other = browse("analyst")
    client = signed_in()
    before = client.cookies["kithmap"].value
    assert change(client, secret)["Location"] == "/account"
    assert client.cookies["kithmap"].value != before
    page = client.get("/account").content.decode()
    assert "Your password is changed" in page
    assert other.get("/account").status_code == 200, "another user's session goes on"


def test_a_session_under_the_old_password_ends_when_it_is_changed(signed_in, secret, workspace):
    from django.test import Client

    client = signed_in()
    stolen = Client(HTTP_HOST="localhost")
    stolen.cookies["kithmap"] = client.cookies["kithmap"].value
    assert stolen.get("/account").status_code == 200
    change(client, secret)
    assert stolen.get("/account").status_code == 302
    last = [line for line in audit.last_lines(workspace.register, 3) if line.verb == "user password"]
    assert last[0].actor == NAME


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"old": "three blue wolves walking"}, "do not go together"),
        ({"code": "000000"}, "do not go together"),
        ({"new": "short"}, "at least 12"),
        ({"new": "!!password2026"}, "a common one with something put round it"),
        ({"new": "sunshinesunshine"}, "said twice"),
        ({"new": "Kithmap safeguarding 1"}, "words that anybody would try here first"),
        ({"new": PASSWORD}, "the password that you have"),
    ],
    ids=["old", "code", "short", "common", "twice", "words of here", "same"],
)
def test_a_password_is_not_changed_by_what_is_wrong(signed_in, secret, wrong, said):
    client = signed_in()
    refused = change(client, secret, **wrong)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert change(client, secret).status_code == 302, "and the code is not used up by a bad new password"


def test_a_long_password_of_any_signs_serves_as_it_was_typed(signed_in, secret, workspace):
    client = signed_in()
    long = " Ünï-codé 漢字 " + "wide open spaces " * 5
    assert change(client, secret, new=long).status_code == 302
    assert is_password(workspace.register, NAME, long)
    assert not is_password(workspace.register, NAME, long.strip())
    assert not is_password(workspace.register, NAME, long.lower())


def test_every_session_of_ones_own_is_listed_and_none_of_anothers(signed_in, browse):
    client = signed_in()
    browse("analyst")
    signed_in()
    assert len(marks(client)) == 2
    assert client.cookies["kithmap"].value not in client.get("/account").content.decode()


def test_one_ends_a_session_that_is_open_elsewhere(signed_in):
    client, elsewhere = signed_in(), signed_in()
    here = next(mark for mark in marks(client) if f'value="{mark}"' in row_of_this(client))
    other = next(mark for mark in marks(client) if mark != here)
    assert client.post("/account/sessions/end", {"session": other}).status_code == 302
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert client.post("/account/sessions/end", {"session": here})["Location"] == "/sign-in"
    assert client.get("/account").status_code == 302


def row_of_this(client) -> str:
    page = client.get("/account").content.decode()
    return next(row for row in page.split("<tr") if "This one" in row)


def test_signing_out_everywhere_else_leaves_this_session_alone(signed_in):
    client, elsewhere = signed_in(), signed_in()
    client.post("/account/sessions/end", {"session": "others"})
    assert elsewhere.get("/account").status_code == 302
    assert "1 other session ended" in client.get("/account").content.decode()


def test_another_users_session_cannot_be_ended(signed_in, browse):
    analyst = browse("analyst")
    stranger = marks(analyst)[0]
    assert signed_in().post("/account/sessions/end", {"session": stranger}).status_code == 404
    assert analyst.get("/account").status_code == 200


def test_ending_sessions_asks_again_who_one_is(signed_in):
    client = signed_in()
    session = client.session
    session["fresh"] -= 6 * 60
    session.save()
    assert client.post("/account/sessions/end", {"session": "others"}).status_code == 403


def test_saying_again_who_one_is_gives_the_session_a_new_key(signed_in, secret):
    client = signed_in()
    before = client.cookies["kithmap"].value
    client.post("/confirm", {"password": PASSWORD, "code": code_of(secret, 1)})
    assert client.cookies["kithmap"].value != before
    assert client.get("/account").status_code == 200


def test_signing_out_tells_the_browser_to_clear_what_it_holds(signed_in):
    assert "storage" in signed_in().post("/sign-out")["Clear-Site-Data"]


def test_an_address_that_tries_too_often_waits_whatever_names_it_tries(browse, monkeypatch):
    monkeypatch.setattr(pace, "_tries", {})
    monkeypatch.setattr(pace, "TRIES", 3)
    client = browse(None)
    tried = [
        client.post("/sign-in", {"name": f"somebody-{n}", "password": "x"}, REMOTE_ADDR="10.0.0.9")
        for n in range(4)
    ]
    assert [answer.status_code for answer in tried] == [422, 422, 422, 429]
    assert tried[-1]["Retry-After"]
    elsewhere = client.post("/sign-in", {"name": "x", "password": "x"}, REMOTE_ADDR="10.0.0.8")
    assert elsewhere.status_code == 422


def test_being_kept_out_of_a_page_is_written_down(browse, workspace):
    browse("administrator", None).get("/extracts")
    last = audit.last_lines(workspace.register, 1)[0]
    assert (last.actor, last.verb, last.outcome) == (KEEPER, "page", "deny")
