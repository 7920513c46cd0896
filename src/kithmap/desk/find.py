"""Find a person by name, date of birth, home postcode or number: for case work, never for profiling."""

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.mentions import mask
from kithmap.desk.resemblance import NUMBERS, Wanted, plain, ranked, swapped
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import WrongUse
from kithmap.governance.permissions import Action
from kithmap.model.keys import receipt_no_of
from kithmap.register.audit import Act

IDENTITIES, NAMES = "linkage_identity", "linkage_name"
COLUMNS = ("signature", "f_name", "f_whole", "f_initial", "s_name", "s_initial", "d_day", "home", *NUMBERS)
# More candidates than this are not read: those that several things asked lead to come first.
MOST_READ = 400


@dataclass(frozen=True, repr=False)
class Found:
    """One record found: where it stands, whose it is, what linkage read there, and what agrees."""

    reference: str
    person_id: str
    forename: str | None
    surname: str | None
    date_of_birth: str | None
    postcode: str | None
    number: str | None
    agrees: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Found {self.reference}>"

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, for JSON."""
        return {**asdict(self), "agrees": list(self.agrees)}


def find(
    workspace: Workspace, wanted: Wanted, *, purpose: str, who: str, build: str | None = None
) -> tuple[Found, ...]:
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
    found = _told(sitting, ranked(_read(sitting, _candidates(sitting, wanted)), wanted))
    told = {
        "build": sitting.made.build_id,
        "asked": _token(workspace, wanted),
        "by": list(wanted.fields),
        "found": len(found),
    }
    note(workspace, replace(act, details=told))
    return found


def _candidates(sitting: Sitting, wanted: Wanted) -> list[int]:
    """The signatures that one thing asked leads to; where they are very many, those more than one leads to."""
    led: Counter[int] = Counter()
    for signatures in _led_to(sitting, wanted):
        led.update(
            signature for signature in signatures if receipt_no_of(signature) in sitting.scope.receipts
        )
    return [signature for signature, _ in led.most_common(MOST_READ)]


def _led_to(sitting: Sitting, wanted: Wanted) -> Iterator[set[int]]:
    """What each thing asked leads to: numbers first, then names, birthdays and homes."""
    from kithmap.linkage.name_sounds import sounds_of

    days = [day.isoformat() for day in (wanted.dob, swapped(wanted.dob)) if day]
    for column in NUMBERS:
        yield _holding(sitting, IDENTITIES, column, _spellings(wanted.number))
    yield _holding(sitting, NAMES, "sounds", sounds_of(wanted.name))
    yield _holding(sitting, IDENTITIES, "d_day", days)
    yield _holding(sitting, IDENTITIES, "home", [plain(wanted.postcode)] if wanted.postcode else [])


def _holding(sitting: Sitting, table: str, column: str, values: Sequence[str]) -> set[int]:
    if not values:
        return set()
    rows = sitting.engine.lookup(table, column, values, ["signature"])
    return {row["signature"] for row in rows.to_pylist()}


def _read(sitting: Sitting, signatures: Sequence[int]) -> list[dict[str, Any]]:
    if not signatures:
        return []
    return sitting.engine.lookup(IDENTITIES, "signature", sorted(signatures), COLUMNS).to_pylist()


def _told(sitting: Sitting, rows: Sequence[tuple[dict[str, Any], tuple[str, ...]]]) -> tuple[Found, ...]:
    borne = sitting.borne([row["signature"] for row, _ in rows])
    return tuple(
        Found(
            reference=sitting.extracts.reference_of(row["signature"]),
            person_id=borne[row["signature"]].person_id,
            forename=row["f_whole"] or row["f_initial"],
            surname=row["s_name"] or row["s_initial"],
            date_of_birth=f"{date.fromisoformat(row['d_day']):%d/%m/%Y}" if row["d_day"] else None,
            postcode=row["home"],
            number=next((mask(row[column]) for column in NUMBERS if row[column]), None),
            agrees=agrees,
        )
        for row, agrees in rows
    )


def _spellings(number: str) -> list[str]:
    """A number as linkage may hold it: the holders' own keep their blanks."""
    return sorted({plain(number), number.strip().upper()}) if number.strip() else []


def _token(workspace: Workspace, wanted: Wanted) -> str:
    """What was asked, as the audit holds it: the same question has the same hash, and only we can tell."""
    asked = repr([plain(str(value or "")) for value in vars(wanted).values()])
    return hmac.digest(keys.derive(workspace.key, "questions"), asked.encode(), sha256)[:12].hex()
