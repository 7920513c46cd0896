"""Releases in the register: each on its road, every move of it, and the ledger of all that left."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.governance.releasing import LEFT, Move, State, Step
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class ReleaseRecord:
    """One release as the register holds it; `content` is what leaves, cell by cell.

    statements: what it says, as plain values of `governance.statements`. extracts: the receipts it rests on.
    released_at: None until it has left.
    """

    release_id: str
    measure: str
    level: str
    recipient: str
    build_id: str
    purpose: str
    approvals: tuple[str, ...]
    released_at: datetime | None
    content: Mapping[str, Any]
    state: State = State.RELEASED
    author: str = ""
    drafted_at: datetime | None = None
    sha256: str = ""
    statements: tuple[Mapping[str, Any], ...] = ()
    extracts: tuple[int, ...] = ()
    handling: str = ""
    expires_on: date | None = None
    again_since: datetime | None = None
    again_why: str = ""


@dataclass(frozen=True)
class StepRecord:
    """One move of a release, as it was made."""

    number: int
    move: Move
    after: State
    who: str
    at: datetime
    sha256: str
    note: str = ""

    @property
    def step(self) -> Step:
        """What the rules of approval need to know of it."""
        return Step(self.move, self.who, self.sha256)

    def to_dict(self) -> dict[str, Any]:
        """The move as plain values, for JSON."""
        return {
            **vars(self), "move": self.move.value, "after": self.after.value,
            "at": self.at.isoformat(timespec="seconds"),
        }  # fmt: skip


@dataclass(frozen=True)
class NewStep:
    """A move about to be written down."""

    move: Move
    who: str
    at: datetime
    note: str = field(default="")


def save_release(register: Register, release: ReleaseRecord, step: NewStep | None = None) -> None:
    """Write a release as it stands now, with the move that made it so."""
    plain = {
        **vars(release), "state": release.state.value, "approvals": list(release.approvals),
        "content": dict(release.content), "extracts": list(release.extracts),
        "statements": [dict(each) for each in release.statements],
    }  # fmt: skip
    key = plain.pop("release_id")
    with register.transaction():
        _rows(register).update_or_create(release_id=key, defaults=plain)
        if step is not None:
            steps = ready.ReleaseStep.objects.using(register.alias)
            steps.create(
                release_id=key, number=steps.filter(release_id=key).count() + 1, move=step.move.value,
                after=release.state.value, who=step.who, at=step.at, sha256=release.sha256, note=step.note,
            )  # fmt: skip


def with_state(release: ReleaseRecord, state: State, **changes: Any) -> ReleaseRecord:
    """The same release in another state."""
    return replace(release, state=state, **changes)


def steps_of(register: Register, release_id: str) -> tuple[StepRecord, ...]:
    """Every move of a release, the first one first."""
    rows = ready.ReleaseStep.objects.using(register.alias).filter(release_id=release_id).order_by("number")
    return tuple(
        StepRecord(
            row.number, Move(row.move), State(row.after), row.who, row.at, row.sha256, row.note
        )
        for row in rows
    )  # fmt: skip


def list_releases(register: Register, states: Collection[State] = LEFT) -> tuple[ReleaseRecord, ...]:
    """Every release in these states, the oldest first; without states, everything that has ever left."""
    rows = _rows(register).filter(state__in=[state.value for state in states])
    return tuple(_read(row) for row in rows.order_by("released_at", "release_id"))


def count_releases(register: Register, states: Collection[State] = LEFT) -> int:
    """How many releases are in these states."""
    return int(_rows(register).filter(state__in=[state.value for state in states]).count())


def get_release(register: Register, release_id: str) -> ReleaseRecord:
    """One release by its id, whatever its state.

    Raises: NotFound.
    """
    row = _rows(register).filter(release_id=release_id).first()
    if row is None:
        raise NotFound(
            f"There is no release '{release_id}'.",
            "The id of a release in the register.",
            "See `kithmap release list` for the releases there are.",
        )
    return _read(row)


def released_statements(
    register: Register, *, besides: str, levels: Collection[str]
) -> tuple[tuple[str, Sequence[Mapping[str, Any]]], ...]:
    """What everything that ever left at some levels says, release by release, `besides` one.

    What was recalled or has expired is among it: it cannot be unsaid.
    """
    left = [state.value for state in LEFT]
    rows = _rows(register).filter(state__in=left, level__in=list(levels)).exclude(release_id=besides)
    return tuple(rows.order_by("released_at", "release_id").values_list("release_id", "statements"))


def has_left_since(register: Register, moment: datetime) -> bool:
    """Whether any release has left since a moment."""
    return bool(_rows(register).filter(released_at__gte=moment).exists())


def mark_again(register: Register, release_ids: Collection[str], why: str, at: datetime) -> int:
    """Mark releases as needing to be made again; those marked before keep their mark. How many are new."""
    rows = _rows(register).filter(release_id__in=list(release_ids), again_since__isnull=True)
    return int(rows.update(again_since=at, again_why=why))


def _rows(register: Register) -> Any:
    return ready.Release.objects.using(register.alias)


def _read(row: Any) -> ReleaseRecord:
    return ReleaseRecord(
        release_id=row.release_id,
        measure=row.measure,
        level=row.level,
        recipient=row.recipient,
        build_id=row.build_id,
        purpose=row.purpose,
        approvals=tuple(row.approvals),
        released_at=row.released_at,
        content=row.content,
        state=State(row.state),
        author=row.author,
        drafted_at=row.drafted_at,
        sha256=row.sha256,
        statements=tuple(row.statements),
        extracts=tuple(row.extracts),
        handling=row.handling,
        expires_on=row.expires_on,
        again_since=row.again_since,
        again_why=row.again_why,
    )
