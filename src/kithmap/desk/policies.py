"""What every way into the product needs: the action it is, and whether a purpose must be named.

A command, a page or a function of the library that declares nothing fails the tests. The declaration names what
`governance.permissions.decide` is asked; deciding is the desk's, wherever the call comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kithmap.governance.policy import Action, Role, purposes_for
from kithmap.governance.purposes import Purpose


@dataclass(frozen=True)
class Policy:
    """The action something is, and whether a purpose must be named; or why it needs no permission.

    others: further actions, any of which allows it as well. kinds: the kinds of purpose it serves; none for any
        that the action is granted for.
    """

    action: Action | None
    purpose: str = ""
    why: str = ""
    others: tuple[Action, ...] = ()
    kinds: tuple[Purpose, ...] = ()

    def purposes_for(self, role: Role) -> tuple[Purpose, ...]:
        """The kinds of purpose under which a role may do it; none where it needs no purpose."""
        if self.action is None or self.purpose != "needed":
            return ()
        return tuple(kind for kind in purposes_for(self.action, role) if not self.kinds or kind in self.kinds)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions of which a role must be granted one; none where it needs no permission."""
        return (self.action, *self.others) if self.action is not None else ()


def needs_one_of(action: Action, *others: Action) -> Policy:
    """Something only a role that may do one of several things may do; the desk decides which."""
    return Policy(action, others=others)


def needs(action: Action, *, purpose: bool = False, kinds: tuple[Purpose, ...] = ()) -> Policy:
    """Something only a role that may do this may do, for a purpose (of these kinds) where one is needed."""
    return Policy(action, "needed" if purpose else "", kinds=kinds)


def is_open(why: str) -> Policy:
    """Something whoever can open the workspace's folder, or has the file, may do."""
    return Policy(None, why=why)


NO_ROWS = "tells of what is agreed or made, never of a person"
NO_WORKSPACE = "reads or makes a file of the user's own, outside any workspace"
# The public library, by the names `kithmap` gives; what is a noun or an error has no way to data.
LIBRARY: Mapping[str, Policy] = {
    "ask": needs(Action.ASK, purpose=True),
    "build": needs(Action.BUILD),
    "gather": is_open("works on an engine that the caller opened: no workspace, no key, no records"),
    "link": is_open("works on an engine that the caller opened: no workspace, no key, no records"),
    "new_workspace": is_open(NO_WORKSPACE),
    "open_workspace": is_open("opens the register; every read of data asks for a user and a purpose"),
    "publish": needs(Action.SHARE, purpose=True),
    "receive": needs(Action.RECEIVE),
    "share": needs(Action.SHARE, purpose=True),
}
