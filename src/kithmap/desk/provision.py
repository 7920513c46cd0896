"""Provision in places as it stands today: what is offered where, beside what happens there.

A place of the register and a place of the records are one when the gazetteer would take their names for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted
from kithmap.desk.workspace import Workspace
from kithmap.governance.permissions import Action
from kithmap.model.codes import find_label
from kithmap.model.entries import Values
from kithmap.model.registers import PLACE_PROVISION
from kithmap.register import entries
from kithmap.register.audit import Act
from kithmap.register.entries import Kept

WEEKEND = frozenset({"SAT", "SUN"})
SCHOOL_OUT, EVENING = "15:00", "18:00"
CELLS = 8
"""H3 resolution of the hexagons on the map of places."""


@dataclass(frozen=True)
class Offer:
    """One offer at one place that stands today.

    authority: its code; empty where it serves several. cell: the hexagon it lies in, where the register says where.
    name: the place's name as the gazetteer compares names.
    """

    entry_id: str
    place: str
    authority: str
    kind: str
    provider: str
    days: tuple[str, ...]
    from_time: str
    to_time: str
    ages: str
    cell: str
    name: str

    @property
    def kind_words(self) -> str:
        """What is offered, in words."""
        return find_label("place_provision_kind", self.kind) or self.kind

    @property
    def when(self) -> str:
        """On which days and at what time, in words; empty where neither is written."""
        days = ", ".join(find_label("weekday", day) or day for day in self.days)
        return ", ".join(part for part in (days, _between(self.from_time, self.to_time)) if part)

    @property
    def is_timed(self) -> bool:
        """Whether it says on which days it is there."""
        return bool(self.days)

    @property
    def after_school(self) -> bool:
        """Whether it is there on a school day between 15:00 and 18:00."""
        begins, ends = self.from_time or "00:00", self.to_time or "24:00"
        return bool(set(self.days) - WEEKEND) and begins < EVENING and ends > SCHOOL_OUT

    @property
    def evening(self) -> bool:
        """Whether it is there after 18:00 on some day."""
        return self.is_timed and (self.to_time or "24:00") > EVENING

    @property
    def weekend(self) -> bool:
        """Whether it is there on a Saturday or Sunday."""
        return bool(set(self.days) & WEEKEND)


def find_offers(workspace: Workspace, *, who: str) -> tuple[Offer, ...]:
    """Every offer of the register that stands today, in the order of places.

    Raises: NotPermitted.
    """
    act = Act(who, "register show", ALLOW, PLACE_PROVISION.name)
    check_permitted(workspace, act, Action.SEE_REGISTERS)
    today = clock.today()
    listed = [
        each
        for each in entries.list_entries(workspace.register, PLACE_PROVISION.name)
        if _stands(each.values, today)
    ]
    names = compared([each.values["place"] for each in listed])
    cells = _cells([each.values for each in listed])
    offers = (_offer(each, name, cell) for each, name, cell in zip(listed, names, cells, strict=True))
    return tuple(sorted(offers, key=lambda each: (each.name, each.kind, each.entry_id)))


def compared(names: Sequence[str]) -> list[str]:
    """Names of places as the gazetteer compares them: short forms written out, words such as `near` left out."""
    if not names:
        return []
    import polars as pl

    from kithmap.contexts.names import AROUND, fold, without

    return without(fold(pl.Series(names, dtype=pl.String)), AROUND).fill_null("").to_list()


def _stands(values: Values, today: date) -> bool:
    return values["start_on"] <= today.isoformat() <= values.get("end_on", "9999")


def _offer(entry: Kept, name: str, cell: str) -> Offer:
    said = entry.values
    return Offer(
        entry.entry_id, said["place"], said.get("authority", ""), said["kind"], said["provider"],
        tuple(said.get("days", ())), said.get("from_time", ""), said.get("to_time", ""),
        _between(*(str(said.get(name, "")) for name in ("youngest", "oldest"))), cell, name,
    )  # fmt: skip


def _between(first: str, last: str) -> str:
    """From one to another, in words.

    >>> _between("15:30", "18:00"), _between("11", ""), _between("", "")
    ('15:30 to 18:00', 'from 11', '')
    """
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"to {last}" if last else ""


def _cells(listed: Sequence[Values]) -> list[str]:
    """The hexagon of each entry; empty where it does not say where it is."""
    placed = [values if {"easting", "northing"} <= values.keys() else None for values in listed]
    if not any(placed):
        return [""] * len(listed)
    import numpy as np
    import polars as pl

    from kithmap.model.places import to_h3, to_longitude_latitude

    points = [np.array([values[name] if values else np.nan for values in placed], dtype=np.float64) for name in ("easting", "northing")]  # fmt: skip
    longitude, latitude = to_longitude_latitude(*points)
    return to_h3(pl.Series(longitude), pl.Series(latitude), CELLS).fill_null("").to_list()
