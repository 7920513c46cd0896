"""A proof is checked by addition, and a proof that has been touched does not hold."""

from dataclasses import replace

import numpy as np
import pytest

from kithmap.stats import tabular
from kithmap.stats.tabular import make_table
from kithmap.stats.withholding import find_bounds, withhold_more
from kithmap.stats.witnesses import DOWN, UP, Prover, checked, verify_certificate

ONE = [(1, ())]


# Where whole numbers do less than fractions: the same count twice (0, 1) and what the two come to (2), which is
# also 2 and a rest (3, 4); with two more (5, 6) it makes 13 (7).
EVEN = ([2, 2, 4, 2, 2, 6, 3, 13], [((0,), 1), ((0, 1), 2), ((3, 4), 2), ((2, 5, 6), 7)])


def prover_of(counts, *withheld, width=5):
    """Parts and their whole, last; and which of them are withheld."""
    size = len(counts)
    table = make_table(counts, [(tuple(range(size - 1)), size - 1)])
    return Prover(table, np.full(size, width)), np.isin(np.arange(size), withheld)


def proved():
    table = make_table([20, 4, 3, 27], [((0, 1, 2), 3)])
    withheld, proof = withhold_more(table, np.array([False, True, True, False]), 5)
    assert withheld.tolist() == [False, True, True, False]
    return proof


def test_a_proof_holds_for_what_it_proves_and_for_nothing_else():
    proof = proved()
    assert verify_certificate(proof, [(1, ()), (2, ())])
    assert verify_certificate(proof, [])
    assert not verify_certificate(proof, [(0, ())])
    assert not verify_certificate(proof, [(1, (2,))])


@pytest.mark.parametrize(
    "touched",
    [
        lambda p: replace(p, tables=p.tables + np.eye(1, p.tables.shape[1], 1, dtype=np.int64)),
        lambda p: replace(p, low=p.low + 7.0),
        lambda p: replace(p, high=np.minimum(p.high, 4.0)),
        lambda p: replace(p, widths=p.widths + 1),
        lambda p: replace(p, witnesses=()),
        lambda p: replace(p, witnesses=tuple(replace(w, high=w.low) for w in p.witnesses)),
        lambda p: replace(p, witnesses=tuple(replace(w, low=w.high, high=w.low) for w in p.witnesses)),
    ],
    ids=[
        "a table",
        "what is published",
        "how high",
        "the width",
        "no witness",
        "one table twice",
        "turned round",
    ],
)
def test_a_proof_that_was_touched_does_not_hold(touched):
    assert not verify_certificate(touched(proved()), ONE)


def test_a_proof_against_an_insider_needs_tables_that_agree_on_what_they_know():
    table = make_table([20, 1, 3, 8, 32], [((0, 1, 2, 3), 4)])
    withheld, proof = withhold_more(table, np.array([False, True, True, False, False]), 5, [(1,)])
    assert withheld.sum() == 3
    assert verify_certificate(proof, [(1, ()), (2, ()), (2, (1,))])
    assert not verify_certificate(replace(proof, true=proof.true + 1), [(2, (1,))])
    alone, _ = withhold_more(table, np.array([False, True, True, False, False]), 5)
    assert alone.sum() == 3  # 1 and 3 span only four: a third was needed anyway


def test_no_proof_of_what_is_not_safe():
    table = make_table([37, 3, 40], [((0, 1), 2)])
    prover = Prover(table, np.full(3, 5))
    with pytest.raises(ValueError, match=r"^A count that should be protected is not\.$"):
        prover.certify(np.array([False, True, False]), ONE)


def test_no_proof_of_what_an_insider_works_out():
    prover, withheld = prover_of([20, 4, 3, 27], 1, 2)
    assert prover.certify(withheld, [(2, ())]).witnesses
    with pytest.raises(ValueError, match=r"^A count that should be protected is not\.$"):
        prover.certify(withheld, [(2, (1,))])


def test_a_rest_of_nobody_can_be_guarded():
    # All twelve in one part: the nought beside it must not be known.
    table = make_table([12, 0, 12], [((0, 1), 2)], rests=[(1,)], hide_noughts=True)
    withheld, proof = withhold_more(table, np.array([False, False, False, True]), 5)
    assert withheld[1]
    assert verify_certificate(proof, [(3, ())])


def test_each_count_can_have_a_width_of_its_own():
    table = make_table([20, 4, 9, 33], [((0, 1, 2), 3)])
    wide, _ = withhold_more(table, np.array([False, True, False, False]), np.array([1, 12, 1, 1]))
    narrow, _ = withhold_more(table, np.array([False, True, False, False]), np.array([1, 2, 1, 1]))
    assert narrow.sum() == 2
    assert wide.tolist() == [True, True, False, False]


def test_counts_that_nothing_protects_are_said_to_be_so():
    table = make_table([3, 3], [((0,), 1)])
    with pytest.raises(RuntimeError, match="cannot be protected"):
        withhold_more(
            replace(table, high=table.high, hideable=np.array([False, False])), np.array([True, False]), 5
        )


