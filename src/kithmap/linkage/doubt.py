"""What linkage leaves in doubt: which identities are surely one, and which of the others may be one.

Identities that are sure to be one person are one *part*. Parts that may be one person, directly or
through others, and those that are published as one, are one *group*.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters
from kithmap.linkage.constraints import Constraints
from kithmap.stats.components import joined_parts
from kithmap.stats.ordering import stable_order
from kithmap.stats.runs import begins
from kithmap.stats.ties import Ties

# So many compared pairs are looked through at a time.
AT_ONCE = 2**19
# In so many turns are the pairs between parts put in order.
TURNS = 8
# Two identities of one published person whose link is surer than this are never drawn apart.
CERTAIN = 0.9999
# Parts that are less likely one person than this are not drawn together.
LEAST = 0.005
LN2 = float(np.log(2))
# Between two parts nothing is surer than this, or it would be one part.
MOST_LOG_ODDS = float(np.log(CERTAIN / (1 - CERTAIN)))
LEAST_LOG_ODDS = float(np.log(LEAST / (1 - LEAST)))


@dataclass(frozen=True)
class Parts:
    """The parts: of each identity its part, and of each part its least identity and its cluster."""

    of: np.ndarray
    least: np.ndarray
    cluster: np.ndarray

    @property
    def number(self) -> int:
        return self.least.size

    def pairs(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """One number for each two parts, the lesser first, by an identity of each."""
        one, other = self.of[one], self.of[other]
        return _numbered(np.minimum(one, other), np.maximum(one, other), self.number)


@dataclass(frozen=True)
class _Compared:
    """Pairs of parts that were compared, each once, in order: mean weight in natural log-odds."""

    one: np.ndarray
    other: np.ndarray
    log_odds: np.ndarray


def find_parts(pairs: pa.Table, clusters: Clusters, constraints: Constraints, size: int) -> Parts:
    """Join what is certain to be one person: surest links and judgements, within published people."""
    sure = _ends(pairs, pl.col("probability") > CERTAIN)
    sure = pl.concat([sure, constraints.same.select(sure.columns)])
    one, other = sure["one"].to_numpy(), sure["other"].to_numpy()
    kept = clusters.cluster[one] == clusters.cluster[other]
    of = joined_parts(one[kept], other[kept], size).astype(np.int32)
    least = _first_places(of)
    return Parts(of, least, clusters.cluster[least])


def _ends(pairs: pa.Table, which: pl.Expr) -> pl.DataFrame:
    """The two of each pair of some probability."""
    frame = pl.DataFrame(pl.from_arrow(pairs.select(["one", "other", "probability"])))
    return frame.filter(which).select("one", "other")


def find_doubt(
    pairs: pa.Table, parts: Parts, constraints: Constraints
) -> tuple[np.ndarray, np.ndarray, Ties]:
    """The group of each part, whether it is in doubt, and every pair inside the groups that are."""
    compared = _compared(pairs, parts)
    apart = pl.concat([constraints.apart.select("one", "other"), constraints.against.select("one", "other")])
    apart = _distinct(parts.pairs(apart["one"].to_numpy(), apart["other"].to_numpy()))
    group = _groups(compared, apart, parts)
    doubtful = (np.bincount(group) > 1)[group]
    places = np.flatnonzero(doubtful)
    never = [apart, _two_numbers(parts, constraints, group, places)]
    return group, doubtful, _ties(compared, _distinct(np.concatenate(never)), group, places)


def _compared(pairs: pa.Table, parts: Parts) -> _Compared:
    """The pairs of parts that were compared and may be one, directly or through others."""
    near = list(_near(pairs, parts))
    turn = max(1, -(-(parts.number**2) // TURNS))
    found = [_mean_of(near, begin, begin + turn, parts.number) for begin in range(0, turn * TURNS, turn)]
    del near
    columns = [list(column) for column in zip(*(vars(each).values() for each in found), strict=True)]
    del found
    return _Compared(*(np.concatenate(columns.pop(0)) for _ in range(3)))


def _mean_of(near: list[tuple[np.ndarray, np.ndarray]], least: int, most: int, parts: int) -> _Compared:
    """Those of some pairs that have a number from one to another, each once."""
    here = [(pair >= least) & (pair < most) for pair, _ in near]
    pair, weight = (
        np.concatenate([each[side][where] for each, where in zip(near, here, strict=True)]) for side in (0, 1)
    )
    order = stable_order(pair)
    pair, weight = pair[order], weight[order]
    starts = np.flatnonzero(begins(pair))
    log_odds = _means(weight, starts) * LN2
    ends = _two(pair[starts], parts)
    return _Compared(*ends, np.clip(log_odds, -MOST_LOG_ODDS * 2, MOST_LOG_ODDS))


def _means(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The mean of each run of values, exact to the last digit or nearly so.

    Source: Kahan (1965), further remarks on reducing truncation errors: what a sum loses is added again.
    """
    counts = np.diff(starts, append=values.size)
    total, over, more = values[starts], np.zeros(starts.size), np.arange(starts.size)
    for turn in range(1, int(counts.max(initial=0))):
        more = more[counts[more] > turn]
        value = values[starts[more] + turn] - over[more]
        now = total[more] + value
        over[more] = now - total[more] - value
        total[more] = now
    return total / counts


