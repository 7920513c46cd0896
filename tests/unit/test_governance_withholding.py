"""Which rows add up, which counts tell by themselves, which by what is beside them: found by mutating the modules."""

from dataclasses import replace

import pytest

from kithmap.governance.completing import with_missing_rows
from kithmap.governance.disclosure import protect, protect_linked
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.presets import get_preset
from kithmap.governance.primary import find_alone, find_small, find_whole_groups
from kithmap.governance.relations import Relation, find_children, find_relations, label_columns
from kithmap.governance.rules import CountRule, Meetings, Ratio, Sets, Sums
from kithmap.governance.withheld import Part, _Problem, judge, make_part

R1 = LEVELS[Level.R1]
PARTNERSHIP, INTERNAL = get_preset("partnership"), get_preset("internal")
BY_HARM = CountRule(("n",), adds_up=Sums(("harm",)))
BY_BOTH = CountRule(("n",), adds_up=Sums(("area", "sex")))
LISTS = CountRule(("n",), adds_up=Sets("lists"))
GROUPS = CountRule(("n",), adds_up=Meetings("group", "other", "itself", "people"))
WARDS = (("Kilburn", "Camden"), ("Holborn", "Camden"))
BY_WARD = CountRule(("n",), adds_up=Sums(("area",), within=(("area", WARDS),)))


def table(text: str, *columns: str) -> list[dict]:
    """Rows from words: `A CSE 12`; a dash is a column that says nothing."""
    rows = [line.split() for line in text.strip().split(";")]
    return [
        {name: None if word == "-" else int(word) if word.isdecimal() else word.replace("_", " ")
         for name, word in zip((*columns, "n"), row, strict=True)}
        for row in rows
    ]  # fmt: skip


def lists(text: str) -> list[dict]:
    return table(text, "kind", "lists")


def shown(rows, *columns) -> dict:
    return {tuple(row[name] for name in columns): str(row["n"]) for row in rows}


# Rows that are left out because nobody is in them.


def test_the_missing_rows_of_every_group_are_added():
    rows = table("A CSE 12; A All 12; B CSE 7; B All 7; C CSE 9; C SYV 8; C All 17", "school", "harm")
    added = with_missing_rows(rows, BY_HARM)[len(rows) :]
    assert added == table("A SYV 0; B SYV 0", "school", "harm")


@pytest.mark.parametrize(
    "rows",
    [
        "A CSE 5; A All 12; B SYV 9; B All 9; B CSE 0",  # seven of A are somewhere else
        "A CSE 12; A SYV 0; A All 12; B HSB 4; B CSE 5; B SYV 1; B All 10",  # a nought is there to be withheld
        "A CSE 0; A All 0; B CSE 9; B SYV 8; B All 17",  # of a group of nobody nothing is told
    ],
)
def test_no_row_is_added_where_none_is_the_whole_of_its_group(rows):
    listed = table(rows, "school", "harm")
    assert with_missing_rows(listed, BY_HARM) == listed


def test_no_row_is_added_for_what_anybody_may_know_of_a_person():
    known = CountRule(("n",), adds_up=Sums(("school",), known=("school",)))
    rows = table("CSE A 12; CSE All 12; SYV B 9; SYV A 8; SYV All 17", "harm", "school")
    assert with_missing_rows(rows, known) == rows


def test_nothing_else_is_known_of_a_row_of_nobody():
    rule = replace(BY_HARM, ratios=(Ratio("share", "n", base="roll"),), contributors=(("n", "people"),))
    rows = [
        {"school": school, "harm": harm, "n": n, "people": n, "share": 40.0}
        for school, harm, n in (("A", "CSE", 12), ("A", "All", 12), ("B", "SYV", 8), ("B", "All", 8))
    ]
    added = with_missing_rows(rows, rule)[len(rows) :]
    assert {(row["n"], row["people"], row["share"]) for row in added} == {(0, 0, None)}


def test_a_list_whose_all_are_on_another_gets_the_row_of_those_on_it_alone():
    rows = lists("total A 12; total B 30; combination A_+_B 12; combination B 18; all - 30")
    (added,) = with_missing_rows(rows, LISTS)[len(rows) :]
    assert added == {"kind": "combination", "lists": "A", "n": 0}


@pytest.mark.parametrize(
    "rows",
    [
        "total A 12; combination A 12; combination B 9; total B 9; all - 21",  # all of A are on no other list
        "total A 12; combination A_+_B 12; combination A 0; total B 12; combination B 0; all - 12",
    ],
)
def test_a_list_alone_or_with_its_rows_there_gets_none(rows):
    listed = lists(rows)
    assert with_missing_rows(listed, LISTS) == listed


