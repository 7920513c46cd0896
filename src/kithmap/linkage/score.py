"""Weigh the evidence for every pair worth comparing, with Splink, on a connection of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import log2

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.choose import choose_pairs
from kithmap.linkage.commonness import Counted
from kithmap.linkage.model import Model
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.weigh import PAIRS, Weighing
from kithmap.stats.components import joined_parts

# The prior moves little after the third round, and never further than tenfold.
ROUNDS = 5
MOST_CHANGE = 10.0
# No prior that data speak for makes a pair worth keeping that weighs less by the model's.
LEAST = log2(KEPT_PROBABILITY / (1 - KEPT_PROBABILITY)) - log2(MOST_CHANGE)
# With fewer identities most pairs are worth weighing, and asking first costs as much.
SCREENED_FROM = 500_000


def score_pairs(
    engine: Engine,
    identities: pl.DataFrame,
    model: Model,
    common: Counted | None = None,
    *,
    same: pl.DataFrame | None = None,
    screened_from: int = SCREENED_FROM,
) -> pa.Table:
    """Weigh the pairs that a blocking rule brings together.

    From `screened_from` identities up, a pair that can come to no probability worth keeping is not weighed in
    full. It is left out; but where other pairs may make one person of the two, it speaks against that, with
    the most that it can weigh.

    common: how common their values are, where that is asked again later. same: pairs judged the same.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`;
        0 where not weighed in full).
    """
    common = common or Counted(identities)
    one, other = choose_pairs(identities, model.keys)
    with quiet(), engine.splink() as database:
        weighing = Weighing(database, engine.kind, model, common, identities)
        if identities.height < screened_from:
            weighed = weighing.weigh(one, other)
            return with_prior_of_data(weighed, identities.height, model).combine_chunks()
        one, other, others = weighing.rule_out(one, other, LEAST)
        weighed = weighing.weigh(one, other)
    shift = prior_shift(weighed["weight"].to_numpy(), identities.height, model)
    pairs = _shifted(weighed, shift)
    unlikely = _shifted(_between_likely(pairs, others, same, identities.height), shift)
    # In one piece: whoever looks at all of them would make that of them again.
    return pa.concat_tables([pairs, unlikely]).combine_chunks()


def _between_likely(
    pairs: pa.Table, others: pa.Table, same: pl.DataFrame | None, identities: int
) -> pa.Table:
    """Those of the other pairs whose two sides may be one person through some of the pairs, or of those judged."""
    likely = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    joined = [each.select("one", "other") for each in (likely, same) if each is not None]
    ends, starts = (pl.concat(joined)[side].to_numpy() for side in ("one", "other"))
    group = joined_parts(ends, starts, identities)
    inside = group[others["one"].to_numpy()] == group[others["other"].to_numpy()]
    return others.filter(pa.array(inside)).cast(PAIRS)


def with_prior_of_data(pairs: pa.Table, identities: int, model: Model) -> pa.Table:
    """The same pairs, weighed with the prior that they themselves speak for."""
    return _shifted(pairs, prior_shift(pairs["weight"].to_numpy(), identities, model))


def prior_shift(weight: np.ndarray, identities: int, model: Model) -> float:
    """What the prior that pairs themselves speak for adds to the weight of each.

    How many records a person has differs between a school roll and a list of thirty; so the
    prior is put where the probabilities add up to it, within reason, starting from the model's.

    Unit: bits.
    """
    others = model.others
    for _ in range(ROUNDS):
        shift = np.log2(others / model.others)
        found = 2 * float(np.sum(as_probability(weight + shift))) / max(identities, 1)
        others = min(max(found, model.others / MOST_CHANGE), model.others * MOST_CHANGE)
    return float(np.log2(others / model.others))


def _shifted(pairs: pa.Table, shift: float) -> pa.Table:
    weight = pairs["weight"].to_numpy() + shift
    found = {"weight": weight, "probability": as_probability(weight)}
    rest = pairs.drop_columns([name for name in found if name in pairs.column_names])
    for name, values in found.items():
        rest = rest.append_column(name, pa.array(values))
    return rest


def as_probability(weight: np.ndarray) -> np.ndarray:
    """The probability that a weight in bits amounts to."""
    return 1 / (1 + np.exp2(-np.clip(weight, -1000, 1000)))


@contextmanager
def quiet() -> Iterator[None]:
    """Let Splink say nothing."""
    # Splink logs what it does; a log line of linkage may hold SQL, so none is let out.
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
