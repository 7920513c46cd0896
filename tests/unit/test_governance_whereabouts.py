"""Events by hexagon, place, authority and hour in the ledger: whichever way they are parted, the tables meet."""

import pytest

from kithmap.errors import WouldDisclose
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.release_bounds import Limits
from kithmap.governance.release_ledger import find_told, repair
from kithmap.governance.row_order import places_of
from kithmap.governance.vocabulary import MOST_PLACES, Described, describe
from kithmap.governance.whereabouts import PARTED
from kithmap.measures import get_measure
from kithmap.model.hexagons import hexagon_around

RULE, R1, LIMITS = get_measure("places").rule, LEVELS[Level.R1], Limits(5, 5)
DEFAULTS = {"by": "cell", "harm": "", "authority": "", "period": "any", "hours": "any", "ages": "under 18"}
CELL, NEXT, THIRD, FAR, LONE = (
    "88194c6351fffff",
    "88194c6353fffff",
    "88194c6355fffff",
    "88194c7ad9fffff",
    "88194c7141fffff",
)


def table(counts, *, of="events of a day", hexagons=None, **options):
    """What a table of places says, once it has passed disclosure control; `All` is added."""
    blank = dict.fromkeys(
        ("residents", "rate_per_1000", "low", "high", "recent", "earlier", "harms", "named")
    )
    rows = [
        {"place": name, "events": count, **blank, "young_people": 99, "hexagon": (hexagons or {}).get(name)}
        for name, count in {**counts, "All": sum(counts.values())}.items()
    ]
    shown = protect(rows, RULE, R1)
    in_order = [shown[place] for place in places_of(rows, shown, RULE)]
    return describe(Described("places", {**DEFAULTS, **options}, RULE, of), rows, in_order, R1)


def told(later, *before):
    return {(each.low, each.high) for each in find_told(later, list(before), LIMITS)}


# How many events, in which place (if any), its hexagon (if known), authority, hour, half of the year, harm.
EVENTS = [
    (34, "Place 1", CELL, "901", "18:00", "late", "CSE"), (3, "Place 1", CELL, "901", "18:00", "early", "CSE"), (3, "Place 2", CELL, "901", "19:00", "late", "SYV"),
    (30, "Place 3", NEXT, "901", "19:00", "late", "CSE"),
    (40, "Place 4", FAR, "902", "23:00", "late", "SYV"), (8, "Place 5", FAR, "902", "23:00", "early", "SYV"),
    (2, "Place 5", FAR, "901", "20:00", "early", "SYV"), (3, "Place 7", THIRD, "902", "23:00", "late", "SYV"),
    (58, "Place 6", "", "902", "18:00", "early", "SYV"), (2, "No place recorded", "", "902", "08:00", "late", "SYV"),
    (4, "Place 4", FAR, "902", "08:00", "late", "SYV"), (7, "Place 8", LONE, "902", "18:00", "late", "CSE"),
]  # fmt: skip
HEXAGONS = {place: cell for _, place, cell, *_ in EVENTS if cell}


def parted(key, kept=lambda _: True, **options):
    """A table of those events that its options keep, parted by what `key` takes of each."""
    counts = {}
    for each in (each for each in EVENTS if kept(each)):
        counts[key(each)] = counts.get(key(each), 0) + each[0]
    return table(counts, hexagons=HEXAGONS, **options)


def cell_of(each):
    return each[2] or "No place recorded"


def wider_cell_of(each):
    return hexagon_around(each[2], 7) if each[2] else "No place recorded"


by_cell = parted(cell_of)
by_place = parted(lambda each: each[1], by="place")


def test_no_table_tells_of_a_few_alone():
    assert [told(each) for each in (by_cell, by_place)] == [set(), set()]
    assert told(parted(lambda each: each[4], by="hour")) == set()


def test_places_and_the_hexagons_they_are_in_tell_what_happened_elsewhere_in_a_hexagon():
    """3 at one place of a hexagon: withheld by place, and had by taking the other place from the hexagon."""
    assert {each.is_withheld for each in by_place if each.alone and "Place 2" in each.alone.words} == {True}
    assert (3.0, 3.0) in told(by_cell, by_place)
    assert (3.0, 3.0) in told(by_place, by_cell)


@pytest.mark.parametrize(
    ("first", "then"), [(by_place, by_cell), (by_cell, by_place)], ids=["place first", "hexagon first"]
)
def test_withholding_more_makes_places_and_hexagons_safe_together_or_is_no_help(first, then):
    hidden = repair(then, [first], LIMITS)
    if hidden is not None:
        assert hidden
        assert told([each for each in then if each.row >= 0 and each.row not in hidden], first) == set()


def test_a_hexagon_and_those_it_is_made_of_tell_what_is_in_the_rest():
    assert (3.0, 3.0) in told(parted(wider_cell_of, by="cell of 3 km"), by_cell)


def test_a_place_of_which_nobody_knows_the_hexagon_is_among_those_without_one():
    assert (2.0, 2.0) in told(by_cell, by_place)


def test_hours_and_the_part_of_the_day_they_are_in_meet():
    evening = parted(cell_of, lambda each: each[4] in ("18:00", "19:00", "20:00"), hours="evening")
    assert (2.0, 2.0) in told(parted(lambda each: each[4], by="hour"), evening)


def test_a_shorter_period_is_within_a_longer_one():
    half = parted(cell_of, lambda each: each[5] == "late", period="last 6 months")
    assert (3.0, 3.0) in told(half, parted(cell_of, period="last 12 months"))


def test_hexagons_of_one_authority_tell_what_of_a_hexagon_is_in_another():
    assert (2.0, 2.0) in told(parted(cell_of, lambda each: each[3] == "902", authority="902"), by_cell)


def test_one_harm_is_within_all_harms_and_among_two():
    of_cse = parted(cell_of, lambda each: each[6] == "CSE", harm="CSE")
    for wider in (by_cell, parted(cell_of, harm="CSE, SYV")):
        assert (3.0, 3.0) in told(of_cse, wider)


def test_tables_that_tell_nothing_of_one_another_pass():
    """Hexagons, and the same events by authority: neither tells more of the other."""
    assert told(parted(lambda each: each[3], by="district"), by_cell) == set()


@pytest.mark.parametrize("by", PARTED)
def test_the_same_table_again_tells_nothing_whichever_way_it_is_parted(by):
    names = {"hour": ("18:00", "Time not recorded"), "district": ("901", "902")}.get(by, (CELL, NEXT))
    said = table(dict(zip(names, (30, 40), strict=True)), by=by)
    assert find_told(said, [said], LIMITS) == ()


def test_a_table_of_more_places_than_can_be_held_beside_a_map_is_refused():
    rows = [{"place": f"Place {number}", "events": 9} for number in range(MOST_PLACES + 1)]
    told_of = Described("places", {**DEFAULTS, "by": "place"}, RULE, "events of a day")
    with pytest.raises(WouldDisclose, match="too many to be held"):
        describe(told_of, rows, rows, R1)


def test_every_size_and_way_of_the_measure_is_in_the_hierarchy():
    from typing import get_args

    assert get_args(get_measure("places").options["by"].annotation) == PARTED
