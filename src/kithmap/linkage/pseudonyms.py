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
WITHIN = 1 << RECEIPT_SHIFT
NOWHERE = np.iinfo(np.int64).max
INNER, OUTER = 0x36, 0x5C


def first_mentions(mentions: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """The first mention of every cluster by the extract's own hash, row and slot.

    It does not depend on the order in which extracts were received, as receipt numbers do.

    Shape: one row per cluster, in the order of `place`.
    Columns: `cluster`, `place` (its rank among all).
    """
    known = _ranked(receipts)["receipt_no"]
    rank = (pl.col("mention_id") // WITHIN).replace_strict(
        known, pl.int_range(known.len(), eager=True), return_dtype=pl.Int64
    )
    place = mentions.select(rank * WITHIN + pl.col("mention_id") % WITHIN).to_series().to_numpy()
    cluster = mentions["cluster"].to_numpy()
    # By number, not by grouping: that takes several times the memory of what it gives.
    least = np.full(int(cluster.max(initial=-1)) + 1, NOWHERE)
    np.minimum.at(least, cluster, place)
    order = np.argsort(least)[: int((least < NOWHERE).sum())]
    return pl.DataFrame({"cluster": order, "place": least[order]})


def _ranked(receipts: pl.DataFrame) -> pl.DataFrame:
    return receipts.select("receipt_no", "sha256").sort("sha256", "receipt_no")


def texts_of(first: pl.DataFrame, receipts: pl.DataFrame) -> pl.Series:
    """What a pseudonym is made from: the extract's hash, the row and the slot of a mention."""
    sha256 = _ranked(receipts)["sha256"].gather(first["place"] // WITHIN)
    row = pl.col("place") // (1 << ROW_SHIFT) % (MAX_ROW + 1)
    slot = pl.col("place") % (MAX_SLOT + 1)
    return first.select(text=pl.concat_str(sha256, row, slot, separator="/"))["text"]


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