def test_groups_that_meet_get_no_rows():
    rows = table("P1 itself 12; P2 itself 20; P1 P2 12", "group", "other")
    assert with_missing_rows(rows, GROUPS) == rows
    assert protect(rows, GROUPS, R1)


# Counts that tell by themselves.


@pytest.mark.parametrize(
    ("count", "people", "small"),
    [(1, 1, True), (9, 2, True), (9, 3, False), (9, None, True), (0, 0, False), (0, None, False)],
)
def test_a_count_of_events_has_as_many_people_behind_it_as_the_preset_asks(count, people, small):
    rule = CountRule(("n",), contributors=(("n", "people"),))
    preset = replace(INTERNAL, withhold_below=1, contributors=3)
    assert bool(find_small([{"n": count, "people": people}], "n", {0: count}, rule, preset)) is small


@pytest.mark.parametrize(
    ("count", "largest", "most", "small"),
    [
        (10, 9, 0.8, True),
        (10, 8, 0.8, False),
        (10, None, 0.8, True),
        (1, 1, 0.8, True),
        (0, None, 0.8, False),
        (10, None, 1.0, False),
        (10, 10, 1.0, False),
    ],
)
def test_no_one_person_is_behind_more_of_a_count_than_the_preset_lets_be(count, largest, most, small):
    rule = CountRule(("n",), largest=(("n", "largest"),))
    preset = replace(INTERNAL, withhold_below=1, dominance=most)
    assert bool(find_small([{"n": count, "largest": largest}], "n", {0: count}, rule, preset)) is small


@pytest.mark.parametrize(
    ("rows", "noughts"),
    [
        ("A CSE 12; A SYV 0; A All 12", ((1,),)),
        ("A CSE 1; A SYV 0; A HSB 0; A All 1", ((2, 1),)),  # one young person is a group too
        ("A CSE 12; A All 12", ()),  # no nought to withhold
        ("A CSE 5; A SYV 0; A All 12", ()),  # seven are elsewhere
        ("A CSE 5; A SYV 7; A HSB 0; A All 12", ()),
        ("A CSE 0; A SYV 0; A All 0", ()),
    ],
)
def test_noughts_tell_where_all_of_a_group_are_in_one_part(rows, noughts):
    listed = table(rows, "school", "harm")
    counts = {index: row["n"] for index, row in enumerate(listed)}
    found = find_whole_groups(listed, counts, find_relations(listed, BY_HARM), BY_HARM)
    assert {frozenset(each) for each in found} == {frozenset(each) for each in noughts}


@pytest.mark.parametrize(
    ("rows", "rule", "tells"),
    [
        (lists("total A 12; combination A_+_B 12; combination A 0"), LISTS, True),
        (lists("total A 12; combination A_+_B 0; combination A 12"), LISTS, False),
        (lists("all - 12; combination A_+_B 12; combination A 0"), LISTS, False),
        (table("P1 itself 12; P2 itself 20; P1 P2 12; P3 itself 6; P1 P3 0", "group", "other"), GROUPS, False),
    ],
)  # fmt: skip
def test_that_all_of_a_list_are_on_another_tells_and_that_groups_meet_does_not(rows, rule, tells):
    counts = {index: row["n"] for index, row in enumerate(rows)}
    assert bool(find_whole_groups(rows, counts, find_relations(rows, rule), rule)) is tells


def test_one_who_is_counted_alone_knows_it_of_every_whole_above():
    # Ward, borough and all are one; another ward of another borough is one as well.
    relations = [Relation(1, (2,)), Relation(0, (1, 3)), Relation(3, (4,))]
    counts = {0: 1, 1: 1, 2: 1, 3: 0, 4: 0, 5: 1, 6: 1}
    assert {frozenset(each) for each in find_alone(counts, relations, [0, 1, 2, 5])} == {
        frozenset({0, 1, 2}),
        frozenset({5}),
    }
    assert find_alone(counts, relations, []) == ()


def test_two_counted_alone_under_a_whole_of_two_are_two():
    assert find_alone({0: 2, 1: 1, 2: 1}, [Relation(0, (1, 2))], [0, 1, 2]) == ((1,), (2,))


# How rows add up.


def test_the_labels_of_a_row_are_neither_counts_nor_numbers_nor_names():
    rule = CountRule(("n", "m"), names=("school",), contributors=(("n", "people"),))
    rows = [{"harm": "CSE", "n": 9, "m": None, "people": None, "school": "Oak", "rank": 1, "is_open": True}]
    assert label_columns(rows, rule) == ("harm", "is_open")


