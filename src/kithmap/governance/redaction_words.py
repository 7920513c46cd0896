"""Which words are ordinary and may stand, and how words are made comparable."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Letters that NFKD leaves whole.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ħ": "h", "ə": "a", "\u0131": "i"})  # fmt: skip
_APOSTROPHES = re.compile("[`\u00b4\u02bb\u02bc\u2018\u2019]")
_ENDINGS = ("'s", "'d", "'ll", "'re", "'ve", "'m", "s'")


@dataclass(frozen=True)
class Words:
    """The lists redaction goes by."""

    ordinary: frozenset[str]
    capitals: frozenset[str]
    long_capitals: frozenset[str]
    names: frozenset[str]
    very_common: frozenset[str]
    kinds_of_school: frozenset[str]
    general: frozenset[str]
    shortened: dict[str, str]


@cache
def words() -> Words:
    """Read the lists once.

    Source: SCOWL 2020.12.07 for the ordinary words; the rest is our own, in words/redaction.toml.
    """
    folder = files("kithmap.governance").joinpath("words")
    lines = folder.joinpath("ordinary.txt").read_text(encoding="utf-8").splitlines()
    ours = tomllib.loads(folder.joinpath("redaction.toml").read_text(encoding="utf-8"))
    return Words(
        ordinary=frozenset(line for line in lines if line[:1] != "#") | frozenset(ours["work"].split()),
        capitals=frozenset(ours["capitals"].split()),
        long_capitals=frozenset(ours["capitals"].casefold().split()),
        names=frozenset(ours["words_and_names"].split()),
        very_common=frozenset(ours["very_common"].split()),
        kinds_of_school=frozenset(ours["kinds_of_school"].split()),
        general=frozenset(ours["general"].split()),
        shortened={**_spellings(ours["shortened"]), **_spellings(ours["streets"])},
    )


def _spellings(table: dict[str, str]) -> dict[str, str]:
    return {word: whole for whole, short in table.items() for word in (whole, *short.split())}


def plain_word(text: str) -> str:
    """A word as it is compared: lower case, no accents, no apostrophes, no ending of possession.

    >>> plain_word("O'Brien's"), plain_word("Łukasz"), plain_word("JAMES'")
    ('obrien', 'lukasz', 'james')
    """
    lower = _APOSTROPHES.sub("'", text).casefold()
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(lower) > len(ending) + 1:
            lower = lower[: -len(ending)] + ("s" if ending == "s'" else "")
            break
    parted = unicodedata.normalize("NFKD", lower.translate(_LETTERS))
    return "".join(letter for letter in parted if letter.isalnum())


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a name or a place as they are compared, those that are shortened written out.

    >>> plain_words("Larkspur Pk Comm. Sch"), plain_words("14 St. Anne's Rd")
    (('larkspur', 'park', 'community', 'school'), ('14', 'street', 'anne', 'road'))
    """
    parts = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", text)
    shortened = words().shortened
    return tuple(shortened.get(word, word) for word in map(plain_word, parts) if word)


def is_ordinary(token: str) -> bool:
    """Whether a word, whatever its case, is one that anybody uses; both parts of a doubled one.

    >>> is_ordinary("Slashed"), is_ordinary("self-presented"), is_ordinary("amina")
    (True, True, False)
    """
    lower = _APOSTROPHES.sub("'", token).casefold()
    known = words().ordinary
    if lower in known or _without_ending(lower) in known:
        return True
    return "-" in lower and all(part in known for part in lower.split("-"))


def _without_ending(lower: str) -> str:
    for ending in _ENDINGS:
        if lower.endswith(ending):
            return lower[: -len(ending)] + ("s" if ending == "s'" else "")
    return lower
