"""A visit to a page: whoever asks, for which purpose, of which workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kithmap.desk import clock
from kithmap.desk.purposes import get_purpose, list_purposes
from kithmap.desk.users import get_user
from kithmap.desk.workspace import Workspace
from kithmap.errors import KithmapError, NoPurpose
from kithmap.governance.permissions import User
from kithmap.governance.policy import purposes_of
from kithmap.governance.purposes import PurposeRecord, check_in_force

# Where a session keeps what it knows: whose it is, for what, and when.
USER, STAMP, PURPOSE, SINCE, SEEN, FRESH, TOLD = "user", "stamp", "purpose", "since", "seen", "fresh", "told"


@dataclass
class Visit:
    """One request of somebody signed in, with the workspace that it may read and write.

    Nothing here decides anything: every read and every act goes through the desk, which does.
    """

    request: HttpRequest
    workspace: Workspace
    user: User
    purpose: PurposeRecord | None = None

    @property
    def who(self) -> str:
        """The user's name, as the desk asks for it."""
        return self.user.name

    @property
    def purpose_id(self) -> str:
        """The purpose chosen, by its id.

        Raises: NoPurpose.
        """
        if self.purpose is None:
            raise NoPurpose("No purpose has been chosen.", "A purpose in force.", "Choose one.")
        return self.purpose.id

    @property
    def session(self) -> Any:
        """What the browser's session keeps."""
        return self.request.session

    @property
    def typed(self) -> Mapping[str, str]:
        """What a form sent, each field's last value."""
        return {name: str(value) for name, value in self.request.POST.items()}

    @property
    def asked(self) -> Mapping[str, str]:
        """What the address asks, each field's last value."""
        return {name: str(value) for name, value in self.request.GET.items()}

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of the page that it shows already."""
        return self.request.headers.get("HX-Request") == "true"

    def tell(self, message: str) -> None:
        """Say something at the head of the next page: what was just done."""
        self.session[TOLD] = [*self.session.get(TOLD, []), message]

    def take_told(self) -> list[str]:
        """What was to be said, once."""
        return self.session.pop(TOLD, []) if TOLD in self.session else []


def find_user(workspace: Workspace, session: Mapping[str, Any]) -> User | None:
    """The user whose session this is; None where nobody is signed in or the session no longer serves."""
    from kithmap.desk.accounts import find_account

    name = session.get(USER)
    if not name:
        return None
    account = find_account(workspace, name)
    if account is None or account.is_closed or account.stamp != session.get(STAMP):
        return None
    return get_user(workspace, name)


def find_purpose(workspace: Workspace, session: Mapping[str, Any]) -> PurposeRecord | None:
    """The purpose chosen for a session, where it is in force still."""
    chosen = session.get(PURPOSE)
    if not chosen:
        return None
    try:
        purpose = get_purpose(workspace, chosen)
        check_in_force(purpose, clock.today())
    except KithmapError:
        return None
    return purpose


def purposes_open_to(workspace: Workspace, user: User) -> tuple[PurposeRecord, ...]:
    """The purposes in force that a user's role works for."""
    kinds = purposes_of(user.role)
    today = clock.today()
    return tuple(each for each in list_purposes(workspace) if each.kind in kinds and _stands(each, today))


def _stands(purpose: PurposeRecord, today: Any) -> bool:
    try:
        check_in_force(purpose, today)
    except KithmapError:
        return False
    return True
