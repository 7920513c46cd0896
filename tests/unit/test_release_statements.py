"""What published numbers say, of whom: statements, and the cells in which they tell people apart."""

from json import dumps, loads
from math import inf

import numpy as np
import pytest

from kithmap.governance.cells import Cell, Status
from kithmap.governance.populations import OTHER, Population, population
from kithmap.governance.release_cells import count_cells, dimensions_of, make_cells, people_in
from kithmap.governance.statements import (
    Statement,
    count_statement,
    in_series,
    read_statement,
    rounded_from,
    share_statement,
)

SCHOOL = population("x", {"school": ["S1"]})
CONCERN = population("x", {"school": ["S1"], "harm:CSE": ["yes"]})


@pytest.mark.parametrize(
    ("cell", "true", "said"),
    [
        (Cell(7), 7, Statement(((1.0, SCHOOL),), 7.0, 7.0, 2)),
        (Cell(10, Status.ROUNDED), 9, Statement(((1.0, SCHOOL),), 8.0, 12.0, 2)),
        (Cell(0, Status.ROUNDED), 0, Statement(((1.0, SCHOOL),), 0.0, 0.0, 2)),
        (Cell(0), 0, Statement(((1.0, SCHOOL),), 0.0, 0.0, 2)),
        # A nought is published: what is withheld is one at least, unless it is a nought that would tell.
        (Cell(None, Status.WITHHELD), 3, Statement(((1.0, SCHOOL),), 1.0, inf, 2, is_withheld=True)),
        (Cell(None, Status.WITHHELD), 0, Statement(((1.0, SCHOOL),), 0.0, inf, 2, is_withheld=True)),
        (Cell(None, Status.UNKNOWN), 3, None),
    ],
)
def test_a_cell_says_between_which_numbers_a_count_is(cell, true, said):
    assert count_statement(SCHOOL, cell, row=2, round_to=5, true=true) == said


@pytest.mark.parametrize(
    ("value", "base", "counts"), [(10, 5, range(8, 13)), (10, 4, range(8, 12)), (7, 1, [7]), (0, 5, [0])]
)
def test_the_counts_that_are_printed_alike(value, base, counts):
    """8 to 12 are 10 to the nearest five; 8 to 11 are 10 to the nearest four's half up. A nought is itself."""
    assert rounded_from(value, base) == (min(counts), max(counts))


@pytest.mark.parametrize(
    ("percent", "decimals", "low", "high"),
    [(12.5, 1, 0.1245, 0.1255), (12.0, 0, 0.115, 0.125), (0.0, 0, 0.0, 0.005), (100.0, 0, 0.995, 1.0)],
)
def test_a_percentage_says_between_which_shares_a_part_is(percent, decimals, low, high):
    least, most = share_statement(CONCERN, SCHOOL, percent, decimals=decimals, row=3)
    for said, share, bounds in ((least, low, (0.0, inf)), (most, high, (-inf, 0.0))):
        assert [who for _, who in said.terms] == [CONCERN, SCHOOL]
        assert [times for times, _ in said.terms] == pytest.approx([1.0, -share])
        assert (said.low, said.high, said.row, said.is_withheld) == (*bounds, 3, False)


def test_statements_are_kept_as_plain_values_and_read_back():
    withheld = Statement(((1.0, CONCERN), (-1.0, SCHOOL)), 1.0, inf, 4, is_withheld=True)
    assert withheld.to_dict() == {
        "terms": [[1.0, CONCERN.to_dict()], [-1.0, SCHOOL.to_dict()]],
        "low": 1.0, "high": None, "row": 4, "withheld": True,
    }  # fmt: skip
    shown = Statement(((1.0, SCHOOL),), 3.0, 8.0)
    assert shown.to_dict()["high"] == 8.0
    for each in (withheld, shown, *share_statement(CONCERN, SCHOOL, 12.0, decimals=0, row=0)):
        assert read_statement(loads(dumps(each.to_dict()))) == each


def test_counts_of_a_year_so_far_are_of_whoever_was_counted_by_then():
    said = Statement(((1.0, CONCERN), (-2.0, SCHOOL)), 3.0, 8.0, 5)
    (spring,) = in_series([said], "the year", ["spring"])
    assert spring == Statement(
        (
            (
                1.0,
                population("the year", {"school": ["S1"], "harm:CSE": ["yes"], "period": ["spring"]}),
            ),
            (-2.0, population("the year", {"school": ["S1"], "period": ["spring"]})),
        ),
        3.0,
        8.0,
        5,
    )


# Cells.


def of(any_of=(), **among) -> Population:
    return population("x", {name: words.split() for name, words in among.items()}, any_of)


YOUNGER, OLDER = of(age="10 11"), of(age="11 12")
MARKED = population("x", {"harm:CSE": ["yes"]})
UNMARKED = population("x", {"harm:CSE": ["no"]})
ANY_MARK = population("x", {"harm:any": ["yes"]})
EITHER = of(any_of=[["harm:CSE", "harm:SYV"]])


