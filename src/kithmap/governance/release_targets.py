"""The groups that subtraction may lead to: what an attacker would try to work out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kithmap.governance.populations import Population
from kithmap.governance.release_cells import Cells, Flags, people_in
from kithmap.governance.statements import Statement


@dataclass(frozen=True)
class Targets:
    """Groups to be bounded, none twice.

    held: which variables each holds, one row for each. The rest says, for each, what it is.
    """

    held: Flags
    origins: Sequence[tuple[str, int, int]]
    people: Sequence[Population]
    masks: Flags
    parts: Sequence[tuple[str, Flags]]

    @property
    def named(self) -> Flags:
        """Which groups are published, or a difference of what is."""
        return np.array([kind != "part" for kind, _, _ in self.origins])

    def cells_of(self, place: int) -> Flags:
        """The cells of a group."""
        kind, one, other = self.origins[place]
        if kind == "part":
            return self.masks[one] & self.parts[other][1]
        if kind == "less":
            return self.masks[one] & ~self.masks[other]
        if kind == "rest":
            return self.masks[one] & ~_published(self.masks, self.people, one, other)
        return self.masks[one]

    def whole_of(self, place: int) -> Flags:
        """The cells of the population that a group is taken from."""
        return self.masks[self.origins[place][1]]

    def words_of(self, place: int) -> str:
        """A group in words; it names dimensions and values, and no person."""
        kind, one, other = self.origins[place]
        whole = self.people[one].words
        if kind == "part":
            return f"a part by {self.parts[other][0]} of {whole}"
        if kind == "less":
            return f"{whole}, less {self.people[other].words}"
        return f"{whole}, less all that is published of it" if kind == "rest" else whole


def find_targets(spoken: Sequence[Statement], cells: Cells, groups: Any) -> Targets:
    """Every population, its part along a dimension, and what others published of it leave.

    groups: the variable of each cell: cells that no statement tells apart are one.
    """
    people = people_in(spoken)
    masks = np.array([cells.within(who) for who in people])
    parts = [(name, part) for name in cells.classes for part in cells.parts(name)]
    order: Any = np.argsort(groups)
    starts: Any = np.unique(groups[order], return_index=True)[1]
    found: list[Flags] = []
    origins: list[tuple[str, int, int]] = []
    for kind, one, other, group in _groups(people, masks, parts):
        # Of thousands of places, each is a part of few groups: what is empty is let go at once.
        filled: Any = np.flatnonzero(group.any(axis=1))
        # A variable that a group holds in part tells of the group no more than the rest of it does.
        whole: Any = np.logical_and.reduceat(group[np.ix_(filled, order)], starts, axis=1)
        some: Any = whole.any(axis=1)
        found.append(whole[some])
        origins += [(kind, one[place], other[place]) for place in filled[some].tolist()]
    held = np.concatenate(found)
    packed: Any = np.packbits(held, axis=1)
    _, first = np.unique(packed, axis=0, return_index=True)
    kept: list[int] = np.sort(first).tolist()
    return Targets(held[kept], [origins[place] for place in kept], people, masks, parts)


def _groups(
    people: Sequence[Population], masks: Flags, parts: Sequence[tuple[str, Flags]]
) -> Iterator[tuple[str, list[int], list[int], Flags]]:
    """Groups, many at once: of which kind, and of which populations or parts they are made."""
    every = list(range(len(people)))
    yield "whole", every, every, masks
    for whole, inside in _nested(masks):
        yield "less", [whole] * len(inside), inside, masks[whole] & ~masks[inside]
        kinds = list({_dimensions(people[place]): place for place in inside}.values())
        rests = np.array([masks[whole] & ~_published(masks, people, whole, kind) for kind in kinds])
        yield "rest", [whole] * len(kinds), kinds, rests
    for place, (_, part) in enumerate(parts):
        yield "part", every, [place] * len(every), masks & part


def _published(masks: Flags, people: Sequence[Population], whole: int, kind: int) -> Flags:
    """All that is published of a population by the same dimensions as another population within it."""
    alike = [place for place, who in enumerate(people) if _dimensions(who) == _dimensions(people[kind])]
    within: Any = ~(masks[alike] & ~masks[whole]).any(axis=1)
    smaller: Any = (masks[whole] & ~masks[alike]).any(axis=1)
    chosen: Any = np.array(alike)[within & smaller]
    return np.logical_or.reduce(masks[chosen])


def _dimensions(who: Population) -> tuple[str, ...]:
    return tuple(name for name, _ in who.among)


def _nested(masks: Flags) -> Iterator[tuple[int, list[int]]]:
    """Each population that holds others, by its place, and the places of those."""
    stacked = masks.astype(np.float32)
    shared: Any = stacked @ stacked.T
    sizes: Any = shared.diagonal()
    for place in range(len(masks)):
        within: Any = np.flatnonzero((shared[place] == sizes) & (sizes < sizes[place]))
        if len(within):
            yield place, within.tolist()
