"""Who a published number is about, in one vocabulary, so that any two products can be held together.

A population is described by dimensions, each with the values it takes (`school`, `age` year by year,
`area`, `period`), and by marks, which somebody may have several of (`harm:CSE`, `list:gangs`). So pupils
of 10 to 17 by school and pupils of 10 to 16 by school meet: the difference is pupils of 17.

Populations of another day, of other people or of another unit are apart: `of` says which they are of.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

OTHER = "(other)"
YES, NO = "yes", "no"
ANY = "any"
NOT_KNOWN = "not known"
OLDEST = 25
# Of these marks nobody is in `harm:any`: they are labels and indicators, and no harms (`measures.population`).
APART = frozenset({"harm:GANG", "harm:ASB"})
# Stands between a value and its part, such as a hexagon and a place in it.
WITHIN = " > "
BETWEEN = re.compile(r"(\d+)\s*(?:-|to|\u2013)\s*(\d+)")
UNDER = re.compile(r"under (\d+)")
OVER = re.compile(r"(\d+)(?:\+| and over| or over)")


@dataclass(frozen=True)
class Population:
    """Those of `of` who are of these values in each dimension, and have at least one mark of each list.

    among: dimension -> values, in order; a mark is a dimension of its own, with `yes` or `no`.
    """

    of: str
    among: tuple[tuple[str, tuple[str, ...]], ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The population as plain values, for the register."""
        return {
            "of": self.of,
            "among": {name: list(values) for name, values in self.among},
            "any_of": [list(marks) for marks in self.any_of],
        }

    @property
    def words(self) -> str:
        """The population in words, for a refusal; it names no person.

        >>> population("x", {"school": ["S1"], "harm:CSE": [YES]}).words
        'harm:CSE, school S1'
        """
        parts = [_condition(name, values) for name, values in self.among]
        return ", ".join([*parts, *(f"any of {', '.join(marks)}" for marks in self.any_of)]) or "everybody"


def population(
    of: str, among: Mapping[str, Iterable[str]] | None = None, any_of: Iterable[Iterable[str]] = ()
) -> Population:
    """A population, its parts put in order so that equal ones are equal."""
    kept = tuple((name, tuple(sorted(set(values)))) for name, values in sorted((among or {}).items()))
    marks = tuple(sorted(tuple(sorted(set(each))) for each in any_of))
    return Population(of, kept, marks)


def read_population(plain: Mapping[str, Any]) -> Population:
    """A population from what `to_dict` gave."""
    return population(plain["of"], plain["among"], plain["any_of"])


def narrowed(
    whole: Population, among: Mapping[str, Iterable[str]], any_of: Iterable[Iterable[str]] = ()
) -> Population:
    """Those of a population who are of these values and marks as well.

    >>> narrowed(population("x", {"age": ["10", "11"]}), {"age": ["11", "12"]}).among
    (('age', ('11',)),)
    """
    kept = {name: frozenset(values) for name, values in whole.among}
    for name, values in among.items():
        kept[name] = kept[name] & frozenset(values) if name in kept else frozenset(values)
    return population(whole.of, kept, [*whole.any_of, *any_of])


def age_years(band: str) -> tuple[str, ...]:
    """The years of an age band, each its own; a band that cannot be read is a value of its own.

    >>> age_years("10-12"), age_years("under 3"), age_years("17"), age_years("not known")
    (('10', '11', '12'), ('0', '1', '2'), ('17',), ('not known',))
    """
    said = band.strip()
    if said.isdigit():
        return (said,)
    if found := BETWEEN.fullmatch(said):
        return _years(int(found[1]), int(found[2]))
    if found := UNDER.fullmatch(said):
        return _years(0, int(found[1]) - 1)
    if found := OVER.fullmatch(said):
        return _years(int(found[1]), OLDEST)
    return (band,)


def _years(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(year) for year in range(first, last + 1))


def part(*steps: str) -> str:
    """A value that is part of another, which may be part of a third: the widest first.

    >>> part("evening", "20:00")
    'evening > 20:00'
    """
    return WITHIN.join(steps)


@cache
def wholes_of(value: str) -> frozenset[str]:
    """A value, and every value that it is part of.

    >>> sorted(wholes_of("evening > 20:00")), sorted(wholes_of("17"))
    (['evening', 'evening > 20:00'], ['17'])
    """
    steps = value.split(WITHIN)
    return frozenset(WITHIN.join(steps[:place]) for place in range(1, len(steps) + 1))


def implied(mark: str) -> tuple[str, ...]:
    """The marks that whoever has a mark has too: the same without what narrows it, and any of its kind.

    >>> implied("harm:CSE|role=harmed"), implied("harm:GANG"), implied("harm:any")
    (('harm:CSE', 'harm:any|role=harmed'), (), ())
    """
    base, _, narrower = mark.partition("|")
    kind, _, name = base.partition(":")
    wider = [base] if narrower else []
    if name != ANY and base not in APART:
        wider.append(f"{kind}:{ANY}" + (f"|{narrower}" if narrower else ""))
    return tuple(wider)


def _condition(name: str, values: tuple[str, ...]) -> str:
    if values == (YES,):
        return name
    if values == (NO,):
        return f"not {name}"
    if name == "age" and len(values) > 1 and all(value.isdigit() for value in values):
        years = sorted(int(value) for value in values)
        return f"age {years[0]} to {years[-1]}"
    return f"{name} {' or '.join(value.split(WITHIN)[-1] for value in values)}"
