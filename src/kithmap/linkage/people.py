"""The tables that say which mention is whose, and what was compared."""

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters

# Weaker pairs are not kept: they neither link nor count.
KEPT_PROBABILITY = 0.005


def clustered_mentions(bearers: pa.Table, identities: pl.DataFrame, clusters: Clusters) -> pl.DataFrame:
    """The cluster of every mention.

    Shape: one row per mention.
    Columns: `mention_id`, `signature`, `cluster`.
    """
    mentions = pl.DataFrame(pl.from_arrow(bearers))
    place = places_of(mentions["signature"], identities)
    # The other columns are those of the bearers still, and take no room of their own.
    return mentions.with_columns(cluster=pl.Series(clusters.cluster).gather(place))


def places_of(signatures: pl.Series, identities: pl.DataFrame) -> pl.Series:
    """The place among the identities, which are in the order of signatures, of each signature."""
    return identities["signature"].search_sorted(signatures)


def people_of(
    mentions: pl.DataFrame,
    identities: pl.DataFrame,
    clusters: Clusters,
    people: pl.DataFrame,
    parts: pl.DataFrame,
) -> pa.Table:
    """The person of every mention, with how that was decided.

    people: `cluster`, `person_id`. parts: `signature`, `part_id`. clusters: with what was judged.

    Shape: one row per mention.
    Columns: those of the table `identity`.
    """
    said = identities.select("signature").with_columns(
        probability=pl.Series(strongest_link(identities.height, clusters.links)),
        judged=pl.Series(np.isin(np.arange(identities.height), clusters.judged)),
    )
    placed = mentions.join(said, on="signature", maintain_order="left")
    placed = placed.join(people, on="cluster", maintain_order="left")
    placed = placed.join(parts, on="signature", maintain_order="left")
    copies = pl.len().over("signature") > 1
    linked = pl.col("probability").is_not_null()
    return placed.select(
        "mention_id",
        "person_id",
        match_probability=pl.when(copies | pl.col("judged"))
        .then(1.0)
        .otherwise(pl.col("probability").fill_null(1.0)),
        decided_by=pl.when(pl.col("judged"))
        .then(pl.lit("judged"))
        .when(copies)
        .then(pl.lit("identical"))
        .when(linked)
        .then(pl.lit("model"))
        .otherwise(pl.lit("alone")),
        part_id="part_id",
        signature="signature",
    ).to_arrow()


def strongest_link(size: int, links: pl.DataFrame) -> pl.Series:
    """The probability of the strongest link of every identity; null where it has none."""
    strongest = np.full(size, np.nan)
    for side in ("one", "other"):
        np.fmax.at(strongest, links[side].to_numpy(), links["probability"].to_numpy())
    return pl.Series(strongest).fill_nan(None)


def kept_pairs(identities: pl.DataFrame, pairs: pa.Table) -> pa.Table:
    """The pairs worth keeping, by the first mention of each signature: the table `link`."""
    frame = pl.DataFrame(pl.from_arrow(kept(pairs)))
    named = frame.select("one", "other", match_weight="weight", match_probability="probability")
    return by_mention(identities, named).to_arrow()


def kept(pairs: pa.Table) -> pa.Table:
    """The pairs worth keeping, in their order."""
    return pairs.filter(pa.array(pairs["probability"].to_numpy() >= KEPT_PROBABILITY))


def by_mention(identities: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of identities, by the first mention of each signature in place of `one` and `other`."""
    signature = identities["signature"]
    return pairs.select(
        mention_id=signature.gather(pairs["one"]),
        other_mention_id=signature.gather(pairs["other"]),
        **{name: pl.col(name) for name in pairs.columns if name not in ("one", "other")},
    )
