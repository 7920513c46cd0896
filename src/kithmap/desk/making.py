"""The making of a build, step by step: what one attempt has finished, the next need not do again.

Linked, gathered, measured: after each the build's file is whole on the disk, and its job says so. A later
attempt goes on after the last of them while it would rest on the very same: the extracts as they were read,
the day, the build before, the judgements, and the versions of what makes it. Otherwise it begins anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note
from kithmap.desk.decisions import judgements_for_link
from kithmap.desk.drift import find_drift
from kithmap.desk.linking import ASKED, LOST, Linking
from kithmap.desk.manifest import figures_of, fingerprint, make_manifest, plain, versions
from kithmap.desk.past import read_past
from kithmap.desk.publishing import build_path, create_engine, publish, resume_engine
from kithmap.desk.running import Running
from kithmap.desk.taken import choose_extracts, hold_records, last_day
from kithmap.desk.workspace import remove, sweep
from kithmap.errors import BuildDamaged
from kithmap.register import builds, receipts
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine
    from kithmap.linkage.link import Told

LINKED, GATHERED, MEASURED = "linked", "gathered", "measured"
# The engines whose files can be gone on with.
LASTING = ("duckdb",)


@dataclass(frozen=True)
class BuildReport:
    """What came of a build: its id, the day it speaks of, how many extracts, and its figures.

    lost: earlier builds whose ledger could not be read, in sentences.
    """

    build: str
    engine: str
    made_by: str
    as_at: date
    extracts: int
    left_out: tuple[str, ...]
    figures: dict[str, Any]
    lost: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        listed = {"left_out": list(self.left_out), "lost": list(self.lost)}
        return {**vars(self), "as_at": self.as_at.isoformat(), **listed}


def make(run: Running) -> BuildReport:
    """Make the build that a job asks for, or go on with it, and publish it; whoever calls holds the lock.

    Raises: NothingToLink, WorkStopped, MachineProblem.
    """
    sweep(run.workspace)
    making = _Making.of(run)
    figures = making.figures()
    making.tell("publish", 0, 1)
    reasons = tuple(f"{receipt.name}: agreement {why}" for receipt, why in making.left_out)
    lost = making.told.past.lost if making.told.past else ()
    report = BuildReport(
        making.build_id, making.kind, run.job.who, making.day, len(making.taken), reasons, figures, lost
    )
    making.publish(report)
    return report


@dataclass
class _Making:
    """A build under way, whose job has the build's own id.

    in_full: why everything is to be linked, where that is known before.
    """

    run: Running
    taken: tuple[Receipt, ...]
    left_out: tuple[tuple[Receipt, str], ...]
    day: date
    basis: str
    started: datetime
    told: "Told"
    in_full: str = ""

    @classmethod
    def of(cls, run: Running) -> "_Making":
        """What a job is to make: gone on with where what it rests on is as it was, else begun anew."""
        taken, left_out = choose_extracts(run.workspace, clock.today())
        asked = run.job.params["as_at"]
        day = date.fromisoformat(asked) if asked else last_day(taken, clock.today())
        basis = _basis(run, taken, day)
        goes_on = run.job.kept.get("basis") == basis and run.job.params["engine"] in LASTING
        started = datetime.fromisoformat(run.job.kept["started"]) if goes_on else clock.now()
        why = ASKED if run.job.params.get("in_full") else ""
        making = cls(run, taken, left_out, day, basis, started, _told(run, taken, started), why)
        if not goes_on:
            making.begin_anew()
        return making

    @property
    def build_id(self) -> str:
        return self.run.job.job_id

    @property
    def kind(self) -> str:
        return str(self.run.job.params["engine"])

    @property
    def path(self) -> Path:
        return self.run.workspace.tmp / build_path(self.build_id, self.kind)

    def begin_anew(self) -> None:
        """Forget what was made before, if anything was."""
        workspace = self.run.workspace
        name = build_path(self.build_id, self.kind)
        for folder in (workspace.tmp, workspace.builds):
            for each in (name, f"{name}.wal", f"{self.build_id}.json"):
                remove(folder / each)
        self.run.begin_anew(
            basis=self.basis, started=self.started.isoformat(), file=name,
            receipts=sorted(each.receipt_no for each in receipts.kept_receipts(workspace.register)),
            after=builds.newest_build_id(workspace.register),
        )  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """The figures of the build, when all of it is written."""
        if MEASURED not in self.run.job.passed:
            from kithmap.engines import refusals

            with refusals.told():
                try:
                    figures = self.write()
                except BuildDamaged:
                    if self.in_full:
                        raise
                    # The build before, of which the ledger could be read: all is linked then, in a new file.
                    self.in_full = LOST
                    figures = self.write()
            figures["drift"] = list(self.drift(figures))
            self.run.pass_step(MEASURED, **{MEASURED: figures})
        return dict(self.run.job.kept[MEASURED])

    def write(self) -> dict[str, Any]:
        """Write the build's file, whatever of it is not there; its figures."""
        with self.engine() as engine:
            self.tell("read records", 0, 1)
            hold_records(self.run.workspace, engine, self.taken)
            self.link_and_gather(engine)
            self.tell("figures", 0, 1)
            found = {name: self.run.job.kept[name] for name in (LINKED, GATHERED)}
            return figures_of(engine, found[LINKED], found[GATHERED])

    def link_and_gather(self, engine: "Engine") -> None:
        """Write the tables of linking and those of gathering, whichever are not there."""
        from kithmap.contexts.gather import gather

        linking = Linking(self.run.workspace, engine, self.told, self.in_full)
        self.passing(engine, LINKED, lambda: linking.run(self.tell))
        self.passing(engine, GATHERED, lambda: gather(engine, as_at=self.day, progress=self.tell_share))

    def passing(self, engine: "Engine", step: str, work: Callable[[], object]) -> None:
        """Do a step unless it is done, and write down that it is once it is on the disk."""
        if step not in self.run.job.passed:
            found = plain(work())
            engine.settle()
            self.run.pass_step(step, **{step: found})

    def engine(self) -> "Engine":
        """The build's file, to go on with; a new one where there is none that is whole."""
        workspace = self.run.workspace
        if self.run.job.passed:
            try:
                return resume_engine(self.path, workspace.key)
            except BuildDamaged:
                self.begin_anew()
        remove(self.path)
        remove(self.path.with_name(f"{self.path.name}.wal"))
        return create_engine(self.kind, self.path, workspace.key)

    def drift(self, figures: dict[str, Any]) -> tuple[str, ...]:
        """What moved since the last build, in sentences."""
        for last in reversed(builds.list_builds(self.run.workspace.register)):
            return find_drift(figures, last.manifest["figures"], last.started_at.date())
        return ()

    def publish(self, report: BuildReport) -> None:
        """Move the build into place, and write down that it is there: in the register, its job and the audit."""
        workspace = self.run.workspace
        manifest = make_manifest(workspace, report, self.taken)
        path = build_path(self.build_id, self.kind)
        made = BuildRecord(
            self.build_id, self.kind, builds.PUBLISHED, path, self.started, clock.now(), manifest
        )
        written = {"build": made.build_id, "extracts": report.extracts, "figures": report.figures}
        act = Act(report.made_by, "build", ALLOW, made.build_id, details={"engine": self.kind, **written})
        publish(workspace, self.path, made)
        self.tell("enter in the register", 0, 1)
        note(workspace, act, lambda: self.register(made, report))

    def register(self, made: BuildRecord, report: BuildReport) -> None:
        builds.add_build(self.run.workspace.register, made)
        self.run.finish(
            {"build": made.build_id, "extracts": report.extracts, "people": report.figures["people"]}
        )

    def tell(self, step: str, done: int, total: int) -> None:
        """Say how far it has come."""
        self.run.tell(step, done, total)

    def tell_share(self, step: str, share: float) -> None:
        """The same, where the share done is between 0 and 1."""
        self.tell(step, round(100 * share), 100)


def _told(run: Running, taken: Sequence[Receipt], started: datetime) -> "Told":
    """What linking is told besides the records: whose build it is, what was before, what was judged."""
    from kithmap.linkage.identity_events import Turn
    from kithmap.linkage.link import Told

    # The model puts its own version in.
    turn = Turn(started, run.job.job_id, run.job.who, model_version="")
    return Told(turn, read_past(run.workspace), judgements_for_link(run.workspace, taken))


def _basis(run: Running, taken: Sequence[Receipt], day: date) -> str:
    """A fingerprint of all that a build rests on."""
    judged = judgements_for_link(run.workspace, taken)
    rests_on: Mapping[str, Any] = {
        "extracts": [(each.receipt_no, each.sha256, each.layout_sha256) for each in taken],
        "as_at": day.isoformat(),
        "after": builds.newest_build_id(run.workspace.register),
        "judgements": judged.to_pylist(),
        "versions": versions(),
    }
    return fingerprint(dict(rests_on))
