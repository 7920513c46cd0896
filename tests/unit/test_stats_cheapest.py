"""What is withheld beyond the small counts is the cheapest that keeps them safe, on tables small enough to try it all."""

from itertools import combinations

import numpy as np
import pytest
from test_stats_tabular import flags, two_way

from kithmap.stats import tabular
from kithmap.stats.withholding import find_bounds, withhold_more

WIDTH = 5
OUTSIDER = ()


def small_of(table: tabular.Table) -> np.ndarray:
    return (table.counts > 0) & (table.counts < WIDTH)


def is_safe(table: tabular.Table, withheld: np.ndarray, insiders: tuple[tuple[int, ...], ...]) -> bool:
    """Whether every small count is in doubt for everybody: by the exact audit, which knows of no search."""
    small = np.flatnonzero(small_of(table))
    for knows in (OUTSIDER, *insiders):
        low, high = find_bounds(table, withheld, small[~np.isin(small, knows)], knows)
        if (high - low < WIDTH).any():
            return False
    return True


def cheaper_ways(table: tabular.Table, cost: float) -> list[tuple[int, ...]]:
    """Every choice of counts to withhold besides the small ones that costs less."""
    free = np.flatnonzero(table.hideable & ~small_of(table)).tolist()
    every = [chosen for size in range(len(free) + 1) for chosen in combinations(free, size)]
    return [chosen for chosen in every if table.costs[list(chosen)].sum() < cost - 1e-9]


# Of a table of two rows: its cells, then the two rows' sums, the columns' sums, and the whole.
@pytest.mark.parametrize(
    ("counts", "insiders", "besides"),
    [
        ([[4, 30], [12, 1]], ((3,),), {1, 2, 4, 5}),
        ([[2, 6], [9, 1]], ((3,),), {1, 2, 6, 7}),
        ([[2, 4], [2, 12]], (), {3, 4, 8}),
        ([[3, 6], [3, 0]], (), {1, 4, 6, 7}),
        ([[3, 4], [3, 6]], (), {3, 6, 7}),
    ],
)
def test_what_is_withheld_is_safe_and_whatever_is_cheaper_is_not(counts, insiders, besides):
    table = two_way(counts)
    small = small_of(table)
    withheld, _ = withhold_more(table, small, WIDTH, insiders)
    assert set(np.flatnonzero(withheld & ~small).tolist()) == besides
    assert is_safe(table, withheld, insiders)
    cost = float(table.costs[withheld & ~small].sum())
    for chosen in cheaper_ways(table, cost):
        assert not is_safe(table, small | flags(table, *chosen), insiders)


def test_rounding_leaves_doubt_enough_for_one_count_besides():
    # A 2 alone in its column; its row is known to five, its column is withheld, and of the counts a 12 will do.
    table = tabular.with_rounding(two_way([[2, 6, 30], [0, 12, 12]]), WIDTH, WIDTH)
    small = small_of(table)
    withheld, _ = withhold_more(table, small, WIDTH)
    assert np.flatnonzero(small).tolist() == [0, 8]
    assert np.flatnonzero(withheld).tolist() == [0, 4, 8]
    assert is_safe(table, withheld, ())
    cheaper = cheaper_ways(table, float(table.costs[4]))
    assert cheaper == [(), (1,)]
    for chosen in cheaper:
        assert not is_safe(table, small | flags(table, *chosen), ())


def test_one_pair_of_tables_proves_all_that_is_small():
    _, proof = withhold_more(table := two_way([[3, 4], [3, 6]]), small_of(table), WIDTH)
    assert proof is not None
    assert len(proof.witnesses) == 3
    assert len(proof.tables) == 2


def test_whoever_is_alone_shares_the_tables_that_prove_the_others():
    table = two_way([[12, 4], [1, 4]])
    _, proof = withhold_more(table, small_of(table), WIDTH, [(2,)])
    assert proof is not None
    assert {(each.knows, each.cell) for each in proof.witnesses} == {((), 1), ((), 2), ((), 3), ((2,), 1), ((2,), 3)}  # fmt: skip
    assert len(proof.tables) == 4