def test_rounded_noughts_and_counts_keep_their_intervals():
    table = tabular.with_rounding(make_table([7, 0, 7], [((0, 1), 2)]), 5, 5)
    assert (table.low.tolist(), table.high.tolist()) == ([5, 0, 5], [7, 0, 7])


@pytest.mark.parametrize(
    ("counts", "tables"),
    [
        ([20, 4, 3, 27], [[25, 1, 1, 27], [10, 9, 8, 27]]),
        ([20, 4, 3, 2, 29], [[26, 1, 1, 1, 29], [5, 9, 8, 7, 29]]),
    ],
)
def test_a_table_with_all_low_and_one_with_all_five_higher_prove_every_count(counts, tables):
    parts = range(len(counts) - 1)
    prover, withheld = prover_of(counts, *parts)
    small = np.array(parts[1:])
    assert prover.unproved(withheld, small) is None
    asked = [(int(cell), ()) for cell in small]
    proof = prover.certify(withheld, asked)
    assert proof.tables.tolist() == tables
    assert proof.tables.dtype == np.int64
    # What agrees with what is published stays known when the rest is let go of.
    prover.forget(withheld)
    assert prover.certify(withheld, asked).tables.tolist() == tables


def test_one_count_alone_is_proved_by_its_lowest_and_no_more_than_the_width_above():
    prover, withheld = prover_of([20, 4, 3, 27], 0, 1, 2)
    assert prover.certify(withheld, ONE).tables[:, 1].tolist() == [1, 6]


@pytest.mark.parametrize(("width", "failed"), [(22, None), (23, 0)])
def test_a_count_near_its_highest_is_safe_for_what_is_below_it(width, failed):
    # The first of 20, 3 and 2, of 25 together, is from 1 to 23.
    prover, withheld = prover_of([20, 3, 2, 25], 0, 1, 2, width=width)
    assert prover.unproved(withheld, np.array([0])) == failed


def test_the_first_that_is_not_safe_is_named():
    # The second is from 1 to 6 and so is the third, whatever is asked first.
    prover, withheld = prover_of([20, 4, 3, 27], 1, 2, width=6)
    assert prover.unproved(withheld, np.array([2, 1])) == 2
    assert prover.unproved(withheld, np.array([1, 2])) == 1


def test_all_that_those_who_know_some_counts_work_out_is_gathered():
    table = make_table([20, 4, 3, 27, 9, 8, 17], [((0, 1, 2), 3), ((4, 5), 6)])
    prover, withheld = Prover(table, np.full(7, 5)), np.isin(np.arange(7), [1, 2, 4, 5])
    assert prover.gather(withheld, np.array([2, 4]), ()) == []
    assert prover.gather(withheld, np.array([2, 4]), (1,)) == [2]
    assert prover.gather(withheld, np.array([2, 4]), (1, 5)) == [2, 4]


def test_a_table_is_within_the_bounds_it_is_asked_for():
    prover, withheld = prover_of([20, 4, 3, 27], 0, 1, 2)
    low, high = prover.table.known(withheld)
    one, second = np.array([1]), np.arange(4) == 1
    assert prover.push(low, high, one, UP)[1] == 25
    assert prover.push(low, np.where(second, 6, high), one, UP)[1] == 6
    assert prover.push(np.where(second, 6, low), np.where(second, 6, high), one, DOWN)[1] == 6
    assert prover.push(np.where(second, 5, low), high, one, DOWN)[1] == 5
    assert prover.push(low, high, one, DOWN)[1] == 1
    assert prover.push(low, high, one, UP)[1] == 25


def test_a_corner_of_fractions_is_no_table():
    # What makes 10 with twice a whole number above one and a half is 2, 4 or 6; in fractions, from 1 to 7.
    prover = Prover(make_table(*EVEN), np.ones(8))
    low, high = prover.table.known(np.isin(np.arange(8), [0, 1, 2, 4, 5]))
    assert prover.push(low, high, np.array([5]), DOWN).tolist() == [4, 4, 8, 2, 6, 2, 3, 13]
    assert prover.push(low, high, np.array([5]), UP).tolist() == [2, 2, 4, 2, 2, 6, 3, 13]


def test_a_proof_is_given_on_only_when_it_holds():
    proof = proved()
    assert checked(proof, ONE) is proof
    for touched, protected in ((replace(proof, witnesses=()), ONE), (proof, [(0, ())])):
        with pytest.raises(RuntimeError, match=r"^The proof of what is withheld does not hold\.$"):
            checked(touched, protected)


def test_a_sum_that_is_said_again_and_again_says_no_more():
    table = make_table([20, 4, 3, 27], [((0, 1, 2), 3)] * 6)
    primary = np.array([False, True, True, False])
    withheld, proof = withhold_more(table, primary, 5)
    assert (withheld == primary).all()
    assert checked(proof, [(1, ()), (2, ())])
    low, high = find_bounds(table, withheld, np.array([1, 2]))
    assert (low.tolist(), high.tolist()) == ([1, 1], [6, 6])
