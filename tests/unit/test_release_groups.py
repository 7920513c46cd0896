"""The groups that subtraction leads to, how closely they are known, and what needs to be asked to know it."""

from math import inf

import numpy as np
import pytest
from statements_made import LIMITS, said

from kithmap.governance.populations import population
from kithmap.governance.release_asked import Asked
from kithmap.governance.release_bounds import FAR, Bounded, Limits, at_least, at_most
from kithmap.governance.release_cells import make_cells, people_in
from kithmap.governance.release_targets import find_targets
from kithmap.governance.statements import Statement

REST = "area A or B or C, less all that is published of it"


def areas(total=60, a=20, b=30, girls=12) -> list[Statement]:
    """Three areas together, two of them, and how many of the first are girls."""
    return [
        said(total, area="A B C"), said(a, area="A", row=1), said(b, area="B", row=2),
        said(girls, area="A", sex="F", row=3),
    ]  # fmt: skip


class Counting(Bounded):
    """Statements as they are, which note what is asked of them."""

    def __init__(self, statements) -> None:
        self.cells = make_cells(people_in(statements))
        super().__init__(statements, self.cells)
        self.targets = find_targets(statements, self.cells, self.groups)
        self.questions: list[tuple[str, float]] = []
        self.asked: list[tuple[bytes, float]] = []

    def _ask(self, held, cost):
        places = [place for place, each in enumerate(self.targets.held) if (each == held).all()]
        self.questions += [(self.targets.words_of(place), cost) for place in places]
        self.asked.append((held.tobytes(), cost))
        return super()._ask(held, cost)

    def told(self, asked: Asked) -> list[tuple[str, float, float, set[int]]]:
        """What is told now, in words; as long as nothing changes, nothing is asked twice."""
        self.questions, self.asked = [], []
        found = [
            (self.targets.words_of(place), known.low, known.high, set(known.leans))
            for place, known in asked.telling()
        ]
        assert len(set(self.asked)) == len(self.asked)
        return found

    def ask(self, limits: Limits = LIMITS) -> Asked:
        return Asked(self, self.targets.held, self.targets.named, limits)


def groups_of(statements) -> dict[str, list[int]]:
    """The groups to be bounded, and the cells of each."""
    bounded = Counting(statements)
    targets = bounded.targets
    return {
        targets.words_of(place): targets.cells_of(place).astype(int).tolist()
        for place in range(len(targets.held))
    }


# Which groups there are.


def test_groups_are_what_is_published_what_is_left_of_it_and_its_parts():
    assert list(groups_of(areas())) == [
        "area A or B or C", "area A", "area B", "area A, sex F",
        "area A or B or C, less area A", "area A or B or C, less area B", "area A or B or C, less area A, sex F",
        REST, "area A, less area A, sex F",
    ]  # fmt: skip
    kinds = [kind for kind, _, _ in Counting(areas()).targets.origins]
    assert kinds == [*["whole"] * 4, *["less"] * 3, "rest", "less"]


def test_the_cells_of_a_group_are_those_of_its_whole_less_what_it_leaves_out():
    """The cells: other areas, C, B and A, of each those who are no girls and girls."""
    found = groups_of(areas())
    assert found["area A or B or C"] == [0, 0, 1, 1, 1, 1, 1, 1]
    assert found["area A or B or C, less area A"] == [0, 0, 1, 1, 1, 1, 0, 0]
    assert found[REST] == [0, 0, 1, 1, 0, 0, 0, 0]
    assert found["area A, less area A, sex F"] == [0, 0, 0, 0, 0, 0, 1, 0]


def test_what_is_taken_from_a_population_is_within_it():
    bounded = Counting(areas())
    targets = bounded.targets
    for place in range(len(targets.held)):
        assert not (targets.cells_of(place) & ~targets.whole_of(place)).any()
    whole = {targets.words_of(place): targets.whole_of(place).sum() for place in range(len(targets.held))}
    assert (whole[REST], whole["area A, less area A, sex F"]) == (6, 2)


def test_a_part_that_no_subtraction_gives_is_a_group_without_a_name():
    """Of 10 and 11, and of 11 and 12: those of 12, of 10 and of 11 are parts, and 17 is another matter."""
    bounded = Counting([said(8, age="10 11"), said(9, age="11 12", row=1), said(30, age="17", row=2)])
    assert [bounded.targets.words_of(place) for place in range(len(bounded.targets.held))] == [
        "age 10 to 11", "age 11 to 12", "age 17",
        "a part by age of age 11 to 12", "a part by age of age 10 to 11", "a part by age of age 10 to 11",
    ]  # fmt: skip
    assert bounded.targets.named.tolist() == [True] * 3 + [False] * 3
    cells = [bounded.targets.cells_of(place) for place in (3, 4, 5)]
    assert [each.sum() for each in cells] == [1, 1, 1]
    assert np.add.reduce(cells).tolist() == (bounded.targets.masks[0] | bounded.targets.masks[1]).tolist()


