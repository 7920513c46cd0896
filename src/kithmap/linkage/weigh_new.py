"""Which of the old identities a new one may be, and what speaks for it: only the pairs that are needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.commonness import Commonness, plain_arrow
from kithmap.linkage.model import Model
from kithmap.linkage.predict import predict_sides
from kithmap.linkage.score import as_probability, compared_columns, put_right
from kithmap.linkage.whether import RETAINED, OldIdentities

KEYED = {"signature": pl.Int64, "place": pl.Int64, "value": pl.Int64}
SAME_KEY = ["place", "value"]
WEIGHED = {
    "one": pl.Int64, "other": pl.Int64, "weight": pl.Float64, "probability": pl.Float64, "levels": pl.Int64,
}  # fmt: skip
# Both sides of so many pairs are held at a time, and handed over in so many parts that every core has some.
MOST_AT_ONCE, PART = 2**18, 2**14


@dataclass(frozen=True)
class Weighing:
    """What pairs are weighed with: Splink's database, of which kind, the model, and how common values are."""

    database: Any
    kind: str
    model: Model
    common: Commonness


def find_pairs(old: OldIdentities, new: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs of a new identity and any other that share the key of a blocking rule, and the new ones' keys.

    A key that very many share, old and new together, is left out of its rule, as `rules.with_keys` leaves it
    out.

    Shape: one row per pair, `signature` (the lesser) and `other`; and the new identities, without the keys left
    out.
    """
    keys = [name for name in model.keys if new[name].null_count() < new.height]
    fresh = met = _keyed(new, keys)
    if keys:
        shared = old.past.sharing(RETAINED, new.select(keys).to_arrow(), ["signature"])
        met = pl.concat([fresh, pl.DataFrame(pl.from_arrow(shared)).select(*KEYED)])
    most = {name: rule.most_pairs for name, rule in zip(model.keys, model.rules, strict=True)}
    limit = pl.col("place").replace_strict(dict(enumerate(most[name] for name in keys)))
    size = pl.col("len").cast(pl.Int64)
    large = met.group_by(SAME_KEY).len().filter(size * (size - 1) // 2 > limit)
    for place in large["place"].unique():
        key, many = pl.col(keys[place]), large.filter(place=place)["value"]
        new = new.with_columns(pl.when(~key.is_in(many.implode())).then(key))
    return _pairs(fresh, met.join(large, on=SAME_KEY, how="anti"), SAME_KEY), new


def find_pairs_among(old: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs of old identities that share the key of a blocking rule, and are together by `meeting`.

    Shape: one row per pair.
    Columns: `signature` (the lesser), `other`.
    """
    keyed = _keyed(old, [name for name in model.keys if old[name].null_count() < old.height])
    keyed = keyed.join(old.select("signature", "meeting"), on="signature")
    return _pairs(keyed, keyed, [*SAME_KEY, "meeting"])


def _keyed(identities: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """One row for every key of an identity."""
    each = [
        identities.select("signature", place=pl.lit(place, pl.Int64), value=name).drop_nulls("value")
        for place, name in enumerate(keys)
    ]
    return pl.concat([pl.DataFrame(schema=KEYED), *each])


def _pairs(some: pl.DataFrame, others: pl.DataFrame, alike: list[str]) -> pl.DataFrame:
    other = others.select(*alike, other="signature")
    met = some.join(other, on=alike).filter(pl.col("signature") != pl.col("other"))
    ends = ("signature", "other")
    ordered = met.select(signature=pl.min_horizontal(ends), other=pl.max_horizontal(ends))
    # Sorted first: the same are then neighbours, which is quicker than to hash them.
    ordered = ordered.sort(ends)
    return ordered.filter(pl.any_horizontal(pl.col(end).ne_missing(pl.col(end).shift()) for end in ends))


def weigh(with_: Weighing, identities: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Weigh chosen pairs, as a full link weighs them that knows the same of the whole.

    identities: with `unique_id` (the place), in the order of `signature`. pairs: by `signature`, the lesser
    first, and `other`.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`).
    """
    model, common = with_.model, with_.common
    compared = compared_columns(identities, model)
    for column, usual in model.frequencies.items():
        found = common.frequencies(compared, column, usual, model.prior_people)
        compared = compared.join(found, on=column, how="left", maintain_order="left")
    one, other = (identities["signature"].search_sorted(pairs[side]) for side in ("signature", "other"))
    parts = [pl.DataFrame(schema=WEIGHED)]
    for first in range(0, pairs.height, MOST_AT_ONCE):
        some = [compared[side.slice(first, MOST_AT_ONCE)] for side in (one, other)]
        found = predict_sides(with_.database, _beside(*some), model, with_.kind, common.size)
        right = pl.DataFrame(pl.from_arrow(put_right(identities, found, model, common)))
        # The prior of the whole, where a full link puts the one that its own pairs speak for.
        weight = right["weight"].to_numpy() + np.log2(common.others / model.others)
        parts.append(right.with_columns(weight=weight, probability=as_probability(weight)).select(*WEIGHED))
    return pl.concat(parts)


def _beside(one: pl.DataFrame, other: pl.DataFrame) -> pa.Table:
    """Both sides of pairs beside each other, in parts."""
    sides = [one.rename(lambda name: f"{name}_l"), other.rename(lambda name: f"{name}_r")]
    rows = plain_arrow(pl.concat(sides, how="horizontal").with_columns(match_key=pl.lit("")))
    return pa.Table.from_batches(rows.combine_chunks().to_batches(max_chunksize=PART), rows.schema)
