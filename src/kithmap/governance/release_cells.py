"""The base cells that populations are made of: one for each way in which statements tell people apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kithmap.governance.populations import NO, OTHER, YES, Population, implied, wholes_of
from kithmap.governance.statements import Statement

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """The cells of some dimensions: each the product of one class of every dimension.

    classes: dimension -> for each value that anybody names, the class it falls in; what nobody names is in
    class 0. sizes: how many classes each dimension has. possible: which products can be: nobody has a
    mark without the marks it implies. found: populations looked up before.
    """

    classes: dict[str, dict[str, int]]
    sizes: tuple[int, ...]
    possible: Flags
    found: dict[Population, Flags] = field(default_factory=dict[Population, Flags])

    @property
    def number(self) -> int:
        """How many cells there are."""
        return int(self.possible.sum())

    def within(self, who: Population) -> Flags:
        """Which cells a population is made of."""
        if who not in self.found:
            self.found[who] = self._within(who)
        return self.found[who]

    def _within(self, who: Population) -> Flags:
        found = np.ones(self.sizes, dtype=bool)
        for name, values in who.among:
            found = found & self._along(name, values)
        for marks in who.any_of:
            found = found & reduce(np.logical_or, [self._along(mark, (YES,)) for mark in marks])
        return found.ravel()[self.possible]

    def parts(self, name: str) -> list[Flags]:
        """The cells of each class of a dimension."""
        axis = list(self.classes).index(name)
        shape = [1] * len(self.sizes)
        shape[axis] = self.sizes[axis]
        each = np.arange(self.sizes[axis])
        whole = np.ones(self.sizes, dtype=bool)
        return [
            (whole & (each == one).reshape(shape)).ravel()[self.possible] for one in range(self.sizes[axis])
        ]

    def _along(self, name: str, values: Iterable[str]) -> Flags:
        axis = list(self.classes).index(name)
        chosen = np.zeros(self.sizes[axis], dtype=bool)
        asked, known = frozenset(values), self.classes[name]
        chosen[[known.get(value, 0) for value in asked]] = True
        chosen[[number for value, number in known.items() if asked & wholes_of(value)]] = True
        shape = [1] * len(self.sizes)
        shape[axis] = self.sizes[axis]
        return chosen.reshape(shape)


def people_in(statements: Iterable[Statement]) -> list[Population]:
    """Every population that statements speak of, once."""
    return list(dict.fromkeys(who for each in statements for _, who in each.terms))


def dimensions_of(who: Iterable[Population]) -> dict[str, set[tuple[str, ...]]]:
    """Every dimension that populations name, with each set of values it is asked for; marks by `yes`."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for each in who:
        for name, values in each.among:
            found.setdefault(name, set()).add((YES,) if values in ((YES,), (NO,)) else values)
        for mark in (mark for marks in each.any_of for mark in marks):
            found.setdefault(mark, set()).add((YES,))
    return found


def count_cells(dimensions: dict[str, set[tuple[str, ...]]]) -> int:
    """How many cells these dimensions have at most."""
    total = 1
    for sets in dimensions.values():
        total *= len(set(_classes(sets).values())) + 1
    return total


def make_cells(who: Sequence[Population]) -> Cells:
    """The cells of populations: two values that nobody tells apart are of one class."""
    dimensions = dimensions_of(who)
    classes = {name: _classes(sets) for name, sets in sorted(dimensions.items())}
    sizes = tuple(max(each.values(), default=0) + 1 for each in classes.values())
    possible = np.ones(sizes, dtype=bool)
    names = list(classes)
    for mark in names:
        for wider in implied(mark):
            if wider in classes:
                possible &= ~(_on(sizes, names.index(mark)) & ~_on(sizes, names.index(wider)))
    return Cells(classes, sizes, possible.ravel())


def _classes(sets: set[tuple[str, ...]]) -> dict[str, int]:
    """The class of each value: values in the same sets share one; class 0 is of what no set holds.

    A value that is part of another is in whatever set holds that.
    """
    ordered = [frozenset(each) for each in sorted(sets)]
    values = sorted({value for each in ordered for value in each} - {OTHER, NO})
    held = {value: wholes_of(value) for value in values}
    signatures = {value: tuple(not each.isdisjoint(held[value]) for each in ordered) for value in values}
    numbers = {signature: number + 1 for number, signature in enumerate(sorted(set(signatures.values())))}
    return {value: numbers[signature] for value, signature in signatures.items()}


def _on(sizes: tuple[int, ...], axis: int) -> Flags:
    shape = [1] * len(sizes)
    shape[axis] = sizes[axis]
    return (np.arange(sizes[axis]) > 0).reshape(shape)
