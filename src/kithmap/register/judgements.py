"""Judgements in the register: what people decided of two mentions, and what was undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.model.keys import Origin
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class Judgement:
    """What somebody decided of two mentions; `one` is the lesser of the two by file, row and slot.

    said: keyed fingerprints of what the two mentions said when they were judged.
    blind: whether the model's opinion was hidden. second_of: the judgement of somebody else that this
    one looks at again. workbook: the workbook it was filled in, empty where it was given directly.
    """

    id: str
    one: Origin
    other: Origin
    said: tuple[str, str]
    decision: str
    reason: str
    note: str
    who: str
    at: datetime
    build_id: str
    purpose: str
    blind: bool = True
    second_of: str | None = None
    workbook: str = ""
    undone_at: datetime | None = None
    undone_by: str = ""
    undone_reason: str = ""

    @property
    def pair(self) -> tuple[Origin, Origin]:
        """The two mentions it is about."""
        return self.one, self.other

    @property
    def stands(self) -> bool:
        """Whether it was not undone."""
        return self.undone_at is None

    def to_dict(self) -> dict[str, Any]:
        """The judgement as plain values, for JSON; without the fingerprints."""
        values = {name: value for name, value in vars(self).items() if name != "said"}
        origins = {"one": self.one._asdict(), "other": self.other._asdict()}
        undone = self.undone_at.isoformat(timespec="seconds") if self.undone_at else None
        return {**values, **origins, "at": self.at.isoformat(timespec="seconds"), "undone_at": undone}


KEPT_AS_THEY_ARE = (
    "id", "decision", "reason", "note", "who", "at", "build_id", "purpose", "blind", "second_of_id",
    "workbook", "undone_at", "undone_by", "undone_reason",
)  # fmt: skip


def add_judgements(register: Register, judged: Iterable[Judgement]) -> None:
    """Put judgements in: all of them or none."""
    with register.transaction():
        _rows(register).bulk_create([ready.Judgement(**_written(each)) for each in judged])


def list_judgements(register: Register) -> tuple[Judgement, ...]:
    """Every judgement, undone ones too, in the order they were made."""
    return tuple(_read(row) for row in _rows(register).order_by("at", "id"))


def list_standing(register: Register, at: datetime | None = None) -> tuple[Judgement, ...]:
    """The judgements that stand, or stood at a moment, in the order they were made."""
    if at is None:
        return tuple(_read(row) for row in _rows(register).filter(undone_at=None).order_by("at", "id"))
    made = _rows(register).filter(at__lt=at).order_by("at", "id")
    return tuple(_read(row) for row in made if row.undone_at is None or row.undone_at >= at)


def get_judgement(register: Register, judgement: str) -> Judgement:
    """One judgement by its id.

    Raises: NotFound.
    """
    row = _rows(register).filter(id=judgement).first()
    if row is None:
        raise NotFound(
            f"There is no judgement '{judgement}'.",
            "The id of a judgement in the register.",
            "See `kithmap review list` for the judgements made.",
        )
    return _read(row)


def judgements_of(register: Register, one: Origin, other: Origin) -> tuple[Judgement, ...]:
    """The judgements of one pair of mentions, in the order they were made; undone ones too."""
    first, last = sorted((one, other))
    sides = {f"one_{name}": value for name, value in first._asdict().items()}
    sides |= {f"other_{name}": value for name, value in last._asdict().items()}
    return tuple(_read(row) for row in _rows(register).filter(**sides).order_by("at", "id"))


def undo_judgement(register: Register, judgement: str, *, who: str, reason: str, at: datetime) -> bool:
    """Let a judgement stand no longer; False when it was undone before."""
    standing = _rows(register).filter(id=judgement, undone_at=None)
    return bool(standing.update(undone_at=at, undone_by=who, undone_reason=reason))


def _rows(register: Register) -> Any:
    return ready.Judgement.objects.using(register.alias)


def _written(judged: Judgement) -> dict[str, Any]:
    values = {**vars(judged), "second_of_id": judged.second_of}
    kept = {name: values[name] for name in KEPT_AS_THEY_ARE}
    for side, said in zip(("one", "other"), judged.said, strict=True):
        origin: Origin = values[side]
        kept |= {f"{side}_{name}": value for name, value in origin._asdict().items()} | {f"{side}_said": said}
    return kept


def _read(row: Any) -> Judgement:
    values = {name: getattr(row, name) for name in KEPT_AS_THEY_ARE}
    values["second_of"] = values.pop("second_of_id")
    return Judgement(
        one=Origin(row.one_sha256, row.one_row, row.one_slot),
        other=Origin(row.other_sha256, row.other_row, row.other_slot),
        said=(row.one_said, row.other_said),
        **values,
    )