def _near(pairs: pa.Table, parts: Parts) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs of two parts that may be one, with the weight of each: few of those compared."""
    likely = _ends(pairs, pl.col("probability") >= LEAST)
    one, other = (parts.of[likely[end].to_numpy()] for end in ("one", "other"))
    of_part = joined_parts(one, other, parts.number).astype(np.int32)
    del likely, one, other
    group = of_part[parts.of]
    yield np.zeros(0, dtype=np.int64), np.zeros(0)
    for some in pairs.select(["one", "other", "weight"]).to_batches(max_chunksize=AT_ONCE):
        one, other, weight = (column.to_numpy(zero_copy_only=False) for column in some.columns)
        near = np.flatnonzero((group[one] == group[other]) & (parts.of[one] != parts.of[other]))
        yield parts.pairs(one[near], other[near]), weight[near]


def _groups(compared: _Compared, apart: np.ndarray, parts: Parts) -> np.ndarray:
    """The parts that may be one person or are published as one, directly or through others."""
    may = compared.log_odds >= LEAST_LOG_ODDS
    one, other = compared.one[may], compared.other[may]
    may = ~_found(apart, _numbered(one, other, parts.number))[1]
    # Parts of one published person are in doubt together, even where their mean speaks against it.
    first = first_of(parts.cluster)
    later = np.flatnonzero(first != np.arange(parts.number))
    one, other = np.concatenate([one[may], first[later]]), np.concatenate([other[may], later])
    return joined_parts(one, other, parts.number).astype(np.int32)


def _ties(compared: _Compared, never: np.ndarray, group: np.ndarray, places: np.ndarray) -> Ties:
    """Every pair inside the groups in doubt, the parts at `places` numbered from 0."""
    rank = np.zeros(group.size, dtype=np.int32)
    rank[places] = np.arange(places.size)
    inside = group[compared.one] == group[compared.other]
    log_odds = compared.log_odds[inside]
    pair = _numbered(rank[compared.one[inside]], rank[compared.other[inside]], places.size)
    one, other = _two(never, group.size)
    inside = (group[one] == group[other]) & (one != other)
    never = _numbered(rank[one[inside]], rank[other[inside]], places.size)
    at, known = _found(pair, never)
    log_odds[at[known]] = -np.inf
    pair = np.insert(pair, at[~known], never[~known])
    log_odds = np.insert(log_odds, at[~known], -np.inf)
    return Ties(places.size, *_two(pair, places.size), log_odds, log_odds >= LEAST_LOG_ODDS)


def _numbered(one: np.ndarray, other: np.ndarray, size: int) -> np.ndarray:
    """One number for each two of so many things."""
    number = one.astype(np.int64)
    number *= size
    number += other
    return number


def _two(number: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The two of so many things that a number says."""
    one = (number // max(size, 1)).astype(np.int32)
    return one, (number - one * np.int64(size)).astype(np.int32)


def _distinct(values: np.ndarray) -> np.ndarray:
    """The values in order, each once."""
    values = np.sort(values)
    return values[begins(values)]


def _found(values: np.ndarray, sought: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where in values that are in order others belong, and whether they are there."""
    at = np.searchsorted(values, sought)
    is_there = at < values.size
    is_there[is_there] = values[at[is_there]] == sought[is_there]
    return at, is_there


def _two_numbers(parts: Parts, constraints: Constraints, group: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Pairs of parts that have two numbers where a person has one, compared or not."""
    found = [np.zeros(0, dtype=np.int64)]
    for column in constraints.numbers.T:
        has, number = np.flatnonzero(column), np.zeros(parts.number, dtype=np.int64)
        np.maximum.at(number, parts.of[has], column[has])
        held = pl.DataFrame({"group": group[places], "number": number[places], "a": places})
        held = held.filter(pl.col("number") > 0)
        met = held.join(held.rename({"a": "b", "number": "second"}), on="group")
        met = met.filter(pl.col("a") < pl.col("b"), pl.col("number") != pl.col("second"))
        found.append(_numbered(met["a"].to_numpy(), met["b"].to_numpy(), parts.number))
    return np.concatenate(found)


def first_of(labels: np.ndarray) -> np.ndarray:
    """For each place, the first place with the same label."""
    return _first_places(labels)[labels]


def _first_places(labels: np.ndarray) -> np.ndarray:
    """For each label, the first place that has it."""
    first = np.zeros(labels.max(initial=-1) + 1, dtype=np.int32)
    # Of what is written to one place the last stays.
    first[labels[::-1]] = np.arange(labels.size)[::-1]
    return first
