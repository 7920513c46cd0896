"""What the ledger holds together, what both sides tell that neither does alone, and which rows are withheld for it."""

from statements_made import LIMITS, said

from kithmap.governance.populations import population
from kithmap.governance.release_ledger import find_told, repair
from kithmap.governance.release_programs import Told, _spaces, hold_together
from kithmap.governance.statements import Statement

# What is held together.


def of_more(statements, before, limits=LIMITS) -> set[tuple[str, float, float]]:
    return {(each.who, each.low, each.high) for each in find_told(statements, before, limits)}


def test_what_is_of_other_people_is_not_held_beside():
    later = [said(52, area="A B"), said(52, area="A B", of="y")]
    assert of_more(later, [[said(50, area="A")]]) == {("area A or B, less area A", 2.0, 2.0)}
    assert of_more(later, [[said(50, area="A", of="y")]]) == {("area A or B, less area A", 2.0, 2.0)}
    assert of_more(later, [[said(50, area="A", of="z")]]) == set()


def test_what_was_said_before_or_more_closely_is_nothing_new():
    before = [said(50, area="A"), said(52, area="A B", row=1)]
    for again in (before, [said(48, 52, area="A")], [said(50, 53, area="A")], [said(49, 50, area="A")]):
        assert list(hold_together(again, [before], LIMITS)) == []
    for new in ([said(50, area="A"), said(7, area="C")], [said(50, area="A", sex="F")]):
        assert len(list(hold_together(new, [before], LIMITS))) == 1
    closer = [said(50, 52, area="A")]
    for new in ([said(50, 51, area="A")], [said(51, 52, area="A")]):
        assert len(list(hold_together(new, [closer], LIMITS))) == 1
    assert list(hold_together(before, [], LIMITS)) == []


def test_what_a_side_tells_alone_is_not_told_by_both():
    """Two in all before, and the candidate says how many are in C: neither makes the two known better."""
    before = [said(50, area="A"), said(52, area="A B", row=1)]
    assert of_more([said(9, area="C")], [before]) == set()
    assert of_more(before, [[said(9, area="C")]]) == set()
    (told,) = find_told([said(52, area="A B", row=7)], [[said(50, area="A", row=3)]], LIMITS)
    assert told == Told("area A or B, less area A", 2.0, 2.0, frozenset({7}))


def test_what_was_told_before_of_one_group_is_not_what_was_told_of_another():
    before = [said(50, area="A"), said(52, area="A B"), said(30, area="C")]
    assert of_more([said(33, area="C E")], [before]) == {("area C or E, less area C", 3.0, 3.0)}


def test_with_a_row_withheld_what_the_candidate_told_alone_may_be_told_by_both():
    """28 less 25 are 3 of B, which the candidate tells alone; with the 25 withheld it takes what was released before."""
    candidate = [said(25, area="A C"), said(28, area="A B C", row=1)]
    (program,) = hold_together(candidate, [[said(20, area="A"), said(5, area="C")]], LIMITS)
    assert list(program.told()) == []
    assert [(each.low, each.high, each.rows) for each in program.told(frozenset({0}))] == [(3.0, 3.0, {1})]
    assert list(program.told(frozenset({0, 1}))) == []


def test_what_follows_from_the_table_as_a_whole_is_no_row_of_it():
    one, other, both = (population("x", {"area": names}) for names in (["A"], ["B"], ["A", "B"]))
    sums = Statement(((1.0, both), (-1.0, one), (-1.0, other)), 0.0, 0.0)
    (told,) = find_told([said(52, area="A B", row=2), sums], [[said(50, area="A")]], LIMITS)
    assert told.rows == {2}


def spaces(mine, *tables) -> set[frozenset[str]]:
    return set(_spaces(mine, tables))


def test_tables_are_held_together_in_all_their_dimensions_where_these_are_few():
    by_area, by_sex = [said(9, area="A")], [said(9, sex="F")]
    by_both = [said(9, area="A", sex="F")]
    assert spaces(by_area, by_sex) == {frozenset({"area", "sex"})}
    assert spaces(by_area, by_both, by_sex) == {frozenset({"area", "sex"})}
    assert spaces(by_area) == {frozenset({"area"})}


def test_a_table_that_there_is_no_room_for_is_held_apart_and_a_smaller_one_is_not():
    """31 areas and the others are 32 cells; by 31 years and the rest they are 1,024, by 32 they are more."""
    by_area = [said(9, area=f"A{number}") for number in range(31)]
    by_year = [said(9, age=str(number)) for number in range(31)]
    wide = [*by_year, said(9, age="31")]
    by_sex = [said(9, sex="F")]
    assert spaces(by_area, by_year) == {frozenset({"area", "age"})}
    assert spaces(by_area, wide) == {frozenset({"area"}), frozenset({"age"})}
    assert spaces(by_area, wide, by_sex) == {frozenset({"area", "sex"}), frozenset({"age"})}
    # What needs fewer more dimensions is taken first.
    of_three = [said(9, sex="F", school="S1", **{"harm:CSE": "yes"})]
    many = [said(9, school=f"S{number}") for number in range(9)]
    assert spaces(by_area, of_three, many) == {
        frozenset({"area", "school"}), frozenset({"school", "sex", "harm:CSE"}),
    }  # fmt: skip


