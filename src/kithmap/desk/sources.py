"""Sources, access, fields and use: what the partnership holds and asks for, and what it does with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.lineage import agreements_used, records_of
from kithmap.desk.toml_files import read_toml
from kithmap.desk.workspace import Workspace
from kithmap.errors import KithmapError
from kithmap.governance.agreement_parts import EVERY_COLUMN
from kithmap.governance.agreements import Agreement
from kithmap.governance.permissions import Action
from kithmap.governance.sources import Held, Source, access_matrix, parse_source
from kithmap.ingest.fields import Filled, find_fields
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.measures import get_measure, registered
from kithmap.model.columns import Sensitivity
from kithmap.register import agreements, audit, receipts, releases, sources
from kithmap.register.audit import Act
from kithmap.register.open import Register

LINKING = "linking"
MEASURES = frozenset(measure.name for measure in registered())


@dataclass(frozen=True)
class Field:
    """One column that an agreement names: whether the layout reads it, and what used what it fills."""

    agreement: str
    layout: str
    column: str
    is_read: bool
    used_by: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Whether it was needed, in words for the partner who sends it."""
        if not self.is_read:
            return "asked for, never read"
        return "used" if self.used_by else "read, not used yet"

    def to_dict(self) -> dict[str, Any]:
        """The field as plain values, for JSON."""
        return {**vars(self), "used_by": list(self.used_by), "verdict": self.verdict}


@dataclass(frozen=True)
class Use:
    """What was done under one agreement: how many extracts, questions and releases."""

    agreement: str
    extracts: int
    questions: int
    releases: int
    measures: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The use as plain values, for JSON."""
        return {**vars(self), "measures": list(self.measures)}


def add_source(workspace: Workspace, file: Path, *, who: str) -> Source:
    """Put a source of a TOML file into the register; a changed one becomes a new version.

    Raises: NotPermitted, DataProblem for a file with faults.
    """
    source = parse_source(read_toml(file))
    act = Act(who, "source add", ALLOW, source.id)
    check_permitted(workspace, act, Action.KEEP_AGREEMENTS)
    note(workspace, act, lambda: sources.add_source(workspace.register, source, clock.now(), who))
    return source


def list_sources(workspace: Workspace) -> tuple[Source, ...]:
    """Every source, in the order of their ids."""
    return sources.list_sources(workspace.register)


def find_access(workspace: Workspace) -> tuple[Held, ...]:
    """For every authority and layout, whether its data is held, could be, is refused, or nothing is known."""
    received = [(each.agreement, each.layout) for each in receipts.kept_receipts(workspace.register)]
    return access_matrix(
        agreements.list_agreements(workspace.register),
        sources.list_sources(workspace.register),
        received,
        builtin_layouts(),
        clock.today(),
    )


def find_fields_used(workspace: Workspace, agreement: str | None = None) -> tuple[Field, ...]:
    """Every column that agreements name, against what layouts read and what questions used."""
    listed = (
        agreements.list_agreements(workspace.register)
        if agreement is None
        else (agreements.get_agreement(workspace.register, agreement),)
    )
    asked = _measures_asked(workspace.register)
    return tuple(field for each in listed for field in _fields_of(each, asked.get(each.id, Counter())))


def find_use(workspace: Workspace, *, who: str) -> tuple[Use, ...]:
    """What was done under each agreement, from the audit: the answer to "what did you use it for?".

    Raises: NotPermitted.
    """
    act = Act(who, "agreement use", ALLOW, "every agreement")
    check_permitted(workspace, act, Action.SEE_AUDIT)
    note(workspace, act)
    asked = _measures_asked(workspace.register)
    released = _measures_released(workspace.register)
    extracts = Counter(each.agreement for each in receipts.kept_receipts(workspace.register))
    return tuple(
        Use(
            each.id,
            extracts[each.id],
            sum(asked.get(each.id, Counter()).values()),
            released[each.id],
            tuple(sorted(asked.get(each.id, Counter()))),
        )
        for each in agreements.list_agreements(workspace.register)
    )


def _measures_asked(register: Register) -> dict[str, Counter[str]]:
    """For each agreement, how often each measure was asked of data under it, by the audit."""
    found: dict[str, Counter[str]] = {}
    for line in audit.lines_of(register, "ask", ALLOW):
        # A question asked before agreements were written down with it counts under none.
        for name in line.details.get("agreements", ()):
            found.setdefault(name, Counter())[line.what] += 1
    return found


def _measures_released(register: Register) -> Counter[str]:
    """For each agreement, how many releases have left that rest on data under it."""
    known = (*receipts.kept_receipts(register), *receipts.withdrawn_receipts(register))
    extracts = [vars(each) for each in known]
    return Counter(
        name
        for release in releases.list_releases(register)
        if release.measure in MEASURES
        for name in agreements_used(get_measure(release.measure), extracts, release.extracts)
    )


def _fields_of(agreement: Agreement, asked: Counter[str]) -> tuple[Field, ...]:
    read = {name: _fields_read(name) for name in agreement.columns}
    tables = {measure.name: records_of(measure) for measure in registered()}
    found: list[Field] = []
    for item in agreement.items:
        columns = [item.column] if item.column != EVERY_COLUMN else list(read[item.layout])
        for column in columns:
            filled = read[item.layout].get(_plain(column))
            users_of = _users_of(filled or (), asked, tables)
            found.append(Field(agreement.id, item.layout, column, filled is not None, users_of))
    return tuple(found)


def _fields_read(layout: str) -> dict[str, tuple[Filled, ...]]:
    try:
        return {_plain(column): filled for column, filled in find_fields(load_layout(layout)).items()}
    except KithmapError:
        # A layout of the user's own is a file, which may be anywhere: nothing is known of what it reads.
        return {}


def _users_of(
    filled: tuple[Filled, ...], asked: Counter[str], tables: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    used = [LINKING] if any(each.sensitivity is Sensitivity.IDENTIFYING for each in filled) else []
    sources_of = {each.table for each in filled if each.sensitivity is not Sensitivity.IDENTIFYING}
    return (*used, *(name for name in sorted(asked) if tables.get(name, frozenset()) & sources_of))


def _plain(column: str) -> str:
    return " ".join(column.split()).casefold()
