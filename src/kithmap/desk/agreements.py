"""Agreements, as the desk keeps them: added from a TOML file, listed, shown, suspended."""

import tomllib
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, UnreadableFile
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.agreements import Agreement
from kithmap.governance.permissions import Action, check_may_do
from kithmap.register import agreements, users
from kithmap.register.audit import Act


def add_agreement(workspace: Workspace, file: Path, *, who: str) -> Agreement:
    """Put the agreement of a TOML file into the register; a second time changes nothing.

    Raises: NotPermitted, DataProblem for a file with faults, WrongUse for an id already used.
    """
    agreement = parse_agreement(read_toml(file))
    act = Act(who, "agreement add", ALLOW, agreement.id)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: _add(workspace, agreement))
    return agreements.get_agreement(workspace.register, agreement.id)


def list_agreements(workspace: Workspace) -> tuple[Agreement, ...]:
    """Every agreement, in the order of their ids."""
    return agreements.list_agreements(workspace.register)


def get_agreement(workspace: Workspace, agreement: str) -> Agreement:
    """One agreement by its id.

    Raises: NotFound.
    """
    return agreements.get_agreement(workspace.register, agreement)


def suspend_agreement(workspace: Workspace, agreement: str, *, who: str) -> Agreement:
    """Suspend an agreement: from now on nothing is received, built or asked under it.

    Raises: NotFound, NotPermitted.
    """
    known = agreements.get_agreement(workspace.register, agreement)
    act = Act(who, "agreement suspend", ALLOW, known.id)
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: agreements.suspend_agreement(workspace.register, known.id))
    return known.with_suspension()


def _add(workspace: Workspace, agreement: Agreement) -> None:
    agreements.add_agreement(workspace.register, agreement, clock.now())


def read_toml(file: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises: UnreadableFile, DataProblem.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableFile(
            f"The file {file.name} cannot be read as text.", "A TOML file in UTF-8.", "Check the path."
        ) from fault
    except tomllib.TOMLDecodeError as fault:
        raise DataProblem(
            f"The file {file.name} is not TOML: {fault}.",
            "A TOML file, as docs/how-to/agree-a-purpose.md shows.",
            "Correct the line it names, and add the file again.",
        ) from fault
