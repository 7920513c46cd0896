"""What somebody may ask of what is held on them, and what may come of it: closed lists, so that none names anybody."""

from collections.abc import Mapping
from enum import Enum

from kithmap.errors import WrongUse
from kithmap.governance.purposes import Purpose


class Kind(Enum):
    """What is asked."""

    ACCESS = "access"
    OBJECTION = "objection"
    CORRECTION = "correction"
    DISPUTE = "dispute"


OPEN, UPHELD, DECLINED = "open", "upheld", "declined"
DECISIONS = (UPHELD, DECLINED)

REASONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ACCESS: ("to know what is held",),
    Kind.OBJECTION: (
        "should not be used for profiling",
        "no longer concerns them",
        "was given in confidence",
    ),
    Kind.CORRECTION: ("of somebody else", "a wrong date", "a wrong role", "a wrong harm", "a wrong place"),
    Kind.DISPUTE: ("did not happen", "happened otherwise", "of somebody else", "a wrong role"),
}

# What leaves every answer once it is upheld: all that is objected to, and what is said of the wrong person or harm.
LEAVING: Mapping[Kind, frozenset[str]] = {
    Kind.OBJECTION: frozenset(REASONS[Kind.OBJECTION]),
    Kind.CORRECTION: frozenset({"of somebody else", "a wrong harm"}),
}
NOT_FOR_PROFILING = "should not be used for profiling"
PROFILED = frozenset({Purpose.PROFILING, Purpose.SHARING})
# What is disputed is marked until somebody decides, and, where it is upheld, for good.
MARKED = frozenset({OPEN, UPHELD})


def read_kind(text: str) -> Kind:
    """The kind of request a word names.

    Raises: WrongUse.
    """
    try:
        return Kind(text.strip().lower())
    except ValueError:
        listed = ", ".join(kind.value for kind in Kind)
        raise WrongUse("There is no such request.", f"One of {listed}.", "Name one of these.") from None


def leaves(kind: str, reason: str, state: str, purpose: Purpose) -> bool:
    """Whether what a request is about counts no more in an answer for a kind of purpose.

    >>> leaves("objection", "was given in confidence", "upheld", Purpose.CASE)
    True
    >>> leaves("objection", "should not be used for profiling", "upheld", Purpose.CASE)
    False
    >>> leaves("correction", "a wrong date", "upheld", Purpose.PROFILING)
    False
    """
    if state != UPHELD or reason not in LEAVING.get(Kind(kind), frozenset[str]()):
        return False
    return reason != NOT_FOR_PROFILING or purpose in PROFILED


def check_reason(kind: Kind, reason: str) -> str:
    """The reason, where it is one of the list for its kind.

    Raises: WrongUse; it never repeats what was given.
    """
    if reason.strip() not in REASONS[kind]:
        raise WrongUse(
            f"What was given is not a reason for a request of the kind {kind.value}.",
            f"One of: {'; '.join(REASONS[kind])}.",
            "Give one of these.",
        )
    return reason.strip()


def check_decision(state: str, decision: str) -> str:
    """The decision, where the request is still open.

    Raises: WrongUse.
    """
    if state != OPEN or decision not in DECISIONS:
        raise WrongUse(
            f"The request is {state}." if state != OPEN else "What was given is no decision.",
            f"An open request, and one of {', '.join(DECISIONS)}.",
            "See `kithmap subject list`.",
        )
    return decision
