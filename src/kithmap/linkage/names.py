"""Names made comparable: words without accents, one spelling for many, sounds, pet names.

Everything here works on one name; `clean` calls it once for each different name of the data.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

# Letters that NFKD leaves whole.
LETTERS = str.maketrans(
    {
        "Ł": "L",
        "Ø": "O",
        "Đ": "D",
        "Ð": "D",
        "Þ": "TH",
        "Æ": "AE",
        "Œ": "OE",
        "ẞ": "SS",
        "ß": "SS",
        "Ħ": "H",
        "Ə": "A",
    }
)
# A hyphen, a space and a full stop part words; an apostrophe of any kind joins them.
JOINS = re.compile("['`\u00b4\u02bb\u02bc\u2018\u2019]")
PARTS = re.compile(r"[^A-Z]+")
# "Na" is a forename, "n/a" is none.
NOT_KNOWN = frozenset({"N/A", "N/K", "N.K.", "N.A.", "?", "-"})
# Beginnings of surnames that some write as a word of their own: O Brien, Mc Donald.
BEGINNINGS = frozenset({"O", "MC", "MAC", "FITZ"})
MOST_FORMAL = 8
SOUNDS = (
    (re.compile(r"PH"), "F"),
    (re.compile(r"GH"), "G"),
    (re.compile(r"(SZ|SH|SCH|CZ|CH|TSCH)"), "X"),
    (re.compile(r"CK|Q|C(?=[^EIY]|$)"), "K"),
    (re.compile(r"C"), "S"),
    (re.compile(r"Z"), "S"),
    (re.compile(r"W"), "V"),
    (re.compile(r"DJ|DZH|J"), "J"),
    (re.compile(r"TH|DH"), "T"),
)


@dataclass(frozen=True)
class Lists:
    """What linkage knows of names, from names.toml and the package `nicknames`."""

    noise: frozenset[str]
    placeholders: frozenset[str]
    particles: frozenset[str]
    one_spelling: dict[str, str]
    stands_for: dict[str, frozenset[str]]


@cache
def lists() -> Lists:
    """Read the lists once."""
    read = tomllib.loads(files("kithmap.linkage").joinpath("names.toml").read_text(encoding="utf-8"))
    one_spelling: dict[str, str] = {}
    for line in _lines(read["spellings"]):
        for word in line:
            one_spelling.setdefault(word, line[0])
    return Lists(
        noise=frozenset(read["titles"].split()),
        placeholders=frozenset(read["placeholders"].split()),
        particles=frozenset(read["particles"].split()),
        one_spelling=one_spelling,
        stands_for=_stands_for(read, one_spelling),
    )


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def _stands_for(read: dict[str, str], one_spelling: dict[str, str]) -> dict[str, frozenset[str]]:
    from nicknames import name_triplets

    found: dict[str, set[str]] = {}

    def add(pet: str, formal: str) -> None:
        found.setdefault(one_spelling.get(pet, pet), set()).add(one_spelling.get(formal, formal))

    for formal, relationship, pet in name_triplets():
        if relationship == "has_nickname":
            add(pet.upper(), formal.upper())
    for entry in read["pet_names"].split(";"):
        pet, *formals = entry.split()
        for formal in formals:
            add(pet, formal)
    for line in _lines(read["translations"]):
        for word in line[1:]:
            add(word, line[0])
    return {pet: frozenset(formals) for pet, formals in found.items()}


def words_of(text: str | None) -> list[str]:
    """The words of a name: upper case, no accents, no titles; none where it is a placeholder.

    >>> words_of("O'Brien-Łukasz (Mr)")
    ['OBRIEN', 'LUKASZ']
    """
    return list(_words(text)) if text else []


@lru_cache(maxsize=100_000)
def _words(text: str) -> tuple[str, ...]:
    if text.strip().upper() in NOT_KNOWN:
        return ()
    known = lists()
    parts = PARTS.split(JOINS.sub("", folded(text)))
    words = tuple(word for word in parts if word and word not in known.noise)
    return () if all(word in known.placeholders for word in words) else words


def surname_words(text: str | None) -> list[str]:
    """The words of a surname, beginnings such as O and Mc joined to what follows.

    >>> surname_words("O Brien"), surname_words("Mc Donald-Smith"), surname_words("O")
    (['OBRIEN'], ['MCDONALD', 'SMITH'], ['O'])
    """
    joined: list[str] = []
    for word in words_of(text):
        if joined and joined[-1] in BEGINNINGS and len(word) > 2:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def folded(text: str) -> str:
    """Text in upper case without accents.

    >>> folded("Łukasz Şahin")
    'LUKASZ SAHIN'
    """
    if text.isascii():
        return text.upper()
    parted = unicodedata.normalize("NFKD", text.upper().translate(LETTERS))
    return "".join(letter for letter in parted if not unicodedata.combining(letter)).translate(LETTERS)


def letters_of(text: str) -> str:
    """The letters of a person's initials, whatever they may spell.

    >>> letters_of("m.r."), letters_of("MS")
    ('MR', 'MS')
    """
    return PARTS.sub("", folded(text))


def spelling_of(word: str) -> str:
    """The one spelling that stands for all spellings of a name.

    >>> spelling_of("MUHAMMAD"), spelling_of("KOWALSKA")
    ('MOHAMMED', 'KOWALSKI')
    """
    known = lists().one_spelling.get(word)
    if known:
        return known
    # Polish and Bulgarian or Russian surnames have a form for women.
    if len(word) > 5 and word.endswith(("SKA", "CKA", "DZKA")):
        return word[:-1] + "I"
    if len(word) > 5 and word.endswith(("OVA", "EVA")):
        return word[:-1]
    return word


@lru_cache(maxsize=100_000)
def sound_of(word: str) -> str:
    """A key that words of like sound share: the first letter's sound, then the consonants.

    >>> sound_of("HUSSAIN") == sound_of("HUSEYN"), sound_of("STEPHEN") == sound_of("STEFAN")
    (True, True)
    """
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    first = "A" if word[:1] in set("AEIOUY") else word[:1]
    tail = re.sub(r"[AEIOUYH]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", first + tail)


def formals_of(word: str) -> list[str]:
    """The names a first name may stand for, itself included, in order.

    >>> formals_of("KUBA")
    ['JAKUB', 'KUBA']
    """
    own = spelling_of(word)
    stands_for = lists().stands_for
    direct = sorted(stands_for.get(own, ()))
    further = sorted({name for formal in direct for name in stands_for.get(formal, ())})
    return sorted(dict.fromkeys([own, *direct, *further][:MOST_FORMAL]))


def without_particles(words: list[str]) -> list[str]:
    """The words of a surname without its small words, unless it has no others."""
    kept = [word for word in words if word not in lists().particles]
    return kept or words
