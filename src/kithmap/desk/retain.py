"""Delete what may be kept no longer, and prove it: extracts past the retention of their agreement.

An extract past its day is withdrawn, its records are removed, and so is every build that holds what was made
of it. What is left is then looked through, and the finding is a line of the audit.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kithmap.desk import clock, lock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.withdraw import withdraw
from kithmap.desk.workspace import SIGNED, Workspace, is_passing, spared
from kithmap.errors import WrongUse
from kithmap.governance.permissions import Action
from kithmap.governance.withdrawing import Reason
from kithmap.register import agreements, builds, receipts
from kithmap.register.audit import Act


@dataclass(frozen=True)
class Due:
    """An extract that may be kept no longer, and since which day."""

    receipt_no: int
    name: str
    agreement: str
    until: date

    def to_dict(self) -> dict[str, Any]:
        """It as plain values, for JSON."""
        return {**vars(self), "until": self.until.isoformat()}


@dataclass(frozen=True)
class Deleted:
    """What came of deleting: which extracts and builds are gone, and where something of them is still found."""

    extracts: tuple[Due, ...]
    builds: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What came of it in words."""
        if not self.extracts:
            return "Nothing is past its day."
        gone = f"{len(self.extracts)} extracts past their day and {len(self.builds)} builds that held them are deleted."
        return (
            f"{gone} Still found: {', '.join(self.left)}."
            if self.left
            else f"{gone} Nothing of them is found."
        )

    def to_dict(self) -> dict[str, Any]:
        """It as plain values, for JSON."""
        listed = [each.to_dict() for each in self.extracts]
        return {"extracts": listed, "builds": list(self.builds), "left": list(self.left)}


def find_due(workspace: Workspace, today: date | None = None) -> tuple[Due, ...]:
    """The extracts kept past the day their agreement lets them be kept, the oldest first.

    Those withdrawn for it before are among them while a build still holds them.
    """
    day = today or clock.today()
    agreed = {each.id: each for each in agreements.list_agreements(workspace.register)}
    held = {number for made in builds.list_builds(workspace.register) for number in _numbers(made.manifest)}
    gone = [each for each in receipts.withdrawn_receipts(workspace.register) if each.receipt_no in held]
    found = [
        Due(each.receipt_no, each.name, each.agreement, until)
        for each in (*receipts.kept_receipts(workspace.register), *gone)
        if (until := agreed[each.agreement].terms.retention.until) is not None and until < day
    ]
    return tuple(sorted(found, key=lambda each: each.receipt_no))


def delete_due(workspace: Workspace, *, who: str) -> Deleted:
    """Delete every extract past its day, and the builds that hold it, and prove that nothing is left.

    Raises: NotPermitted, WorkspaceBusy.
    """
    act = Act(who, "retain", ALLOW, "what is past its day")
    check_permitted(workspace, act, Action.WITHDRAW)
    due = find_due(workspace)
    kept = {each.receipt_no for each in receipts.kept_receipts(workspace.register)}
    for each in due:
        if each.receipt_no in kept:
            withdraw(workspace, str(each.receipt_no), reason=Reason.RETENTION.code, who=who)
    with lock.writing(workspace.folder):
        removed = _remove_builds(workspace, {each.receipt_no for each in due})
        left = find_left(workspace, [each.receipt_no for each in due])
    gone = [
        {"receipt_no": each.receipt_no, "agreement": each.agreement, "until": each.until.isoformat()}
        for each in due
    ]
    note(workspace, Act(who, "retain", ALLOW, "what is past its day", details={"extracts": gone, "builds": list(removed), "left": list(left)}))  # fmt: skip
    return Deleted(due, removed, left)


def find_left(workspace: Workspace, receipt_nos: Sequence[int]) -> tuple[str, ...]:
    """Where something of some extracts is still found: the record store, signed excerpts, builds, what is being written.

    A build is asked for its rows themselves, whatever its manifest says. Empty is the proof.
    """
    wanted = set(receipt_nos)
    found = [f"records of receipt {number}" for number in sorted(wanted) if workspace.records.has(number)]
    signed = {number for number in wanted if (workspace.folder / SIGNED / str(number)).exists()}
    found += [f"excerpts of receipt {number}" for number in sorted(signed)]
    made = builds.list_builds(workspace.register)
    holding = [each for each in made if _numbers(each.manifest) & wanted or _holds(workspace, each, wanted)]
    found += [f"build {each.build_id}" for each in holding]
    known = {name for each in made for name in (each.path, f"{each.build_id}.json")}
    kept = {each.receipt_no for each in receipts.kept_receipts(workspace.register)}
    # A build that was stopped and can be gone on with, of other extracts.
    known |= {name for name, holds in spared(workspace, kept).items() if not holds & wanted}
    found += [f"builds/{path.name}" for path in workspace.builds.iterdir() if path.name not in known]
    found += [
        f"tmp/{path.name}"
        for path in workspace.tmp.iterdir()
        if path.name not in known and not is_passing(path)
    ]
    return tuple(found)


def read_day(text: str) -> date:
    """A day as it is written, such as 2026-12-31.

    Raises: WrongUse.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WrongUse(f"'{text}' is no day.", "A day such as 2026-12-31.", "Write it so.") from None


def _numbers(manifest: Mapping[str, Any]) -> set[int]:
    return {int(each["receipt_no"]) for each in manifest["extracts"]}


def _holds(workspace: Workspace, made: builds.BuildRecord, wanted: set[int]) -> bool:
    from kithmap.desk.publishing import open_engine

    extract: Any = open_engine(workspace, made).table("extract")
    rows = open_engine(workspace, made).fetch(extract.select("receipt_no"))
    return bool(wanted & set(rows["receipt_no"].to_pylist()))


def _remove_builds(workspace: Workspace, numbers: set[int]) -> tuple[str, ...]:
    """Remove the builds that hold some extracts: from the register, then from the disk."""
    gone = [made for made in builds.list_builds(workspace.register) if _numbers(made.manifest) & numbers]
    if workspace.reading is not None:
        workspace.reading[1].close()
        workspace.reading = None
    for made in gone:
        builds.remove_build(workspace.register, made.build_id)
        for name in (made.path, f"{made.path}.wal", f"{made.build_id}.json"):
            path = workspace.builds / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return tuple(made.build_id for made in gone)