# What is withheld so that nothing is told.


def mended(candidate, *before) -> frozenset[int] | None:
    return repair(candidate, [list(before)], LIMITS)


def test_of_two_rows_that_what_is_told_leans_on_the_smaller_is_withheld_and_of_two_alike_the_first():
    """40 of A, B and C, less 20 of A and 17 of B, are 3 of C: without the 17 it is nobody's to say."""
    all_three = said(40, area="A B C")
    assert mended([said(20, area="A", row=4), said(17, area="B", row=5)], all_three) == {5}
    assert mended([said(17, area="A", row=4), said(20, area="B", row=5)], all_three) == {4}
    assert mended([said(18, area="B", row=6), said(18, area="A", row=5)], all_three) == {5}


def test_the_row_that_most_of_what_is_told_leans_on_is_withheld_though_others_are_smaller():
    """A and B tell of C, and A and D tell of E: without A neither is told, and without B the second still is."""
    candidate = [said(20, area="A", row=4), said(17, area="B", row=5), said(16, area="D", row=6)]
    assert mended(candidate, said(40, area="A B C"), said(38, area="A D E")) == {4}


def test_a_row_withheld_in_vain_is_shown_again():
    """A first, the smallest: but B alone tells of F, and D alone of G, and without these A tells of nobody."""
    candidate = [said(10, area="A", row=4), said(17, area="B", row=5), said(16, area="D", row=6)]
    before = (said(30, area="A B C"), said(28, area="A D E"), said(19, area="B F"), said(19, area="D G"))
    assert mended(candidate, *before) == {5, 6}


def test_of_rows_withheld_in_vain_the_largest_is_shown_again_first():
    """Seven sets of areas, each with two more: of each set one area at least must be withheld.

    The first and the fifth take all but the set of 2, 3 and 5; of 2 and 5 either would do, and 13 are worth more
    than 12.
    """
    counts = (17, 18, 12, 19, 15, 13)
    sets = ((2, 4), (0, 3), (0, 2), (0, 5), (1, 4), (2, 3, 5), (1, 4, 5))
    candidate = [said(count, area=f"A{row}", row=row) for row, count in enumerate(counts)]
    before = [
        said(sum(counts[row] for row in each) + 2, area=" ".join([f"B{place}", *(f"A{row}" for row in each)]))
        for place, each in enumerate(sets)
    ]
    assert mended(candidate, *before) == {0, 2, 4}


def test_a_row_of_two_counts_is_as_small_as_the_smaller():
    """Girls of A are 6 and all of A 20; B is 17: of A and B it is A that goes."""
    row = [said(20, area="A", row=4), said(6, area="A", sex="F", row=4)]
    assert mended([*row, said(17, area="B", row=5)], said(40, area="A B C")) == {4}
    assert mended([*reversed(row), said(17, area="B", row=5)], said(40, area="A B C")) == {4}


def test_what_leans_on_nothing_that_can_be_withheld_is_refused():
    """That C and A are seven fewer than B is no row to withhold; to withhold D, which tells of F, does not help."""
    a, b, c = (population("x", {"area": [name]}) for name in "ABC")
    follows = Statement(((1.0, c), (1.0, a), (-1.0, b)), -7.0, -7.0)
    known = (said(20, area="A"), said(30, area="B", row=1), said(19, area="D F", row=2))
    assert mended([follows], *known) is None
    assert mended([follows, said(17, area="D", row=5)], *known) is None
    assert mended([said(17, area="D", row=5)], *known) == {5}
    both = population("x", {"area": ["A", "C"]})
    assert mended([Statement(((1.0, both),), 23.0, 23.0, 0, is_withheld=True)], *known) is None


def test_what_tells_of_nobody_is_left_as_it_is():
    assert mended([said(80, area="E")], said(40, area="A B")) == frozenset()


def test_a_group_told_in_two_ways_is_told_once():
    """By area and age, and by area and school, with no room for all three: either way two are in B."""
    by_age = [said(9, age=str(number), area="A", row=number) for number in range(40)]
    by_school = [said(9, school=str(number), area="A", row=number) for number in range(40)]
    candidate = [said(502, area="A B")]
    before = [[said(500, area="A"), *by_age], [said(500, area="A"), *by_school]]
    assert len(list(hold_together(candidate, before, LIMITS))) == 2
    assert [each.who for each in find_told(candidate, before, LIMITS)].count("area A or B, less area A") == 1
