"""Which of the old identities a new one may be, and what speaks for it: only the pairs that are needed."""

from dataclasses import replace

import numpy as np
import polars as pl

from kithmap.linkage.choose import choose_pairs
from kithmap.linkage.knowledge import Knowledge
from kithmap.linkage.model import Model
from kithmap.linkage.retained import as_identities
from kithmap.linkage.score import LEAST, as_probability
from kithmap.linkage.weigh import PAIRS, Weighing
from kithmap.linkage.whether import RETAINED, OldIdentities
from kithmap.stats.threads import in_threads

KEYED = ("signature", "place", "value")
SIDE = {"signature": pl.Int64, "value": pl.Int32}
ENDS = {"signature": pl.Int64, "other": pl.Int64}
WEIGHED = {
    "one": pl.Int64, "other": pl.Int64, "weight": pl.Float64, "probability": pl.Float64, "levels": pl.Int64,
}  # fmt: skip


def find_pairs(old: OldIdentities, new: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs of a new identity and any other that share the key of a blocking rule, and the new ones' keys.

    A key that very many share, old and new together, is left out of its rule, as `rules.with_keys` leaves it
    out.

    Shape: one row per pair, `signature` (the lesser) and `other`; and the new identities, without the keys left
    out.
    """
    keys = [name for name in model.keys if new[name].null_count() < new.height]
    if not keys:
        return pl.DataFrame(schema=ENDS), new
    shared = pl.DataFrame(
        pl.from_arrow(old.past.sharing(RETAINED, new.select(keys).to_arrow(), ["signature"]))
    )
    by_place = shared.select(*KEYED).partition_by("place", as_dict=True, include_key=False)
    theirs = [by_place.get((place,), pl.DataFrame(schema=SIDE)) for place in range(len(keys))]
    most = {name: rule.most_pairs for name, rule in zip(model.keys, model.rules, strict=True)}
    found = in_threads(_sharing, [new] * len(keys), keys, theirs, [most[name] for name in keys])
    for name, (_, many) in zip(keys, found, strict=True):
        if many.len():
            new = new.with_columns(pl.when(~pl.col(name).is_in(many.implode())).then(name))
    # Sorted first: the same are then neighbours, which is quicker than to hash them.
    ordered = pl.concat([pairs for pairs, _ in found]).sort(*ENDS)
    first = pl.any_horizontal(pl.col(end).ne_missing(pl.col(end).shift()) for end in ENDS)
    return ordered.filter(first), new


def _sharing(new: pl.DataFrame, key: str, theirs: pl.DataFrame, most: int) -> tuple[pl.DataFrame, pl.Series]:
    """The pairs of a new identity and any other that share a key, some more than once; and the keys of too many."""
    ours = new.select("signature", value=key).drop_nulls("value")
    both = pl.concat([ours, theirs.select(ours.columns)])
    size = pl.col("len").cast(pl.Int64)
    many = both.group_by("value").len().filter(size * (size - 1) // 2 > most)["value"]
    others = both.filter(~pl.col("value").is_in(many.implode())) if many.len() else both
    met = ours.join(others.rename({"signature": "other"}), on="value").filter(
        pl.col("signature") != pl.col("other")
    )
    ends = tuple(ENDS)
    return met.select(signature=pl.min_horizontal(ends), other=pl.max_horizontal(ends)), many


def find_pairs_among(old: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs of old identities that share the key of a blocking rule, and are together by `meeting`.

    Shape: one row per pair.
    Columns: `signature` (the lesser), `other`.
    """
    one, other = choose_pairs(old, model.keys)
    meeting = old["meeting"].to_numpy()
    sides = [old["signature"].gather(side[meeting[one] == meeting[other]]) for side in (one, other)]
    pairs = pl.DataFrame({"one": sides[0], "two": sides[1]})
    return pairs.select(signature=pl.min_horizontal("one", "two"), other=pl.max_horizontal("one", "two"))


def weigh(weighing: Weighing, knowledge: Knowledge, pairs: pl.DataFrame) -> pl.DataFrame:
    """Weigh chosen pairs, as a full link weighs them that knows the same of the whole.

    weighing: of identities in the order of `signature`, as retained. knowledge: of the whole. pairs: by
    `signature`, the lesser first, and `other`.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`;
        0 where not weighed in full).
    """
    signature = weighing.identities["signature"]
    one, other = (signature.search_sorted(pairs[side]).to_numpy() for side in ("signature", "other"))
    one, other, others = weighing.rule_out(one, other, LEAST)
    found = pl.concat([_weighed(weighing, one, other), pl.DataFrame(pl.from_arrow(others.cast(PAIRS)))])
    # The prior of the whole, where a full link puts the one that its own pairs speak for.
    weight = found["weight"].to_numpy() + np.log2(knowledge.numbers["others"] / weighing.model.others)
    return found.with_columns(weight=weight, probability=as_probability(weight)).select(*WEIGHED)


def _weighed(weighing: Weighing, one: np.ndarray, other: np.ndarray) -> pl.DataFrame:
    """Pairs by place, weighed in full; only the identities they are of are made ready for that."""
    needed = np.zeros(weighing.identities.height, dtype=bool)
    needed[one] = needed[other] = True
    places = np.flatnonzero(needed)
    some = as_identities(weighing.identities[places].to_arrow())
    some = some.with_columns(unique_id=pl.int_range(pl.len(), dtype=pl.Int64))
    at = np.cumsum(needed) - 1
    found = pl.DataFrame(pl.from_arrow(replace(weighing, identities=some).weigh(at[one], at[other])))
    return found.with_columns(one=places[found["one"].to_numpy()], other=places[found["other"].to_numpy()])
