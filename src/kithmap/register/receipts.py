"""Receipts in the register: one for every extract received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register

KEPT, REPLACED, WITHDRAWN = "kept", "replaced", "withdrawn"

REMOVED_AT = "records_removed_at"


@dataclass(frozen=True)
class Receipt:
    """What came of receiving one extract: every row in is kept or refused, and counted.

    details: what else was found of the file: sheet, encoding, columns not read, counts of refusals.
    already: the same file had been received with the same layout, so nothing changed.
    """

    receipt_no: int
    name: str
    sha256: str
    layout: str
    layout_sha256: str
    holder: str
    agreement: str
    la_code: str | None
    list: str | None
    rows_in: int
    rows_kept: int
    rows_refused: int
    mentions: int
    refusals: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]
    first_on: date | None
    last_on: date | None
    received_at: datetime
    received_by: str
    details: Mapping[str, Any] = field(default_factory=dict)
    already: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The receipt as plain values, for JSON; what else was found of the file stands beside."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "details"}
        days = {name: day.isoformat() if (day := values[name]) else None for name in ("first_on", "last_on")}
        moment = {"received_at": self.received_at.isoformat()}
        listed = {"refusals": [dict(each) for each in self.refusals], "notes": list(self.notes)}
        return {**self.details, **values, **days, **moment, **listed}


COLUMNS = tuple(each.name for each in fields(Receipt) if each.name not in ("already", "agreement"))


def next_receipt_no(register: Register) -> int:
    """The number the next receipt will have; whoever asks must hold the workspace's lock."""
    last = _rows(register).order_by("-receipt_no").values_list("receipt_no", flat=True).first()
    return (last or 0) + 1


def add_receipt(register: Register, receipt: Receipt) -> None:
    """Put a receipt in: from this moment its records count."""
    values = {name: getattr(receipt, name) for name in COLUMNS}
    values["details"] = dict(receipt.details)
    values["refusals"] = [dict(each) for each in receipt.refusals]
    values["notes"] = list(receipt.notes)
    _rows(register).create(**values, agreement_id=receipt.agreement, state=KEPT)


def find_receipt(register: Register, sha256: str, layout_sha256: str) -> Receipt | None:
    """The receipt of the same file received with the same layout; None when there is none."""
    row = _rows(register).filter(sha256=sha256, layout_sha256=layout_sha256, state=KEPT).first()
    return _read(row) if row else None


def find_replaced(register: Register, sha256: str, layout: str) -> tuple[int, ...]:
    """The receipts of the same file that a layout of the same name, written otherwise, was read with."""
    found = _rows(register).filter(sha256=sha256, layout=layout, state=KEPT)
    return tuple(found.order_by("receipt_no").values_list("receipt_no", flat=True))


def replace_receipts(register: Register, numbers: Sequence[int]) -> None:
    """Let receipts stand no longer: their records count no more, and the next sweep removes them."""
    _rows(register).filter(receipt_no__in=list(numbers)).update(state=REPLACED)


def withdraw_receipt(register: Register, receipt_no: int, told: Mapping[str, Any]) -> None:
    """Withdraw a receipt: its records count no more, the next sweep removes them; `told` says when and why."""
    row = _rows(register).get(receipt_no=receipt_no)
    row.state, row.details = WITHDRAWN, {**row.details, WITHDRAWN: dict(told)}
    row.save(using=register.alias, update_fields=["state", "details"])


def note_removed(register: Register, receipt_no: int, at: datetime) -> None:
    """Write down when the records of a withdrawn receipt were found to be gone."""
    row = _rows(register).get(receipt_no=receipt_no)
    row.details = {**row.details, REMOVED_AT: at.isoformat(timespec="seconds")}
    row.save(using=register.alias, update_fields=["details"])


def withdrawn_receipts(register: Register) -> tuple[Receipt, ...]:
    """Every receipt that was withdrawn, in the order received."""
    return tuple(_read(row) for row in _rows(register).filter(state=WITHDRAWN).order_by("receipt_no"))


def receipt_states(register: Register) -> tuple[tuple[int, str, str], ...]:
    """Every receipt there ever was: its number, its file's hash, its state."""
    return tuple(_rows(register).order_by("receipt_no").values_list("receipt_no", "sha256", "state"))


def withdrawn_numbers(register: Register) -> frozenset[int]:
    """The numbers of the receipts that were withdrawn."""
    return frozenset(_rows(register).filter(state=WITHDRAWN).values_list("receipt_no", flat=True))


def count_rows(register: Register) -> dict[int, tuple[int, int]]:
    """How many rows came in, and how many of them were refused, with each receipt whose records are kept."""
    rows = _rows(register).filter(state=KEPT).values_list("receipt_no", "rows_in", "rows_refused")
    return {number: (rows_in, refused) for number, rows_in, refused in rows}


def kept_receipts(register: Register) -> tuple[Receipt, ...]:
    """Every receipt whose records are kept, in the order received."""
    return tuple(_read(row) for row in _rows(register).filter(state=KEPT).order_by("receipt_no"))


def all_receipts(register: Register) -> tuple[tuple[Receipt, str], ...]:
    """Every receipt there ever was with its state, the newest first."""
    return tuple((_read(row), str(row.state)) for row in _rows(register).order_by("-receipt_no"))


def find_numbered(register: Register, receipt_no: int) -> tuple[Receipt, str] | None:
    """A receipt by its number, with its state."""
    row = _rows(register).filter(receipt_no=receipt_no).first()
    return (_read(row), str(row.state)) if row else None


def _rows(register: Register) -> Any:
    return ready.Receipt.objects.using(register.alias)


def _read(row: Any) -> Receipt:
    values = {name: getattr(row, name) for name in COLUMNS}
    values["refusals"] = tuple(row.refusals)
    values["notes"] = tuple(row.notes)
    return Receipt(**values, agreement=str(row.agreement_id))
