"""Who may read which release: those who make, approve or recall them all; a recipient what left for such as they."""

from collections.abc import Mapping

from kithmap.errors import NotPermitted
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import Action, User, may_do
from kithmap.governance.releasing import LEFT, State

# What is done with releases besides reading them: whoever does any of it reads every one.
MAKING = (Action.SHARE, Action.APPROVE, Action.WITHDRAW)
PARTNERS = frozenset({Level.R1, Level.R2, Level.R3})
# The levels that leave for an organisation's kind; R0 is for those who make releases.
READ_BY: Mapping[Organisation, frozenset[Level]] = {Organisation.HEALTH: frozenset({Level.R2, Level.R3})}


def makes_releases(user: User) -> bool:
    """Whether somebody makes, approves or recalls releases, and so reads every one."""
    return any(may_do(user, action) for action in MAKING)


def levels_for(user: User) -> frozenset[Level]:
    """The levels at which a user may read releases, where they may read releases at all."""
    if makes_releases(user):
        return frozenset(Level)
    return READ_BY.get(user.organisation, PARTNERS) if may_do(user, Action.SEE_RELEASES) else frozenset()


def may_read(user: User, level: Level, state: State) -> bool:
    """Whether a user may read a release at a level that stands so."""
    if level not in levels_for(user):
        return False
    return state in LEFT or makes_releases(user)


def check_may_read(user: User, level: Level, state: State) -> None:
    """Refuse somebody a release that has not left, or did not leave for such as they.

    Raises: NotPermitted.
    """
    if not may_read(user, level, state):
        read = ", ".join(f"{each.value} ({LEVELS[each].title.lower()})" for each in Level if each in levels_for(user))  # fmt: skip
        raise NotPermitted(
            f"The role {user.role.words} reads only what has left for such as they.",
            f"A release that has left at level {read}." if read else "A role that may see releases.",
            "Ask whoever made it to release it to you.",
        )
