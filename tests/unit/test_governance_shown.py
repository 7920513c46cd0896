"""What is shown of a table once it is known what is withheld: averages, shares, ranges, order, and what goes besides."""

from dataclasses import replace
from datetime import date

import pytest

from kithmap.governance.averages import find_withheld_averages
from kithmap.governance.cells import Status
from kithmap.governance.disclosure import protect, protect_and_prove, protect_linked
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.relations import Relation
from kithmap.governance.row_order import places_of
from kithmap.governance.rules import Average, CountRule, Meetings, Ratio, Sets, Sums

R0, R1, R3 = (LEVELS[level] for level in (Level.R0, Level.R1, Level.R3))
BY_TWO = replace(R1, preset=replace(R1.preset, round_to=2))
COUNT = CountRule(("n",))
BY_SEX = CountRule(("n",), adds_up=Sums(("sex",), known=("sex",)))
AGE = Average("age", "n")


def rows(columns: str, *lines: tuple) -> list[dict]:
    return [dict(zip(columns.split(), line, strict=True)) for line in lines]


def words(shown, column: str = "n") -> list[str]:
    return [str(row[column]) for row in shown]


# Means and medians.


def means(*lines: tuple) -> list[dict]:
    return rows("n age", *lines)


def test_a_median_is_shown_where_ten_are_behind_it():
    median = replace(AGE, adds_up=False)
    assert find_withheld_averages(means((10, 14.0), (9, 14.0)), median, frozenset(), ()) == {1}


def test_an_average_that_nobody_knows_is_not_withheld():
    listed = means((None, None), (None, 14.0), (5, None), (30, 14.0))
    assert find_withheld_averages(listed, AGE, frozenset(), ()) == frozenset()


def test_a_mean_whose_count_is_withheld_takes_another_with_it_and_a_median_none():
    """Ages come to 840, 420 and 420: of two, the third would follow."""
    listed = means((60, 14.0), (30, 14.0), (30, 14.0))
    both = [Relation(0, (1, 2))]
    assert len(find_withheld_averages(listed, AGE, frozenset({2}), both)) == 2
    assert find_withheld_averages(listed, replace(AGE, adds_up=False), frozenset({2}), both) == {2}


def test_a_mean_of_few_is_withheld_where_nothing_adds_up_and_where_a_part_has_no_mean():
    listed = means((60, 14.0), (9, 14.0), (30, None))
    assert find_withheld_averages(listed, AGE, frozenset(), ()) == {1}
    assert find_withheld_averages(listed, AGE, frozenset({2}), [Relation(0, (1, 2))]) == {1, 2}


def test_means_may_be_nought_and_below_it_where_none_is_withheld():
    nought = means((40, 2.5), (9, 0.0), (10, 0.2), (11, 8.91))
    told = find_withheld_averages(nought, AGE, frozenset(), [Relation(0, (1, 2, 3))])
    # The ten share two: one of these may be of the nine.
    assert told == {1, 2}
    assert find_withheld_averages(means((30, -1.0)), AGE, frozenset(), ()) == frozenset()
    with pytest.raises(ValueError, match=r"^A mean of age is below nought; it cannot be judged\.$"):
        find_withheld_averages(means((30, -1.0), (3, 2.0)), AGE, frozenset(), ())


def test_a_withheld_mean_is_known_no_closer_than_its_measure_says():
    """Sums of two by two: 100 and 5, 5 and 1. Without these four, the first is from 99 to 105, and it is too close."""
    listed = means(
        *((10, 10.0), (10, 0.5), (10, 0.5), (10, 0.1)), *((20, 5.25), (20, 0.3), (20, 5.25), (20, 0.3))
    )
    adding_up = [Relation(4, (0, 1)), Relation(5, (2, 3)), Relation(6, (0, 2)), Relation(7, (1, 3))]
    loose = replace(AGE, closeness=0.001)
    assert find_withheld_averages(listed, loose, frozenset({0}), adding_up) == {0, 1, 2, 3}
    close = find_withheld_averages(listed, AGE, frozenset({0}), adding_up)
    assert {4, 6} & close


# Tables of the same people.


