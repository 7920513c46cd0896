"""Why an extract is withdrawn: a closed list, so that no reason can hold a name."""

from enum import Enum

from kithmap.errors import WrongUse


class Reason(Enum):
    """Why an extract may count no more, in the words of the audit."""

    HOLDER = "the holder asked for it back"
    MISTAKE = "it was sent or received by mistake"
    FAULTS = "its contents were found to be wrong"
    OBJECTION = "an objection to its use was upheld"
    RETENTION = "the time for keeping it has ended"
    OTHER = "another reason, kept with the agreement's papers"

    @property
    def code(self) -> str:
        """The word that names it on the command line."""
        return self.name.lower()


def read_reason(code: str) -> Reason:
    """The reason that a word names.

    Raises: WrongUse.
    """
    found = {reason.code: reason for reason in Reason}
    if code.strip().lower() not in found:
        listed = "; ".join(f"{reason.code} ({reason.value})" for reason in Reason)
        raise WrongUse("There is no such reason for withdrawing.", f"One of {listed}.", "Name one of these.")
    return found[code.strip().lower()]
