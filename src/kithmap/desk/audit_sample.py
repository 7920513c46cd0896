"""The audit sample: records drawn by chance, each beside all who may be the same person.

A reviewer looks far beyond what linkage compared, and is not shown what it decided. What they mark says
how many true links linkage found and how many of its links are right; it is never given to linkage, not
as a judgement and not to train on, or the next audit would praise what the last one taught.

drawn ──▶ waiting ──▶ searched   the same person's records are marked; none is an answer as well
                 └──▶ not sure   the record says too little for anybody to tell
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.audit_frame import read_frame, with_chances
from kithmap.desk.compared import read_compared
from kithmap.desk.sitting import Sitting, check_may_sit, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NothingToLink, PurposeNotAgreed
from kithmap.governance.permissions import Action
from kithmap.governance.purposes import Purpose
from kithmap.model.keys import receipt_no_of, row_of, slot_of
from kithmap.register import audit_samples
from kithmap.register.audit import Act
from kithmap.register.audit_samples import AuditRecord, AuditSample

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

RECORDS = 200
FEWEST_RECORDS, MOST_RECORDS = 20, 2000

# How the newest sample is called where none is named.
NEWEST = "the newest sample"


@dataclass(frozen=True)
class SampleReport:
    """How far a sample has come: records by state, source and group."""

    sample: str
    build: str
    drawn_at: str
    drawn_by: str
    seed: int
    states: Mapping[str, int]
    sources: Mapping[str, int]
    groups: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        counted = {name: dict(getattr(self, name)) for name in ("states", "sources", "groups")}
        return {**vars(self), **counted}


def draw(
    workspace: Workspace,
    *,
    purpose: str,
    who: str,
    build: str | None = None,
    records: int = RECORDS,
    seed: int | None = None,
    sample: str = "",
) -> SampleReport:
    """Draw a sample of a build's records (the newest, unless one is named), and search widely for each.

    Records of earlier samples are not drawn again. The same seed draws the same records. Whoever names the
    sample gets the one that there is of that name: work that was stopped and taken up again draws once.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, NothingToLink.
    """
    import numpy as np

    act = Act(who, "audit-sample draw", ALLOW, build or "the newest build", purpose)
    sitting = sit_for_quality(workspace, act, build)
    drawn_before = find_sample(workspace, sample) if sample else None
    if drawn_before is not None:
        return report_of(drawn_before)
    at = clock.now()
    sample_id = sample or clock.new_id(at)
    seed = int.from_bytes(sha256(sample_id.encode()).digest()[:4]) if seed is None else seed
    drawn, searched = _draw(sitting, records, np.random.default_rng(seed))
    details = {"asked": records, "extracts": searched}
    made = AuditSample(sample_id, at, who, sitting.made.build_id, purpose, seed, details, drawn)
    told = {"build": made.build_id, "records": len(drawn), "seed": seed}
    note(
        workspace,
        replace(act, what=sample_id, details=told),
        lambda: audit_samples.add_sample(workspace.register, made),
    )
    return report_of(made)


def status(workspace: Workspace, *, sample: str | None = None) -> SampleReport:
    """How far a sample has come (the newest, unless one is named).

    Raises: NotFound.
    """
    return report_of(audit_samples.get_sample(workspace.register, sample))


def list_samples(workspace: Workspace) -> tuple[SampleReport, ...]:
    """Every sample, the oldest first."""
    return tuple(report_of(each) for each in audit_samples.list_samples(workspace.register))


def find_sample(workspace: Workspace, sample: str) -> AuditSample | None:
    """A sample by its id; None where there is none."""
    listed = audit_samples.list_samples(workspace.register)
    return next((each for each in listed if each.sample_id == sample), None)


def sit_for_quality(workspace: Workspace, act: Act, build: str | None = None) -> Sitting:
    """Sit down to review linkage at a build: for a quality purpose, since nobody's case is served by it.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    check_quality(workspace, act)
    return sit(workspace, Action.REVIEW, act, build)


def sit_at_sample(workspace: Workspace, act: Act, sample: str | None) -> tuple[Sitting, AuditSample]:
    """The same, at the build of an audit sample, the newest unless one is named; and the sample.

    Whether there is a sample is told to nobody who may not look at it.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    check_quality(workspace, act)
    kept = audit_samples.get_sample(workspace.register, sample)
    return sit(workspace, Action.REVIEW, act, kept.build_id), kept


def check_quality(workspace: Workspace, act: Act) -> None:
    """Refuse, and write down, whoever may not review linkage for the purpose of an act, and any but a quality one.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    with refusals_noted(workspace, act):
        kind = check_may_sit(workspace, Action.REVIEW, purpose=act.purpose, who=act.actor).kind
        if kind is not Purpose.QUALITY:
            raise PurposeNotAgreed(
                f"An audit sample may not be looked at for a {kind.value} purpose.",
                "A purpose of the kind quality.",
                "Choose a quality purpose (`kithmap purpose list` names them).",
            )


