"""How two records agree, field by field, in words: the model's where it compared them, else plain ones."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kithmap.desk.mentions import Mention

if TYPE_CHECKING:
    from kithmap.linkage.model import Model

NEITHER, ONE_SIDE = "neither says", "one side does not know"
SAME, DIFFERENT = "the same", "different"
AGREES, CLOSE, DIFFERS, MISSING = "agrees", "close", "differs", "missing"
# How words of agreement end, the model's and our own, that leave nothing open.
ALIKE = (SAME, "is the same", "same day", "the same as far as known")
UNLIKE = (DIFFERENT, "are different", "is different", "it does not fit", "it is another")
# The comparison of the model that speaks of a field.
COMPARISONS: Mapping[str, str] = {
    "forename": "forename", "surname": "surname", "date of birth": "birth", "sex": "sex", "school": "school",
    "home postcode": "home", "NHS number": "nhs", "unique pupil number": "upn", "holder's number": "number",
}  # fmt: skip
NUMBERS: Mapping[str, str] = {
    "NHS number": "nhs_number", "unique pupil number": "upn", "holder's number": "source_person_id",
}  # fmt: skip


def agreements(
    one: Mention, other: Mention, levels: Mapping[str, int | None], model: "Model"
) -> dict[str, str]:
    """How two mentions agree in every field, in words.

    levels: the level that each comparison fell in when the two were linked; empty where they were not
    compared. The words never say what that weighs.
    """
    shown, beside = one.shown, other.shown
    found: dict[str, str] = {}
    for field in shown:
        known = [value for value in (shown[field], beside[field]) if value]
        if len(known) < 2:
            found[field] = ONE_SIDE if known else NEITHER
        else:
            found[field] = _from_model(field, levels, model) or _plainly(field, one, other)
    return found


def degree(words: str) -> str:
    """Which of four a field's agreement is, from its words: agrees, close, differs, or missing.

    >>> degree("The surname is the same"), degree("one letter apart"), degree("neither says")
    ('agrees', 'close', 'missing')
    >>> degree("Only an initial is known of a forename, and it is the same"), degree("different")
    ('close', 'differs')
    """
    if words in (NEITHER, ONE_SIDE):
        return MISSING
    if words.endswith(UNLIKE):
        return DIFFERS
    return AGREES if words.endswith(ALIKE) and not words.startswith("Only") else CLOSE


def _from_model(field: str, levels: Mapping[str, int | None], model: "Model") -> str | None:
    name = COMPARISONS.get(field, "")
    level = levels.get(name)
    compared = {each.name: each for each in model.comparisons}.get(name)
    if level is None or compared is None or level >= len(compared.levels):
        return None
    found = compared.levels[level]
    return found.says or found.when


def _plainly(field: str, one: Mention, other: Mention) -> str:
    if field == "date of birth":
        return birthdays(one, other)
    if field in NUMBERS:
        values: list[Any] = [getattr(each, NUMBERS[field]) for each in (one, other)]
        return SAME if values[0].upper() == values[1].upper() else DIFFERENT
    first, second = (str(each.shown[field]) for each in (one, other))
    if field == "also known as":
        return "share a name" if set(_folded(first).split()) & set(_folded(second).split()) else DIFFERENT
    return texts(first, second)


def texts(one: str, other: str) -> str:
    """How two texts agree.

    >>> texts("Zoë", "ZOE"), texts("Tamsin", "Tamsyn"), texts("Okonjo", "Okonjo-Vale"), texts("Jo", "Al")
    ('the same', 'one letter apart', 'share a word', 'different')
    """
    first, second = _folded(one), _folded(other)
    if first == second:
        return SAME
    apart = letters_apart(first, second)
    if min(len(first), len(second)) > 2 and apart <= 2:
        return "one letter apart" if apart == 1 else "two letters apart"
    if set(first.split()) & set(second.split()):
        return "share a word"
    if first.startswith(second) or second.startswith(first):
        return "one begins with the other"
    return DIFFERENT


def birthdays(one: Mention, other: Mention) -> str:
    """How two dates of birth, or ages, agree."""
    if one.dob is None or other.dob is None:
        return (
            "one side gives an age only"
            if one.dob or other.dob
            else texts(one.birth or "", other.birth or "")
        )
    if one.dob == other.dob:
        exact = {each.dob_precision or "day" for each in (one, other)} == {"day"}
        return "same day" if exact else "the same as far as known"
    parts = [(each.day, each.month, each.year) for each in (one.dob, other.dob)]
    if parts[0] == (parts[1][1], parts[1][0], parts[1][2]):
        return "day and month swapped"
    if letters_apart(one.dob.isoformat(), other.dob.isoformat()) == 1:
        return "one digit apart"
    same = [parts[0][place] == parts[1][place] for place in range(3)]
    return "two of day, month and year are the same" if sum(same) == 2 else DIFFERENT


def letters_apart(one: str, other: str) -> int:
    """How many letters must be put in, taken out, changed or swapped with their neighbour.

    >>> letters_apart("tamsin", "tasmin"), letters_apart("okonjo", "okonio")
    (1, 1)
    """
    rows = {(-1, place): place + 1 for place in range(-1, len(other))}
    rows |= {(place, -1): place + 1 for place in range(len(one))}
    for i, letter in enumerate(one):
        for j, beside in enumerate(other):
            best = min(rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1] + (letter != beside))
            if i and j and letter == other[j - 1] and one[i - 1] == beside:
                best = min(best, rows[i - 2, j - 2] + 1)
            rows[i, j] = best
    return rows[len(one) - 1, len(other) - 1]


def _folded(text: str) -> str:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain.casefold()).split())
