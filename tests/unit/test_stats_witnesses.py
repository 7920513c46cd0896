"""A proof is checked by addition, and a proof that has been touched does not hold."""

from dataclasses import replace

import numpy as np
import pytest

from kithmap.stats import tabular
from kithmap.stats.tabular import make_table
from kithmap.stats.withholding import withhold_more
from kithmap.stats.witnesses import Prover, verify_certificate

ONE = [(1, ())]


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
    with pytest.raises(ValueError, match="should be protected"):
        prover.certify(np.array([False, True, False]), ONE)


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
