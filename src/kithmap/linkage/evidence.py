"""Why each kept pair was linked or not: the level of every comparison, and what it weighed."""

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.commonness import Commonness
from kithmap.linkage.comparisons import Comparison
from kithmap.linkage.conditions import columns_of, in_dialect
from kithmap.linkage.correlation import name_correlation
from kithmap.linkage.model import Model, u_of
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.score import as_arrow, compared_columns, term_frequencies


def find_evidence(
    engine: Engine, identities: pl.DataFrame, pairs: pa.Table, model: Model, whole: Commonness | None = None
) -> pa.Table:
    """Say, for every pair worth keeping, in which level each comparison falls and what it weighs.

    With the prior, which is the same for all pairs, the weights of a pair add up to its own. `whole` says
    how common values are, where these identities are a part of all.

    Shape: one row per pair of `pairs` that is kept, in their order.
    Columns: `one`, `other` (unique_id); for every comparison `<name>_level` (its place in the
        model's levels, null where not known) and `<name>_weight` (bits, term frequency included).
    """
    kept = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    levels = find_levels(engine, identities, kept, model)
    frequencies = _frequencies(identities, model, whole)
    prior = model.prior(whole.size if whole else identities.height)
    columns = [levels["one"], levels["other"]]
    for comparison in model.comparisons:
        level = levels[f"{comparison.name}_level"]
        weight = _weights(comparison, level.fill_null(-1).to_numpy(), prior)
        for place, one in enumerate(comparison.levels):
            if one.frequency:
                there = np.flatnonzero((level == place).fill_null(value=False).to_numpy())
                rarity = _rarity(frequencies[one.frequency], levels[there])
                weight[there] += np.log2(u_of(one, prior)) - rarity
            if one.together:
                there = np.flatnonzero((level == place).fill_null(value=False).to_numpy())
                together = (whole.correlation if whole else name_correlation)(identities, one.together)
                weight[there] -= together[levels["one"].to_numpy()[there]]
        columns += [level, pl.Series(f"{comparison.name}_weight", weight)]
    return pl.DataFrame(columns).to_arrow(compat_level=pl.CompatLevel.oldest())


def find_levels(engine: Engine, identities: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The level that each comparison of each pair falls in, by the model's own conditions.

    Shape: one row per pair, in their order.
    Columns: `one`, `other`, and `<name>_level` for every comparison, null where not known.
    """
    compared = compared_columns(identities, model)
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    levels = [_levels(engine, compared, comparison, one, other) for comparison in model.comparisons]
    return pairs.select("one", "other").with_columns(levels)


def _levels(
    engine: Engine, compared: pl.DataFrame, comparison: Comparison, one: np.ndarray, other: np.ndarray
) -> pl.Series:
    """The level of each pair in one comparison.

    One pair in twelve says of its forenames what no pair before it said: the others take its answer.
    """
    columns = columns_of(comparison.conditions)
    said = (
        compared.select(pl.struct(columns).hash(seed=0).rank("dense")).to_series().cast(pl.Int64).to_numpy()
    )
    # What the one says and what the other says, in one whole number.
    alike = pl.DataFrame({"said": said[one] * (said.max(initial=0) + 1) + said[other]})
    different = alike.with_row_index("place").unique("said", keep="any")
    places = different["place"].to_numpy()
    beside = [
        compared.select(columns)[side[places]].rename(lambda name, end=end: f"{name}_{end}")
        for side, end in ((one, "l"), (other, "r"))
    ]
    asked = pl.concat([different.select("said"), *beside], how="horizontal")
    sql = f"SELECT said, {_case(comparison, engine.kind)} AS level FROM asked"  # noqa: S608
    answers = pl.DataFrame(pl.from_arrow(engine.query(sql, {"asked": as_arrow(asked)})))
    answered = alike.join(answers, on="said", how="left", maintain_order="left")
    return answered["level"].alias(f"{comparison.name}_level")


def _case(comparison: Comparison, dialect: str) -> str:
    unknown, *conditions = (in_dialect(text, dialect) for text in comparison.conditions)
    whens = " ".join(f"WHEN {text} THEN {place}" for place, text in enumerate(conditions))
    return f"CAST(CASE WHEN {unknown} THEN NULL {whens} ELSE {len(conditions)} END AS smallint)"


def _weights(comparison: Comparison, level: np.ndarray, prior: float) -> np.ndarray:
    """The weight of each pair's level, before how common the values are; 0 where it is -1, not known."""
    weights = [np.log2(one.m / u_of(one, prior)) for one in comparison.levels]
    # The place -1 is the last.
    return np.array([*weights, 0.0])[level]


def _frequencies(identities: pl.DataFrame, model: Model, whole: Commonness | None) -> dict[str, np.ndarray]:
    """How common the value of every identity is, in bits, for the columns whose frequencies count."""
    compared = compared_columns(identities, model)
    found: dict[str, np.ndarray] = {}
    for column, usual in model.frequencies.items():
        frequency = (
            whole.frequencies(column, usual, model.prior_people)
            if whole
            else term_frequencies(compared, column, usual, model.prior_people)
        )
        joined = compared.select(column).join(frequency, on=column, how="left", maintain_order="left")
        found[column] = np.log2(joined[f"tf_{column}"].fill_null(1.0).to_numpy())
    return found


def _rarity(frequency: np.ndarray, pairs: pl.DataFrame) -> np.ndarray:
    # Where the two have different values, the commoner says more of chance.
    return np.maximum(frequency[pairs["one"].to_numpy()], frequency[pairs["other"].to_numpy()])
