"""Users in the register: accounts and their roles."""

from datetime import datetime
from typing import Any

from kithmap.errors import NotPermitted, WrongUse
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import User
from kithmap.governance.policy import Role
from kithmap.register import ready
from kithmap.register.open import Register


def add_user(register: Register, user: User, at: datetime) -> None:
    """Register a user, or give one another role, organisation or authority.

    Raises: WrongUse when the name is empty.
    """
    if not user.name.strip():
        raise WrongUse("The user has no name.", "The name of an account.", "Give the user a name.")
    told = {
        "role": user.role.value,
        "organisation": user.organisation.value,
        "authority": user.authority or "",
    }
    _rows(register).update_or_create(name=user.name, defaults={**told, "added_at": at})


def list_users(register: Register) -> tuple[User, ...]:
    """Every user, in the order of their names."""
    return tuple(_read(row) for row in _rows(register).order_by("name"))


def get_user(register: Register, name: str) -> User:
    """One user by name.

    Raises: NotPermitted for a name that is not registered.
    """
    row = _rows(register).filter(name=name).first()
    if row is None:
        raise NotPermitted(
            f"'{name}' is not a user of this workspace.",
            "A registered user.",
            "See `kithmap user list`; somebody who may keep users adds one with `kithmap user add`.",
        )
    return _read(row)


def _rows(register: Register) -> Any:
    return ready.User.objects.using(register.alias)


def _read(row: Any) -> User:
    # A user of before there were organisations works for the whole partnership.
    organisation = Organisation(row.organisation or Organisation.PARTNERSHIP.value)
    return User(row.name, Role(row.role), organisation, row.authority or None)
