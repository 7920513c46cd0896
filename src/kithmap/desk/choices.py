"""What may be chosen for the options of a measure: those of its declaration, or those that a build holds.

A list, a harm, a role or an authority is offered where the rows that somebody may see name it; so what is
offered tells no more than an answer does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kithmap.desk.admitted import Admitted, admit
from kithmap.desk.audit import ALLOW, refusals_noted
from kithmap.desk.options import Option, find_options
from kithmap.desk.publishing import mark_of, open_engine
from kithmap.desk.remembered import Remembered
from kithmap.desk.workspace import Workspace
from kithmap.measures import get_measure
from kithmap.measures.measure import Measure
from kithmap.model import codes
from kithmap.model.tables import CONCERN, PERSON
from kithmap.register.audit import Act

# An option of text by its name: which column of the build holds its values.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "lists": (CONCERN.name, "list"),
    "list": (CONCERN.name, "list"),
    "harm": (CONCERN.name, "harm"),
    "role": (CONCERN.name, "role"),
    "authority": (PERSON.name, "la_code"),
}
# Several of these may be named at once, parted by commas.
SEVERAL = frozenset({"lists"})
# Where one option says what another one's values are of.
OF_HARMS = ("by", "harm")
MOST_OFFERED = 400
# What builds hold, for every form asks it again; as many values in all.
HELD: Remembered[Sequence[str]] = Remembered(200_000, len)


@dataclass(frozen=True)
class Choice:
    """One option of a measure with what may be chosen for it; without values, anything of its kind may be."""

    option: Option
    values: tuple[Any, ...]
    of: str = ""
    several: bool = False

    @property
    def is_optional(self) -> bool:
        """Whether nothing need be chosen: the option is a text that is empty by default."""
        return self.option.kind is str and self.option.default == ""


def find_choices(
    workspace: Workspace,
    measure: str | Measure,
    *,
    purpose: str,
    who: str,
    build: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> tuple[Choice, ...]:
    """Every option of a measure, with what somebody may choose for it for a purpose.

    given: the options as they are so far, for one may say what another one's values are of.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    asked = get_measure(measure) if isinstance(measure, str) else measure
    with refusals_noted(workspace, Act(who, "ask", ALLOW, asked.name, purpose)):
        admitted = admit(workspace, asked, purpose=purpose, who=who, build=build)
    read = {table.name for table in asked.inputs}
    return tuple(_choice(workspace, admitted, option, read, given or {}) for option in find_options(asked))


def _choice(
    workspace: Workspace, admitted: Admitted, option: Option, read: set[str], given: Mapping[str, Any]
) -> Choice:
    if option.kind is bool:
        return Choice(option, ("yes", "no"))
    if option.values or option.name not in COLUMNS:
        return Choice(option, option.values)
    name, (table, column) = option.name, COLUMNS[option.name]
    if name == "lists" and given.get(OF_HARMS[0]) == OF_HARMS[1]:
        table, column = COLUMNS["harm"]
    if table not in read:
        return Choice(option, ())
    found = _held(workspace, admitted, table, column)
    return Choice(option, _ordered(column, found), column, name in SEVERAL and len(found) > 1)


def _held(workspace: Workspace, admitted: Admitted, table: str, column: str) -> Sequence[str]:
    """The values of a column, in the rows that somebody may see."""
    mark = mark_of(workspace, admitted.made)
    if not mark:
        return _find_held(workspace, admitted, table, column)
    key = (mark, admitted.scope.extent, table, column)
    return HELD.get(key, lambda: _find_held(workspace, admitted, table, column))


def _find_held(workspace: Workspace, admitted: Admitted, table: str, column: str) -> Sequence[str]:
    engine = open_engine(workspace, admitted.made)
    rows: Any = admitted.scope.table(engine, table)
    named = rows.filter(rows[column].notnull()).select(column).distinct().limit(MOST_OFFERED)
    return [str(value) for value in engine.fetch(named)[column].to_pylist()]


def _ordered(column: str, found: Sequence[str]) -> tuple[str, ...]:
    """Codes in the order of their list, anything else by its name."""
    known = {"harm": codes.harms(), "role": codes.roles()}.get(column, ())
    first = [value for value in known if value in found]
    return (*first, *sorted(set(found) - set(first)))
