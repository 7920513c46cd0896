"""Pseudonyms: ids of people that nobody can make again without the workspace's key."""

import hashlib

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.model.keys import MAX_ROW, MAX_SLOT, RECEIPT_SHIFT, ROW_SHIFT

# 16 letters are 80 bits: two people of a million share one once in 10^12 builds.
LENGTH = 16
DIGEST_BYTES = LENGTH * 5 // 8
LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", np.uint8)
BLOCK = 64
INNER, OUTER = 0x36, 0x5C


def first_mentions(mentions: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """The first mention of every cluster by the extract's own hash, row and slot.

    It does not depend on the order in which extracts were received, as receipt numbers do.

    Shape: one row per cluster.
    Columns: `cluster`, `mention_id`, `sha256`, `place` (its rank among all).
    """
    known = receipts.select("receipt_no", "sha256").sort("sha256", "receipt_no").with_row_index("rank")
    receipt_no, within = (
        pl.col("mention_id") // (1 << RECEIPT_SHIFT),
        pl.col("mention_id") % (1 << RECEIPT_SHIFT),
    )
    ranked = mentions.select("cluster", within.alias("within"), receipt_no=receipt_no).join(
        known.select("receipt_no", pl.col("rank").cast(pl.Int64)), on="receipt_no"
    )
    place = pl.col("rank") * (1 << RECEIPT_SHIFT) + pl.col("within")
    least = ranked.select("cluster", place=place).group_by("cluster").agg(pl.col("place").min()).sort("place")
    back = known.select("receipt_no", "sha256", rank=pl.col("rank").cast(pl.Int64))
    least = least.with_columns(
        rank=pl.col("place") // (1 << RECEIPT_SHIFT), within=pl.col("place") % (1 << RECEIPT_SHIFT)
    ).join(back, on="rank", maintain_order="left")
    mention_id = pl.col("receipt_no") * (1 << RECEIPT_SHIFT) + pl.col("within")
    return least.select("cluster", "sha256", "place", mention_id=mention_id)


def texts_of(first: pl.DataFrame) -> pl.Series:
    """What a pseudonym is made from: the extract's hash, the row and the slot of a mention."""
    row = pl.col("mention_id") // (1 << ROW_SHIFT) % (MAX_ROW + 1)
    slot = pl.col("mention_id") % (MAX_SLOT + 1)
    return first.select(text=pl.concat_str("sha256", row, slot, separator="/"))["text"]


def pseudonyms(secret: bytes, texts: pl.Series) -> pl.Series:
    """The pseudonym of each text: letters of its HMAC-SHA-256 under the workspace's key."""
    digests = b"".join(_digests(secret, texts.to_list()))
    if not digests:
        return pl.Series(dtype=pl.String)
    bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES), axis=1)
    fives = bits.reshape(-1, LENGTH, 5) @ np.array([16, 8, 4, 2, 1], np.uint8)
    letters = np.empty((len(texts), LENGTH + 1), np.uint8)
    letters[:, 0] = ord("P")
    letters[:, 1:] = LETTERS[fives]
    offsets = np.arange(len(texts) + 1, dtype=np.int32) * (LENGTH + 1)
    made = pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(offsets.tobytes()), pa.py_buffer(letters.tobytes())
    )
    return pl.Series(pl.from_arrow(made))


def _digests(secret: bytes, texts: list[str]) -> list[bytes]:
    # The two halves of HMAC begun once: beginning them for every person takes twice as long as the rest.
    key = secret if len(secret) <= BLOCK else hashlib.sha256(secret).digest()
    key = key.ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ INNER for byte in key)).copy
    outer = hashlib.sha256(bytes(byte ^ OUTER for byte in key)).copy

    def digest(text: str) -> bytes:
        within, around = inner(), outer()
        within.update(text.encode("ascii"))
        around.update(within.digest())
        return around.digest()[:DIGEST_BYTES]

    return [digest(text) for text in texts]