def test_what_is_not_wholly_within_a_population_is_not_taken_from_it():
    """10 to 12, and 12 and 13: no published number less another is those of 10 and 11, whoever is 10."""
    targets = Counting(
        [said(30, age="10 11 12"), said(9, age="12 13", row=1), said(7, age="10", row=2)]
    ).targets
    named = [targets.words_of(place) for place in np.flatnonzero(targets.named).tolist()]
    assert named == ["age 10 to 12", "age 12 to 13", "age 10", "age 10 to 12, less age 10"]


def test_the_rest_is_what_is_left_of_what_is_published_by_the_same_dimensions():
    """Girls of A, and boys: with those of A, the rest of A is whoever is neither; B is beside the matter."""
    both = [*areas(), said(6, area="A", sex="M", row=4), said(3, area="D", sex="F", row=5)]
    found = groups_of(both)
    (neither,) = [
        cells for words, cells in found.items() if words == "area A, less all that is published of it"
    ]
    assert sum(neither) == 1
    less = np.array(found["area A"]) - found["area A, sex F"] - np.array(found["area A, sex M"])
    assert neither == less.tolist()


def test_a_group_that_is_held_in_part_by_what_nobody_tells_apart_is_known_by_the_rest_of_it():
    """Girls are told apart in A alone: girls of all three areas hold no more, surely, than those of A."""
    bounded = Counting([*areas(), said(40, sex="F", row=4)])
    for place, held in enumerate(bounded.targets.held):
        cells = bounded.targets.cells_of(place)
        wholly = [cells[bounded.groups == variable].all() for variable in range(len(held))]
        assert held.tolist() == wholly


# Between which numbers groups are known.


@pytest.mark.parametrize(("low", "whole"), [(2.5, 3), (3.0000001, 3), (2.9999999, 3), (0.0, 0)])
def test_a_count_is_at_least_the_next_whole_number(low, whole):
    assert at_least(low) == whole


@pytest.mark.parametrize(
    ("high", "whole"), [(2.5, 2), (2.9999999, 3), (3.0000001, 3), (FAR - 1, FAR - 1), (FAR, inf), (3e6, inf)]
)
def test_a_count_is_at_most_the_last_whole_number_and_what_is_far_is_without_end(high, whole):
    assert at_most(high) == whole


def bounds(bounded: Bounded, **among) -> tuple[float, float]:
    who = population("x", {name: words.split() for name, words in among.items()})
    return bounded.of_cells(bounded.cells.within(who))


def hidden(bounded: Bounded, *rows: int) -> None:
    bounded.withhold(np.isin(np.arange(len(bounded.low)), rows))


def test_what_all_three_areas_leave_of_two_is_known():
    bounded = Counting(areas())
    assert bounds(bounded, area="C") == (10, 10)
    assert bounds(bounded, area="A") == (20, 20)
    # Nobody tells girls of C apart: they are none of them, or all.
    assert bounds(bounded, area="C", sex="F") == (0, 10)
    assert bounds(bounded, area="D") == (0, inf)


def test_a_withheld_count_is_one_at_least_and_what_is_shown_again_is_known_again():
    bounded = Counting(areas())
    assert bounds(bounded, area="C") == (10, 10)
    hidden(bounded, 2)
    assert bounds(bounded, area="B") == (1, 40)
    assert bounds(bounded, area="C") == (0, 39)
    hidden(bounded, 1, 3)
    assert (bounds(bounded, area="B"), bounds(bounded, area="A")) == ((30, 30), (1, 30))
    hidden(bounded)
    assert bounds(bounded, area="C") == (10, 10)


@pytest.mark.parametrize(
    ("low", "high", "known"), [(0, 0, (0, inf)), (1, 1, (1, inf)), (20, inf, (1, inf)), (3, 8, (1, inf))]
)
def test_a_count_withheld_after_it_was_asked_for_is_known_no_better(low, high, known):
    bounded = Counting([said(low, high, area="A")])
    assert bounds(bounded, area="A") == (low, high)
    hidden(bounded, 0)
    assert bounds(bounded, area="A") == known


def test_how_counts_add_up_says_nothing_once_it_is_withheld():
    whole, one, other = (population("x", {"area": names}) for names in (["A", "B"], ["A"], ["B"]))
    sums = Statement(((1.0, whole), (-1.0, one), (-2.0, other)), -5.0, -5.0)
    bounded = Counting([said(20, area="A"), sums])
    assert bounds(bounded, area="B") == (5, 5)
    hidden(bounded, 1)
    assert bounds(bounded, area="B") == (0, inf)
    hidden(bounded, 0)
    assert bounds(bounded, area="B") == (5, 5)


def test_an_answer_says_where_it_is_so_and_what_proves_it():
    bounded = Bounded(areas(), make_cells(people_in(areas())))
    rest = bounded.columns[0] - bounded.columns[1] - bounded.columns[2] > 0
    found = bounded.most(rest)
    assert found.total == 10.0
    assert (bounded.columns @ found.values).tolist() == [60.0, 20.0, 30.0, 12.0]
    assert set(found.leans.tolist()) == {0, 1, 2}
    assert bounded.least(rest).total == 10.0


