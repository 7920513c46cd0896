"""The known truth of a world, and how links compare with it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

_KEYS = ["extract", "row", "slot"]


@dataclass(frozen=True)
class Quality:
    """Pairwise quality: of pairs of mentions that should be, and were, put together."""

    people: int
    mentions: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values."""
        return {
            "people": self.people, "mentions": self.mentions, "precision": self.precision, "recall": self.recall,
            "f1": self.f1,
        }  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Quality overall and by name group; `mentions_missing` are true mentions no link tells of."""

    overall: Quality
    groups: dict[str, Quality]
    mentions_missing: int

    @property
    def precision(self) -> float:
        return self.overall.precision

    @property
    def recall(self) -> float:
        return self.overall.recall

    @property
    def f1(self) -> float:
        return self.overall.f1

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values."""
        groups = {name: quality.to_dict() for name, quality in self.groups.items()}
        return {**self.overall.to_dict(), "mentions_missing": self.mentions_missing, "groups": groups}


def score(links: pa.Table, truth_folder: Path) -> Score:
    """Compare links with the truth, pair by pair.

    Shape: pairs are counted from the table of linked against true people, never listed, so a
        million mentions take a second: with n mentions in a cell, n(n-1)/2 pairs agree.
    Unit: pairs of mentions. A name group's recall is of pairs of its own people; its precision
        is of linked pairs that hold one of its mentions, a mixed pair counting half.
    Columns: `links` has extract, row, slot, person_id. A mention that was not linked at all
        (its row was refused) is left out of both sides and counted apart; candidates (a
        nickname jotted down beside somebody else) are not scored.
    """
    import polars as pl

    true = pl.read_parquet(Path(truth_folder) / "mentions.parquet").filter(~pl.col("is_candidate"))
    linked = pl.from_arrow(links.select([*_KEYS, "person_id"]))
    assert isinstance(linked, pl.DataFrame)
    both = _keyed(true).join(_keyed(linked), on=_KEYS, how="inner")
    group = pl.col("name_group").first().cast(pl.String)
    cells = both.group_by("person", "person_id").agg(n=pl.len(), name_group=group)
    clusters = cells.group_by("person_id").agg(total=pl.col("n").sum())
    cells = cells.join(clusters, on="person_id").with_columns(
        pairs=_pairs(pl.col("n")), half=pl.col("n") * (pl.col("total") - 1) / 2
    )
    people = cells.group_by("person").agg(pl.col("n", "pairs", "half").sum(), pl.col("name_group").first())
    table = people.group_by("name_group").agg(
        people=pl.len(), mentions=pl.col("n").sum(), agreed=pl.col("pairs").sum(),
        should=_pairs(pl.col("n")).sum(), linked=pl.col("half").sum(),
    ).sort("name_group")  # fmt: skip
    groups = {row["name_group"]: _quality(row) for row in table.iter_rows(named=True)}
    sums = table.select(pl.exclude("name_group").sum())
    return Score(_quality(sums.row(0, named=True)), groups, len(true) - len(both))


def _keyed(mentions: Any) -> Any:
    """The same types on both sides of the join."""
    import polars as pl

    return mentions.with_columns(pl.col("extract").cast(pl.String), pl.col("row", "slot").cast(pl.Int64))


def _pairs(n: Any) -> Any:
    return n.cast(int) * (n.cast(int) - 1) // 2


def _quality(row: dict[str, Any]) -> Quality:
    """Quality from counts of pairs; where there are no pairs, nothing was wrong."""
    precision = row["agreed"] / row["linked"] if row["linked"] else 1.0
    recall = row["agreed"] / row["should"] if row["should"] else 1.0
    return Quality(int(row["people"]), int(row["mentions"]), float(precision), float(recall))


def read_overlaps(truth_folder: Path) -> pa.Table:
    """Read how many young people are truly on each combination of lists.

    Shape: one row per authority (and `All`), standing (`current`, or `ever`), kind and lists.
    Columns: `lists` (names in order, parted by ` + `), `authority`, `kind` (combination, total
        or all), `standing`, `people`.
    """
    import pyarrow.parquet as pq

    return pq.read_table(Path(truth_folder) / "overlaps.parquet")


def read_question(truth_folder: Path) -> dict[str, Any]:
    """Read the question the world was planted to answer: lists, authority, place, people."""
    return json.loads((Path(truth_folder) / "question.json").read_text(encoding="utf-8"))