def test_everybody_on_any_list_is_everybody_of_the_other_table():
    lists = rows(
        "kind lists n", ("combination", "A", 20), ("combination", "B", 20), ("combination", "A + B", 6),
        ("total", "A", 26), ("total", "B", 26), ("all", "All", 46),
    )  # fmt: skip
    by_lists = CountRule(("n",), adds_up=Sets("lists"))
    ages = rows("age n", ("10", 3), ("11", 20), ("12", 23), ("All", 46))
    by_age = CountRule(("n",), adds_up=Sums(("age",)))
    first, second = protect_linked([(lists, by_lists), (ages, by_age)], R1)
    assert words(first.rows)[-1] == words(second.rows)[-1] == "46"
    assert words(second.rows).count("[c]") == 2
    ages[1]["n"], ages[3]["n"] = 21, 47
    with pytest.raises(ValueError, match="do not agree"):
        protect_linked([(lists, by_lists), (ages, by_age)], R1)


def test_a_column_of_one_table_alone_is_judged_beside_a_column_of_both():
    first = rows("sex n events", ("F", 20, 3), ("M", 3, 30), ("U", 17, 40), ("All", 40, 73))
    second = rows("sex area n", ("F", "A", 20), ("M", "A", 3), ("U", "A", 17), ("All", "A", 40))
    both = replace(BY_SEX, counts=("n", "events"))
    one, other = protect_linked([(first, both), (second, BY_SEX)], R1)
    assert (set(one.proofs), set(other.proofs)) == ({"n", "events"}, {"n"})
    assert words(one.rows, "events")[0] == "[c]"
    assert words(one.rows, "events").count("[c]") == words(one.rows).count("[c]") == 2
    assert words(one.rows)[1] == words(other.rows)[1] == "[c]"


def test_rows_of_one_table_that_nothing_tells_apart_are_judged_one_by_one():
    assert words(protect(rows("school n", ("A", 9), ("A", 3)), COUNT, R1)) == ["9", "[c]"]


def test_what_adds_up_to_nothing_has_no_proof():
    assert protect_and_prove(rows("school n", ("A", 9), ("B", 3)), COUNT, R1).proofs == {}


def test_a_reader_who_knows_a_row_is_heeded_with_and_without_a_proof():
    rule = CountRule(("n",), adds_up=Sums(("school",), known=("school",)))
    listed = rows("school n", ("A", 3), ("B", 4), ("C", 27), ("D", 30), ("All", 64))
    knows = ({"school": "A"},)
    proved = protect_and_prove(listed, rule, R1, knows).rows
    assert words(proved).count("[c]") == 3
    assert protect(listed, rule, R1, knows) == proved
    assert protect_linked([(listed, rule)], R1, knows)[0].rows == proved


# What is withheld besides.


def test_with_a_row_withheld_besides_go_its_rate_its_share_its_mean_and_its_range():
    rule = CountRule(
        ("n", "events"), derived=(("rate", ("n",)),), ratios=(Ratio("percent", "n", base="roll"),),
        averages=(Average("age", "n"),), people=("n",),
    )  # fmt: skip
    beside = {"n_low": 19, "n_high": 22, "n_likely": 20, "n_unsure": 0}
    listed = [
        {"school": s, "n": 20, "events": e, "rate": 2.0, "roll": 100, "percent": 20.0, "age": 14.0, **beside}
        for s, e in (("A", 50), ("B", None))
    ]
    first, second = protect(listed, rule, R1, besides=frozenset({1}))
    assert "[c]" not in {str(value) for value in first.values()}
    withheld = ("n", "rate", "percent", "age", *beside)
    assert {name for name, value in second.items() if str(value) == "[c]"} == set(withheld)
    assert (str(second["events"]), str(second["roll"])) == ("[x]", "100")


def test_what_rests_on_a_row_goes_with_it_wherever_it_stands():
    rule = CountRule(("n",), derived=(("least", ("n",)),), adds_up=Sums(("group",)), rests_on="not known")
    listed = rows("group n least", ("A", 20, 1.5), ("B", 30, 0.7), ("not known", 6, None), ("All", 56, 1.0))
    assert words(protect(listed, rule, R1), "least") == ["1.5", "0.7", "[x]", "1.0"]
    assert words(protect(listed, rule, R1, besides=frozenset({0})), "least") == ["[c]", "0.7", "[x]", "1.0"]
    assert set(words(protect(listed, rule, R1, besides=frozenset({2})), "least")) == {"[c]"}


