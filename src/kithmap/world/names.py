"""Names of the communities of a big city, and how each may be written by others."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from kithmap.world.streams import Bools, Floats, Ints, draw

_SPECIAL = str.maketrans(
    {"\u0131": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "ß": "ss", "æ": "ae", "ə": "e"}
)
_GENDERED = {"ski": "ska", "cki": "cka", "dzki": "dzka"}


def fold(name: str) -> str:
    """Write a name with the 26 letters of an old computer.

    >>> fold("Łukasz Çelik Nguyễn")
    'Lukasz Celik Nguyen'
    """
    parts = unicodedata.normalize("NFKD", name.translate(_SPECIAL))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Community:
    """A community's pools, as positions in the book's forenames and surnames."""

    id: str
    weight: float
    style: str
    ethnicities: tuple[str, ...]
    ethnicity_weights: tuple[float, ...]
    female: Ints
    male: Ints
    surnames: Ints


@dataclass(frozen=True)
class Spellings:
    """One row per distinct name: as written at home, folded, otherwise spelled, and for short."""

    text: pl.Series
    folded: pl.Series
    other: pl.Series
    nickname: pl.Series
    female: Ints


@dataclass(frozen=True)
class NameBook:
    """All pools, read from names.toml."""

    communities: tuple[Community, ...]
    forenames: Spellings
    surnames: Spellings
    street_names: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(community.id for community in self.communities)


def zipf(size: int, exponent: float = 0.75) -> Floats:
    """Weights that fall with rank, as names do: the first names are far commoner."""
    return np.asarray(1.0 / (np.arange(size) + 2.5) ** exponent, dtype=np.float64)


class _Index:
    """Distinct names in the order they were first met."""

    def __init__(self) -> None:
        self.position: dict[str, int] = {}

    def add(self, words: list[str]) -> Ints:
        texts = dict.fromkeys(word.replace("_", " ") for word in words)
        return np.array([self.position.setdefault(text, len(self.position)) for text in texts])


def _women(surname: str) -> str:
    return next((surname[: -len(m)] + w for m, w in _GENDERED.items() if surname.endswith(m)), surname)


def _spellings(
    index: _Index, others: dict[str, str], nicknames: dict[str, str], gendered: set[str]
) -> Spellings:
    index.add([_women(name).replace(" ", "_") for name in index.position if name in gendered])
    names = list(index.position)
    return Spellings(
        text=pl.Series(names),
        folded=pl.Series([fold(name) for name in names]),
        other=pl.Series([others.get(name, fold(name)) for name in names]),
        nickname=pl.Series([nicknames.get(name, "") for name in names]),
        female=np.array([index.position[_women(n)] if n in gendered else i for i, n in enumerate(names)]),
    )


def _variants(groups: list[str]) -> dict[str, str]:
    """The next spelling of each name of a group; one that stands in two groups keeps its first."""
    nexts: dict[str, str] = {}
    for group in groups:
        words = group.split()
        for word, other in zip(words, words[1:] + words[:1], strict=True):
            nexts.setdefault(word, fold(other))
    return nexts


@cache
def read_names() -> NameBook:
    """Read the pools of every community."""
    raw: dict[str, Any] = tomllib.loads((files("kithmap.world") / "names.toml").read_text(encoding="utf-8"))
    forenames, surnames = _Index(), _Index()
    communities = tuple(
        Community(
            id=c["id"], weight=c["weight"], style=c["style"],
            ethnicities=tuple(c["ethnicity"]), ethnicity_weights=tuple(c["ethnicity"].values()),
            female=forenames.add(c["female"].split()), male=forenames.add(c["male"].split()),
            surnames=surnames.add(c["surnames"].split()),
        )
        for c in raw["community"]
    )  # fmt: skip
    others = _variants(raw["variants"]["groups"])
    nicknames = dict(pair.split("=") for pair in raw["nicknames"]["pairs"].split())
    gendered = {name for c in raw["community"] if c["style"] == "gendered" for name in c["surnames"].split()}
    return NameBook(
        communities,
        _spellings(forenames, others, nicknames, set()),
        _spellings(surnames, others, {}, gendered),
        tuple(raw["street_names"]["names"].split()),
    )


@cache
def read_words(kind: str) -> list[str]:
    """Read the words that made-up places and schools are called by."""
    raw = tomllib.loads((files("kithmap.world") / "words.toml").read_text(encoding="utf-8"))
    return [word.replace("_", " ") for word in raw[kind].split()]


def draw_forenames(rng: np.random.Generator, book: NameBook, community: Ints, male: Bools) -> Ints:
    """Draw a forename for each person from the pool of community and sex."""
    chosen = np.zeros(len(community), dtype=np.int64)
    for number, pool in enumerate(book.communities):
        for is_male, names in ((True, pool.male), (False, pool.female)):
            who = (community == number) & (male == is_male)
            chosen[who] = names[draw(rng, zipf(len(names)), int(who.sum()))]
    return chosen


def draw_surnames(rng: np.random.Generator, book: NameBook, community: Ints) -> Ints:
    """Draw a surname for each household from its community's pool."""
    chosen = np.zeros(len(community), dtype=np.int64)
    for number, pool in enumerate(book.communities):
        who = community == number
        chosen[who] = pool.surnames[draw(rng, zipf(len(pool.surnames), 0.6), int(who.sum()))]
    return chosen


def draw_communities(rng: np.random.Generator, book: NameBook, authority: Ints) -> Ints:
    """Draw a community for each household; each authority has its own mix."""
    base = np.array([community.weight for community in book.communities])
    chosen = np.zeros(len(authority), dtype=np.int64)
    for number in range(int(authority.max()) + 1 if len(authority) else 0):
        mix = base * rng.gamma(2.0, 0.5, len(base))
        mix[0] = base[0]
        who = authority == number
        chosen[who] = draw(rng, mix, int(who.sum()))
    return chosen


def draw_ethnicities(rng: np.random.Generator, book: NameBook, community: Ints) -> pl.Series:
    """Draw a DfE ethnicity code for each person from the community's."""
    codes = sorted({code for pool in book.communities for code in pool.ethnicities})
    chosen = np.zeros(len(community), dtype=np.int64)
    for number, pool in enumerate(book.communities):
        who = community == number
        own = np.array([codes.index(code) for code in pool.ethnicities])
        chosen[who] = own[draw(rng, pool.ethnicity_weights, int(who.sum()))]
    return pl.Series(codes).gather(chosen)
