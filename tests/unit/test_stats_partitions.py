"""Drawing partitions: exact where small, close where large, never against a constraint."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.stats.partitions import draw_partitions
from kithmap.stats.set_partitions import connected_sets, sums_of_sets, ways_to_part
from kithmap.stats.ties import Ties

BELL = {1: 1, 2: 2, 3: 5, 4: 15, 5: 52, 6: 203, 7: 877, 8: 4140, 9: 21147}
LIKELY = 0.005


def ties_of(size, pairs):
    """Ties from {(one, other): probability}; None is apart."""
    keys = sorted(pairs)
    p = [pairs[key] for key in keys]
    odds = [-np.inf if each is None else np.log(each / (1 - each)) for each in p]
    joins = [each is not None and each >= LIKELY for each in p]
    one, other = (np.array([key[side] for key in keys], dtype=np.int64) for side in (0, 1))
    return Ties(size, one, other, np.array(odds, dtype=float), np.array(joins, dtype=bool))


def partitions_of(ties, generator, **given):
    """What is drawn, laid open as a whole: the least of the group of each thing in each draw."""
    drawn = draw_partitions(ties, generator, **given)
    lots, joined = drawn.in_lots(lambda lot: lot, np.zeros(ties.size, dtype=np.int64))
    first = [lot.things[lot.first] for lot in lots]
    return SimpleNamespace(first=first[0], joined=joined, **vars(drawn))


def groups_of(way):
    return [[thing for thing, first in enumerate(way) if first == group] for group in sorted(set(way))]


def hangs_together(group, pairs):
    reached, todo = {group[0]}, [group[0]]
    while todo:
        at = todo.pop()
        for each in set(group) - reached:
            p = pairs.get((min(at, each), max(at, each)))
            if p is not None and p >= LIKELY:
                reached.add(each)
                todo.append(each)
    return len(reached) == len(group)


def bears_on_another(thing, size, pairs):
    """Whether the pairs of a thing's component are no tree."""
    component = next(each for each in map(set, components_of(size, pairs)) if thing in each)
    return sum(set(pair) <= component for pair in pairs) >= len(component)


def components_of(size, pairs):
    left = set(range(size))
    while left:
        reached, todo = set(), [min(left)]
        while todo:
            at = todo.pop()
            reached.add(at)
            todo += [
                b
                for pair, p in pairs.items()
                for a, b in (pair, pair[::-1])
                if a == at and b not in reached and p is not None and p >= LIKELY
            ]
        left -= reached
        yield reached


def by_hand(size, pairs, shift):
    """How likely each partition is, one at a time."""
    likely = {}
    for way in map(tuple, ways_to_part(size).first.tolist()):
        total = 0.0
        for group in groups_of(way):
            known = [pairs[pair] for pair in combinations(group, 2) if pair in pairs]
            if None in known or not hangs_together(group, pairs):
                total = -np.inf
                break
            total += sum(np.log(p / (1 - p)) for p in known)
            total += shift * sum(p >= LIKELY for p in known) * bears_on_another(group[0], size, pairs)
        likely[way] = np.exp(total)
    whole = sum(likely.values())
    return {way: each / whole for way, each in likely.items()}


def shares(drawn):
    ways, counts = np.unique(drawn.first, axis=1, return_counts=True)
    return {tuple(way): count / counts.sum() for way, count in zip(ways.T.tolist(), counts, strict=True)}


PROBABILITIES = st.one_of(st.none(), st.sampled_from([0.001, 0.02, 0.2, 0.5, 0.8, 0.97, 0.999]))


@st.composite
def components(draw, most=5):
    size = draw(st.integers(2, most))
    return size, {pair: draw(PROBABILITIES) for pair in combinations(range(size), 2) if draw(st.booleans())}


@pytest.mark.parametrize("size", sorted(BELL))
def test_there_are_as_many_ways_as_the_bell_number(size):
    ways = ways_to_part(size)
    assert len(np.unique(ways.first, axis=0)) == len(ways.first) == BELL[size]
    assert (ways.groups.sum(axis=1) == (1 << size) - 1).all()


def test_pairs_of_a_set_are_added_up():
    values = np.array([[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]], dtype=np.float32)
    sums = sums_of_sets(4, values)[0]
    assert sums[0b1111] == 63
    assert sums[0b1011] == 1 + 4 + 16
    assert sums[0b0100] == 0


def test_a_set_hangs_together_through_others_but_not_through_what_it_lacks():
    chain = np.array([[True, False, True]])  # 0-1 and 1-2
    assert connected_sets(3, chain)[0].tolist() == [True, True, True, True, True, False, True, True]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=40))
def test_a_pair_that_no_other_bears_on_is_joined_as_often_as_it_is_likely(probabilities):
    ties = ties_of(2 * len(probabilities), {(2 * at, 2 * at + 1): p for at, p in enumerate(probabilities)})
    drawn = partitions_of(ties, np.random.default_rng(1), draws=4000)
    joined = (drawn.first[1::2] == drawn.first[::2]).mean(axis=1)
    assert np.abs(joined - probabilities).max() < 5 * np.sqrt(0.25 / 4000)
    assert drawn.expected == pytest.approx(sum(probabilities))


@settings(max_examples=40, deadline=None)
@given(components())
def test_a_small_component_is_drawn_as_likely_as_counted_by_hand(component):
    size, pairs = component
    made = partitions_of(ties_of(size, pairs), np.random.default_rng(2), draws=4000)
    drawn, wanted = shares(made), by_hand(size, pairs, made.shift)
    assert max(abs(drawn.get(way, 0.0) - share) for way, share in wanted.items()) < 0.05
    assert set(drawn) <= {way for way, share in wanted.items() if share > 0}


