"""Statements held together and asked again and again say what the same statements say when asked afresh."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from differencing_made import DAY, Table, large, pairs, printed

from kithmap.governance.populations import age_years, population
from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_ledger import find_told, repair
from kithmap.governance.release_programs import hold_together
from kithmap.governance.statements import Statement

LIMITS = Limits(below=5, width=5)
SCHOOLS = ("S1", "S2", "S3")
BANDS = ("10-13", "14-16", "17")
SEEDS = range(12)


def tables(seed: int) -> tuple[list[Table], Table]:
    """Tables of the same pupils by school and age and harm, and one more: some counts are small."""
    generator = np.random.default_rng(seed)
    few = generator.random((len(SCHOOLS), len(BANDS), 1)) < 0.2
    many = (len(SCHOOLS), len(BANDS), 2)
    counts = np.where(few, generator.integers(0, 3, many), generator.integers(6, 40, many))
    base = int(generator.choice([1, 5]))
    ages = {band: age_years(band) for band in BANDS}
    by_school = [
        printed(population(DAY, {"school": [name]}), int(counts[place].sum()), place)
        for place, name in enumerate(SCHOOLS)
    ]
    by_age = [
        printed(population(DAY, {"age": ages[band]}), int(counts[:, place].sum()), place)
        for place, band in enumerate(BANDS)
    ]
    with_harm = [
        printed(
            population(DAY, {"school": [name], "harm:CSE": ["yes"]}), int(counts[place, :, 1].sum()), place
        )
        for place, name in enumerate(SCHOOLS)
    ]
    both = [
        printed(
            population(DAY, {"school": [name], "age": ages[band]}), int(counts[one, two].sum()), row, base
        )
        for row, (one, name, two, band) in enumerate(
            (one, name, two, band) for one, name in enumerate(SCHOOLS) for two, band in enumerate(BANDS)
        )
    ]
    return [tuple(by_school), tuple(by_age), tuple(with_harm)], tuple(both)


def without(table: Table, hidden: frozenset[int]) -> Table:
    """A table as it is when some of its counts are withheld."""
    return tuple(
        replace(each, low=min(each.low, 1.0), high=inf, is_withheld=True) if each.row in hidden else each
        for each in table
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_told_does_not_depend_on_what_was_asked_before(seed):
    before, candidate = tables(seed)
    programs = list(hold_together(candidate, before, LIMITS))
    generator = np.random.default_rng(seed)
    rows = [each.row for each in candidate]
    for size in (0, 2, 5, 3, 1, 7, 0):
        hidden = frozenset(generator.choice(rows, size, replace=False).tolist())
        again = {(each.who, each.low, each.high) for program in programs for each in program.told(hidden)}
        afresh = find_told(without(candidate, hidden), before, LIMITS)
        assert {(each.who, each.low, each.high) for each in afresh} <= again
        assert bool(afresh) is bool(again)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_mended_tells_of_nobody_and_withholds_nothing_in_vain(seed):
    before, candidate = tables(seed)
    hidden = repair(candidate, before, LIMITS)
    if hidden is None:
        # Then withholding every count of it would not help either.
        assert find_told(without(candidate, frozenset(each.row for each in candidate)), before, LIMITS)
        return
    assert find_told(without(candidate, hidden), before, LIMITS) == ()
    for row in hidden:
        assert find_told(without(candidate, hidden - {row}), before, LIMITS)


def test_tables_are_mended_often_enough_for_these_tests_to_say_something():
    found = [repair(candidate, before, LIMITS) for before, candidate in map(tables, SEEDS)]
    assert sum(bool(hidden) for hidden in found) >= len(found) / 2


def test_the_rows_that_what_is_told_leans_on_are_those_without_which_it_is_not_told():
    for pair in pairs(disclosing=True, seed=7)[:12]:
        for told in find_told(pair.second, [pair.first], LIMITS):
            left = find_told(without(pair.second, told.rows), [pair.first], LIMITS)
            assert (told.who, told.low, told.high) not in {(each.who, each.low, each.high) for each in left}


def test_what_leans_on_no_count_shown_is_refused_though_others_could_be_withheld():
    """Two boroughs together, and that they add up to the three less the third: withholding the rest is in vain."""
    generator = np.random.default_rng(3)
    first, second, third = (population(DAY, {"area": [name]}) for name in "ABC")
    known = (printed(first, 20, 0), printed(second, 30, 1))
    same = Statement(((1.0, third), (1.0, first), (-1.0, second)), -7.0, -7.0)
    shown = printed(population(DAY, {"area": ["D"]}), large(generator), 0)
    assert repair((shown, same), [known], LIMITS) is None


def test_counts_are_whole_so_a_fraction_more_room_is_no_room():
    """Twice a count is from 3 to 11: it is 2 to 5, though a fraction of it could differ by four and a half."""
    who, other = population(DAY, {"school": ["S1"]}), population(DAY, {"school": ["S2"]})
    # With S2 between 3 and 11 and S1 half of what both come to.
    halves = (
        Statement(((2.0, who), (-1.0, other)), 0.0, 0.0, 0),
        printed(population(DAY, {"school": ["S1", "S3"]}), 30, 1),
    )
    told = find_told(halves, [(Statement(((1.0, other),), 3.0, 11.0, 0),)], LIMITS)
    assert {(each.low, each.high) for each in told if each.who == "school S1"} == {(2.0, 5.0)}
