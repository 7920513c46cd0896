"""Share an answer: two people approve, small counts are withheld, the release is written down.

The only place where a `Release` is made.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, cast

from kithmap.desk import clock
from kithmap.desk.answers import Release, Result
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.workspace import Workspace
from kithmap.errors import ApprovalMissing, WrongUse
from kithmap.governance.cells import Cell, Status
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import Action, check_may_do
from kithmap.governance.purposes import check_in_force
from kithmap.register import purposes, releases, users
from kithmap.register.audit import Act
from kithmap.register.releases import ReleaseRecord

APPROVERS = 2
NOT_RELEASED = "not released"


def share(
    workspace: Workspace, result: Result, *, level: Level | str, to: str, approved_by: Sequence[str]
) -> Release:
    """Release an answer to a recipient at a level, with two people's approval.

    Raises: ApprovalMissing, NotPermitted, NoPurpose, WrongUse for a level there is not.
    """
    chosen = read_level(level)
    act = Act(result.asked_by, "share", ALLOW, result.measure.name, result.purpose)
    act = replace(act, details={"level": chosen.value, "to": to, "approved_by": list(approved_by)})
    with refusals_noted(workspace, act):
        check_may_do(users.get_user(workspace.register, result.asked_by), Action.SHARE)
        check_in_force(purposes.get_purpose(workspace.register, result.purpose), clock.today())
        first, second = check_approvals(workspace, result.asked_by, approved_by)
    at = clock.now()
    release = _release(result, chosen, to, (first, second), at, clock.new_id(at))
    act = replace(act, details={**act.details, "release": release.release_id, "build": release.build})
    note(workspace, act, lambda: releases.add_release(workspace.register, _record(release)))
    return release


def share_with_self(workspace: Workspace, result: Result) -> Release:
    """The answer as whoever asked may see it, inside: level R0, to themselves, not released.

    It needs no approval and enters no ledger, for nothing leaves: `ask` has written it down.
    Raises: NotPermitted when whoever asked is no longer a user.
    """
    who = users.get_user(workspace.register, result.asked_by).name
    return _release(result, Level.R0, who, (who, who), clock.now(), NOT_RELEASED)


def check_approvals(workspace: Workspace, author: str, approved_by: Sequence[str]) -> tuple[str, str]:
    """Refuse unless two different users who may approve, neither the author, have approved.

    Raises: ApprovalMissing, NotPermitted.
    """
    names = [name.strip() for name in approved_by]
    if len(names) != APPROVERS or len(set(names)) != APPROVERS or author in names:
        raise ApprovalMissing(
            "The release is not approved by two people.",
            "Two different users who may approve, neither of them the one who asked.",
            "Name them with --approved-by, twice.",
        )
    for name in names:
        check_may_do(users.get_user(workspace.register, name), Action.APPROVE)
    return names[0], names[1]


def read_level(level: Level | str) -> Level:
    """A level from its name.

    Raises: WrongUse.
    """
    try:
        return level if isinstance(level, Level) else Level(level.strip().upper())
    except ValueError:
        titles = ", ".join(f"{rule.level.value} ({rule.title.lower()})" for rule in LEVELS.values())
        raise WrongUse(f"There is no level '{level}'.", f"One of {titles}.", "Name one of these.") from None


def get_release(workspace: Workspace, release_id: str) -> Release:
    """A release as it left, from the register.

    Raises: NotFound.
    """
    return from_content(releases.get_release(workspace.register, release_id).content)


def list_releases(workspace: Workspace) -> tuple[Release, ...]:
    """Every release as it left, the oldest first."""
    return tuple(from_content(record.content) for record in releases.list_releases(workspace.register))


def to_content(release: Release) -> dict[str, Any]:
    """A release as plain values, from which it can be had again."""
    values = {each.name: getattr(release, each.name) for each in fields(Release)}
    rows = [{name: _plain(value) for name, value in row.items()} for row in release.rows]
    plain = {"level": release.level.value, "released_at": release.released_at.isoformat(), "rows": rows}
    listed = {name: list(values[name]) for name in ("columns", "counts", "caveats", "approved_by")}
    return {**values, **plain, **listed, "options": dict(release.options)}


def from_content(content: Any) -> Release:
    """A release from what `to_content` gave."""
    rows = tuple({name: _cell(value) for name, value in row.items()} for row in content["rows"])
    listed = {name: tuple(content[name]) for name in ("columns", "counts", "caveats", "approved_by")}
    moment = datetime.fromisoformat(content["released_at"])
    read = {"rows": rows, "level": Level(content["level"]), "released_at": moment}
    return _make({**content, **listed, **read})


def _release(
    result: Result, level: Level, to: str, approved_by: tuple[str, str], at: datetime, release_id: str
) -> Release:
    measure = result.measure
    rows = protect(result.table.to_pylist(), measure.rule, LEVELS[level])
    dropped = () if LEVELS[level].shows_names else measure.rule.names
    return _make(
        {
            "release_id": release_id,
            "measure": measure.name,
            "question": measure.question,
            "unit": result.unit,
            "columns": tuple(name for name in result.table.column_names if name not in dropped),
            "counts": measure.rule.counts,
            "rows": rows,
            "sentence": measure.sentence(rows, result.options),
            "caveats": result.caveats,
            "chart": measure.chart,
            "level": level,
            "build": result.build,
            "purpose": result.purpose,
            "to": to,
            "approved_by": approved_by,
            "released_at": at,
            "options": result.options,
        }
    )


def _make(values: dict[str, Any]) -> Release:
    release: Release = object.__new__(Release)
    for each in fields(Release):
        object.__setattr__(release, each.name, values[each.name])
    return release


def _record(release: Release) -> ReleaseRecord:
    return ReleaseRecord(
        release_id=release.release_id,
        measure=release.measure,
        level=release.level.value,
        recipient=release.to,
        build_id=release.build,
        purpose=release.purpose,
        approvals=release.approved_by,
        released_at=release.released_at,
        content=to_content(release),
    )


def _plain(value: Cell | str | None) -> Any:
    return {"value": value.value, "status": value.status.value} if isinstance(value, Cell) else value


def _cell(value: Any) -> Cell | str | None:
    if not isinstance(value, dict):
        return value
    stored = cast("dict[str, Any]", value)
    return Cell(stored["value"], Status(stored["status"]))
