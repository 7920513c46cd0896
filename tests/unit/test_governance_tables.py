"""Whole tables: columns that add up in steps, groups, those counted alone, events, shares and means."""

import itertools

import numpy as np
import pytest

from kithmap.errors import WrongUse
from kithmap.governance.disclosure import protect, protect_and_prove, protect_linked
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.presets import get_preset, presets
from kithmap.governance.relations import find_relations
from kithmap.governance.rules import Average, CountRule, Ratio, Sums

R0, R1, R2, R3 = (LEVELS[level] for level in Level)
WARDS = (("Kilburn", "Camden"), ("Holborn", "Camden"), ("Hoxton", "Hackney"), ("Dalston", "Hackney"))
BY_WARD = CountRule(("n",), adds_up=Sums(("area",), within=(("area", WARDS),)))


def rows_of(column, **counts):
    return [{column: name, "n": n} for name, n in counts.items()]


def words(rows, column="n"):
    return {next(iter(row.values())): str(row[column]) for row in rows}


def test_wards_add_up_to_boroughs_and_boroughs_to_all():
    rows = rows_of("area", All=60, Camden=25, Hackney=35, Kilburn=3, Holborn=22, Hoxton=15, Dalston=20)
    found = {(each.whole, each.parts) for each in find_relations(rows, BY_WARD)}
    assert {(whole, frozenset(parts)) for whole, parts in found} == {
        (0, frozenset({1, 2})), (1, frozenset({3, 4})), (2, frozenset({5, 6})),
    }  # fmt: skip


def test_what_follows_from_a_column_parts_no_rows_from_their_total():
    rule = CountRule(("n",), adds_up=Sums(("school",), known=("school",), follows=("authority",)))
    rows = [{"school": s, "authority": a, "n": n} for s, a, n in [
        ("A", "901", 3), ("B", "901", 20), ("C", "902", 17), ("no school", None, 8), ("All", None, 48),
    ]]  # fmt: skip
    assert list(words(protect(rows, rule, R1)).values()).count("[c]") == 2


def test_a_small_ward_takes_another_of_its_own_borough_with_it():
    rows = rows_of("area", All=60, Camden=25, Hackney=35, Kilburn=3, Holborn=22, Hoxton=15, Dalston=20)
    assert words(protect(rows, BY_WARD, R1)) == {
        "All": "60", "Camden": "25", "Hackney": "35", "Kilburn": "[c]", "Holborn": "[c]", "Hoxton": "15", "Dalston": "20",
    }  # fmt: skip


def test_wards_without_a_row_for_their_borough_add_up_to_all():
    rows = rows_of("area", All=60, Kilburn=3, Holborn=22, Hoxton=15, Dalston=20)
    (relation,) = find_relations(rows, BY_WARD)
    assert set(relation.parts) == {1, 2, 3, 4}


def test_all_of_a_group_in_one_part_is_not_told():
    rule = CountRule(("n",), adds_up=Sums(("harm",)))
    rows = [{"school": s, "harm": h, "n": n} for s, h, n in [
        ("A", "CSE", 12), ("A", "SYV", 0), ("A", "All", 12), ("B", "CSE", 9), ("B", "SYV", 8), ("B", "All", 17),
    ]]  # fmt: skip
    shown = {(row["school"], row["harm"]): str(row["n"]) for row in protect(rows, rule, R1)}
    assert shown["A", "SYV"] == "[c]"
    assert [shown["B", harm] for harm in ("CSE", "SYV", "All")] == ["9", "8", "17"]


def test_what_anybody_knows_of_a_person_tells_nothing_of_a_group():
    rule = CountRule(("n",), adds_up=Sums(("school",), known=("school",)))
    assert words(protect(rows_of("school", All=12, A=12, B=0), rule, R1)) == {
        "All": "12",
        "A": "12",
        "B": "0",
    }


def test_a_row_nobody_is_in_is_added_where_leaving_it_out_would_tell():
    rule = CountRule(("n",), adds_up=Sums(("harm",)))
    rows = [
        {"school": "A", "harm": "CSE", "n": 12}, {"school": "A", "harm": "All", "n": 12},
        {"school": "B", "harm": "CSE", "n": 9}, {"school": "B", "harm": "SYV", "n": 8},
        {"school": "B", "harm": "All", "n": 17},
    ]  # fmt: skip
    shown = {(row["school"], row["harm"]): str(row["n"]) for row in protect(rows, rule, R1)}
    assert shown["A", "SYV"] == "[c]"
    assert len(protect(rows, rule, R0)) == 5


