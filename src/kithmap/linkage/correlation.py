"""How much commoner a full name is than its forename and its surname, taken apart, would have it.

Families choose forenames as their community does: whoever is called Gurdeep is far likelier than
others to be a Singh. A model that weighs the two names apart takes two people of one community for
one, the more often the smaller the community. So the agreement on both names is put right by what
the data say: how often two people, told apart by their birthdays, bear the same full name, against
how often they would if the names were drawn apart; for names as rare as these.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

# Full names are taken together by their rarity, in steps of so many bits.
STEP = 2.0
# Few rows lean on the usual as if on so many more pairs expected.
LEAN = 5.0
# The usual, as two made-up worlds and a made-up town have it: flat for common names, then half a bit a bit.
USUAL_BITS, USUAL_UP_TO, USUAL_SLOPE, USUAL_MOST = 2.1, 18.0, 0.45, 5.0
# What the data say is believed up to here.
MOST_BITS = 8.0


def name_correlation(identities: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
    """The bits by which an agreement on both names is overrated, for the full name of every identity.

    Shape: one number per identity, in order; 0 where either name is not known.
    Unit: bits.
    """
    named, chance = _with_rarity(identities.select(*names, "d_day"), names)
    if named["step"].null_count() == named.height:
        return np.zeros(named.height)
    day = pl.col("d_day").cast(pl.String)
    dated = named.drop_nulls().select(*names, "step", year=day.str.slice(0, 4), day=day.str.slice(5))
    seen = np.zeros(chance.size)
    by_step = _pairs_apart(dated, [*names, "step"]).group_by("step").agg(pl.col("pairs").sum())
    seen[by_step["step"].to_numpy()] = by_step["pairs"].to_numpy()
    anybody = _pairs_apart(dated.with_columns(step=0), ["step"])["pairs"].sum()
    bits = correlation_bits(seen, chance * anybody)
    steps = named["step"].fill_null(0).to_numpy()
    return np.where(named["step"].is_null().to_numpy(), 0.0, bits[steps])


def correlation_bits(seen: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How many bits commoner than by chance, at every step of rarity; the usual where there is little.

    >>> correlation_bits(np.array([40_000.0]), np.array([10_000.0])).round(1).tolist()
    [2.0]
    """
    rarity = np.arange(expected.size) * STEP
    usual = np.clip(USUAL_BITS + USUAL_SLOPE * (rarity - USUAL_UP_TO), USUAL_BITS, USUAL_MOST)
    return np.clip(np.log2((seen + LEAN * 2**usual) / (expected + LEAN)), 0.0, MOST_BITS)


def same_values(
    identities: pl.DataFrame, columns: Sequence[str], one: np.ndarray, other: np.ndarray
) -> np.ndarray:
    """Whether the two of each pair say the same in all of the columns; what is not said is never the same."""
    kept = np.arange(len(one))
    for name in columns:
        said = np.where(identities[name].is_null().to_numpy(), 0, identities[name].hash().to_numpy())
        first = said[one[kept]]
        kept = kept[(first == said[other[kept]]) & (first != 0)]
    same = np.zeros(len(one), dtype=bool)
    same[kept] = True
    return same


def _with_rarity(named: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, np.ndarray]:
    """The step of rarity of every full name, and the chance that two people meet by chance at each step."""
    steps, chances = [], []
    for name in names:
        counts = named[name].drop_nulls().value_counts()
        share = pl.col("count") / pl.col("count").sum()
        rare = counts.with_columns(step=(-share.log(2.0) / STEP).round().cast(pl.Int64), share=share)
        steps.append(
            named.join(rare.select(name, "step"), on=name, how="left", maintain_order="left")["step"]
        )
        weights = (rare["share"] ** 2).to_numpy()
        chances.append(np.bincount(rare["step"].to_numpy(), weights=weights) if weights.size else np.zeros(1))
    return named.with_columns(step=steps[0] + steps[1]), np.convolve(*chances)


def _pairs_apart(dated: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Pairs of one key born in different years and on different days: two people, but for the rarest slip."""

    def pairs(name: str, *alike: str) -> pl.DataFrame:
        size = pl.col("len").cast(pl.Float64)
        grouped = dated.group_by([*key, *alike]).len()
        return grouped.group_by(key).agg((size * (size - 1) / 2).sum().alias(name))

    counted = pairs("pairs")
    for name, alike in (("year", ["year"]), ("day", ["day"]), ("both", ["year", "day"])):
        counted = counted.join(pairs(f"same_{name}", *alike), on=key)
    apart = pl.col("pairs") - pl.col("same_year") - pl.col("same_day") + pl.col("same_both")
    return counted.select(*key, pairs=apart)
