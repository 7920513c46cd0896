"""How common values are among all identities, where only some of them are at hand.

A new extract is weighed against the few identities it may meet; what their agreement says depends on
how common the values are among all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.correlation import STEP, name_correlation
from kithmap.linkage.model import Model


@dataclass(frozen=True)
class Commonness:
    """What the whole says: how many identities there are, how often each value is said.

    counts: for each column, `column` and `count`. totals: how many say anything there. bits: what the
    agreement on a full name is overrated by, at each step of rarity. others: how many identities of one
    person there are besides, which the prior rests on.
    """

    size: int
    counts: Mapping[str, pl.DataFrame]
    totals: Mapping[str, int]
    bits: np.ndarray
    others: float

    def frequencies(
        self, _compared: pl.DataFrame, column: str, usual: float, prior_people: float
    ) -> pl.DataFrame:
        """The term frequency of each value, as `score.term_frequencies` has it for the whole."""
        frequency = (pl.col("count") + prior_people * usual) / (self.totals[column] + prior_people)
        return self.counts[column].select(column, frequency.alias(f"tf_{column}"))

    def correlation(self, identities: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
        """The bits by which an agreement on both names is overrated, for the full name of every identity."""
        steps = rarity_steps(identities, names, self.counts, self.totals)
        place = steps.fill_null(0).clip(0, max(self.bits.size - 1, 0)).to_numpy()
        bits = self.bits[place] if self.bits.size else np.zeros(identities.height)
        return np.where(steps.is_null().to_numpy(), 0.0, bits)


class Counted:
    """How common values are among identities that are all at hand; see `Commonness`, where they are not."""

    def __init__(self, identities: pl.DataFrame) -> None:
        self.size = identities.height
        self._identities = identities
        self._bits: dict[tuple[str, ...], np.ndarray] = {}

    def frequencies(
        self, compared: pl.DataFrame, column: str, usual: float, prior_people: float
    ) -> pl.DataFrame:
        """The term frequency of each value of a column of these identities, as they are compared."""
        return term_frequencies(compared, column, usual, prior_people)

    def correlation(self, _identities: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
        """The bits by which an agreement on both names is overrated, of every identity; found once."""
        key = tuple(names)
        if key not in self._bits:
            self._bits[key] = name_correlation(self._identities, key)
        return self._bits[key]

    def bits_by_step(self, names: Sequence[str]) -> np.ndarray:
        """The same, by the step of rarity of the full name; see `Commonness.bits`."""
        return bits_by_step(
            self._identities, names, self.correlation(self._identities, names) if names else np.zeros(0)
        )


Common = Counted | Commonness


def term_frequencies(
    identities: pl.DataFrame, column: str, usual: float, prior_people: float
) -> pl.DataFrame:
    """How common each value is among these identities, leaning on what is usual where they are few."""
    total = identities[column].drop_nulls().len()
    counts = identities[column].drop_nulls().value_counts()
    frequency = (pl.col("count") + prior_people * usual) / (total + prior_people)
    return counts.select(column, frequency.alias(f"tf_{column}"))


def rarity_steps(
    identities: pl.DataFrame,
    names: Sequence[str],
    counts: Mapping[str, pl.DataFrame],
    totals: Mapping[str, int],
) -> pl.Series:
    """The step of rarity of every full name, as `correlation` takes them; null where a name is not known."""
    step = pl.lit(0, pl.Int64)
    frame = identities.select(*names)
    for name in names:
        share = pl.col("count") / max(totals[name], 1)
        rare = counts[name].select(
            name, (-share.log(2.0) / STEP).round().cast(pl.Int64).alias(f"step_{name}")
        )
        frame = frame.join(rare, on=name, how="left", maintain_order="left")
        step += pl.col(f"step_{name}")
    return frame.select(step=step)["step"]


def bits_by_step(identities: pl.DataFrame, names: Sequence[str], bits: np.ndarray) -> np.ndarray:
    """What `name_correlation` found for every identity, by the step of rarity of its full name."""
    if not names:
        return np.zeros(0)
    counts = {name: identities[name].drop_nulls().value_counts() for name in names}
    totals = {name: int(counts[name]["count"].sum()) for name in names}
    steps = rarity_steps(identities, names, counts, totals)
    found = (
        pl.DataFrame({"step": steps, "bits": bits}).drop_nulls().group_by("step").agg(pl.col("bits").first())
    )
    by_step = np.zeros(int(found["step"].max() or 0) + 1)  # type: ignore[arg-type]
    by_step[found["step"].to_numpy()] = found["bits"].to_numpy()
    return by_step


def count_old(past: Engine, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """How often each value is said by the identities of a table; see `Engine.counts`."""
    # A model may ask of no column how common its values are.
    return pl.DataFrame(pl.from_arrow(past.counts(name, columns))) if columns else pl.DataFrame()


def count_values(
    said: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]
) -> tuple[dict[str, pl.DataFrame], dict[str, int]]:
    """How often each value is said by the old and the new identities, and all values.

    said: what `count_old` counted.
    """
    counts: dict[str, pl.DataFrame] = {}
    for place, column in enumerate(columns):
        found = said.filter(place=place).select(pl.col("value").alias(column), "count")
        here = new[column].drop_nulls().value_counts()
        both = [each.select(column, pl.col("count").cast(pl.Int64)) for each in (found, here)]
        counts[column] = pl.concat(both).group_by(column).agg(pl.col("count").sum())
    return counts, {column: int(counts[column]["count"].sum()) for column in columns}


def plain_arrow(rows: pl.DataFrame) -> pa.Table:
    """Rows in the Arrow types that every engine reads."""
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())


def others_found(probability: np.ndarray, identities: int, model: Model, most_change: float) -> float:
    """How many other identities of one person the weighed pairs speak for: what the prior was put at."""
    found = 2 * float(np.sum(probability)) / max(identities, 1)
    return min(max(found, model.others / most_change), model.others * most_change)
