"""Pseudonyms, and the tables that say which mention is whose."""

import base64
import hmac

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters
from kithmap.model.keys import RECEIPT_SHIFT, row_of, slot_of

# 16 letters are 80 bits: two people of a million share one once in 10^12 builds.
PSEUDONYM_LENGTH = 16
PSEUDONYM_BYTES = PSEUDONYM_LENGTH * 5 // 8
# Weaker pairs are not kept: they neither link nor count.
KEPT_PROBABILITY = 0.005


def people_of(
    bearers: pa.Table, identities: pl.DataFrame, clusters: Clusters, receipts: pa.Table, secret: bytes
) -> pa.Table:
    """The person of every mention, with how that was decided.

    Shape: one row per mention.
    Columns: those of the table `identity`.
    """
    judged = identities.select("signature", cluster=pl.Series(clusters.cluster)).with_columns(
        probability=pl.Series(strongest_link(identities.height, clusters.links))
    )
    mentions = pl.DataFrame(pl.from_arrow(bearers)).join(judged, on="signature", maintain_order="left")
    mentions = mentions.join(pseudonyms(mentions, receipts, secret), on="cluster", maintain_order="left")
    copies = pl.len().over("signature") > 1
    linked = pl.col("probability").is_not_null()
    return mentions.select(
        "mention_id",
        "person_id",
        match_probability=pl.when(copies).then(1.0).otherwise(pl.col("probability").fill_null(1.0)),
        decided_by=pl.when(copies)
        .then(pl.lit("identical"))
        .when(linked)
        .then(pl.lit("model"))
        .otherwise(pl.lit("alone")),
        signature="signature",
    ).to_arrow()


def strongest_link(size: int, links: pl.DataFrame) -> pl.Series:
    """The probability of the strongest link of every identity; null where it has none."""
    strongest = np.full(size, np.nan)
    for side in ("one", "other"):
        np.fmax.at(strongest, links[side].to_numpy(), links["probability"].to_numpy())
    return pl.Series(strongest).fill_nan(None)


def pseudonyms(mentions: pl.DataFrame, receipts: pa.Table, secret: bytes) -> pl.DataFrame:
    """A pseudonym for every cluster, the same in whatever order the extracts came.

    It is made from the extract, row and slot of one of the cluster's mentions, the least by the
    extract's own hash, with the workspace's key: without the key nobody can make it again.
    """
    known = pl.DataFrame(pl.from_arrow(receipts)).sort("sha256").with_row_index("rank")
    keyed = mentions.select(
        "cluster", "mention_id", receipt_no=pl.col("mention_id") // (1 << RECEIPT_SHIFT)
    ).join(known.select("receipt_no", "rank", "sha256"), on="receipt_no")
    within = pl.col("mention_id") % (1 << RECEIPT_SHIFT)
    first = keyed.with_columns(place=pl.col("rank").cast(pl.Int64) * (1 << RECEIPT_SHIFT) + within)
    first = first.sort("place").group_by("cluster", maintain_order=True).first()
    made = [
        _pseudonym(secret, f"{sha256}/{row_of(mention)}/{slot_of(mention)}")
        for sha256, mention in first.select("sha256", "mention_id").iter_rows()
    ]
    return first.select("cluster", person_id=pl.Series(made, dtype=pl.String))


def _pseudonym(secret: bytes, text: str) -> str:
    digest = hmac.digest(secret, text.encode("ascii"), "sha256")
    # Only as many bytes as are shown: the encoding is slower than the hash.
    return "P" + base64.b32encode(digest[:PSEUDONYM_BYTES]).decode("ascii")[:PSEUDONYM_LENGTH]


def kept_pairs(identities: pl.DataFrame, pairs: pa.Table) -> pa.Table:
    """The pairs worth keeping, by the first mention of each signature: the table `link`."""
    frame = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    signature = identities["signature"].to_numpy()
    return pl.DataFrame(
        {
            "mention_id": signature[frame["one"].to_numpy()],
            "other_mention_id": signature[frame["other"].to_numpy()],
            "match_weight": frame["weight"],
            "match_probability": frame["probability"],
        }
    ).to_arrow()
