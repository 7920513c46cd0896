"""Users of the workspace: who may act in it, in which role."""

from enum import Enum
from typing import TypeVar

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import Action, User
from kithmap.governance.policy import Role
from kithmap.governance.reading import as_word
from kithmap.register import users
from kithmap.register.audit import Act

_Value = TypeVar("_Value", bound=Enum)
# Where somebody in such a role works, unless it is said otherwise.
HOMES = {
    Role.SOCIAL_CARE_ANALYST: Organisation.SOCIAL_CARE,
    Role.COMMUNITY_SAFETY_ANALYST: Organisation.COMMUNITY_SAFETY,
    Role.POLICE_ANALYST: Organisation.POLICE,
    Role.SCHOOL_LEAD: Organisation.EDUCATION,
    Role.HEALTH_RECIPIENT: Organisation.HEALTH,
}


def add_user(
    workspace: Workspace, name: str, role: str, *, who: str, organisation: str = "", authority: str = ""
) -> User:
    """Let a user act in the workspace, in a role.

    organisation: the kind they work for; without it, the one that goes with the role. authority: the code of
        the one authority whose rows they may see; without it, every one's.

    An administrator keeps users. Until there is one, whoever keeps agreements may: somebody must be the first.
    Raises: NotPermitted, WrongUse.
    """
    given = _word(Role, role, "role")
    works_for = _word(Organisation, organisation, "kind of organisation") if organisation else None
    user = User(
        name.strip(),
        given,
        works_for or HOMES.get(given, Organisation.PARTNERSHIP),
        authority.strip() or None,
    )
    told = {"role": given.value, "organisation": user.organisation.value, "authority": user.authority or ""}
    act = Act(who, "user add", ALLOW, user.name, details=told)
    check_may_keep_users(workspace, act)
    note(workspace, act, lambda: users.add_user(workspace.register, user, clock.now()))
    return user


def check_may_keep_users(workspace: Workspace, act: Act) -> None:
    """Refuse, and write down, an act of somebody who may not keep users.

    Raises: NotPermitted.
    """
    known = users.list_users(workspace.register)
    has_keeper = any(each.role is Role.ADMINISTRATOR for each in known)
    check_permitted(workspace, act, Action.KEEP_USERS if has_keeper else Action.KEEP_AGREEMENTS)


def list_users(workspace: Workspace) -> tuple[User, ...]:
    """Every user, in the order of their names."""
    return users.list_users(workspace.register)


def get_user(workspace: Workspace, name: str) -> User:
    """One user by name.

    Raises: NotPermitted for a name that is not registered.
    """
    return users.get_user(workspace.register, name)


def _word(kind: type[_Value], text: str, called: str) -> _Value:
    found = as_word(kind, text.strip())
    if found is None:
        raise WrongUse(
            f"There is no {called} '{text}'.",
            f"One of {', '.join(str(each.value) for each in kind)}.",
            "Name one of these.",
        )
    return found
