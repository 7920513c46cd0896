"""A made-up user for each role of a demonstration, each with a link to begin by."""

from kithmap.desk.accounts import invite, is_demonstration
from kithmap.desk.users import HOMES, add_user
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import User
from kithmap.governance.policy import Role

NAMES = {
    Role.ANALYST: "demo-analyst",
    Role.SOCIAL_CARE_ANALYST: "demo-social-care",
    Role.COMMUNITY_SAFETY_ANALYST: "demo-community-safety",
    Role.POLICE_ANALYST: "demo-police",
    Role.SCHOOL_LEAD: "demo-school",
    Role.HEALTH_RECIPIENT: "demo-health",
    Role.MANAGER: "demo-manager",
    Role.COORDINATOR: "demo-coordinator",
    Role.INFORMATION_GOVERNANCE: "demo-governance",
    # Last: from then on it is the administrator who keeps users.
    Role.ADMINISTRATOR: "demo-administrator",
}


def make_demo_users(workspace: Workspace, *, who: str) -> tuple[tuple[User, str], ...]:
    """Make a user for each role, or find them, and give each a new link.

    Raises: WrongUse where the workspace is no demonstration, NotPermitted.
    """
    if not is_demonstration(workspace):
        raise WrongUse(
            "This workspace is no demonstration, and holds no made-up users.",
            "The workspace of `kithmap demo`.",
            "Add users with `kithmap user add`, and let them in with `kithmap user invite`.",
        )
    keeper = _keeper(workspace, who)
    made: list[tuple[User, str]] = []
    for role, name in NAMES.items():
        home = HOMES.get(role, Organisation.PARTNERSHIP)
        user = add_user(workspace, name, role.value, who=keeper, organisation=home.value)
        if role is Role.ADMINISTRATOR:
            keeper = name
        made.append((user, ""))
    return tuple((user, invite(workspace, user.name, who=keeper)) for user, _ in made)


def _keeper(workspace: Workspace, who: str) -> str:
    """Who keeps users: the administrator of an earlier time, else whoever asks."""
    from kithmap.desk.users import list_users

    names = {user.name for user in list_users(workspace)}
    return NAMES[Role.ADMINISTRATOR] if NAMES[Role.ADMINISTRATOR] in names else who
