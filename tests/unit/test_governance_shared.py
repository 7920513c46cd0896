"""Rows, networks and maps as they may leave: nobody stands out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.presets import get_preset
from kithmap.governance.shared_maps import MapCell, choose_cells, share_map
from kithmap.governance.shared_networks import share_network
from kithmap.governance.shared_rows import share_rows
from kithmap.measures import get_measure
from kithmap.model.hexagons import hexagon_around
from kithmap.stats.alike import find_exposed_rows

R0, R1, R3 = (LEVELS[level] for level in (Level.R0, Level.R1, Level.R3))
PRESET = get_preset("partnership")
PLACES, GROUPS = get_measure("places").rule, get_measure("peer_groups").rule
# Hexagons of resolution 8 that are the parts of one of resolution 7, and some of the next one.
PARTS = tuple(f"88194c635{digit}fffff" for digit in "13579bd")
NEXT = tuple(f"88194c631{digit}fffff" for digit in "13579bd")


def drawn(cells, level=R1):
    return {each.cell: each.count for each in choose_cells(cells, level.preset)}


def hexagon(
    name: str, parent: str, count: int, people: int | None = None, residents: int | None = 50
) -> MapCell:
    return MapCell(name, parent, residents, count if people is None else people, count)


def test_a_cell_is_shown_in_its_parts_when_each_has_enough_people():
    cells = [hexagon("a", "", 17), hexagon("a1", "a", 8), hexagon("a2", "a", 9), hexagon("a3", "a", 0)]
    assert drawn(cells) == {"a1": 8, "a2": 9, "a3": 0}


@pytest.mark.parametrize(
    "few",
    [
        {"count": 4}, {"count": 9, "people": 4}, {"count": 9, "residents": 9},
        {"count": 9, "people": 9, "residents": None},
    ],
    ids=["count", "people", "residents", "people where nobody knows the residents"],
)  # fmt: skip
def test_one_part_with_few_people_merges_all_into_the_cell_around_them(few):
    part = hexagon("a2", "a", **few)
    cells = [hexagon("a", "", 8 + part.count), hexagon("a1", "a", 8), part]
    assert drawn(cells) == {"a": 8 + part.count}


def test_ten_people_behind_a_count_are_enough_where_nobody_knows_the_residents():
    cells = [hexagon("a", "", 10, residents=None), hexagon("a1", "a", 10, residents=None)]
    assert drawn(cells) == {"a1": 10}


def test_a_part_of_nobody_needs_no_residents():
    cells = [hexagon("a", "", 8), hexagon("a1", "a", 8), hexagon("a2", "a", 0, residents=0)]
    assert drawn(cells) == {"a1": 8, "a2": 0}


def test_merging_goes_up_step_by_step():
    cells = [
        hexagon("a", "", 30), hexagon("a1", "a", 20), hexagon("a2", "a", 10),
        hexagon("a11", "a1", 18), hexagon("a12", "a1", 2), hexagon("a21", "a2", 5), hexagon("a22", "a2", 5),
    ]  # fmt: skip
    assert drawn(cells) == {"a1": 20, "a21": 5, "a22": 5}


def test_parts_that_leave_some_out_are_not_shown_beside_their_whole():
    assert drawn([hexagon("a", "", 20), hexagon("a1", "a", 12)]) == {"a": 20}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([hexagon("a", "", 3), hexagon("a", "", 3)], "same name"),
        ([hexagon("a", "b", 3)], "there is not"),
        ([hexagon("a", "", 3), hexagon("a1", "a", 4)], "count more"),
    ],
)
def test_a_map_that_does_not_add_up_is_refused(cells, said):
    with pytest.raises(ValueError, match=said):
        choose_cells(cells, PRESET)


def of_hexagons(counts, people=None):
    """The rows of a map: of those of resolution 8, and of those of resolution 7 around them."""
    behind = people or counts
    around = {}
    for cell in counts:
        wide = around.setdefault(hexagon_around(cell, 7), [0, 0])
        wide[0], wide[1] = wide[0] + counts[cell], wide[1] + behind[cell]
    whole = [place_row("No place recorded", 12, 12), place_row("All", sum(counts.values()) + 12, 99)]
    fine = [place_row(cell, counts[cell], behind[cell]) for cell in counts]
    wide = [place_row(cell, *each) for cell, each in around.items()]
    return [[*fine, *whole], [*wide, *whole]]


def place_row(name, events, people):
    row = {"place": name, "events": events, "residents": None}
    row |= dict.fromkeys(("rate_per_1000", "low", "high", "recent", "earlier", "harms", "named", "hexagon"))
    return row | {"young_people": people}


def shown_on(sizes, level=R1):
    rows = protect(share_map(sizes, PLACES, level), PLACES, level)
    return {str(row["place"]): str(row["events"]) for row in rows}


def test_a_map_leaves_with_the_hexagons_that_have_enough_and_those_around_the_others():
    few = of_hexagons({PARTS[0]: 30, PARTS[1]: 3, NEXT[0]: 15, NEXT[1]: 20})
    assert shown_on(few) == {
        "87194c635ffffff": "33", NEXT[0]: "15", NEXT[1]: "20", "No place recorded": "12", "All": "80",
    }  # fmt: skip


def test_a_largest_hexagon_of_few_is_withheld_with_another():
    shown = shown_on(of_hexagons({PARTS[0]: 3, NEXT[0]: 15}))
    assert shown["87194c635ffffff"] == "[c]"
    assert list(shown.values()).count("[c]") == 2


def test_inside_every_hexagon_is_shown_at_its_finest():
    sizes = of_hexagons({PARTS[0]: 1, PARTS[1]: 2})
    assert share_map(sizes, PLACES, R0) == tuple(sizes[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=1, max_size=14),
    st.sampled_from([R1, R3]),
)
def test_no_hexagon_that_leaves_has_few_events_or_few_people(made, level):
    made = [
        (cell, count, min(count, people))
        for cell, (count, people) in zip((*PARTS, *NEXT), made, strict=False)
    ]
    counts = {cell: count for cell, count, _ in made if count}
    people = {cell: behind for cell, count, behind in made if count}
    sizes = of_hexagons(counts, people)
    true = {row["place"]: row for size in sizes for row in size}
    shown = shown_on(sizes, level)
    covered = [cell for cell in counts if cell in shown or hexagon_around(cell, 7) in shown]
    assert covered == list(counts)
    for name, told in shown.items():
        if told not in ("0", "[c]") and name.startswith("8"):
            assert true[name]["events"] >= 5
            assert true[name]["young_people"] >= 10
        assert not (name in counts and hexagon_around(name, 7) in shown)


def group_row(group, linked, people, behind=None):
    row = {"peer_group": group, "linked_to": linked, "authority": None, "young_people": people}
    return row | {"events": 9, "behind": behind}


def meeting(*rows, level=R1):
    told = protect(share_network(rows, GROUPS, level), GROUPS, level)
    return {(row["peer_group"], row["linked_to"]): str(row["young_people"]) for row in told}


A, B = group_row("A", "itself", 20), group_row("B", "itself", 30)


def test_groups_that_enough_people_make_meet_are_shown_with_how_many_are_in_both():
    assert meeting(A, group_row("A", "B", 8, 12), B) == {
        ("A", "itself"): "20",
        ("A", "B"): "8",
        ("B", "itself"): "30",
    }


@pytest.mark.parametrize("behind", [4, None], ids=["four people", "nobody knows how many"])
def test_a_line_that_few_people_make_is_not_there_at_all(behind):
    assert ("A", "B") not in meeting(A, group_row("A", "B", 3, behind), B)


def test_few_in_both_of_two_groups_are_withheld():
    assert meeting(A, group_row("A", "B", 3, 12), B)["A", "B"] == "[c]"


def test_all_but_two_of_a_group_in_another_too_would_tell_of_the_two():
    told = meeting(A, group_row("A", "B", 18, 25), B)
    assert "[c]" in (told["A", "B"], told["A", "itself"])


def test_those_in_no_other_group_cannot_be_had_by_taking_away_every_pair():
    c, pairs = group_row("C", "itself", 40), (group_row("A", "B", 9, 12), group_row("A", "C", 9, 12))
    told = meeting(A, *pairs, B, c)
    assert "[c]" in (told["A", "itself"], told["A", "B"], told["A", "C"])


def test_somebody_in_three_groups_does_not_stop_a_network_from_leaving():
    c, pairs = group_row("C", "itself", 40), (group_row("A", "B", 13, 15), group_row("A", "C", 12, 15))
    assert meeting(A, *pairs, B, c)["B", "itself"] == "30"


def test_a_group_under_the_threshold_is_left_out_with_its_ties():
    council = LEVELS[Level.R1].with_preset("council10")
    few = group_row("B", "itself", 9)
    assert meeting(A, group_row("A", "B", 9, 20), few, level=council) == {("A", "itself"): "20"}


def test_inside_every_tie_is_shown():
    assert meeting(A, group_row("A", "B", 1, 1), B, level=R0)["A", "B"] == "1"


def test_a_pair_with_a_group_there_is_not_is_refused():
    with pytest.raises(ValueError, match="there is not"):
        share_network([A, group_row("A", "B", 9, 20)], GROUPS, R1)
    assert share_network([], GROUPS, R1) == ()


def rows_shared(ages, harms, **names):
    columns = {"age": ages, "harm": harms}
    return share_rows(columns, quasi=names.get("quasi", ["age"]), sensitive=["harm"], preset=PRESET)


def test_rows_that_five_share_and_that_differ_may_leave():
    shared = rows_shared(["10-13"] * 5 + ["14-17"] * 5, ["CSE", "SYV"] * 5)
    assert (len(shared.kept), shared.kept_back) == (10, 0)


def test_rows_of_four_alike_are_kept_back_with_as_many_as_it_takes():
    shared = rows_shared(["a"] * 4 + ["b"] * 5 + ["c"] * 6, ["CSE", "SYV"] * 7 + ["CSE"])
    assert shared.kept == tuple(range(9, 15))
    assert shared.kept_back == 9


def test_rows_alike_that_all_tell_the_same_are_kept_back():
    shared = rows_shared(["a"] * 6 + ["b"] * 6, ["CSE"] * 6 + ["CSE", "SYV"] * 3)
    assert shared.kept == tuple(range(6, 12))


def test_a_column_that_is_neither_kind_is_refused():
    columns = {"age": ["a"], "harm": ["CSE"], "note": ["free text"]}
    with pytest.raises(ValueError, match="quasi-identifier or sensitive"):
        share_rows(columns, quasi=["age"], sensitive=["harm"], preset=PRESET)
    with pytest.raises(ValueError, match="one length"):
        share_rows({"age": ["a"], "harm": []}, quasi=["age"], sensitive=["harm"], preset=PRESET)


def test_no_rows_stay_no_rows():
    assert rows_shared([], []).kept == ()
    assert (
        find_exposed_rows(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 0), dtype=np.int64), 5, 2).tolist()
        == []
    )


def test_without_quasi_identifiers_all_rows_are_alike():
    columns = {"harm": ["CSE", "SYV"] * 3}
    assert len(share_rows(columns, quasi=[], sensitive=["harm"], preset=PRESET).kept) == 6