def report_of(sample: AuditSample) -> SampleReport:
    """How far a sample has come."""
    sources = sample.details["extracts"]
    return SampleReport(
        sample=sample.sample_id,
        build=sample.build_id,
        drawn_at=sample.drawn_at.isoformat(timespec="seconds"),
        drawn_by=sample.drawn_by,
        seed=sample.seed,
        states=_counted([each.state for each in sample.records]),
        sources=_counted([sources[each.details["extract"]]["source"] for each in sample.records]),
        groups=_counted([each.details["group"] for each in sample.records]),
    )


def _counted(values: list[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}


def _draw(
    sitting: Sitting, records: int, generator: "np.random.Generator"
) -> tuple[tuple[AuditRecord, ...], list[dict[str, Any]]]:
    """The records drawn with what is shown beside each, and the extracts that were searched."""
    compared = read_compared(sitting)
    before = {
        record.origin
        for sample in audit_samples.list_samples(sitting.workspace.register)
        for record in sample.records
    }
    frame = with_chances(read_frame(sitting, compared, before), records)
    wanted = choose(frame, generator)
    return as_records(sitting, wanted, find_beside(compared, frame, wanted)), find_sources(sitting)


def choose(frame: "pl.DataFrame", generator: "np.random.Generator") -> "pl.DataFrame":
    """Draw records by their chances; in an order of chance, so that the first hundred are a sample too.

    Raises: NothingToLink when there is none to draw.
    """
    from kithmap.stats.sampling import systematic

    chosen = systematic(frame["chance"].to_numpy(), generator)
    if not len(chosen):
        raise NothingToLink(
            "The build has no record that an audit sample may be drawn from.",
            "Records of young people that were not in an earlier sample.",
            "Build again when more extracts have been received.",
        )
    return frame[generator.permutation(chosen)]


def find_beside(compared: "pl.DataFrame", frame: "pl.DataFrame", wanted: "pl.DataFrame") -> "pl.DataFrame":
    """What is shown beside the records drawn: all that a wide search finds, and all that is linked.

    Shape: one row per record and one shown beside it.
    Columns: `one` (unique_id of the record), `signature`, `place`, `chance` (of the one shown).
    """
    from kithmap.linkage.wide_search import find_candidates

    found = find_candidates(compared, wanted["unique_id"].to_list())
    shown = _with_linked(compared, frame, wanted, found)
    return shown.join(frame, left_on="other", right_on="unique_id", maintain_order="left").select(
        "one", "signature", "place", "chance"
    )


def _with_linked(
    compared: "pl.DataFrame", frame: "pl.DataFrame", wanted: "pl.DataFrame", found: "pl.DataFrame"
) -> "pl.DataFrame":
    """What was found, with all that linkage holds to be the same person: whatever it says must be judged."""
    import polars as pl

    from kithmap.linkage.wide_search import with_places

    linked = wanted.select("person_id", one="unique_id").join(
        frame.select("person_id", other="unique_id"), on="person_id"
    )
    more = linked.filter(pl.col("one") != pl.col("other")).select("one", "other")
    more = more.join(found, on=["one", "other"], how="anti")
    # Where the search did not find them they come last; their place does not tell who put them there.
    least = found.group_by("one").agg(points=pl.col("points").min())
    added = more.join(least, on="one", how="left").with_columns(pl.col("points").fill_null(0))
    together = pl.concat([found.select("one", "other", "points"), added.select("one", "other", "points")])
    return with_places(compared, together, most=together.height + 1)


def as_records(sitting: Sitting, wanted: "pl.DataFrame", shown: "pl.DataFrame") -> tuple[AuditRecord, ...]:
    """The records drawn as they are kept, each with what is shown beside it, in whole numbers."""
    listed = list(sitting.made.manifest["extracts"])
    numbers = {int(extract["receipt_no"]): place for place, extract in enumerate(listed)}
    beside: dict[int, list[list[float]]] = {}
    for one, mention, place, chance in shown.iter_rows():
        stands = (numbers[receipt_no_of(mention)], row_of(mention), slot_of(mention))
        beside.setdefault(one, []).append([*stands, place, round(chance, 9)])
    return tuple(
        AuditRecord(
            number,
            sitting.extracts.origin_of(row["signature"]),
            f"{row['source']}: {row['group']}",
            details={
                "extract": numbers[receipt_no_of(row["signature"])],
                "group": row["group"],
                "chance": round(row["chance"], 9),
                "shown": beside.get(row["unique_id"], []),
            },
        )
        for number, row in enumerate(wanted.iter_rows(named=True), start=1)
    )


def find_sources(sitting: Sitting) -> list[dict[str, Any]]:
    """The extracts of the build: hash and source (the holder), and whether each may be searched."""
    rows = sitting.engine.fetch(sitting.engine.table("extract").select("receipt_no", "holder")).to_pylist()
    holders = {row["receipt_no"]: row["holder"] for row in rows}
    return [
        {
            "sha256": extract["sha256"],
            "source": holders[int(extract["receipt_no"])],
            "searched": int(extract["receipt_no"]) in sitting.scope.receipts,
        }
        for extract in sitting.made.manifest["extracts"]
    ]
