"""Why each kept pair was linked or not: the level of every comparison, and what it weighed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.row_groups import MADE_AT_ONCE
from kithmap.linkage.commonness import Common, Counted
from kithmap.linkage.compared import with_frequencies
from kithmap.linkage.comparisons import Comparison
from kithmap.linkage.model import Model, u_of
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.predict import unpack_levels


def find_evidence(
    identities: pl.DataFrame, pairs: pa.Table, model: Model, common: Common | None = None
) -> pa.Table:
    """Say, for every pair worth keeping, in which level each comparison falls and what it weighs.

    With the prior, which is the same for all pairs, the weights of a pair add up to its own. `common` says
    how common values are, where these identities are a part of all, or where it was found before.

    Shape: one row per pair of `pairs` that is kept, in their order.
    Columns: `one`, `other` (unique_id); for every comparison `<name>_level` (its place in the
        model's levels, null where not known) and `<name>_weight` (bits, term frequency included).
    """
    return pa.concat_tables(evidence_in_parts(identities, pairs, model, common))


def evidence_in_parts(
    identities: pl.DataFrame, pairs: pa.Table, model: Model, common: Common | None = None
) -> Iterator[pa.Table]:
    """The same, so many pairs at a time: of a million identities it is large.

    Shape: one table or more, whose rows are those of `find_evidence`.
    """
    kept = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    common = common or Counted(identities)
    known = _Known(
        model.prior(common.size),
        _frequencies(identities, model, common),
        {
            one.together: common.correlation(identities, one.together)
            for comparison in model.comparisons
            for one in comparison.levels
            if one.together
        },
    )
    for first in range(0, max(kept.height, 1), MADE_AT_ONCE):
        yield _evidence(kept.slice(first, MADE_AT_ONCE), model, known)


@dataclass(frozen=True)
class _Known:
    """What is found once for all pairs: the prior, and of each identity how common its values are."""

    prior: float
    frequencies: dict[str, np.ndarray]
    together: dict[tuple[str, ...], np.ndarray]


def _evidence(kept: pl.DataFrame, model: Model, known: _Known) -> pa.Table:
    prior = known.prior
    columns = [kept["one"], kept["other"]]
    for comparison, level in zip(model.comparisons, unpack_levels(kept["levels"], model), strict=True):
        weight = _weights(comparison, level.fill_null(-1).to_numpy(), prior)
        for place, one in enumerate(comparison.levels):
            if one.frequency:
                there = np.flatnonzero((level == place).fill_null(value=False).to_numpy())
                rarity = _rarity(known.frequencies[one.frequency], kept[there])
                weight[there] += np.log2(u_of(one, prior)) - rarity
            if one.together:
                there = np.flatnonzero((level == place).fill_null(value=False).to_numpy())
                weight[there] -= known.together[one.together][kept["one"].to_numpy()[there]]
        columns += [level, pl.Series(f"{comparison.name}_weight", weight)]
    return pl.DataFrame(columns).to_arrow(compat_level=pl.CompatLevel.oldest())


def _weights(comparison: Comparison, level: np.ndarray, prior: float) -> np.ndarray:
    """The weight of each pair's level, before how common the values are; 0 where it is -1, not known."""
    weights = [np.log2(one.m / u_of(one, prior)) for one in comparison.levels]
    # The place -1 is the last.
    return np.array([*weights, 0.0])[level]


def _frequencies(identities: pl.DataFrame, model: Model, common: Common) -> dict[str, np.ndarray]:
    """How common the value of every identity is, a share, for the columns whose frequencies count."""
    shares = with_frequencies(identities, model, common)
    return {column: shares[f"tf_{column}"].fill_null(1.0).to_numpy() for column in model.frequencies}


def _rarity(frequency: np.ndarray, pairs: pl.DataFrame) -> np.ndarray:
    """How common the value of each pair is, in bits."""
    one, other = (np.log2(frequency[pairs[side].to_numpy()]) for side in ("one", "other"))
    # Where the two have different values, the commoner says more of chance.
    return np.maximum(one, other)
