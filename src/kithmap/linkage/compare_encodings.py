"""Compare encodings: how many people of one list are on another; never which."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
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


@ibis.udf.scalar.builtin(name="bit_count")
def _bit_count(word: "ibis.dtype('uint64')") -> "ibis.dtype('int8')": ...  # type: ignore[valid-type, empty-body]


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


def common_bits(engine: Engine, one: Encodings, other: Encodings) -> pa.Table:
    """The bits that two filters have in common, for every pair that shares a salt.

    Shape: one row per pair and rule whose salt they share.
    Columns: `one`, `other` (places in the lists), `common` (bits).
    """
    for name, encodings in (("encoded_one", one), ("encoded_other", other)):
        engine.hold(name, pa.table({column: pa.array(values) for column, values in _columns(encodings)}))
    left: Any = engine.table("encoded_one")
    right: Any = engine.table("encoded_other").rename("other_{name}")
    words = [name for name in left.columns if name.startswith("word_")]
    # An 8-bit count of each word would overflow when they are added up.
    counts: list[Any] = [_bit_count(left[name] & right[f"other_{name}"]).cast("int32") for name in words]  # type: ignore[attr-defined]
    common = sum(counts[1:], counts[0])
    pairs = left.join(right, [left.token == right.other_token])
    return engine.fetch(pairs.select(one=left.person, other=right.other_person, common=common))


def _columns(encodings: Encodings) -> Iterator[tuple[str, np.ndarray]]:
    size, rules, words = encodings.filters.shape
    yield "person", np.repeat(np.arange(size, dtype=np.int32), rules)
    yield "token", encodings.tokens.reshape(-1)
    for word in range(words):
        yield f"word_{word}", np.ascontiguousarray(encodings.filters[:, :, word]).reshape(-1)


def _scored(engine: Engine, one: Encodings, other: Encodings, parameters: Parameters) -> pl.DataFrame:
    """Every pair once, with its score: the share of the bits both should set that both do set."""
    pairs = pl.DataFrame(pl.from_arrow(common_bits(engine, one, other)))
    # The same fields set the bits of every rule's filters: their mean is one measurement with less chance.
    pairs = pairs.group_by("one", "other").agg(pl.col("common").mean()).sort("one", "other")
    both = one.known[pairs["one"].to_numpy()] & other.known[pairs["other"].to_numpy()]
    names = [name for name, _ in parameters.budget]
    least = np.array([sum(1 << names.index(name) for name in LEAST_SHARED)], dtype=np.uint8)
    shared = np.maximum(weight_of(both, parameters), weight_of(least, parameters))
    score = np.clip(pairs["common"].to_numpy() / shared, 0, 1)
    return pairs.select("one", "other", score=pl.Series(score, dtype=pl.Float64))


def _within(engine: Engine, encodings: Encodings, parameters: Parameters) -> np.ndarray:
    """Scores of pairs of one list, which names everybody once: what pairs of two people look like."""
    pairs = _scored(engine, encodings, encodings, parameters)
    return pairs.filter(pl.col("one") < pl.col("other"))["score"].to_numpy()
