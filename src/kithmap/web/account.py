"""One's own account: a new password, and the sessions that are open in one's name."""

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import own_account
from kithmap.desk.accounts import find_account
from kithmap.desk.policies import is_open
from kithmap.errors import NotPermitted, WrongUse
from kithmap.products.documents import moment
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.settings import provider_name
from kithmap.web.sign_in import begin
from kithmap.web.visit import Visit

OWN = "is of whoever asks alone: their own password and sessions"
OTHERS = "others"


@page("account", is_open(OWN))
def account(visit: Visit) -> HttpResponseBase:
    """How one signs in, and where one is signed in."""
    here = own_account.mark_of(visit.session.session_key)
    found = find_account(visit.workspace, visit.who)
    sessions = [
        {
            "mark": each.mark,
            "is_here": each.mark == here,
            "since": moment(each.since),
            "seen": moment(each.seen),
            "purpose": each.purpose,
        }
        for each in own_account.list_own_sessions(visit.workspace, who=visit.who)
    ]
    return answer(
        visit,
        "account.html.j2",
        sessions=sessions,
        has_others=len(sessions) > 1,
        others=OTHERS,
        has_password=found is not None and found.has_password,
        provider=provider_name(),
    )


@page("account/password", is_open(OWN), methods=POST)
def own_password(visit: Visit) -> HttpResponseBase:
    """Choose a new password: the old one and a code are asked for, whoever is signed in."""
    errors = []
    if visit.request.method == "POST":
        typed = visit.typed
        try:
            stamp = own_account.change_password(
                visit.workspace,
                typed.get("old", ""),
                typed.get("code", ""),
                typed.get("new", ""),
                who=visit.who,
            )
        except WrongUse as fault:
            errors = [{"text": fault.what, "href": "#new"}]
        except NotPermitted as refused:
            errors = [{"text": refused.what, "href": "#old"}]
        else:
            begin(visit.request, visit.workspace, visit.user, stamp)
            visit.tell("Your password is changed. You are signed out everywhere else.")
            return HttpResponseRedirect("/account")
    return answer(visit, "own_password.html.j2", status=422 if errors else 200, errors=errors)


@page("account/sessions/end", is_open(OWN), methods=("POST",), step_up=True)
def end_own_sessions(visit: Visit) -> HttpResponseBase:
    """End one of one's sessions, or all but this one."""
    wanted = visit.typed.get("session", "")
    if wanted == OTHERS:
        ended = own_account.end_other_sessions(visit.workspace, but=visit.session.session_key, who=visit.who)
        visit.tell(f"{ended} other session{'s' if ended != 1 else ''} ended.")
    else:
        own_account.end_own_session(visit.workspace, wanted, who=visit.who)
        if wanted == own_account.mark_of(visit.session.session_key):
            visit.session.flush()
            return HttpResponseRedirect("/sign-in")
        visit.tell("The session is ended.")
    return HttpResponseRedirect("/account")
