"""Signing in to the pages: a password and a code, so many tries, and an invitation to begin with.

Every try is written down, let in or not. A name that nobody has is refused in the same words, after the same
work, as a wrong password: the answer tells nobody who has an account.
"""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, DENY, note
from kithmap.desk.users import check_may_keep_users
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import NotPermitted, WrongUse
from kithmap.governance.permissions import User
from kithmap.register import accounts, users
from kithmap.register.accounts import AccountRecord
from kithmap.register.audit import Act

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

TRIES = 10
LOCKED = timedelta(minutes=15)
INVITED = timedelta(days=3)
ISSUER = "Kithmap"
# Somebody who could not be told apart from nobody.
UNKNOWN = "somebody unknown"
_STEP_SECONDS = 30


@dataclass(frozen=True)
class Enrolment:
    """A new secret of codes: as text to type, and as the address that an authenticator reads from a picture."""

    secret: str
    address: str

    def __repr__(self) -> str:
        return "<Enrolment>"


def invite(workspace: Workspace, name: str, *, who: str) -> str:
    """Let a user choose a password and codes, with a token that is good once, for three days.

    Whoever has signed in as the user is signed out; the old password and codes no longer serve.
    Raises: NotPermitted.
    """
    act = Act(who, "user invite", ALLOW, name)
    check_may_keep_users(workspace, act)
    user = users.get_user(workspace.register, name)
    return _invite(workspace, user, act)


def welcome(workspace: Workspace, token: str) -> tuple[User, str]:
    """Let a made-up user of a demonstration in by their link, which serves until it is made again.

    Raises: NotPermitted, in any workspace that is no demonstration.
    """
    if not is_demonstration(workspace):
        raise NotPermitted("Only a demonstration has such links.")
    name = find_invited(workspace, token)
    account = accounts.find_account(workspace.register, name)
    note(workspace, Act(name, "sign in", ALLOW, name, details={"by": "link of a demonstration"}))
    return users.get_user(workspace.register, name), account.stamp if account else ""


def is_demonstration(workspace: Workspace) -> bool:
    """Whether everybody in the workspace is made up: the world's truth stands beside it."""
    return (workspace.folder.parent / "world" / "truth").is_dir()


def _invite(workspace: Workspace, user: User, act: Act) -> str:
    token, at = secrets.token_urlsafe(24), clock.now()
    fields = {
        "invitation": _fingerprint(token), "invited_until": at + INVITED, "password": "", "codes_sealed": "",
        "failures": 0, "locked_until": None, "stamp": secrets.token_hex(16), "is_closed": False,
    }  # fmt: skip

    def write() -> None:
        accounts.change_account(workspace.register, user.name, at, **fields)
        accounts.end_sessions(workspace.register, user.name)

    note(workspace, act, write)
    return token


def find_invited(workspace: Workspace, token: str) -> str:
    """The name of the user whom an invitation is for.

    Raises: NotPermitted for one that is used, out of date or none.
    """
    found = accounts.find_invited(workspace.register, _fingerprint(token)) if token else None
    if found is None or found.invited_until is None or found.invited_until < clock.now():
        raise NotPermitted(
            "This invitation cannot be used.",
            "One that was sent in the last three days and has not been used.",
            "Ask whoever keeps users to invite you again.",
        )
    return found.name


def new_enrolment(name: str) -> Enrolment:
    """A new secret of codes for a user, not yet kept."""
    import pyotp

    return enrolment_of(name, pyotp.random_base32())


def enrolment_of(name: str, secret: str) -> Enrolment:
    """A secret of codes that was made before, as it is shown again."""
    return Enrolment(secret, str(_codes(secret).provisioning_uri(name=name, issuer_name=ISSUER)))


def find_password_faults(password: str, name: str) -> tuple[str, ...]:
    """What is wrong with a new password, in sentences."""
    return accounts.find_password_faults(password, name)


def accept(workspace: Workspace, token: str, password: str, secret: str, code: str) -> User:
    """Set a user's password and codes, by an invitation and a first code; the invitation is used up.

    Raises: NotPermitted, WrongUse for a password that will not do or a code that is not right.
    """
    name = find_invited(workspace, token)
    faults = find_password_faults(password, name)
    if faults:
        raise WrongUse(" ".join(faults), "A long password of your own.", "Choose another one.")
    step = _step_of(secret, code, clock.now())
    if step is None:
        raise WrongUse(
            "The code is not the one that your authenticator shows now.",
            "Six digits.",
            "Check the time on your telephone, and type the newest code.",
        )
    fields = {
        "password": password, "codes_sealed": _seal(workspace, secret), "last_code": step, "failures": 0,
        "locked_until": None, "invitation": "", "invited_until": None, "stamp": secrets.token_hex(16),
    }  # fmt: skip
    at = clock.now()
    act = Act(name, "user accept", ALLOW, name)
    note(workspace, act, lambda: accounts.change_account(workspace.register, name, at, **fields))
    return users.get_user(workspace.register, name)


def sign_in(workspace: Workspace, name: str, password: str, code: str) -> tuple[User, str]:
    """Let somebody in by name, password and code: the user, and the stamp that their session bears.

    After ten wrong tries the account is locked for a quarter of an hour.
    Raises: NotPermitted, in the same words whatever was wrong.
    """
    account = check_secrets(workspace, name, password, code, verb="sign in")
    return users.get_user(workspace.register, account.name), account.stamp


