"""How the households and kin that a build finds compare with the known truth of a world."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

_KEYS = ["extract", "row", "slot"]
_PAIR = ["one", "other"]


@dataclass(frozen=True)
class PairQuality:
    """Pairs of people: how many were found, were right, and could have been found."""

    found: int
    right: int
    could_be: int
    of_those: int

    @property
    def precision(self) -> float:
        """The share of the pairs found that are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share found of the pairs that could have been."""
        return self.of_those / self.could_be if self.could_be else 1.0


def score_pairs(
    pairs: pa.Table, links: pa.Table, truth_folder: Path, *, alike: Iterable[str], among: pa.Table
) -> PairQuality:
    """Compare pairs of people held to be of one family or household with the truth.

    Shape: a true pair has the same `family`, or one of whichever columns of the true people `alike`
        names (family, household); a pair that linking made of one true person is left out.
    Unit: pairs of people, each once. Recall is of true pairs both of whom are in `among`: nobody can
        find the brother whom no extract places anywhere.
    Columns: `pairs` has person_id, other_person_id; `links` has extract, row, slot, person_id; `among`
        has person_id.
    """
    import polars as pl

    people = _people(links, Path(truth_folder))
    alike = list(alike)
    one = people.select("person_id", one="person", **{f"one_{name}": name for name in alike})
    other = people.select(other_person_id="person_id", other="person", **{f"other_{n}": n for n in alike})
    found = _frame(pairs).join(one, on="person_id").join(other, on="other_person_id")
    is_right = pl.any_horizontal(pl.col(f"one_{name}") == pl.col(f"other_{name}") for name in alike)
    found = found.filter(pl.col("one") != pl.col("other")).select(
        one=pl.min_horizontal(_PAIR), other=pl.max_horizontal(_PAIR), is_right=is_right
    ).unique(_PAIR)  # fmt: skip
    reached = people.join(_frame(among).select("person_id").unique(), on="person_id")
    true = pl.concat([_true_pairs(reached.drop_nulls(name), name) for name in alike]).unique()
    right = found.filter("is_right")
    return PairQuality(len(found), len(right), len(true), len(right.join(true, on=_PAIR, how="semi")))


def _frame(table: pa.Table) -> Any:
    import polars as pl

    return pl.from_arrow(table)


def _people(links: pa.Table, truth_folder: Path) -> Any:
    """Each linked person with the true person most of their mentions are of."""
    import polars as pl

    true = pl.read_parquet(truth_folder / "mentions.parquet").filter(~pl.col("is_candidate"))
    keyed = pl.col("extract").cast(pl.String), pl.col("row", "slot").cast(pl.Int64)
    both = _frame(links).with_columns(keyed).join(true.with_columns(keyed), on=_KEYS)
    counted = both.group_by("person_id", "person").len().sort("len", "person", descending=[True, False])
    known = pl.read_parquet(truth_folder / "people.parquet").with_columns(
        # Whoever lives in a children's home shares it with others, and no household.
        household=pl.when(~pl.col("is_communal")).then("household")
    )
    named = counted.unique("person_id", keep="first").select("person_id", "person")
    return named.join(known.select("person", "is_young", "family", "household"), on="person")


def _true_pairs(people: Any, name: str) -> Any:
    import polars as pl

    one = people.select(name, one="person").unique()
    pairs = one.join(one.rename({"one": "other"}), on=name).filter(pl.col("one") < pl.col("other"))
    return pairs.select(_PAIR)
