"""Tables, their bounds and the search at their edges: found by mutating the modules."""

import numpy as np
import pytest
from test_stats_tabular import flags, two_way
from test_stats_witnesses import EVEN

from kithmap.stats import tabular
from kithmap.stats.withholding import find_bounds, withhold_more
from kithmap.stats.witnesses import Certificate, Witness, verify_certificate


def table_of(*counts: int) -> tabular.Table:
    """A table of parts and, last, their whole."""
    return tabular.make_table(counts, [(tuple(range(len(counts) - 1)), len(counts) - 1)])


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        (7, 1, 7, 7),
        (7, 2, 7, 8),
        (8, 5, 8, 12),
        (12, 5, 8, 12),
        (13, 5, 13, 17),
        (13, 10, 5, 14),
        (5, 5, 5, 7),
        (1, 5, 1, 2),  # withheld in truth: an interval never leaves its own count out
        (0, 5, 0, 0),
    ],
)
def test_a_rounded_count_is_known_to_whole_numbers_that_hold_it(count, base, low, high):
    rounded = tabular.with_rounding(table_of(count, 20, count + 20), base, 5)
    assert (rounded.low[0], rounded.high[0]) == (low, high)


@pytest.mark.parametrize(("base", "expected"), [(2, [0, 2, 2, 4]), (3, [0, 0, 3, 3]), (10, [0, 0, 0, 0])])
def test_counts_are_rounded_to_the_nearest_halves_up(base, expected):
    assert tabular.round_to(np.array([0, 1, 2, 3]), base).tolist() == expected
    assert tabular.round_to(np.array([4, 5, 14, 15]), 10).tolist() == [0, 10, 10, 20]


def test_who_knows_a_count_knows_what_follows_from_it():
    table = table_of(20, 4, 3, 27)
    withheld = flags(table, 1, 2)
    for knows, expected in (((), (1, 6)), ((1,), (3, 3))):
        low, high = find_bounds(table, withheld, np.array([2]), knows)
        assert (low[0], high[0]) == expected


def test_a_nought_may_be_hidden_only_where_it_is_asked_for():
    for asked in (True, False):
        table = tabular.make_table([12, 0, 12], [((0, 1), 2)], hide_noughts=asked)
        assert table.hideable.tolist() == [True, asked, True]
        assert table.least.tolist() == [1.0, 0.0, 1.0]
    assert tabular.make_table([12, 0, 12], [((0, 1), 2)]).hideable.tolist() == [True, False, True]


def test_totals_are_dearer_than_their_parts_and_large_counts_than_small_ones():
    table = table_of(2, 60, 62)
    part, larger, whole = table.costs.tolist()
    assert part == 2.0
    assert larger == pytest.approx(np.log2(62))
    assert whole == pytest.approx(np.log2(64) * tabular.TOTALS_DEARER)


def test_a_sum_that_is_to_be_safe_is_a_count_that_is_never_printed():
    table = tabular.make_table([12, 3, 0, 15], [((0, 1, 2), 3)], rests=[(1, 2)])
    assert table.counts.tolist() == [12, 3, 0, 15, 3]
    assert table.unprinted.tolist() == [False] * 4 + [True]
    assert table.least[4] == 0.0
    assert not table.hideable[4]
    # What a table leaves out comes first.
    table = tabular.make_table([10, 5, 18], [((0, 1), 2)], rests=[(0, 1)])
    assert table.counts.tolist() == [10, 5, 18, 3, 15]


def test_a_table_of_nothing_adds_up_and_one_that_is_one_off_does_not():
    assert tabular.make_table([], []).counts.tolist() == []
    with pytest.raises(
        ValueError, match=r"^Some rows of the table come to more than the row they add up to\.$"
    ):
        table_of(2, 2, 3)
    table = table_of(1, 2, 3)
    with pytest.raises(ValueError, match=r"^The counts do not add up as the relations say\.$"):
        tabular.Table(
            np.array([1, 3, 3]), table.relations, table.low, table.high, table.least, table.unprinted,
            table.hideable, table.costs,
        )  # fmt: skip


def test_a_count_that_nothing_can_protect_is_said_to_be_so_in_a_sentence():
    # Only what is tied to it could hide it, and a nought may not be hidden.
    table = table_of(3, 0, 3)
    table = tabular.Table(
        table.counts, table.relations, table.low, table.high, table.least, table.unprinted,
        np.zeros(3, dtype=bool), table.costs,
    )  # fmt: skip
    with pytest.raises(RuntimeError, match=r"^A count cannot be protected although everything tied to it is withheld\.$"):  # fmt: skip
        withhold_more(table, flags(table, 0), 5)


def test_what_an_insider_knows_whatever_is_withheld_is_no_ground_for_refusing():
    # Alone in a group of one: whoever it is knows that the whole is one, and that the other part is nobody.
    table = tabular.make_table([1, 0, 1, 30, 31], [((0, 1), 2), ((2, 3), 4)], hide_noughts=True)
    withheld, proof = withhold_more(table, flags(table, 0), 1, [(0,), (3,)])
    assert withheld[0]
    assert proof is not None


def test_from_whoever_is_counted_alone_every_other_small_count_is_safe():
    table = table_of(1, 1, 3, 40, 45)
    primary = flags(table, 0, 1, 2)
    withheld, _ = withhold_more(table, primary, 2, [(0,), (1,)])
    for knows in ((0,), (1,)):
        others = np.array([cell for cell in (0, 1, 2) if cell not in knows])
        low, high = find_bounds(table, withheld, others, knows)
        assert (high - low >= 2).all()


