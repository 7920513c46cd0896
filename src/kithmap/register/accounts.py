"""How users sign in: hashed passwords, sealed secrets of codes, failures and invitations."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register

# Words that anybody would try here first, and digits and marks that are put round a common word.
WORDS_OF_HERE = (
    "kithmap", "safeguarding", "safeguard", "children", "exploitation", "profile", "analyst", "manager",
    "coordinator", "administrator", "council", "borough", "police", "school", "partnership", "mash", "password",
)  # fmt: skip
FEWEST_OWN_LETTERS = 6
_AROUND = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class SessionRecord:
    """One session of a user: when it began and was last used; named by a fingerprint, for its key lets anybody in."""

    mark: str
    since: datetime
    seen: datetime
    purpose: str


@dataclass(frozen=True)
class AccountRecord:
    """How one user signs in, as the register keeps it; its repr shows no secret."""

    name: str
    has_password: bool
    has_codes: bool
    failures: int
    locked_until: datetime | None
    invited_until: datetime | None
    stamp: str
    is_closed: bool
    subject: str
    last_code: int


def find_account(register: Register, name: str) -> AccountRecord | None:
    """The account of a user; None for a name without one."""
    row = _rows(register).filter(user_id=name).first()
    return _read(row) if row is not None else None


def find_subject(register: Register, subject: str) -> AccountRecord | None:
    """The account of somebody as an identity provider knows them."""
    row = _rows(register).filter(subject=subject).first() if subject else None
    return _read(row) if row is not None else None


def find_invited(register: Register, invitation: str) -> AccountRecord | None:
    """The account whose invitation has this fingerprint."""
    row = _rows(register).filter(invitation=invitation).first() if invitation else None
    return _read(row) if row is not None else None


def list_accounts(register: Register) -> tuple[AccountRecord, ...]:
    """Every account, in the order of names."""
    return tuple(_read(row) for row in _rows(register).order_by("user_id"))


def change_account(register: Register, name: str, at: datetime, **fields: Any) -> None:
    """Change how a user signs in, making the account where there is none.

    fields: columns of the table; a `password` is given in clear and kept as a salted hash.
    """
    from django.contrib.auth.hashers import make_password

    told = {**fields, "changed_at": at}
    if fields.get("password"):
        told["password"] = make_password(fields["password"])
    _rows(register).update_or_create(user_id=name, defaults=told)


def add_failure(register: Register, name: str, *, tries: int, locked_until: datetime) -> None:
    """Count one more wrong try, in the database itself; at so many, lock the account and begin anew."""
    from django.db.models import F

    rows = _rows(register).filter(user_id=name)
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=tries).update(failures=0, locked_until=locked_until)


def is_password(register: Register, name: str, password: str) -> bool:
    """Whether a password is a user's; it takes as long for a name that nobody has."""
    from django.contrib.auth.hashers import check_password, make_password

    row = _rows(register).filter(user_id=name).first()
    if row is None or not row.password:
        make_password(password)
        return False
    return check_password(password, row.password)


def find_password_faults(password: str, name: str) -> tuple[str, ...]:
    """What is wrong with a new password, in sentences; nothing where it will do.

    Source: OWASP ASVS 5.0, 6.2: length and a list of common ones, no rules of composition.
    """
    from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
    from django.core.exceptions import ValidationError

    faults: list[str] = []
    for validator in (MinimumLengthValidator(12), CommonPasswordValidator()):
        try:
            validator.validate(password)
        except ValidationError as fault:
            faults += [str(message) for message in fault.messages]
    if not faults and _is_common_at_heart(password, CommonPasswordValidator().passwords):
        faults.append("This password is a common one with something put round it, or said twice.")
    if not faults and _own_letters(password, name) < FEWEST_OWN_LETTERS:
        faults.append("This password is little but words that anybody would try here first.")
    if name.lower() in password.lower():
        faults.append("This password holds your user name.")
    return tuple(faults)


def _is_common_at_heart(password: str, common: set[str]) -> bool:
    """Whether a common password is left when digits and marks round it go, and when it is said once."""
    heart = _AROUND.sub("", password.lower())
    said_once = re.fullmatch(r"(.+?)\1+", password.lower())
    return heart in common or (said_once is not None and (len(said_once[1]) < 4 or said_once[1] in common))


def _own_letters(password: str, name: str) -> int:
    """How many characters of a password are left without the words of this place and this user."""
    left = password.lower()
    for word in (*WORDS_OF_HERE, *re.split(r"\W+", name.lower())):
        left = left.replace(word, "") if word else left
    return len(left.strip()) if not left.strip(" ").isdigit() else 0


def sealed_codes(register: Register, name: str) -> str:
    """The sealed secret of a user's codes; empty where there is none."""
    row = _rows(register).filter(user_id=name).first()
    return row.codes_sealed if row is not None else ""


def take_code(register: Register, name: str, step: int) -> bool:
    """Take the code of a time step, once: whether it had not been taken before."""
    return bool(_rows(register).filter(user_id=name, last_code__lt=step).update(last_code=step))


def end_sessions(register: Register, name: str, *, but: str = "") -> int:
    """End every session of a user, but one; how many ended."""
    rows = ready.WebSession.objects.using(register.alias).filter(user_name=name).exclude(session_key=but)
    return int(rows.delete()[0])


def list_sessions(register: Register, name: str, at: datetime) -> tuple[SessionRecord, ...]:
    """The sessions of a user that have not run out, the last used first."""
    from kithmap.register.web_sessions import SessionStore

    rows = ready.WebSession.objects.using(register.alias).filter(user_name=name, expire_date__gte=at)
    packed: Any = SessionStore()
    found: list[SessionRecord] = []
    for row in rows:
        kept = packed.decode(row.session_data)
        since, seen = (datetime.fromtimestamp(float(kept.get(of, 0)), UTC) for of in ("since", "seen"))
        found.append(SessionRecord(mark_of(row.session_key), since, seen, str(kept.get("purpose", ""))))
    return tuple(sorted(found, key=lambda each: (each.seen, each.mark), reverse=True))


def end_session(register: Register, name: str, mark: str) -> bool:
    """End one session of a user, by its mark; whether there was one."""
    keys = ready.WebSession.objects.using(register.alias).filter(user_name=name)
    ended = [key for key in keys.values_list("session_key", flat=True) if mark_of(key) == mark]
    return bool(keys.filter(session_key__in=ended).delete()[0])


def mark_of(key: str) -> str:
    """What a session is called where its key must not be shown."""
    return sha256(key.encode()).hexdigest()[:16]


def clear_sessions(register: Register, at: datetime) -> None:
    """Remove the sessions that have run out."""
    ready.WebSession.objects.using(register.alias).filter(expire_date__lt=at).delete()


def _rows(register: Register) -> Any:
    return ready.Account.objects.using(register.alias)


def _read(row: Any) -> AccountRecord:
    return AccountRecord(
        row.user_id, bool(row.password), bool(row.codes_sealed), row.failures, row.locked_until, row.invited_until,
        row.stamp, row.is_closed, row.subject, row.last_code,
    )  # fmt: skip
