"""Ranges at each level: withheld with their counts, rounded outward, and no way around either."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kithmap.governance.cells import Status
from kithmap.governance.disclosure import nearest, protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.rules import CountRule, Sums
from kithmap.stats.missed import range_of

RANGED = CountRule(
    counts=("young_people",), adds_up=Sums(columns=("group",)), people=("young_people",), seen_in=("concern",)
)


def ranged_row(group, draws, *, count):
    low, high, likely = (int(end[0]) for end in range_of(np.asarray(draws)[:, None]))
    return {
        "group": group, "young_people": count, "young_people_low": low, "young_people_high": high,
        "young_people_likely": likely, "young_people_unsure": 0,
    }  # fmt: skip


def ranged_rows(counts, spreads, seed=1):
    """Groups with their ranges over draws that add up, and all of them together."""
    generator = np.random.default_rng(seed)
    draws = [
        count + generator.integers(-spread, spread + 1, 200)
        for count, spread in zip(counts, spreads, strict=True)
    ]
    rows = [
        ranged_row(f"G{at}", each, count=count)
        for at, (each, count) in enumerate(zip(draws, counts, strict=True))
    ]
    return [*rows, ranged_row("All", np.sum(draws, axis=0), count=sum(counts))]


def test_a_range_is_withheld_wherever_its_count_is():
    rows = protect(ranged_rows([3, 20, 37], [1, 2, 3]), RANGED, LEVELS[Level.R1])
    for row in rows:
        beside = [row[f"young_people_{part}"] for part in ("low", "high", "likely")]
        hidden = row["young_people"].status is Status.WITHHELD
        assert all((cell.status is Status.WITHHELD) == hidden for cell in beside)
    assert sum(row["young_people"].status is Status.WITHHELD for row in rows) == 2


def test_how_many_rest_on_links_in_doubt_is_withheld_where_it_is_few():
    row = ranged_row("All", [20] * 9, count=20)
    told = [
        protect([{**row, "young_people_unsure": number}], RANGED, LEVELS[Level.R1])[0]["young_people_unsure"]
        for number in (0, 4, 5)
    ]
    assert [cell.value for cell in told] == [0, None, 5]


@given(st.integers(0, 200), st.integers(-40, 40), st.booleans())
def test_a_rounded_range_holds_the_range_and_hides_what_rounding_hides(count, far, up):
    end = max(count + far, 0)
    part = "high" if up else "low"
    rows = [{**ranged_row("All", [count] * 9, count=count), f"young_people_{part}": end}]
    cell = protect(rows, CountRule(("young_people",), people=("young_people",)), LEVELS[Level.R3])[0]
    if cell["young_people"].value is None:
        return
    shown = cell[f"young_people_{part}"]
    assert shown.status is Status.ROUNDED
    assert shown.value % 5 == 0
    if end != count:
        assert shown.value >= end if up else shown.value <= end
    # Another count that rounds alike, with its end as far away, is told in the same numbers.
    other = max(nearest(count, 5) - 2, 5)
    if end - count + other >= 0 and nearest(other, 5) == nearest(count, 5):
        alike = [{**rows[0], "young_people": other, f"young_people_{part}": other + end - count}]
        again = protect(alike, CountRule(("young_people",), people=("young_people",)), LEVELS[Level.R3])[0]
        assert again[f"young_people_{part}"] == shown


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(6, 60), min_size=2, max_size=6),
    st.integers(1, 3),
    st.lists(st.integers(0, 4), min_size=7, max_size=7),
    st.sampled_from([Level.R1, Level.R3]),
)
def test_ranges_tell_no_more_of_withheld_counts_than_the_counts_shown_do(large, small, spreads, level):
    """Move a person between two withheld counts, in every draw: nothing that is shown changes."""
    counts = [small, *large]
    shown = protect(ranged_rows(counts, spreads[: len(counts)]), RANGED, LEVELS[level])
    hidden = [at for at in range(len(counts)) if named(shown, f"G{at}")["young_people"].value is None]
    # Where the rounding of a total hides enough, one count is withheld alone.
    assume(len(hidden) > 1)
    other = hidden[1]
    moved = [count + (at == 0) - (at == other) for at, count in enumerate(counts)]
    again = protect(ranged_rows(moved, spreads[: len(counts)]), RANGED, LEVELS[level])
    assume(
        hidden == [at for at in range(len(counts)) if named(again, f"G{at}")["young_people"].value is None]
    )
    assert shown == again


def named(rows, group):
    return next(row for row in rows if row["group"] == group)