def test_no_list_is_wholly_within_another():
    from kithmap.governance.rules import Sets

    rule = CountRule(("n",), adds_up=Sets("lists"))
    rows = [
        {"lists": "CSE + gangs", "kind": "combination", "n": 12}, {"lists": "gangs", "kind": "combination", "n": 20},
        {"lists": "CSE", "kind": "total", "n": 12}, {"lists": "gangs", "kind": "total", "n": 32},
        {"lists": "All", "kind": "all", "n": 32},
    ]  # fmt: skip
    shown = {(row["kind"], row["lists"]): str(row["n"]) for row in protect(rows, rule, R1)}
    assert shown["combination", "CSE"] == "[c]"
    assert shown["combination", "CSE + gangs"] == "[c]" or shown["total", "CSE"] == "[c]"


def test_one_counted_alone_learns_no_other_count():
    # 1 + 3 + 30: whoever is the 1 would know the 3 if only those two were withheld.
    rule = CountRule(("n",), adds_up=Sums(("age",)))
    rows = rows_of("age", All=64, **{"10": 1, "11": 6, "12": 3, "13": 30, "14": 24})
    proof = protect_and_prove(rows, rule, R1).proofs["n"]
    alone = [each for each in proof.witnesses if each.knows]
    assert alone
    for each in alone:
        tables = proof.tables[[each.low, each.high]]
        assert (tables[:, each.knows[0]] == 1).all()
        assert tables[1, each.cell] - tables[0, each.cell] >= 5


def test_a_school_that_knows_its_own_count_learns_no_other():
    rule = CountRule(("n",), adds_up=Sums(("school",), known=("school",)))
    rows = rows_of("school", All=64, A=3, B=4, C=30, D=27)
    outside = words(protect(rows, rule, R1))
    assert outside == {"All": "64", "A": "[c]", "B": "[c]", "C": "30", "D": "27"}
    to_a = words(protect(rows, rule, R1, knows=({"school": "A"},)))
    assert list(to_a.values()).count("[c]") == 3


def test_events_of_few_people_are_withheld_however_many():
    rule = CountRule(("n",), contributors=(("n", "people"),), largest=(("n", "most"),))
    rows = [
        {"place": "park", "n": 40, "people": 4, "most": 12},
        {"place": "bus", "n": 40, "people": 9, "most": 37},
        {"place": "shops", "n": 40, "people": 9, "most": 12},
        {"place": "school", "n": 40, "people": None, "most": 1},
        {"place": "river", "n": 0, "people": 0, "most": 0},
    ]
    shown = protect(rows, rule, R1)
    assert words(shown) == {"park": "[c]", "bus": "[c]", "shops": "40", "school": "[c]", "river": "0"}
    assert "most" not in shown[0]
    assert words(protect(rows, rule, R0))["park"] == "40"


def test_a_percentage_is_worked_out_again_from_what_is_shown():
    rule = CountRule(("n",), adds_up=Sums(("sex",)), ratios=(Ratio("percent", "n", share_over="sex"),))
    rows = [
        {"sex": s, "n": n, "percent": p}
        for s, n, p in [("All", 64, 100.0), ("F", 37, 57.8125), ("M", 27, 42.1875)]
    ]
    assert words(protect(rows, rule, R1), "percent") == {"All": "100.0", "F": "57.8", "M": "42.2"}
    shown = words(protect(rows, rule, R3), "percent")
    assert shown == {"All": "100.0", "F": f"{100 * 35 / 65:.1f}", "M": f"{100 * 25 / 65:.1f}"}


def test_a_percentage_goes_with_its_count_and_with_its_base():
    rule = CountRule(
        ("n", "all"), ratios=(Ratio("percent", "n", base="all"), Ratio("rate", "n", base="roll"))
    )
    rows = [
        {"age": "10", "n": 3, "all": 40, "roll": 100, "percent": 7.5, "rate": 3.0},
        {"age": "11", "n": 0, "all": 4, "roll": 100, "percent": 0.0, "rate": 0.0},
        {"age": "12", "n": 8, "all": 16, "roll": 100, "percent": 50.0, "rate": 8.0},
    ]
    assert words(protect(rows, rule, R1), "percent") == {"10": "[c]", "11": "[c]", "12": "50.0"}
    assert words(protect(rows, rule, R1), "rate") == {"10": "[c]", "11": "0.0", "12": "8.0"}
    assert words(protect(rows, rule, R3), "rate")["12"] == "10.0"
    with pytest.raises(ValueError, match="one base"):
        Ratio("percent", "n")


