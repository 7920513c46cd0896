"""Who is one person: connected components of the links, refined, within what the constraints allow."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.constraints import PAIR, TWIN_WEIGHT, Constraints, find_constraints
from kithmap.linkage.contradictions import find_contradictions
from kithmap.linkage.packed import as_texts
from kithmap.linkage.refine import Members, Pairs, refine, with_several
from kithmap.stats.components import joined_parts
from kithmap.stats.ordering import stable_order

# A judgement that cannot be kept whole still weighs more than any record.
JUDGED_WEIGHT = 100.0
# Two who say a whole name and a birthday and are one person share the key of some blocking rule.
FULL = ("f_name", "s_name", "d_day")
# What decides between equals: what the identities say, not the order in which they came.
RANKED = (
    "s_whole", "f_first", "f_whole", "s_initial", "f_initial", "d_day", "birth_year", "home", "school", "la_code", "sex",
    "nhs", "upn", "space", "number", "signature",
)  # fmt: skip


@dataclass(frozen=True)
class Clusters:
    """The cluster of every identity, and the links that hold them together.

    `component` is what plain connected components would make; every cluster lies inside one.
    `contradictions` are pairs for a reviewer: one, other (unique_id), why. `judged` are the identities
    that a reviewer's judgement put where they are.
    """

    cluster: np.ndarray
    links: pl.DataFrame
    cut_components: int
    component: np.ndarray
    contradictions: pl.DataFrame
    judged: np.ndarray


def cluster_identities(
    identities: pl.DataFrame,
    pairs: pa.Table,
    match_probability: float,
    constraints: Constraints | None = None,
) -> Clusters:
    """Join linked identities into people: components, then refinement within the constraints.

    No cluster holds two NHS numbers, or a pair judged different. A pair judged the same is together
    unless that would break this; then it is among the contradictions.
    """
    scored = pl.DataFrame(pl.from_arrow(pairs)).rechunk()
    held = constraints or find_constraints(identities, pairs, match_probability)
    links = scored.filter(pl.col("probability") >= match_probability)
    linked = pl.concat([links.select(*PAIR), held.same])
    component = joined_parts(linked["one"].to_numpy(), linked["other"].to_numpy(), identities.height)
    inside = component[scored["one"].to_numpy()] == component[scored["other"].to_numpy()]
    weighed = scored.select(*PAIR, "weight", "probability")
    compared = _with_constraints(weighed.filter(pl.Series(inside, dtype=pl.Boolean)), match_probability, held)
    cluster = _refined(identities, compared, held, component)
    together = cluster[links["one"].to_numpy()] == cluster[links["other"].to_numpy()]
    pieces = component[np.unique(cluster, return_index=True)[1]]
    return Clusters(
        cluster=cluster,
        links=links.filter(pl.Series(together, dtype=pl.Boolean)),
        cut_components=int(np.sum(np.bincount(pieces) > 1)),
        component=component,
        contradictions=find_contradictions(identities, weighed, match_probability, cluster, held),
        judged=_judged(cluster, held),
    )


def _judged(cluster: np.ndarray, held: Constraints) -> np.ndarray:
    one, other = held.same["one"].to_numpy(), held.same["other"].to_numpy()
    together = cluster[one] == cluster[other]
    return np.unique(np.concatenate([one[together], other[together]]))


def _with_constraints(scored: pl.DataFrame, match_probability: float, held: Constraints) -> Pairs:
    """The pairs with what constrains them."""
    compared = scored.select(*PAIR, "weight", links=pl.col("probability") >= match_probability)
    same = held.same.with_columns(weight=pl.lit(JUDGED_WEIGHT), links=pl.lit(value=True))
    if same.height:
        compared = pl.concat([compared.join(same, on=[*PAIR], how="anti"), same])
    compared = compared.rechunk()
    one, other, weight, links = (compared[name].to_numpy() for name in (*PAIR, "weight", "links"))
    pairs = Pairs(one, other, weight.copy(), links, apart=np.zeros(one.size, dtype=bool))
    place, known = _places(pairs, held.apart)
    pairs.apart[place] = True
    against, _ = _places(pairs, held.against)
    pairs.weight[against] = np.minimum(pairs.weight[against], TWIN_WEIGHT)
    one, other = (held.apart[side].to_numpy()[~known] for side in PAIR)
    never = np.zeros(one.size, dtype=bool)
    return pairs.followed_by(Pairs(one, other, np.zeros(one.size), links=never, apart=~never))


def _places(pairs: Pairs, some: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where those of some pairs stand that are known, and which of them are."""
    one, other = (some[side].to_numpy() for side in PAIR)
    size = 1 + max(int(side.max(initial=0)) for side in (pairs.other, pairs.one, one, other))
    key, wanted = pairs.one * size + pairs.other, one * size + other
    order = stable_order(key)
    ranked = np.append(key[order], -1)
    at = np.searchsorted(ranked[:-1], wanted)
    known = ranked[at] == wanted
    return order[at[known]], known


def _parts(size: int, held: Constraints) -> np.ndarray:
    """The part of every identity: those a reviewer judged the same, unless a constraint contradicts it."""
    judged = joined_parts(held.same["one"].to_numpy(), held.same["other"].to_numpy(), size)
    if held.same.is_empty():
        return judged
    one, other = held.apart["one"].to_numpy(), held.apart["other"].to_numpy()
    inside = judged[one[judged[one] == judged[other]]]
    alone = np.isin(judged, np.concatenate([inside, with_several(judged, held.numbers)]))
    return np.unique(np.where(alone, size + np.arange(size), judged), return_inverse=True)[1]


def _refined(
    identities: pl.DataFrame,
    compared: Pairs,
    held: Constraints,
    component: np.ndarray,
) -> np.ndarray:
    part = _parts(identities.height, held)
    parts = int(part.max(initial=-1)) + 1
    numbers = np.zeros((parts, held.numbers.shape[1]), dtype=np.int64)
    np.maximum.at(numbers, part, held.numbers)
    full = identities.select(pl.all_horizontal(pl.col(name).is_not_null() for name in FULL)).to_series()
    labels = np.zeros(parts, dtype=np.int64)
    labels[part] = component
    pairs = replace(compared, one=part[compared.one], other=part[compared.other])
    members = Members(numbers, np.bincount(part, weights=full.to_numpy(), minlength=parts).astype(np.int64))
    return refine(labels, pairs.where(pairs.one != pairs.other), members, _rank_of(identities, part))[part]


def _rank_of(identities: pl.DataFrame, part: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    columns = [name for name in RANKED if name in identities.columns]

    def rank_of(places: np.ndarray) -> np.ndarray:
        wanted = np.flatnonzero(np.isin(part, places))
        ranked = as_texts(identities.select(*columns)[wanted]).with_columns(place=part[wanted])
        order = ranked.sort(*columns).unique("place", keep="first", maintain_order=True)
        found = order.select("place").with_row_index("rank").sort("place")
        return found["rank"].to_numpy().astype(np.int64)

    return rank_of
