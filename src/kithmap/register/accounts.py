"""How users sign in: hashed passwords, sealed secrets of codes, failures and invitations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register


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
    if name.lower() in password.lower():
        faults.append("This password holds your user name.")
    return tuple(faults)


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
