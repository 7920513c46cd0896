"""Whatever the links, numbers and judgements, a cluster is never more than they allow."""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.constraints import find_constraints
from kithmap.stats.components import joined_parts

THRESHOLD = 0.95
LINK = float(np.log2(THRESHOLD / (1 - THRESHOLD)))
MOST = 9
PLACES = st.integers(0, MOST - 1)
PAIRS = st.tuples(PLACES, PLACES).filter(lambda two: two[0] < two[1])
# Few different weights, so that equals are common.
WEIGHTS = st.sampled_from([-30.0, -9.0, -3.0, 1.0, 5.0, 9.0, 14.0])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Up to nine identities, what was compared, and what was judged."""
    names = st.lists(st.sampled_from(["ANN", "BOB", None]), min_size=MOST, max_size=MOST)
    numbers = st.lists(st.sampled_from(["1", "2", None, None]), min_size=MOST, max_size=MOST)
    return {
        "pairs": draw(st.dictionaries(PAIRS, WEIGHTS, max_size=30)),
        "nhs": draw(numbers),
        "upn": draw(numbers),
        "f_name": draw(names),
        "judged": draw(st.dictionaries(PAIRS, st.sampled_from(["same", "different"]), max_size=4)),
    }


def identities(world: dict[str, Any], order: list[int]) -> pl.DataFrame:
    """The identities in some order; `signature` says which is which."""
    names = world["f_name"]
    columns = {
        "nhs": world["nhs"],
        "upn": world["upn"],
        **dict.fromkeys(("f_first", "f_name", "f_sound", "s_whole", "s_name", "d_day"), names),
    }
    texts = {
        name: pl.Series([values[row] for row in order], dtype=pl.String) for name, values in columns.items()
    }
    lists = {name: pl.Series([[]] * MOST, dtype=pl.List(pl.String)) for name in ("f_formals", "f_others")}
    places = {"unique_id": list(range(MOST)), "signature": [row + 1 for row in order]}
    return pl.DataFrame(places | texts | lists)


def clustered(world: dict[str, Any], order: list[int] | None = None) -> Clusters:
    order = order or list(range(MOST))
    place = {row: at for at, row in enumerate(order)}
    rows = [(*sorted((place[a], place[b])), weight) for (a, b), weight in world["pairs"].items()]
    rows = [rows[at] for at in np.argsort([place[row[0]] for row in rows], kind="stable")]
    pairs = pa.table(
        {
            "one": pa.array([row[0] for row in rows], pa.int64()),
            "other": pa.array([row[1] for row in rows], pa.int64()),
            "weight": pa.array([row[2] for row in rows], pa.float64()),
            "probability": pa.array([1 / (1 + 2 ** -row[2]) for row in rows], pa.float64()),
        }
    )
    judgements = pa.table(
        {
            "mention_id": pa.array([a + 1 for a, _ in world["judged"]], pa.int64()),
            "other_mention_id": pa.array([b + 1 for _, b in world["judged"]], pa.int64()),
            "decision": pa.array(list(world["judged"].values()), pa.string()),
        }
    )
    frame = identities(world, order)
    bearers = pa.table(
        {"mention_id": frame["signature"].to_list(), "signature": frame["signature"].to_list()}
    )
    held = find_constraints(frame, pairs, THRESHOLD, judgements, bearers)
    return cluster_identities(frame, pairs, THRESHOLD, held)


def groups(found: Clusters, order: list[int] | None = None) -> set[frozenset[int]]:
    order = order or list(range(MOST))
    return {
        frozenset(order[at] for at in np.flatnonzero(found.cluster == label))
        for label in np.unique(found.cluster)
    }


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_no_cluster_holds_two_nhs_numbers_or_two_who_were_judged_different(world: dict[str, Any]) -> None:
    for group in groups(clustered(world)):
        assert len({world["nhs"][row] for row in group} - {None}) < 2
        assert not any({a, b} <= group for (a, b), said in world["judged"].items() if said == "different")


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_two_pupil_numbers_meet_only_where_a_reviewer_said_so(world: dict[str, Any]) -> None:
    said_same = any(said == "same" for said in world["judged"].values())
    for group in groups(clustered(world)):
        assert said_same or len({world["upn"][row] for row in group} - {None}) < 2


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_those_judged_the_same_are_together_or_in_the_list_for_review(world: dict[str, Any]) -> None:
    found = clustered(world)
    reviewed = set(found.contradictions.select("one", "other").rows())

    for (a, b), said in world["judged"].items():
        if said == "same":
            assert found.cluster[a] == found.cluster[b] or (a, b) in reviewed


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_every_cluster_lies_inside_a_component(world: dict[str, Any]) -> None:
    links = [pair for pair, weight in world["pairs"].items() if weight >= LINK]
    links += [pair for pair, said in world["judged"].items() if said == "same"]
    one, other = (np.array([pair[side] for pair in links], dtype=np.int64) for side in (0, 1))
    component = joined_parts(one, other, MOST)

    for group in groups(clustered(world)):
        assert len({int(component[row]) for row in group}) == 1


@given(worlds(), st.permutations(range(MOST)))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(world: dict[str, Any], order: list[int]) -> None:
    assert groups(clustered(world)) == groups(clustered(world, order), order)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_without_contradictions_clusters_are_components(world: dict[str, Any]) -> None:
    found = clustered(world)
    if found.contradictions.is_empty():
        links = [pair for pair, weight in world["pairs"].items() if weight >= LINK]
        assert all(found.cluster[a] == found.cluster[b] for a, b in links)
