"""Users of the workspace: who may act in it, in which role."""

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.permissions import Action, Role, User, check_may_do
from kithmap.register import users
from kithmap.register.audit import Act


def add_user(workspace: Workspace, name: str, role: str, *, who: str) -> User:
    """Let a user act in the workspace, in a role.

    An administrator keeps users. Until there is one, any user may: somebody must be the first.
    Raises: NotPermitted, WrongUse.
    """
    user = User(name.strip(), _role(role))
    act = Act(who, "user add", ALLOW, user.name, details={"role": user.role.value})
    with refusals_noted(workspace, act):
        actor = users.get_user(workspace.register, who)
        if any(known.role is Role.ADMINISTRATOR for known in users.list_users(workspace.register)):
            check_may_do(actor, Action.KEEP_USERS)
    note(workspace, act, lambda: users.add_user(workspace.register, user, clock.now()))
    return user


def list_users(workspace: Workspace) -> tuple[User, ...]:
    """Every user, in the order of their names."""
    return users.list_users(workspace.register)


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower().replace(" ", "_"))
    except ValueError:
        raise WrongUse(
            f"There is no role '{text}'.",
            f"One of {', '.join(role.value for role in Role)}.",
            "Name one of these roles.",
        ) from None
