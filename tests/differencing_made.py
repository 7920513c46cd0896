"""Pairs of products that, held together, tell of a few people, and pairs that do not: forty of each, seeded.

Every pair is two tables that each pass disclosure control alone: no count under five is shown. The pairs
are of six kinds: time, age, area, subtraction of neighbouring boroughs, chart with table, percentage with base.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from kithmap.governance.populations import Population, age_years, population
from kithmap.governance.statements import Statement, in_series, rounded_from, share_statement

Table = tuple[Statement, ...]
SMALL = 5
DAY, LATER = "pupils as at 2026-03-31", "pupils as at 2026-06-30"
KINDS = ("time", "age", "area", "neighbours", "chart and table", "percentage and base")
PAIRS = 40


@dataclass(frozen=True)
class Pair:
    """Two products; whether holding them together tells of a few people; and what must be found to be told."""

    kind: str
    first: Table
    second: Table
    discloses: bool


def pairs(*, disclosing: bool, seed: int) -> list[Pair]:
    """Forty pairs of one sort."""
    generator = np.random.default_rng(seed)
    return [MAKERS[number % len(KINDS)](generator, disclosing) for number in range(PAIRS)]


def printed(who: Population, count: int, row: int, base: int = 1) -> Statement:
    """What a table says of a count: itself, rounded, or that it is withheld."""
    if 0 < count < SMALL:
        return Statement(((1.0, who),), 1.0, inf, row, is_withheld=True)
    low, high = rounded_from((count + base // 2) // base * base, base)
    return Statement(((1.0, who),), low, high, row)


def small(generator: np.random.Generator) -> int:
    return int(generator.integers(1, SMALL))


def large(generator: np.random.Generator) -> int:
    return int(generator.integers(8, 60))


def by_school(of: str, ages: str, counts: Sequence[int], base: int = 1) -> Table:
    years = age_years(ages)
    return tuple(
        printed(population(of, {"school": [f"S{place}"], "age": years}), int(count), place, base)
        for place, count in enumerate(counts)
    )


def counts_and_rest(
    generator: np.random.Generator, disclosing: bool, size: int = 6
) -> tuple[list[int], list[int]]:
    """Counts that may be shown, and what each has more in a wider product: few in one, or many in all."""
    counts = [large(generator) for _ in range(size)]
    rest = [large(generator) for _ in range(size)]
    if disclosing:
        rest[int(generator.integers(size))] = small(generator)
    return counts, rest


def of_time(generator: np.random.Generator, disclosing: bool) -> Pair:
    """Counts of a year so far, declared cumulative, or the same counts of two days that nothing ties."""
    counts, more = counts_and_rest(generator, disclosing=True)
    first = by_school(DAY, "10-17", counts)
    second = by_school(LATER, "10-17", [count + new for count, new in zip(counts, more, strict=True)])
    if disclosing:
        first = in_series(first, "the year so far", ["spring"])
        second = in_series(second, "the year so far", ["spring", "summer"])
    return Pair("time", first, second, disclosing)


def of_age(generator: np.random.Generator, disclosing: bool) -> Pair:
    counts, more = counts_and_rest(generator, disclosing)
    first = by_school(DAY, "10-16", counts)
    return Pair("age", first, by_school(DAY, "10-17", np.add(counts, more).tolist()), disclosing)


def of_area(generator: np.random.Generator, disclosing: bool) -> Pair:
    """A borough by harm, and the borough without one ward of it by harm."""
    harms = ("CSE", "SYV", "HSB", "TRA")
    counts, more = counts_and_rest(generator, disclosing, len(harms))
    wards = ("W1", "W2", "W3")
    part = tuple(
        printed(population(DAY, {"area": wards[:2], f"harm:{harm}": ["yes"]}), count, row)
        for row, (harm, count) in enumerate(zip(harms, counts, strict=True))
    )
    whole = tuple(
        printed(population(DAY, {"area": wards, f"harm:{harm}": ["yes"]}), count + rest, row)
        for row, (harm, count, rest) in enumerate(zip(harms, counts, more, strict=True))
    )
    return Pair("area", part, whole, disclosing)


def of_neighbours(generator: np.random.Generator, disclosing: bool) -> Pair:
    """All boroughs but one, each its own; then the total of all of them."""
    counts = [large(generator) for _ in range(5)]
    last = small(generator) if disclosing else large(generator)
    boroughs = [f"E{number}" for number in range(6)]
    first = tuple(
        printed(population(DAY, {"area": [e]}), c, row)
        for row, (e, c) in enumerate(zip(boroughs[:5], counts, strict=True))
    )
    return Pair(
        "neighbours",
        first,
        (printed(population(DAY, {"area": boroughs}), sum(counts) + last, 0),),
        disclosing,
    )


def of_chart(generator: np.random.Generator, disclosing: bool) -> Pair:
    """A table by school that withholds one, with or without a chart whose bars show the total and the rest."""
    counts = [large(generator) for _ in range(6)]
    counts[2] = small(generator)
    table = by_school(DAY, "10-17", counts)
    everybody = population(DAY, {"school": [f"S{place}" for place in range(6)], "age": age_years("10-17")})
    if disclosing:
        return Pair("chart and table", table, (printed(everybody, sum(counts), 0),), disclosing)
    chart = by_school(DAY, "10-17", counts, base=5)
    return Pair("chart and table", table, chart, disclosing)


def of_percentage(generator: np.random.Generator, disclosing: bool) -> Pair:
    """How many in a hundred of a school's pupils have a concern, and how many pupils it has."""
    base = int(generator.integers(40, 90)) if disclosing else int(generator.integers(900, 2000))
    part = small(generator) if disclosing else int(generator.integers(40, 200))
    school = {"school": ["S1"]}
    roll, concern = population(DAY, school), population(DAY, {**school, "harm:any": ["yes"]})
    said = share_statement(
        concern,
        roll,
        round(100 * part / base, 1 if disclosing else 0),
        decimals=1 if disclosing else 0,
        row=0,
    )
    return Pair("percentage and base", said, (printed(roll, base, 0),), disclosing)


MAKERS: tuple[Callable[[np.random.Generator, bool], Pair], ...] = (
    of_time, of_age, of_area, of_neighbours, of_chart, of_percentage,
)  # fmt: skip
