"""Purposes, as the desk keeps them: added from a TOML file, listed, shown, suspended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.agreements import check_based_on
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.toml_files import parse_toml, read_toml
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
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
    return _add(workspace, read_toml(file), who)


def add_purpose_sent(workspace: Workspace, name: str, body: bytes, *, who: str) -> PurposeRecord:
    """Put a purpose into the register from a TOML file that was sent up, as `add_purpose` does.

    Raises: NotPermitted, DataProblem for a file with faults.
    """
    return _add(workspace, parse_toml(name, body), who)


def add_purpose_said(
    workspace: Workspace, data: Mapping[str, Any], *, based_on: int, who: str
) -> PurposeRecord:
    """Put a purpose into the register from the values that a form said, as `add_purpose` does from a file.

    based_on: the version that was being changed; 0 for a new purpose.
    Raises: NotPermitted, DataProblem for values with faults, ChangedSince where another version was put in since.
    """
    return _add(workspace, data, who, based_on)


def _add(
    workspace: Workspace, data: Mapping[str, Any], who: str, based_on: int | None = None
) -> PurposeRecord:
    purpose = parse_purpose(data)
    act = Act(who, "purpose add", ALLOW, purpose.id, purpose.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: _put(workspace, purpose, who, based_on))
    return purposes.get_purpose(workspace.register, purpose.id)


def _put(workspace: Workspace, purpose: PurposeRecord, who: str, based_on: int | None) -> None:
    # Within the transaction that writes, so that nobody saves between the look and the writing.
    if based_on is not None:
        versions = purposes.purpose_versions(workspace.register, purpose.id)
        check_based_on(f"purpose {purpose.id}", versions, based_on)
    purposes.add_purpose(workspace.register, purpose, clock.now(), who)


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
    return _mark(workspace, purpose, who, suspended=True)


def resume_purpose(workspace: Workspace, purpose: str, *, who: str) -> PurposeRecord:
    """Let a suspended purpose stand again, as its newest version says.

    Raises: NoPurpose, NotPermitted, WrongUse where it is not suspended.
    """
    known = purposes.get_purpose(workspace.register, purpose)
    if known.state != "suspended":
        raise WrongUse(
            f"Purpose {known.id} is not suspended.",
            "A purpose that was suspended.",
            "See `kithmap purpose list`.",
        )
    return _mark(workspace, purpose, who, suspended=False)


def _mark(workspace: Workspace, purpose: str, who: str, *, suspended: bool) -> PurposeRecord:
    known = purposes.get_purpose(workspace.register, purpose)
    act = Act(who, f"purpose {'suspend' if suspended else 'resume'}", ALLOW, known.id, known.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: purposes.mark_suspended(workspace.register, known.id, suspended=suspended))
    return purposes.get_purpose(workspace.register, purpose)
