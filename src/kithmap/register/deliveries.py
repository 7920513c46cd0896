"""What went to whom: each release in each recipient's hands, whether it came, and its recall."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kithmap.errors import NotFound
from kithmap.register import ready
from kithmap.register.open import Register


@dataclass(frozen=True)
class Delivery:
    """One release in one recipient's hands.

    version: which of the answers to the same question it is, for this recipient, from 1.
    """

    release_id: str
    recipient: str
    version: int
    handling: str
    sent_at: datetime
    sent_by: str
    expires_on: date | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    recalled_at: datetime | None = None
    recall_reason: str = ""
    recall_acknowledged_at: datetime | None = None
    recall_acknowledged_by: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The delivery as plain values, for JSON."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in vars(self).items()
        }


def add_delivery(register: Register, delivery: Delivery) -> None:
    """Write down that a release went to a recipient."""
    _rows(register).create(**vars(delivery))


def list_deliveries(register: Register, release_ids: Collection[str] | None = None) -> tuple[Delivery, ...]:
    """Every delivery, or those of some releases, in the order they went."""
    rows = _rows(register)
    if release_ids is not None:
        rows = rows.filter(release_id__in=list(release_ids))
    return tuple(_read(row) for row in rows.order_by("sent_at", "release_id", "recipient"))


def next_version(register: Register, measure: str, recipient: str) -> int:
    """Which answer of a measure the next one would be, for a recipient."""
    return int(_rows(register).filter(release__measure=measure, recipient=recipient).count()) + 1


def recall(register: Register, release_ids: Collection[str], reason: str, at: datetime) -> int:
    """Recall releases from everybody who has them and was not told before; how many deliveries that is."""
    rows = _rows(register).filter(release_id__in=list(release_ids), recalled_at__isnull=True)
    return int(rows.update(recalled_at=at, recall_reason=reason))


def acknowledge(register: Register, release_id: str, recipient: str, *, by: str, at: datetime) -> Delivery:
    """Write down that a recipient said they have a release, or, once it is recalled, that they know so.

    Raises: NotFound.
    """
    row = _rows(register).filter(release_id=release_id, recipient=recipient).first()
    if row is None:
        raise NotFound(
            "This release did not go to such a recipient.",
            "A recipient as the distribution register names them.",
            "See `kithmap release show` for who has it.",
        )
    names = ("recall_acknowledged_at", "recall_acknowledged_by") if row.recalled_at else ("acknowledged_at", "acknowledged_by")  # fmt: skip
    if getattr(row, names[0]) is None:
        setattr(row, names[0], at)
        setattr(row, names[1], by)
        row.save(using=register.alias, update_fields=list(names))
    return _read(row)


def _rows(register: Register) -> Any:
    return ready.Delivery.objects.using(register.alias)


def _read(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__})
