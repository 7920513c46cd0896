"""Audit samples in the register: which records were drawn, and what a wide search found for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.model.keys import Origin
from kithmap.register import ready
from kithmap.register.open import Register

WAITING, SEARCHED, NOT_SURE = "waiting", "searched", "not sure"


@dataclass(frozen=True)
class AuditRecord:
    """One record of a sample: where it stands, of which stratum, and the same person's mentions found.

    details: what else the sample needs of it, in numbers and codes; never a name.
    """

    number: int
    origin: Origin
    stratum: str
    state: str = WAITING
    matches: tuple[Origin, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class AuditSample:
    """A sample of a build's records; `details` holds its strata and how many records each has."""

    sample_id: str
    drawn_at: datetime
    drawn_by: str
    build_id: str
    purpose: str
    seed: int
    details: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[AuditRecord, ...] = ()


def add_sample(register: Register, sample: AuditSample) -> None:
    """Put a sample in, with its records."""
    values = {name: value for name, value in vars(sample).items() if name != "records"}
    values["details"] = dict(sample.details)
    with register.transaction():
        _samples(register).create(**values)
        _records(register).bulk_create(
            [ready.AuditRecord(sample_id=sample.sample_id, **_written(each)) for each in sample.records]
        )


def list_samples(register: Register) -> tuple[AuditSample, ...]:
    """Every sample with its records, the oldest first."""
    return tuple(_read(register, row) for row in _samples(register).order_by("drawn_at", "sample_id"))


def marks_made(register: Register) -> tuple[int, datetime | None]:
    """How many records of all samples are marked, and when the last was: whether anything changed."""
    marked = _records(register).exclude(at=None)
    last = marked.order_by("-at").values_list("at", flat=True).first()
    return marked.count(), last


def get_sample(register: Register, sample_id: str | None = None) -> AuditSample:
    """One sample by its id, with its records; the newest one without.

    Raises: NotFound.
    """
    rows = _samples(register)
    found = rows.filter(sample_id=sample_id) if sample_id else rows.order_by("-drawn_at", "-sample_id")
    row = found.first()
    if row is None:
        raise NotFound(
            f"There is no audit sample '{sample_id}'." if sample_id else "There is no audit sample yet.",
            "An audit sample that was drawn.",
            "Draw one with `kithmap audit-sample draw`.",
        )
    return _read(register, row)


def note_records(register: Register, sample_id: str, found: Sequence[AuditRecord]) -> None:
    """Write down what was found for records of a sample, in place of what was found before."""
    with register.transaction():
        for each in found:
            values = {name: value for name, value in _written(each).items() if name != "number"}
            _records(register).filter(sample_id=sample_id, number=each.number).update(**values)


def _samples(register: Register) -> Any:
    return ready.AuditSample.objects.using(register.alias)


def _records(register: Register) -> Any:
    return ready.AuditRecord.objects.using(register.alias)


def _written(record: AuditRecord) -> dict[str, Any]:
    values = {name: value for name, value in vars(record).items() if name != "origin"}
    plain = {"matches": [list(origin) for origin in record.matches], "details": dict(record.details)}
    return {**values, **record.origin._asdict(), **plain}


def _read(register: Register, row: Any) -> AuditSample:
    records = _records(register).filter(sample_id=row.sample_id).order_by("number")
    return AuditSample(
        row.sample_id, row.drawn_at, row.drawn_by, row.build_id, row.purpose, row.seed, row.details,
        tuple(_read_record(each) for each in records),
    )  # fmt: skip


def _read_record(row: Any) -> AuditRecord:
    return AuditRecord(
        number=row.number,
        origin=Origin(row.sha256, row.row, row.slot),
        stratum=row.stratum,
        state=row.state,
        matches=tuple(Origin(*each) for each in row.matches),
        details=row.details,
        who=row.who,
        at=row.at,
    )
