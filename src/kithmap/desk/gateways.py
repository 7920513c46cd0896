"""Legal gateways, as the desk keeps them: those that ship, and the workspace's own in their place."""

from pathlib import Path

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.toml_files import read_toml
from kithmap.desk.workspace import Workspace
from kithmap.governance.gateways import Gateway, parse_gateway, with_own
from kithmap.governance.permissions import Action
from kithmap.register import gateways
from kithmap.register.audit import Act


def list_gateways(workspace: Workspace) -> tuple[Gateway, ...]:
    """Every gateway known to the workspace."""
    return with_own(gateways.own_gateways(workspace.register))


def add_gateway(workspace: Workspace, file: Path, *, who: str) -> Gateway:
    """Put a gateway of a TOML file into the workspace's list, in place of the one that has its id.

    Raises: NotPermitted, DataProblem for a file with faults.
    """
    gateway = parse_gateway(read_toml(file))
    act = Act(who, "gateway add", ALLOW, gateway.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: _put(workspace, gateway, who))
    return gateway


def _put(workspace: Workspace, gateway: Gateway, who: str) -> None:
    gateways.add_gateway(workspace.register, gateway, clock.now(), who)
