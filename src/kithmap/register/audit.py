"""The audit: one line for every act allowed or refused, each chained to the line before it.

A line's hash is an HMAC, under the workspace's key, of the line and of the hash before it: without
the key no line can be changed, taken out or put in unseen. Lines cut off the end leave a whole
chain, so the last line's number and hash (the head) are also kept apart; see `desk.audit`.
"""

import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register

START = "0" * 64
WHOLE_FROM = 1e16
COLUMNS = ("seq", "at", "actor", "verb", "outcome", "what", "purpose", "details")
INSERT = (
    "INSERT INTO register_auditevent (seq, at, actor, verb, outcome, what, purpose, details, previous, hash)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
# A line's number, what of it is hashed, the hash it follows, and its own.
Kept = tuple[int, tuple[object, ...], str, str]


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
    return append_all(register, key, [act], at)


def append_all(register: Register, key: bytes, acts: Sequence[Act], at: datetime) -> Head:
    """Write a line for each act, in order, all or none of them."""
    from django.db import connections

    connection: Any = connections[register.alias]
    with register.transaction():
        seq, digest = vars(head(register)).values()
        moment = connection.ops.adapt_datetimefield_value(at)
        rows: list[tuple[object, ...]] = []
        for act in acts:
            seq += 1
            said = (act.actor, act.verb, act.outcome, act.what, act.purpose)
            details = _as_kept(act.details)
            before, digest = digest, _hash(key, (seq, at.isoformat(), *said, details, digest))
            rows.append((seq, moment, *said, json.dumps(details), before, digest))
        with connection.cursor() as cursor:
            cursor.executemany(INSERT, rows)
    return Head(seq, digest)


def head(register: Register) -> Head:
    """The last line's number and hash; number 0 before the first line."""
    rows = ready.AuditEvent.objects.using(register.alias).order_by("-seq")
    found = rows.values_list("seq", "hash").first()
    return Head(*found) if found else Head(0, START)


def hash_of(register: Register, seq: int) -> str:
    """The hash of one line; empty where there is none of that number."""
    rows = ready.AuditEvent.objects.using(register.alias).filter(seq=seq)
    return str(rows.values_list("hash", flat=True).first() or "")


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


def lines_with(register: Register, words: Collection[str]) -> tuple[Line, ...]:
    """Every line whose details hold one of some words, as a whole text, the oldest first."""
    from django.db.models import Q, TextField
    from django.db.models.functions import Cast

    rows = ready.AuditEvent.objects.using(register.alias).annotate(said=Cast("details", TextField()))
    wanted: Any = Q(pk__in=[])
    for word in words:
        wanted |= Q(said__contains=json.dumps(word))
    return tuple(_line(row) for row in rows.filter(wanted).order_by("seq"))


def find_faults(register: Register, key: bytes, anchors: Sequence[Head]) -> tuple[str, ...]:
    """Every way in which the audit is not what was written, in words; none when it is whole.

    anchors: heads kept elsewhere, the newest first: the audit must still hold those very lines.
    """
    lines = list(_read_all(register))
    wrong = [
        seq
        for seq, said, before, digest in lines
        if not hmac.compare_digest(digest, _hash(key, (*said, before)))
    ]
    if lines and len(wrong) == len(lines) and not _gaps(lines):
        return (
            "No line fits the workspace's key: the key, or every line, is not the one they were written with.",
        )
    faults = _faults_of_order(lines, set(wrong))
    return (*faults, *_faults_of_anchors({seq: digest for seq, _, _, digest in lines}, anchors))


def _gaps(lines: Sequence[Kept]) -> list[int]:
    found = {seq for seq, *_ in lines}
    return [seq for seq in range(1, max(found, default=0)) if seq not in found]


def _faults_of_order(lines: Sequence[Kept], wrong: set[int]) -> tuple[str, ...]:
    """Lines missing, in another's place, or not as they were written, in the order they stand."""
    found = [(seq, f"Line {seq} is missing.") for seq in _gaps(lines)]
    place = {digest: seq for seq, _, _, digest in lines}
    last, last_digest, moved = 0, START, set[int]()
    for seq, _, before, digest in lines:
        # The line it says it follows stands after it: the two have changed places.
        ahead = place.get(before, 0)
        if seq in wrong and ahead > seq and ahead in wrong:
            found.append((seq, f"Lines {seq} and {ahead} have changed places."))
            moved |= {seq, ahead}
        elif seq in wrong and seq not in moved:
            found.append((seq, f"Line {seq} is not as it was written."))
        elif seq not in wrong and seq == last + 1 and before != last_digest and last not in wrong:
            found.append((seq, f"Line {seq} does not follow the line before it."))
        last, last_digest = seq, digest
    return tuple(said for _, said in sorted(found))


def _faults_of_anchors(lines: Mapping[int, str], anchors: Sequence[Head]) -> tuple[str, ...]:
    last = max(lines, default=0)
    most = max((each.seq for each in anchors), default=0)
    cut = (f"The lines after line {last} are missing; there were {most}.",) if most > last else ()
    other = sorted(
        {each.seq for each in anchors if 0 < each.seq <= last and lines.get(each.seq) != each.hash}
    )
    return (*cut, *(f"Line {seq} is not the one that was written." for seq in other))


def _read_all(register: Register) -> Iterator[Kept]:
    """Every line as it is hashed, the one hash it follows and its own; read without making objects of rows."""
    rows = (
        ready.AuditEvent.objects.using(register.alias)
        .order_by("seq")
        .values_list(*COLUMNS, "previous", "hash")
    )
    for seq, at, actor, verb, outcome, what, purpose, details, before, digest in rows.iterator(
        chunk_size=5000
    ):
        yield seq, (seq, at.isoformat(), actor, verb, outcome, what, purpose, details), before, digest


def _as_kept(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as every database gives them back: names as text, and numbers as PostgreSQL writes them."""
    return json.loads(json.dumps(dict(details)), parse_float=_number)


def _number(text: str) -> float | int:
    value = float(text)
    # Written without a point, and read as a whole number again.
    return int(value) if abs(value) >= WHOLE_FROM and value.is_integer() else value


def _hash(key: bytes, said: tuple[object, ...]) -> str:
    return hmac.digest(key, ENCODE(said).encode(), "sha256").hex()


def _line(row: Any) -> Line:
    return Line(
        row.seq, row.at, row.actor, row.verb, row.outcome, row.what, row.purpose, row.details, row.hash
    )
