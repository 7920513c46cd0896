"""Compare encodings: how many people of one list are on another; never which."""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.encode import Encodings, weight_of
from kithmap.linkage.private import Parameters
from kithmap.stats.two_groups import Shape, TwoGroups, separate

# What pairs of one person and of two looked like in made-up worlds (benchmarks/linkage_private.py), leaning
# to more errors; worth fifty pairs each, so that with long lists the lists themselves decide.
SAME, OTHER = Shape(0.92, 0.07), Shape(0.55, 0.12)
LINKED = 0.5
# A pair that shares less than a name and a birthday is scored as if it disagreed on what is lacking.
LEAST_SHARED = ("forename", "surname", "year", "day")
# Somebody of whom less than this share of it is known at all cannot be found.
TOO_LITTLE = 0.8
CHUNK = 4096


@dataclass(frozen=True, repr=False)
class Matches:
    """The pairs judged to be one person: places in either list and probabilities. They go no further."""

    one: np.ndarray
    other: np.ndarray
    probability: np.ndarray

    def __repr__(self) -> str:
        return "<Matches>"


@dataclass(frozen=True)
class Estimate:
    """How many people are on both lists: the likeliest number, and a 95 % interval.

    The interval is for not knowing of each pair found whether it is one person; people whose
    pair was not found are not in it.
    """

    people: float
    low: int
    high: int


def compare(engine: Engine, one: Encodings, other: Encodings, parameters: Parameters) -> Matches:
    """Find the pairs of people on two lists, each of which names everybody once.

    Shape: one row per pair; nobody is in two.
    Unit: probability 0 to 1.
    """
    across = _scored(engine, one, other, parameters)
    within = [_within(engine, each, parameters) for each in (one, other)]
    groups = separate(across["score"].to_numpy(), np.concatenate(within), SAME, OTHER)
    return one_to_one(across, groups)


def too_little_known(known: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Whether so little is known of people that no pair with them can be judged, such as initials alone."""
    return weight_of(known, parameters) < TOO_LITTLE * _least_weight(parameters)


def _least_weight(parameters: Parameters) -> int:
    names = [name for name, _ in parameters.budget]
    least = sum(1 << names.index(name) for name in LEAST_SHARED)
    return int(weight_of(np.array([least], dtype=np.uint8), parameters)[0])


def estimate(matches: Matches) -> Estimate:
    """The number of people on both lists, from the probability of each pair.

    Source: Hong (2013), on the Poisson-binomial distribution; here by convolution.
    """
    chances = matches.probability
    spread = reduce(np.convolve, (np.array([1 - chance, chance]) for chance in chances), np.ones(1))
    reached = np.cumsum(spread)
    low, high = (int(np.searchsorted(reached, share)) for share in (0.025, 0.975))
    return Estimate(float(chances.sum()), low, min(high, chances.size))


def one_to_one(scored: pl.DataFrame, groups: TwoGroups) -> Matches:
    """Join each person with at most one: first the pairs that are each other's best, and so on."""
    left = scored.with_columns(probability=pl.Series(groups.at(scored["score"].to_numpy())))
    left = left.filter(pl.col("probability") >= LINKED).sort(
        "score", "one", "other", descending=[True, False, False]
    )
    left = left.with_row_index("rank")
    taken = [left.clear()]
    while left.height:
        best = pl.col("rank").min()
        found = left.filter((pl.col("rank") == best.over("one")) & (pl.col("rank") == best.over("other")))
        taken.append(found)
        left = left.join(found, on="one", how="anti").join(found, on="other", how="anti")
    every = pl.concat(taken)
    return Matches(every["one"].to_numpy(), every["other"].to_numpy(), every["probability"].to_numpy())


def find_candidates(engine: Engine, one: Encodings, other: Encodings) -> pl.DataFrame:
    """Find the pairs that share a salt: only their filters have anything to say.

    Shape: one row per pair and rule whose salt they share.
    Columns: `one`, `other` (places in the lists), `rule` (its place).
    """
    for name, encodings in (("encoded_one", one), ("encoded_other", other)):
        size, rules = encodings.tokens.shape
        columns = {
            "person": np.repeat(np.arange(size, dtype=np.int32), rules),
            "rule": np.tile(np.arange(rules, dtype=np.int16), size),
            "token": encodings.tokens.reshape(-1),
        }
        engine.hold(name, pa.table({column: pa.array(values) for column, values in columns.items()}))
    left: Any = engine.table("encoded_one")
    right: Any = engine.table("encoded_other").rename("other_{name}")
    pairs = left.join(right, [left.token == right.other_token, left.rule == right.other_rule])
    return pl.DataFrame(engine.fetch(pairs.select(one=left.person, other=right.other_person, rule=left.rule)))


def common_bits(one: Encodings, other: Encodings, candidates: pl.DataFrame) -> np.ndarray:
    """How many bits the filters of each candidate pair have in common.

    Not in SQL: DuckDB counts the bits of a word one by one, ten times slower.
    """
    rules = one.tokens.shape[1]
    filters = [each.filters.reshape(-1, each.filters.shape[2]) for each in (one, other)]
    places = [candidates[side].to_numpy().astype(np.int64) * rules for side in ("one", "other")]
    rule = candidates["rule"].to_numpy()
    common = np.empty(candidates.height, dtype=np.int16)
    for first in range(0, candidates.height, CHUNK):
        here = slice(first, first + CHUNK)
        both = [
            every.take(place[here] + rule[here], axis=0) for every, place in zip(filters, places, strict=True)
        ]
        # A count is of one word, 64 at most: added up it needs more than its own 8 bits.
        common[here] = np.einsum("ij->i", np.bitwise_count(both[0] & both[1]), dtype=np.int16)
    return common


def _scored(engine: Engine, one: Encodings, other: Encodings, parameters: Parameters) -> pl.DataFrame:
    """Every pair once, with its score: the share of the bits both should set that both do set."""
    found = find_candidates(engine, one, other)
    # The same fields set the bits of every rule's filters: their mean is one measurement with less chance.
    measured = found.with_columns(common=pl.Series(common_bits(one, other, found)))
    pairs = measured.group_by("one", "other").agg(pl.col("common").mean()).sort("one", "other")
    both = one.known[pairs["one"].to_numpy()] & other.known[pairs["other"].to_numpy()]
    shared = np.maximum(weight_of(both, parameters), _least_weight(parameters))
    score = np.clip(pairs["common"].to_numpy() / shared, 0, 1)
    return pairs.select("one", "other", score=pl.Series(score, dtype=pl.Float64))


def _within(engine: Engine, encodings: Encodings, parameters: Parameters) -> np.ndarray:
    """Scores of pairs of one list, which names everybody once: what pairs of two people look like."""
    pairs = _scored(engine, encodings, encodings, parameters)
    return pairs.filter(pl.col("one") < pl.col("other"))["score"].to_numpy()
