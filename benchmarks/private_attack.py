"""An attack by frequency on encodings, by somebody without the key who knows a great deal else.

The attacker knows how encoding works, how often every piece of a name, birthday and home occurs among the
very people encoded, and how often any two occur together; not the key, and not who stands where. They

1. put bits together that are set in the same filters: the bits of one token;
2. find which group is which token, by matching how often groups occur, alone and together, with how often
   tokens do: first by each one's own profile, then again and again by what the surest pairs say;
3. read every filter for the tokens found, and name for each the likeliest forename of the population.

Where filters are salted, each salt's filters can be attacked only by themselves; where they are too few, the
attacker guesses the commonest name. That guess is also what the share of names found must be held against.

Sources: Christen, Ranbaduge, Vatsalan and Schnell (2018), pattern mining; Vidanage, Christen, Ranbaduge and
Schnell (2020), graph matching.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import squareform

from kithmap.linkage.encode import encode_identities
from kithmap.linkage.private import Parameters, Rule, tokens_of

KEY = b"the attacker does not have this."
NO_LIMIT = 10**9
# Fewer filters show no pattern; of fewer than ENOUGH the attacker knows the population, not the very people.
FEWEST, ENOUGH = 20, 150
ALIKE, FEWEST_BITS = 0.2, 3
RARELY, MOST_TOKENS = 0.02, 400
PROFILE, ROUNDS = 30, 30
# How much the frequency of a group weighs beside its profile, at the start.
BEGINNINGS = (1.0, 6.0, 25.0)


@dataclass(frozen=True)
class Attack:
    """The share of forenames found, and that of naming the commonest each time."""

    found: float
    guessed: float
    salts: int


def attack(people: pl.DataFrame, rule: Rule, *, seed: int = 1) -> Attack:
    """Attack the filters of one rule; people who lack what salts it are left out."""
    people = people.drop_nulls(["f_name"])
    parameters = Parameters(rules=(rule,), most_sharing=NO_LIMIT)
    # The order is not hidden from whoever keeps the score; the attacker makes no use of it.
    encoded = encode_identities(people, KEY, parameters, made_up=0, generator=_Ordered(seed))
    bits = np.unpackbits(encoded.filters[:, 0].view(np.uint8), axis=1, bitorder="little").astype(bool)
    names = people["f_name"].to_numpy()
    tokens, vocabulary = _plain_tokens(people)
    guess = people["f_name"].mode().sort()[0]
    said = np.full(names.size, guess, dtype=object)
    salts, place = np.unique(encoded.tokens[:, 0], return_inverse=True)
    for salt in np.flatnonzero(np.bincount(place) >= FEWEST):
        rows = np.flatnonzero(place == salt)
        known = rows if rows.size >= ENOUGH else np.arange(names.size)
        said[rows] = _read(bits[rows], tokens[known], vocabulary, names[known])
    return Attack(float((said == names).mean()), float((names == guess).mean()), salts.size)


class _Ordered:
    """A generator that leaves the order alone, to know afterwards whose filter was whose."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __getattr__(self, name: str) -> object:
        return getattr(self._generator, name)

    def permutation(self, size: int) -> np.ndarray:
        return np.arange(size)


def _plain_tokens(people: pl.DataFrame) -> tuple[np.ndarray, list[bytes]]:
    """Which tokens everybody has: what the attacker knows in sum, never by row."""
    fields = tokens_of(people)
    every = [set().union(*(said[row] for said in fields.values())) for row in range(people.height)]
    vocabulary = sorted(set().union(*every))
    column = {token: number for number, token in enumerate(vocabulary)}
    held = np.zeros((people.height, len(vocabulary)), dtype=bool)
    for row, said in enumerate(every):
        held[row, [column[token] for token in said]] = True
    return held, vocabulary


