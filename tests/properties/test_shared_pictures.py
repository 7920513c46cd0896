"""An exact attack on maps and networks that leave, in code that shares nothing with what protects them."""

from collections import defaultdict
from itertools import combinations

import h3
import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.shared_maps import share_map
from kithmap.governance.shared_networks import share_network
from kithmap.measures import get_measure

PLACES, GROUPS = get_measure("places").rule, get_measure("peer_groups").rule
NARROWEST, PEOPLE = 5, 10
SIZES = (8, 7, 6, 5)
NOWHERE, ALL = "No place recorded", "All"
FINE = sorted(h3.grid_disk(h3.latlng_to_cell(51.52, -0.1, 8), 4))
drawn_at_random = settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
levels = st.sampled_from([Level.R1, Level.R3])


def ends(cell, rounding):
    """Between which numbers a shown count lies; a withheld one is of somebody."""
    if cell.value is None:
        return 1, np.inf
    if rounding > 1 and cell.value:
        return max(NARROWEST, cell.value - rounding // 2), cell.value + (rounding - 1) // 2
    return cell.value, cell.value


def width(matrix, low, high, target):
    """How far apart the least and the most are that a sum of whole numbers can be."""
    found = []
    for sign in (1.0, -1.0):
        best = milp(
            sign * target,
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(0, np.inf),
            integrality=1,
        )
        if best.x is None and sign < 0:
            return np.inf
        assert best.x is not None, best.message
        found.append(round(float(target @ best.x)))
    return found[1] - found[0]


def make_events(generator):
    """Who took part in each event of each hexagon, some hexagons with many events of few people."""
    chosen = generator.choice(len(FINE), size=generator.integers(6, 16), replace=False)
    events = []
    for place in chosen:
        pool = generator.choice(400, size=generator.choice([3, 8, 40]), replace=False)
        many = 1 + generator.poisson(generator.choice([2, 12, 40]))
        events += [(FINE[place], int(who)) for who in generator.choice(pool, size=many)]
    return events + [(NOWHERE, int(who)) for who in generator.choice(400, size=generator.integers(0, 30))]


def rows_of(events, size):
    within = defaultdict(list)
    for cell, who in events:
        within[cell if cell == NOWHERE else h3.cell_to_parent(cell, size)].append(who)
        within[ALL].append(who)
    return [
        {"place": name, "events": len(people), "residents": None, "rate_per_1000": None, "low": None, "high": None,
         "young_people": len(set(people)), "recent": 0, "earlier": 0, "harms": "", "named": "", "hexagon": None}
        for name, people in sorted(within.items())
    ]  # fmt: skip


def covers(name, cell):
    return name in (ALL, cell) or (
        NOWHERE not in (name, cell) and h3.cell_to_parent(cell, h3.get_resolution(name)) == name
    )


@drawn_at_random
@given(seed=st.integers(0, 10_000), level=levels)
def test_no_hexagon_of_few_events_or_people_is_known_closely_at_any_size(seed, level):
    events, rule = make_events(np.random.default_rng(seed)), LEVELS[level]
    sizes = [rows_of(events, size) for size in SIZES]
    shown = protect(share_map(sizes, PLACES, rule), PLACES, rule)
    assert not {"young_people", "named", "hexagon"} & set(shown[0])
    finest = sorted({cell for cell, _ in events})
    matrix = np.array([[covers(str(row["place"]), cell) for cell in finest] for row in shown], dtype=float)
    low, high = np.array([ends(row["events"], rule.round_to) for row in shown]).T
    assert (matrix[[row["place"] != ALL for row in shown]].sum(axis=0) == 1).all()
    few = {
        row["place"]: row["events"]
        for size in sizes
        for row in size
        if row["events"] < NARROWEST
        or row["young_people"] < (NARROWEST if row["place"] in (NOWHERE, ALL) else PEOPLE)
    }
    for name in few.keys() - {ALL}:
        target = np.array([covers(name, cell) for cell in finest], dtype=float)
        assert width(matrix, low, high, target) >= NARROWEST


def make_groups(generator):
    """Groups of people, each person in one or two of them, many of a group in another too."""
    size = int(generator.integers(3, 7))
    chance = generator.choice([0.1, 0.5, 0.95])
    members = defaultdict(set)
    for person in range(int(generator.integers(8 * size, 20 * size))):
        home = int(generator.integers(size))
        members[home].add(person)
        if generator.random() < chance:
            members[(home + int(generator.integers(1, min(3, size)))) % size].add(person)
    return {f"Group {name:03}": who for name, who in sorted(members.items()) if len(who) >= NARROWEST}


def network_of(groups, generator):
    row = {"authority": None, "events": 7}
    rows = []
    for name, who in groups.items():
        rows.append(
            {"peer_group": name, "linked_to": "itself", **row, "young_people": len(who), "behind": None}
        )
        for other in (other for other in groups if other > name):
            both = len(who & groups[other])
            behind = both + int(generator.choice([0, 1, 9]))
            if behind:
                rows.append(
                    {"peer_group": name, "linked_to": other, **row, "young_people": both, "behind": behind}
                )
    return rows


@drawn_at_random
@given(seed=st.integers(0, 10_000), level=levels)
def test_nobody_can_tell_how_few_are_in_two_groups_or_in_one_alone(seed, level):
    generator, rule = np.random.default_rng(seed), LEVELS[level]
    groups = make_groups(generator)
    rows = network_of(groups, generator)
    shown = protect(share_network(rows, GROUPS, rule), GROUPS, rule)
    parts = [(name,) for name in groups] + list(combinations(groups, 2))
    named = [{row["peer_group"], row["linked_to"]} - {"itself"} for row in shown]
    matrix = np.array([[each <= set(part) for part in parts] for each in named], dtype=float)
    low, high = np.array([ends(row["young_people"], rule.round_to) for row in shown]).T
    for place, part in enumerate(parts):
        elsewhere = set().union(*(who for name, who in groups.items() if name not in part))
        held = len(
            set.intersection(*(groups[name] for name in part)) - (elsewhere if len(part) == 1 else set())
        )
        if 0 < held < NARROWEST:
            assert width(matrix, low, high, np.eye(len(parts))[place]) >= NARROWEST


def test_the_attack_finds_what_withholding_only_small_counts_leaves_open():
    """Of 20, 18 are in another group too: both counts are large, and the 2 are had by taking them away."""
    matrix = np.array([[1.0, 1.0], [0.0, 1.0]])
    assert width(matrix, [20, 18], [20, 18], np.array([1.0, 0.0])) == 0
    assert width(matrix, [20, 1], [20, np.inf], np.array([1.0, 0.0])) == 19
