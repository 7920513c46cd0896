"""The ledger of releases: pairs that tell of a few are caught, harmless ones pass, and what is told is mended."""

import pytest
from differencing_made import DAY, PAIRS, Pair, by_school, pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.governance.populations import age_years, implied, population, read_population
from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_ledger import find_told, repair
from kithmap.governance.statements import Statement, read_statement

LIMITS = Limits(below=5, width=5)
SEED = 20261122


def is_told(pair: Pair) -> bool:
    return bool(find_told(pair.second, [pair.first], LIMITS))


def test_every_pair_that_tells_of_a_few_is_caught():
    made = pairs(disclosing=True, seed=SEED)
    assert [pair.kind for pair in made if not is_told(pair)] == []
    assert len(made) == PAIRS


def test_nearly_every_harmless_pair_passes():
    made = pairs(disclosing=False, seed=SEED)
    assert len([pair for pair in made if is_told(pair)]) <= 2


def test_no_product_of_a_pair_tells_of_anybody_alone():
    for pair in pairs(disclosing=True, seed=SEED):
        assert find_told(pair.first, [], LIMITS) == ()


@pytest.mark.parametrize("pair", pairs(disclosing=True, seed=SEED + 1)[:12], ids=lambda pair: pair.kind)
def test_what_a_pair_tells_is_mended_by_withholding_or_is_refused(pair):
    hidden = repair(pair.second, [pair.first], LIMITS)
    if hidden is not None:
        assert hidden
        left = [each for each in pair.second if each.row not in hidden]
        assert find_told(left, [pair.first], LIMITS) == ()


def test_a_row_that_tells_nothing_is_still_shown_after_mending():
    before, after = by_school(DAY, "10-16", [20, 30, 40]), by_school(DAY, "10-17", [23, 45, 60])
    assert repair(after, [before], LIMITS) == {0}


def test_the_same_again_tells_nothing_new():
    table = by_school(DAY, "10-16", [20, 30, 3])
    assert find_told(table, [table], LIMITS) == ()


def test_three_products_tell_what_no_two_do():
    """Boroughs A and B, B and C, A and C: of two of them nothing follows, of all three each borough."""

    def both(one: str, other: str, count: float):
        who = population("x", {"area": [one, other]})
        return Statement(((1.0, who),), count, count, 0)

    first, second, third = both("A", "B", 33), both("B", "C", 34), both("A", "C", 61)
    assert find_told([second], [[first]], LIMITS) == ()
    told = find_told([third], [[first], [second]], LIMITS)
    assert {(each.low, each.high) for each in told} == {(3.0, 3.0)}


@pytest.mark.parametrize(
    ("low", "high", "tells"),
    [
        (0, 0, False),
        (3, 3, True),
        (0, 4, True),
        (1, 5, True),
        (1, 6, False),
        (5, 5, False),
        (4, 8, True),
        (0, 5, False),
    ],
)
def test_what_limits_allow_to_be_known(low, high, tells):
    assert LIMITS.tells(low, high) is tells


@given(
    counts=st.lists(st.integers(0, 40), min_size=2, max_size=5),
    more=st.lists(st.integers(0, 12), min_size=5, max_size=5),
    base=st.sampled_from([1, 5]),
)
@settings(max_examples=25, deadline=None)
def test_a_difference_that_can_be_taken_of_printed_numbers_is_found_exactly_when_it_is_small(
    counts, more, base
):
    """By hand: what two printed intervals say of their difference."""
    wide = [count + extra for count, extra in zip(counts, more, strict=False)]
    first, second = by_school(DAY, "10-16", counts), by_school(DAY, "10-17", wide, base)
    by_hand = [
        LIMITS.tells(max(late.low - early.high, 0), late.high - early.low)
        for early, late in zip(first, second, strict=True)
        if not early.is_withheld and not late.is_withheld
    ]
    told = find_told(second, [first], LIMITS)
    assert sum("less" in each.who for each in told) >= sum(by_hand)
    if not any(by_hand):
        assert not [
            each for each in told if each.low >= 1 and "less" in each.who and "published" not in each.who
        ]


def test_statements_and_populations_are_read_back_as_they_were():
    for pair in pairs(disclosing=True, seed=SEED)[:6]:
        for each in (*pair.first, *pair.second):
            if each.low > float("-inf"):
                assert read_statement(each.to_dict()) == each
            for _, who in each.terms:
                assert read_population(who.to_dict()) == who


def test_whoever_has_a_harm_has_any_harm_but_a_label_is_no_harm():
    assert implied("harm:CSE") == ("harm:any",)
    assert implied("harm:GANG") == ()
    assert age_years("15+")[0] == "15"
