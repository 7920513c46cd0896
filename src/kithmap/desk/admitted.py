"""Whoever may ask a measure of a build: the purpose is in force, the role allows it, and something may be used."""

from dataclasses import dataclass

from kithmap.desk import clock
from kithmap.desk.scope import Asking, Scope, find_scope
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import User, check_may_ask, may_ask
from kithmap.governance.purposes import PurposeRecord, check_in_force
from kithmap.measures import registered
from kithmap.measures.measure import Measure, action_of
from kithmap.register import builds, purposes, users
from kithmap.register.builds import BuildRecord


@dataclass(frozen=True)
class Admitted:
    """Somebody who may ask a measure, for a purpose, of what of a build they may see."""

    user: User
    purpose: PurposeRecord
    made: BuildRecord
    scope: Scope


def admit(
    workspace: Workspace, measure: Measure, *, purpose: str, who: str, build: str | None = None
) -> Admitted:
    """Refuse unless this user may ask this measure for this purpose today, of the newest build or one named.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    user = users.get_user(workspace.register, who)
    served = _in_force(workspace, purpose)
    check_may_ask(user, measure.name, measure.purposes, served.kind, action=action_of(measure))
    made = builds.get_build(workspace.register, build)
    scope = find_scope(workspace, made, Asking(user, action_of(measure), served.kind))
    return Admitted(user, served, made, scope)


def open_measures(workspace: Workspace, *, purpose: str, who: str) -> tuple[Measure, ...]:
    """Every measure that a user's role and a purpose in force allow, in the order a profile asks them.

    Raises: NotPermitted, NoPurpose.
    """
    user = users.get_user(workspace.register, who)
    served = _in_force(workspace, purpose)
    return tuple(
        each
        for each in registered()
        if may_ask(user, each.name, each.purposes, served.kind, action=action_of(each))
    )


def _in_force(workspace: Workspace, purpose: str) -> PurposeRecord:
    served = purposes.get_purpose(workspace.register, purpose)
    check_in_force(served, clock.today())
    return served
