"""Purposes, as the desk keeps them: added from a TOML file, listed, shown, suspended."""

from pathlib import Path

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.toml_files import read_toml
from kithmap.desk.workspace import Workspace
from kithmap.governance.agreed_files import parse_purpose
from kithmap.governance.permissions import Action
from kithmap.governance.purposes import PurposeRecord
from kithmap.register import purposes
from kithmap.register.audit import Act
from kithmap.register.versions import Version


def add_purpose(workspace: Workspace, file: Path, *, who: str) -> PurposeRecord:
    """Put the purpose of a TOML file into the register; the same a second time changes nothing.

    A changed file under the same id becomes a new version, and the old one is kept.
    Raises: NotPermitted, DataProblem for a file with faults.
    """
    purpose = parse_purpose(read_toml(file))
    act = Act(who, "purpose add", ALLOW, purpose.id, purpose.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: purposes.add_purpose(workspace.register, purpose, clock.now(), who))
    return purposes.get_purpose(workspace.register, purpose.id)


def list_purposes(workspace: Workspace) -> tuple[PurposeRecord, ...]:
    """Every purpose, in the order of their ids."""
    return purposes.list_purposes(workspace.register)


def get_purpose(workspace: Workspace, purpose: str) -> PurposeRecord:
    """One purpose by its id.

    Raises: NoPurpose.
    """
    return purposes.get_purpose(workspace.register, purpose)


def get_versions(workspace: Workspace, purpose: str) -> tuple[Version, ...]:
    """Every version of a purpose, the oldest first; the last is the one that stands.

    Raises: NoPurpose.
    """
    get_purpose(workspace, purpose)
    return purposes.purpose_versions(workspace.register, purpose)


def suspend_purpose(workspace: Workspace, purpose: str, *, who: str) -> PurposeRecord:
    """Suspend a purpose: from now on no question is answered under it.

    Raises: NoPurpose, NotPermitted.
    """
    known = purposes.get_purpose(workspace.register, purpose)
    act = Act(who, "purpose suspend", ALLOW, known.id, known.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: purposes.mark_suspended(workspace.register, known.id, suspended=True))
    return known.with_suspension()
