"""Make a build: link and gather every extract received, and publish it in one step.

A build is written aside and moved into place when it is whole; a run that is killed leaves the
builds there were, and what it had written is swept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock, lock
from kithmap.desk.audit import ALLOW, check_permitted, note
from kithmap.desk.decisions import judgements_for_link
from kithmap.desk.drift import find_drift
from kithmap.desk.manifest import figures_of, make_manifest
from kithmap.desk.past import read_past
from kithmap.desk.publishing import build_path, check_engine, create_engine, publish
from kithmap.desk.workspace import Workspace, sweep
from kithmap.engines import keys
from kithmap.errors import NothingToLink
from kithmap.governance.agreements import Agreement, Standing
from kithmap.governance.permissions import Action
from kithmap.model.records import RECORD_TABLES
from kithmap.model.tables import EXTRACT
from kithmap.register import agreements, builds, receipts
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    import pyarrow as pa

    from kithmap.engines.engine import Engine
    from kithmap.linkage.link import Told

Progress = Callable[[str, int, int], None]


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


def build(
    workspace: Workspace,
    *,
    engine: str = "duckdb",
    who: str,
    as_at: date | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Link and gather every extract under an agreement in force into a new build.

    as_at: the day ages are taken at; without it, the last day the extracts speak of.
    Raises: NotPermitted, NothingToLink, WrongUse, WorkspaceBusy.
    """
    check_engine(engine)
    act = Act(who, "build", ALLOW, engine)
    check_permitted(workspace, act, Action.BUILD)
    with lock.writing(workspace.folder):
        sweep(workspace)
        started = clock.now()
        making = _Making(workspace, clock.new_id(started), engine, who, started, progress)
        try:
            made, report = making.run(as_at)
            written = {"build": made.build_id, "extracts": report.extracts, "figures": report.figures}
            act = replace(act, what=made.build_id, details={"engine": engine, **written})
            publish(workspace, making.path, made)
            note(workspace, act, lambda: _register(workspace, made))
        except BaseException:
            builds.end_job(workspace.register, making.build_id, builds.STOPPED, clock.now())
            sweep(workspace)
            raise
    return report


def list_builds(workspace: Workspace) -> list[dict[str, Any]]:
    """Every published build in plain values, the oldest first."""
    return [
        {
            "build": made.build_id,
            "engine": made.engine,
            "state": made.state,
            "started": made.started_at.isoformat(timespec="seconds"),
            "finished": made.finished_at.isoformat(timespec="seconds") if made.finished_at else None,
            "as_at": made.manifest["as_at"],
            "extracts": len(made.manifest["extracts"]),
            "people": made.manifest["figures"]["people"],
        }
        for made in builds.list_builds(workspace.register)
    ]


def _register(workspace: Workspace, made: BuildRecord) -> None:
    builds.add_build(workspace.register, made)
    builds.end_job(workspace.register, made.build_id, builds.DONE, clock.now())


def get_build(workspace: Workspace, build_id: str | None = None) -> BuildRecord:
    """One published build with its manifest; the newest one without an id.

    Raises: NotFound.
    """
    return builds.get_build(workspace.register, build_id)


