"""Pairs on which the evidence contradicts itself: for a reviewer, never decided in silence."""

import numpy as np
import polars as pl

from kithmap.linkage.constraints import (
    JUDGED_SAME,
    PAIR,
    REASONED,
    SINGLE_NUMBERS,
    TWO_LISTED,
    Constraints,
    differ,
)
from kithmap.linkage.correlation import same_values
from kithmap.linkage.packed import as_texts

REST_AGAINST = "the model links them, the rest of their records speaks against it"
ONE_NUMBER = {
    "nhs": "one NHS number, otherwise two people",
    "upn": "one unique pupil number, otherwise two people",
}


def find_contradictions(
    identities: pl.DataFrame,
    scored: pl.DataFrame,
    match_probability: float,
    cluster: np.ndarray,
    held: Constraints,
) -> pl.DataFrame:
    """Find the pairs that the model, a number or a reviewer joins, and something else parts.

    Shape: one row per pair; of several between two clusters the strongest, and all that were judged.
    Columns: `one`, `other` (unique_id), `why` (in words).
    """
    links = scored.filter(pl.col("probability") >= match_probability)
    found = [
        _cut_links(links, cluster, held),
        *(_one_number(identities, scored, cluster, name, why) for name, why in ONE_NUMBER.items()),
    ]
    one, other = (pl.lit(pl.Series(cluster)).gather(pl.col(side)) for side in PAIR)
    strongest = (
        pl.concat(found)
        .sort("weight", *PAIR, descending=[True, False, False])
        .with_columns(first=pl.min_horizontal(one, other), second=pl.max_horizontal(one, other))
        .unique(["first", "second"], keep="first", maintain_order=True)
    )
    every = pl.concat([_judged(identities, cluster, held), strongest.select(*REASONED)])
    return every.unique([*PAIR], keep="first", maintain_order=True).sort(*PAIR)


def _judged(identities: pl.DataFrame, cluster: np.ndarray, held: Constraints) -> pl.DataFrame:
    """Pairs judged the same that are not together, or that are in spite of two numbers."""
    if held.same.is_empty():
        return pl.DataFrame(schema=REASONED)
    apart = held.same.filter(_parted(held.same, cluster))
    found = [_with_reasons(apart, cluster, held, otherwise="another judgement speaks against it")]
    for name, why in SINGLE_NUMBERS.items():
        if name in identities.columns:
            numbers = identities[name].cast(pl.String).rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
            found.append(held.same.filter(differ(numbers, held.same)).select(*PAIR, why=pl.lit(why)))
    if "listed" in identities.columns:
        said = as_texts(identities.select("space", "listed"))
        one, other = (said[held.same[side].to_numpy()] for side in PAIR)
        two = (one["space"] == other["space"]) & (one["listed"] != other["listed"])
        found.append(held.same.filter(two.fill_null(value=False)).select(*PAIR, why=pl.lit(TWO_LISTED)))
    return pl.concat(found).with_columns(why=pl.lit(f"{JUDGED_SAME}, but ") + pl.col("why"))


def _cut_links(links: pl.DataFrame, cluster: np.ndarray, held: Constraints) -> pl.DataFrame:
    cut = links.filter(_parted(links, cluster)).select(*PAIR, "weight")
    return _with_reasons(cut, cluster, held, otherwise=REST_AGAINST).join(cut, on=[*PAIR])


def _with_reasons(
    pairs: pl.DataFrame, cluster: np.ndarray, held: Constraints, otherwise: str
) -> pl.DataFrame:
    """Why each pair is apart: a constraint on the pair, else on their clusters, else `otherwise`."""
    reasoned = pairs.join(held.apart, on=[*PAIR], how="left")
    one, other = cluster[pairs["one"].to_numpy()], cluster[pairs["other"].to_numpy()]
    for place, why in enumerate(SINGLE_NUMBERS.values()):
        most = np.zeros(int(cluster.max(initial=-1)) + 1, dtype=np.int64)
        np.maximum.at(most, cluster, held.numbers[:, place])
        clash = (most[one] != most[other]) & (most[one] > 0) & (most[other] > 0)
        known = pl.when(pl.Series(clash, dtype=pl.Boolean)).then(pl.lit(f"their groups have {why}"))
        reasoned = reasoned.with_columns(why=pl.coalesce("why", known))
    return reasoned.select(*PAIR, pl.col("why").fill_null(otherwise)).cast(REASONED)  # type: ignore[arg-type]


def _one_number(
    identities: pl.DataFrame, scored: pl.DataFrame, cluster: np.ndarray, name: str, why: str
) -> pl.DataFrame:
    same = same_values(identities, [name], *(scored[side].to_numpy() for side in PAIR))
    shared = scored.select(*PAIR, "weight").filter(pl.Series(same, dtype=pl.Boolean))
    return shared.filter(_parted(shared, cluster)).select(*PAIR, why=pl.lit(why), weight="weight")


def _parted(pairs: pl.DataFrame, cluster: np.ndarray) -> pl.Series:
    return pl.Series(cluster[pairs["one"].to_numpy()] != cluster[pairs["other"].to_numpy()], dtype=pl.Boolean)