SCHOOLS = CountRule(
    ("n",), derived=(("rate", ("n",)), ("test", ("n",))), adds_up=Sums(("school",), known=("school",)),
    left_out="roll", of_all=("test",),
)  # fmt: skip


def test_a_test_of_all_rows_goes_with_any_count_and_a_rate_only_with_its_own():
    """20 and 30 shown of 65, and 12 and 3 not: how evenly all are spread would tell which is the 3."""
    listed = rows(
        "school n roll rate test", ("A", 20, 500, 40.0, None), ("B", 30, 600, 50.0, None), ("C", 3, 300, 10.0, None),
        ("D", 12, 400, 30.0, None), ("All", 65, 1800, 36.1, 3.2),
    )  # fmt: skip
    shown = protect(listed, SCHOOLS, R1)
    assert words(shown, "rate") == ["40.0", "50.0", "[c]", "[c]", "36.1"]
    assert set(words(shown, "test")) == {"[c]"}
    assert words(protect(listed, SCHOOLS, R0), "test")[-1] == "3.2"


@pytest.mark.parametrize("nothing", [None, 0])
def test_a_rate_of_those_with_a_roll_goes_with_the_count_of_those_without(nothing):
    """65 of 1,800 on roll are 36.1 in a thousand: of 68 in all the other three are of no school."""
    listed = rows(
        "school n roll rate test", ("A", 20, 500, 40.0, None), ("B", 45, 1300, 34.6, None),
        ("none", 3, nothing, None, None), ("All", 68, 1800, 36.1, 3.2),
    )  # fmt: skip
    assert set(words(protect(listed, SCHOOLS, R1), "rate")) == {"[c]"}
    listed[2]["n"], listed[3]["n"] = 5, 70
    assert words(protect(listed, SCHOOLS, R1), "rate") == ["40.0", "34.6", "[x]", "36.1"]


def test_a_share_goes_with_the_total_it_is_a_share_of_and_no_further():
    rule = replace(BY_SEX, derived=(("share", ("n",)),))
    listed = [
        {"area": area, "sex": sex, "n": n, "share": 0.5}
        for area in ("A", "B")
        for sex, n in (("F", 20), ("M", 20), ("All", 40))
    ]
    shown = protect(listed, rule, R1, besides=frozenset({2}))
    assert words(shown, "share") == ["[c]", "[c]", "[c]", "0.5", "0.5", "0.5"]
    assert words(shown).count("[c]") == 1


def test_what_is_computed_from_two_counts_goes_with_either():
    rule = CountRule(("n", "events"), derived=(("each", ("n", "events")),))
    listed = rows("school n events each", ("A", 3, 9, 3.0), ("B", 9, 3, 0.3), ("C", 9, 9, 1.0))
    assert words(protect(listed, rule, R1), "each") == ["[c]", "[c]", "1.0"]


# The order of rows.


def test_withheld_rows_of_totals_and_of_details_go_last_among_their_own():
    """Sorted by count: the total of M would stand between those of F and U, and tell that it is from 9 to 40."""
    rule = CountRule(("n",), adds_up=Sums(("sex", "age"), known=("sex", "age")))
    listed = rows(
        "sex age n", ("F", "All", 29), ("M", "All", 20), ("All", "All", 49), ("F", "11", 20),
        ("M", "11", 11), ("F", "10", 9), ("M", "10", 9), ("All", "11", 31), ("All", "10", 18),
    )  # fmt: skip
    shown = protect(listed, rule, R1, besides=frozenset({3, 7}))
    assert [(row["sex"], row["age"]) for row in shown] == [
        ("F", "All"), ("M", "All"), ("All", "All"), ("M", "11"), ("F", "10"), ("M", "10"), ("F", "11"),
        ("All", "10"), ("All", "11"),
    ]  # fmt: skip


def test_lists_and_their_combinations_are_each_in_an_order_of_their_own():
    rule = CountRule(("n",), adds_up=Sets("lists"))
    listed = rows(
        "kind lists n", ("combination", "B", 30), ("combination", "A", 20), ("combination", "A + B", 9),
        ("total", "A", 29), ("total", "B", 39), ("all", "All", 59),
    )  # fmt: skip
    shown = protect(listed, rule, R1, besides=frozenset({0}))
    assert [row["lists"] for row in shown] == ["A", "A + B", "B", "A", "B", "All"]


