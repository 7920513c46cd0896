"""When a release needs a note: an ethnic group is recorded more, or less, often than chance would say."""

from dataclasses import dataclass

from kithmap.errors import NoteMissing, WrongUse
from kithmap.governance.judging import MOST_NOTE, NO_NAMES

SHORTEST_NOTE = 20


@dataclass(frozen=True)
class Apart:
    """A group whose ratio's interval leaves out 1, against one denominator, in words."""

    group: str
    against: str
    is_more: bool

    @property
    def words(self) -> str:
        """The finding in words, without a number: numbers leave only as an answer of their own."""
        return f"{self.group} {'more' if self.is_more else 'less'} often against {self.against}"


def in_words(found: tuple[Apart, ...]) -> str:
    """What was found, in a sentence that goes with every release.

    >>> in_words((Apart("black", "the school roll", True),))
    'By ethnic group, recorded otherwise than chance would say: black more often against the school roll.'
    """
    if not found:
        return "By ethnic group, no difference from all others that is shown leaves out chance."
    listed = "; ".join(each.words for each in found)
    return f"By ethnic group, recorded otherwise than chance would say: {listed}."


def check_note(note: str, *, names_somebody: bool) -> None:
    """Refuse a note that says nothing, is too long, or names somebody.

    Raises: WrongUse; it never says which word it was.
    """
    said = note.strip()
    if len(said) < SHORTEST_NOTE:
        raise WrongUse(
            "The note says too little.",
            "What the partnership makes of the difference: where it may come from, and what will be done.",
            "Write a sentence or two.",
        )
    if len(said) > MOST_NOTE:
        raise WrongUse(f"The note is longer than {MOST_NOTE} characters.", "A few sentences.", "Shorten it.")
    if names_somebody:
        raise WrongUse("The note names somebody, or gives a number.", NO_NAMES, "Say it without.")


def check_released_with_note(*, needs_note: bool, note: str | None) -> None:
    """Refuse a release that needs a note and has none.

    Raises: NoteMissing.
    """
    if needs_note and note is None:
        raise NoteMissing(
            "An ethnic group is recorded more, or less, often here than chance would say, and no note speaks of it.",
            "A note on what the partnership makes of it, written before the release.",
            "See it with `kithmap disproportion show`, and write it with `kithmap disproportion note`.",
        )
