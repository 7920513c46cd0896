"""Agreements, as the desk keeps them: added from a TOML file, listed, shown, suspended, let stand again."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.gateways import list_gateways
from kithmap.desk.toml_files import parse_toml, read_toml
from kithmap.desk.workspace import Workspace
from kithmap.errors import ChangedSince, DataProblem, NotFound, NotPermitted, WrongUse
from kithmap.governance.agreed_files import parse_agreement
from kithmap.governance.agreements import Agreement
from kithmap.governance.permissions import Action, check_may_do
from kithmap.register import agreements, users
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


def add_agreement_said(
    workspace: Workspace, data: Mapping[str, Any], *, based_on: int, who: str
) -> Agreement:
    """Put an agreement into the register from the values that a form said, as `add_agreement` does from a file.

    based_on: the version that was being changed; 0 for a new agreement.
    Raises: NotPermitted, DataProblem for values with faults, ChangedSince where another version was put in since.
    """
    return _add(workspace, data, who, based_on)


def _add(workspace: Workspace, data: Mapping[str, Any], who: str, based_on: int | None = None) -> Agreement:
    agreement = parse_agreement(data)
    act = Act(who, "agreement add", ALLOW, agreement.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    _check_whose(workspace, act, agreement)
    _check_gateways(workspace, agreement)
    note(workspace, act, lambda: _put(workspace, agreement, who, based_on))
    return agreements.get_agreement(workspace.register, agreement.id)


def _put(workspace: Workspace, agreement: Agreement, who: str, based_on: int | None) -> None:
    # Within the transaction that writes, so that nobody saves between the look and the writing.
    if based_on is not None:
        versions = agreements.agreement_versions(workspace.register, agreement.id)
        check_based_on(f"agreement {agreement.id}", versions, based_on)
    agreements.add_agreement(workspace.register, agreement, clock.now(), who)


def check_based_on(what: str, versions: Sequence[Version], based_on: int) -> None:
    """Refuse to save over a version that whoever saves has not seen.

    Raises: ChangedSince.
    """
    newest = versions[-1].version if versions else 0
    if newest == based_on:
        return
    if not based_on:
        raise ChangedSince(
            f"There is already an {what}." if what[0] == "a" else f"There is already a {what}.",
            "A short name that is not taken.",
            "Choose another, or change the one that there is.",
        )
    raise ChangedSince(
        f"{versions[-1].added_by or 'Somebody'} has saved version {newest} since you opened version {based_on}.",
        "The newest version, changed by one person at a time.",
        "Look at what was saved. Save again only if yours is to take its place.",
    )


def list_agreements_of(workspace: Workspace, *, who: str) -> tuple[Agreement, ...]:
    """The agreements that somebody may look at: those of their authority, and those of every one.

    Raises: NotPermitted.
    """
    user = users.get_user(workspace.register, who)
    check_may_do(user, Action.KEEP_AGREEMENTS)
    return tuple(
        each
        for each in list_agreements(workspace)
        if user.authority in (None, each.authority) or each.authority is None
    )


def may_keep(workspace: Workspace, agreement: Agreement, *, who: str) -> bool:
    """Whether somebody may change or suspend an agreement: whoever works for one authority, its own alone."""
    return users.get_user(workspace.register, who).authority in (None, agreement.authority)


def get_agreement_of(workspace: Workspace, agreement: str, *, who: str) -> Agreement:
    """One agreement that somebody may look at, by its id.

    Raises: NotPermitted; NotFound, also for one of another authority.
    """
    found = next((each for each in list_agreements_of(workspace, who=who) if each.id == agreement), None)
    if found is None:
        raise NotFound(
            f"There is no agreement '{agreement}' in the register.",
            "The id of an agreement that was added.",
            "See the list of agreements.",
        )
    return found


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
    _check_whose(workspace, act, known)
    note(workspace, act, lambda: agreements.mark_suspended(workspace.register, known.id, suspended=suspended))
    return agreements.get_agreement(workspace.register, agreement)


def _check_whose(workspace: Workspace, act: Act, agreement: Agreement) -> None:
    """Refuse, and write down, whoever works for one authority and would keep what is another's or everybody's."""
    known = next((each for each in list_agreements(workspace) if each.id == agreement.id), agreement)
    with refusals_noted(workspace, act):
        if not all(may_keep(workspace, each, who=act.actor) for each in (agreement, known)):
            raise NotPermitted(
                f"{act.actor} works for one authority, and the agreement is not of that authority alone.",
                "An agreement of the user's own authority.",
                "Ask somebody who works for every authority.",
            )


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