def test_groups_are_in_one_order_and_their_pairs_in_another():
    rule = CountRule(("n",), adds_up=Meetings("group", "other", "itself", "people"))
    listed = rows(
        "group other n", ("P2", "itself", 40), ("P1", "itself", 30), ("P3", "itself", 20),
        ("P1", "P3", 12), ("P1", "P2", 9),
    )  # fmt: skip
    shown = protect(listed, rule, R1, besides=frozenset({0}))
    assert [row["group"] for row in shown] == ["P1", "P3", "P2", "P1", "P1"]


def test_rows_in_the_order_of_their_labels_stay_though_they_are_withheld():
    listed = rows("school n", ("A", 30), ("B", 20), ("C", 9))
    assert [row["school"] for row in protect(listed, COUNT, R1, besides=frozenset({0}))] == ["A", "B", "C"]


def test_a_row_of_nobody_goes_where_its_label_puts_it():
    rule = CountRule(("n",), adds_up=Sums(("harm",)))
    listed = rows(
        "school harm n",
        ("A", "CSE", 12),
        ("A", "All", 12),
        ("B", "CSE", 9),
        ("B", "SYV", 8),
        ("B", "All", 17),
    )
    shown = [(row["school"], row["harm"]) for row in protect(listed, rule, R1)]
    assert [each for each in shown if each[1] != "All"] == [
        ("A", "CSE"), ("A", "SYV"), ("B", "CSE"), ("B", "SYV"),
    ]  # fmt: skip


def test_of_two_rows_of_nobody_only_the_one_that_hides_where_all_of_a_group_are_is_added():
    rule = CountRule(("n",), adds_up=Sums(("school", "harm")))
    listed = rows(
        "school harm n", ("A", "CSE", 9), ("A", "SYV", 9), ("A", "All", 18), ("C", "HSB", 6), ("C", "All", 6),
        ("All", "All", 24),
    )  # fmt: skip
    shown = {(row["school"], row["harm"]): str(row["n"]) for row in protect(listed, rule, R1)}
    assert shown == {
        ("A", "CSE"): "9", ("A", "SYV"): "9", ("A", "All"): "18", ("C", "HSB"): "[c]", ("C", "SYV"): "[c]",
        ("C", "All"): "6", ("All", "All"): "24",
    }  # fmt: skip


def test_every_row_is_found_again_wherever_it_went():
    listed = rows("school name n", ("D", "one", 9), ("B", "two", 4), ("C", "six", 0), ("A", "ten", 3))
    rule = replace(COUNT, names=("name",))
    shown = protect(listed, rule, R1)
    assert [shown[place]["school"] for place in places_of(listed, shown, rule)] == ["D", "B", "C", "A"]
    assert places_of(listed[:1], shown[:1], rule) == (0,)
    assert places_of([], [], rule) == ()
    with pytest.raises(ValueError, match=r"^Two rows of the table have the same labels\.$"):
        places_of([*listed, listed[0]], [*shown, shown[0]], rule)


# Values, one by one.


def test_a_share_whose_whole_is_no_row_is_withheld():
    rule = replace(BY_SEX, ratios=(Ratio("percent", "n", share_over="age"),))
    listed = rows("sex n percent", ("F", 20, 50.0), ("M", 20, 50.0), ("All", 40, 100.0))
    assert set(words(protect(listed, rule, R1), "percent")) == {"[c]"}


def test_a_share_of_counts_rounded_to_two_is_worked_out_of_these():
    rule = replace(BY_SEX, ratios=(Ratio("percent", "n", share_over="sex"),))
    listed = rows("sex n percent", ("F", 17, 50.0), ("M", 17, 50.0), ("All", 34, 100.0))
    shown = protect(listed, rule, BY_TWO)
    assert [row["percent"].value for row in shown] == [100 * 18 / 34, 100 * 18 / 34, 100.0]
    assert {row["percent"].status for row in shown} == {Status.ROUNDED}
    exact = protect(listed, rule, R1)
    assert [row["percent"].value for row in exact] == [50.0, 50.0, 100.0]
    assert {row["percent"].status for row in exact} == {Status.SHOWN}


