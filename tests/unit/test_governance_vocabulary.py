"""Measures' tables in the ledger's vocabulary: tables that count the same people must meet."""

import pytest

from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.populations import Population
from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_ledger import find_told
from kithmap.governance.statements import Statement
from kithmap.governance.vocabulary import Described, describe
from kithmap.measures import get_measure

OF = "young people of a day"


def people(measure: str, rows: list[dict], **options) -> dict[str, Population]:
    """Whom each row is of, by its words."""
    defaults = {"ages": "under 18", "authority": "", "role": "", "harm": "", "by": "none"}
    rule = get_measure(measure).rule
    shown = [
        {name: Cell(value) if name == "young_people" else value for name, value in row.items()}
        for row in rows
    ]
    said = describe(Described(measure, {**defaults, **options}, rule, OF), rows, shown, LEVELS[Level.R1])
    return {each.alone.words: each.alone for each in said if each.alone is not None}


def row(harm: str = "CSE", group: str = "All", count: int = 9, roll: int | None = None) -> dict:
    return {"harm": harm, "group": group, "young_people": count, "roll": roll}


@pytest.mark.parametrize("roll", [None, 900])
def test_a_prevalence_is_of_the_days_people_whatever_its_roll(roll):
    assert {who.of for who in people("prevalence", [row(roll=roll)]).values()} == {OF}


def test_the_same_harm_is_one_mark_in_a_prevalence_and_in_an_overlap():
    lists = [
        {"lists": "CSE", "kind": "total", "young_people": 9},
        {"lists": "CSE", "kind": "combination", "young_people": 9},
        {"lists": "All", "kind": "all", "young_people": 9},
    ]
    overlap = people("overlap", lists, by="harm", lists="")
    prevalence = people("prevalence", [row()])
    marks = {name for who in overlap.values() for name, _ in who.among if name != "age"}
    assert (
        marks == {mark for who in prevalence.values() for each in who.any_of for mark in each} == {"harm:CSE"}
    )


def test_a_group_of_ages_is_of_its_years_and_one_of_sex_of_its_sex():
    (one,) = people("prevalence", [row(group="12-13")], by="age").values()
    assert dict(one.among)["age"] == ("12", "13")
    (other,) = people("prevalence", [row(group="F")], by="sex").values()
    assert dict(other.among)["sex"] == ("F",)


def test_those_of_no_known_age_are_only_in_the_wider_answer():
    (narrow,) = people("prevalence", [row()]).values()
    (wide,) = people("prevalence", [row()], ages="under 18 or not known").values()
    ages, more = (set(dict(who.among)["age"]) for who in (narrow, wide))
    assert more - ages == {"not known"}
    assert ages < more


def test_a_role_narrows_a_harm():
    (all_roles,) = people("prevalence", [row()]).values()
    (harmed,) = people("prevalence", [row()], role="harmed").values()
    assert all_roles.any_of == (("harm:CSE",),)
    assert harmed.any_of == (("harm:CSE|role=harmed",),)


def test_schools_are_of_the_days_people_and_an_authority_is_only_of_where_people_live():
    rows = [
        {"school": "S1", "school_name": "a", "authority": "X01", "roll": 900, "young_people": 9},
        {
            "school": "No school recorded",
            "school_name": None,
            "authority": None,
            "roll": None,
            "young_people": 9,
        },
        {"school": "All", "school_name": None, "authority": None, "roll": 900, "young_people": 18},
    ]
    found = people("schools", rows, harm="CSE", authority="X01", list="")
    assert {who.of for who in found.values()} == {OF}
    at_school = next(who for who in found.values() if dict(who.among).get("school") == ("S1",))
    assert "area" not in dict(at_school.among)
    nowhere = next(who for who in found.values() if "No school recorded" in dict(who.among).get("school", ()))
    assert dict(nowhere.among)["area"] == ("X01",)


def test_something_and_nothing_that_protects_are_yes_and_no_of_one_mark():
    rows = [
        {"harm": "Any", "recorded": each, "strength": "All", "young_people": count}
        for each, count in (("Something", 9), ("Nothing", 8), ("All", 17))
    ]
    found = people("strengths", rows)
    assert {dict(who.among).get("strength:any") for who in found.values()} == {("yes",), ("no",), None}


def test_an_ethnic_group_is_the_same_people_in_a_prevalence_and_in_a_disproportion():
    group = {"group": "white", "young_people": 9, "on_roll": 400, "in_incidents": 30, "residents": None}
    options = {"lists": "", "basis": "any"}
    table = Described(
        "disproportionality", {"ages": "under 18", "authority": "", "role": "", "harm": "", **options},
        get_measure("disproportionality").rule, OF,
    )  # fmt: skip
    cells = {name: Cell(group[name]) for name in ("young_people", "on_roll", "in_incidents")}
    said = {each.low: each.alone for each in describe(table, [group], [{**group, **cells}], LEVELS[Level.R1])}
    (same,) = people("prevalence", [row(harm="Any", group="white")], by="ethnicity").values()
    assert said[9.0] == same
    assert said[400.0].any_of == (("roll:any",),)
    assert said[30.0].any_of == (("incident:any",),)


def test_a_basis_and_a_list_narrow_whom_a_disproportion_is_of():
    group = {"group": "All", "young_people": 9, "on_roll": None, "in_incidents": None, "residents": None}
    (flagged,) = people("disproportionality", [group], basis="flag", lists="").values()
    (listed,) = people("disproportionality", [group], basis="any", lists="Gangs").values()
    assert flagged.any_of == (("harm:any|basis=flag",),)
    assert listed.any_of == (("list:gangs",),)


def test_a_table_kept_apart_meets_itself_asked_with_other_options():
    """Those of no known age are the difference of two answers, in whichever table."""
    contexts = [
        {"harm": "CSE", "context_type": "school", "young_people": 9, "contexts": 3, "shared_contexts": 1}
    ]
    (narrow,) = people("shared_contexts", contexts, context_type="").values()
    (wide,) = people("shared_contexts", contexts, context_type="", ages="under 18 or not known").values()
    assert narrow.of == wide.of
    first = (Statement(((1.0, narrow),), 9.0, 9.0, 0),)
    second = (Statement(((1.0, wide),), 11.0, 11.0, 0),)
    assert {(each.low, each.high) for each in find_told(second, [first], Limits(5, 5))} == {(2.0, 2.0)}


def test_a_table_of_groups_that_no_other_speaks_of_is_apart():
    rows = [{"harm": "CSE", "context_type": "school", "young_people": 9, "contexts": 3, "shared_contexts": 1}]
    assert all(
        who.of.startswith(f"{OF} | ") for who in people("shared_contexts", rows, context_type="").values()
    )


def test_a_withheld_count_says_that_it_is_not_nought():
    table = Described("prevalence", {"ages": "under 18"}, get_measure("prevalence").rule, OF)
    shown = [{**row(count=3), "young_people": Cell(None, Status.WITHHELD)}]
    (said,) = describe(table, [row(count=3)], shown, LEVELS[Level.R1])
    assert (said.low, said.high, said.is_withheld) == (1.0, float("inf"), True)