def check_secrets(workspace: Workspace, name: str, password: str, code: str, *, verb: str) -> AccountRecord:
    """Check a user's password and code, to sign in or to take a step that asks for them again.

    Raises: NotPermitted.
    """
    account = accounts.find_account(workspace.register, name)
    at = clock.now()
    # The password is hashed whoever it is, so that a refusal takes as long for a name that nobody has.
    right = accounts.is_password(workspace.register, name, password)
    is_locked = account is not None and account.locked_until is not None and account.locked_until > at
    if account is None or account.is_closed or is_locked or not right:
        why = "locked" if is_locked else "closed" if account and account.is_closed else "not the password"
        _refuse(workspace, account, verb, why if account else "no such user")
    step = _step_of(_unseal(workspace, accounts.sealed_codes(workspace.register, name)), code, at)
    if step is None or not accounts.take_code(workspace.register, name, step):
        _refuse(workspace, account, verb, "not the code")
    act = Act(account.name, verb, ALLOW, account.name)
    clean = {"failures": 0, "locked_until": None}
    note(workspace, act, lambda: accounts.change_account(workspace.register, name, at, **clean))
    return account


def sign_in_as_subject(workspace: Workspace, subject: str) -> tuple[User, str]:
    """Let in whoever an identity provider has signed in, where a user is kept under that subject.

    Raises: NotPermitted.
    """
    account = accounts.find_subject(workspace.register, subject)
    if account is None or account.is_closed:
        _refuse(workspace, None, "sign in", "no such subject" if account is None else "closed")
    note(workspace, Act(account.name, "sign in", ALLOW, account.name, details={"by": "identity provider"}))
    return users.get_user(workspace.register, account.name), account.stamp


def sign_out(workspace: Workspace, *, who: str) -> None:
    """Write down that somebody signed out."""
    note(workspace, Act(who, "sign out", ALLOW, who))


def find_account(workspace: Workspace, name: str) -> AccountRecord | None:
    """How a user signs in, without any secret; None for one who cannot yet."""
    return accounts.find_account(workspace.register, name)


def list_accounts(workspace: Workspace) -> dict[str, AccountRecord]:
    """How each user signs in, by name."""
    return {each.name: each for each in accounts.list_accounts(workspace.register)}


def close_account(workspace: Workspace, name: str, *, who: str, is_closed: bool = True) -> None:
    """Keep a user out from now on, and end their sessions; or let them in again.

    Raises: NotPermitted.
    """
    act = Act(who, "user close" if is_closed else "user reopen", ALLOW, name)
    check_may_keep_users(workspace, act)
    users.get_user(workspace.register, name)
    at, stamp = clock.now(), secrets.token_hex(16)

    def write() -> None:
        accounts.change_account(workspace.register, name, at, is_closed=is_closed, stamp=stamp)
        accounts.end_sessions(workspace.register, name)

    note(workspace, act, write)


def bind_subject(workspace: Workspace, name: str, subject: str, *, who: str) -> None:
    """Let a user sign in through the identity provider, as whom it knows by this subject.

    Raises: NotPermitted, WrongUse where another user has it.
    """
    act = Act(who, "user bind", ALLOW, name)
    check_may_keep_users(workspace, act)
    users.get_user(workspace.register, name)
    taken = accounts.find_subject(workspace.register, subject)
    if taken is not None and taken.name != name:
        raise WrongUse(
            "Another user signs in as this subject already.",
            "A subject that is one user's alone.",
            "Ask the identity provider for this user's own, or take it from the other first.",
        )
    known = accounts.find_account(workspace.register, name)
    stamp = known.stamp if known else secrets.token_hex(16)
    at = clock.now()
    note(
        workspace,
        act,
        lambda: accounts.change_account(workspace.register, name, at, subject=subject, stamp=stamp),
    )


def web_secret(workspace: Workspace) -> str:
    """What the pages sign their cookies with: of this workspace alone, and never written anywhere."""
    return keys.derive(workspace.key, "web").hex()


def _refuse(workspace: Workspace, account: AccountRecord | None, verb: str, why: str) -> NoReturn:
    at = clock.now()
    act = Act(account.name if account else UNKNOWN, verb, DENY, verb, details={"why": why})

    def write() -> None:
        if account is not None and why != "locked":
            accounts.add_failure(workspace.register, account.name, tries=TRIES, locked_until=at + LOCKED)

    note(workspace, act, write)
    raise NotPermitted(
        "That name, password and code do not go together.",
        "Your user name, your password and the newest code of your authenticator. After ten wrong tries an account"
        " is locked for 15 minutes.",
        "Try again, or ask whoever keeps users to invite you anew.",
    )


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step a code is of: this one, the last or the next; None where it is of none."""
    digits = "".join(code.split())
    # Digits of other scripts are digits too, and can be compared with no code.
    if not secret or not (digits.isascii() and digits.isdigit()):
        return None
    now = int(at.timestamp()) // _STEP_SECONDS
    generator = _codes(secret)
    return next(
        (s for s in (now, now - 1, now + 1) if secrets.compare_digest(generator.generate_otp(s), digits)),
        None,
    )


def _codes(secret: str) -> Any:
    from pyotp.totp import TOTP

    return TOTP(secret)


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _seal(workspace: Workspace, secret: str) -> str:
    return _sealer(workspace).encrypt(secret.encode()).decode()


def _unseal(workspace: Workspace, sealed: str) -> str:
    return _sealer(workspace).decrypt(sealed.encode()).decode() if sealed else ""


def _sealer(workspace: Workspace) -> "Fernet":
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(keys.derive(workspace.key, "codes")))
