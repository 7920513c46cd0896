"""Why each kept pair was linked or not: the level of every comparison, and what it weighed."""

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.comparisons import Comparison
from kithmap.linkage.conditions import columns_of, in_dialect
from kithmap.linkage.correlation import name_correlation
from kithmap.linkage.model import Model, u_of
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.score import as_arrow, compared_columns, term_frequencies


def find_evidence(engine: Engine, identities: pl.DataFrame, pairs: pa.Table, model: Model) -> pa.Table:
    """Say, for every pair worth keeping, in which level each comparison falls and what it weighs.

    With the prior, which is the same for all pairs, the weights of a pair add up to its own.

    Shape: one row per pair of `pairs` that is kept, in their order.
    Columns: `one`, `other` (unique_id); for every comparison `<name>_level` (its place in the
        model's levels, null where not known) and `<name>_weight` (bits, term frequency included).
    """
    kept = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    levels = find_levels(engine, identities, kept, model)
    frequencies = _frequencies(identities, model)
    prior = model.prior(identities.height)
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
                weight[there] -= name_correlation(identities, one.together)[levels["one"].to_numpy()[there]]
        columns += [level, pl.Series(f"{comparison.name}_weight", weight)]
    return pl.DataFrame(columns).to_arrow(compat_level=pl.CompatLevel.oldest())


def find_levels(engine: Engine, identities: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The level that each comparison of each pair falls in, by the model's own conditions.

    Shape: one row per pair, in their order.
    Columns: `one`, `other`, and `<name>_level` for every comparison, null where not known.
    """
    compared = compared_columns(identities, model)
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    alike = [_said_alike(compared, comparison, one, other) for comparison in model.comparisons]
    asked = [frame.unique("said", keep="any") for frame in alike]
    tables = {
        f"c{number}": as_arrow(_beside(compared, comparison, different))
        for number, (comparison, different) in enumerate(zip(model.comparisons, asked, strict=True))
    }
    sql = " UNION ALL ".join(
        f"SELECT {number} AS comparison, said, {_case(comparison, engine.kind)} AS level FROM c{number}"  # noqa: S608
        for number, comparison in enumerate(model.comparisons)
    )
    answers = pl.DataFrame(pl.from_arrow(engine.query(sql, tables)))
    levels = [
        frame.join(answers.filter(comparison=number), on="said", how="left", maintain_order="left")["level"]
        for number, frame in enumerate(alike)
    ]
    names = (f"{comparison.name}_level" for comparison in model.comparisons)
    return pairs.select("one", "other").with_columns(map(pl.Series.alias, levels, names))


def _said_alike(
    compared: pl.DataFrame, comparison: Comparison, one: np.ndarray, other: np.ndarray
) -> pl.DataFrame:
    """The pairs, with a number that those share of which the comparison sees the same on both sides.

    Sixteen pairs in seventeen say of their forenames what another pair says; each is asked of once.
    """
    said = compared.select(pl.struct(columns_of(comparison.conditions)).hash(seed=0).rank("dense"))
    number = said.to_series().cast(pl.Int64).to_numpy()
    # The first of 100,000 names beside the second: both are told from one whole number.
    return pl.DataFrame(
        {"said": number[one] * (number.max(initial=0) + 1) + number[other], "one": one, "other": other}
    )


def _beside(compared: pl.DataFrame, comparison: Comparison, pairs: pl.DataFrame) -> pl.DataFrame:
    columns = columns_of(comparison.conditions)
    sides = [
        compared.select(columns)[pairs[side].to_numpy()].rename(lambda name, end=end: f"{name}_{end}")
        for side, end in (("one", "l"), ("other", "r"))
    ]
    return pl.concat([pairs.select("said"), *sides], how="horizontal")


def _case(comparison: Comparison, dialect: str) -> str:
    unknown, *conditions = (in_dialect(text, dialect) for text in comparison.conditions)
    whens = " ".join(f"WHEN {text} THEN {place}" for place, text in enumerate(conditions))
    return f"CAST(CASE WHEN {unknown} THEN NULL {whens} ELSE {len(conditions)} END AS smallint)"


def _weights(comparison: Comparison, level: np.ndarray, prior: float) -> np.ndarray:
    """The weight of each pair's level, before how common the values are; 0 where it is -1, not known."""
    weights = [np.log2(one.m / u_of(one, prior)) for one in comparison.levels]
    # The place -1 is the last.
    return np.array([*weights, 0.0])[level]


def _frequencies(identities: pl.DataFrame, model: Model) -> dict[str, np.ndarray]:
    """How common the value of every identity is, in bits, for the columns whose frequencies count."""
    compared = compared_columns(identities, model)
    found: dict[str, np.ndarray] = {}
    for column, usual in model.frequencies.items():
        frequency = term_frequencies(compared, column, usual, model.prior_people)
        joined = compared.select(column).join(frequency, on=column, how="left", maintain_order="left")
        found[column] = np.log2(joined[f"tf_{column}"].fill_null(1.0).to_numpy())
    return found


def _rarity(frequency: np.ndarray, pairs: pl.DataFrame) -> np.ndarray:
    # Where the two have different values, the commoner says more of chance.
    return np.maximum(frequency[pairs["one"].to_numpy()], frequency[pairs["other"].to_numpy()])