def test_a_mean_is_withheld_where_subtracting_would_tell_it():
    rule = CountRule(("n",), adds_up=Sums(("sex",), known=("sex",)), averages=(Average("age", "n"),))
    rows = [
        {"sex": s, "n": n, "age": a}
        for s, n, a in [("All", 60, 14.1), ("F", 30, 14.0), ("M", 27, 14.0), ("U", 3, 16.0)]
    ]
    shown = words(protect(rows, rule, R1), "age")
    assert shown["U"] == "[c]"
    assert list(shown.values()).count("[c]") >= 2
    assert "[c]" not in words(protect(rows, rule, R0), "age").values()


def test_a_median_needs_enough_behind_it():
    rule = CountRule(("n",), averages=(Average("age", "n", adds_up=False),))
    rows = [{"sex": s, "n": n, "age": 14.0} for s, n in [("F", 30), ("M", 9), ("U", 3)]]
    assert words(protect(rows, rule, R1), "age") == {"F": "14.0", "M": "[c]", "U": "[c]"}


def test_a_mean_below_nought_is_refused():
    rule = CountRule(("n",), adds_up=Sums(("sex",)), averages=(Average("change", "n"),))
    with pytest.raises(ValueError, match="below nought"):
        protect([{"sex": s, "n": n, "change": -1.0} for s, n in [("All", 12), ("F", 3), ("M", 9)]], rule, R1)


def test_a_count_in_two_tables_is_withheld_in_both_or_in_none():
    by_age = rows_of("age", All=60, **{"10": 3, "11": 27, "12": 30})
    by_both = [
        {"age": a, "sex": s, "n": n}
        for (a, s), n in {
            ("10", "F"): 1, ("10", "M"): 2, ("11", "F"): 13, ("11", "M"): 14, ("12", "F"): 15, ("12", "M"): 15,
            ("10", "All"): 3, ("11", "All"): 27, ("12", "All"): 30,
            ("All", "F"): 29, ("All", "M"): 31, ("All", "All"): 60,
        }.items()
    ]  # fmt: skip
    known = ("age", "sex")
    tables = [
        (by_age, CountRule(("n",), adds_up=Sums(("age",), known=known))),
        (by_both, CountRule(("n",), adds_up=Sums(("age", "sex"), known=known))),
    ]
    first, second = (each.rows for each in protect_linked(tables, R1))
    alone = {row["age"]: str(row["n"]) for row in first}
    margin = {row["age"]: str(row["n"]) for row in second if row["sex"] == "All"}
    assert alone == margin
    by_age[1]["n"], by_age[2]["n"] = 4, 26
    with pytest.raises(ValueError, match="do not agree"):
        protect_linked(tables, R1)


def test_presets_are_ordered_and_a_level_takes_only_a_stricter_one():
    assert set(presets()) == {"internal", "partnership", "default", "ofqual5", "council10", "opensafely"}
    default, council = get_preset("default"), get_preset("council10")
    assert default.is_stricter_than(get_preset("ofqual5"))
    assert get_preset("opensafely").is_stricter_than(default)
    assert not council.is_as_strict_as(default)
    assert not default.is_stricter_than(default)
    assert R1.with_preset("council10").withhold_below == 10
    assert words(protect(rows_of("age", **{"10": 9}), CountRule(("n",)), R1.with_preset("council10"))) == {
        "10": "[c]"
    }
    with pytest.raises(WrongUse, match="would show more"):
        R3.with_preset("council10")
    with pytest.raises(WrongUse, match="no preset"):
        R1.with_preset("none")


@pytest.mark.parametrize(("one", "other", "third"), list(itertools.permutations(presets().values(), 3)))
def test_the_order_of_presets_is_an_order(one, other, third):
    assert one.is_as_strict_as(one)
    assert not (one.is_stricter_than(other) and other.is_stricter_than(one))
    if one.is_as_strict_as(other) and other.is_as_strict_as(third):
        assert one.is_as_strict_as(third)


def test_a_proof_says_nothing_when_it_is_printed():
    rows = rows_of("age", All=64, **{"10": 3, "11": 31, "12": 30})
    protection = protect_and_prove(rows, CountRule(("n",), adds_up=Sums(("age",))), R1)
    assert repr(protection) == "<Protection: 4 rows, 1 proofs>"
    assert isinstance(protection.proofs["n"].tables, np.ndarray)
