"""The registry as redaction knows it: names, schools, places, streets and numbers, found exactly or nearly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from kithmap.governance.redaction_words import plain_words, words

PERSON, SCHOOL, PLACE, ADDRESS = "person", "school", "place", "address"
# A slip of the keys is one letter in a word of five to seven letters, up to two in a longer one.
FIRST_SLIP, SECOND_SLIP = 5, 8
# Of people who are in the row itself shorter names are met with a slip as well.
NEAR_FIRST_SLIP, NEAR_SECOND_SLIP = 4, 7
LONGEST_PHRASE = 6


@dataclass(frozen=True, repr=False)
class NearPerson:
    """Somebody the row, or what is stated of it, names: every word they are known by, pet names included.

    group: young person, adult or person, as far as the build knows.
    """

    key: str
    group: str
    forenames: frozenset[str]
    surnames: frozenset[str]

    def __repr__(self) -> str:
        return f"<NearPerson, {self.group}>"

    @property
    def known_by(self) -> frozenset[str]:
        """Every word they are known by."""
        return self.forenames | self.surnames


@dataclass(frozen=True, repr=False)
class Gazetteer:
    """What must not stand in a text. Every word in it is plain: see `plain_word`.

    names: words of the names of everybody in the build, with pet names and other spellings.
    phrases: names of schools, places and streets, word by word, each with its kind.
    numbers: identifiers of people, without blanks, in lower case.
    near: the people of this row.
    """

    names: frozenset[str] = frozenset()
    phrases: Mapping[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    numbers: frozenset[str] = frozenset()
    near: tuple[NearPerson, ...] = ()

    def __repr__(self) -> str:
        return f"<Gazetteer of {len(self.names):,} names, {len(self.phrases):,} places and {len(self.near)} near>"

    def with_near(self, near: Iterable[NearPerson]) -> "Gazetteer":
        """The same registry, for another row."""
        made = Gazetteer(self.names, self.phrases, self.numbers, tuple(near))
        # What was looked up in the registry holds for every row of it.
        made.__dict__.update({name: self.__dict__[name] for name in ("_finder", "starts", "phrase_words") if name in self.__dict__})  # fmt: skip
        return made

    @cached_property
    def _finder(self) -> "_Finder":
        return _Finder(self.names)

    @cached_property
    def starts(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The phrases by their first word, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in self.phrases:
            if phrase:
                found.setdefault(phrase[0], []).append(phrase)
        return {first: tuple(sorted(listed, key=len, reverse=True)) for first, listed in found.items()}

    @cached_property
    def phrase_words(self) -> "_Finder":
        """The words that begin a phrase, to be met with a slip of the keys."""
        return _Finder(frozenset(self.starts))

    def has_name(self, word: str) -> bool:
        """Whether a word is a name of somebody, letter by letter."""
        return word in self.names

    def is_like_a_name(self, word: str) -> bool:
        """Whether a word is a name of somebody but for a slip of the keys."""
        return self._finder.find(word) is not None

    def near_of(self, word: str) -> frozenset[str]:
        """Which people of the row a word may name, exactly or nearly."""
        exact = frozenset(person.key for person in self.near if word in person.known_by)
        return exact or frozenset(
            person.key
            for person in self.near
            if any(is_slip(word, known, NEAR_FIRST_SLIP, NEAR_SECOND_SLIP) for known in person.known_by)
        )

    def phrase_at(self, tokens: list[str]) -> tuple[int, str, str]:
        """How many of the next words name a school or a place, its kind, and its name; none: 0."""
        firsts = {tokens[0], self.phrase_words.find(tokens[0]) or tokens[0]} if tokens else set[str]()
        for first in sorted(firsts):
            for phrase in self.starts.get(first, ()):
                if len(phrase) <= len(tokens) and all(
                    one == other or is_slip(one, other) for one, other in zip(tokens, phrase, strict=False)
                ):
                    return len(phrase), self.phrases[phrase], " ".join(phrase)
        return 0, "", ""


class _Finder:
    """Words that are met with a slip of the keys, looked up once each."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        by_length: dict[int, list[str]] = {}
        for word in sorted(known):
            by_length.setdefault(len(word), []).append(word)
        self._by_length = by_length
        self.find = lru_cache(maxsize=200_000)(self._find)

    def _find(self, word: str) -> str | None:
        if word in self._known:
            return word
        most = _slips(len(word), FIRST_SLIP, SECOND_SLIP)
        if not most:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        candidates = [
            other for length in range(len(word) - most, len(word) + most + 1) for other in self._by_length.get(length, ())
        ]  # fmt: skip
        found = extractOne(word, candidates, scorer=OSA.distance, score_cutoff=most)
        return found[0] if found else None


def is_slip(word: str, known: str, first: int = FIRST_SLIP, second: int = SECOND_SLIP) -> bool:
    """Whether a word is another but for a slip of the keys: letters lost, doubled, changed or swapped.

    >>> is_slip("amnia", "amina"), is_slip("kia", "kai"), is_slip("larkspr", "larkspur")
    (True, False, True)
    """
    from rapidfuzz.distance import OSA

    most = _slips(min(len(word), len(known)), first, second)
    return bool(most) and OSA.distance(word, known, score_cutoff=most) <= most


def _slips(length: int, first: int, second: int) -> int:
    return 0 if length < first else 1 if length < second else 2


def phrases_of(names: Iterable[str], kind: str) -> dict[tuple[str, ...], str]:
    """Names of schools, places or streets as a text may write them: whole, and without what all of a kind share.

    >>> sorted(phrases_of(["Larkspur Park Academy"], SCHOOL))
    [('larkspur', 'park'), ('larkspur', 'park', 'academy')]
    """
    found: dict[tuple[str, ...], str] = {}
    for name in names:
        phrase = plain_words(name)
        while phrase and phrase[0].isdigit():
            phrase = phrase[1:]
        if not 0 < len(phrase) <= LONGEST_PHRASE:
            continue
        bare = _bare(phrase) if kind == SCHOOL else phrase
        for each in (phrase, bare):
            if _tells(each):
                found[each] = kind
    return found


def _bare(phrase: tuple[str, ...]) -> tuple[str, ...]:
    while phrase and phrase[-1] in words().kinds_of_school:
        phrase = phrase[:-1]
    return phrase


def _tells(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase points to one place: not `home address`, `park` or `high street`."""
    if not phrase:
        return False
    known = words()
    if len(phrase) == 1:
        return phrase[0] not in known.ordinary and len(phrase[0]) > 3
    return not known.kinds_of_school.union(known.general).issuperset(phrase)
