"""Bounds on counts nobody printed, against a plain linear program asked afresh each time."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from kithmap.stats.bounding import bounds
from kithmap.stats.linear import Program, Unsolved


def ends(statements, low, high, *targets, **limits):
    lowest, highest = bounds(csr_array(statements), low, high, np.array(targets), **limits)
    return list(zip(lowest.tolist(), highest.tolist(), strict=True))


def test_two_products_a_year_of_age_apart_tell_the_year():
    # 10 to 17: 23 young people; 10 to 16: 20. The last column is those of 17.
    assert ends([[1, 1, 1], [1, 1, 0]], [23, 20], [23, 20], 2) == [(3, 3)]


def test_rounding_widens_what_the_same_two_products_tell():
    assert ends([[1, 1, 1], [1, 1, 0]], [23, 18], [27, 22], 2) == [(1, 9)]


def test_counts_spoken_of_together_share_what_is_left():
    assert ends([[1, 1, 1]], [7], [7], 0, 1) == [(0, 7), (0, 7)]
    assert ends([[1, 1, 1]], [7], [7], 0, least=np.array([1, 2, 0])) == [(1, 5)]
    assert ends([[1, 1, 1]], [7], [7], 0, most=np.array([9, 2, 1])) == [(4, 7)]


def test_a_count_in_no_statement_has_no_highest():
    assert ends([[1, 0]], [7], [7], 1) == [(0, np.inf)]
    assert ends([[1, 0]], [7], [7], 1, least=2.0, most=9.0) == [(2, 9)]


def test_no_statements_and_no_targets_are_taken():
    assert ends(np.zeros((0, 2)), [], [], 0) == [(0, np.inf)]
    assert ends([[1, 1]], [3], [3]) == []


def test_statements_that_contradict_each_other_are_refused():
    with pytest.raises(Unsolved):
        ends([[1, 1], [1, 0]], [3, 5], [3, 5], 0)


def test_an_aim_without_end_and_one_with():
    program = Program(csr_array([[1.0, -1.0]]), np.zeros(2), np.full(2, np.inf), np.zeros(1), np.zeros(1))
    program.aim(np.array([0]), np.array([-1.0]))
    assert program.least() == -np.inf
    with pytest.raises(Unsolved, match=r"^The solver stopped with HighsModelStatus\.kUnbounded"):
        program.solve()
    program.bound(np.array([0.0, 2.0]), np.array([np.inf, 6.0]))
    assert program.least() == -6
    assert program.solve().tolist() == [6, 6]
    program.aim(np.array([1]), np.array([1.0]))
    assert program.least() == 2


@pytest.mark.parametrize("seed", range(20))
def test_the_bounds_are_those_of_a_plain_program(seed):
    generator = np.random.default_rng(seed)
    statements, size = generator.integers(1, 6), generator.integers(2, 9)
    matrix = (generator.random((statements, size)) < 0.5).astype(float)
    true = generator.poisson(3, size)
    low = matrix @ true - generator.integers(0, 2, statements)
    high = matrix @ true + generator.integers(0, 2, statements)
    least = np.where(true > 0, generator.integers(0, 2, size), 0).astype(float)
    most = np.where(generator.random(size) < 0.5, np.inf, true + 3.0)
    lowest, highest = bounds(csr_array(matrix), low, high, np.arange(size), least=least, most=most)
    plain = {
        "A_ub": np.vstack([matrix, -matrix]),
        "b_ub": np.concatenate([high, -low]),
        "bounds": [(a, None if np.isinf(b) else b) for a, b in zip(least, most, strict=True)],
    }
    for target, aim in enumerate(np.eye(size)):
        assert linprog(aim, **plain).fun == pytest.approx(lowest[target])
        up = linprog(-aim, **plain)
        assert highest[target] == (pytest.approx(-up.fun) if up.status == 0 else np.inf)


def test_seventy_two_thousand_base_counts_are_a_matter_of_seconds():
    # Five products of one register: the query is one program over all of them at once.
    generator = np.random.default_rng(1)
    shape = (60, 8, 2, 5, 15)
    true = generator.poisson(0.6, size=shape)
    places = np.arange(true.size).reshape(shape)
    lines = [
        np.moveaxis(places, axis, 0)[value].ravel() for axis in (0, 1, 3) for value in range(shape[axis])
    ]
    rows = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    matrix = csr_array((np.ones(len(rows)), (rows, np.concatenate(lines))), shape=(len(lines), true.size))
    said = matrix @ true.ravel()
    lowest, highest = bounds(matrix, said, said, np.array([0, 71_999]))
    assert (lowest <= true.ravel()[[0, 71_999]]).all()
    assert (highest >= true.ravel()[[0, 71_999]]).all()


def test_an_answer_leans_on_the_sums_that_hold_it_and_changes_with_their_bounds():
    # Both are at most 9 together, and the first at most 20: the second sum is no part of why it is at most 9.
    sums = csr_array([[1.0, 1.0], [1.0, 0.0]])
    program = Program(sums, np.zeros(2), np.full(2, np.inf), np.zeros(2), np.array([9.0, 20.0]))
    program.aim(np.array([0]), np.array([-1.0]))
    assert program.least() == -9
    assert program.leaning().tolist() == [0]
    program.limit(np.array([1]), np.array([2.0]), np.array([4.0]))
    assert program.least() == -4
    assert program.leaning().tolist() == [1]
    program.aim(np.array([0]), np.array([1.0]))
    assert program.least() == 2
    program.limit(np.array([0]), np.array([0.0]), np.array([1.0]))
    with pytest.raises(Unsolved, match=r"^The solver stopped with HighsModelStatus\.kInfeasible"):
        program.least()