@dataclass
class _Making:
    """A build under way."""

    workspace: Workspace
    build_id: str
    kind: str
    made_by: str
    started: datetime
    progress: Progress | None
    step: str = ""

    @property
    def path(self) -> Path:
        return self.workspace.tmp / build_path(self.build_id, self.kind)

    def run(self, as_at: date | None) -> tuple[BuildRecord, BuildReport]:
        """Make the build, aside: its record for the register, and its report."""
        from kithmap.contexts.gather import gather
        from kithmap.linkage.link import link

        taken, left_out = choose_extracts(self.workspace, clock.today())
        day = as_at or last_day(taken, clock.today())
        secret = keys.derive(self.workspace.key, "people")
        told = self.told(taken)
        with create_engine(self.kind, self.path, self.workspace.key) as engine:
            self.tell("read records", 0, 1)
            hold_records(self.workspace, engine, taken)
            linked = link(engine, secret=secret, told=told, progress=self.tell)
            gathered = gather(engine, as_at=day, progress=self.tell_share)
            figures = figures_of(engine, linked, gathered)
        figures["drift"] = list(self.drift(figures))
        self.tell("publish", 0, 1)
        reasons = tuple(f"{receipt.name}: agreement {why}" for receipt, why in left_out)
        lost = told.past.lost if told.past else ()
        report = BuildReport(self.build_id, self.kind, self.made_by, day, len(taken), reasons, figures, lost)
        manifest = make_manifest(self.workspace, report, taken)
        path = build_path(self.build_id, self.kind)
        made = BuildRecord(
            self.build_id, self.kind, builds.PUBLISHED, path, self.started, clock.now(), manifest
        )
        return made, report

    def told(self, taken: Sequence[Receipt]) -> "Told":
        """What linking is told besides the records: whose build it is, what was before, what was judged."""
        from kithmap.linkage.identity_events import Turn
        from kithmap.linkage.link import Told

        # The model puts its own version in.
        turn = Turn(self.started, self.build_id, self.made_by, model_version="")
        return Told(turn, read_past(self.workspace), judgements_for_link(self.workspace, taken))

    def drift(self, figures: dict[str, Any]) -> tuple[str, ...]:
        """What moved since the last build, in sentences."""
        for last in reversed(builds.list_builds(self.workspace.register)):
            return find_drift(figures, last.manifest["figures"], last.started_at.date())
        return ()

    def tell(self, step: str, done: int, total: int) -> None:
        """Say how far it has come, and write down each new step."""
        if step != self.step:
            self.step = step
            builds.note_step(self.workspace.register, self.build_id, step, done, total, clock.now())
        if self.progress is not None:
            self.progress(step, done, total)

    def tell_share(self, step: str, share: float) -> None:
        """The same, where the share done is between 0 and 1."""
        self.tell(step, round(100 * share), 100)


def choose_extracts(
    workspace: Workspace, today: date
) -> tuple[tuple[Receipt, ...], tuple[tuple[Receipt, str], ...]]:
    """The extracts under an agreement in force today, and the others with why they are left out.

    Raises: NothingToLink when there are none.
    """
    agreed = {agreement.id: agreement for agreement in agreements.list_agreements(workspace.register)}
    kept = receipts.kept_receipts(workspace.register)
    taken = tuple(receipt for receipt in kept if _in_force(agreed[receipt.agreement], today))
    left_out = tuple(
        (receipt, f"{receipt.agreement} is {agreed[receipt.agreement].stands(today).value}")
        for receipt in kept
        if not _in_force(agreed[receipt.agreement], today)
    )
    if not taken:
        raise NothingToLink(
            f"None of the {len(kept)} extracts is under an agreement in force." if kept else "No extract has been received.",
            "At least one extract under an agreement in force.",
            "Receive one with `kithmap receive`, or renew the agreements (`kithmap agreement list`).",
        )  # fmt: skip
    return taken, left_out


def last_day(taken: Sequence[Receipt], today: date) -> date:
    """The last day the extracts speak of that has come; today where none says a day."""
    days = [receipt.last_on for receipt in taken if receipt.last_on and receipt.last_on <= today]
    return max(days, default=today)


def hold_records(workspace: Workspace, engine: "Engine", taken: Sequence[Receipt]) -> None:
    """Make the records, the list of extracts and their fingerprints known to the engine."""
    numbers = [receipt.receipt_no for receipt in taken]
    for table in RECORD_TABLES:
        engine.records(table.name, workspace.records.paths(table.name, numbers))
    engine.save("extract", _extracts(taken))
    engine.hold("receipt", _fingerprints(taken))


def _extracts(taken: Sequence[Receipt]) -> "pa.Table":
    import pyarrow as pa

    rows = [
        # The canonical tables hold times without a zone; this one is in UTC.
        {**vars(receipt), "received_at": receipt.received_at.replace(tzinfo=None)}
        for receipt in taken
    ]
    columns = {name: [row[name] for row in rows] for name in EXTRACT.names}
    kinds = {"int64": pa.int64(), "string": pa.string(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    schema = pa.schema([(column.name, kinds[column.type]) for column in EXTRACT.columns])
    return pa.table(columns, schema=schema)


def _fingerprints(taken: Sequence[Receipt]) -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            "receipt_no": pa.array([receipt.receipt_no for receipt in taken], pa.int64()),
            "sha256": pa.array([receipt.sha256 for receipt in taken], pa.string()),
        }
    )


def _in_force(agreement: Agreement, today: date) -> bool:
    return agreement.stands(today) is Standing.IN_FORCE
