"""The disproportionality gate: what every release says by ethnic group, and the note it may need.

A release is of some young people: of a list, a harm, a role, an authority, or of all. The measure is asked of
just these, on the same build, for the same purpose. Where the interval of a group's ratio leaves out 1, against
any of the three denominators, a note must have been written, or nothing leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from json import dumps
from typing import Any
from weakref import WeakKeyDictionary

from kithmap.desk.answers import Result
from kithmap.desk.ask import ask
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.publishing import open_engine
from kithmap.desk.registry_names import read_registry
from kithmap.desk.workspace import Workspace
from kithmap.governance.disclosure import protect
from kithmap.governance.disproportion import Apart, check_note, check_released_with_note, in_words
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.redaction import find_listed
from kithmap.governance.subject_requests import UPHELD
from kithmap.measures.disproportionality import DENOMINATORS, column_of, excludes_one
from kithmap.measures.population import number
from kithmap.register import audit, builds, subject_requests, users
from kithmap.register.audit import Act

MEASURE, NOTED = "disproportionality", "note on disproportionality"
OF_WHOM = ("lists", "harm", "role", "authority", "ages")
# What was asked once of a build, of the same extracts and with nothing more objected to, need not be asked again in one run.
_ANSWERED: WeakKeyDictionary[Workspace, dict[str, Result]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Finding:
    """What a release says by ethnic group: which groups stand apart, whether it needs a note, and the note."""

    apart: tuple[Apart, ...]
    needs_note: bool
    note: str | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What goes with the release, in sentences without a number."""
        return (in_words(self.apart), *([f"The partnership's note: {self.note}"] if self.note else []))


def population_of(measure: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Whom an answer is of, as options of the measure `disproportionality`.

    >>> population_of("overlap", {"by": "list", "authority": "E1"})
    {'authority': 'E1', 'basis': 'list'}
    """
    found = {name: options[name] for name in OF_WHOM if options.get(name)}
    if measure == "overlap" and options.get("by") == "list":
        found["basis"] = "list"
    if measure == MEASURE and options.get("basis"):
        found["basis"] = options["basis"]
    return found


def find_disproportion(workspace: Workspace, result: Result, level: Level) -> Finding:
    """What a release of an answer at a level says by ethnic group.

    Groups are named only where the level shows their counts; whether a note is needed goes by the exact ones.
    """
    options = population_of(result.measure.name, result.options)
    asked = _answer(workspace, result, options)
    rows = asked.table.to_pylist()
    exact = protect(rows, asked.measure.rule, LEVELS[Level.R0])
    shown = protect(rows, asked.measure.rule, LEVELS[level])
    written = _find_note(workspace, _key(result.build, options))
    return Finding(_apart(shown), bool(_apart(exact)), written)


def with_finding(workspace: Workspace, result: Result, level: Level) -> Result:
    """The answer with what is said by ethnic group, and the note, among its caveats: they leave with it.

    It is what `desk.releasing` asks of every candidate: one that needs a note and has none is refused.
    Raises: NoteMissing.
    """
    found = find_disproportion(workspace, result, level)
    check_released_with_note(needs_note=found.needs_note, note=found.note)
    return replace(result, caveats=(*result.caveats, *found.sentences))


def write_note(
    workspace: Workspace,
    text: str,
    *,
    who: str,
    options: Mapping[str, Any] | None = None,
    build: str | None = None,
) -> None:
    """Write what the partnership makes of a difference by ethnic group, for releases of just these people.

    options: those of the measure `disproportionality`; none for everybody with a recorded concern. The note is of
    one build, the newest unless one is named, and leaves with the releases. It must name nobody.
    Raises: NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, NOTED, ALLOW, "a release")
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, who), Action.SHARE)
        made = builds.get_build(workspace.register, build)
    registry = read_registry(workspace, open_engine(workspace, made), made)
    check_note(text, names_somebody=bool(find_listed(text, registry)))
    asked = {name: value for name, value in (options or {}).items() if value}
    told = {"key": _key(made.build_id, asked), "build": made.build_id, "options": asked, "note": text.strip()}
    note(workspace, replace(act, details=told))


def note_where_needed(workspace: Workspace, result: Result, text: str) -> None:
    """Write a note for a release of an answer, where it needs one and has none.

    Raises: NotPermitted, WrongUse.
    """
    found = find_disproportion(workspace, result, Level.R0)
    if found.needs_note and found.note is None:
        options = population_of(result.measure.name, result.options)
        write_note(workspace, text, who=result.asked_by, options=options, build=result.build)


def _answer(workspace: Workspace, result: Result, options: Mapping[str, Any]) -> Result:
    if result.measure.name == MEASURE:
        return result
    known = _ANSWERED.setdefault(workspace, {})
    upheld = len(subject_requests.list_requests(workspace.register, state=UPHELD))
    key = repr((_key(result.build, options), result.purpose, result.asked_by, result.extracts, upheld))
    if key not in known:
        known[key] = ask(
            workspace,
            MEASURE,
            purpose=result.purpose,
            who=result.asked_by,
            build=result.build,
            options=dict(options),
        )
    return known[key]


def _apart(rows: tuple[Mapping[str, Any], ...]) -> tuple[Apart, ...]:
    return tuple(
        Apart(str(row["group"]), words, (number(row, column_of(name, "ratio")) or 0) > 1)
        for name, words in DENOMINATORS.items()
        for row in rows
        if excludes_one(row, name)
    )


def _key(build: str, options: Mapping[str, Any]) -> str:
    """One key for the same people of the same build, in whatever case and order they were asked for."""
    said = {
        name: sorted(part.strip().casefold() for part in str(value).split(","))
        for name, value in options.items()
        if value and (name, value) not in (("basis", "any"), ("ages", "under 18"))
    }
    return sha256(dumps([build, said], sort_keys=True).encode()).hexdigest()


def _find_note(workspace: Workspace, key: str) -> str | None:
    lines = [
        line for line in audit.lines_of(workspace.register, NOTED, ALLOW) if line.details.get("key") == key
    ]
    return str(lines[-1].details["note"]) if lines else None