def _read(bits: np.ndarray, tokens: np.ndarray, vocabulary: list[bytes], names: np.ndarray) -> np.ndarray:
    """The likeliest forename for every filter of one salt."""
    groups = _groups(bits)
    if len(groups) < PROFILE:
        commonest = pl.Series(names).mode().sort()[0]
        return np.full(bits.shape[0], commonest, dtype=object)
    present = np.stack([bits[:, group].mean(axis=1) >= 0.9 for group in groups], axis=1)
    present = present[:, present.any(axis=0)]
    often = tokens.mean(axis=0)
    kept = np.flatnonzero((often >= RARELY) & (often < 1 - RARELY))
    kept = _different(tokens, kept[np.argsort(-often[kept])][:MOST_TOKENS])
    chosen = _matched(present, tokens[:, kept])
    known = {vocabulary[kept[token]]: group for group, token in chosen}
    return _likeliest(present, known, tokens, vocabulary, names)


def _groups(bits: np.ndarray) -> list[np.ndarray]:
    varying = np.flatnonzero((bits.mean(axis=0) > RARELY) & (bits.mean(axis=0) < 1 - RARELY))
    alike = np.corrcoef(bits[:, varying].T.astype(np.float32))
    apart = squareform(np.clip(1 - alike, 0, 2), checks=False)
    label = fcluster(linkage(apart, "average"), 1 - ALIKE, "distance")
    found = [varying[label == number] for number in np.unique(label)]
    return [group for group in found if group.size >= FEWEST_BITS][:MOST_TOKENS]


def _different(tokens: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """One of every set of tokens that nearly always occur together."""
    alike = _correlations(tokens[:, kept]) > 0.9
    first = [column for column in range(kept.size) if not alike[column, :column].any()]
    return kept[first]


def _matched(present: np.ndarray, tokens: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of a group and the token it is taken for: of several beginnings, the one that ends best."""
    ours, theirs = _correlations(present), _correlations(tokens)
    rates = [np.log(np.clip(each.mean(axis=0), 1e-4, 1)) for each in (present, tokens)]
    apart = (rates[0][:, None] - rates[1][None]) ** 2
    profile = _squares(_profile(ours), _profile(theirs))
    ends = [_end(ours, theirs, apart, weight * apart + profile) for weight in BEGINNINGS]
    return min(ends, key=lambda end: end[0])[1]


def _end(
    ours: np.ndarray, theirs: np.ndarray, apart: np.ndarray, cost: np.ndarray
) -> tuple[float, list[tuple[int, int]]]:
    """Where a beginning leads when the surest pairs are believed, a few more each time."""
    for turn in range(ROUNDS):
        group, token = linear_sum_assignment(cost)
        surest = np.argsort(cost[group, token])[: max(8, int(group.size * min(1, 0.1 + 0.03 * turn)))]
        anchors = group[surest], token[surest]
        cost = 5 * apart + 50 * _squares(ours[:, anchors[0]], theirs[:, anchors[1]]) / surest.size
    group, token = linear_sum_assignment(cost)
    return float(cost[group, token].mean()), [(int(i), int(j)) for i, j in zip(group, token, strict=True)]


def _correlations(held: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.nan_to_num(np.corrcoef(held.T.astype(np.float32)))
    np.fill_diagonal(made, 0)
    return made


def _profile(alike: np.ndarray) -> np.ndarray:
    ordered = np.sort(alike, axis=1)
    return np.concatenate([ordered[:, :PROFILE], ordered[:, -PROFILE:]], axis=1)


def _squares(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return ((one[:, None] - other[None]) ** 2).sum(axis=2)


def _likeliest(
    present: np.ndarray,
    known: dict[bytes, int],
    tokens: np.ndarray,
    vocabulary: list[bytes],
    names: np.ndarray,
) -> np.ndarray:
    """The forename that the groups found in a filter, and its own frequency, make the likeliest."""
    columns = [number for number, token in enumerate(vocabulary) if token in known]
    seen = present[:, [known[vocabulary[number]] for number in columns]]
    dictionary, where = np.unique(names, return_inverse=True)
    share = np.stack([tokens[where == number][:, columns].mean(axis=0) for number in range(dictionary.size)])
    share = np.clip(share, 0.02, 0.98)
    score = seen @ np.log(share).T + ~seen @ np.log(1 - share).T
    score += np.log(np.bincount(where) / names.size)
    return dictionary[score.argmax(axis=1)]