def test_terms_are_within_their_years_and_what_is_not_said_within_the_total_in_the_order_of_their_words():
    terms = (("winter", 2025), ("summer", 2026), ("spring", 2026))
    sums = Sums(("term",), within=(("term", terms),))
    found = find_children([{"term": term} for term in ("All", None, 2026, "spring", 2025)], "term", sums)
    assert list(found.items()) == [
        (2025, ("winter",)),
        (2026, ("spring", "summer")),
        ("All", (2025, 2026, None)),
    ]


def ways(rows, rule) -> set:
    def words(index):
        return " ".join(str(value) for name, value in rows[index].items() if name != "n")

    return {
        (words(each.whole), frozenset(map(words, each.parts)), each.over)
        for each in find_relations(rows, rule)
    }


BOTH = "All All 40; X All 25; Y All 15; All F 22; All M 18; X F 12; X M 13; Y F 10; Y M 5"


def test_a_table_over_two_columns_adds_up_over_each_and_over_both():
    found = ways(table(BOTH, "area", "sex"), BY_BOTH)
    assert found == {
        ("All All", frozenset({"X All", "Y All"}), ("area",)),
        ("All All", frozenset({"All F", "All M"}), ("sex",)),
        ("All All", frozenset({"X F", "X M", "Y F", "Y M"}), ("area", "sex")),
        ("X All", frozenset({"X F", "X M"}), ("sex",)),
        ("Y All", frozenset({"Y F", "Y M"}), ("sex",)),
        ("All F", frozenset({"X F", "Y F"}), ("area",)),
        ("All M", frozenset({"X M", "Y M"}), ("area",)),
    }


def test_a_row_that_is_not_there_is_part_of_nothing():
    rows = table("All All 40; X F 12; X M 18; Y F 10", "area", "sex")
    assert ways(rows, BY_BOTH) == {("All All", frozenset({"X F", "X M", "Y F"}), ("area", "sex"))}


def test_over_two_of_three_columns_the_third_stays_as_it_is():
    rule = CountRule(("n",), adds_up=Sums(("area", "sex", "age")))
    rows = table("All All All 9; X F All 9; X F 12 4; X F 13 5", "area", "sex", "age")
    for row in rows:
        row["age"] = str(row["age"])
    assert ("All All All", frozenset({"X F All"}), ("area", "sex")) in ways(rows, rule)
    assert ("All All All", frozenset({"X F 12", "X F 13"}), ("area", "sex", "age")) in ways(rows, rule)


def test_a_list_keeps_its_name_of_several_words():
    rows = lists("total gangs_panel 12; combination gangs_panel 5; combination gangs_panel_+_CSE 7")
    (relation,) = find_relations(rows, LISTS)
    assert set(relation.parts) == {1, 2}


def test_lists_that_add_up_to_nothing_are_refused_with_what_was_declared():
    with pytest.raises(ValueError, match=r"No row adds up to another, though the rule declares Sets\("):
        find_relations(lists("total A 12; combination B 12"), LISTS)


def test_a_total_alone_is_a_table():
    assert find_relations([{"area": "All", "n": 60}], BY_WARD) == ()


def test_groups_hold_their_pairs_together_where_these_are_no_more_than_the_group():
    rows = table("P1 itself 12; P2 itself 20; P3 itself 9; P1 P2 5; P3 P1 7; P2 P3 4", "group", "other")
    # P1's pairs are twelve, as all of it; P3's are eleven, more than its nine; P2's are nine of its twenty.
    assert set(find_relations(rows, GROUPS)) == {
        Relation(0, (3, 4), ("other",)),
        Relation(1, (3, 5), ("other",)),
        Relation(2, (4,), ("other",)),
        Relation(2, (5,), ("other",)),
    }


# What is withheld for the sake of others.


def part(counts: dict[int, int], *relations: Relation, small: set[int] = frozenset(), **more) -> Part:
    return Part(counts, relations, frozenset(small), **more)


def test_over_two_columns_only_what_does_not_follow_is_kept():
    rows = table(BOTH, "area", "sex")
    made = make_part(rows, "n", find_relations(rows, BY_BOTH), BY_BOTH, PARTNERSHIP)
    assert {each.over for each in made.relations} == {("area",), ("sex",)}
    # Of Y nothing is known by sex, so that the total over both is more than its steps say.
    rows = table("All All 40; X All 25; Y All 15; X F 12; X M 13", "area", "sex")
    made = make_part(rows, "n", find_relations(rows, BY_BOTH), BY_BOTH, PARTNERSHIP)
    assert ("area", "sex") in {each.over for each in made.relations}


