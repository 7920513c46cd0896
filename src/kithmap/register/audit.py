"""The audit: one line for every act allowed or refused, each chained to the line before it.

A line's hash is an HMAC, under the workspace's key, of the line and of the hash before it: without
the key no line can be changed, taken out or put in unseen. Lines cut off the end leave a whole
chain, so the last line's number and hash (the head) are also kept apart; see `desk.audit`.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register

START = "0" * 64


@dataclass(frozen=True)
class Act:
    """What somebody did, or was refused: the part of a line that the desk states.

    what: what it was done to, such as the name of a file or a measure. details: more of the same;
    never a value that tells of a person.
    """

    actor: str
    verb: str
    outcome: str
    what: str
    purpose: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of the audit."""

    seq: int
    at: datetime
    actor: str
    verb: str
    outcome: str
    what: str
    purpose: str
    details: Mapping[str, Any]
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """The line as plain values, for JSON."""
        return {**vars(self), "at": self.at.isoformat(), "details": dict(self.details)}


@dataclass(frozen=True)
class Head:
    """The last line of the audit: how many lines there are, and its hash."""

    seq: int
    hash: str


def append(register: Register, key: bytes, act: Act, at: datetime) -> Head:
    """Write one line; it stands or falls with the transaction it is written in."""
    with register.transaction():
        last = head(register)
        said = {**vars(act), "details": dict(act.details)}
        row = ready.AuditEvent(seq=last.seq + 1, at=at, previous=last.hash, **said)
        row.hash = _hash(key, row)
        row.save(using=register.alias, force_insert=True)
    return Head(row.seq, row.hash)


def head(register: Register) -> Head:
    """The last line's number and hash; number 0 before the first line."""
    rows = ready.AuditEvent.objects.using(register.alias).order_by("-seq")
    found = rows.values_list("seq", "hash").first()
    return Head(*found) if found else Head(0, START)


def last_lines(register: Register, limit: int) -> tuple[Line, ...]:
    """The last lines, the newest last."""
    rows = ready.AuditEvent.objects.using(register.alias).order_by("-seq")[:limit]
    return tuple(_line(row) for row in reversed(rows))


def was_told(register: Register, actor: str, name: str, value: str) -> bool:
    """Whether somebody was allowed an act with this among its details."""
    rows = ready.AuditEvent.objects.using(register.alias)
    return bool(rows.filter(actor=actor, outcome="allow", **{f"details__{name}": value}).exists())


def lines_of(register: Register, verb: str, outcome: str) -> tuple[Line, ...]:
    """Every line of one kind of act, the newest last."""
    rows = ready.AuditEvent.objects.using(register.alias).filter(verb=verb, outcome=outcome)
    return tuple(_line(row) for row in rows.order_by("seq"))


def find_faults(register: Register, key: bytes, anchor: Head) -> tuple[str, ...]:
    """Every way in which the audit is not what was written, in words; none when it is whole.

    `anchor` is a head kept elsewhere: the audit must still hold that very line.
    """
    faults: list[str] = []
    before, expected, anchored = START, 1, anchor.seq == 0
    for row in ready.AuditEvent.objects.using(register.alias).order_by("seq").iterator(chunk_size=2000):
        if row.seq != expected:
            faults.append(f"Line {expected} is missing.")
        if row.previous != before or not hmac.compare_digest(row.hash, _hash(key, row)):
            faults.append(f"Line {row.seq} is not as it was written.")
        anchored = anchored or (row.seq == anchor.seq and row.hash == anchor.hash)
        before, expected = row.hash, row.seq + 1
    if expected <= anchor.seq:
        faults.append(f"The lines after line {expected - 1} are missing; there were {anchor.seq}.")
    elif not anchored:
        faults.append(f"Line {anchor.seq} is not the one that was written.")
    return tuple(faults)


def _hash(key: bytes, row: Any) -> str:
    said = [
        row.seq, row.at.isoformat(), row.actor, row.verb, row.outcome, row.what, row.purpose, row.details, row.previous,
    ]  # fmt: skip
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def _line(row: Any) -> Line:
    return Line(
        row.seq, row.at, row.actor, row.verb, row.outcome, row.what, row.purpose, row.details, row.hash
    )
