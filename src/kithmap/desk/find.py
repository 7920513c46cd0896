"""Find a person by name, date of birth, home postcode or number: for case work, never for profiling."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.resemblance import LED_BY, MOST_FOUND, NAME, NUMBERS, Wanted, plain, ranked, swapped
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import WrongUse
from kithmap.governance.permissions import Action
from kithmap.model.keys import receipt_no_of
from kithmap.register.audit import Act

IDENTITIES, INDEX = "linkage_identity", "linkage_name"
BIRTH, HOME = "birthday", "home"
FEW_SOUNDS = 24
# Few and narrow, and the same in both tables: what is scattered over a million rows is slow to gather.
COLUMNS = ("signature", "f_whole", "s_name", "d_day", "home")


@dataclass(frozen=True, repr=False)
class Found:
    """One record found: where it stands, whose it is, what linkage read there, and what agrees."""

    reference: str
    person_id: str
    forename: str | None
    surname: str | None
    date_of_birth: str | None
    postcode: str | None
    agrees: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Found {self.reference}>"

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, for JSON."""
        return {**asdict(self), "agrees": list(self.agrees)}


@dataclass(frozen=True, repr=False)
class Findings:
    """The likest records found, and how many more agree no better."""

    records: tuple[Found, ...]
    more: int

    def to_dict(self) -> dict[str, Any]:
        """What was found as plain values, for JSON."""
        return {"records": [record.to_dict() for record in self.records], "more": self.more}


def find(
    workspace: Workspace, wanted: Wanted, *, purpose: str, who: str, build: str | None = None
) -> Findings:
    """Find the records of a person, the likest first: exactly, or nearly.

    Nearly: sounds alike, pet names, names swapped or in part, day and month swapped, one digit or two
    letters apart. The audit holds a keyed hash of what was asked, never the name.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "find a person", ALLOW, "one person", purpose)
    sitting = sit(workspace, Action.SEE_PEOPLE, act, build)
    if not wanted.fields:
        raise WrongUse(
            "Nothing says whom to find.",
            "A name, a date of birth, a postcode or a number.",
            "Give at least one; a name has a forename and a surname.",
        )
    likest = ranked(_candidates(sitting, wanted), wanted)
    found = _told(sitting, likest[:MOST_FOUND])
    told = {
        "build": sitting.made.build_id,
        "asked": _token(workspace, wanted),
        "by": list(wanted.fields),
        "found": len(likest),
        "people": sorted({each.person_id for each in found}),
    }
    note(workspace, replace(act, details=told))
    return Findings(found, len(likest) - len(found))


def _candidates(sitting: Sitting, wanted: Wanted) -> list[dict[str, Any]]:
    """The records that one thing asked leads to: a name by its sounds, a birthday, a home, a number."""
    found: dict[int, dict[str, Any]] = {}
    for table, column, values in _led_by(wanted):
        if values:
            rows = sitting.engine.lookup(table, "key" if table == INDEX else column, values, COLUMNS)
            for row in rows.to_pylist():
                found.setdefault(row["signature"], {**row, LED_BY: set[str]()})[LED_BY].add(column)
    allowed = sitting.scope.receipts
    return [row for signature, row in found.items() if receipt_no_of(signature) in allowed]


def _led_by(wanted: Wanted) -> Iterator[tuple[str, str, list[str]]]:
    """Where to look for each thing asked: table, what leads there, and values; numbers first, as surest."""
    from kithmap.linkage.name_sounds import sounds_of

    for column in NUMBERS:
        yield IDENTITIES, column, _spellings(wanted.number)
    sounds = sounds_of(wanted.name)
    # One by one where they are few: between the first and the last of them lies half the alphabet.
    for each in [[sound] for sound in sounds] if len(sounds) <= FEW_SOUNDS else [sounds]:
        yield INDEX, NAME, each
    for day in (wanted.dob, swapped(wanted.dob)):
        yield INDEX, BIRTH, [day.isoformat()] if day else []
    yield INDEX, HOME, [plain(wanted.postcode)] if wanted.postcode else []


def _told(sitting: Sitting, rows: Sequence[tuple[dict[str, Any], tuple[str, ...]]]) -> tuple[Found, ...]:
    borne = sitting.borne([row["signature"] for row, _ in rows])
    return tuple(
        Found(
            reference=sitting.extracts.reference_of(row["signature"]),
            person_id=borne[row["signature"]].person_id,
            forename=row["f_whole"],
            surname=row["s_name"],
            date_of_birth=f"{date.fromisoformat(row['d_day']):%d/%m/%Y}" if row["d_day"] else None,
            postcode=row["home"],
            agrees=agrees,
        )
        for row, agrees in rows
        if row["signature"] in borne
    )


def _spellings(number: str) -> list[str]:
    """A number as linkage may hold it: the holders' own keep their blanks."""
    return sorted({plain(number), number.strip().upper()}) if number.strip() else []


def _token(workspace: Workspace, wanted: Wanted) -> str:
    """What was asked, as the audit holds it: the same question has the same hash, and only we can tell."""
    asked = repr([plain(str(value or "")) for value in vars(wanted).values()])
    return hmac.digest(keys.derive(workspace.key, "questions"), asked.encode(), sha256)[:12].hex()
