"""The kinds of organisation in a partnership: whose data it is, and whose somebody is."""

from enum import Enum


class Organisation(Enum):
    """A kind of organisation. An agreement is with one; a user works for one."""

    PARTNERSHIP = "partnership"
    SOCIAL_CARE = "social_care"
    COMMUNITY_SAFETY = "community_safety"
    POLICE = "police"
    EDUCATION = "education"
    HEALTH = "health"
    TRANSPORT = "transport"
    YOUTH_JUSTICE = "youth_justice"
    PANEL = "panel"

    @property
    def words(self) -> str:
        """The kind as it is said in a sentence."""
        return self.value.replace("_", " ")
