"""What a table shows at each level."""

import pytest

from kithmap.governance.cells import Cell, Status
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.rules import CountRule, Sets, Sums

R0, R1, R3 = (LEVELS[level] for level in (Level.R0, Level.R1, Level.R3))
ONE_COLUMN = CountRule(("young_people",))


def words(rows, column="young_people"):
    return [str(row[column]) for row in rows]


def test_a_small_count_is_withheld_and_a_nought_is_shown():
    rows = [
        {"school": s, "young_people": n} for s, n in [("School 01", 0), ("School 02", 4), ("School 03", 5)]
    ]
    assert words(protect(rows, ONE_COLUMN, R1)) == ["0", "[c]", "5"]


def test_inside_the_desk_every_count_is_shown():
    rows = [{"school": "School 01", "young_people": 1}]
    assert words(protect(rows, ONE_COLUMN, R0)) == ["1"]


def test_the_public_sees_counts_to_the_nearest_five():
    rows = [
        {"school": s, "young_people": n} for s, n in [("School 01", 7), ("School 02", 8), ("School 03", 3)]
    ]
    shown = protect(rows, ONE_COLUMN, R3)
    assert words(shown) == ["5", "10", "[c]"]
    assert shown[0]["young_people"].status is Status.ROUNDED


def test_a_count_nobody_knows_is_not_a_nought():
    assert words(protect([{"school": "School 01", "young_people": None}], ONE_COLUMN, R1)) == ["[x]"]


def test_one_small_part_of_a_total_takes_another_with_it():
    rule = CountRule(("young_people",), adds_up=Sums(("sex",)))
    rows = [{"sex": s, "young_people": n} for s, n in [("All", 40), ("F", 37), ("M", 3)]]
    shown = {row["sex"]: str(row["young_people"]) for row in protect(rows, rule, R1)}
    assert shown["M"] == "[c]"
    assert "[c]" in (shown["F"], shown["All"])


def test_two_small_parts_of_a_shown_total_hide_each_other():
    rule = CountRule(("young_people",), adds_up=Sums(("sex",)))
    rows = [{"sex": s, "young_people": n} for s, n in [("All", 27), ("F", 20), ("M", 4), ("U", 3)]]
    shown = {row["sex"]: str(row["young_people"]) for row in protect(rows, rule, R1)}
    assert shown == {"All": "27", "F": "20", "M": "[c]", "U": "[c]"}


def test_people_left_out_of_the_rows_are_guarded_too():
    # 40 in all and 37 on the list shown: three people are on a list that is not a row.
    rule = CountRule(("young_people",), adds_up=Sums(("list",)))
    rows = [{"list": s, "young_people": n} for s, n in [("All", 40), ("CSE", 37)]]
    assert "[c]" in words(protect(rows, rule, R1))


def test_an_overlap_of_three_lists_keeps_the_small_combination_safe():
    rule = CountRule(("young_people",), adds_up=Sets("lists"))
    counts = {"CSE": 20, "gangs": 18, "CSE + gangs": 2}
    rows = [{"lists": k, "kind": "combination", "young_people": n} for k, n in counts.items()]
    rows += [{"lists": "CSE", "kind": "total", "young_people": 22}]
    rows += [{"lists": "gangs", "kind": "total", "young_people": 20}]
    rows += [{"lists": "All", "kind": "all", "young_people": 40}]
    shown = {(r["kind"], r["lists"]): r["young_people"] for r in protect(rows, rule, R1)}
    assert shown["combination", "CSE + gangs"].status is Status.WITHHELD
    assert sum(cell.status is Status.WITHHELD for cell in shown.values()) >= 3


def test_a_rate_is_withheld_with_its_count_and_with_the_total_it_is_a_share_of():
    rule = CountRule(("young_people",), derived=(("share", ("young_people",)),), adds_up=Sums(("sex",)))
    rows = [
        {"sex": "All", "young_people": 7, "share": 1.0},
        {"sex": "F", "young_people": 5, "share": 5 / 7},
        {"sex": "M", "young_people": 2, "share": 2 / 7},
    ]
    shown = {row["sex"]: row for row in protect(rows, rule, R1)}
    withheld = {sex for sex, row in shown.items() if row["young_people"].value is None}
    assert {sex for sex, row in shown.items() if row["share"].value is None} >= withheld
    if "All" in withheld:
        assert all(row["share"].value is None for row in shown.values())


def test_a_rate_is_withheld_where_counts_are_rounded():
    rule = CountRule(("young_people",), derived=(("rate", ("young_people",)),))
    rows = [{"school": "School 01", "young_people": 23, "rate": 2.3}]
    assert words(protect(rows, rule, R1), "rate") == ["2.3"]
    assert words(protect(rows, rule, R3), "rate") == ["[c]"]


def test_a_school_is_named_only_inside():
    rule = CountRule(("young_people",), names=("name",))
    rows = [{"school": "School 01", "name": "Larkfield Academy", "young_people": 23}]
    assert protect(rows, rule, R0)[0]["name"] == "Larkfield Academy"
    assert "name" not in protect(rows, rule, R1)[0]