def flags(*, among: list[Population]) -> list[list[int]]:
    """Which cells each population is made of."""
    cells = make_cells(among)
    return [cells.within(who).astype(int).tolist() for who in among]


def overlaps(*, among: list[Population]) -> list[list[int]]:
    """How many cells each population shares with each."""
    found = np.array(flags(among=among))
    return (found @ found.T).tolist()


def test_every_population_is_there_once_in_the_order_in_which_it_is_spoken_of():
    said = [
        Statement(((1.0, OLDER), (-1.0, YOUNGER)), 0, 0),
        Statement(((1.0, YOUNGER),), 0, 0),
        Statement(((1.0, MARKED),), 0, 0),
    ]
    assert people_in(said) == [OLDER, YOUNGER, MARKED]


def test_dimensions_have_each_set_of_values_asked_for_and_marks_are_yes_or_not():
    people = [YOUNGER, OLDER, MARKED, UNMARKED, EITHER]
    found = dimensions_of(people)
    assert found == {
        "age": {("10", "11"), ("11", "12")}, "harm:CSE": {("yes",)}, "harm:SYV": {("yes",)},
    }  # fmt: skip
    # Ten, eleven, twelve and any other age; with each mark or without it.
    assert count_cells(found) == 4 * 2 * 2
    assert count_cells({}) == 1


def test_ages_that_nobody_tells_apart_are_of_one_cell():
    assert overlaps(among=[YOUNGER, OLDER]) == [[2, 1], [1, 2]]
    assert overlaps(among=[YOUNGER, of(age="10 11 12")]) == [[1, 1], [1, 2]]
    assert make_cells([YOUNGER, OLDER]).number == 4
    assert make_cells([YOUNGER]).number == 2


def test_a_value_that_nobody_else_names_is_among_the_others():
    cells = make_cells([YOUNGER, of(age=OTHER)])
    assert cells.number == 2
    assert cells.within(of(age=OTHER)).tolist() == (~cells.within(YOUNGER)).tolist()
    assert cells.within(of(age="17")).tolist() == (~cells.within(YOUNGER)).tolist()
    assert cells.within(of(age="10 17")).all()
    others = make_cells([of(age=OTHER)])
    assert (others.number, others.within(of(age=OTHER)).tolist()) == (1, [True])


def test_nobody_has_a_harm_and_none():
    assert make_cells([MARKED, ANY_MARK]).number == 3
    assert overlaps(among=[MARKED, UNMARKED, ANY_MARK]) == [[1, 0, 1], [0, 2, 1], [1, 1, 2]]
    harmed = population("x", {"harm:CSE|role=harmed": ["yes"]})
    # Harmed by it, with it otherwise, and without it; another harm besides or, of the last, none.
    assert make_cells([harmed, MARKED]).number == 3
    assert overlaps(among=[harmed, MARKED, ANY_MARK]) == [[1, 1, 1], [1, 2, 2], [1, 2, 3]]


def test_whoever_has_one_mark_at_least_has_the_one_or_the_other():
    both = population("x", {"harm:CSE": ["yes"], "harm:SYV": ["yes"]})
    assert overlaps(among=[EITHER, both, MARKED])[0] == [3, 1, 2]
    assert overlaps(among=[of(any_of=[["harm:CSE"], ["harm:SYV"]]), both])[0] == [1, 1]


def test_an_hour_is_within_its_part_of_the_day_whoever_asks_for_it():
    evening, eight = of(hour="evening"), population("x", {"hour": ["evening > 20:00"]})
    assert overlaps(among=[evening, eight]) == [[2, 1], [1, 1]]
    assert make_cells([evening, eight]).number == 3
    # Where nobody asked for the rest of the evening, it is among all other hours.
    assert make_cells([eight]).within(evening).all()


def test_the_parts_of_a_dimension_are_all_its_cells_each_once():
    cells = make_cells([YOUNGER, OLDER, of(sex="F"), population("x", {"age": ["10"], "sex": ["F"]})])
    assert cells.number == 8
    assert [part.sum() for part in cells.parts("age")] == [2, 2, 2, 2]
    assert [part.sum() for part in cells.parts("sex")] == [4, 4]
    for name in ("age", "sex"):
        assert np.add.reduce([part.astype(int) for part in cells.parts(name)]).tolist() == [1] * 8
    assert cells.parts("sex")[1].tolist() == cells.within(of(sex="F")).tolist()


def test_a_population_of_two_dimensions_is_where_they_meet():
    assert overlaps(among=[YOUNGER, of(sex="F"), of(age="10 11", sex="F")]) == [
        [2, 1, 1], [1, 2, 1], [1, 1, 1],
    ]  # fmt: skip
    cells = make_cells([YOUNGER, of(sex="F")])
    assert cells.within(population("x")).all()
    assert cells.within(YOUNGER) is cells.within(YOUNGER)
