"""Agreements, as the desk keeps them: added from a TOML file, listed, shown, suspended, let stand again."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.gateways import list_gateways
from kithmap.desk.toml_files import parse_toml, read_toml
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, WrongUse
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.agreements import Agreement
from kithmap.governance.permissions import Action
from kithmap.register import agreements
from kithmap.register.audit import Act
from kithmap.register.versions import Version


def add_agreement(workspace: Workspace, file: Path, *, who: str) -> Agreement:
    """Put the agreement of a TOML file into the register; the same a second time changes nothing.

    A changed file under the same id becomes a new version, and the old one is kept.
    Raises: NotPermitted, DataProblem for a file with faults.
    """
    return _add(workspace, read_toml(file), who)


def add_agreement_sent(workspace: Workspace, name: str, body: bytes, *, who: str) -> Agreement:
    """Put an agreement into the register from a TOML file that was sent up, as `add_agreement` does.

    Raises: NotPermitted, DataProblem for a file with faults.
    """
    return _add(workspace, parse_toml(name, body), who)


def _add(workspace: Workspace, data: Mapping[str, Any], who: str) -> Agreement:
    agreement = parse_agreement(data)
    act = Act(who, "agreement add", ALLOW, agreement.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    _check_gateways(workspace, agreement)
    note(workspace, act, lambda: agreements.add_agreement(workspace.register, agreement, clock.now(), who))
    return agreements.get_agreement(workspace.register, agreement.id)


def list_agreements(workspace: Workspace) -> tuple[Agreement, ...]:
    """Every agreement, in the order of their ids."""
    return agreements.list_agreements(workspace.register)


def get_agreement(workspace: Workspace, agreement: str) -> Agreement:
    """One agreement by its id.

    Raises: NotFound.
    """
    return agreements.get_agreement(workspace.register, agreement)


def get_versions(workspace: Workspace, agreement: str) -> tuple[Version, ...]:
    """Every version of an agreement, the oldest first; the last is the one that stands.

    Raises: NotFound.
    """
    get_agreement(workspace, agreement)
    return agreements.agreement_versions(workspace.register, agreement)


def suspend_agreement(workspace: Workspace, agreement: str, *, who: str) -> Agreement:
    """Suspend an agreement: from now on nothing is received, built or asked under it.

    Raises: NotFound, NotPermitted.
    """
    return _mark(workspace, agreement, who, suspended=True)


def resume_agreement(workspace: Workspace, agreement: str, *, who: str) -> Agreement:
    """Let a suspended agreement stand again, as its newest version says.

    Raises: NotFound, NotPermitted, WrongUse where it is not suspended, or its own file says that it is.
    """
    known = agreements.get_agreement(workspace.register, agreement)
    if known.state != "suspended":
        raise WrongUse(
            f"Agreement {known.id} is not suspended.",
            "An agreement that was suspended.",
            "See `kithmap agreement list`.",
        )
    return _mark(workspace, agreement, who, suspended=False)


def _mark(workspace: Workspace, agreement: str, who: str, *, suspended: bool) -> Agreement:
    known = agreements.get_agreement(workspace.register, agreement)
    act = Act(who, f"agreement {'suspend' if suspended else 'resume'}", ALLOW, known.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: agreements.mark_suspended(workspace.register, known.id, suspended=suspended))
    return agreements.get_agreement(workspace.register, agreement)


def _check_gateways(workspace: Workspace, agreement: Agreement) -> None:
    """Refuse a legal gateway that is in no list: a flow without one that is known is not resolved."""
    if agreement.brief or agreement.state != "active":
        return
    known = {gateway.id for gateway in list_gateways(workspace)}
    unknown = [name for name in agreement.terms.lawful.gateways if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, 1)
        raise DataProblem(
            f"Agreement {agreement.id} names the gateway '{unknown[0]}', which is in no list."
            + (f" Did you mean {near[0]}?" if near else ""),
            "The ids of gateways, as `kithmap gateways` lists them.",
            "Correct the file, or add the gateway to this workspace with `kithmap gateways add`.",
        )
