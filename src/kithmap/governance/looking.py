"""Why one young person's record is opened: a closed list, so that no reason names anybody."""

from kithmap.errors import WrongUse

REASONS = (
    "a plan for the young person's safety",
    "a strategy discussion or a conference",
    "a referral that was made",
    "the young person asked, or somebody for them",
    "a check of what was linked",
)


def check_looking(reason: str) -> str:
    """The reason, where it is one of the list.

    Raises: WrongUse; it never repeats what was given.

    >>> check_looking("a referral that was made")
    'a referral that was made'
    """
    if reason.strip() not in REASONS:
        raise WrongUse(
            "What was given is not a reason for opening a young person's record.",
            f"One of: {'; '.join(REASONS)}.",
            "Give one of these.",
        )
    return reason.strip()
