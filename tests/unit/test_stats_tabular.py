"""Bounds on withheld counts, against sums small enough to do by hand."""

import numpy as np
import pytest

from kithmap.stats import tabular
from kithmap.stats.withholding import find_bounds, withhold_more

NONE = np.inf


def flags(table, *cells):
    return np.isin(np.arange(len(table.counts)), cells)


def withhold(table, primary, width):
    return withhold_more(table, primary, width)[0]


def two_way(counts):
    """A two-way table with its margins."""
    inner = np.asarray(counts)
    rows, columns = inner.shape
    size = rows * columns
    cells = [*inner.ravel(), *inner.sum(axis=1), *inner.sum(axis=0), inner.sum()]
    grid = np.arange(size).reshape(rows, columns)
    sums = [(tuple(grid[i]), size + i) for i in range(rows)]
    sums += [(tuple(grid[:, j]), size + rows + j) for j in range(columns)]
    sums.append((tuple(range(size, size + rows)), size + rows + columns))
    return tabular.make_table([int(n) for n in cells], sums)


def bounds(table, *cells):
    low, high = find_bounds(table, flags(table, *cells), np.array(cells))
    return list(zip(low.tolist(), high.tolist(), strict=True))


def test_one_withheld_part_of_a_shown_total_is_known():
    table = tabular.make_table([37, 3, 40], [((0, 1), 2)])
    assert bounds(table, 1) == [(3, 3)]


def test_two_withheld_parts_share_what_is_left_and_neither_is_nought():
    table = tabular.make_table([20, 4, 3, 27], [((0, 1, 2), 3)])
    assert bounds(table, 1, 2) == [(1, 6), (1, 6)]


def test_a_part_withheld_with_its_total_has_no_highest():
    table = tabular.make_table([37, 3, 40], [((0, 1), 2)])
    assert bounds(table, 1, 2) == [(1, NONE), (38, NONE)]


def test_four_corners_hide_each_other():
    table = two_way([[3, 30, 10], [20, 2, 10], [10, 10, 10]])
    assert bounds(table, 0, 1, 3, 4) == [(2, 22), (11, 31), (1, 21), (1, 21)]


def test_a_rounded_count_is_known_to_its_interval():
    table = tabular.with_rounding(tabular.make_table([37, 3, 40], [((0, 1), 2)]), 5, 5)
    assert (table.low[[0, 2]].tolist(), table.high[[0, 2]].tolist()) == ([33, 38], [37, 42])
    assert bounds(table, 1) == [(1, 9)]


def test_parts_that_leave_some_out_get_a_rest_that_is_never_printed():
    table = tabular.make_table([10, 5, 18], [((0, 1), 2)])
    assert table.counts.tolist() == [10, 5, 18, 3]
    assert table.unprinted.tolist() == [False, False, False, True]


def test_parts_of_more_than_their_whole_are_refused():
    with pytest.raises(ValueError, match="come to more"):
        tabular.make_table([30, 30, 45], [((0, 1), 2)])


def test_counts_that_do_not_add_up_are_refused():
    table = tabular.make_table([1, 2, 3], [((0, 1), 2)])
    with pytest.raises(ValueError, match="do not add up"):
        tabular.Table(
            np.array([1, 2, 4]),
            table.relations,
            table.low,
            table.high,
            table.least,
            table.unprinted,
            table.hideable,
            table.costs,
        )


@pytest.mark.parametrize("seed", range(6))
def test_every_small_count_of_a_table_of_three_ways_is_safe(seed):
    # Tables of three ways have corners that are no whole numbers: the proof must be whole all the same.
    generator = np.random.default_rng(seed)
    cube = generator.poisson(6, size=(3, 3, 3))
    shape = (4, 4, 4)
    full = np.zeros(shape, dtype=int)
    full[:3, :3, :3] = cube
    full[3] = full[:3].sum(axis=0)
    full[:, 3] = full[:, :3].sum(axis=1)
    full[:, :, 3] = full[:, :, :3].sum(axis=2)
    place = np.arange(64).reshape(shape)
    sums = [
        (tuple(np.take(line, range(3)).tolist()), int(line[3]))
        for axis in range(3)
        for line in np.moveaxis(place, axis, 2).reshape(-1, 4)
    ]
    table = tabular.make_table(full.ravel().tolist(), sums)
    primary = (table.counts > 0) & (table.counts < 5)
    withheld = withhold(table, primary, 5)
    low, high = find_bounds(table, withheld, np.flatnonzero(primary))
    assert (withheld >= primary).all()
    assert (high - low >= 5).all()


def test_a_total_is_the_last_to_be_withheld():
    table = tabular.make_table([37, 3, 40], [((0, 1), 2)])
    assert withhold(table, flags(table, 1), 5).tolist() == [True, True, False]


def test_where_nothing_else_will_do_the_total_is_withheld():
    table = tabular.make_table([2, 4, 0, 6], [((0, 1, 2), 3)])
    assert withhold(table, flags(table, 0, 1), 5).tolist() == [True, True, False, True]


def test_without_sums_or_without_small_counts_nothing_more_is_withheld():
    alone = tabular.make_table([3, 9], [])
    assert withhold(alone, flags(alone, 0), 5).tolist() == [True, False]
    large = tabular.make_table([30, 10, 40], [((0, 1), 2)])
    assert not withhold(large, flags(large), 5).any()