def test_noughts_that_tell_of_a_group_are_looked_for_only_where_the_preset_guards_groups():
    rows = table("A CSE 12; A SYV 0; A All 12", "school", "harm")
    relations = find_relations(rows, BY_HARM)
    groups = [
        make_part(rows, "n", relations, BY_HARM, replace(PARTNERSHIP, guards_groups=guards)).groups
        for guards in (True, False)
    ]
    assert groups == [((1,),), ()]


def test_what_adds_up_to_nothing_needs_no_more_than_itself_and_no_proof():
    judged = judge([part({0: 3, 1: 20}, small={0})], PARTNERSHIP)
    assert (judged.withheld, judged.proof) == ((frozenset({0}),), None)


@pytest.mark.parametrize(("width", "hidden"), [(0, {1}), (1, {1, 2})])
def test_a_preset_that_asks_for_any_doubt_at_all_has_more_withheld(width, hidden):
    sums = part({0: 23, 1: 3, 2: 20}, Relation(0, (1, 2)), small={1})
    judged = judge([sums], replace(PARTNERSHIP, minimum_width=width, guards_alone=False))
    assert (judged.proof is None) is (width == 0)
    assert (len(judged.withheld[0]) > 1) is (len(hidden) > 1)


def test_who_is_counted_alone_does_not_learn_the_other():
    sums = part({0: 54, 1: 1, 2: 3, 3: 20, 4: 30}, Relation(0, (1, 2, 3, 4)), small={1, 2})
    doubt = replace(PARTNERSHIP, minimum_width=1)
    (without,) = judge([sums], replace(doubt, guards_alone=False)).withheld
    (guarded,) = judge([sums], replace(doubt, guards_alone=True)).withheld
    assert without == {1, 2}
    assert len(guarded) == 3


@pytest.mark.parametrize(("rest", "withheld"), [(12, 0), (5, 0), (4, 1), (1, 1), (0, 0)])
def test_those_a_table_leaves_out_are_as_small_as_any_row(rest, withheld):
    rows = [{"harm": "All", "n": 50 + rest}, {"harm": "CSE", "n": 20}, {"harm": "SYV", "n": 30}]
    assert list(shown(protect(rows, BY_HARM, R1), "harm").values()).count("[c]") >= withheld
    if not withheld:
        assert "[c]" not in shown(protect(rows, BY_HARM, R1), "harm").values()


def test_of_two_tables_together_each_keeps_its_own_sums_small_counts_groups_and_readers():
    by_area = CountRule(("n",), adds_up=Sums(("area",)))
    one = table("All 90; X 3; Y 27; Z 60", "area")
    other = table("All 90; CSE 2; SYV 48; HSB 40", "harm")
    first, second = (each.rows for each in protect_linked([(one, by_area), (other, BY_HARM)], R1))
    for rows, column, small in ((first, "area", "X"), (second, "harm", "CSE")):
        marks = shown(rows, column)
        assert marks[small,] == "[c]"
        assert list(marks.values()).count("[c]") >= 2, "or the total would tell it"
    groups = table("A CSE 12; A SYV 0; A All 12", "school", "harm")
    areas = table("All 90; X 48; Y 42", "area")
    told, _ = (each.rows for each in protect_linked([(groups, BY_HARM), (areas, by_area)], R1))
    assert shown(told, "school", "harm")["A", "SYV"] == "[c]"


def test_the_problem_of_several_parts_holds_each_ones_sums_and_who_knows_what():
    parts = [
        part({0: 9, 1: 1, 2: 8}, Relation(0, (1, 2)), small={1}, groups=((2,),), known=((1,),)),
        part({0: 1, 1: 1}, Relation(0, (1,)), small={0, 1}, groups=((1,),), known=((0,),)),
    ]
    problem = _Problem(parts)
    assert problem.counts == [9, 1, 8, 1, 1]
    assert problem.sums == [((1, 2), 0), ((4,), 3)]
    assert (problem.small, problem.groups, problem.known) == ([1, 3, 4], [(2,), (4,)], [(1,), (3,)])
    assert {frozenset(each) for each in problem.alone()} == {frozenset({1}), frozenset({3, 4})}
    assert problem.rows_of(1, [False, False, False, True, False]) == {0}


def test_tables_that_disagree_or_add_up_to_too_much_are_refused():
    both = [part({0: 9}, same={0: "all"}), part({0: 8}, same={0: "all"})]
    with pytest.raises(ValueError, match=r"^Two tables count the same thing and do not agree on it\.$"):
        judge(both, PARTNERSHIP)
    rows = table("All 10; CSE 6; SYV 5", "harm")
    with pytest.raises(
        ValueError, match=r"^Some rows of the table come to more than the row they add up to\.$"
    ):
        protect(rows, BY_HARM, R1)
