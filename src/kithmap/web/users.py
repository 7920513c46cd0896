"""Users: who acts in the workspace, in which role, whether they can sign in; and what each role may do."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import accounts, clock, users
from kithmap.desk.accounts import AccountRecord
from kithmap.desk.authorities import authority_names
from kithmap.desk.policies import needs
from kithmap.errors import NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import Action
from kithmap.governance.policy import Role, grants
from kithmap.products.documents import moment
from kithmap.web.downloads import as_file
from kithmap.web.forms import Field, Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

HEADINGS = ("User", "Role", "Works for", "Authority", "Can sign in")
GRANTED = ("Role", "May", "For purposes", "Of data", "Whose")
ONLY_POST = ("POST",)


def _words(text: str) -> str:
    return text.replace("_", " ").capitalize()


ROLES = tuple((role.value, _words(role.value)) for role in Role)
HOMES = (("", "As goes with the role"), *((each.value, _words(each.value)) for each in Organisation))


@page("users", needs(Action.KEEP_USERS), menu="Users")
def users_page(visit: Visit) -> HttpResponseBase:
    """Every user, and how each may sign in."""
    return answer(visit, "users.html.j2", headings=HEADINGS, rows=_rows(visit, links=True))


@page("users.<str:kind>", needs(Action.KEEP_USERS))
def users_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of users as a file."""
    check_file_kind(kind)
    return as_file(visit, "users", kind, HEADINGS, _rows(visit, links=False))


@page("users/roles", needs(Action.KEEP_USERS))
def users_roles(visit: Visit) -> HttpResponseBase:
    """What each role may do: the table by which everything is decided."""
    rows = [
        [
            _words(line.role.value), line.action.value, ", ".join(sorted(kind.value for kind in line.purposes)) or "needs none",
            ", ".join(sorted(kind.value for kind in line.data)), f"{line.whose.value} organisation's",
        ]
        for line in grants()
    ]  # fmt: skip
    return answer(visit, "user_roles.html.j2", headings=GRANTED, rows=rows)


@page("users/new", needs(Action.KEEP_USERS), methods=POST, step_up=True)
def user_new(visit: Visit) -> HttpResponseBase:
    """Add a user, or give one another role."""
    fields = _fields(visit)
    known = next(
        (each for each in users.list_users(visit.workspace) if each.name == visit.asked.get("name")), None
    )
    given = (
        {"name": known.name, "role": known.role.value, "organisation": known.organisation.value, "authority": known.authority or ""}
        if known
        else {}
    )  # fmt: skip
    if visit.request.method != "POST":
        return _new(visit, fields, empty(fields, given))
    filled = read(fields, visit.request.POST)
    if filled.faults:
        return _new(visit, fields, filled)
    values = filled.values
    try:
        added = users.add_user(
            visit.workspace, values["name"], values["role"], who=visit.who,
            organisation=values["organisation"], authority=values["authority"],
        )  # fmt: skip
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        filled.blame("name", f"{fault.what} {fault.do}")
        return _new(visit, fields, filled)
    visit.tell(f"{added.name} is a user, as {added.role.words}. Invite them, so that they can sign in.")
    return HttpResponseRedirect(f"/users/{added.name}")


@page("users/<str:name>", needs(Action.KEEP_USERS))
def user_page(visit: Visit, name: str) -> HttpResponseBase:
    """One user: their role, and how they sign in."""
    return _show(visit, name)


@page("users/<str:name>/invite", needs(Action.KEEP_USERS), methods=ONLY_POST, step_up=True)
def user_invite(visit: Visit, name: str) -> HttpResponseBase:
    """Invite a user: the link is shown this once."""
    _find(visit, name)
    token = accounts.invite(visit.workspace, name, who=visit.who)
    return _show(visit, name, link=visit.request.build_absolute_uri(f"/invitation/{token}"))


@page("users/<str:name>/close", needs(Action.KEEP_USERS), methods=ONLY_POST, step_up=True)
def user_close(visit: Visit, name: str) -> HttpResponseBase:
    """Keep a user out from now on."""
    return _done(visit, name, lambda: accounts.close_account(visit.workspace, name, who=visit.who), "The account is closed, and its sessions are ended.")  # fmt: skip