def test_a_rate_out_of_a_public_number_is_out_of_that_number():
    rule = CountRule(("n",), ratios=(Ratio("rate", "n", base="roll", times=1000.0),))
    listed = rows(
        "school n roll rate",
        ("A", 23, 103, 1.0),
        ("B", 9, 0, None),
        ("C", 9, None, None),
        ("D", None, 90, None),
    )
    assert [row["rate"].value for row in protect(listed, rule, R3)] == [1000 * 25 / 103, None, None, None]
    assert words(protect(listed, rule, R3), "rate")[1:] == ["[x]", "[x]", "[x]"]
    assert words(protect(listed, rule, R1), "rate")[1:] == ["[x]", "[x]", "[x]"]


def test_a_rate_of_counts_rounded_to_two_is_withheld_where_it_is_known():
    rule = CountRule(("n",), derived=(("rate", ("n",)),))
    listed = rows("school n rate", ("A", 23, 2.3), ("B", 9, None))
    assert words(protect(listed, rule, BY_TWO), "rate") == ["[c]", "[x]"]


def test_counts_are_rounded_to_two_and_shown_as_rounded():
    shown = protect(rows("school n", ("A", 23), ("B", None), ("C", 8)), COUNT, BY_TWO)
    assert [(str(row["n"]), row["n"].status) for row in shown] == [
        ("24", Status.ROUNDED), ("[x]", Status.UNKNOWN), ("8", Status.ROUNDED),
    ]  # fmt: skip
    assert str(protect(rows("school n", ("A", True)), COUNT, R0)[0]["n"]) == "1"


RANGED = CountRule(("n",), people=("n",))


def ranged(count, low, high, likely, unsure) -> list[dict]:
    return rows("school n n_low n_high n_likely n_unsure", ("A", count, low, high, likely, unsure))


def told(level, *row) -> list[str]:
    (shown,) = protect(ranged(*row), RANGED, level)
    return [str(shown[f"n_{part}"]) for part in ("low", "high", "likely", "unsure")]


@pytest.mark.parametrize(
    ("level", "row", "shown"),
    [
        (R1, (20, 18, 23, 21, 5), ["18", "23", "21", "5"]),
        (R1, (20, 18, 23, 21, 4), ["18", "23", "21", "[c]"]),
        (R1, (20, 18, 23, 21, 1), ["18", "23", "21", "[c]"]),
        (R1, (20, 3, 23, 2, 0), ["3", "23", "2", "0"]),
        (R1, (3, 2, 4, 3, 0), ["[c]"] * 4),
        (R1, (None, 18, 23, 21, 5), ["None"] * 4),
        (R1, (20, None, None, None, None), ["None"] * 4),
        # To the nearest five 23 is 25, and 3 more are one step more, 4 more are two; what is likeliest is not told.
        (R3, (23, 20, 26, 24, 9), ["20", "30", "[c]", "[c]"]),
        (R3, (23, 19, 27, 24, 9), ["15", "35", "[c]", "[c]"]),
        (R3, (23, 23, 23, 24, 0), ["25", "25", "[c]", "[c]"]),
        (R3, (8, 1, 8, 8, 0), ["0", "10", "[c]", "[c]"]),
        # To the nearest two 21 is 22; one more is a step, for somebody may be hidden by the rounding.
        (BY_TWO, (21, 20, 22, 21, 0), ["20", "24", "[c]", "[c]"]),
    ],
)  # fmt: skip
def test_a_range_is_told_as_closely_as_its_count(level, row, shown):
    assert told(level, *row) == shown


def test_a_range_rounded_is_marked_as_rounded_and_one_that_is_not_as_shown():
    assert protect(ranged(20, 18, 23, 21, 5), RANGED, R1)[0]["n_low"].status is Status.SHOWN
    assert protect(ranged(20, 18, 23, 21, 5), RANGED, R3)[0]["n_low"].status is Status.ROUNDED


def test_what_is_no_number_is_not_known_and_labels_are_words():
    rule = CountRule(("n",), derived=(("rate", ("n",)),))
    listed = [
        {"school": "A", "n": 9, "rate": value, "open": flag, "since": date(2026, 3, 1), "size": size}
        for value, flag, size in ((True, True, 2.5), (float("inf"), False, float("nan")), ("2.3", None, 7))
    ]
    shown = protect(listed, rule, R1)
    assert words(shown, "rate") == ["[x]", "[x]", "[x]"]
    assert [row["open"] for row in shown] == ["yes", "no", None]
    assert {row["since"] for row in shown} == {"2026-03-01"}
    assert words(shown, "size") == ["2.5", "[x]", "7"]
