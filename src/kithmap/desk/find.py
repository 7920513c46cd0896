"""Find a person by name, date of birth, home postcode or number: for case work, never for profiling."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.resemblance import LED_BY, MOST_FOUND, NAME, NUMBERS, Wanted, plain, ranked, swapped
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import WrongUse
from kithmap.governance.permissions import Action
from kithmap.model.keys import receipt_no_of
from kithmap.register.audit import Act

if TYPE_CHECKING:
    from pyarrow import Table

IDENTITIES, INDEX = "linkage_identity", "linkage_name"
BIRTH, HOME = "birthday", "home"
# Keys of the index that are looked for at once, and from how many up all are looked for together.
FEW, MANY = 10, 24
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
    allowed = sitting.scope.receipts

    def add(rows: "Table", led_by: Iterable[str]) -> None:
        for signature, *said, column in zip(
            *(rows[name].to_pylist() for name in COLUMNS), led_by, strict=True
        ):
            if signature not in found:
                known = dict(zip(COLUMNS, (signature, *said), strict=True))
                found[signature] = {**known, LED_BY: set[str]()}
            found[signature][LED_BY].add(column)

    # Numbers first, as surest.
    for column in NUMBERS if wanted.number.strip() else ():
        rows = sitting.engine.lookup(IDENTITIES, column, _spellings(wanted.number), COLUMNS)
        add(rows, [column] * rows.num_rows)
    led_by = _led_by(wanted)
    for some in _at_once(list(led_by)):
        rows = sitting.engine.lookup(INDEX, "key", some, (*COLUMNS, "key"))
        add(rows, [led_by[str(key)] for key in rows["key"].to_pylist()])
    return [row for signature, row in found.items() if receipt_no_of(signature) in allowed]


def _led_by(wanted: Wanted) -> dict[str, str]:
    """Where to look in the index for what was asked: each key there, and what of it leads there."""
    from kithmap.linkage.name_sounds import sounds_of

    days = [day.isoformat() for day in (wanted.dob, swapped(wanted.dob)) if day]
    homes = [plain(wanted.postcode)] if wanted.postcode else []
    return (
        dict.fromkeys(homes, HOME) | dict.fromkeys(days, BIRTH) | dict.fromkeys(sounds_of(wanted.name), NAME)
    )


def _at_once(keys: list[str]) -> list[list[str]]:
    # A few at a time: between the first and the last of many lies half the alphabet, and all is read.
    if len(keys) > MANY:
        return [keys]
    return [keys[begin : begin + FEW] for begin in range(0, len(keys), FEW)]


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
