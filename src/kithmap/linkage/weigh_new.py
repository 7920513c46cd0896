"""Which of the old identities a new one may be, and what speaks for it: only the pairs that are needed."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.commonness import Commonness
from kithmap.linkage.model import Model
from kithmap.linkage.rules import MOST_PAIRS
from kithmap.linkage.score import as_probability, weigh_pairs
from kithmap.linkage.whether import RETAINED, OldIdentities

# One side is of a new extract.
NEW = "(l.fresh OR r.fresh)"
# Both are old, and new links have brought their groups together.
AGAIN = "NOT l.fresh AND NOT r.fresh AND l.meeting = r.meeting"
WEIGHED = {
    "one": pl.Int64, "other": pl.Int64, "weight": pl.Float64, "probability": pl.Float64, "levels": pl.Int64,
}  # fmt: skip


def find_candidates(
    old: OldIdentities, new: pl.DataFrame, keys: Sequence[str]
) -> tuple[pl.Series, pl.DataFrame]:
    """The old identities that share the key of a blocking rule with a new one, and the new ones' keys.

    A key that very many share, old and new together, is left out of its rule, as `rules.with_keys` leaves it
    out.

    Shape: signatures; and the new identities, without the keys left out.
    """
    found = [pl.Series("signature", [], dtype=pl.Int64)]
    capped = new
    for key in keys:
        wanted = new[key].drop_nulls().value_counts().cast({"count": pl.Int64})
        if wanted.is_empty():
            continue
        met = old.rows(RETAINED, key, wanted[key], ["signature", key])
        sizes = wanted.join(met.group_by(key).len("old"), on=key, how="left")
        sizes = sizes.with_columns(size=pl.col("old").fill_null(0).cast(pl.Int64) + pl.col("count"))
        large = sizes.filter(pl.col("size") * (pl.col("size") - 1) // 2 > MOST_PAIRS)[key].implode()
        found.append(met.filter(~pl.col(key).is_in(large))["signature"])
        capped = capped.with_columns(pl.when(~pl.col(key).is_in(large)).then(key).alias(key))
    return pl.concat(found).unique().sort(), capped


def weigh(
    engine: Engine, identities: pl.DataFrame, model: Model, known: Commonness, condition: str
) -> pl.DataFrame:
    """Weigh the pairs that a blocking rule brings together and a condition admits.

    identities: with `unique_id` (the place), the keys, `fresh` (of a new extract), `meeting` (a number, null
    where none). Weights are those a full link gives that knows the same of the whole.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`).
    """
    pairs = pl.DataFrame(pl.from_arrow(weigh_pairs(engine, identities, model, known, condition)))
    # The prior of the whole, where a full link puts the one that its own pairs speak for.
    weight = pairs["weight"].to_numpy() + np.log2(known.others / model.others)
    return pl.DataFrame(
        {
            "one": pairs["one"], "other": pairs["other"], "weight": weight, "probability": as_probability(weight),
            "levels": pairs["levels"],
        },
        schema=WEIGHED,
    )  # fmt: skip
