"""Sessions of the pages, in the register: Django's own store over a table that also says whose each is."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from kithmap.register import ready

USER = "user"


class SessionStore(DatabaseStore):
    """Keeps sessions in the register, each with the name of its user."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The table of sessions."""
        return ready.WebSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """A row for a session; its user's name stands beside what is packed away."""
        row: Any = super().create_model_instance(data)
        row.user_name = data.get(USER, "")
        return row
