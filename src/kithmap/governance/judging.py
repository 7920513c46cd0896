"""Judging whether two mentions are one person: what may be said, and what several people's word comes to.

judged once ─┬──────────────────────────────────▶ decided
             └ one pair in ten ▶ second look ──▶ decided, when the two agree
                                      └────────▶ disputed, when not: until a third decides or one comes round
nobody could tell ▶ not sure: until somebody else decides
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kithmap.errors import WrongUse

SAME, DIFFERENT, NOT_SURE = "same", "different", "not sure"
DECISIONS = (SAME, DIFFERENT, NOT_SURE)
OTHER = "other"
REASONS: Mapping[str, tuple[str, ...]] = {
    SAME: (
        "a number agrees", "name and birthday agree", "home or school agrees", "changed name",
        "written wrongly", "the holder says so", OTHER,
    ),
    DIFFERENT: (
        "a number differs", "twins", "brothers or sisters", "another birthday", "another name",
        "the holder says so", OTHER,
    ),
    NOT_SURE: ("says too little", "contradicts itself", "the holder must be asked", OTHER),
}  # fmt: skip
NO_NAMES = (
    "A note is kept for good and read by many: it must not name anybody or give a number or a birthday."
)
MOST_NOTE = 500
# A second person looks at one pair in ten.
SECOND_LOOKS = 0.1
SHORTEST_NAME = 3

DECIDED, SECOND_LOOK, DISPUTED, UNDECIDED = "decided", "second look", "disputed", "not sure"


@dataclass(frozen=True)
class Verdict:
    """What somebody decides of two mentions: the decision, a reason of the list, and a note if need be."""

    decision: str
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the judgements of one pair come to; `decision` is None while people could not tell or disagree."""

    decision: str | None
    state: str

    @property
    def waits(self) -> bool:
        """Whether somebody else must look."""
        return self.state != DECIDED


def settle(said: Mapping[str, str], *, wants_second: bool) -> Outcome:
    """What people's decisions of one pair come to: `said` holds each person's.

    >>> settle({"ann": "same", "bea": "different"}, wants_second=False)
    Outcome(decision=None, state='disputed')
    >>> settle({"ann": "same", "bea": "different", "cy": "same"}, wants_second=False).decision
    'same'
    """
    votes = [decision for decision in said.values() if decision != NOT_SURE]
    if not votes:
        return Outcome(None, UNDECIDED)
    same, different = votes.count(SAME), votes.count(DIFFERENT)
    if same == different:
        return Outcome(None, DISPUTED)
    decision = SAME if same > different else DIFFERENT
    if len(votes) == 1 and wants_second:
        return Outcome(decision, SECOND_LOOK)
    return Outcome(decision, DECIDED)


def check_verdict(verdict: Verdict) -> None:
    """Refuse a decision or reason that is not of the lists, and a reason `other` without a note.

    Raises: WrongUse.
    """
    if verdict.decision not in DECISIONS:
        raise WrongUse(
            "What was given is not a decision.",
            f"One of {', '.join(DECISIONS)}.",
            "Decide in one of these words.",
        )
    allowed = REASONS[verdict.decision]
    if verdict.reason not in allowed:
        raise WrongUse(
            f"What was given is not a reason for '{verdict.decision}'.",
            f"One of: {'; '.join(allowed)}.",
            f"Give one of these reasons; '{OTHER}' with a note where none fits.",
        )
    if verdict.reason == OTHER and not verdict.note.strip():
        raise WrongUse(
            "The reason is 'other', and no note says which.",
            "A few words, without any name.",
            "Add a note, or give a reason of the list.",
        )
    if len(verdict.note) > MOST_NOTE:
        raise WrongUse(f"The note is longer than {MOST_NOTE} characters.", "A few words.", "Shorten it.")


def check_names_nobody(note: str, said: Iterable[str]) -> None:
    """Refuse a note that repeats what the records say of the two: a name, a number, a birthday.

    Raises: WrongUse; it never says which word it was.
    """
    known = {word for text in said for word in _words(text) if len(word) >= SHORTEST_NAME}
    if known & set(_words(note)):
        raise WrongUse(
            "The note repeats something that the records say of the two.",
            NO_NAMES,
            "Say it without: 'the second record has another birthday', not which.",
        )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