def test_the_order_of_rows_tells_nothing_of_a_withheld_count():
    # Sorted by count, the withheld row would stand between 9 and 5.
    rows = [{"school": s, "young_people": n} for s, n in [("D", 9), ("B", 4), ("C", 0), ("A", 3)]]
    shown = protect(rows, ONE_COLUMN, R1)
    assert [row["school"] for row in shown] == ["D", "C", "A", "B"]


def test_rows_in_the_order_of_their_labels_stay_where_they_are():
    rows = [{"age": a, "young_people": n} for a, n in [("10", 3), ("11", 9), ("12", 2)]]
    assert [row["age"] for row in protect(rows, ONE_COLUMN, R1)] == ["10", "11", "12"]


def test_each_count_column_is_judged_alone():
    rule = CountRule(("young_people", "events"))
    rows = [{"harm": "CSE", "young_people": 3, "events": 12}]
    shown = protect(rows, rule, R1)[0]
    assert (str(shown["young_people"]), str(shown["events"])) == ("[c]", "12")


def test_numbers_that_are_no_counts_and_days_are_shown_as_they_are():
    from datetime import date

    rows = [
        {"list": "CSE", "from": date(2026, 3, 1), "is_ap": True, "lists": 2, "young_people": 9, "note": None}
    ]
    shown = protect(rows, ONE_COLUMN, R1)[0]
    assert shown == {
        "list": "CSE", "from": "2026-03-01", "is_ap": "yes", "lists": Cell(2), "young_people": Cell(9), "note": None,
    }  # fmt: skip


def test_rows_that_come_to_more_than_their_total_are_refused():
    rule = CountRule(("young_people",), adds_up=Sums(("list",)))
    rows = [{"list": s, "young_people": n} for s, n in [("All", 45), ("CSE", 30), ("gangs", 30)]]
    with pytest.raises(ValueError, match="come to more"):
        protect(rows, rule, R1)


def test_a_rule_that_adds_up_nothing_is_refused():
    rule = CountRule(("young_people",), adds_up=Sums(("sex",)))
    rows = [{"sex": "All", "kind": "a", "young_people": 9}, {"sex": "F", "kind": "b", "young_people": 9}]
    with pytest.raises(ValueError, match="No row adds up"):
        protect(rows, rule, R1)


def test_no_rows_stay_no_rows():
    assert protect([], CountRule(("young_people",), adds_up=Sums(("sex",))), R1) == ()


def test_a_withheld_cell_has_no_value_and_every_other_has_one():
    for value, status in [
        (3, Status.WITHHELD),
        (3, Status.UNKNOWN),
        (None, Status.SHOWN),
        (None, Status.ROUNDED),
    ]:
        with pytest.raises(ValueError, match="no value"):
            Cell(value, status)
    assert [str(cell) for cell in (Cell(1234), Cell(2.25), Cell(0))] == ["1,234", "2.2", "0"]


def test_a_rate_nobody_can_work_out_is_not_known():
    rule = CountRule(("young_people",), derived=(("rate", ("young_people",)),))
    rows = [{"school": s, "young_people": 9, "rate": rate} for s, rate in [("A", None), ("B", float("nan"))]]
    assert words(protect(rows, rule, R1), "rate") == ["[x]", "[x]"]


def test_a_count_nobody_knows_leaves_its_sum_alone():
    rule = CountRule(("young_people",), adds_up=Sums(("sex",)))
    rows = [{"sex": s, "young_people": n} for s, n in [("All", 40), ("F", None), ("M", 3)]]
    shown = {row["sex"]: str(row["young_people"]) for row in protect(rows, rule, R1)}
    assert shown == {"All": "40", "F": "[x]", "M": "[c]"}


def test_totals_over_two_columns_are_all_looked_at():
    rule = CountRule(("young_people",), adds_up=Sums(("sex", "age")))
    counts = {("F", "10"): 20, ("F", "11"): 3, ("M", "10"): 30, ("M", "11"): 40}
    rows = [{"sex": s, "age": a, "young_people": n} for (s, a), n in counts.items()]
    rows.append({"sex": "All", "age": "All", "young_people": 93})
    shown = {(row["sex"], row["age"]): str(row["young_people"]) for row in protect(rows, rule, R1)}
    assert shown["F", "11"] == "[c]"
    assert list(shown.values()).count("[c]") == 2


def test_lists_are_added_up_within_each_place():
    rule = CountRule(("young_people",), adds_up=Sets("lists"))
    rows = [
        {"place": p, "lists": lists, "kind": kind, "young_people": n}
        for p, lists, kind, n in [
            ("A", "cse", "combination", 3), ("A", "gangs", "combination", 20), ("A", "All", "all", 23),
            ("B", "cse", "combination", 30), ("B", "gangs", "combination", 20), ("B", "All", "all", 50),
            ("B", "cse", "other", 12),
        ]
    ]  # fmt: skip
    shown = protect(rows, rule, R1)
    assert [str(row["young_people"]) for row in shown if row["place"] == "B"] == ["30", "20", "50", "12"]
    assert [str(row["young_people"]) for row in shown if row["place"] == "A"].count("[c]") == 2
