"""Maps, networks and rows at their thresholds: found by mutating the modules."""

from dataclasses import replace

import pytest
from test_governance_shared import (
    GROUPS,
    NEXT,
    PARTS,
    PLACES,
    PRESET,
    R1,
    group_row,
    hexagon,
    of_hexagons,
    place_row,
)

from kithmap.governance.shared_maps import choose_cells, share_map
from kithmap.governance.shared_networks import share_network
from kithmap.governance.shared_rows import share_rows
from kithmap.measures import get_measure
from kithmap.model.hexagons import hexagon_around

WHOLE = "87194c635ffffff"


def names(rows) -> list[str]:
    return [str(row["place"]) for row in rows]


def test_a_table_without_hexagons_goes_on_as_it_is():
    rows = ({"harm": "CSE", "young_people": 3},)
    assert share_map([rows], get_measure("prevalence").rule, R1) == rows


def test_a_hexagon_where_few_young_people_live_is_part_of_the_one_around_it():
    fine, wide = of_hexagons({PARTS[0]: 30, PARTS[1]: 20})
    fine[0]["residents"], fine[1]["residents"], wide[0]["residents"] = 9, 400, 409
    assert names(share_map([fine, wide], PLACES, R1))[0] == WHOLE
    fine[0]["residents"] = 10
    assert names(share_map([fine, wide], PLACES, R1))[:2] == [PARTS[0], PARTS[1]]


def test_a_largest_hexagon_that_is_too_small_counts_as_nobodys_and_one_nobody_counted_too():
    lenient = replace(R1, preset=replace(R1.preset, withhold_below=1, people=1, residents=1))
    sizes = of_hexagons({PARTS[0]: 3}, {PARTS[0]: 3})
    (drawn, *_) = share_map(sizes, PLACES, R1)
    assert (drawn["place"], drawn["events"], drawn["young_people"]) == (WHOLE, 3, 0)
    for size in sizes:
        size[0]["young_people"] = None
    (drawn, *_) = share_map(sizes, PLACES, lenient)
    assert drawn["young_people"] == 0


def test_rows_of_no_hexagon_are_those_of_the_finest_size():
    fine, wide = of_hexagons({PARTS[0]: 30})
    assert names(share_map([fine, wide[:1]], PLACES, R1)) == [PARTS[0], "No place recorded", "All"]


def test_a_hexagon_is_part_of_the_next_size_and_not_of_the_largest():
    counts = {PARTS[0]: 30, PARTS[1]: 3, NEXT[0]: 25}
    fine, wide = of_hexagons(counts)
    widest = [place_row(hexagon_around(PARTS[0], 6), 58, 58)]
    drawn = names(share_map([fine, wide, widest], PLACES, R1))
    assert drawn[:2] == [WHOLE, NEXT[0]]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([hexagon("a", "", 9), hexagon("a", "", 9)], "Two cells of a map have the same name."),
        ([hexagon("a", "b", 9)], "A cell of a map is part of a cell there is not."),
        ([hexagon("a", "", 9), hexagon("b", "a", 10)], "The parts of a cell count more than the cell."),
    ],
)
def test_a_map_that_cannot_be_is_refused_in_a_sentence(cells, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        choose_cells(cells, PRESET)


def test_five_in_a_group_and_five_who_make_two_meet_are_enough():
    rows = (group_row("A", "itself", 5), group_row("A", "B", 5, 5), group_row("B", "itself", 30))
    assert share_network(rows, GROUPS, R1) == rows
    few = (group_row("A", "itself", 4), group_row("A", "B", 4, 4), group_row("B", "itself", 30))
    assert share_network(few, GROUPS, R1) == few[2:]
    with pytest.raises(ValueError, match=r"^A pair of groups names a group there is not\.$"):
        share_network((*rows, group_row("A", "C", 5, 5)), GROUPS, R1)


def kept_of(ages: str) -> str:
    """Which of some rows are kept: each a letter, in which they are alike."""
    harms = ["CSE", "SYV"] * len(ages)
    columns = {"age": list(ages), "harm": harms[: len(ages)]}
    shared = share_rows(columns, quasi=["age"], sensitive=["harm"], preset=PRESET)
    assert shared.kept_back == len(ages) - len(shared.kept)
    return "".join(ages[row] for row in shared.kept)


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        ("aaaaab", ""),  # one alone takes the only others with it
        ("aaaaabbbbbbb" + "cde", "bbbbbbb"),  # three alone take the smallest class, which is the first
        ("bbbbbbbaaaaa" + "cde", "bbbbbbb"),  # or the second
        ("cde" + "bbbbbbbaaaaa", "bbbbbbb"),  # whatever stands before it
        ("aaaaa" + "bcdef", "aaaaa"),  # five alone are as many as must look alike
        ("aaaaa" + "bcdefg", "aaaaa"),
    ],
)
def test_as_many_rows_are_kept_back_as_must_look_alike_and_no_more(ages, kept):
    assert kept_of(ages) == kept


def test_columns_that_cannot_be_shared_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"^Every column of a row-level share is a quasi-identifier or sensitive, and is there\.$"):  # fmt: skip
        share_rows({"age": ["a"]}, quasi=["age"], sensitive=["harm"], preset=PRESET)
    with pytest.raises(ValueError, match=r"^The columns of a row-level share are not of one length\.$"):
        share_rows({"age": ["a"], "harm": []}, quasi=["age"], sensitive=["harm"], preset=PRESET)