def test_nothing_is_withheld_that_need_not_be_and_of_two_ways_the_cheaper():
    table = two_way([[3, 30, 10], [20, 2, 10], [10, 10, 10]])
    primary = flags(table, 0, 4)
    withheld, proof = withhold_more(table, primary, 5)
    assert np.flatnonzero(withheld).tolist() == [0, 1, 3, 4]
    assert proof is not None
    for cell in np.flatnonzero(withheld & ~primary).tolist():
        shown = withheld.copy()
        shown[cell] = False
        low, high = find_bounds(table, shown, np.flatnonzero(primary))
        assert (high - low < 5).any(), "each of them is needed"


def certificate_of(tables: list[list[int]], *witnesses: Witness) -> Certificate:
    """A proof made by hand, for parts of 20, 4 and 3 of which the last two are withheld."""
    table = table_of(20, 4, 3, 27)
    low, high = table.known(flags(table, 1, 2))
    made = np.array(tables, dtype=np.int64).reshape(len(tables), 4)
    return Certificate(table.relations, low, high, table.counts, made, witnesses, np.ones(4, dtype=np.int64))


def test_both_tables_of_a_proof_agree_on_what_the_insider_knows():
    tables = [[20, 4, 3, 27], [20, 1, 6, 27]]
    assert verify_certificate(certificate_of(tables, Witness(2, (), 0, 1)), [(2, ())])
    # Who knows that the one is 4 rules the second table out, whichever of the two it stands for.
    for low, high in ((0, 1), (1, 0)):
        proof = certificate_of(tables, Witness(2, (1,), low, high))
        assert not verify_certificate(proof, [(2, (1,))])
    swapped = [[20, 1, 6, 27], [20, 4, 3, 27]]
    assert not verify_certificate(certificate_of(swapped, Witness(1, (2,), 0, 1)), [(1, (2,))])


def test_a_proof_of_nothing_holds_for_nothing_alone():
    assert verify_certificate(certificate_of([]), [])
    assert not verify_certificate(certificate_of([]), [(2, ())])


def test_a_count_of_one_may_be_hidden_and_is_at_least_one():
    table = tabular.make_table([1, 0, 12, 13], [((0, 1, 2), 3)], rests=[(0, 1), (1, 2)])
    assert table.least.tolist() == [1.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    assert table.hideable.tolist() == [True, False, True, True, False, False]
    assert table.costs[0] == pytest.approx(np.log2(3))
    assert table.costs[1] == tabular.NOUGHT_COSTS
    assert table.counts.tolist() == [1, 0, 12, 13, 1, 12]


@pytest.mark.parametrize(
    ("sums", "primary", "width"),
    [([], (0,), 5), ([((0, 1), 2)], (), 5), ([((0, 1), 2)], (0,), 0)],
    ids=["no sum", "nothing small", "no doubt asked for"],
)
def test_where_there_is_nothing_to_prove_there_is_no_proof(sums, primary, width):
    table = tabular.make_table([3, 30, 33], sums)
    withheld, proof = withhold_more(table, flags(table, *primary), width)
    assert np.flatnonzero(withheld).tolist() == list(primary)
    assert proof is None


def test_a_proof_is_of_every_small_count_and_everybody_who_is_alone_but_for_their_own():
    table = table_of(1, 1, 3, 40, 45)
    _, proof = withhold_more(table, flags(table, 0, 1, 2), 2, [(0,), (1,)])
    assert proof is not None
    proved = {(each.knows, each.cell) for each in proof.witnesses}
    assert proved == {((), 0), ((), 1), ((), 2), ((0,), 1), ((0,), 2), ((1,), 0), ((1,), 2)}
    assert proof.widths.tolist() == [2] * 5
    assert proof.widths.dtype == np.int64


def test_that_nobody_is_in_the_rest_is_kept_from_all_but_those_who_are_alone():
    # One person, nobody, and twenty: that the second is nobody is a rest to be kept, though not from the one.
    table = tabular.make_table([1, 0, 20, 21], [((0, 1, 2), 3)], rests=[(1,)], hide_noughts=True)
    withheld, proof = withhold_more(table, flags(table, 0, 4), 5, [(0,)])
    assert withheld.tolist() == [True, True, True, False, True]
    assert proof is not None
    assert {(each.knows, each.cell) for each in proof.witnesses} == {((), 0), ((), 4)}


def test_what_follows_from_ones_own_count_is_given_up_and_all_else_kept():
    # The same one person counted twice: who knows the one count knows the other, whatever is withheld.
    table = tabular.make_table([1, 1, 30, 31], [((0,), 1), ((1, 2), 3)])
    withheld, proof = withhold_more(table, flags(table, 0, 1), 5, [(0,), (1,)])
    assert withheld.tolist() == [True, True, True, False]
    assert proof is not None
    assert {(each.knows, each.cell) for each in proof.witnesses} == {((), 0), ((), 1)}


def test_what_is_small_stays_withheld_though_no_doubt_is_asked_for_it():
    table = table_of(20, 4, 9, 33)
    withheld, _ = withhold_more(table, flags(table, 1, 2), np.array([0, 5, 0, 0]))
    assert withheld.tolist() == [False, True, True, False]


def test_where_whole_numbers_will_not_do_everything_tied_is_withheld_and_the_dearest_shown_again():
    # In fractions the count of 6 is from 1 to 7, in whole numbers it is 2, 4 or 6: it needs the 3 beside it. The
    # whole of 13 would do as well, and costs more.
    table = tabular.make_table(*EVEN)
    asked = np.where(flags(table, 5), 5, 0)
    withheld, proof = withhold_more(table, flags(table, 0, 1, 2, 4, 5), asked)
    assert np.flatnonzero(withheld).tolist() == [0, 1, 2, 4, 5, 6]
    assert proof is not None
    assert np.ptp(proof.tables[:, 5]) == 5
