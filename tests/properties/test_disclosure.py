"""Whatever the table, nobody can work a withheld count out of what is shown."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kithmap.governance.cells import Cell, Status
from kithmap.governance.disclosure import nearest, protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.rules import CountRule, Sets, Sums

R1, R3 = LEVELS[Level.R1], LEVELS[Level.R3]
NARROWEST = 5
SHAPES = st.tuples(st.integers(2, 5), st.integers(2, 5))
COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 60))
GRID = CountRule(("young_people",), adds_up=Sums(("age", "harm")))
NO_GROUPS = CountRule(("young_people",), adds_up=Sums(("age", "harm"), known=("age", "harm")))
LISTS = CountRule(("young_people",), adds_up=Sets("lists"))


def grid_rows(counts: np.ndarray) -> list[dict]:
    """A two-way table with its totals, as a measure gives it."""
    ages = [f"{10 + i}" for i in range(counts.shape[0])]
    harms = [f"harm {j}" for j in range(counts.shape[1])]
    rows = [
        {"age": age, "harm": harm, "young_people": int(counts[i, j])}
        for (i, age), (j, harm) in itertools.product(enumerate(ages), enumerate(harms))
    ]
    rows += [{"age": a, "harm": "All", "young_people": int(counts[i].sum())} for i, a in enumerate(ages)]
    rows += [{"age": "All", "harm": h, "young_people": int(counts[:, j].sum())} for j, h in enumerate(harms)]
    return [*rows, {"age": "All", "harm": "All", "young_people": int(counts.sum())}]


def set_rows(counts: list[int]) -> list[dict]:
    """Combinations of lists with each list's total and everybody, as `overlap` gives it."""
    names = ["ASB", "CSE", "gangs", "missing"]
    combos = [c for n in range(1, 5) for c in itertools.combinations(names, n)][: len(counts)]
    exact = dict(zip(combos, counts, strict=True))
    rows = [{"lists": " + ".join(c), "kind": "combination", "young_people": n} for c, n in exact.items() if n]
    for name in names:
        total = sum(n for c, n in exact.items() if name in c)
        rows.append({"lists": name, "kind": "total", "young_people": total})
    return [*rows, {"lists": "Everybody", "kind": "all", "young_people": sum(counts)}]


def grid_sums(row: dict, other: dict) -> bool:
    """Whether `other` is a detail row of the total `row`."""
    keys = ("age", "harm")
    return all(other[k] != "All" if row[k] == "All" else other[k] == row[k] for k in keys)


def attack(shown: tuple, true: dict, sums: list[tuple[int, list[int]]], rounding: int) -> list[tuple]:
    """The interval of each withheld count below five, by a plain linear program over what is shown.

    The attacker knows how rows add up, how counts are rounded, and which withheld rows are of nobody.
    """
    bounds = []
    for row in shown:
        cell = row["young_people"]
        if cell.status is Status.WITHHELD:
            key = tuple(v for v in row.values() if isinstance(v, str))
            bounds.append((min(true.get(key, 0), 1), None))
        elif cell.value == 0 or rounding == 1:
            bounds.append((cell.value, cell.value))
        else:
            bounds.append((max(NARROWEST, cell.value - rounding // 2), cell.value + rounding // 2))
    matrix = np.zeros((len(sums), len(shown)))
    for line, (whole, parts) in enumerate(sums):
        matrix[line, parts] = 1
        matrix[line, whole] = -1
    found = []
    for index, row in enumerate(shown):
        key = tuple(v for v in row.values() if isinstance(v, str))
        if row["young_people"].status is not Status.WITHHELD or not 0 < true.get(key, 0) < NARROWEST:
            continue
        aim = np.zeros(len(shown))
        aim[index] = 1
        low = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=bounds)
        high = linprog(-aim, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=bounds)
        assert low.status == 0
        found.append((low.fun, -high.fun if high.status == 0 else np.inf))
    return found


def true_counts(rows: list[dict]) -> dict:
    return {tuple(v for v in row.values() if isinstance(v, str)): row["young_people"] for row in rows}


@pytest.mark.parametrize("level", [R1, R3], ids=["R1", "R3"])
@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, data=st.data())
def test_no_small_count_of_a_two_way_table_can_be_bounded_closely(level, shape, data):
    counts = np.array(data.draw(st.lists(COUNTS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])))
    rows = grid_rows(counts.reshape(shape))
    shown = protect(rows, GRID, level)
    sums = [
        (i, [j for j, other in enumerate(shown) if grid_sums(row, other) and "All" not in other.values()])
        for i, row in enumerate(shown)
        if "All" in (row["age"], row["harm"])
    ]
    for low, high in attack(shown, true_counts(rows), sums, level.round_to):
        assert high - low > NARROWEST - 1e-6


@pytest.mark.parametrize("level", [R1, R3], ids=["R1", "R3"])
@settings(max_examples=40, deadline=None)
@given(counts=st.lists(COUNTS, min_size=15, max_size=15))
def test_no_small_overlap_of_lists_can_be_bounded_closely(level, counts):
    rows = set_rows(counts)
    shown = protect(rows, LISTS, level)
    combos = [i for i, row in enumerate(shown) if row["kind"] == "combination"]
    sums = []
    for i, row in enumerate(shown):
        if row["kind"] == "all":
            sums.append((i, combos))
        if row["kind"] == "total":
            sums.append((i, [j for j in combos if row["lists"] in shown[j]["lists"].split(" + ")]))
    for low, high in attack(shown, true_counts(rows), sums, level.round_to):
        assert high - low > NARROWEST - 1e-6


@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, data=st.data())
def test_a_count_below_five_is_never_shown_and_a_shown_one_is_true(shape, data):
    counts = np.array(data.draw(st.lists(COUNTS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])))
    rows = grid_rows(counts.reshape(shape))
    true = true_counts(rows)
    for row in protect(rows, GRID, R1):
        cell = row["young_people"]
        assert isinstance(cell, Cell)
        assert cell.value not in (1, 2, 3, 4)
        assert cell.value in (None, true[row["age"], row["harm"]])


@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, data=st.data())
def test_a_table_without_small_counts_is_shown_whole(shape, data):
    large = st.one_of(st.just(0), st.integers(5, 60))
    counts = np.array(data.draw(st.lists(large, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])))
    shown = protect(grid_rows(counts.reshape(shape)), NO_GROUPS, R1)
    assert all(row["young_people"].status is Status.SHOWN for row in shown)


@settings(max_examples=40, deadline=None)
@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_counts_that_add_up_to_nothing_lose_only_the_small_ones(counts):
    rows = [{"school": f"School {i:02}", "young_people": count} for i, count in enumerate(counts)]
    shown = protect(rows, CountRule(("young_people",)), R1)
    assert [row["young_people"].value for row in shown] == [
        None if 0 < count < NARROWEST else count for count in counts
    ]


@given(st.integers(0, 10_000), st.sampled_from([5, 10]))
def test_rounding_never_moves_a_count_by_more_than_half_the_base(count, base):
    assert abs(nearest(count, base) - count) <= base // 2


def test_most_of_a_wide_table_stays_shown():
    generator = np.random.default_rng(7)
    counts = generator.poisson(generator.gamma(1.0, 60.0, size=(25, 12)))
    shown = protect(grid_rows(counts), GRID, R1)
    small = ((counts > 0) & (counts < NARROWEST)).sum()
    kept = sum(row["young_people"].status is Status.SHOWN for row in shown) / len(shown)
    assert small > 3
    assert kept >= 0.85
