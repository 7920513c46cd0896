"""Who may come in: names, passwords, codes, invitations, sessions that end, and what was typed meanwhile."""

import re
from datetime import timedelta

import pyotp
import pytest
from conftest import PURPOSES, accept_before

from kithmap.desk import accounts, clock
from kithmap.errors import NotPermitted, WrongUse
from kithmap.register import audit

PASSWORD = "three blue wolves running"
KEEPER = "demo-administrator"


@pytest.fixture
def secret(workspace) -> str:
    """The coordinator has set up a password and codes; the secret of the codes."""
    token = accounts.invite(workspace, "demo-coordinator", who=KEEPER)
    enrolment = accounts.new_enrolment("demo-coordinator")
    accept_before(workspace, token, PASSWORD, enrolment.secret)
    return enrolment.secret


def code_of(secret: str, steps: int = 0) -> str:
    """The code of the step now, or some steps away."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def typed(secret: str, *, password: str = PASSWORD, code: str = "", name: str = "demo-coordinator") -> dict:
    return {"name": name, "password": password, "code": code or code_of(secret)}


def test_name_password_and_code_let_somebody_in(secret, browse):
    client = browse(None)
    answer = client.post("/sign-in?next=/help", typed(secret))
    assert (answer.status_code, answer["Location"]) == (302, "/help")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "three blue wolves walking"},
        {"code": "000000"},
        {"name": "nobody-here"},
        {"code": "12 34"},
    ],
    ids=["password", "code", "name", "half a code"],
)
def test_whatever_is_wrong_is_refused_in_the_same_words(secret, browse, wrong):
    client = browse(None)
    right = typed(secret)
    answer = client.post("/sign-in", {**right, **wrong})
    assert answer.status_code == 422
    assert b"do not go together" in answer.content
    assert client.get("/").status_code == 302


def test_a_code_is_taken_once(secret, browse):
    code = code_of(secret)
    assert browse(None).post("/sign-in", typed(secret, code=code)).status_code == 302
    assert browse(None).post("/sign-in", typed(secret, code=code)).status_code == 422


def test_after_ten_wrong_tries_the_right_words_do_not_serve_for_a_while(secret, workspace, browse):
    client = browse(None)
    for _ in range(accounts.TRIES):
        client.post("/sign-in", typed(secret, password="wrong wolves running"))
    assert client.post("/sign-in", typed(secret)).status_code == 422
    account = accounts.find_account(workspace, "demo-coordinator")
    assert account.locked_until > clock.now()
    last = audit.last_lines(workspace.register, 1)[0]
    assert (last.outcome, last.details["why"]) == ("deny", "locked")
    accounts.invite(workspace, "demo-coordinator", who=KEEPER)
    assert accounts.find_account(workspace, "demo-coordinator").locked_until is None


def test_what_somebody_typed_as_a_name_is_never_written_down(secret, workspace, browse):
    browse(None).post("/sign-in", typed(secret, name="my password, in the wrong box"))
    last = audit.last_lines(workspace.register, 1)[0]
    assert last.actor == accounts.UNKNOWN
    assert "wrong box" not in str(last.to_dict())


def test_an_invitation_serves_once_and_only_with_a_good_password(workspace, browse):
    token = accounts.invite(workspace, "demo-school", who=KEEPER)
    client = browse(None)
    page = client.get(f"/invitation/{token}").content.decode()
    secret = re.search(r"Secret: <strong[^>]*>(\w+)<", page)[1]
    for password, said in (
        ("short", "at least 12"),
        ("password1234", "too common"),
        ("the demo-school one", "user name"),
    ):
        refused = client.post(f"/invitation/{token}", {"password": password, "code": code_of(secret)})
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert client.post(f"/invitation/{token}", {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert (
        client.post(f"/invitation/{token}", {"password": PASSWORD, "code": code_of(secret)}).status_code
        == 200
    )
    assert client.get(f"/invitation/{token}").status_code == 404
    with pytest.raises(NotPermitted):
        accounts.accept(workspace, token, PASSWORD, secret, code_of(secret))


def test_only_whoever_keeps_users_invites(workspace):
    with pytest.raises(NotPermitted):
        accounts.invite(workspace, "demo-school", who="demo-analyst")


def test_the_register_holds_neither_password_nor_secret(secret, workspace):
    raw = (workspace.folder / "register.sqlite3").read_bytes()
    raw += b"".join(path.read_bytes() for path in workspace.folder.glob("register.sqlite3-*"))
    assert PASSWORD.encode() not in raw
    assert secret.encode() not in raw


def test_a_password_that_is_no_good_is_refused_by_the_desk_as_well(workspace):
    token = accounts.invite(workspace, "demo-school", who=KEEPER)
    with pytest.raises(WrongUse):
        accounts.accept(workspace, token, "short", "A" * 32, "000000")


def age(client, **by: float) -> None:
    """Make a session older."""
    session = client.session
    for name, seconds in by.items():
        session[name] -= seconds
    session.save()


@pytest.mark.parametrize("by", [{"seen": 31 * 60}, {"since": 12 * 60 * 60 + 1}], ids=["idle", "old"])
def test_a_session_ends_when_it_is_idle_or_old(browse, by):
    client = browse()
    assert client.get("/").status_code == 200
    age(client, **by)
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session_in_the_register(browse, workspace):
    from django.test import Client

    client = browse()
    stolen = client.cookies["kithmap"].value
    assert client.post("/sign-out").status_code == 302
    thief = Client(HTTP_HOST="localhost")
    thief.cookies["kithmap"] = stolen
    assert thief.get("/").status_code == 302


def test_a_session_has_a_new_key_after_signing_in(secret, browse):
    client = browse(None)
    client.get(f"/invitation/{'x' * 32}")
    before = client.cookies.get("kithmap")
    client.post("/sign-in", typed(secret))
    assert before is None or client.cookies["kithmap"].value != before.value


def test_closing_an_account_ends_its_sessions_at_once(browse, workspace):
    client = browse("manager")
    accounts.close_account(workspace, "demo-manager", who=KEEPER)
    assert client.get("/").status_code == 302
    accounts.close_account(workspace, "demo-manager", who=KEEPER, is_closed=False)
    assert client.get("/").status_code == 302, "reopening does not bring a session back"


def test_what_was_typed_is_not_lost_when_a_session_ends(secret, browse):
    client = browse(None)
    client.post("/sign-in", typed(secret))
    age(client, seen=31 * 60)
    ended = client.post("/purpose?next=/help", {"purpose": PURPOSES["case"]})
    assert ended.status_code == 401
    token = re.search(r'name="kept" value="([^"]+)"', ended.content.decode())[1]
    asked = client.post("/sign-in", {"kept": token})
    assert token in asked.content.decode()
    on = client.post("/sign-in", {**typed(secret, code=code_of(secret, 1)), "kept": token}).content.decode()
    assert 'action="/purpose?next=/help"' in on
    fields = dict(re.findall(r'<input type="hidden" name="(purpose)" value="([^"]*)"', on))
    assert fields == {"purpose": PURPOSES["case"]}
    assert client.post("/purpose?next=/help", fields)["Location"] == "/help"


def test_what_one_typed_is_not_shown_to_another(secret, browse):
    client = browse("analyst")
    age(client, seen=31 * 60)
    ended = client.post("/purpose", {"purpose": PURPOSES["case"]}).content.decode()
    token = re.search(r'name="kept" value="([^"]+)"', ended)[1]
    another = client.post("/sign-in", {**typed(secret), "kept": token})
    assert another.status_code == 302


def test_a_form_from_elsewhere_is_refused(browse):
    from django.test import Client

    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.cookies = browse().cookies
    refused = client.post("/purpose", {"purpose": PURPOSES["case"]})
    assert refused.status_code == 403
    assert b"Nothing was changed" in refused.content


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(secret, browse, to):
    assert browse(None).post("/sign-in", typed(secret), QUERY_STRING=f"next={to}")["Location"] == "/"


def test_a_purpose_that_the_role_does_not_work_for_cannot_be_chosen(browse):
    client = browse("information_governance", None)
    assert client.post("/purpose", {"purpose": PURPOSES["case"]}).status_code == 422
    assert "purpose" not in client.session


def test_a_suspended_purpose_no_longer_serves_a_session_that_had_chosen_it(browse, workspace):
    from kithmap.desk.purposes import suspend_purpose

    client = browse("analyst", "sharing")
    assert PURPOSES["sharing"].encode() in client.get("/help").content or client.get("/").status_code == 200
    suspend_purpose(workspace, PURPOSES["sharing"], who="demo-manager")
    assert b"No purpose chosen" in client.get("/purpose").content


def test_a_subject_of_the_provider_is_one_users_alone(workspace):
    accounts.bind_subject(workspace, "demo-manager", "mo@harbour.example", who=KEEPER)
    accounts.bind_subject(workspace, "demo-manager", "mo@harbour.example", who=KEEPER)
    with pytest.raises(WrongUse, match="Another user signs in as this subject"):
        accounts.bind_subject(workspace, "demo-school", "mo@harbour.example", who=KEEPER)
