"""Registers that the partnership keeps itself: entries seen, added, changed and removed, every version kept.

Which registers there are, and what each asks, is declared in `model.registers`: nothing here is of one alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.authorities import known_authorities
from kithmap.desk.workspace import Workspace
from kithmap.errors import ChangedSince, DataProblem, NotFound, NotPermitted
from kithmap.governance.permissions import Action
from kithmap.model.entries import CellFault, Values, all_said, key_of, read_entry
from kithmap.model.registers import RegisterTable, all_registers, get_register
from kithmap.register import entries, users
from kithmap.register.audit import Act
from kithmap.register.entries import Kept
from kithmap.register.versions import Version


@dataclass(frozen=True)
class Written:
    """What somebody wrote, as it would be kept; and every fault of it, by column."""

    values: Mapping[str, Any]
    faults: tuple[CellFault, ...]


def list_registers(workspace: Workspace, *, who: str) -> tuple[tuple[RegisterTable, int], ...]:
    """Every register, with how many entries stand in it.

    Raises: NotPermitted.
    """
    check_permitted(workspace, Act(who, "register list", ALLOW, "every register"), Action.SEE_REGISTERS)
    return tuple((each, entries.count_entries(workspace.register, each.name)) for each in all_registers())


def list_entries(workspace: Workspace, register: str, *, who: str) -> tuple[Kept, ...]:
    """Every entry of a register that stands, in the order they were made.

    Raises: NotPermitted, NotFound.
    """
    act = Act(who, "register show", ALLOW, get_register(register).name)
    check_permitted(workspace, act, Action.SEE_REGISTERS)
    note(workspace, act)
    return entries.list_entries(workspace.register, register)


def get_entry(workspace: Workspace, register: str, entry_id: str, *, who: str) -> Kept:
    """One entry of a register, also one that was removed.

    Raises: NotPermitted, NotFound.
    """
    table = get_register(register)
    act = Act(who, "register show", ALLOW, table.name, details={"entry": entry_id})
    check_permitted(workspace, act, Action.SEE_REGISTERS)
    found = _find(workspace, table, entry_id)
    note(workspace, act)
    return found


def list_versions(workspace: Workspace, register: str, entry_id: str, *, who: str) -> tuple[Version, ...]:
    """Every version of an entry, the oldest first: the terms of each hold its values, and whether it removed it.

    Raises: NotPermitted, NotFound.
    """
    get_entry(workspace, register, entry_id, who=who)
    return entries.entry_versions(workspace.register, entry_id)


def in_words(workspace: Workspace, table: RegisterTable, values: Values) -> dict[str, str]:
    """What an entry says in each column, in words, as a form or a template takes it again."""
    return all_in_words(workspace, table, [values])[0]


def all_in_words(
    workspace: Workspace, table: RegisterTable, entries_: Sequence[Values]
) -> list[dict[str, str]]:
    """What each of many entries says, in words."""
    return all_said(table, entries_, known_authorities(workspace))


def find_own(workspace: Workspace, table: RegisterTable, *, who: str) -> Callable[[Values], bool]:
    """Which entries somebody may keep: whoever works for one authority, those of that authority alone."""
    own = users.get_user(workspace.register, who).authority
    column = next((each.name for each in table.columns if each.kind == "authority"), "")
    return lambda values: own is None or not column or values.get(column) == own


def is_of_own(workspace: Workspace, table: RegisterTable, values: Values, *, who: str) -> bool:
    """Whether somebody may keep an entry that says this."""
    return find_own(workspace, table, who=who)(values)


def read_written(
    workspace: Workspace, register: str, written: Mapping[str, str], *, who: str, entry_id: str = ""
) -> Written:
    """What somebody wrote of an entry, read and checked as it will be when it is saved.

    entry_id: the entry it changes; without one, it is new.
    """
    table = get_register(register)
    values, faults = read_entry(table, written, known_authorities(workspace))
    if not faults:
        key = key_of(table, values)
        standing = entries.list_entries(workspace.register, table.name)
        if any(key_of(table, each.values) == key for each in standing if each.entry_id != entry_id):
            faults = (_said_before(table),)
        elif not is_of_own(workspace, table, values, who=who):
            faults = (_not_own(table),)
    return Written(values, faults)


def add_entry(workspace: Workspace, register: str, written: Mapping[str, str], *, who: str) -> Kept:
    """Put a new entry into a register.

    Raises: NotPermitted, NotFound; DataProblem, which tells every fault of it.
    """
    table = get_register(register)
    at = clock.now()
    act = Act(who, "register add", ALLOW, table.name, details={"entry": clock.new_id(at)})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    entry_id = act.details["entry"]
    with workspace.register.transaction():
        values = _checked(read_written(workspace, table.name, written, who=who))
        entries.put_entry(workspace.register, entry_id, table.name, values, at, who)
        note(workspace, act)
    return _find(workspace, table, entry_id)


def change_entry(
    workspace: Workspace, register: str, entry_id: str, written: Mapping[str, str], *, version: int, who: str
) -> Kept:
    """Change an entry as it stood in a version; one that says the same as before stays as it is.

    Raises: NotPermitted, NotFound, DataProblem; ChangedSince where somebody changed or removed it meanwhile.
    """
    table = get_register(register)
    act = Act(who, "register change", ALLOW, table.name, details={"entry": entry_id})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    _check_own(workspace, act, table, _find(workspace, table, entry_id))
    with workspace.register.transaction():
        _check_unchanged(_find(workspace, table, entry_id), version)
        values = _checked(read_written(workspace, table.name, written, who=who, entry_id=entry_id))
        made = entries.put_entry(workspace.register, entry_id, table.name, values, clock.now(), who)
        if made:
            note(workspace, replace(act, details={**act.details, "version": made}))
    return _find(workspace, table, entry_id)


def remove_entry(workspace: Workspace, register: str, entry_id: str, *, version: int, who: str) -> Kept:
    """Remove an entry as it stood in a version: it stands no longer, and its history stays.

    Raises: NotPermitted, NotFound, ChangedSince.
    """
    table = get_register(register)
    act = Act(who, "register remove", ALLOW, table.name, details={"entry": entry_id})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    _check_own(workspace, act, table, _find(workspace, table, entry_id))
    with workspace.register.transaction():
        found = _find(workspace, table, entry_id)
        _check_unchanged(found, version)
        entries.remove_entry(workspace.register, found, clock.now(), who)
        note(workspace, act)
    return _find(workspace, table, entry_id)


def erase_entry(workspace: Workspace, register: str, entry_id: str, *, who: str) -> Kept:
    """Remove an entry with all that any version of it said: for what should never have been written there.

    Raises: NotPermitted, NotFound.
    """
    table = get_register(register)
    act = Act(who, "register erase", ALLOW, table.name, details={"entry": entry_id})
    check_permitted(workspace, act, Action.KEEP_REGISTERS)
    found = _find(workspace, table, entry_id)
    _check_own(workspace, act, table, found)
    note(workspace, act, lambda: entries.erase_entry(workspace.register, found, clock.now(), who))
    return _find(workspace, table, entry_id)


def _find(workspace: Workspace, table: RegisterTable, entry_id: str) -> Kept:
    found = entries.find_entry(workspace.register, table.name, entry_id)
    if found is None:
        raise NotFound("There is no such entry.", "The id of an entry of the register.", "See the register.")
    return found


def _checked(written: Written) -> Mapping[str, Any]:
    if written.faults:
        raise DataProblem(
            " ".join(each.what for each in written.faults),
            " ".join(dict.fromkeys(each.expected for each in written.faults if each.expected)),
            "Correct what is named, and save it again.",
        )
    return written.values


def _check_unchanged(found: Kept, version: int) -> None:
    if found.is_removed or found.version != version:
        how = "removed" if found.is_removed else "changed"
        raise ChangedSince(
            f"Somebody {how} the entry since you opened it.",
            "The version that you opened.",
            "Look at it as it stands now, and save yours again if it is still right.",
        )


def _check_own(workspace: Workspace, act: Act, table: RegisterTable, found: Kept) -> None:
    with refusals_noted(workspace, act):
        if not is_of_own(workspace, table, found.values, who=act.actor):
            raise NotPermitted(
                f"{act.actor} works for one authority, and the entry is not of that authority alone.",
                "An entry of the user's own authority.",
                "Ask somebody who works for every authority.",
            )


def _not_own(table: RegisterTable) -> CellFault:
    column = next(each for each in table.columns if each.kind == "authority")
    return CellFault(column.name, f"'{column.label}' is not your own.", "The authority that you work for.")


def _said_before(table: RegisterTable) -> CellFault:
    labels = " and ".join(f"'{table.get_column(name).label}'" for name in table.key)
    return CellFault(
        table.key[0],
        f"Another entry of the register says the same of {labels}.",
        f"Entries that differ in at least one of {labels}.",
    )