@page("users/<str:name>/reopen", needs(Action.KEEP_USERS), methods=ONLY_POST, step_up=True)
def user_reopen(visit: Visit, name: str) -> HttpResponseBase:
    """Let a user in again."""
    return _done(visit, name, lambda: accounts.close_account(visit.workspace, name, who=visit.who, is_closed=False), "The account is open again.")  # fmt: skip


@page("users/<str:name>/bind", needs(Action.KEEP_USERS), methods=ONLY_POST, step_up=True)
def user_bind(visit: Visit, name: str) -> HttpResponseBase:
    """Let a user sign in through the identity provider, as whom it knows by a subject."""
    subject = visit.typed.get("subject", "").strip()
    if not subject:
        return _show(visit, name, errors=[{"text": "Enter the subject", "href": "#subject"}])
    return _done(visit, name, lambda: accounts.bind_subject(visit.workspace, name, subject, who=visit.who), "The user can sign in through the identity provider.")  # fmt: skip


def state_of(account: AccountRecord | None) -> str:
    """Whether somebody can sign in, in words."""
    at = clock.now()
    if account is None:
        return "Not invited yet"
    if account.is_closed:
        return "Closed"
    if account.locked_until is not None and account.locked_until > at:
        return "Locked"
    if account.invited_until is not None and account.invited_until > at and not account.has_password:
        return "Invited"
    return "Yes" if account.has_password or account.subject else "Not invited yet"


def _done(visit: Visit, name: str, act: Callable[[], object], told: str) -> HttpResponseBase:
    _find(visit, name)
    try:
        act()
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        return _show(visit, name, errors=[{"text": f"{fault.what} {fault.do}", "href": "#account"}])
    visit.tell(told)
    return HttpResponseRedirect(f"/users/{name}")


def _find(visit: Visit, name: str) -> Any:
    found = next((each for each in users.list_users(visit.workspace) if each.name == name), None)
    if found is None:
        raise NotFound("There is no such user.", "The name of a user.", "See the list of users.")
    return found


def _show(visit: Visit, name: str, *, link: str = "", errors: Any = ()) -> HttpResponseBase:
    user = _find(visit, name)
    account = accounts.find_account(visit.workspace, name)
    return answer(
        visit,
        "user.html.j2",
        status=422 if errors else 200,
        errors=list(errors),
        user=user,
        role=_words(user.role.value),
        home=_words(user.organisation.value),
        authority=authority_names(visit.workspace).get(user.authority, user.authority) or "Every authority",
        state=state_of(account),
        until=moment(account.invited_until) if account and account.invited_until else "",
        subject=account.subject if account else "",
        closed=bool(account and account.is_closed),
        is_self=name == visit.who,
        link=link,
    )


def _rows(visit: Visit, *, links: bool) -> list[list[Any]]:
    known, names = accounts.list_accounts(visit.workspace), authority_names(visit.workspace)
    return [
        [
            {"text": each.name, "href": f"/users/{each.name}"} if links else each.name,
            _words(each.role.value), _words(each.organisation.value),
            names.get(each.authority or "", each.authority) or "Every authority", state_of(known.get(each.name)),
        ]
        for each in users.list_users(visit.workspace)
    ]  # fmt: skip


def _fields(visit: Visit) -> tuple[Field, ...]:
    named = sorted(authority_names(visit.workspace).items(), key=lambda pair: pair[1])
    return (
        Field("name", "User name", hint="Not a young person's name; for example, a work account", most=100),
        Field("role", "Role", "choice", "What each role may do is in the table of roles.", ROLES),
        Field("organisation", "Works for", "choice", "", HOMES, required=False),
        Field(
            "authority", "Sees the rows of", "choice", "", (("", "Every authority"), *named), required=False
        ),
    )


def _new(visit: Visit, fields: tuple[Field, ...], filled: Filled) -> HttpResponseBase:
    status = 422 if filled.faults else 200
    return answer(
        visit, "user_new.html.j2", status=status, errors=filled.errors, fields=fields, filled=filled
    )
