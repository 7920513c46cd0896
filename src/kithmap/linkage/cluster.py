"""Who is one person: connected components of the links, cut where they hold a contradiction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# Below this weight a pair speaks against its component: odds of 1 in 128 or less.
AGAINST = -7.0
# The weight of a pair that is two people whatever speaks for it: no average outweighs it.
APART = -1000.0
# Numbers of which a person has one.
SINGLE_NUMBERS = ("nhs", "upn")
TWIN_COLUMNS = ("f_first", "f_name", "f_sound", "f_formals", "f_others")


@dataclass(frozen=True)
class Clusters:
    """The cluster of every identity, and the links that hold them together."""

    cluster: np.ndarray
    links: pl.DataFrame
    cut_components: int


def cluster_identities(identities: pl.DataFrame, pairs: pa.Table, match_probability: float) -> Clusters:
    """Join linked identities into people, and cut components that cannot be one person.

    A component is cut when it holds two valid NHS numbers, two valid pupil numbers, a pair that the
    model judged to be two people, or twins linked through a record with initials only.
    """
    frame = _with_twins_apart(identities, pl.DataFrame(pl.from_arrow(pairs)), match_probability)
    links = frame.filter(pl.col("probability") >= match_probability)
    labels = components(identities.height, links["one"].to_numpy(), links["other"].to_numpy())
    suspect = _contradicted(identities, frame, labels)
    if not suspect.size:
        return Clusters(labels, links, 0)
    cut = _cut(identities, frame, labels, suspect)
    kept = links.filter(pl.Series(cut[links["one"].to_numpy()] == cut[links["other"].to_numpy()]))
    return Clusters(cut, kept, int(suspect.size))


def _with_twins_apart(
    identities: pl.DataFrame, pairs: pl.DataFrame, match_probability: float
) -> pl.DataFrame:
    """The pairs, where two of one surname and birthday with unlike forenames speak against each other.

    The model leaves such a pair undecided, so a third record could join it: twins of one sex agree on
    all but the forename. A pair that a number or the rest of the record makes one person stays.
    """
    numbered = pairs.with_row_index("pair")
    unsure = numbered.filter(
        pl.col("probability") < match_probability,
        pl.Series(_same(identities, pairs, "s_whole") & _same(identities, pairs, "d_day")),
    )
    columns = identities.select(*TWIN_COLUMNS)
    one, other = (columns[unsure[side].to_numpy()] for side in ("one", "other"))
    both = pl.concat([unsure, one, other.rename(lambda name: f"{name}_r")], how="horizontal")
    unlike = [pl.col(name) != pl.col(f"{name}_r") for name in ("f_first", "f_name", "f_sound")]
    stand_for = (
        pl.col("f_formals").list.set_intersection("f_formals_r").list.len() > 0,
        pl.col("f_others").list.contains(pl.col("f_name_r")),
        pl.col("f_others_r").list.contains(pl.col("f_name")),
    )
    twins = both.filter(pl.all_horizontal(*unlike) & ~pl.any_horizontal(*stand_for))["pair"]
    weight = pl.when(pl.col("pair").is_in(twins.implode())).then(APART).otherwise(pl.col("weight"))
    return numbered.select("one", "other", weight.alias("weight"), "probability")


def _same(identities: pl.DataFrame, pairs: pl.DataFrame, column: str) -> np.ndarray:
    """Whether the two of each pair say the same in a column; what is not said is never the same."""
    ranks = identities[column].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    one, other = ranks[pairs["one"].to_numpy()], ranks[pairs["other"].to_numpy()]
    return (one == other) & (one >= 0)


def components(size: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The component of every identity, numbered from 0."""
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _contradicted(identities: pl.DataFrame, pairs: pl.DataFrame, labels: np.ndarray) -> np.ndarray:
    against = pairs.filter(pl.col("weight") < AGAINST)
    one, other = labels[against["one"].to_numpy()], labels[against["other"].to_numpy()]
    found = [one[one == other]]
    numbered = identities.select(*SINGLE_NUMBERS, component=pl.Series(labels))
    for number in SINGLE_NUMBERS:
        several = (
            numbered.filter(pl.col(number).is_not_null())
            .group_by("component")
            .agg(pl.col(number).n_unique())
            .filter(pl.col(number) > 1)
        )
        found.append(several["component"].to_numpy())
    return np.unique(np.concatenate(found))


def _cut(
    identities: pl.DataFrame, pairs: pl.DataFrame, labels: np.ndarray, suspect: np.ndarray
) -> np.ndarray:
    inside = np.isin(labels, suspect)
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    known = pairs.filter(pl.Series(inside[one] & (labels[one] == labels[other]))).sort(
        ["weight", "one", "other"], descending=[True, False, False]
    )
    members = np.flatnonzero(inside)
    numbers = identities.select(*SINGLE_NUMBERS)[members].rows()
    joining = _Joining(members.tolist(), numbers, known)
    cut = labels.copy()
    for first, group in joining.join().items():
        # Above every label in use, so that a new cluster never meets an old one.
        cut[group] = labels.size + first
    return np.unique(cut, return_inverse=True)[1]


class _Joining:
    """Joins the members of contradicted components again, strongest pairs first.

    Two groups join when no number parts them and when the pairs known between them speak, on
    average, for one person.
    """

    def __init__(
        self, members: Sequence[int], numbers: Sequence[tuple[str | None, ...]], known: pl.DataFrame
    ) -> None:
        self._group = {member: member for member in members}
        self._members = {member: [member] for member in members}
        self._numbers = {
            member: [{number} if number else set() for number in row]
            for member, row in zip(members, numbers, strict=True)
        }
        self._pairs = known.select("one", "other", "weight").rows()
        self._weights: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
        for one, other, weight in self._pairs:
            self._weights[one][other] = self._weights[other][one] = (weight, 1)

    def join(self) -> dict[int, list[int]]:
        """The groups, each under one of its members."""
        for one, other, weight in self._pairs:
            if weight <= 0:
                break
            first, second = self._group[one], self._group[other]
            if first != second and self._may_join(first, second):
                self._join(first, second)
        return self._members

    def _may_join(self, first: int, second: int) -> bool:
        total, _ = self._weights[first][second]
        alike = all(len(a | b) <= 1 for a, b in zip(self._numbers[first], self._numbers[second], strict=True))
        return alike and total > 0

    def _join(self, keep: int, drop: int) -> None:
        if len(self._members[keep]) < len(self._members[drop]):
            keep, drop = drop, keep
        for member in self._members[drop]:
            self._group[member] = keep
        self._members[keep] += self._members.pop(drop)
        for numbers, more in zip(self._numbers[keep], self._numbers.pop(drop), strict=True):
            numbers.update(more)
        for other, (weight, pairs) in self._weights.pop(drop).items():
            self._weights[other].pop(drop)
            if other == keep:
                continue
            before, count = self._weights[keep].get(other, (0.0, 0))
            joined = (before + weight, count + pairs)
            self._weights[keep][other] = self._weights[other][keep] = joined
