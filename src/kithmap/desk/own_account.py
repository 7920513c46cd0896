"""What somebody does about their own way in: a new password, and the sessions that are open in their name."""

import secrets

from kithmap.desk import accounts as signing_in
from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, WrongUse
from kithmap.register import accounts
from kithmap.register.accounts import SessionRecord
from kithmap.register.audit import Act


def change_password(workspace: Workspace, old: str, code: str, new: str, *, who: str) -> str:
    """Set a new password, with the old one and a code: the stamp of the sessions to come.

    Every session of the user ends, for whoever had the old password may have one; whoever asks begins anew.
    Raises: WrongUse for a new one that will not do, NotPermitted for an old one or a code that is not right.
    """
    faults = accounts.find_password_faults(new, who)
    if secrets.compare_digest(old.encode(), new.encode()):
        faults = (*faults, "This is the password that you have.")
    if faults:
        raise WrongUse(" ".join(faults), "A long password of your own.", "Choose another one.")
    signing_in.check_secrets(workspace, who, old, code, verb="confirm")
    at, stamp = clock.now(), secrets.token_hex(16)

    def write() -> None:
        accounts.change_account(workspace.register, who, at, password=new, stamp=stamp)
        accounts.end_sessions(workspace.register, who)

    note(workspace, Act(who, "user password", ALLOW, who), write)
    return stamp


def list_own_sessions(workspace: Workspace, *, who: str) -> tuple[SessionRecord, ...]:
    """The sessions that are open in somebody's own name, the last used first."""
    return accounts.list_sessions(workspace.register, who, clock.now())


def end_own_session(workspace: Workspace, mark: str, *, who: str) -> None:
    """End one of somebody's own sessions.

    Raises: NotFound for one that is over, or another's.
    """
    if mark not in {each.mark for each in list_own_sessions(workspace, who=who)}:
        raise NotFound("This session is over.", "One of the list.", "Look at the list again.")
    act = Act(who, "session end", ALLOW, who, details={"sessions": 1})
    note(workspace, act, lambda: accounts.end_session(workspace.register, who, mark))


def end_other_sessions(workspace: Workspace, *, but: str, who: str) -> int:
    """End every session of somebody's own but the one they are in; how many ended."""
    others = len(list_own_sessions(workspace, who=who)) - 1
    act = Act(who, "session end", ALLOW, who, details={"sessions": others})
    note(workspace, act, lambda: accounts.end_sessions(workspace.register, who, but=but))
    return others


def mark_of(key: str) -> str:
    """What a session is called where its key must not be shown."""
    return accounts.mark_of(key)