# What is told, and what needs to be asked.


def test_what_leaves_few_is_told_with_what_it_leans_on():
    bounded = Counting(areas(total=52, girls=17))
    assert bounded.told(bounded.ask()) == [
        (REST, 2.0, 2.0, {0, 1, 2}), ("area A, less area A, sex F", 3.0, 3.0, {1, 3}),
    ]  # fmt: skip


def test_groups_that_hold_no_small_count_are_not_asked_about():
    """Of nine groups seven hold A, B or the girls of A, who are no few; the rest is asked for, and so are the boys."""
    bounded = Counting(areas(a=10, b=5, girls=5, total=30))
    assert bounded.told(bounded.ask()) == []
    assert bounded.questions == [
        (REST, -1.0), (REST, 1.0), ("area A, less area A, sex F", -1.0), ("area A, less area A, sex F", 1.0),
    ]  # fmt: skip


def test_groups_of_nobody_are_not_asked_about():
    bounded = Counting([said(0, area="A B"), said(0, area="A", row=1), said(30, area="C", row=2)])
    assert (bounded.told(bounded.ask()), bounded.questions) == ([], [])
    few = Counting([said(0, 1, area="A"), said(30, area="C", row=1)])
    asked = few.ask()
    assert few.told(asked) == [("area A", 0.0, 1.0, {0})]
    hidden(few, 0)
    assert few.told(asked) == []


def test_that_some_are_nobody_spares_no_question_of_others():
    """Nobody is in D: that two are in what is left of A, B and C is told all the same."""
    bounded = Counting([*areas(total=52), said(0, area="D", row=4)])
    assert bounded.told(bounded.ask()) == [(REST, 2.0, 2.0, {0, 1, 2})]


def test_nothing_is_asked_twice():
    bounded = Counting(areas(total=52, girls=17))
    asked = bounded.ask()
    first = bounded.told(asked)
    assert len(bounded.questions) == 4
    assert bounded.told(asked) == first
    assert bounded.questions == []


def test_as_counts_are_withheld_only_what_that_changes_is_asked():
    bounded = Counting(areas(total=52, girls=17))
    asked = bounded.ask()
    boys = "area A, less area A, sex F"
    bounded.told(asked)
    hidden(bounded, 1)
    assert bounded.told(asked) == []
    hidden(bounded, 0)
    assert bounded.told(asked) == [(boys, 3.0, 3.0, {1, 3})]
    assert boys not in [words for words, _ in bounded.questions]
    hidden(bounded, 0, 3)
    assert bounded.told(asked) == []
    assert [words for words, _ in bounded.questions] == [boys, boys]
    hidden(bounded)
    assert [words for words, *_ in bounded.told(asked)] == [REST, boys]


def test_what_was_told_before_is_looked_at_first():
    bounded = Counting(areas(total=52, girls=17))
    asked = bounded.ask()
    hidden(bounded, 0)
    assert len(bounded.told(asked)) == 1
    hidden(bounded)
    bounded.questions = []
    place, known = next(asked.telling())
    assert bounded.targets.words_of(place) == "area A, less area A, sex F"
    assert (known.low, known.high) == (3.0, 3.0)
    assert REST not in [words for words, _ in bounded.questions]


def test_a_part_without_a_name_is_told_only_where_somebody_is_surely_in_it():
    """8 of 10 and 11, 8 of 11 and 12: of 11 there may be none. Of 10 to 12 there are 13: then there are three."""
    loose = Counting([said(8, age="10 11"), said(8, age="11 12", row=1)])
    assert loose.told(loose.ask()) == []
    assert [cost for _, cost in loose.questions] == [1.0, 1.0]
    for total, sure in ((13, 3.0), (15, 1.0)):
        tight = Counting(
            [said(8, age="10 11"), said(8, age="11 12", row=1), said(total, age="10 11 12", row=2)]
        )
        parts = [(low, high) for words, low, high, _ in tight.told(tight.ask()) if "part" in words]
        assert parts == [(sure, sure)]


@pytest.mark.parametrize(("room", "told"), [(4, True), (5, False)])
def test_a_group_is_told_where_it_is_known_more_closely_than_limits_allow(room, told):
    bounded = Counting([said(40, 40 + room, area="A B"), said(40, area="A", row=1)])
    assert bool(bounded.told(bounded.ask())) is told


def test_answers_that_show_enough_doubt_spare_a_question():
    """Of B and C together there are 30: whoever asks how many B can be, none of C, has asked of both."""
    bounded = Counting([said(30, area="B C"), said(0, 40, area="B", row=1), said(0, 40, area="C", row=2)])
    assert bounded.told(bounded.ask()) == []
    assert len(bounded.questions) == 2
