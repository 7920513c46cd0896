"""How pairs become people, and when a component is cut."""

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import cluster_identities


def identities(size: int, **numbers: dict[int, str]) -> pl.DataFrame:
    names = ("nhs", "upn", "f_first", "f_name", "f_sound", "s_whole", "d_day")
    columns = {name: [numbers.get(name, {}).get(row) for row in range(size)] for name in names}
    lists = {name: [[] for _ in range(size)] for name in ("f_formals", "f_others")}
    kinds = dict.fromkeys(names, pl.String) | dict.fromkeys(lists, pl.List(pl.String))
    return pl.DataFrame(columns | lists, schema=kinds)


def pairs(*rows: tuple[int, int, float]) -> pa.Table:
    one, other, weight = zip(*rows, strict=True)
    return pa.table(
        {
            "one": pa.array(one, pa.int64()),
            "other": pa.array(other, pa.int64()),
            "weight": pa.array(weight, pa.float64()),
            "probability": [2**w / (1 + 2**w) for w in weight],
        }
    )


def groups(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def test_linked_identities_are_one_person() -> None:
    found = cluster_identities(identities(4), pairs((0, 1, 12), (1, 2, 9), (2, 3, 1)), 0.95)

    assert groups(found.cluster) == {frozenset({0, 1, 2}), frozenset({3})}
    assert found.cut_components == 0


def test_twins_whom_the_model_leaves_undecided_are_not_joined_by_a_third_record() -> None:
    twins = {name: {0: "MUSA", 1: "YUSUF"} for name in ("f_first", "f_name", "f_sound")}
    born = {"s_whole": {0: "RAHMAN", 1: "RAHMAN"}, "d_day": {0: "2009-03-14", 1: "2009-03-14"}}

    found = cluster_identities(identities(3, **twins, **born), pairs((0, 2, 9), (1, 2, 9), (0, 1, 1)), 0.95)

    assert {0, 1} not in [set(group) & {0, 1} for group in groups(found.cluster)]


def test_twins_linked_through_a_record_with_initials_stay_two() -> None:
    found = cluster_identities(identities(3), pairs((0, 2, 8), (1, 2, 9), (0, 1, -9)), 0.95)

    assert groups(found.cluster) == {frozenset({0}), frozenset({1, 2})}
    assert found.cut_components == 1
    assert found.links.select("one", "other").rows() == [(1, 2)]


def test_a_person_never_has_two_nhs_numbers() -> None:
    numbered = identities(4, nhs={0: "9990000018", 3: "9990000026"})

    found = cluster_identities(numbered, pairs((0, 1, 15), (1, 2, 5), (2, 3, 15)), 0.95)

    assert groups(found.cluster) == {frozenset({0, 1}), frozenset({2, 3})}


def test_a_person_never_has_two_pupil_numbers() -> None:
    numbered = identities(2, upn={0: "A1", 1: "B2"})

    assert groups(cluster_identities(numbered, pairs((0, 1, 20)), 0.95).cluster) == {
        frozenset({0}),
        frozenset({1}),
    }


def test_one_odd_pair_does_not_part_a_person_with_much_agreement() -> None:
    rows = [(a, b, 12.0) for a in range(5) for b in range(a + 1, 5) if (a, b) != (0, 4)]

    found = cluster_identities(identities(5), pairs(*rows, (0, 4, -8.0)), 0.95)

    assert groups(found.cluster) == {frozenset(range(5))}


def test_no_pairs_leave_everyone_alone() -> None:
    nothing = pairs((0, 1, 1.0)).slice(0, 0)

    assert cluster_identities(identities(2), nothing, 0.95).cluster.tolist() == [0, 1]