@settings(max_examples=60, deadline=None)
@given(components(most=9), st.sampled_from([2, 3, 9]))
def test_no_draw_joins_two_that_are_apart_or_that_nothing_joins(component, most_exact):
    size, pairs = component
    drawn = partitions_of(ties_of(size, pairs), np.random.default_rng(3), draws=50, most_exact=most_exact)
    for way in np.unique(drawn.first, axis=1).T.tolist():
        for group in groups_of(way):
            assert group[0] == min(group)
            assert all(pairs.get(pair, 0.5) is not None for pair in combinations(group, 2))
            assert hangs_together(group, pairs)


def test_two_apart_whom_one_piece_holds_do_not_meet_through_another():
    # Pieces of at most three: 3, 6 and 7 in one, of whom 6 and 7 are apart, and 1 likes them both.
    pairs = {(1, 6): 0.2, (1, 7): 0.2, (3, 6): 0.5, (3, 7): 0.5, (6, 7): None}
    drawn = partitions_of(ties_of(8, pairs), np.random.default_rng(3), draws=2000, most_exact=3)
    assert drawn.in_pieces == 1
    assert (drawn.first[1] == drawn.first[6]).any()
    assert (drawn.first[1] == drawn.first[7]).any()
    assert (drawn.first[6] != drawn.first[7]).all()


def test_a_large_component_drawn_in_pieces_is_close_to_the_exact_draw():
    # Three records of one child, two of a brother, and pairs between them that say little.
    sure, doubtful = 0.97, 0.05
    pairs = dict.fromkeys([(0, 1), (0, 2), (1, 2), (3, 4)], sure)
    pairs |= {(one, other): doubtful for one in range(3) for other in (3, 4)}
    exact, pieced = (
        partitions_of(ties_of(5, pairs), np.random.default_rng(4), draws=20_000, most_exact=most, shift=0)
        for most in (9, 3)
    )
    assert (exact.in_pieces, pieced.in_pieces) == (0, 1)
    whole, parts = shares(exact), shares(pieced)
    assert max(abs(whole.get(way, 0.0) - parts.get(way, 0.0)) for way in whole | parts) < 0.03


def test_a_tree_of_any_size_is_drawn_as_its_pairs_say():
    # Nothing bears on anything else: a chain of twenty, one strong link in three.
    p = [0.9 if at % 3 else 0.1 for at in range(19)]
    ties = ties_of(20, {(at, at + 1): each for at, each in enumerate(p)})
    drawn = partitions_of(ties, np.random.default_rng(5), draws=4000)
    joined = (drawn.first[1:] == drawn.first[:-1]).mean(axis=1)
    assert drawn.shift == 0
    assert np.abs(joined - p).max() < 5 * np.sqrt(0.25 / 4000)


def test_pairs_that_bear_on_each_other_are_joined_as_often_as_they_add_up_to():
    drawn = partitions_of(*twins(3000), draws=100)
    assert drawn.expected == pytest.approx(2400)
    unmoved = partitions_of(*twins(3000), draws=100, shift=0)
    assert unmoved.joined == pytest.approx(3000 * 4 / 7, rel=0.02)
    assert drawn.joined == pytest.approx(2400, rel=0.02)


def twins(number):
    """So many records that are one twin's or the other's: four in ten each, and two in ten nobody's."""
    pairs = {}
    for first in range(0, 3 * number, 3):
        pairs |= {(first, first + 1): 0.4, (first, first + 2): 0.4, (first + 1, first + 2): None}
    return ties_of(3 * number, pairs), np.random.default_rng(8)


def test_a_few_pairs_move_the_odds_little():
    assert partitions_of(*twins(10)).shift < partitions_of(*twins(1000)).shift / 4


def test_where_what_is_apart_forbids_the_sum_the_shift_has_an_end():
    pairs = {}
    for first in range(0, 900, 3):
        pairs |= {(first, first + 1): 0.9, (first, first + 2): 0.9, (first + 1, first + 2): None}
    drawn = partitions_of(ties_of(900, pairs), np.random.default_rng(9))
    assert 3 < drawn.shift < 4
    assert drawn.joined <= 300


def test_the_same_generator_gives_the_same_draws():
    pairs = dict.fromkeys(combinations(range(14), 2), 0.3)
    first, second = (partitions_of(ties_of(14, pairs), np.random.default_rng(6)) for _ in range(2))
    assert (first.first == second.first).all()


def test_drawn_in_lots_is_drawn_the_same_with_what_belongs_together_in_one():
    # Threes of which one is apart from another, taken apart as if they were too many, and some strangers.
    ties, generator = twins(3000)
    drawn = draw_partitions(ties, generator, most_exact=2)
    threes = np.arange(ties.size) // 3
    several, joined = drawn.in_lots(lambda lot: lot, threes)
    (whole,), joined_at_once = drawn.in_lots(lambda lot: lot, np.zeros(ties.size, dtype=np.int64))
    assert len(several) > 1
    assert sorted(thing for lot in several for thing in lot.things.tolist()) == list(range(ties.size))
    for lot in several:
        assert np.isin(threes, threes[lot.things]).sum() == lot.things.size
        assert (lot.things[lot.first] == whole.first[lot.things]).all()
    assert (
        joined == joined_at_once == (whole.first[ties.one] == whole.first[ties.other])[ties.joins].sum() / 200
    )


def test_nothing_in_doubt_draws_nothing():
    drawn = partitions_of(ties_of(3, {}), np.random.default_rng(7), draws=5)
    assert (drawn.first == np.arange(3)[:, None]).all()
    assert drawn.joined == drawn.expected == 0


def test_a_pair_is_written_with_the_lesser_first():
    with pytest.raises(ValueError, match="lesser first"):
        Ties(2, np.array([1]), np.array([0]), np.array([0.0]), np.array([True]))
