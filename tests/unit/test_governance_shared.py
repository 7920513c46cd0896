"""Rows, networks and maps as they may leave: nobody stands out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.presets import get_preset
from kithmap.governance.shared_maps import MapCell, share_map
from kithmap.governance.shared_networks import share_network
from kithmap.governance.shared_rows import share_rows
from kithmap.stats.alike import find_alike, find_exposed_rows

R0, R1, R3 = (LEVELS[level] for level in (Level.R0, Level.R1, Level.R3))
PRESET = get_preset("partnership")


def drawn(cells, level=R1):
    return {each.cell: str(each.count) for each in share_map(cells, level)}


def hexagon(name, parent, count, people=None, residents=50):
    return MapCell(name, parent, residents, count if people is None else people, count)


def test_a_cell_is_shown_in_its_parts_when_each_has_enough_people():
    cells = [hexagon("a", "", 17), hexagon("a1", "a", 8), hexagon("a2", "a", 9), hexagon("a3", "a", 0)]
    assert drawn(cells) == {"a1": "8", "a2": "9", "a3": "0"}


@pytest.mark.parametrize(
    "few",
    [{"count": 4}, {"count": 9, "people": 4}, {"count": 9, "residents": 9}],
    ids=["count", "people", "residents"],
)
def test_one_part_with_few_people_merges_all_into_the_cell_around_them(few):
    part = hexagon("a2", "a", **few)
    cells = [hexagon("a", "", 8 + part.count), hexagon("a1", "a", 8), part]
    assert drawn(cells) == {"a": str(8 + part.count)}


def test_a_part_of_nobody_needs_no_residents():
    cells = [hexagon("a", "", 8), hexagon("a1", "a", 8), hexagon("a2", "a", 0, residents=0)]
    assert drawn(cells) == {"a1": "8", "a2": "0"}


def test_merging_goes_up_step_by_step():
    cells = [
        hexagon("a", "", 30), hexagon("a1", "a", 20), hexagon("a2", "a", 10),
        hexagon("a11", "a1", 18), hexagon("a12", "a1", 2), hexagon("a21", "a2", 5), hexagon("a22", "a2", 5),
    ]  # fmt: skip
    assert drawn(cells) == {"a1": "20", "a21": "5", "a22": "5"}


def test_a_largest_cell_of_few_is_withheld_with_another():
    cells = [hexagon("a", "", 3), hexagon("b", "", 30), hexagon("c", "", 12)]
    shown = drawn(cells)
    assert shown["a"] == "[c]"
    assert list(shown.values()).count("[c]") == 2


def test_parts_that_leave_some_out_are_not_shown_beside_their_whole():
    assert drawn([hexagon("a", "", 20), hexagon("a1", "a", 12)]) == {"a": "20"}


def test_inside_every_cell_is_shown_at_its_finest():
    assert drawn([hexagon("a", "", 3), hexagon("a1", "a", 1), hexagon("a2", "a", 2)], R0) == {
        "a1": "1",
        "a2": "2",
    }


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([hexagon("a", "", 3), hexagon("a", "", 3)], "same name"),
        ([hexagon("All", "", 3)], "name of the total"),
        ([hexagon("a", "b", 3)], "there is not"),
        ([hexagon("a", "", 3), hexagon("a1", "a", 4)], "count more"),
    ],
)
def test_a_map_that_does_not_add_up_is_refused(cells, said):
    with pytest.raises(ValueError, match=said):
        share_map(cells, R1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=1, max_size=12),
    st.sampled_from([R1, R3]),
)
def test_no_cell_drawn_counts_few_people_or_is_where_few_live(made, level):
    cells, parents = [], {}
    for number, (count, residents) in enumerate(made):
        cells.append(MapCell(f"c{number:02}", f"p{number // 4}", residents, count, count))
        held = parents.setdefault(f"p{number // 4}", [0, 0])
        held[0] += count
        held[1] += residents
    cells += [MapCell(name, "", residents, count, count) for name, (count, residents) in parents.items()]
    true = {each.cell: each for each in cells}
    for each in share_map(cells, level):
        if each.count.value:
            assert true[each.cell].count >= 5
            assert true[each.cell].residents >= 10


def ring(size, start=0):
    return [(start + i, start + (i + 1) % size) for i in range(size)]


def test_a_ring_may_be_drawn_for_nobody_stands_out():
    shared = share_network([0] * 6, ring(6), PRESET)
    assert shared.drawn == tuple(sorted((min(t), max(t)) for t in ring(6)))
    assert [(each.label, str(each.members), str(each.ties)) for each in shared.groups] == [("A", "6", "6")]


def test_a_star_may_not_be_drawn_for_its_middle_stands_out():
    shared = share_network([0] * 6, [(0, i) for i in range(1, 6)], PRESET)
    assert shared.drawn is None
    assert str(shared.groups[0].ties) == "5"


def test_neighbours_tell_members_of_equal_degree_apart():
    # Two rings of six joined by nothing, and one tie across one of them: equal degrees are not enough.
    alike = find_alike(np.array([*ring(6), (0, 3)]), 6)
    assert alike.tolist() == [2, 4, 4, 2, 4, 4]
    triangles = find_alike(np.array(ring(3) + ring(3, 3) + ring(6, 6)), 12)
    assert triangles.tolist() == [6] * 12


def test_a_group_under_five_is_left_out_with_its_ties():
    shared = share_network([7] * 6 + [9] * 4, ring(6) + ring(4, 6) + [(0, 6)], PRESET)
    assert [each.label for each in shared.groups] == ["A"]
    assert (str(shared.kept_back), dict(shared.between)) == ("[c]", {})
    assert shared.drawn is not None
    assert max(end for tie in shared.drawn for end in tie) == 5


def test_few_ties_between_groups_are_withheld_and_many_are_rounded():
    groups = [0] * 6 + [1] * 6
    few = share_network(groups, ring(6) + ring(6, 6) + [(0, 6), (1, 7)], PRESET)
    assert str(few.between["A", "B"]) == "[c]"
    many = share_network(groups, ring(6) + ring(6, 6) + [(i, 6 + i) for i in range(6)], get_preset("default"))
    assert str(many.between["A", "B"]) == "5"


def test_a_tie_said_twice_or_to_oneself_is_one_or_none():
    shared = share_network([0] * 5, [*ring(5), (1, 0), (2, 2)], PRESET)
    assert str(shared.groups[0].ties) == "5"
    with pytest.raises(ValueError, match="there is not"):
        share_network([0] * 5, [(0, 5)], PRESET)


def test_a_network_without_ties_or_members_is_taken():
    assert share_network([], [], PRESET).drawn == ()
    assert share_network([0] * 5, [], PRESET).drawn == ()


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
