"""Counts put right for links missed and wrongly made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.stats.missed import Net, net_of, put_right, put_sets_right, range_of, ways_to_split

DRAWS = 4000
A, B, C = (frozenset(name) for name in "ABC")


def net(right, found, draws=DRAWS):
    return Net(np.full(draws, right), np.full(draws, found))


def constant(number, draws=DRAWS):
    return np.full(draws, number)


def two_lists(first, second, both):
    return {A: constant(first), B: constant(second), A | B: constant(both)}


def generator():
    return np.random.default_rng(1)


def test_where_nothing_is_missed_or_wrong_nothing_changes():
    right = put_sets_right(two_lists(15, 15, 15), {A | B: net(1, 1)}, generator())
    assert {lists: set(values.tolist()) for lists, values in right.items()} == {A: {15}, B: {15}, A | B: {15}}


def test_thirty_and_thirty_of_whom_twelve_were_found_and_one_in_five_missed_share_fifteen():
    right = put_sets_right(two_lists(18, 18, 12), {A | B: net(1, 0.8)}, generator())
    assert right[A | B].mean() == pytest.approx(15, abs=0.1)
    assert (right[A] + right[A | B] == 30).all()
    union = sum(right.values())
    assert union.mean() == pytest.approx(45, abs=0.1)
    low, high, likely = range_of(union[:, None])
    assert (low[0], likely[0], high[0]) == (40, 45, 48)


def test_a_link_wrongly_made_parts_two_people():
    right = put_sets_right(two_lists(10, 10, 20), {A | B: net(0.75, 1)}, generator())
    assert right[A | B].mean() == pytest.approx(15, abs=0.1)
    assert (right[A] == right[B]).all()
    assert right[A].mean() == pytest.approx(15, abs=0.1)


def test_no_more_are_restored_than_are_there_to_be():
    right = put_sets_right(two_lists(1, 50, 20), {A | B: net(1, 0.2)}, generator())
    assert right[A].min() == 0
    assert right[A | B].max() == 21


def test_a_person_missed_on_three_lists_is_taken_from_two_and_one():
    whole = A | B | C
    counts = {A | B: constant(20), A | C: constant(20), C: constant(20), B: constant(20), whole: constant(16)}
    nets = {lists: net(1, 1) for lists in counts} | {whole: net(1, 0.8)}
    right = put_sets_right(counts, nets, generator())
    # Found only where both of two links are: 0.64 of them.
    assert right[whole].mean() == pytest.approx(25, abs=0.2)
    missed = right[whole] - 16
    assert ((20 - right[A | B]) + (20 - right[A | C]) == missed).all()
    assert right[A | B].mean() == pytest.approx(right[A | C].mean(), abs=0.2)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sets(st.sampled_from("ABCD"), min_size=1).map(frozenset),
        st.integers(0, 40),
        min_size=1,
        max_size=15,
    ),
    st.floats(0.3, 1),
    st.floats(0.3, 1),
)
def test_how_many_are_on_a_list_stays_and_nothing_falls_below_nought(counted, share_right, share_found):
    counts = {lists: constant(number, 50) for lists, number in counted.items()}
    nets = {lists: net(share_right, share_found, 50) for lists in counts}
    right = put_sets_right(counts, nets, generator())
    assert all((values >= 0).all() for values in right.values())
    for name in "ABCD":
        before = sum((values for lists, values in counts.items() if name in lists), np.zeros(50))
        after = sum((values for lists, values in right.items() if name in lists), np.zeros(50))
        assert (before == after).all()


def test_a_set_of_lists_is_parted_in_every_way_once():
    assert len(ways_to_split(frozenset("ABCD"))) == 7
    assert ways_to_split(A | B) == [(A, B)]


def test_people_seen_twice_are_put_right_by_their_links():
    # 100 people, 40 of whom two sources saw: four in five links are found, so ten more are one person each.
    right = put_right(constant(100), constant(40), net(1, 0.8), generator())
    assert right.mean() == pytest.approx(90, abs=0.2)
    assert put_right(constant(100), constant(40), net(0.9, 1), generator()).mean() == pytest.approx(
        104, abs=0.2
    )
    assert (put_right(constant(100), constant(0), net(0.5, 0.5), generator()) == 100).all()


@settings(max_examples=50, deadline=None)
@given(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1))
def test_counts_are_put_right_by_precision_over_recall_whatever_the_draws_agree_on(
    recall, precision, agreement
):
    one = net_of(np.array([recall]), np.array([precision]), agreement)
    assert one.right[0] / one.found[0] == pytest.approx(precision / recall)
    assert max(one.right[0], one.found[0]) <= 1


def test_what_the_draws_leave_in_doubt_themselves_is_not_doubted_twice():
    # Of two draws each has nine in ten links of the other: so has the truth, and nothing is amiss.
    one = net_of(np.array([0.9]), np.array([0.9]), 0.9)
    assert one.right[0] == one.found[0] == 1
