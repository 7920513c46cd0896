"""The tables that say which mention is whose, and what was compared."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.row_groups import MADE_AT_ONCE
from kithmap.linkage.cluster import Clusters

# Weaker pairs are not kept: they neither link nor count.
KEPT_PROBABILITY = 0.005
DECIDED = pl.Enum(["judged", "identical", "model", "alone"])


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


def decided(mentions: pl.DataFrame, identities: pl.DataFrame, clusters: Clusters) -> pl.DataFrame:
    """How it was decided whose each signature is, judgements before all.

    Shape: one row per identity.
    Columns: `signature`, `cluster`, `match_probability`, `decided_by`.
    """
    size = identities.height
    judged, place = np.zeros(size, dtype=bool), places_of(mentions["signature"], identities)
    judged[clusters.judged] = True
    said = identities.select(
        "signature",
        cluster=pl.Series(clusters.cluster),
        probability=strongest_link(size, clusters.links),
        judged=pl.Series(judged),
        copies=pl.Series(np.bincount(place.to_numpy(), minlength=size) > 1),
    )
    certain, linked = pl.col("judged") | pl.col("copies"), pl.col("probability").is_not_null()
    how = pl.when("judged").then(pl.lit("judged", DECIDED)).when("copies").then(pl.lit("identical", DECIDED))
    return said.select(
        "signature",
        "cluster",
        match_probability=pl.when(certain).then(1.0).otherwise(pl.col("probability").fill_null(1.0)),
        decided_by=how.when(linked).then(pl.lit("model", DECIDED)).otherwise(pl.lit("alone", DECIDED)),
    )


def people_in_parts(
    mentions: pl.DataFrame, how: pl.DataFrame, people: pl.DataFrame, parts: pl.DataFrame
) -> Iterator[pa.Table]:
    """The person of every mention, in the order of the mentions, a part at a time: as text they are large.

    how: what `decided` gives. people: `cluster`, `person_id`. parts: `signature`, `part_id`.

    Shape: one row per mention.
    Columns: those of the table `identity`.
    """
    said = how.join(parts, on="signature", how="left", maintain_order="left")
    said = said.with_columns(row=rows_of(how["cluster"], people))
    for first in range(0, max(mentions.height, 1), MADE_AT_ONCE):
        some = mentions.slice(first, MADE_AT_ONCE)
        placed = said[places_of(some["signature"], how)]
        yield placed.select(
            some["mention_id"],
            person_id=people["person_id"].gather(placed["row"]),
            match_probability="match_probability",
            decided_by=pl.col("decided_by").cast(pl.String),
            part_id="part_id",
            signature="signature",
        ).to_arrow()


def rows_of(clusters: pl.Series, people: pl.DataFrame) -> pl.Series:
    """The row among the people (`cluster`) of each cluster: they are numbered from 0."""
    cluster = people["cluster"].to_numpy()
    row = np.zeros(int(cluster.max(initial=-1)) + 1, dtype=np.uint32)
    row[cluster] = np.arange(people.height)
    return pl.Series(row[clusters.to_numpy()])


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
