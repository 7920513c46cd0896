"""What mentions say, as written, for whoever may see it: never in a log, a repr or the register."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.model.keys import receipt_no_of

COLUMNS = (
    "mention_id", "source_person_id", "forename", "surname", "full_raw", "alias", "initials", "dob", "dob_precision",
    "age", "sex", "upn", "nhs_number", "postcode",
)  # fmt: skip
# What fills in for a number's digits but the last.
MASK = "\N{BULLET}"
SHOWN_DIGITS = 3
# Of what a mention said, as much as tells it from its neighbours in the file.
MOST_WORDS = 16
DIGEST_BYTES = 4


@dataclass(frozen=True, repr=False)
class Mention:
    """One mention as its source wrote it, and the school the row names."""

    mention_id: int
    source_person_id: str | None = None
    forename: str | None = None
    surname: str | None = None
    full_raw: str | None = None
    alias: str | None = None
    initials: str | None = None
    dob: date | None = None
    dob_precision: str | None = None
    age: int | None = None
    sex: str | None = None
    upn: str | None = None
    nhs_number: str | None = None
    postcode: str | None = None
    school: str | None = None

    def __repr__(self) -> str:
        return f"<Mention {self.mention_id}>"

    @property
    def birth(self) -> str | None:
        """The date of birth as people write it, as exactly as the source knows it; else the age."""
        if self.dob is None:
            return f"aged {self.age}" if self.age is not None else None
        form = {"month": "%m/%Y", "year": "%Y", "age": "about %Y"}.get(
            self.dob_precision or "day", "%d/%m/%Y"
        )
        return self.dob.strftime(form)

    @property
    def whole_name(self) -> str:
        """The name as written; initials where there is nothing else."""
        parts = " ".join(part for part in (self.forename, self.surname) if part)
        return parts or self.full_raw or self.initials or ""

    @property
    def words(self) -> tuple[str, ...]:
        """Everything it says of the person, in no order that matters."""
        days = (self.dob.isoformat(), self.dob.strftime("%d%m%Y")) if self.dob else ()
        names = (self.forename, self.surname, self.full_raw, self.alias)
        numbers = (self.source_person_id, self.upn, self.nhs_number, self.postcode)
        return tuple(text for text in (*names, *numbers, *days) if text)

    @property
    def shown(self) -> dict[str, str | None]:
        """What a reviewer sees, field by field, the numbers masked but for their last digits."""
        is_parted = bool(self.forename or self.surname)
        return {
            "forename": self.forename if is_parted else self.full_raw or self.initials,
            "surname": self.surname,
            "also known as": self.alias.replace("|", ", ") if self.alias else None,
            "date of birth": self.birth,
            "sex": self.sex,
            "school": self.school,
            "home postcode": self.postcode,
            "NHS number": mask(self.nhs_number),
            "unique pupil number": mask(self.upn),
            "holder's number": mask(self.source_person_id),
        }


def read_mentions(workspace: Workspace, mention_ids: Iterable[int]) -> dict[int, Mention]:
    """Read what some mentions say from the records; those that are not there are left out."""
    wanted = sorted(set(mention_ids))
    receipts = {receipt_no_of(mention_id) for mention_id in wanted}
    kept = sorted(receipt_no for receipt_no in receipts if workspace.records.has(receipt_no))
    said = workspace.records.lookup("mention", "mention_id", wanted, kept)
    schools = {
        row["mention_id"]: row["school_raw"] or row["urn"] or row["la_estab"]
        for row in workspace.records.lookup("enrolment", "mention_id", wanted, kept).to_pylist()
    }
    return {
        row["mention_id"]: Mention(**row, school=schools.get(row["mention_id"]))
        for row in said.select(list(COLUMNS)).to_pylist()
    }


def mask(number: str | None) -> str | None:
    """A number with all but its last digits hidden.

    >>> mask("9990001234") == MASK * 7 + "234", mask("77") == MASK + "7"
    (True, True)
    """
    if not number:
        return None
    shown = min(SHOWN_DIGITS, len(number) // 2)
    return MASK * (len(number) - shown) + number[len(number) - shown :]


def fingerprint(workspace: Workspace, said: Mention) -> str:
    """A keyed fingerprint of what a mention says: one short hash for each name, number and day."""
    key = keys.derive(workspace.key, "judgements")
    words = sorted(_telling_words(said))[:MOST_WORDS]
    return " ".join(sorted(hmac.digest(key, word.encode(), sha256)[:DIGEST_BYTES].hex() for word in words))


def says_the_same(before: str, now: str) -> bool:
    """Whether two fingerprints are of one person: three parts in four of what the lesser says is in both.

    Another layout may read a name or a date otherwise; it does not change most of what a row says.
    A neighbour in the file, even a twin, shares no more than a surname and a birthday.

    >>> says_the_same("name surname day number", "name surname otherday number")
    True
    >>> says_the_same("name surname day", "twin surname day")
    False
    """
    first, second = set(before.split()), set(now.split())
    least = min(len(first), len(second))
    return first == second if not least else 4 * len(first & second) >= 3 * least


def _telling_words(said: Mention) -> set[str]:
    names = (said.forename, said.surname, said.full_raw, said.alias, said.initials)
    words = {
        word for text in names if text for word in text.casefold().replace("|", " ").replace(",", " ").split()
    }
    numbers = {text for text in (said.source_person_id, said.upn, said.nhs_number) if text}
    return words | numbers | ({said.dob.isoformat()} if said.dob else set[str]())
